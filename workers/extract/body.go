package extract

import (
	"strings"
)

// message is a message inside a document: lines from and to, to exclusive.
type message struct {
	from, to int
	span     Span
	relation string
	// signers are the signature lines inside.
	signers []int
	// sender and recipient, where the message names them.
	sender, recipient Agent
	date              string
}

// readBody finds the messages inside the document and the time at which an
// intermediary got the one that he relays.
func (d *doc) readBody() {
	if d.part.kind != "" {
		return
	}
	last := d.part.end
	d.quoted(last)
	d.marked(last)
	d.unquoted(last)
	d.nested()
	d.inline(last)
	d.notes(last)
	d.relayedTime()
	for i := d.body; i < last; i++ {
		if d.lineKinds[i] == plainLine && d.standsApart(i) {
			d.handling(i, false)
		}
	}
	for _, m := range d.messages {
		d.addMessage(m)
	}
}

// quoted finds messages in quotation marks: a mark at the beginning of a paragraph
// and one at the end of a later line. A mark that is never closed ends above the
// document's own signature.
func (d *doc) quoted(last int) {
	for i := d.body; i < last; i++ {
		l := d.lines[i]
		if l.empty() || !d.opens(l) {
			continue
		}
		end := d.closeOf(i, last)
		if end < 0 && (d.addressed(l) || d.introduced(i)) {
			end = d.signedWithin(i, last)
		}
		if end < 0 || end == i && !d.addressed(l) && !d.introduced(i) {
			continue
		}
		m := message{from: i, to: end + 1, span: Span{l.Start, d.lines[end].End}, relation: d.relation(i)}
		d.parties(&m)
		d.messages = append(d.messages, m)
		i = end
	}
}

func (d *doc) opens(l line) bool {
	mark := d.at(l.first).mark
	return mark != 0 && strings.ContainsRune("\"“„«", mark) && !d.isDayLine(l) // "1" January 1950
}

// longestMessage bounds the lines of a message in quotation marks: ten pages.
const longestMessage = 500

// closeOf returns the line that ends with the closing mark, -1 without one.
func (d *doc) closeOf(i, last int) int {
	if end := d.closeBehind(i, last, true); end >= 0 {
		return end
	}
	return d.closeBehind(i, last, false)
}

// closeBehind is closeOf; nested skips messages within, which close first.
func (d *doc) closeBehind(i, last int, nested bool) int {
	depth := 0
	for j := i; j < min(last, i+longestMessage); j++ {
		l := d.lines[j]
		if l.empty() {
			continue
		}
		if j > i && d.opens(l) && !strings.ContainsAny(d.plain[l.Start+1:l.End], "\"”»") {
			if nested && d.introduced(j) {
				depth++
			}
			continue
		}
		if low := d.at(d.lines[i].first).mark == '„'; low && strings.HasSuffix(strings.TrimRight(d.plain[l.Start:l.End], "."), "“") && d.low(l, j == i) {
			return j
		}
		switch end := d.plain[:l.End]; {
		case strings.HasSuffix(end, "\""), strings.HasSuffix(end, "”"), strings.HasSuffix(end, "»"),
			strings.HasSuffix(end, "\"."), strings.HasSuffix(end, "”."), strings.HasSuffix(end, "»."):
			if d.closes(l, j == i) {
				if depth > 0 {
					depth--
					continue
				}
				return j
			}
		}
	}
	return -1
}

// low tells that the mark “ at the end of a line closes what „ opened: on the first
// line or on one above.
func (d *doc) low(l line, first bool) bool {
	s := d.plain[l.Start:l.End]
	open := strings.Count(s, "„")
	closing := strings.Count(s, "“")
	return first && open == closing || !first && closing > open
}

