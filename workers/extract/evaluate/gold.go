package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of what is read. The dearest step costs gold labels² × found fields of one name in one
// document, so documents are bounded, not only files.
const (
	MaxGoldBytes       = 64 << 20
	MaxPredictionBytes = 256 << 20

	maxFiles     = 10_000
	maxDocuments = 1_000 // of one file
	maxLabels    = 2_000 // of one document
	maxFields    = 5_000 // of one document
	maxEvidence  = 1_000 // of one label or field
)

// Gold is what a careful reader found in a set of files.
type Gold struct {
	Schema struct {
		// Fields names every field that a label or a prediction may have.
		Fields map[string]json.RawMessage `json:"fields"`
	} `json:"schema"`
	Files []GoldFile `json:"files"`
}

// GoldFile is one labelled file.
type GoldFile struct {
	Name      string         `json:"file"`
	SHA256    string         `json:"sha256"` // of the labelled text, in hex; may be missing
	Documents []GoldDocument `json:"documents"`
}

// GoldDocument is one document in a file, with its labels.
type GoldDocument struct {
	ID   string `json:"doc_id"`
	Span Span   `json:"span"`
	// Entities is "full", or "header" when names and glosses were labelled only at the head, in the
	// signature and in the summary: further ones are then not counted against the extractor.
	Entities string `json:"entities"`
	// AbsentFields must come out empty.
	AbsentFields []string `json:"absent_fields"`
	Labels       []Label  `json:"labels"`
}

// Label is one statement of the reader.
type Label struct {
	Field    string     `json:"field"`
	Value    any        `json:"value"`
	Raw      string     `json:"raw"`
	Status   Status     `json:"status"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is a place in the text that proves a label.
type Evidence struct {
	Span
	Text string `json:"text"`
	// Hits is given when the same words stand more than once in the document: each place will do.
	Hits int `json:"hits_in_document"`
}

// Status says how a label follows from the text.
type Status string

// A label that is missed costs 1 when it is stated, half when it is derived, nothing when it is
// probable. Unscored ones are labels that no extractor can be asked for.
const (
	Stated   Status = "stated"
	Derived  Status = "derived"
	Probable Status = "probable"
	unscored Status = "unscored"
)

var costs = map[Status]float64{Stated: 1, Derived: 0.5, Probable: 0}

// ReadGold reads a gold file of at most MaxGoldBytes and checks it. An error says which label of
// which document is wrong.
func ReadGold(r io.Reader) (*Gold, error) {
	data, err := readAll(r, MaxGoldBytes)
	if err != nil {
		return nil, fmt.Errorf("read the gold file: %w", err)
	}
	gold := new(Gold)
	if err := decode(json.NewDecoder(bytes.NewReader(data)), gold); err != nil {
		return nil, fmt.Errorf("read the gold file: %w", err)
	}
	if err := gold.check(); err != nil {
		return nil, fmt.Errorf("check the gold file: %w", err)
	}
	return gold, nil
}

// readAll reads everything, or nothing when it is more than limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("more than %d MiB", limit>>20)
	}
	return data, nil
}

// decode reads the only value of a decoder. Numbers keep their digits.
func decode(d *json.Decoder, into any) error {
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return describe(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("something follows the JSON value at byte %d", d.InputOffset())
	}
	return nil
}

// describe adds to an error of encoding/json where it happened.
func describe(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not JSON at byte %d: %w", syntax.Offset, err)
	}
	if errors.Is(err, io.EOF) {
		return errors.New("it is empty")
	}
	return err
}

func (g *Gold) check() error {
	switch {
	case len(g.Schema.Fields) == 0:
		return errors.New("schema.fields names no field")
	case len(g.Files) == 0:
		return errors.New("files is empty")
	case len(g.Files) > maxFiles:
		return fmt.Errorf("%d files; at most %d are read", len(g.Files), maxFiles)
	}
	seen := map[string]bool{}
	for i := range g.Files {
		f := &g.Files[i]
		switch name := base(f.Name); {
		case name == "":
			return fmt.Errorf("file %d has no name", i+1)
		case seen[name]:
			return fmt.Errorf("two files are called %s", name)
		case len(f.Documents) > maxDocuments:
			return fmt.Errorf("%s: %d documents; at most %d are read", name, len(f.Documents), maxDocuments)
		}
		seen[base(f.Name)] = true
		for k := range f.Documents {
			if err := g.checkDocument(&f.Documents[k]); err != nil {
				return fmt.Errorf("%s: document %d %q: %w", base(f.Name), k+1, f.Documents[k].ID, err)
			}
		}
	}
	return nil
}

func (g *Gold) checkDocument(d *GoldDocument) error {
	switch {
	case d.ID == "":
		return errors.New("doc_id is missing")
	case !d.Span.valid():
		return fmt.Errorf("span %d to %d is empty or negative", d.Span.Start, d.Span.End)
	case d.Entities != "full" && d.Entities != "header":
		return fmt.Errorf("entities is %q; it can be full or header", d.Entities)
	case len(d.Labels) > maxLabels:
		return fmt.Errorf("%d labels; at most %d are read", len(d.Labels), maxLabels)
	}
	for i, l := range d.Labels {
		if err := g.checkLabel(l); err != nil {
			return fmt.Errorf("label %d %q: %w", i+1, l.Field, err)
		}
	}
	return nil
}

func (g *Gold) checkLabel(l Label) error {
	if _, known := g.Schema.Fields[l.Field]; !known {
		return errors.New("schema.fields does not name this field")
	}
	if _, known := costs[l.Status]; !known {
		return fmt.Errorf("status is %q; it can be stated, derived or probable", l.Status)
	}
	if len(l.Evidence) > maxEvidence {
		return fmt.Errorf("%d entries of evidence; at most %d are read", len(l.Evidence), maxEvidence)
	}
	for _, e := range l.Evidence {
		if !e.valid() {
			return fmt.Errorf("evidence %d to %d is empty or negative", e.Start, e.End)
		}
	}
	return nil
}

// base is the last part of a path: files are known by it, wherever they lie.
func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
