package extract

import (
	"unicode/utf8"
)

// addressee is one to whom a document is addressed, and how that was said.
type addressee struct {
	field int // in fields
	level int
	or    bool
}

// Levels of addressing: whom the cipher clerk hands it to, for whom it is meant.
const (
	toLevel = iota
	forLevel
	transmitLevel
)

// readHead reads a document from its heading down to where the message begins.
func (d *doc) readHead() {
	if d.part.kind != "" {
		d.body = d.part.from
		return
	}
	first := d.headFrom()
	d.readHeading()
	d.readAbove(first)
	d.body = max(first, d.part.heading+1)
	unknown := 0
	for i := first; i < d.part.end; i++ {
		l := d.lines[i]
		if i == d.part.heading || l.empty() || d.pageNumber(l) {
			continue
		}
		next, known := d.headLine(i)
		switch {
		case known:
			i = max(i, next-1)
			d.body = max(d.body, i+1)
			unknown = 0
		case i < d.part.heading:
		case d.message(l) || unknown == 3:
			return
		default:
			unknown++
		}
	}
}

// readAbove reads the marks and registers that stand in an edition's header, under
// no label.
func (d *doc) readAbove(first int) {
	_, free := d.sections(d.part.from, first)
	for _, i := range free {
		l := d.lines[i]
		switch k := d.lineKinds[i]; {
		case i == d.part.heading || k != plainLine && k != numberLine:
		case d.isMark(l) || d.isRestriction(l):
			d.readMarks(l)
			d.restriction(l)
			d.copyNumber(l)
		case d.prose(l):
		case d.numbers(l) || i < d.part.heading || d.inTitle(l):
		default: // a heading without a blank line below it
			_ = d.salutation(l) || d.officeAddress(l)
		}
	}
}

// inTitle tells that a line is one of the title's.
func (d *doc) inTitle(l line) bool {
	f := d.has("title")
	return f == nil || f.Evidence[0].Start <= l.Start && l.End <= f.Evidence[0].End
}

// headFrom is the first line of the head: the form's, or the one behind the
// edition's header.
func (d *doc) headFrom() int {
	if d.part.form >= 0 {
		return d.part.form
	}
	return d.header
}

// message tells that the head is over: a sentence, or the beginning of a message
// in quotation marks.
func (d *doc) message(l line) bool {
	if d.opens(l) {
		return true
	}
	end := d.plain[l.End-1]
	if d.at(l.last-2).key == kYear {
		return false // ends in a date
	}
	return d.sentence(l) || (end == '.' || end == ':') && !d.capitals(l.Span)
}

// readHeading reads the kind of document and its number.
func (d *doc) readHeading() {
	if d.part.heading < 0 {
		return
	}
	whole := d.lines[d.part.heading]
	l := d.headingOfCells(whole)
	first := l.first
	if first == whole.first {
		first = d.titleOf(d.part.heading)
	}
	kind, i := d.formType(first, l.last)
	if kind == "" {
		return
	}
	for _, c := range d.cells(whole) {
		if c.first != l.first {
			d.headCell(c)
		}
	}
	end := d.at(i - 1).End
	if j := d.signAt(i); d.lineKinds[d.part.heading] == headingLine && (j > i || d.digits(i) > 0) {
		if n, next := d.numberAt(j); next > j {
			d.add(numberName(kind), d.registry(n), Span{d.at(i).Start, n.End}, 0.95, "heading")
			end = n.End
		}
	}
	d.add("record_type", kind, Span{d.at(first).Start, end}, 0.95, "heading")
	if d.addressedHeading(i, l) {
		rest := l
		rest.first, rest.Start = i, d.at(i).Start
		d.timed(rest)
		d.address(rest)
	}
	d.headingTitle(kind)
	d.readMarks(l)
}

// headingTitle takes the heading of what is no telegram for the title, with the
// line that goes on with it: RECORD OF CONVERSATION / with …
func (d *doc) headingTitle(kind string) {
	switch kind {
	case "telegram", "ciphered_telegram", "cable":
		return
	}
	if d.has("title") != nil {
		return
	}
	span := d.lines[d.part.heading].Span
	for i := d.part.heading + 1; i < min(d.part.heading+3, d.part.end); i++ {
		l := d.lines[i]
		if l.empty() {
			continue
		}
		if !d.startsUpper(l.first) && d.at(l.first).word() && !d.sentence(l) {
			span.End = l.End
		}
		break
	}
	d.add("title", d.clean(span), span, 0.75, "heading-title")
	d.readTitle(span)
}

