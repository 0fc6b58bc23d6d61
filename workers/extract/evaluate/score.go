package evaluate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Likeness of spans from which a proposed document is taken for a gold document, and from which its
// borders count as well drawn.
const (
	sameDocument = 0.3
	wellDrawn    = 0.9
)

// document is a document of the gold or of a prediction, made ready for comparison.
type document struct {
	file, name string
	span       Span // trimmed
	gold       *GoldDocument
	statements []*statement
}

// named returns the statements of one field.
func (d *document) named(field string) []*statement {
	var some []*statement
	for _, s := range d.statements {
		if s.field == field {
			some = append(some, s)
		}
	}
	return some
}

// absent says whether the gold demands that a field comes out empty.
func (d *document) absent(field string) bool {
	return d.gold != nil && slices.Contains(d.gold.AbsentFields, field)
}

func (d *document) headOnly() bool { return d.gold != nil && d.gold.Entities == "header" }

// scorer adds up what one call of Score compares.
type scorer struct {
	gold    *Gold
	report  *Report
	tallies map[string]*tally
	drawn   float64 // sum of the likeness of paired documents
}

// Score compares predictions with the gold. Texts are the labelled files by the last part of their
// names; for a file whose text is missing evidence is compared only roughly and its fidelity not at
// all, and the report warns of it.
//
// Documents are paired so that their spans agree best, then the labels and fields of one name in
// each pair so that the credit is greatest. A label that is found is right whatever its status; one
// that is missed costs what its status says; a field that answers no label is spurious. Not held
// against anyone: a further mention of a name or gloss that is labelled, names and glosses where only
// the head was labelled, names that lie within what a cataloguer wrote, and peoples given as places.
//
// An error means that the input cannot be compared: a text that is not the one that was labelled,
// two predictions for one file, more fields than the limits allow.
func Score(gold *Gold, texts map[string]string, predictions []Prediction) (*Report, error) {
	s := &scorer{gold: gold, report: newReport(), tallies: map[string]*tally{}}
	byFile, err := s.sort(predictions)
	if err != nil {
		return nil, err
	}
	for i := range gold.Files {
		f := &gold.Files[i]
		name := base(f.Name)
		text, known := texts[name]
		if err := f.checkText(text, known); err != nil {
			return nil, fmt.Errorf("compare %s: %w", name, err)
		}
		if !known {
			s.warn("%s: no text; evidence is compared roughly and its fidelity not at all", name)
		}
		if byFile[name] == nil {
			s.warn("%s: no prediction; all is missed", name)
		}
		s.file(f, newSource(text, known), byFile[name])
	}
	s.finish()
	return s.report, nil
}

func (s *scorer) warn(format string, args ...any) {
	s.report.Warnings = append(s.report.Warnings, fmt.Sprintf(format, args...))
}

// sort returns the predictions by file and warns of those that the gold knows nothing of.
func (s *scorer) sort(predictions []Prediction) (map[string]*Prediction, error) {
	known := map[string]bool{}
	for _, f := range s.gold.Files {
		known[base(f.Name)] = true
	}
	byFile := map[string]*Prediction{}
	for i := range predictions {
		p := &predictions[i]
		name := base(p.File)
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("prediction for %s: %w", name, err)
		}
		switch {
		case byFile[name] != nil:
			return nil, fmt.Errorf("two predictions for %s", name)
		case !known[name]:
			s.warn("%s: the gold has no such file; its prediction is left out", name)
		default:
			byFile[name] = p
		}
	}
	return byFile, nil
}

// checkText refuses a text that is not the one that was labelled.
func (f *GoldFile) checkText(text string, known bool) error {
	if !known {
		return nil
	}
	if sum := sha256.Sum256([]byte(text)); f.SHA256 != "" && !strings.EqualFold(f.SHA256, hex.EncodeToString(sum[:])) {
		return fmt.Errorf("the text is not the one that was labelled: its SHA-256 is %x, the gold says %s", sum, f.SHA256)
	}
	for _, d := range f.Documents {
		for i, l := range d.Labels {
			for _, e := range l.Evidence {
				if e.End > len(text) || e.Text != "" && e.Text != text[e.Start:e.End] {
					return fmt.Errorf("document %s: label %d %q: bytes %d to %d of the text are not its evidence",
						d.ID, i+1, l.Field, e.Start, e.End)
				}
			}
		}
	}
	return nil
}

