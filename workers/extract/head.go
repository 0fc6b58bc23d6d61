package extract

import "strings"

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
	return d.sentence(l) || (end == '.' || end == ':') && !d.capitals(l.Span)
}

// readHeading reads the kind of document and its number.
func (d *doc) readHeading() {
	if d.part.heading < 0 {
		return
	}
	l := d.lines[d.part.heading]
	kind, i := d.formType(l.first, l.last)
	if kind == "" {
		return
	}
	end := d.at(i - 1).End
	if j := d.signAt(i); d.lineKinds[d.part.heading] == headingLine && (j > i || d.digits(i) > 0) {
		if n, next := d.numberAt(j); next > j {
			d.add(numberName(kind), d.registry(n), Span{d.at(i).Start, n.End}, 0.95, "heading")
			end = n.End
		}
	}
	d.add("record_type", kind, Span{d.at(l.first).Start, end}, 0.95, "heading")
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
	case k == labelLine || d.opens(l):
		return i, false
	case k == letterheadLine:
		return d.letterhead(i), true
	case d.stamps(l):
		return d.stamp(i), true
	case d.isMark(l) || d.isRestriction(l):
		d.readMarks(l)
		d.restriction(l)
		d.copyNumber(l)
		return i + 1, true
	case d.numbers(l) || d.markAndCopy(l) || d.declassified(l) || d.journal(l):
		return i + 1, true
	case d.at(l.first).key == kCopies || d.signAt(l.first) > l.first:
		if d.lineKinds[i] == numberLine {
			d.headNumber(l)
		}
		return d.copiesFrom(i), true
	case d.handling(i, true):
		return i + 1, true
	}
	if s, after := d.series(l); s {
		return after, true
	}
	if d.prose(l) {
		return i, false
	}
	found := d.timed(l)
	found = d.placeAndDay(l) || found
	found = d.transmission(l) || found
	if d.address(l) {
		return i + 1, true
	}
	return i + 1, d.placeLine(l) || found || d.nameLine(i)
}

// headNumber reads a number alone below a heading that has none.
func (d *doc) headNumber(l line) {
	kind := ""
	if f := d.has("record_type"); f != nil {
		kind = f.Value.(string)
	}
	j := d.signAt(l.first)
	n, next := d.numberAt(j)
	if name := numberName(kind); next > j && d.has(name) == nil {
		d.add(name, d.registry(n), Span{l.Start, n.End}, 0.8, "head-number")
	}
	if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
		d.setYear(m)
		d.dated(m, "number-date")
	}
}

// prose tells that a line is somebody's words: four in small letters that no form
// uses.
func (d *doc) prose(l line) bool {
	small := 0
	for i := l.first; i < l.last; i++ {
		if t := d.at(i); t.word() && t.key == none && !d.startsUpper(i) && t.End-t.Start > 1 {
			small++
		}
	}
	return small >= 4 || small == 3 && d.plain[l.End-1] == '.'
}

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
	if len(d.to) > 0 || d.lineKinds[i] != signatureLine || i >= d.part.closing {
		return false
	}
	n, next := d.nameAt(l.first, l.End)
	if next == l.first || !d.onlyMarks(next, l.last) {
		return false
	}
	d.address1(d.agent(n), n.Span, toLevel, false)
	return true
}

// numbers reads a line that has the document's other numbers: "Вх. № 4471",
// "СПЕЦ. № 1450-1451", "Out. Nº 1533/shs In. Nº 501884".
func (d *doc) numbers(l line) bool {
	found := false
	if word := d.word(l.first); d.at(l.first).key != kIncoming && d.at(l.first).key != kOutgoing && d.at(l.first).key != kSpecial && word != "in" && word != "out" {
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
		n, next := d.numberAt(k)
		if k == j || next == k {
			continue
		}
		d.addNumber(field, n, Span{d.at(i).Start, n.End})
		if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
			d.setYear(m)
		}
		found, i = true, next-1
	}
	return found
}

func (d *doc) addNumber(field string, n, raw Span) {
	if field != "special_number" {
		d.add(field, d.registry(n), raw, 0.9, "numbers")
		return
	}
	from, to, ranged := strings.Cut(strings.ReplaceAll(d.registry(n), "–", "-"), "-")
	if !ranged {
		to = from
	}
	d.add(field, NumberRange{from, to}, raw, 0.9, "numbers")
}