// signedWithin returns the line where a message ends whose quotation mark is never
// closed: its signature, and the date below, if the document has one of its own
// further down.
func (d *doc) signedWithin(i, last int) int {
	for j := i + 1; j < last && j < d.part.closing; j++ {
		if d.lineKinds[j] != signatureLine {
			continue
		}
		end := j
		for k := j + 1; k < d.part.closing && k <= j+2; k++ {
			if d.lineKinds[k] == dayLine {
				end = k
			} else if !d.lines[k].empty() {
				break
			}
		}
		return end
	}
	return -1
}

// closes tells that the mark at the end of a line is not the second of a pair that
// was opened on the line.
func (d *doc) closes(l line, first bool) bool {
	open, closing, plain := 0, 0, 0
	for _, r := range d.plain[l.Start:l.End] {
		switch r {
		case '“', '„', '«':
			open++
		case '”', '»':
			closing++
		case '"':
			plain++
		}
	}
	if first {
		return plain == 0 && open == closing || plain > 0 && plain%2 == 0
	}
	return closing > open || plain%2 == 1
}

// addressed tells that a line begins with an address: To Comrade X, To the Ambassador,
// Dear Mr. X, Г-ну X, Тов. X.
func (d *doc) addressed(l line) bool {
	i := d.skipQuotes(l.first)
	switch d.word(i) {
	case "dear", "esteemed", "дорогой", "уважаемый", "глубокоуважаемый", "г", "господину", "товарищу", "тов":
		return d.startsUpper(i)
	}
	if d.at(i).key == kTo && (d.word(i+1) == "the" || d.word(i+1) == "his" || d.word(i+1) == "her") {
		return d.startsUpper(i+2) && d.startsUpper(i)
	}
	return d.at(i).key == kTo && !d.infinitive(i)
}

// introduced tells that the line above leads to a message: it ends in a colon and
// says that something follows, or what is passed on.
func (d *doc) introduced(i int) bool {
	before := i - 1
	for before >= d.body && d.lines[before].empty() {
		before--
	}
	if before < 0 || before < d.part.from || d.lines[before].empty() || d.plain[d.lines[before].End-1] != ':' {
		return false
	}
	l := d.lines[before]
	low := d.lower[l.Start:l.End]
	for _, word := range introductions {
		if strings.Contains(low, word) {
			return true
		}
	}
	for j := l.first; j < l.last; j++ {
		if d.at(j).key == kDeliver || d.referenceKind(j) != "" {
			return true
		}
	}
	return false
}

// introductions are words of the line above a message.
var introductions = []string{
	"following", "follows", "verbatim", "like this", "approximately", "roughly", "proposed text", "примерно", "in full", "text of", "translation", "as under", "handed me", "sent me", "gave me",
	"следующ", "дословно", "полностью", "текст", "перевод", "вручил", "передал", "прислал", "привожу", "содержани",
}

// relation tells by the words before a message what it is: a text that somebody is
// to send, one that came from somebody else, or the telegram's own.
func (d *doc) relation(i int) string {
	before := i - 1
	for before >= d.body && d.lines[before].empty() {
		before--
	}
	if before < d.part.heading || before < 0 {
		return "relayed"
	}
	low := d.lower[d.lines[before].Start:d.lines[before].End]
	if d.at(d.lines[i].first+1).mark == '.' && d.at(d.lines[i].first+2).mark == '.' || d.at(d.lines[i].first+1).mark == '…' || partly(low) {
		return "excerpt"
	}
	if proposes(low) {
		return "draft"
	}
	if before < d.body || strings.HasSuffix(low, ":") || strings.Contains(low, "following") || strings.Contains(low, "addressed to") || strings.Contains(low, "следующ") {
		return "relayed"
	}
	return "quoted"
}

// partly tells that the line above a message says that only a part of it follows.
func partly(low string) bool {
	for _, word := range []string{"principal part", "main part", "chief part", "essential part", "following part", "following passage", "excerpt", "extract from", "выдержк", "основную часть", "главную часть", "существенную часть", "извлечени", "отрывок"} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return false
}

