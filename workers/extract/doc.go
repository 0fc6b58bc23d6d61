package extract

import (
	"strings"
)

// doc reads one document of a page.
type doc struct {
	*page
	part   part
	fields []Field
	// catalogue are the proofs of what an edition says, in the first of the fields.
	catalogue  []Span
	catalogued int
	// header is the first line behind the edition's header.
	header int
	// body is the first line behind the form's head.
	body int
	// year is that of the document, for dates that have none.
	year int
	// inbound tells that the form is the receiver's.
	inbound bool
	// to are the addressees in the order in which they were found.
	to []addressee
	// titleFrom and titleTo are the places that a title names.
	titleFrom, titleTo name
	// titled is whom the title addresses, for a form that addresses nobody.
	titled struct {
		agent Agent
		span  Span
	}
	// messages are those inside the document.
	messages []message
}

// read finds the fields. Later rules use what earlier ones have found.
func (d *doc) read() {
	d.readCatalogue()
	d.readHead()
	d.readBody()
	d.readClosing()
	d.readReferences()
	d.readGlosses()
	d.readNames()
	d.conclude()
}

// add appends a field. Raw is what the span has; further spans are evidence too.
func (d *doc) add(name string, value any, raw Span, confidence float64, rule string, more ...Span) {
	raw = d.trim(raw)
	if raw.Start >= raw.End {
		return
	}
	evidence := append([]Span{raw}, more...)
	d.fields = append(d.fields, Field{
		Name: name, Value: value, Raw: d.of(raw), Evidence: evidence, Confidence: confidence, Rule: rule + "@" + Version,
	})
}

// has returns the first field of a name, or nil.
func (d *doc) has(name string) *Field {
	for i := range d.fields {
		if d.fields[i].Name == name {
			return &d.fields[i]
		}
	}
	return nil
}

// lineSpan is that of whole lines, without the blank ones at the ends.
func (d *doc) lineSpan(from, to int) Span {
	for from < to && d.lines[from].empty() {
		from++
	}
	for to > from && d.lines[to-1].empty() {
		to--
	}
	if from >= to {
		return Span{}
	}
	return Span{d.lines[from].Start, d.lines[to-1].End}
}

// clean returns the words of a span without marks, in one line.
func (p *page) clean(s Span) string {
	words := p.plain[s.Start:s.End]
	if singleSpaced(words) {
		return words
	}
	return strings.Join(strings.Fields(words), " ")
}

// singleSpaced tells that a text has no white space but single blanks between words,
// as far as its bytes show.
func singleSpaced(s string) bool {
	blank := true
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' && blank, '\t' <= c && c <= '\r', c == 0xc2 || c == 0xe1 || c == 0xe2 || c == 0xe3: // a lead byte of a further blank
			return false
		default:
			blank = c == ' '
		}
	}
	return !blank
}

// setYear takes the year of the first date that has one.
func (d *doc) setYear(m moment) {
	if d.year == 0 {
		d.year = m.day.year
	}
}
