package link

import (
	"fmt"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
)

// What the parts weigh by which two documents are one.
const (
	sameNumber   = 0.35
	sameReceived = 0.3
	sameDay      = 0.25
	samePerson   = 0.15
	otherPerson  = 0.3
	// SameFrom is the score from which number, date and people say that two documents
	// are one: number and day with one of the people, or both numbers and a day.
	SameFrom = 0.75
)

// Same tells by number, date and people whether two documents are one, in two
// languages or much misread. The numbers must agree: two telegrams of one day between
// the same people are two.
func (d *Document) Same(c *Document) Verdict {
	var v Verdict
	number, own := meet(d.own, c.own)
	received, receipt := meet(d.received, c.received)
	switch {
	case own:
		v.fits(sameNumber, "both have number %s", number)
	case !receipt && len(d.own) > 0 && len(c.own) > 0:
		v.contradicts(otherNumber, "the numbers %s and %s differ", d.own[0], c.own[0])
	}
	switch {
	case receipt:
		v.fits(sameReceived, "both have the receiver's number %s", received)
	case len(d.received) > 0 && len(c.received) > 0:
		v.contradicts(otherNumber, "the receiver's numbers %s and %s differ", d.received[0], c.received[0])
	}
	d.sameDays(&v, c)
	samePeople(&v, "from", d.From, c.From)
	samePeople(&v, "to", d.To, c.To)
	return v.bounded()
}

func (d *Document) sameDays(v *Verdict, c *Document) {
	a, b := d.compared(c)
	for _, x := range a {
		if hasDay(b, x) {
			v.fits(sameDay, "both are of %s", x)
			return
		}
	}
	if far(a, b) {
		v.contradicts(otherDay, "they are of %s and %s", a[0], b[0])
	}
}

// compared are the days of two documents that mean the same: of writing, else of
// receipt, else whatever there is.
func (d *Document) compared(c *Document) (a, b []day) {
	for _, days := range [][2][]day{{d.written, c.written}, {d.arrived, c.arrived}} {
		if len(days[0]) > 0 && len(days[1]) > 0 {
			return days[0], days[1]
		}
	}
	return d.allDays(), c.allDays()
}

// far tells that no days of two lists are near one another.
func far(a, b []day) bool {
	for _, x := range a {
		if apart, some := nearest(b, x); some && apart <= slack {
			return false
		}
	}
	return len(a) > 0 && len(b) > 0
}

// disputes counts what speaks against two documents with the same text being one: the
// sender's numbers differ by more than a misreading, or the days do. Headings do not
// count: sender and receiver each wrote a number of their own there.
func (d *Document) disputes(c *Document) int {
	n := 0
	if _, same := meet(d.sent, c.sent); len(d.sent) > 0 && len(c.sent) > 0 && !same && !nearNumbers(d.sent, c.sent[0]) {
		n++
	}
	if a, b := d.compared(c); far(a, b) {
		n++
	}
	return n
}

func (d *Document) allDays() []day {
	return append(append(append([]day{}, d.written...), d.arrived...), d.catalogued...)
}

func samePeople(v *Verdict, which string, a, b []Name) {
	if n, ok := common(a, b); ok {
		v.fits(samePerson, "both are %s %s", which, n.Shown)
	} else if len(a) > 0 && len(b) > 0 {
		v.contradicts(otherPerson, "they are %s %s and %s %s", which, shown(a), which, shown(b))
	}
}

// disputed is the similarity from which two documents are shown as copies though
// number or day speaks against it: letters of one form are alike to nine tenths.
const disputed = 0.95

// Twin tells whether two documents are copies of one, by how much of their text is
// the same, or one by number, date and people; 0 for neither.
func (d *Document) Twin(c *Document, similarity float64) (kind catalog.LinkKind, v Verdict) {
	v = d.Same(c)
	disputes := d.disputes(c)
	switch {
	case similarity >= disputed && disputes < 2, similarity >= text.AlikeFrom && disputes == 0:
		v.Score = min(1, max(similarity, v.Score))
		v.Fits = append([]string{fmt.Sprintf("%.0f %% of the text is the same", 100*similarity)}, v.Fits...)
		return catalog.LinkCopy, v
	case v.Score >= SameFrom && len(v.Against) == 0:
		if d.Language != "" && c.Language != "" && d.Language != c.Language {
			v.Fits = append(v.Fits, fmt.Sprintf("in %s and %s", d.Language, c.Language))
		} else {
			v.Against = append(v.Against, fmt.Sprintf("only %.0f %% of the text is the same", 100*similarity))
		}
		return catalog.LinkSameDocument, v
	}
	return 0, v
}
