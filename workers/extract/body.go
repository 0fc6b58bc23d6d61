package extract

import "strings"

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
		if end < 0 && d.addressed(l) {
			end = d.signedWithin(i, last)
		}
		if end < 0 || end == i && !d.addressed(l) {
			continue
		}
		m := message{from: i, to: end + 1, span: Span{l.Start, d.lines[end].End}, relation: d.relation(i)}
		d.describe(&m)
		d.messages = append(d.messages, m)
		i = end
	}
}

func (d *doc) opens(l line) bool {
	if d.isDayLine(l) { // "1" January 1950
		return false
	}
	return strings.ContainsRune("\"“„«", d.at(l.first).mark) && d.at(l.first).mark != 0
}

// closeOf returns the line that ends with the closing mark, -1 without one.
func (d *doc) closeOf(i, last int) int {
	for j := i; j < last; j++ {
		l := d.lines[j]
		if l.empty() {
			continue
		}
		if j > i && d.opens(l) && !strings.ContainsAny(d.plain[l.Start+1:l.End], "\"”»") {
			continue
		}
		switch end := d.plain[:l.End]; {
		case strings.HasSuffix(end, "\""), strings.HasSuffix(end, "”"), strings.HasSuffix(end, "»"),
			strings.HasSuffix(end, "\"."), strings.HasSuffix(end, "”."), strings.HasSuffix(end, "»."):
			if d.closes(l, j == i) {
				return j
			}
		}
	}
	return -1
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

// addressed tells that a line begins with an address.
func (d *doc) addressed(l line) bool {
	i := d.skipQuotes(l.first)
	return d.at(i).key == kTo && !d.infinitive(i)
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
	for _, word := range []string{"draft", "proposed text", "roughly", "approximately", "following reply", "following answer", "send the following", "проект", "примерно", "следующий ответ"} {
		if strings.Contains(low, word) {
			return "draft"
		}
	}
	if before < d.body || strings.HasSuffix(low, ":") || strings.Contains(low, "following") || strings.Contains(low, "addressed to") || strings.Contains(low, "следующ") {
		return "relayed"
	}
	return "quoted"
}

// describe finds who wrote a message, to whom, and when.
func (d *doc) describe(m *message) {
	l := d.lines[m.from]
	if i := d.skipQuotes(l.first); d.at(i).key == kTo {
		if n, next := d.nameAt(i+1, l.End); next > i+1 {
			m.recipient = d.agent(n)
		} else if next := d.lastName(i+1, l); next.End > next.Start {
			m.recipient = d.agent(next)
		}
	}
	for i := m.from; i < m.to; i++ {
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

// notes finds a part for the intermediary: a line "For X." and what follows it up
// to the next signature.
func (d *doc) notes(last int) {
	for i := d.body; i < last; i++ {
		l := d.lines[i]
		if l.empty() || d.at(l.first).key != kFor || l.last-l.first > 8 || d.inMessage(i) {
			continue
		}
		n, next := d.nameAt(l.first+1, l.End)
		if next == l.first+1 || !d.onlyMarks(next, l.last) {
			continue
		}
		end := i
		for j := i + 1; j < last; j++ {
			if !d.lines[j].empty() {
				end = j
			}
			if d.lineKinds[j] == signatureLine {
				break
			}
		}
		if end > i {
			m := message{from: i, to: end + 1, span: Span{l.Start, d.lines[end].End}, relation: "service_note", recipient: d.agent(n)}
			d.messages = append(d.messages, m)
			i = end
		}
	}
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