// nested finds a message in quotation marks inside another one: a text that the
// recipient is to send on.
func (d *doc) nested() {
	for _, outer := range d.messages {
		for i := outer.from + 1; i < outer.to; i++ {
			l := d.lines[i]
			if l.empty() || !d.opens(l) || !d.introduced(i) {
				continue
			}
			end := d.closeOf(i, outer.to)
			if end < 0 || end == outer.to-1 && !strings.HasSuffix(strings.TrimRight(d.plain[l.Start:d.lines[end].End], "."), "\"\"") {
				continue
			}
			m := message{from: i, to: end + 1, span: Span{l.Start, d.lines[end].End}, relation: d.relation(i)}
			d.parties(&m)
			d.messages = append(d.messages, m)
			i = end
		}
	}
}

// inline finds a message that stands in quotation marks within a paragraph: a colon
// before it, words for a message before that, and more than one sentence in it.
func (d *doc) inline(last int) {
	closing := map[rune]string{'"': "\"", '“': "”\"", '„': "“”\"", '«': "»"}
	for i := d.body; i < last; i++ {
		l := d.lines[i]
		if l.empty() || d.lineKinds[i] != plainLine {
			continue
		}
		for j := l.first + 1; j < l.last; j++ {
			marks := closing[d.at(j).mark]
			if marks == "" || d.at(j-1).mark != ':' || !d.startsUpper(j+1) {
				continue
			}
			end, limit := j+1, d.lines[min(d.paragraph(i), last-1)].last
			for end < limit && (d.at(end).mark == 0 || !strings.ContainsRune(marks, d.at(end).mark)) {
				end++
			}
			if end == limit || !d.leads(l.first, j-1) || !d.manySentences(j+1, end) {
				continue
			}
			m := message{from: i, to: d.lineAt(d.at(end).Start) + 1, span: Span{d.at(j).Start, d.at(end).End}, relation: "quoted"}
			low := d.lower[l.Start:d.at(j).Start]
			if at := strings.LastIndex(low, ". "); at >= 0 {
				low = low[at:]
			}
			if proposes(low) {
				m.relation = "draft"
			}
			d.signedInline(&m, j+1, end)
			d.messages = append(d.messages, m)
			j = end
		}
	}
}

// proposes tells that words lead to a text that somebody is to send.
func proposes(low string) bool {
	for _, word := range []string{"draft", "proposed text", "roughly", "approximately", "following reply", "following answer", "send the following", "проект", "примерно", "следующий ответ"} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return false
}

// leads tells that the sentence before a colon names a message, or says that one is
// to be given as it stands.
func (d *doc) leads(first, colon int) bool {
	for j := colon - 1; j >= first && j > colon-30; j-- {
		if d.at(j).mark == '.' && d.startsUpper(j+1) && !d.abbreviated(j-1) {
			return false
		}
		if d.referenceKind(j) != "" || d.telegraphed(j) {
			return true
		}
		switch w := d.word(j); w {
		case "following", "follows", "text", "verbatim", "следующее", "следующий", "следующего", "текст", "дословно", "телеграммой", "шифровки":
			return true
		}
	}
	return false
}

// manySentences tells that a full stop stands within quotation marks with a further
// sentence behind it: a remark that is quoted has one.
func (d *doc) manySentences(first, last int) bool {
	for j := first + 2; j < last-1; j++ {
		if d.at(j).mark == '.' && d.startsUpper(j+1) && !d.abbreviated(j-1) {
			return true
		}
	}
	return false
}

// signedInline finds the name or the day that ends a message within a paragraph.
func (d *doc) signedInline(m *message, first, last int) {
	stop := last - 1
	if d.at(stop).mark == '.' {
		stop--
	}
	begin := stop
	for begin > first && begin > stop-4 && d.at(begin-1).mark == 0 {
		begin--
	}
	if d.at(begin-1).mark != '.' {
		return
	}
	if moment, next := d.momentAt(begin); next > begin && next > stop {
		m.date = d.date(moment, d.year).ISO
		return
	}
	if n, next := d.nameAt(begin, d.at(last).Start); next > stop {
		m.sender = d.agent(n)
	}
}

