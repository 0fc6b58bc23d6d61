package evaluate

import (
	"encoding/json"
	"math"
)

// Report is what a comparison counted. It is the same for the same input, to the order of findings.
type Report struct {
	Groups    []GroupFigures `json:"groups"`
	Documents Borders        `json:"documents"`
	Fields    []FieldFigures `json:"fields"` // those that stand in the gold or in a prediction
	Fidelity  Fidelity       `json:"fidelity"`
	// RelationErrors counts references and inner messages that are found, but in the wrong relation.
	RelationErrors int       `json:"relation_errors"`
	Warnings       []string  `json:"warnings"`
	Findings       []Finding `json:"findings"`
}

func newReport() *Report {
	return &Report{Fields: []FieldFigures{}, Warnings: []string{}, Findings: []Finding{}}
}

// Figures are the counts of one field or group. Right, Missed and Spurious need not be whole: see
// Status and Score.
type Figures struct {
	Gold     int     `json:"gold"`
	Found    int     `json:"found"`
	Right    float64 `json:"right"`
	Missed   float64 `json:"missed"`
	Spurious float64 `json:"spurious"`

	// Spurious fields by kind: of a field that the gold lists as absent, of one on which it says
	// nothing in this document, of one that it has otherwise.
	Invented int `json:"invented"`
	Silent   int `json:"silent"`
	Wrong    int `json:"wrong"`

	Precision Share `json:"precision"` // right / (right + spurious)
	Recall    Share `json:"recall"`    // right / (right + missed)
	F1        Share `json:"f1"`        // of the sums, not a mean of means
	Grounded  Share `json:"grounded"`  // of what is right: evidence touches that of the gold
}

// GroupFigures are the summed figures of a group.
type GroupFigures struct {
	Group Group `json:"group"`
	Figures
}

// FieldFigures are the figures of a field.
type FieldFigures struct {
	Field string `json:"field"`
	Group Group  `json:"group"`
	Figures
}

// Borders says how documents were told apart.
type Borders struct {
	Gold      int   `json:"gold"`
	Predicted int   `json:"predicted"`
	Aligned   int   `json:"aligned"`        // paired, at a likeness of 0.3 and more
	WellDrawn int   `json:"aligned_at_0.9"` // paired, at a likeness of 0.9 and more
	F1        Share `json:"f1"`
	F1Well    Share `json:"f1_at_0.9"`
	Score     Share `json:"score"` // mean likeness of the spans; 0 for what is not paired
}

// Fidelity says whether fields point to words that hold what they say.
type Fidelity struct {
	Fields   int   `json:"fields"`
	Faithful int   `json:"faithful"`
	Rate     Share `json:"rate"`
	Exact    Share `json:"exact_rate"` // the evidence is the raw and nothing more

	exact int
}

// Share is a ratio from 0 to 1, or Undefined.
type Share float64

// Undefined is the share of nothing. It lies below every threshold and is null in JSON.
const Undefined Share = -1

// MarshalJSON writes a share with four decimals, or null.
func (s Share) MarshalJSON() ([]byte, error) {
	if s < 0 {
		return []byte("null"), nil
	}
	return json.Marshal(math.Round(float64(s)*10_000) / 10_000)
}

func share(part, of float64) Share {
	if of == 0 {
		return Undefined
	}
	return Share(part / of)
}

// Kind says what a finding is about.
type Kind string

// The kinds of findings.
const (
	Missed        Kind = "missed"
	Spurious      Kind = "spurious"
	WrongRelation Kind = "relation"
	Unfaithful    Kind = "unfaithful"
)

// Why a field is spurious.
const (
	invented = "invented"
	silent   = "silent"
	wrong    = "wrong"
)

