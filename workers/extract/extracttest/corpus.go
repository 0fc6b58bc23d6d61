// Package extracttest loads the corpus of texts with gold labels that keeps the
// extraction rules honest, and damages it as recognition would. It knows the
// format of the gold and nothing of the rules: it never imports the extractor,
// never extracts, and its values come from a person's reading, not from code.
//
// # How to count on damaged text
//
// Values in the gold stay those of the clean text; ranges move to where the words
// now stand, and raw is what stands there. A field found in damaged text is right
// when
//
//   - its normalised value equals that of the clean gold: dates, numbers, series,
//     citations, references, codes; or
//   - its value is words (see [Worded]) and [Alike] accepts it: the edit distance
//     between the folded words is at most twice the damage rate times their
//     length, plus one. Twice, because the damage of one short field scatters
//     round the rate; plus one, because a field of ten letters at 3 % may still
//     hold an error. Undamaged text gets no allowance.
//
// So that the first rule is fair, [Damage] never makes a value unrecoverable: a
// digit is only ever replaced by a letter of its shape (0 by O, 1 by l, 5 by S,
// 8 by B), never lost and never replaced by another digit; marks between digits
// change but stay; two numbers never grow together; words of one letter (series,
// initials) and letters within numbers (302/sh, 059a) stay; line ends stay;
// addresses of web pages are left alone, for nobody prints and scans those.
// Everything else may be hit, letterheads, signatures and months too.
package extracttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// goldName is the file with the labels, beside the texts.
const goldName = "gold.json"

// Evidence is a range of bytes of a text and the words in it. The end is
// exclusive, lines count from 1.
type Evidence struct {
	Text    string `json:"text"`
	Line    int    `json:"line"`
	LineEnd int    `json:"line_end,omitempty"` // 0: the same line
	Start   int    `json:"byte_start"`
	End     int    `json:"byte_end"`
	Hits    int    `json:"hits_in_document,omitempty"` // how often the words stand in the document, 0 for once; any of them proves the label
}

// Label is one statement about a document.
type Label struct {
	Field    string          `json:"field"`
	Value    json.RawMessage `json:"value"` // form: schema.how_to_read of the gold file
	Raw      string          `json:"raw"`   // as written, white space folded
	Status   string          `json:"status"`
	Evidence []Evidence      `json:"evidence"`
}

// Span is the extent of a document in its file, in lines and in bytes.
type Span struct {
	LineStart int `json:"line_start"`
	LineEnd   int `json:"line_end"`
	Start     int `json:"byte_start"`
	End       int `json:"byte_end"`
}

// Document is one record of a file with everything a careful reader finds in it.
type Document struct {
	ID       string   `json:"doc_id"`
	Kind     string   `json:"kind"`
	What     string   `json:"what"`
	Span     Span     `json:"span"`
	Entities string   `json:"entities"`      // "full", or "header": names beyond the labels are not judged
	Absent   []string `json:"absent_fields"` // fields that must stay empty
	Labels   []Label  `json:"labels"`
}

// File is a text and the documents in it.
type File struct {
	Name      string     `json:"file"`
	Digest    string     `json:"sha256"`
	Bytes     int        `json:"bytes"`
	Lines     int        `json:"lines"`
	Documents []Document `json:"documents"`
	Text      string     `json:"-"`

	schema json.RawMessage // of the gold file, for Save
}

type gold struct {
	About  string          `json:"about"`
	Schema json.RawMessage `json:"schema"`
	Files  []File          `json:"files"`
}

// Load reads gold.json and the texts beside it. A text that is not the one that
// was labelled, or a range that does not hold the words it is said to hold, is
// an error.
func Load(dir string) ([]File, error) {
	raw, err := os.ReadFile(filepath.Join(dir, goldName))
	if err != nil {
		return nil, fmt.Errorf("load corpus: %w", err)
	}
	var g gold
	if err := json.Unmarshal(raw, &g); err != nil {
		return nil, fmt.Errorf("load corpus: %s: %w", goldName, err)
	}
	for i := range g.Files {
		f := &g.Files[i]
		text, err := os.ReadFile(filepath.Join(dir, filepath.Base(f.Name)))
		if err != nil {
			return nil, fmt.Errorf("load corpus: %w", err)
		}
		f.Text, f.schema = string(text), g.Schema
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("load corpus: %s: %w", f.Name, err)
		}
	}
	return g.Files, nil
}