// headLine reads one line of a document's head. It returns the line behind it, and
// whether the line was one of a head.
func (d *doc) headLine(i int) (next int, known bool) {
	l := d.lines[i]
	switch k := d.lineKinds[i]; {
	case k == rulerLine:
		return i + 1, true
	case k == labelLine && (d.part.form >= 0 && i > d.part.heading || d.besideFormLabel(i)):
		return i + 1, d.formDate(l)
	case k == labelLine || d.opens(l):
		return i, false
	case k == letterheadLine:
		return d.letterhead(i), true
	}
	cells := d.cells(l)
	if len(cells) == 1 {
		switch {
		case d.stamps(l):
			return d.stamp(i), true
		case d.at(l.first).key == kCopies:
			return d.copiesFrom(i), true
		}
		if s, after := d.series(l); s {
			return after, true
		}
	}
	for _, c := range cells {
		known = d.headCell(c) || known
	}
	if known {
		return i + 1, true
	}
	if d.minuteNumber(l) {
		return i + 1, true
	}
	if d.prose(l) {
		return i, false
	}
	return i + 1, d.nameLine(i)
}

// says tells that a line is a sentence that begins as no line of a form does.
func (d *doc) says(l line) bool {
	if !d.sentence(l) || d.at(l.first).key != none || !d.at(l.first).word() {
		return false
	}
	_, dateline := d.placeBeforeDay(l)
	m := d.mentionAt(l.Start)
	return dateline == l.first && (m == nil || m.Kind != "place")
}

// headCell reads one column of a line of the head.
func (d *doc) headCell(l line) bool {
	switch {
	case d.placeAndOrder(l):
		return true
	case d.bareOrder(l.first, l.last):
		return d.order(l, true)
	case d.stamps(l):
		d.stampIn(l)
		return true
	case d.isMark(l) || d.isRestriction(l):
		d.readMarks(l)
		d.restriction(l)
		d.copyNumber(l)
		d.ordersIn(l)
		return true
	case d.marksAndOrders(l):
		return true
	case d.numbers(l):
		if d.hasKey(l, kSecret) && !d.prose(l) { // Вх. № 12. Секретно
			d.readMarks(l)
		}
		return true
	case d.markAndCopy(l) || d.declassified(l) || d.journal(l) || d.markLabel(l):
		return true
	case d.at(l.first).key == kCopies:
		d.copies(l)
		return true
	case d.signAt(l.first) > l.first:
		if d.isNumberLine(l) {
			d.headNumber(l)
		} else {
			d.copies(l)
		}
		return true
	case d.order(l, true):
		return true
	}
	if s, _ := d.series(l); s {
		return true
	}
	if c, next := d.clockAt(l.first); next > l.first && c.End <= l.End && d.onlyMarks(next, l.last) {
		return true // goes with the day on the line above
	}
	if d.prose(l) || d.says(l) {
		return false
	}
	if d.repeatedTo(l) {
		return true
	}
	d.registersIn(l)
	if d.correspondence(l) {
		return true
	}
	found := d.timed(l)
	found = d.placeAndDay(l) || found
	found = d.transmission(l) || found
	if d.address(l) {
		return true
	}
	return d.placeLine(l) || found
}

// placeAndOrder reads "SEOUL Decipher in person": whereto, and an order to the clerk.
func (d *doc) placeAndOrder(l line) bool {
	n, next := d.nameAt(l.first, l.End)
	if word := d.at(l.first); (next == l.first || !n.isPlace()) && word.word() && word.key == none && d.capitals(word.Span) && word.End-word.Start > 3 && !orderWords[d.word(l.first)] && !askedWords[d.word(l.first)] && !deskWords[d.word(l.first)] && !objectWords[d.word(l.first)] && !howWords[d.word(l.first)] && !d.bareWord(l.first) {
		n, next = name{Span: word.Span, written: word.Span}, l.first+1
	} else if next == l.first || !n.isPlace() {
		return false
	}
	for next < l.last && d.at(next).mark != 0 {
		next++
	}
	if next == l.last || !d.bareOrder(next, l.last) {
		return false
	}
	d.placeTo(n)
	span := Span{d.at(next).Start, l.End}
	d.add("handling_instruction", d.clean(span), span, 0.85, "handling")
	return true
}

// bareWord tells that a word is an order by itself, or asks for one: ЛИЧНО, ПРОШУ.
func (d *doc) bareWord(i int) bool {
	switch d.word(i) {
	case "прошу", "просим", "только", "строго", "only", "strictly", "please":
		return true
	}
	return d.bareOrder(i, i+1)
}

// prose tells that a line is somebody's words: four in small letters that no form
// uses.
func (p *page) prose(l line) bool {
	small := 0
	for i := l.first; i < l.last; i++ {
		if t := p.at(i); t.word() && t.key == none && !absenceWords[p.word(i)] && !p.startsUpper(i) && t.End-t.Start > 1 && utf8.RuneCountInString(p.of(t.Span)) > 1 {
			small++
		}
	}
	return small >= 4 || small == 3 && p.plain[l.End-1] == '.'
}

// absenceWords name another addressee, for when the first is not there.
var absenceWords = wordSet("his absence absent отсутствие отсутствии отсутствия его случае")