// placeAndDay reads "Prague, 9 September 1947" and "БАКУ, 12 декабря 1946 года, 23.50".
func (d *doc) placeAndDay(l line) bool {
	n, next := d.nameAt(l.first, l.End)
	place := next > l.first && n.known != nil && n.known.Kind == "place"
	i := l.first
	if place {
		i = d.skipGlue(next)
	}
	for d.at(i).mark != 0 && i < l.last && strings.ContainsRune(quotes, d.at(i).mark) {
		i++
	}
	m, end := d.momentAt(i)
	if end == i || m.End > l.End {
		return false
	}
	if !place {
		n, after := d.nameAt(end, l.End)
		place = after > end && n.known != nil && n.known.Kind == "place"
		if place {
			end = after
			d.placeOf(n)
		}
	} else if d.onlyMarks(end, l.last) {
		d.placeOf(n)
	}
	if !d.onlyMarks(end, l.last) {
		return false
	}
	d.setYear(m)
	if m.clock != nil {
		d.add("sent_at", d.date(m, d.year), m.Span, 0.7, "place-and-time")
	} else {
		d.dated(m, "head-date")
	}
	return true
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
		span := d.trimOf(Span{start, l.End}, ".")
		name := "handling_instruction"
		if strings.Contains(form, "cop") || strings.Contains(form, "коп") {
			name = "copying_restriction"
		} else if strings.Contains(form, "folder") || strings.Contains(form, "папка") {
			name = "classification"
		}
		d.add(name, d.clean(span), span, 0.85, "restriction")
		return
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

// readMarks reads secrecy and urgency.
func (d *doc) readMarks(l line) {
	for i := l.first; i < l.last; i++ {
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
			n, next := d.nameAt(j, l.End)
			if next > j && d.isSender(n) {
				d.addSender(n, "from-sender")
				found, i = true, next-1
				continue
			}
			if next == j || n.known != nil && n.known.Kind != "place" || n.known == nil && i > l.first || d.has("from_place") != nil {
				continue
			}
			d.add("from_place", d.agent(n), n.Span, 0.9, "from")
			found, i = true, next-1
			if k := d.signAt(next); k > next && d.has("telegram_number") == nil {
				if number, after := d.numberAt(k); after > k {
					d.add("telegram_number", d.registry(number), Span{d.at(next).Start, number.End}, 0.9, "from-number")
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
			for d.at(j).mark == ':' || d.at(j).mark == '.' || d.at(j).mark == ',' || d.word(j) == "в" || d.word(j) == "at" {
				j++
			}
			m, next := d.momentAt(j)
			if next == j {
				continue
			}
			d.setYear(m)
			name := "sent_at"
			if t.key == kReceived {
				name = "received_at"
				d.inbound = true
			}
			d.add(name, d.date(m, d.year), m.Span, 0.95, "timed")
			found, i = true, next-1
		}
	}
	return found
}

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

// transmission reads "Only by ciphered telegraph".
func (d *doc) transmission(l line) bool {
	for i := l.first; i < l.last; i++ {
		word := d.lower[d.at(i).Start:d.at(i).End]
		if word != "only" && word != "by" && word != "только" || i > l.first && word == "by" {
			continue
		}
		for j := i + 1; j < l.last; j++ {
			k := d.at(j).key
			if k == kCiphered || k == kTelegram || k == kCipherTelegram {
				span := d.trimOf(Span{d.at(i).Start, l.End}, ".")
				d.add("transmission_mode", d.clean(span), span, 0.9, "transmission")
				d.placeBefore(l.first, i)
				return true
			}
		}
	}
	return false
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
	n, next := d.nameAt(l.first, l.End)
	if next > l.first && n.known != nil && n.known.Kind == "place" && d.onlyMarks(next, l.last) {
		from := d.has("from_place")
		switch {
		case d.belowDay(l) && from == nil:
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

// office reads an addressee who is named by office alone, such as a line with
// SOVIET AMBASSADOR and perhaps a time behind it.
func (d *doc) office(l line) bool {
	if !d.hasKey(l, kOffice) {
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
	text := d.trimOf(Span{inside, end}, "[].")
	d.add("stamp", map[string]string{"text": d.clean(text)}, Span{start, end}, 0.9, "stamp")
	d.incoming(text)
	return next
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
