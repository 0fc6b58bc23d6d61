// Package link decides how documents hang together: whether one is what another
// refers to, and whether two are the same. It says how sure that is and why.
//
// It is pure: what documents say about themselves in, a verdict out. It knows no
// database; who asks brings the candidates. It never decides what is not clear: of
// several that fit alike none is chosen.
package link

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
)

// The bounds of a verdict's score.
const (
	// Sure is the score from which a document is taken for the one referred to, where
	// no other fits as well. A number alone is below it: numbers begin anew each year.
	Sure = 0.55
	// Possible is the score from which a document is worth showing as a candidate.
	Possible = 0.3
	// Lead is by how much the best must be above the next.
	Lead = 0.1
)

// Verdict is how well two documents fit together.
type Verdict struct {
	// Score is from 0 to 1.
	Score float64
	// Doubtful tells that the fit takes a misreading for granted: however well the rest
	// fits, only a person can tell.
	Doubtful bool
	// Fits and Against are the reasons, for a person.
	Fits, Against []string
}

func (v *Verdict) fits(by float64, format string, args ...any) {
	v.Score += by
	v.Fits = append(v.Fits, fmt.Sprintf(format, args...))
}

func (v *Verdict) contradicts(by float64, format string, args ...any) {
	v.Score -= by
	v.Against = append(v.Against, fmt.Sprintf(format, args...))
}

// bounded puts the score between 0 and 1.
func (v Verdict) bounded() Verdict {
	v.Score = min(max(v.Score, 0), 1)
	return v
}

// Why lists the reasons in one line.
func (v Verdict) Why() string {
	s := strings.Join(v.Fits, "; ")
	if len(v.Against) == 0 {
		return s
	}
	if s != "" {
		s += "; "
	}
	return s + "against it: " + strings.Join(v.Against, "; ")
}

// Document is what a document says about itself as a part of a correspondence.
type Document struct {
	// ID is whatever the caller knows it by.
	ID string
	// Type is its record type; empty when unknown.
	Type string
	// Language of the text, such as "en"; empty when unknown.
	Language string
	// From wrote it, To were to have it; those of a message that it relays too.
	From, To []Name
	// author and reader are without those of a message that it relays.
	author, reader []Name
	// FromPlace and ToPlace are IDs or names of places.
	FromPlace, ToPlace []Name
	// Named are those that the text mentions.
	Named []Name

	// own are the sender's numbers, received the receiver's; sent are those of own that
	// stand below the text and not in a heading, which may be anybody's.
	own, received, sent []string
	// written are the days of writing and sending, arrived those of receipt.
	written, arrived []day
	// catalogued is the cataloguer's day; it counts where written is empty.
	catalogued []day
	messages   []message
	// references are the fields that name others.
	references []catalog.Field
	printed    Printed
}

// Printed is where a publication has a document: bytes of the reading of its text.
type Printed struct {
	Reading    string
	Start, End int
}

// apart is how many bytes may be between two documents of a publication that stand one
// behind the other: blanks, a line of stars, a number.
const apart = 40

// SetPrinted tells where a publication has the document.
func (d *Document) SetPrinted(p Printed) { d.printed = p }

// Printed returns where a publication has the document; without a reading for none.
func (d *Document) Printed() Printed { return d.printed }

// rightBefore tells that a publication has d right before another document.
func (d *Document) rightBefore(other *Document) bool {
	a, b := d.printed, other.printed
	return a.Reading != "" && a.Reading == b.Reading && a.End <= b.Start && b.Start-a.End <= apart
}

// message is one inside the document.
type message struct {
	relation string
	from, to []Name
	evidence []catalog.Evidence
}

// Read collects what a document's fields say.
func Read(id string, fields []catalog.Field) *Document {
	d := &Document{ID: id}
	var embedded []catalog.Field
	for _, f := range fields {
		if len(f.Value) == 0 {
			continue
		}
		value, err := extract.ReadValue(f.Name, f.Value)
		if err != nil {
			continue // a value of another form says nothing here
		}
		switch v := value.(type) {
		case string:
			d.readText(f.Name, v)
		case extract.NumberRange:
			d.own = append(d.own, numbersOf(v)...)
		case extract.Date:
			d.readDate(f.Name, v)
		case extract.Agent:
			d.readAgent(f.Name, v)
		case extract.Mention:
			d.Named = append(d.Named, nameOfMention(v))
		case extract.Embedded:
			embedded = append(embedded, f)
		case extract.Reference:
			d.references = append(d.references, f)
		}
	}
	d.settleNumbers()
	d.author, d.reader = d.From, d.To
	for _, f := range embedded {
		d.readMessage(f)
	}
	return d
}

func (d *Document) readText(name, v string) {
	switch name {
	case "record_type":
		d.Type = v
	case "content_language":
		d.Language = v
	case "outgoing_number":
		d.sent = append(d.sent, Number(v))
		d.own = append(d.own, Number(v))
	case "telegram_number", "document_number", "registration_number":
		d.own = append(d.own, Number(v))
	case "incoming_number":
		d.received = append(d.received, Number(v))
	}
}

func (d *Document) readDate(name string, v extract.Date) {
	when, ok := dayOf(v.ISO)
	if !ok {
		return
	}
	switch name {
	case "document_date", "sent_at":
		d.written = append(d.written, when)
	case "received_at", "relayed_received_at":
		d.arrived = append(d.arrived, when)
	case "catalogue_date":
		d.catalogued = append(d.catalogued, when)
	}
}

func (d *Document) readAgent(name string, v extract.Agent) {
	n := nameOf(v)
	if n.empty() {
		return
	}
	switch name {
	case "sender", "signatory":
		d.From = append(d.From, n)
	case "addressee", "via":
		d.To = append(d.To, n)
	case "from_place":
		d.FromPlace = append(d.FromPlace, n)
	case "to_place":
		d.ToPlace = append(d.ToPlace, n)
	}
}

// readMessage takes those of a message that is handed on for those of the document
// too: who answers "your telegram" means them.
func (d *Document) readMessage(f catalog.Field) {
	value, err := extract.ReadValue(f.Name, f.Value)
	v, ok := value.(extract.Embedded)
	if err != nil || !ok {
		return
	}
	m := message{relation: v.Relation, from: d.nameIn(v.From), to: d.nameIn(v.To), evidence: f.Evidence}
	d.messages = append(d.messages, m)
	if v.Relation == "relayed" {
		d.From = append(d.From, m.from...)
		d.To = append(d.To, m.to...)
	}
}

// Dated tells whether the document has any day.
func (d *Document) Dated() bool {
	return len(d.written)+len(d.arrived)+len(d.catalogued) > 0
}

// Days are those since 1 January 1970 that the document may be named by.
func (d *Document) Days() []int {
	var days []int
	for _, x := range d.allDays() {
		if !slices.Contains(days, int(x)) {
			days = append(days, int(x))
		}
	}
	return days
}
