package link

import (
	"slices"
	"strings"
)

// What the parts of a reference weigh. A date with both people is above Sure, a number
// with one of them or with a near date too; a number alone, or a date with one of
// them, is not.
const (
	byNumber       = 0.5
	byReceived     = 0.4 // the receiver's number
	byStem         = 0.4 // without the letter of its register
	byNearNumber   = 0.1 // never sure: the telegrams of one day have numbers like that
	byDay          = 0.35
	byArrival      = 0.3
	byDayAfter     = 0.28 // received the day after the one named
	byTwoAfter     = 0.2
	byDayApart     = 0.1
	byTenDays      = 0.15
	bySixtyDays    = 0.08
	byFrom         = 0.15
	byTo           = 0.12
	byPlace        = 0.08
	byNamed        = 0.15
	byPlaceInPrint = 0.15
	otherNumber    = 0.5
	otherDay       = 0.5
	otherFrom      = 0.25
	otherTo        = 0.15
	otherKind      = 0.15
	anotherYear    = 0.3
	yetToCome      = 0.6
	ten, sixty     = 10, 60
	aYear          = 366
)

// Match tells how well a candidate fits what a document says in a reference.
func (d *Document) Match(r Reference, candidate *Document) Verdict {
	var v Verdict
	if candidate.ID == d.ID {
		v.contradicts(1, "it is the same document")
		return v.bounded()
	}
	r.matchNumber(&v, candidate)
	d.matchDay(&v, r, candidate)
	matchPeople(&v, r, candidate)
	r.matchKind(&v, candidate)
	if r.number == "" && r.received == "" {
		matchNamed(&v, r, candidate)
	}
	if candidate.rightBefore(d) && r.side() != mine {
		v.fits(byPlaceInPrint, "printed right before it")
	}
	return v.bounded()
}

func (r *Reference) matchNumber(v *Verdict, c *Document) {
	switch {
	case r.number == "":
	case holds(c.own, r.number):
		v.fits(byNumber, "number %s", r.Value.Number)
	case holds(c.received, r.number):
		v.fits(byReceived, "number %s is the receiver's", r.Value.Number)
	case sameStem(c.own, r.number):
		v.fits(byStem, "number %s but for its letter", r.Value.Number)
	case nearNumbers(c.own, r.number):
		v.fits(byNearNumber, "its number %s is one character from %s", strings.Join(c.own, ", "), r.Value.Number)
		v.Doubtful = true
	case len(c.own) > 0:
		v.contradicts(otherNumber, "its number is %s, not %s", strings.Join(c.own, ", "), r.Value.Number)
	}
	switch {
	case r.received == "":
	case holds(c.received, r.received), holds(c.own, r.received):
		v.fits(byReceived, "receiver's number %s", r.Value.IncomingNumber)
	case len(c.received) > 0:
		v.contradicts(otherNumber, "the receiver's number is %s, not %s", strings.Join(c.received, ", "), r.Value.IncomingNumber)
	}
}

// matchDay compares with the days of writing and sending, with those of receipt, and
// with the cataloguer's where there is no other.
func (d *Document) matchDay(v *Verdict, r Reference, c *Document) {
	if !c.Dated() {
		return
	}
	if !r.dated {
		d.matchDistance(v, r, c)
		return
	}
	written := c.written
	if len(written) == 0 {
		written = c.catalogued
	}
	apart, some := nearest(written, r.day)
	switch {
	case some && apart == 0:
		v.fits(byDay, "dated %s", r.day)
	case hasDay(c.arrived, r.day) && (!some || apart <= slack):
		v.fits(byArrival, "received %s", r.day)
	case !some && hasDay(c.arrived, r.day+1):
		v.fits(byDayAfter, "received the day after %s", r.day)
	case !some && hasDay(c.arrived, r.day+2):
		v.fits(byTwoAfter, "received two days after %s", r.day)
	case some && apart == 1:
		v.fits(byDayApart, "dated a day from %s", r.day)
	default:
		v.contradicts(otherDay, "its date is %s, not %s", c.daysShown(), r.day)
	}
	d.matchOrder(v, c)
}

// matchOrder holds against a candidate that it came later.
func (d *Document) matchOrder(v *Verdict, c *Document) (days int, known bool) {
	at, known := d.lastDay()
	if !known || !c.Dated() {
		return 0, false
	}
	days = int(at) - slices.Min(c.Days())
	if days < -late {
		v.contradicts(yetToCome, "it is of %s, after this one", c.daysShown())
	}
	return days, true
}

// matchDistance rates a candidate for a reference without a date: the nearer the
// better. Numbers begin anew each year.
func (d *Document) matchDistance(v *Verdict, r Reference, c *Document) {
	days, known := d.matchOrder(v, c)
	switch {
	case !known || days < -late:
	case days <= ten:
		v.fits(byTenDays, "%d days before", max(days, 0))
	case days <= sixty:
		v.fits(bySixtyDays, "%d days before", days)
	case days > aYear:
		v.contradicts(anotherYear, "it is of %s, and numbers begin anew each year", c.daysShown())
	}
}

func matchPeople(v *Verdict, r Reference, c *Document) {
	from, fits := common(r.From, c.From)
	switch {
	case fits:
		v.fits(byFrom, "from %s", from.Shown)
	case len(r.From) > 0 && len(c.From) > 0:
		v.contradicts(otherFrom, "it is from %s, not from %s", shown(c.From), shown(r.From))
	default:
		if place, fits := common(r.FromPlace, c.FromPlace); fits {
			v.fits(byPlace, "from %s", place.Shown)
		}
	}
	to, fits := common(r.To, c.To)
	switch {
	case fits:
		v.fits(byTo, "to %s", to.Shown)
	case len(r.To) > 0 && len(c.To) > 0:
		v.contradicts(otherTo, "it is to %s, not to %s", shown(c.To), shown(r.To))
	}
}

// correspondence are the kinds that stand for one another in what people write.
var correspondence = map[string]bool{"telegram": true, "message": true, "letter": true}

// matchKind holds against a candidate that it is another kind of paper.
func (r *Reference) matchKind(v *Verdict, c *Document) {
	if c.Type == "" || r.Value.Kind == "" {
		return
	}
	telegram := strings.Contains(c.Type, "telegram") || c.Type == "cable"
	switch {
	case r.Value.Kind == "telegram" && telegram, r.Value.Kind == "message", strings.Contains(c.Type, r.Value.Kind):
	case r.Value.Kind == "directive" && telegram, r.Value.Kind == "draft":
	case r.Value.Kind == "telegram", telegram, correspondence[r.Value.Kind]:
		v.contradicts(otherKind, "it is a %s, not a %s", strings.ReplaceAll(c.Type, "_", " "), r.Value.Kind)
	}
}

// matchNamed compares those of whom the words of the reference speak.
func matchNamed(v *Verdict, r Reference, c *Document) {
	if len(r.Named) == 0 || len(c.Named) == 0 {
		return
	}
	for _, n := range r.Named {
		if _, is := common([]Name{n}, c.Named); !is {
			return
		}
	}
	v.fits(byNamed, "it names %s", shown(r.Named))
}

func (d *Document) daysShown() string {
	for _, days := range [][]day{d.written, d.arrived, d.catalogued} {
		if len(days) > 0 {
			return days[0].String()
		}
	}
	return "unknown"
}