// Finding is one difference between gold and prediction.
type Finding struct {
	Kind     Kind   `json:"kind"`
	File     string `json:"file"`     // the last part of its name
	Document string `json:"document"` // the gold's ID, or "proposal 2" where it is about the prediction alone
	Field    string `json:"field"`
	// Why is the status of a label that was missed; invented, silent or wrong for a spurious field;
	// what is the matter with evidence.
	Why  string  `json:"why,omitempty"`
	Cost float64 `json:"cost,omitempty"`
	Want any     `json:"want,omitempty"`
	Got  any     `json:"got,omitempty"`
	Raw  string  `json:"raw"`
	// Rule and Confidence are those of the prediction.
	Rule       string  `json:"rule,omitempty"`
	Confidence float64 `json:"confidence,omitempty"`
	Evidence   []Quote `json:"evidence"`
}

// Quote is a place in a file with its words.
type Quote struct {
	Span
	Line int    `json:"line,omitempty"` // from 1; 0 when it is not known
	Text string `json:"text"`           // white space folded, at most 160 characters
}

// maxQuote is the length in characters from which a quotation is cut.
const maxQuote = 160

func quoteAll(src *source, spans []Span) []Quote {
	quotes := make([]Quote, len(spans))
	for i, span := range spans {
		text, ok := src.cut(span)
		if !ok {
			text = ""
		}
		quotes[i] = Quote{Span: span, Text: shorten(squeeze(text), maxQuote)}
		if span.valid() {
			quotes[i].Line = src.line(span.Start)
		}
	}
	return quotes
}

func shorten(s string, width int) string {
	if runes := []rune(s); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return s
}

// tally counts one field or group.
type tally struct {
	gold, found             int
	right, missed, spurious float64
	invented, silent, wrong int
	grounded                float64
}

func (t *tally) add(o *tally) {
	t.gold += o.gold
	t.found += o.found
	t.right += o.right
	t.missed += o.missed
	t.spurious += o.spurious
	t.invented += o.invented
	t.silent += o.silent
	t.wrong += o.wrong
	t.grounded += o.grounded
}

func (t *tally) figures() Figures {
	return Figures{
		Gold: t.gold, Found: t.found, Right: t.right, Missed: t.missed, Spurious: t.spurious,
		Invented: t.invented, Silent: t.silent, Wrong: t.wrong,
		Precision: share(t.right, t.right+t.spurious),
		Recall:    share(t.right, t.right+t.missed),
		F1:        share(2*t.right, 2*t.right+t.spurious+t.missed),
		Grounded:  share(t.grounded, t.right),
	}
}

// tally returns the counts of a field.
func (s *scorer) tally(field string) *tally {
	if s.tallies[field] == nil {
		s.tallies[field] = &tally{}
	}
	return s.tallies[field]
}

// finish turns the counts into figures.
func (s *scorer) finish() {
	r := s.report
	sums := map[Group]*tally{}
	for _, g := range groups {
		sums[g] = &tally{}
	}
	for _, rule := range rules {
		if t := s.tallies[rule.field]; t != nil && *t != (tally{}) {
			r.Fields = append(r.Fields, FieldFigures{rule.field, rule.group, t.figures()})
			sums[rule.group].add(t)
		}
	}
	for _, g := range groups {
		r.Groups = append(r.Groups, GroupFigures{g, sums[g].figures()})
	}
	d, all := &r.Documents, float64(r.Documents.Gold+r.Documents.Predicted)
	d.F1 = share(float64(2*d.Aligned), all)
	d.F1Well = share(float64(2*d.WellDrawn), all)
	d.Score = share(2*s.drawn, all)
	f := &r.Fidelity
	f.Rate = share(float64(f.Faithful), float64(f.Fields))
	f.Exact = share(float64(f.exact), float64(f.Fields))
}

// Group returns the summed figures of a group.
func (r *Report) Group(g Group) Figures {
	for _, figures := range r.Groups {
		if figures.Group == g {
			return figures.Figures
		}
	}
	return (&tally{}).figures()
}

// Field returns the figures of a field, with undefined shares when neither side has it.
func (r *Report) Field(name string) Figures {
	for _, figures := range r.Fields {
		if figures.Field == name {
			return figures.Figures
		}
	}
	return (&tally{}).figures()
}
