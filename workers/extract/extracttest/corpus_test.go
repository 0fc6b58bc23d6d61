package extracttest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/fonds-archive/fonds/workers/extract/extracttest"
)

const corpus = "../testdata/corpus"

func load(t testing.TB) []extracttest.File {
	t.Helper()
	files, err := extracttest.Load(corpus)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func compact(t *testing.T, value json.RawMessage) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, value); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The corpus is worth the name only while it shows every field, both languages
// and both directions.
func TestCorpusCoversTheFields(t *testing.T) {
	fields := map[string]int{}
	russian, several := 0, 0
	files := load(t)
	for _, f := range files {
		if strings.ContainsFunc(f.Text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) && unicode.IsLower(r) && r != 'ш' }) {
			russian++
		}
		if len(f.Documents) > 1 {
			several++
		}
		for _, d := range f.Documents {
			for _, l := range d.Labels {
				fields[l.Field]++
				if slices.Contains(d.Absent, l.Field) {
					t.Errorf("%s: %s is labelled and said to be absent", d.ID, l.Field)
				}
				if len(l.Evidence) == 0 {
					t.Errorf("%s: %s has no evidence", d.ID, l.Field)
				}
			}
		}
	}
	if len(files) < 30 || russian < 8 || several < 4 {
		t.Errorf("%d files, %d with Russian, %d with several documents", len(files), russian, several)
	}
	for _, want := range []string{
		"title", "record_type", "summary", "catalogue_date", "document_date", "sent_at", "received_at", "relayed_received_at",
		"telegram_number", "outgoing_number", "incoming_number", "special_number", "document_number", "collection_number", "record_id",
		"series", "classification", "handling_instruction", "transmission_mode", "issuing_body", "stamp", "rights", "publisher",
		"from_place", "to_place", "via", "addressee", "sender", "signatory", "distribution", "copy_count", "copy_number",
		"copy_disposition", "citation", "source_url", "original_language", "content_language", "telegram_reference",
		"embedded_message", "processing_step", "gloss", "omission", "person", "place", "organisation", "priority",
		"copying_restriction", "translator", "contributor", "credits", "contents_form", "published_in", "declassification",
	} {
		if fields[want] == 0 {
			t.Errorf("no text shows %s", want)
		}
	}
}

func TestReadmeListsEveryText(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(corpus, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range load(t) {
		if !strings.Contains(string(readme), "`"+f.Name+"`") {
			t.Errorf("README.md does not say what %s shows", f.Name)
		}
	}
}

func TestLoadRefusesATextThatWasNotLabelled(t *testing.T) {
	dir := t.TempDir()
	files := load(t)[:2]
	if err := extracttest.Save(dir, files); err != nil {
		t.Fatal(err)
	}
	if _, err := extracttest.Load(dir); err != nil {
		t.Fatalf("what was saved is not read: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, files[1].Name), []byte(files[1].Text+"."), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := extracttest.Load(dir); err == nil || !strings.Contains(err.Error(), files[1].Name) {
		t.Errorf("a changed text: %v; want an error that names %s", err, files[1].Name)
	}
}

func TestLoadRefusesRangesThatHoldOtherWords(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*extracttest.Document)
	}{
		{"evidence moved", func(d *extracttest.Document) { d.Labels[0].Evidence[0].Start++ }},
		{"evidence behind the end", func(d *extracttest.Document) { d.Labels[0].Evidence[0].End = 1 << 30 }},
		{"evidence before the document", func(d *extracttest.Document) { d.Labels[0].Evidence[0].Start = -1 }},
		{"span behind the end", func(d *extracttest.Document) { d.Span.End = 1 << 30 }},
		{"empty span", func(d *extracttest.Document) { d.Span.End = d.Span.Start }},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := load(t)[:1]
			c.change(&files[0].Documents[0])
			dir := t.TempDir()
			if err := extracttest.Save(dir, files); err != nil {
				t.Fatal(err)
			}
			if _, err := extracttest.Load(dir); err == nil {
				t.Error("no error")
			}
		})
	}
}

// Labels of a damaged file stand where their words went: they are read back, and
// words are alike within what the package comment allows.
func TestDamagedFilesKeepTheirLabels(t *testing.T) {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, rate := range []float64{0.01, 0.03, 0.08} {
		clean, dir := load(t), t.TempDir()
		damaged := make([]extracttest.File, len(clean))
		for i, f := range clean {
			damaged[i] = f.Damage(rate, uint64(i))
		}
		if err := extracttest.Save(dir, damaged); err != nil {
			t.Fatal(err)
		}
		read, err := extracttest.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		words, alike := 0, 0
		for i, f := range read {
			for j, d := range f.Documents {
				for k, l := range d.Labels {
					was := clean[i].Documents[j].Labels[k]
					if len(l.Evidence) < len(was.Evidence) {
						t.Errorf("%s at %v: %s lost evidence", d.ID, rate, l.Field)
						continue
					}
					if e, w := l.Evidence[0], was.Evidence[0]; e.Line != w.Line || e.LineEnd != w.LineEnd {
						t.Errorf("%s at %v: %s moved from line %d to %d", d.ID, rate, l.Field, w.Line, e.Line)
					}
					if compact(t, l.Value) != compact(t, was.Value) {
						t.Errorf("%s at %v: the value of %s changed", d.ID, rate, l.Field)
					}
					if strings.Contains(squeeze(was.Evidence[0].Text), was.Raw) && !strings.Contains(squeeze(l.Evidence[0].Text), l.Raw) {
						t.Errorf("%s at %v: raw %q of %s is not in %q", d.ID, rate, l.Raw, l.Field, l.Evidence[0].Text)
					}
					if extracttest.Worded(l.Field) {
						words++
						if extracttest.Alike(was.Evidence[0].Text, l.Evidence[0].Text, rate) {
							alike++
						}
					}
				}
			}
		}
		// The rule must let nearly all pass that a perfect extractor could give.
		if share := float64(alike) / float64(words); share < 0.95 {
			t.Errorf("at %v only %.3f of the words are alike", rate, share)
		}
	}
}
