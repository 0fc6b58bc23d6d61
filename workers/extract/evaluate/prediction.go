package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Prediction is what an extractor found in one file.
type Prediction struct {
	File      string     `json:"file"` // a path; its last part is compared
	Documents []Proposal `json:"documents"`
}

// Proposal is one document that an extractor proposes.
type Proposal struct {
	Span   Span    `json:"span"`
	Fields []Field `json:"fields"`
}

// Field is one statement of an extractor. Value is what encoding/json decodes: a string, number,
// list or object in the form that the gold has for this field.
type Field struct {
	Name       string  `json:"field"`
	Value      any     `json:"value"`
	Raw        string  `json:"raw"`
	Evidence   []Span  `json:"evidence"`
	Confidence float64 `json:"confidence"` // 0 to 1; shown, not scored
	Rule       string  `json:"rule"`       // name@version; shown, not scored
}

// ReadPredictions reads what an extractor printed, at most MaxPredictionBytes: one prediction, a
// list of them, or several one after another.
func ReadPredictions(r io.Reader) ([]Prediction, error) {
	data, err := readAll(r, MaxPredictionBytes)
	if err != nil {
		return nil, fmt.Errorf("read predictions: %w", err)
	}
	var all []Prediction
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read predictions: %w", describe(err))
		}
		some, err := predictionsIn(raw)
		if err != nil {
			return nil, fmt.Errorf("read prediction %d: %w", len(all)+1, err)
		}
		all = append(all, some...)
	}
}

// predictionsIn decodes a prediction or a list of them.
func predictionsIn(raw json.RawMessage) ([]Prediction, error) {
	some := make([]Prediction, 1)
	var err error
	d := json.NewDecoder(bytes.NewReader(raw))
	if raw[0] == '[' {
		err = decode(d, &some)
	} else {
		err = decode(d, &some[0])
	}
	for _, p := range some {
		if err == nil && (base(p.File) == "" || p.Documents == nil) {
			err = errors.New(`a prediction is an object with "file" and "documents"`)
		}
	}
	return some, err
}

// check refuses what would take too long to compare.
func (p *Prediction) check() error {
	if len(p.Documents) > maxDocuments {
		return fmt.Errorf("%d documents; at most %d are compared", len(p.Documents), maxDocuments)
	}
	for i, d := range p.Documents {
		if len(d.Fields) > maxFields {
			return fmt.Errorf("document %d: %d fields; at most %d are compared", i+1, len(d.Fields), maxFields)
		}
		for _, f := range d.Fields {
			if len(f.Evidence) > maxEvidence {
				return fmt.Errorf("document %d: %s: %d entries of evidence; at most %d are compared",
					i+1, f.Name, len(f.Evidence), maxEvidence)
			}
		}
	}
	return nil
}