// Save writes texts and gold.json so that Load, or any scorer of that format,
// reads them from dir. The folder must exist.
func Save(dir string, files []File) error {
	if len(files) == 0 {
		return errors.New("save corpus: no files")
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o644); err != nil {
			return fmt.Errorf("save corpus: %w", err)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(gold{About: "Gold labels, written by extracttest.", Schema: files[0].schema, Files: files}); err != nil {
		return fmt.Errorf("save corpus: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, goldName), out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("save corpus: %w", err)
	}
	return nil
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (f *File) check() error {
	if d := digest(f.Text); d != f.Digest {
		return fmt.Errorf("the text is not the one that was labelled: sha256 %s, want %s", d, f.Digest)
	}
	for _, d := range f.Documents {
		if d.Span.Start < 0 || d.Span.End > len(f.Text) || d.Span.Start >= d.Span.End {
			return fmt.Errorf("document %s: span %d to %d of %d bytes", d.ID, d.Span.Start, d.Span.End, len(f.Text))
		}
		for _, l := range d.Labels {
			for _, e := range l.Evidence {
				if e.Start < d.Span.Start || e.End > d.Span.End || e.Start > e.End || f.Text[e.Start:e.End] != e.Text {
					return fmt.Errorf("document %s: %s: bytes %d to %d are not %q", d.ID, l.Field, e.Start, e.End, e.Text)
				}
			}
		}
	}
	return nil
}

// Damage returns the file with a damaged text, its labels moved to where their
// words now stand. Values stay those of the clean text; raw is what the damage
// left of the words, or as it was where they are spread over several ranges.
// Where the words of a label stood several times, each place becomes evidence of
// its own, for after damage they may differ.
func (f File) Damage(rate float64, seed uint64) File {
	text, m := Damage(f.Text, rate, seed)
	out := f
	out.Text, out.Digest, out.Bytes = text, digest(text), len(text)
	out.Documents = make([]Document, len(f.Documents))
	for i, d := range f.Documents {
		moved := d
		moved.Span.Start, moved.Span.End = m.Range(d.Span.Start, d.Span.End)
		moved.Labels = make([]Label, len(d.Labels))
		for j, l := range d.Labels {
			moved.Labels[j] = l
			moved.Labels[j].Evidence = moveEvidence(l, f.Text, d.Span, text, m)
			moved.Labels[j].Raw = moveRaw(l, text, m)
		}
		out.Documents[i] = moved
	}
	return out
}

func moveRaw(l Label, text string, m Mapping) string {
	words := strings.Fields(l.Raw)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	raw, err := regexp.Compile(strings.Join(words, `\s+`))
	if err != nil || len(words) == 0 {
		return l.Raw
	}
	for _, e := range l.Evidence {
		if at := raw.FindStringIndex(e.Text); at != nil {
			a, b := m.Range(e.Start+at[0], e.Start+at[1])
			if left := strings.Join(strings.Fields(text[a:b]), " "); left != "" {
				return left
			}
		}
	}
	return l.Raw
}

func moveEvidence(l Label, clean string, span Span, text string, m Mapping) []Evidence {
	extent := l.Field == "embedded_message" || l.Field == "body" // their entries mark first and last words
	var out []Evidence
	add := func(e Evidence, start int) {
		a, b := m.Range(start, start+len(e.Text))
		if a < b {
			line := strings.Count(clean[:start], "\n") + 1
			moved := Evidence{Text: text[a:b], Line: line, Start: a, End: b}
			if n := strings.Count(e.Text, "\n"); n > 0 {
				moved.LineEnd = line + n
			}
			out = append(out, moved)
		}
	}
	for _, e := range l.Evidence {
		add(e, e.Start)
		if e.Hits == 0 || extent {
			continue
		}
		for at := span.Start; ; {
			i := strings.Index(clean[at:span.End], e.Text)
			if i < 0 {
				break
			}
			if at+i != e.Start {
				add(e, at+i)
			}
			at += i + len(e.Text)
		}
	}
	return out
}