// file compares one file.
func (s *scorer) file(f *GoldFile, src *source, p *Prediction) {
	var golds, proposals []*document
	for i := range f.Documents {
		golds = append(golds, goldDocument(base(f.Name), &f.Documents[i], src))
	}
	if p != nil {
		for i := range p.Documents {
			proposals = append(proposals, s.proposal(&p.Documents[i], src, base(f.Name), i+1))
		}
	}
	answer, stray := s.pair(golds, proposals)
	for i, g := range golds {
		s.document(g, answer[i])
	}
	for _, d := range stray {
		s.document(&document{file: d.file, name: d.name}, withoutUnlabelled(d, golds))
	}
	for _, d := range proposals {
		for _, field := range d.statements {
			s.fidelity(d, field)
		}
	}
}

func goldDocument(file string, d *GoldDocument, src *source) *document {
	doc := &document{file: file, name: d.ID, span: src.trim(d.Span), gold: d}
	for i := range d.Labels {
		doc.statements = append(doc.statements, labelStatement(&d.Labels[i], d.Span, src))
	}
	return doc
}

// proposal makes the nth predicted document of a file ready. Without a valid span it has that of its evidence.
func (s *scorer) proposal(d *Proposal, src *source, file string, n int) *document {
	doc := &document{file: file, name: fmt.Sprintf("proposal %d", n), span: d.Span}
	var spans []Span
	for i := range d.Fields {
		if _, known := s.gold.Schema.Fields[d.Fields[i].Name]; !known {
			s.warn("%s, %s: the schema has no field %q; it is left out", file, doc.name, d.Fields[i].Name)
			continue
		}
		field := fieldStatement(&d.Fields[i], src)
		doc.statements = append(doc.statements, field)
		if !field.inComment() {
			spans = append(spans, field.spans...)
		}
	}
	if !d.Span.valid() {
		s.warn("%s, %s: the span %d to %d is empty or negative", file, doc.name, d.Span.Start, d.Span.End)
		if doc.span = hull(spans); len(spans) == 0 {
			doc.span = Span{0, 1}
		}
	}
	doc.span = src.trim(doc.span)
	return doc
}

// pair finds for each gold document the proposal that answers it, an empty one where there is none,
// and returns the proposals that answer nothing.
func (s *scorer) pair(golds, proposals []*document) (answer, stray []*document) {
	weights := make([][]float64, len(golds))
	for i, g := range golds {
		weights[i] = make([]float64, len(proposals))
		for k, p := range proposals {
			if likeness := g.span.likeness(p.span); likeness >= sameDocument {
				weights[i][k] = likeness
			}
		}
	}
	d := &s.report.Documents
	d.Gold += len(golds)
	d.Predicted += len(proposals)
	answer = make([]*document, len(golds))
	for i := range answer {
		answer[i] = &document{}
	}
	taken := map[int]bool{}
	for _, p := range assign(weights) {
		likeness := weights[p.row][p.column]
		answer[p.row], taken[p.column] = proposals[p.column], true
		s.drawn += likeness
		d.Aligned++
		if likeness >= wellDrawn {
			d.WellDrawn++
		}
	}
	for k, p := range proposals {
		if !taken[k] {
			stray = append(stray, p)
		}
	}
	return answer, stray
}

// withoutUnlabelled leaves names and glosses out of a proposal that lies in a gold document whose
// names were labelled only at the head.
func withoutUnlabelled(d *document, golds []*document) *document {
	within := slices.ContainsFunc(golds, func(g *document) bool {
		return g.headOnly() && g.span.cover(d.span) >= half
	})
	if !within {
		return d
	}
	rest := *d
	rest.statements = slices.DeleteFunc(slices.Clone(d.statements), func(s *statement) bool {
		return ruleOf[s.field].group.repeats()
	})
	return &rest
}

// document compares the fields of a proposal with the labels of a gold document.
func (s *scorer) document(gold, proposal *document) {
	for _, r := range rules {
		fields := slices.DeleteFunc(proposal.named(r.field), (*statement).inComment)
		if labels := gold.named(r.field); len(labels)+len(fields) > 0 {
			c := &contest{
				report: s.report, tally: s.tally(r.field), rule: r, gold: gold, labels: labels, fields: fields,
			}
			c.decide()
		}
	}
}
