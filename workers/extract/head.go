package extract

import (
	"slices"
	"strings"
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

// numberName is the field that the number of a kind of document stands in.
func numberName(kind string) string {
	switch kind {
	case "", "resolution", "note", "letter", "report", "memorandum_of_conversation":
		return "document_number"
	}
	return "telegram_number"
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

// registersIn reads the registers' numbers behind other words of a line: "Принята 5
// мая в 6 час. Вх. 1188".
func (d *doc) registersIn(l line) {
	if d.hasKey(l, kMy) || d.hasKey(l, kOur) || d.hasKey(l, kYour) {
		return // another telegram's
	}
	for i := l.first + 1; i+1 < l.last; i++ {
		if k := d.at(i).key; (k == kIncoming || k == kOutgoing || k == kSpecial) && d.at(i-1).mark != '(' {
			rest := l
			rest.first, rest.Start = i, d.at(i).Start
			d.numbers(rest)
			return
		}
	}
}

// formDate reads "Date: 14 June 1953" of a form.
func (d *doc) formDate(l line) bool {
	found, value := d.labelAt(l)
	if found != dateLabel {
		return false
	}
	m, next := d.momentAt(d.tokenAt(value.Start))
	if next == d.tokenAt(value.Start) {
		return false
	}
	d.setYear(m)
	d.dated(m, "form-date")
	return true
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

// cells cuts a line of a form where blanks show that it has columns. A value that
// goes on in the next column, such as a time with its day, is not cut.
func (p *page) cells(l line) []line {
	one := []line{l}
	if l.last-l.first > 40 || !p.columns(l) || p.prose(l) {
		return one
	}
	var cells []line
	first := l.first
	for i := l.first + 1; i <= l.last; i++ {
		if i < l.last && !p.gap(i) || i < l.last && p.goesOn(first, i) {
			continue
		}
		c := l
		c.first, c.last = first, i
		c.Span = Span{p.at(first).Start, p.at(i - 1).End}
		cells, first = append(cells, c), i
	}
	if len(cells) < 2 {
		return one
	}
	return cells
}

// columns tells that there is a wide blank in a line at all.
func (p *page) columns(l line) bool {
	s := p.plain[l.Start:l.End]
	return strings.IndexByte(s, '\t') >= 0 || strings.Contains(s, "   ")
}

// gap tells that a column ends before token i.
func (p *page) gap(i int) bool {
	between := p.plain[p.at(i-1).End:p.at(i).Start]
	return len(between) >= 3 || strings.IndexByte(between, '\t') >= 0
}

// placeAndGap tells that a day follows behind a wide blank that stands for the comma
// of a dateline.
func (p *page) placeAndGap(first, i int) bool {
	_, next := p.dayAt(i)
	return next > i && i-first <= 3 && p.startsUpper(first) && p.at(first).key == none && p.at(i-1).word()
}

// goesOn tells that what stands before token i ends in a label or a sign, or has a
// time whose day comes behind it.
func (p *page) goesOn(first, i int) bool {
	before := p.at(i - 1)
	if p.placeAndGap(first, i) {
		return true
	}
	if before.mark == ':' || p.signAt(i-1) > i-1 || i-first == 1 && before.word() && before.key != none && before.key != kUrgent && before.key != kSecret {
		return true
	}
	for j := max(first, i-6); j < i; j++ {
		if _, next := p.momentAt(j); next > i {
			return true
		}
	}
	return false
}

// headNumber reads the number, or several, alone below a heading that has none.
func (d *doc) headNumber(l line) {
	kind := ""
	if f := d.has("record_type"); f != nil {
		kind = f.Value.(string)
	}
	j := d.signAt(l.first)
	all, next := d.numbersAt(j)
	if name := numberName(kind); len(all) > 0 && d.has(name) == nil {
		d.addNumbers(name, all, Span{l.Start, all[len(all)-1].End}, 0.8, "head-number")
	}
	if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
		d.setYear(m)
		if m.clock != nil && d.has("sent_at") == nil {
			d.add("sent_at", d.date(m, d.year), m.Span, 0.7, "number-time")
		}
		d.dated(m, "number-date")
	}
}

// minuteNumber reads "П79/188. Вопрос …", the number under which a resolution stands in
// the minutes, and a date behind it.
func (d *doc) minuteNumber(l line) bool {
	n, next := d.numberAt(l.first)
	if d.digits(l.first) > 0 || next == l.first || d.has("document_number") != nil {
		return false
	}
	d.add("document_number", d.registry(n), n, 0.85, "minute-number")
	if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
		d.setYear(m)
		d.dated(m, "number-date")
	}
	return true
}

// addNumbers adds each number of a list; the words of all prove it.
func (d *doc) addNumbers(field string, all []Span, raw Span, confidence float64, rule string) {
	for _, n := range all {
		d.add(field, d.registry(n), raw, confidence, rule)
	}
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
var absenceWords = setOfWords("his absence absent отсутствие отсутствии отсутствия его случае")

// markAndCopy reads "SECRET. Copy No. 4", also behind other words.
func (d *doc) markAndCopy(l line) bool {
	if !d.hasKey(l, kSecret) || d.prose(l) || l.last-l.first > 16 {
		return false
	}
	d.journal(l)
	for i := l.first; i < l.last; i++ {
		if d.at(i).key != kCopies {
			continue
		}
		j := i + 1
		if d.at(j).mark == '.' {
			j++
		}
		k := d.signAt(j)
		if n, next := d.numberAt(k); k > j && next > k {
			d.readMarks(l)
			d.add("copy_number", d.registry(n), Span{d.at(i).Start, n.End}, 0.85, "copy-number")
			return true
		}
	}
	return false
}

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

// marksAndOrders reads a line that is marks and orders to the clerk, sentence by
// sentence: "Personal. Out of turn."
func (d *doc) marksAndOrders(l line) bool {
	if l.last-l.first > 14 || !d.severalSentences(l) {
		return false
	}
	marked := false
	for i := l.first; i < l.last; {
		_, next := d.sentenceAt(i, l)
		if next == 0 {
			next = l.last
		}
		one := l
		one.first, one.last = i, next
		one.Span = Span{d.at(i).Start, d.at(next - 1).End}
		if d.isMark(one) {
			marked = true
		} else if !d.bareOrder(i, next) {
			return false
		}
		i = next
	}
	if !marked {
		return false
	}
	d.readMarks(l)
	d.ordersIn(l)
	return true
}

// markLabel reads "Level: secret", "Гриф: секретно", "Precedence: immediate".
func (d *doc) markLabel(l line) bool {
	if d.at(l.first+1).mark != ':' || !markLabels[d.word(l.first)] && d.at(l.first).key != kUrgent || l.last-l.first > 8 {
		return false
	}
	before := len(d.fields)
	rest := l
	rest.first, rest.Start = l.first+2, d.at(l.first+2).Start
	d.readMarks(rest)
	return len(d.fields) > before
}

// declassified reads a mark that the secrecy was lifted.
func (d *doc) declassified(l line) bool {
	if d.at(l.first).key != kDeclassified || l.last-l.first > 10 {
		return false
	}
	d.add("declassification", d.clean(l.Span), l.Span, 0.85, "declassified")
	return true
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

// numbers reads a line that has the document's other numbers: "Вх. № 4471",
// "СПЕЦ. № 1450-1451", "Out. Nº 1533/shs In. Nº 501884".
func (d *doc) numbers(l line) bool {
	found := false
	if word := d.word(l.first); d.at(l.first).key != kIncoming && d.at(l.first).key != kOutgoing && d.at(l.first).key != kSpecial && word != "in" && word != "out" && word != "reg" && word != "registration" && word != "рег" && word != "регистрационный" {
		return false
	}
	for i := l.first; i < l.last; i++ {
		field := ""
		switch d.at(i).key {
		case kIncoming:
			field = "incoming_number"
		case kOutgoing:
			field = "outgoing_number"
		case kSpecial:
			field = "special_number"
		}
		if word := d.word(i); word == "reg" || word == "registration" || word == "рег" || word == "регистрационный" {
			field = "registration_number"
		}
		if word := d.word(i); word == "in" && i+1 < l.last && d.at(i+1).mark == '.' {
			field = "incoming_number"
		} else if word == "out" && d.at(i+1).mark == '.' {
			field = "outgoing_number"
		}
		if field == "" {
			continue
		}
		j := i + 1
		for d.at(j).mark == '.' || d.at(j).mark == ':' {
			j++
		}
		k := d.signAt(j)
		all, next := d.numbersAt(k)
		if len(all) == 0 || k == j && (d.digits(k) < 2 || !d.onlyMarks(next, l.last)) {
			continue
		}
		d.addRegister(field, all, Span{d.at(i).Start, all[len(all)-1].End})
		if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
			d.setYear(m)
		}
		found, i = true, next-1
	}
	return found
}

// addRegister adds the numbers of a register. Those of the parts of one telegram
// are a range.
func (d *doc) addRegister(field string, all []Span, raw Span) {
	if field != "special_number" {
		d.addNumbers(field, all, raw, 0.9, "numbers")
		return
	}
	from, to, ranged := strings.Cut(strings.ReplaceAll(d.registry(all[0]), "–", "-"), "-")
	if !ranged {
		to = d.registry(all[len(all)-1])
	}
	d.add(field, NumberRange{from, to}, raw, 0.9, "numbers")
}

// placeAndDay reads "Prague, 9 September 1947", "БАКУ, 12 декабря 1946 года, 23.50",
// also with the number or the time of sending behind it.
func (d *doc) placeAndDay(l line) bool {
	n, i := d.placeBeforeDay(l)
	place := i > l.first
	for d.at(i).mark != 0 && i < l.last && strings.ContainsRune(quotes+"[(", d.at(i).mark) {
		i++
	}
	m, end := d.momentAt(i)
	if end == i || m.End > l.End {
		return false
	}
	if !place {
		if other, after := d.nameAt(end, l.End); after > end && other.isPlace() {
			n, place, end = other, true, after
		}
	}
	end = d.behindDay(end, l)
	if !d.onlyMarks(end, l.last) {
		return false
	}
	if place {
		d.placeOf(n)
	}
	d.setYear(m)
	if m.clock != nil {
		d.add("sent_at", d.date(m, d.year), m.Span, 0.7, "place-and-time")
	} else {
		d.dated(m, "head-date")
	}
	return true
}

// placeBeforeDay reads the place that a dateline begins with: one that is known, or
// a name with a comma and a day behind it.
func (d *doc) placeBeforeDay(l line) (name, int) {
	i := l.first
	if d.word(i) == "г" && d.at(i+1).mark == '.' { // г. Москва
		i += 2
	}
	n, next := d.nameAt(i, l.End)
	if next == i {
		return n, l.first
	}
	known := n.isPlace()
	if !known && (n.known != nil || d.at(next).mark != ',' && !d.gap(next) && (next != i+1 || !d.capitals(n.written)) || next-i > 3) {
		return n, l.first
	}
	j := d.skipGlue(next)
	if _, end := d.momentAt(j); !known && end == j {
		return n, l.first
	}
	return n, j
}

// behindDay reads what a dateline may have behind its day: a number, and words of
// sending that are read by themselves.
func (d *doc) behindDay(i int, l line) int {
	j := d.skipGlue(i)
	if k := d.at(j).key; k == kSent || k == kReceived || k == kDispatched {
		return l.last
	}
	k := d.signAt(j)
	all, next := d.numbersAt(k)
	if k == j || len(all) == 0 || next > l.last {
		return i
	}
	if d.has("telegram_number") == nil {
		d.addNumbers("telegram_number", all, Span{d.at(j).Start, all[len(all)-1].End}, 0.8, "dateline-number")
	}
	return next
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

// dated adds the document's own date, once.
func (d *doc) dated(m moment, rule string) {
	if d.has("document_date") == nil {
		m.clock = nil
		d.add("document_date", d.date(m, d.year), m.day.Span, 0.9, rule)
	}
}

// restriction reads a ban on copies and an order to send the sheet back.
func (d *doc) restriction(l line) {
	low := d.lower[l.Start:l.End]
	for _, form := range restrictions {
		before, _, found := strings.Cut(low, form)
		if !found {
			continue
		}
		// From the beginning of its sentence to the end.
		start := l.Start + strings.LastIndexByte(before, '.') + 1
		span := d.trimOf(Span{start, d.restrictionEnd(l, l.Start+len(before))}, ".")
		name := "handling_instruction"
		if strings.Contains(form, "cop") || strings.Contains(form, "коп") || strings.Contains(form, "reprod") || strings.Contains(form, "размнож") {
			name = "copying_restriction"
		} else if strings.Contains(form, "folder") || strings.Contains(form, "папка") {
			if name = "classification"; d.has(name) != nil {
				return // Special folder, beside the secrecy
			}
		}
		if i := d.lineAt(l.Start) + 1; name == "handling_instruction" && i < d.part.to && span.End == l.End && d.withinDays(d.lines[i]) {
			d.add(name, d.clean(span)+" "+d.clean(d.lines[i].Span), span, 0.85, "restriction", d.lines[i].Span)
			return
		}
		d.add(name, d.clean(span), span, 0.85, "restriction")
		return
	}
}

// restrictionEnd is where the words of a ban end: before a stamp or a copy's number.
func (d *doc) restrictionEnd(l line, from int) int {
	for i := d.tokenAt(from); i < l.last; i++ {
		if t := d.at(i); t.mark == '[' || t.key == kCopies && d.signAt(d.skipStop(i+1)) > d.skipStop(i+1) {
			return t.Start
		}
	}
	return l.End
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

// markPhraseAt reads a mark of several words, or of one that no other rule knows.
func (p *page) markPhraseAt(i int) (field string, next int) {
	for _, m := range marks[p.word(i)] {
		j := i + 1
		for _, word := range m.more {
			if p.word(j) != word {
				j = -1
				break
			}
			j++
		}
		if j > i {
			return m.field, j
		}
	}
	return "", i
}

// markPhrase is a mark by its words behind the first.
type markPhrase struct {
	field string
	more  []string
}

// marks has phrases of secrecy and urgency by their first word, the longest first.
var marks = makeMarks(map[string][]string{
	"classification": {
		"of special importance", "особой важности", "for official use only", "official use only", "limited official use",
		"для служебного пользования", "не подлежит оглашению", "absolutely secret", "strictly confidential", "весьма секретно", "строго конфиденциально", "unclassified", "restricted", "конфиденциально",
	},
	"priority": {
		"out of turn", "вне всякой очереди", "вне очереди", "most immediate", "operational immediate", "of utmost urgency",
		"very urgent", "extremely urgent", "most urgent", "top priority", "extra urgent", "especially urgent", "в первую очередь", "вне всяких очередей", "экстренно", "чрезвычайно срочно", "весьма срочно", "весьма срочная", "особо срочно", "niact immediate", "niact",
	},
})

func makeMarks(phrases map[string][]string) map[string][]markPhrase {
	found := map[string][]markPhrase{}
	for field, list := range phrases {
		for _, phrase := range list {
			w := strings.Fields(phrase)
			found[w[0]] = append(found[w[0]], markPhrase{field, w[1:]})
		}
	}
	for _, list := range found {
		slices.SortFunc(list, func(a, b markPhrase) int { return len(b.more) - len(a.more) })
	}
	return found
}

// readMarks reads secrecy and urgency.
func (d *doc) readMarks(l line) {
	for i := l.first; i < l.last; i++ {
		if field, next := d.markPhraseAt(i); next > i {
			if span := (Span{d.at(i).Start, d.at(next - 1).End}); field != "classification" || d.has(field) == nil {
				d.add(field, d.clean(span), span, 0.85, "marks")
			}
			i = next - 1
			continue
		}
		switch t := d.at(i); t.key {
		case kSecret:
			if d.has("classification") != nil {
				continue
			}
			start := t.Start
			if k := d.at(i - 1).key; i > l.first && (k == kTop || k == kStrictly) {
				start = d.at(i - 1).Start
			} else if i-1 > l.first && d.at(i-1).mark == '.' && d.at(i-2).key == kTop {
				start = d.at(i - 2).Start
			}
			d.add("classification", d.clean(Span{start, t.End}), Span{start, t.End}, 0.9, "secrecy")
		case kUrgent:
			if d.at(i+1).mark == ':' {
				continue // the label
			}
			end := t.End
			if d.lower[t.Start:t.End] == "вне" && d.at(i+1).word() {
				end = d.at(i + 1).End
			}
			start := t.Start
			if i > l.first && d.lower[d.at(i-1).Start:d.at(i-1).End] == "very" {
				start = d.at(i - 1).Start
			}
			d.add("priority", d.clean(Span{start, end}), Span{start, end}, 0.8, "urgency")
		}
	}
}

// timed reads "From X", "Received …", "Sent …" wherever they stand on a line.
func (d *doc) timed(l line) bool {
	found := false
	for i := l.first; i < l.last; i++ {
		switch t := d.at(i); t.key {
		case kFrom:
			j := i + 1
			if d.at(j).mark == ':' {
				j++
			}
			if m, after := d.momentAt(j); d.word(i) == "от" && d.at(i-1).key == kResolution && i == l.first+1 && after > j { // Решение от 5 мая
				d.setYear(m)
				d.dated(m, "of-date")
				found = true
				continue
			}
			if next := d.fromBody(j, l); next > j {
				found, i = true, next-1
				continue
			}
			n, next := d.nameAt(j, l.End)
			if next > j && d.isSender(n) {
				d.addSender(n, "from-sender")
				found, i = true, next-1
				continue
			}
			if next == j || n.known != nil && n.known.Kind != "place" || n.known == nil && i > l.first || d.has("from_place") != nil || d.inSentence(i, l) {
				continue
			}
			d.add("from_place", d.agent(n), n.Span, 0.9, "from")
			found, i = true, next-1
			if d.word(next) == "в" || d.at(next).key == kTo { // ИЗ ПРАГИ В МОСКВУ
				if to, after := d.nameAt(next+1, l.End); after > next+1 && to.isPlace() {
					d.placeTo(to)
					i, next = after-1, after
				}
			}
			if k := d.signAt(next); k > next && d.has("telegram_number") == nil {
				if all, after := d.numbersAt(k); after > k {
					d.addNumbers("telegram_number", all, Span{d.at(next).Start, all[len(all)-1].End}, 0.9, "from-number")
					i = after - 1
				}
			}
			if m, after := d.momentAt(d.skipGlue(next)); after > d.skipGlue(next) && m.End <= l.End {
				d.setYear(m)
				d.dated(m, "from-date")
				i = after - 1
			}
		case kReceived, kSent, kDispatched:
			j := i + 1
			for d.at(j).mark == ':' || d.at(j).mark == '.' || d.at(j).mark == ',' || d.word(j) == "в" || d.word(j) == "at" || d.word(j) == "on" {
				j++
			}
			if n, after := d.nameAt(j, l.End); after > j && n.isPlace() { // Получена в Москве 5.V.49
				j = d.skipGlue(after)
			}
			m, next := d.momentAt(j)
			if next == j {
				j = d.skipMode(j, l)
				m, next = d.momentAt(j)
			}
			if next == j {
				m, next = d.clockOn(j, l)
			}
			if next == j {
				continue
			}
			d.setYear(m)
			name := "sent_at"
			if t.key == kReceived {
				name = "received_at"
				d.inbound = true
			}
			d.undateline(name)
			d.add(name, d.date(m, d.year), m.Span, 0.95, "timed")
			found, i = true, next-1
		}
	}
	return found
}

// skipMode skips by what means something came: "Получено по ВЧ 4 июня", "Received by
// radio at 0900 5 May".
func (d *doc) skipMode(i int, l line) int {
	if w := d.word(i); w != "по" && w != "by" && w != "over" && w != "via" && w != "телеграфом" && w != "from" && w != "из" {
		return i
	}
	for j := i + 1; j < min(i+6, l.last); j++ {
		if d.at(j).mark == '.' && !d.closeTo(j) {
			break
		}
		if _, next := d.momentAt(j); next > j {
			return j
		}
	}
	return i
}

// inSentence tells that "from" belongs to a telegram that is spoken of.
func (d *doc) inSentence(i int, l line) bool {
	k := d.at(i - 1).key
	return i > l.first+1 && d.sentence(l) && (k == kTelegram || k == kCipherTelegram || k == kLetter || k == kCable || k == kReport)
}

// fromBody reads "From: Soviet Embassy, New Delhi": who sent it and, behind a comma, where.
func (d *doc) fromBody(i int, l line) int {
	if d.at(i-1).mark != ':' && i-1 > l.first {
		return i
	}
	first := i
	if d.word(i) == "the" {
		i++
	}
	end := i
	for end < l.last && d.at(end).mark != ',' {
		if d.at(end).num >= 0 {
			return first
		}
		end++
	}
	if end == i || end-i > 12 || !d.startsUpper(i) || !d.bodyWord(i, end) && !d.hasOffice(i, end) || d.at(i).key == kMy || d.at(i).key == kOur {
		return first
	}
	span := Span{d.at(i).Start, d.at(end - 1).End}
	if f := d.has("sender"); f == nil || d.shortOf(f, span) {
		a := Agent{Written: d.clean(span)}
		if d.hasOffice(i, end) && !d.bodyWord(i, end) {
			a = Agent{Office: a.Written}
		}
		if m := d.mentionAt(span.Start); m != nil && m.Kind == "organisation" {
			a.ID, a.Name = m.Agent, m.Name
		}
		if f != nil { // the form's own words go before those of the title
			f.Value, f.Raw, f.Evidence = a, d.of(span), append([]Span{span}, f.Evidence...)
		} else {
			d.add("sender", a, span, 0.8, "from-body")
		}
	}
	if n, next := d.nameAt(end+1, l.End); next > end+1 && (n.isPlace() || n.known == nil && d.onlyMarks(next, l.last)) {
		d.placeOf(n)
		return next
	}
	return end
}

// shortOf tells that a form names shortly a body that the title names by its country:
// "Embassy in Poland" for the Chinese Embassy in Poland.
func (d *doc) shortOf(f *Field, s Span) bool {
	a := f.Value.(Agent)
	return a.ID == "" && a.Written == "" && strings.HasSuffix(strings.ToLower(a.Office), " "+strings.ToLower(d.clean(s)))
}

// undateline takes the time in a dateline for that of writing when the form tells
// when the telegram was sent.
func (d *doc) undateline(name string) {
	f := d.has("sent_at")
	if name != "sent_at" || f == nil || !strings.HasPrefix(f.Rule, "place-and-time") {
		return
	}
	f.Name = "document_date"
	v := f.Value.(Date)
	if v.Precision == "minute" {
		v.ISO, v.Precision = v.ISO[:strings.IndexByte(v.ISO, 'T')], "day"
	}
	f.Value = v
}

// clockOn reads a time alone, whose day stands before it on the line: "Rome, 24
// March 1952. Sent at 21:35".
func (d *doc) clockOn(i int, l line) (moment, int) {
	c, next := d.clockAt(i)
	if next == i || c.End > l.End {
		return moment{}, i
	}
	same := sameDay[d.word(next)+" "+d.word(next+1)+" "+d.word(next+2)]
	if m := d.at(next).mark; !same && !d.onlyMarks(next, l.last) && m != '.' && m != ',' && m != ';' {
		return moment{}, i
	}
	if f := d.has("document_date"); f != nil && d.body < d.part.end && (same || i <= l.first+3) {
		if m, end := d.momentAt(d.tokenAt(f.Evidence[0].Start)); end > 0 && m.day.day > 0 {
			m.clock, m.Span = &c, c.Span
			return m, next
		}
	}
	if f := d.has("sent_at"); f != nil && d.sentBelow(l) && f.Value.(Date).Precision == "minute" {
		if m, end := d.momentAt(d.tokenAt(f.Evidence[0].Start)); end > 0 && m.day.day > 0 {
			m.clock, m.Span = &c, c.Span
			return m, next
		}
	}
	for j := l.first; j < i; j++ {
		if m, end := d.momentAt(j); end > j && m.End < c.Start {
			m.clock, m.Span = &c, c.Span
			return m, next
		}
	}
	return moment{}, i
}

// sameDay are the words for the day that has been named.
var sameDay = map[string]bool{"the same day": true, "того же дня": true, "того же числа": true, "on same day": true}

// isSender tells that a name is the one that a title has given as the sender.
func (d *doc) isSender(n name) bool {
	f := d.has("sender")
	return f != nil && f.Value.(Agent).same(d.agent(n))
}

// series reads «Series "G" T», also with the mark on the next line.
func (d *doc) series(l line) (found bool, after int) {
	number := d.lineAt(l.Start)
	if d.at(l.first).key != kSeries {
		return false, 0
	}
	i := l.first + 1
	for d.at(i).mark != 0 && i < l.last {
		i++
	}
	if i >= l.last || !d.at(i).word() {
		return false, 0
	}
	value := Series{Series: strings.ToUpper(d.lower[d.at(i).Start:d.at(i).End])}
	end := d.at(i).End
	for i++; i < l.last && d.at(i).mark != 0; i++ {
		if strings.ContainsRune(quotes, d.at(i).mark) {
			end = d.at(i).End
		}
	}
	after = number + 1
	raw := Span{l.Start, end}
	if i < l.last && d.at(i).word() && d.at(i).End-d.at(i).Start <= 2 {
		value.Mark, raw.End = d.mark(i), d.at(i).End
		if d.at(i+1).mark == '.' && i+1 < l.last {
			raw.End = d.at(i + 1).End
		}
	} else if i == l.last {
		for after < len(d.lines) && d.lines[after].empty() {
			after++
		}
		if m := d.lines[min(after, len(d.lines)-1)]; after < d.part.end && m.last == m.first+1 && d.at(m.first).word() && m.End-m.Start <= 2 {
			value.Mark, raw.End = d.mark(m.first), m.End
			after++
		} else {
			after = number + 1
		}
	}
	d.add("series", value, raw, 0.9, "series")
	return true, after
}

// mark makes a Latin letter of a Cyrillic one that looks alike: the form's T.
func (d *doc) mark(i int) string {
	s := strings.ToUpper(d.lower[d.at(i).Start:d.at(i).End])
	if s == "Т" {
		return "T"
	}
	return s
}

// transmission reads "Only by ciphered telegraph", "ТОЛЬКО ШИФРОМ", "Sent by special
// line", "Отправлено диппочтой".
func (d *doc) transmission(l line) bool {
	if d.at(l.first).key == kCiphered && d.onlyMarks(l.first+1, l.last) { // Шифром
		d.add("transmission_mode", d.clean(d.at(l.first).Span), d.at(l.first).Span, 0.8, "transmission")
		return true
	}
	for i := l.first; i < l.last; i++ {
		word := d.word(i)
		sent := i == l.first && (d.at(i).key == kSent || word == "по")
		if word != "only" && word != "by" && word != "только" && !sent || i > l.first && word == "by" {
			continue
		}
		for j := i + 1; j < min(i+8, l.last); j++ {
			k := d.at(j).key
			if (k == kCiphered || k == kTelegram || k == kCipherTelegram) && !sent || modeWords[d.word(j)] && (word != "only" || d.at(i+1).key == kBy) {
				span := d.trimOf(Span{d.at(i).Start, l.End}, ".")
				d.add("transmission_mode", d.clean(span), span, 0.9, "transmission")
				d.placeBefore(l.first, i)
				return true
			}
		}
	}
	return false
}

// modeWords are what messages are sent by.
var modeWords = setOfWords(
	"line courier radio pouch mail airmail airgram teletype telephone code cipher wire bag teleprinter telex",
	"вч шифром шифру радио бодо кодом телетайпу телетайпом прямому проводу фельдсвязи диппочтой почтой курьером нарочным фельдсвязью фельдъегерем телеграфом телефону телеграфу кодом аппарату",
)

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

// belowDay tells that a date stands right above a line: both are its dateline.
func (d *doc) belowDay(l line) bool {
	i := d.lineAt(l.Start)
	return i > 0 && d.lineKinds[i-1] == dayLine
}

// aboveDay tells that a line with a date stands right below a line.
func (d *doc) aboveDay(l line) bool {
	i := d.lineAt(l.Start)
	return i+1 < len(d.lines) && d.lineKinds[i+1] == dayLine
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

// stamps tells that a line begins a stamp, in brackets or not.
func (p *page) stamps(l line) bool {
	return (p.at(l.first).mark == '[' || p.at(l.first).mark == '(') && p.at(l.first+1).key == kStamp || p.at(l.first).key == kStamp && p.at(l.first+1).mark == ':'
}

// stamp reads a stamp up to its closing bracket, at most eight lines on.
func (d *doc) stamp(i int) (next int) {
	start := d.lines[i].Start
	inside := start
	if colon := strings.IndexByte(d.plain[start:d.lines[i].End], ':'); colon >= 0 {
		inside += colon + 1
	}
	end, next := d.lines[i].End, i+1
	if d.at(d.lines[i].first).mark == '[' {
		for j := i; j < d.part.to && j < i+8; j++ {
			if at := strings.IndexByte(d.plain[d.lines[j].Start:d.lines[j].End], ']'); at >= 0 {
				end, next = d.lines[j].Start+at+1, j+1
				break
			}
		}
	}
	if inside > end {
		// The bracket closed before the colon: "[Stamp] received: 5".
		inside = start
	}
	d.addStamp(Span{start, end}, inside)
	return next
}

// stampIn reads a stamp in a column of a line.
func (d *doc) stampIn(l line) {
	inside := l.Start
	if colon := strings.IndexByte(d.plain[l.Start:l.End], ':'); colon >= 0 {
		inside += colon + 1
	}
	d.addStamp(l.Span, inside)
}

func (d *doc) addStamp(raw Span, inside int) {
	text := d.trimOf(Span{inside, raw.End}, "[]().")
	d.add("stamp", map[string]string{"text": d.clean(text)}, raw, 0.9, "stamp")
	if i := d.tokenAt(text.Start); d.at(i).key == kDeclassified {
		d.add("declassification", d.clean(text), text, 0.85, "stamp-declassified")
	}
	d.incoming(text)
}

// incoming finds "Incoming No 452/1948/shs", "ВХ. № 20757" in a span.
func (d *doc) incoming(s Span) {
	for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
		if d.at(i).key != kIncoming {
			continue
		}
		j := i + 1
		for d.at(j).mark == '.' || d.at(j).mark == ':' {
			j++
		}
		if k := d.signAt(j); k > j {
			if n, next := d.numberAt(k); next > k {
				d.add("incoming_number", d.registry(n), Span{d.at(i).Start, n.End}, 0.9, "incoming")
				if m, end := d.momentAt(d.skipGlue(next)); end > next {
					d.setYear(m)
				}
			}
		}
	}
}
