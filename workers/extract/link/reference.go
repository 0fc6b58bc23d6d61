package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
)

// Reference is what a document says of another.
type Reference struct {
	// Field is the statement.
	Field catalog.Field
	Value extract.Reference
	// From and To are those between whom the other passed, as far as the document
	// tells: "your telegram" came from its addressee.
	From, To []Name
	// FromPlace is where it came from, where no person is known.
	FromPlace []Name
	// Named are those that the words of the reference name beside these.
	Named []Name
	// number and received are the numbers in the form in which they are compared.
	number, received string
	day              day
	dated            bool
}

// mostReferences bounds the references of one document that are looked at.
const mostReferences = 100

// References returns what a document says of others, in the order of its text.
func (d *Document) References() []Reference {
	var found []Reference
	for _, f := range d.references[:min(len(d.references), mostReferences)] {
		value, err := extract.ReadValue(f.Name, f.Value)
		if v, ok := value.(extract.Reference); ok && err == nil {
			found = append(found, d.reference(f, v))
		}
	}
	return found
}

func (d *Document) reference(f catalog.Field, v extract.Reference) Reference {
	r := Reference{Field: f, Value: v, number: Number(v.Number), received: Number(v.IncomingNumber)}
	at, known := d.lastDay()
	r.day, r.dated = before(v.Date, yearStated(f.Raw, v.Date), at, known)
	if !r.dated && known {
		r.day, r.dated = beside(f.Raw, at)
	}
	d.parties(&r)
	if v.From != "" {
		r.From, r.FromPlace = d.nameIn(v.From), nil
	}
	if v.To != "" {
		r.To = d.nameIn(v.To)
	}
	r.Named = d.namedIn(f.Raw, r)
	return r
}

// lastDay is the day from which the document looks back.
func (d *Document) lastDay() (day, bool) {
	for _, days := range [][]day{d.written, d.arrived, d.catalogued} {
		if len(days) == 0 {
			continue
		}
		last := days[0]
		for _, x := range days {
			last = max(last, x)
		}
		return last, true
	}
	return 0, false
}

// yearStated tells that the words of a reference have the year of its date.
func yearStated(raw, iso string) bool {
	if len(iso) < len("1951-06-05") || iso[0] == '-' {
		return false
	}
	figures := strings.FieldsFunc(raw, func(r rune) bool { return r < '0' || r > '9' })
	if slices.Contains(figures, iso[:4]) {
		return true
	}
	_, after, found := strings.Cut(raw, "."+iso[2:4])
	return found && (after == "" || after[0] < '0' || after[0] > '9')
}

// parties sets between whom the other passed. A reference within a message speaks
// for those of the message.
func (d *Document) parties(r *Reference) {
	from, to := d.author, d.reader
	outer := true
	for _, m := range d.messages {
		if m.relation == "service_note" || !within(r.Field.Evidence, m.evidence) {
			continue
		}
		outer = false
		if len(m.from) > 0 {
			from = m.from
		}
		if len(m.to) > 0 {
			to = m.to
		}
	}
	switch r.side() {
	case yours:
		r.From, r.To = to, from
		if outer {
			r.FromPlace = d.ToPlace
		}
	case mine:
		r.From, r.To = from, to
		if outer {
			r.FromPlace = d.FromPlace
		}
	}
}

type side int

const (
	unsaid side = iota
	yours
	mine
)

// side tells whose the other is. What goes on from something goes on from one's own,
// what answers answers the other's.
func (r *Reference) side() side {
	switch r.Value.Whose {
	case "your":
		return yours
	case "my", "our":
		return mine
	}
	switch {
	case r.Value.From != "":
		return unsaid
	case r.Value.Relation == "in_reply_to":
		return yours
	case r.Value.Relation == "supplements":
		return mine
	}
	return unsaid
}

// within tells that the first words of one proof lie in the other.
func within(inner, outer []catalog.Evidence) bool {
	if len(inner) == 0 {
		return false
	}
	for _, o := range outer {
		if o.Reading == inner[0].Reading && o.Start <= inner[0].Start && inner[0].End <= o.End {
			return true
		}
	}
	return false
}

// namedIn finds those of whom the words of a reference speak.
func (d *Document) namedIn(raw string, r Reference) []Name {
	words := " " + foldWords(raw) + " "
	var found []Name
	for _, n := range d.Named {
		if _, is := common([]Name{n}, append(append([]Name{}, r.From...), r.To...)); is {
			continue
		}
		for _, f := range n.Forms {
			if strings.Contains(words, " "+f+" ") {
				found = append(found, n)
				break
			}
		}
	}
	return found
}

// Question is what to ask an index for documents that a reference may mean: those
// with a number, those from or to somebody, or those printed right before it.
type Question struct {
	// Number is one in the form of Number; empty for the other questions.
	Number string
	// Key is Name.Key of who wrote it, or with To of who was to have it.
	Key string
	To  bool
	// First and Last are days since 1 January 1970; Ever is set in their place where
	// neither reference nor document has a date.
	First, Last int
	Ever        bool
	// Vague tells that many documents fit: nothing but people and a long time is said.
	Vague bool
	// Printed is where the documents right before this one end.
	Printed *Printed
}

const (
	// back is how many days a reference without a date looks back.
	back = 60
	// slack is how many days a date may be off: sent the evening before, received
	// two days later.
	slack = 2
)

// Questions returns what to ask for a reference, those first that few documents
// answer; none for one that says too little.
func (d *Document) Questions(r Reference) []Question {
	var asked []Question
	for _, n := range []string{r.number, r.received} {
		if n != "" {
			asked = append(asked, Question{Number: n})
			if s := stem(n); s != n {
				asked = append(asked, Question{Number: s})
			}
		}
	}
	q := Question{Vague: !r.dated}
	at, known := d.lastDay()
	switch {
	case r.dated:
		q.First, q.Last = int(r.day)-slack, int(r.day)+slack
	case known:
		q.First, q.Last = int(at)-back, int(at)+late
	default:
		q.Ever = true
	}
	names := r.From
	if len(names) == 0 {
		names, q.To = r.To, true
	}
	for _, n := range names {
		if q.Key = n.Key(); q.Key != "" {
			asked = append(asked, q)
		}
	}
	if d.printed.Reading != "" {
		asked = append(asked, Question{Printed: &Printed{
			Reading: d.printed.Reading, Start: d.printed.Start - apart, End: d.printed.Start,
		}})
	}
	return asked
}

// Date is the day that the reference names, its year filled in; empty when unknown.
func (r Reference) Date() string {
	if !r.dated {
		return ""
	}
	return r.day.String()
}

// Number is the one by which the reference names the other, the sender's or else the
// receiver's, in the form in which numbers are compared; empty for none.
func (r Reference) Number() string { return cmp.Or(r.number, r.received) }