// journal reads "From the journal of X", whose record it is.
func (d *doc) journal(l line) bool {
	for i := l.first + 1; i < min(l.first+4, l.last); i++ {
		switch d.word(i) {
		case "journal", "diary", "дневника", "журнала":
		default:
			continue
		}
		if i+1 < l.last && d.at(i+1).key == kOf {
			i++
		}
		n, next := d.nameAt(i+1, l.End)
		if next == i+1 {
			return false
		}
		d.addSender(n, "journal")
		d.readMarks(l)
		return true
	}
	return false
}

// nameLine reads a name alone, in the head, as that of the addressee.
func (d *doc) nameLine(i int) bool {
	l := d.lines[i]
	if len(d.to) > 0 && !d.belowNameLine(i) || d.lineKinds[i] != signatureLine || i >= d.part.closing {
		return false
	}
	n, next := d.nameAt(l.first, l.End)
	if next == l.first || !d.onlyMarks(next, l.last) {
		return false
	}
	d.address1(d.agent(n), n.Span, toLevel, false)
	return true
}

// belowNameLine tells that the line right above is the name alone of an addressee.
func (d *doc) belowNameLine(i int) bool {
	if i == 0 || d.lineKinds[i-1] != signatureLine {
		return false
	}
	f := d.fields[d.to[len(d.to)-1].field]
	return d.lineAt(f.Evidence[len(f.Evidence)-1].Start) == i-1
}

// isPlace tells that a name is that of a known place, from its first word on.
func (n name) isPlace() bool {
	return n.known != nil && n.known.Kind == "place" && n.known.Start == n.written.Start
}

func (d *doc) placeOf(n name) {
	if d.has("from_place") == nil {
		d.add("from_place", d.agent(n), n.Span, 0.8, "dateline")
	}
}

func (d *doc) letterhead(i int) int {
	end := i
	for j := i; j < d.part.heading; j++ {
		if d.lineKinds[j] == letterheadLine {
			end = j + 1
		} else if !d.lines[j].empty() {
			break
		}
	}
	span := d.lineSpan(i, end)
	a := Agent{Written: d.clean(span)}
	if m := d.mentionAt(span.Start); m != nil {
		a.ID, a.Name = m.Agent, m.Name
	}
	d.add("issuing_body", a, span, 0.9, "letterhead")
	return end
}

// isSender tells that a name is the one that a title has given as the sender.
func (d *doc) isSender(n name) bool {
	f := d.has("sender")
	return f != nil && f.Value.(Agent).same(d.agent(n))
}

func (d *doc) placeBefore(i, limit int) {
	if i >= limit {
		return
	}
	if n, next := d.nameAt(i, d.at(limit).Start); next > i {
		d.add("to_place", d.agent(n), n.Span, 0.8, "place-line")
	}
}

// placeLine reads a line that is a place and nothing else, or an office.
func (d *doc) placeLine(l line) bool {
	first := l.first
	if town := d.word(first) == "г" || d.word(first) == "гор"; town && d.at(first+1).mark == '.' {
		first += 2
	}
	n, next := d.nameAt(first, l.End)
	if next > first && (n.isPlace() || first > l.first && n.known == nil) && d.onlyMarks(next, l.last) {
		from := d.has("from_place")
		switch {
		case (d.belowDay(l) || d.aboveDay(l)) && from == nil:
			d.placeOf(n)
		case d.has("to_place") == nil && (from == nil || !from.Value.(Agent).same(d.agent(n))):
			d.add("to_place", d.agent(n), n.Span, 0.8, "place-line")
		}
		return true
	}
	return d.office(l)
}

// office reads an addressee who is named by office alone, such as a line with
// SOVIET AMBASSADOR and perhaps a time behind it.
func (d *doc) office(l line) bool {
	if !d.hasKey(l, kOffice) || nominative[d.word(l.first)] {
		return false
	}
	end := l.first
	for i := l.first; i < l.last && i < l.first+8; i++ {
		if t := d.at(i); !t.word() || t.key != none && t.key != kOffice && t.key != kOf || !d.startsUpper(i) && t.key == none {
			break
		}
		end = i + 1
	}
	if end == l.first || !d.hasOffice(l.first, end) {
		return false
	}
	span := Span{l.Start, d.at(end - 1).End}
	if postWords[d.word(l.first)] && d.at(l.first).key != kTo && d.atTop(l) { // EMBASSY OF THE USSR IN NORWAY, on its own paper
		d.topBody(Agent{Written: d.clean(l.Span)}, l.Span)
		return true
	}
	d.address1(Agent{Office: d.clean(span)}, span, toLevel, false)
	return true
}

func (d *doc) hasOffice(i, end int) bool {
	for ; i < end; i++ {
		if d.at(i).key == kOffice {
			return true
		}
	}
	return false
}