// parties finds who wrote a message, to whom, and when.
func (d *doc) parties(m *message) {
	l := d.lines[m.from]
	if i := d.skipQuotes(l.first); d.at(i).key == kTo {
		if n, next := d.nameAt(i+1, l.End); next > i+1 {
			m.recipient = d.agent(n)
		} else if next := d.lastName(i+1, l); next.End > next.Start {
			m.recipient = d.agent(next)
		}
	}
	if i := d.skipQuotes(l.first); m.recipient.Written == "" && d.at(i).key != kTo && d.addressed(l) {
		if n, next := d.nameAt(d.afterSalutation(i), l.End); next > d.afterSalutation(i) {
			m.recipient = d.agent(n)
		}
	}
	for i := m.from; i < m.to; i++ {
		if i == m.from && d.addressed(l) {
			continue // a salutation that looks like a signature
		}
		switch d.lineKinds[i] {
		case signatureLine:
			m.signers = append(m.signers, i)
			if n, next := d.nameAt(d.skipQuotes(d.lines[i].first), d.lines[i].End); next > 0 && m.sender.Written == "" {
				m.sender = d.agent(n)
			}
		case dayLine:
			if moment, next := d.momentAt(d.lines[i].first); next > d.lines[i].first {
				m.date = d.date(moment, d.year).ISO
			}
		}
	}
}

// afterSalutation skips what stands before the name: Dear Mr., Г-ну, Господину.
func (d *doc) afterSalutation(i int) int {
	for range 6 {
		switch d.word(i) {
		case "dear", "esteemed", "respected", "mr", "mrs", "дорогой", "уважаемый", "глубокоуважаемый", "г", "ну", "господин", "господину", "товарищу", "товарищ", "тов":
		default:
			if m := d.at(i).mark; m != '.' && m != '-' {
				return i
			}
		}
		i++
	}
	return i
}

// lastName finds a known person on a line: To the commander of X, General Y.
func (d *doc) lastName(i int, l line) name {
	var found name
	for ; i < l.last; i++ {
		if m := d.mentionAt(d.at(i).Start); m != nil && m.Kind == "person" {
			found, _ = d.nameAt(i, l.End)
		}
	}
	return found
}

func (d *doc) inMessage(i int) bool {
	for _, m := range d.messages {
		if m.from <= i && i < m.to {
			return true
		}
	}
	return false
}

func (d *doc) addMessage(m message) {
	first := d.trimOf(Span{m.span.Start, min(m.span.End, d.lines[m.from].End)}, "")
	last := d.lines[m.to-1].Span
	last.Start, last.End = max(last.Start, m.span.Start), min(last.End, m.span.End)
	v := Embedded{
		Relation: m.relation, From: m.sender.Written, To: m.recipient.Written, Date: m.date, Span: m.span,
		First: d.clean(first), Last: d.clean(last),
	}
	d.add("embedded_message", v, m.span, 0.8, "message")
}

// relayedTime reads "13.6.51 at 22:00 Beijing time I received the following
// telegram": when the intermediary got what he relays.
func (d *doc) relayedTime() {
	for i := d.body; i < min(d.body+6, d.part.end); i++ {
		l := d.lines[i]
		if d.inMessage(i) || !d.hasKey(l, kReceived) && !d.hasKey(l, kDeliver) && !strings.HasSuffix(d.plain[:l.End], ":") {
			continue
		}
		relays := false
		for _, m := range d.messages {
			relays = relays || m.from > i && m.relation == "relayed"
		}
		if !relays {
			continue
		}
		for j := l.first; j < l.last; j++ {
			if m, next := d.momentAt(j); next > j && m.clock != nil {
				d.setYear(m)
				d.add("relayed_received_at", d.date(m, d.year), m.Span, 0.85, "relayed-time")
				return
			}
		}
	}
}
