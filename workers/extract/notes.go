package extract

import (
	"strings"
)

// notes finds a part for the intermediary: a line "For X." and what follows it up
// to the next signature, or a paragraph that begins so: "For you personally. …".
func (d *doc) notes(last int) {
	for i := d.body; i < last; i++ {
		l := d.lines[i]
		if l.empty() || d.inMessage(i) {
			continue
		}
		agent, next := d.noteFor(l)
		if next == l.first {
			agent, next = d.noteTo(i)
		}
		if next == l.first {
			continue
		}
		end := i
		if d.onlyMarks(next, l.last) || d.wrapped(i) {
			for j := i + 1; j < last; j++ {
				if !d.lines[j].empty() {
					end = j
				}
				if d.lineKinds[j] == signatureLine {
					break
				}
			}
		}
		if end > i || !d.onlyMarks(next, l.last) {
			m := message{from: i, to: end + 1, span: Span{l.Start, d.lines[end].End}, relation: "service_note", recipient: agent}
			d.messages = append(d.messages, m)
			i = end
		}
	}
}

// noteTo reads a part that begins with the intermediary's name behind a message that
// he is to hand over: "IVANOV. Tell us when …".
func (d *doc) noteTo(i int) (Agent, int) {
	l := d.lines[i]
	behind := false
	for _, m := range d.messages {
		behind = behind || m.to <= i && m.relation == "relayed"
	}
	if !behind || d.lineKinds[i] != plainLine {
		return Agent{}, l.first
	}
	n, next := d.nameAt(d.skipComrade(l.first), l.End)
	if m := d.at(next).mark; next == d.skipComrade(l.first) || m != '.' && m != ':' || next+2 >= l.last || !d.startsUpper(next+1) {
		return Agent{}, l.first
	}
	for _, t := range d.to {
		if a := d.fields[t.field].Value.(Agent); strings.EqualFold(a.Written, d.clean(n.written)) {
			return d.agent(n), next + 1
		}
	}
	return Agent{}, l.first
}

// wrapped tells that a line is the first of a paragraph of several.
func (d *doc) wrapped(i int) bool {
	return d.lines[i].next && d.lineKinds[i+1] == plainLine && d.lines[i].End-d.lines[i].Start > 45
}

// noteFor reads the beginning of a part for the intermediary: "For Lunin.", "Для
// Вас.", "Only for your information:". It returns the token behind its full stop,
// the line's first for none.
func (d *doc) noteFor(l line) (Agent, int) {
	i := l.first
	switch d.word(i) {
	case "only", "personally", "лично", "только", "exclusively":
		i++
	}
	if d.at(i).key != kFor || !d.startsUpper(l.first) {
		return Agent{}, l.first
	}
	n, next := d.nameAt(i+1, l.End)
	stop := next
	switch {
	case next > i+1 && (n.known == nil || n.known.Kind == "person"):
		switch d.word(next) {
		case "only", "personally", "alone", "лично", "только":
			stop = next + 1
		}
	case d.word(i+1) == "you" || d.word(i+1) == "вас" || d.at(i+1).key == kYour:
		n = name{}
		stop = i + 2
		for stop < min(i+6, l.last) && d.at(stop).word() {
			stop++
		}
		if d.at(i+1).key == kYour && d.word(stop-1) != "information" && d.word(stop-1) != "сведения" && d.word(stop-1) != "only" && d.word(stop-1) != "сведению" && d.word(stop-1) != "eyes" {
			return Agent{}, l.first
		}
	case (d.word(i+1) == "the" || d.at(i+1).key == kOffice) && (d.at(i+1).key == kOffice || d.at(i+2).key == kOffice):
		stop = i + 2
		if d.at(i+2).key == kOffice {
			stop++
		}
	default:
		return Agent{}, l.first
	}
	if m := d.at(stop).mark; stop >= l.last || m != '.' && m != ':' && m != '!' || stop+1 < l.last && m == '.' && !d.startsUpper(stop+1) {
		return Agent{}, l.first
	}
	return d.agent(n), stop + 1
}

// textMarks begin and end a message that cable offices mark with words instead of
// quotation marks.
var textMarks = map[string]string{
	"begin": "end", "quote": "unquote", "начало": "конец", "кавычки": "кавычки",
}

// marked finds messages between words: "Begin text" and "End text", QUOTE and
// UNQUOTE, each on a line that has nothing else or begins the message.
func (d *doc) marked(last int) {
	for i := d.body; i < last; i++ {
		l := d.lines[i]
		if l.empty() || d.inMessage(i) {
			continue
		}
		at := d.skipQuotes(l.first)
		first := d.markAt(l, at)
		for k := at + 1; first == "" && k < l.last; k++ {
			if d.word(k) == "quote" && d.capitals(d.at(k).Span) && !d.capitals(l.Span) {
				first, at = "quote", k
			}
		}
		if first == "" {
			continue
		}
		const longest = 400 // lines
		for j := i; j < min(last, i+longest); j++ {
			from := d.lines[j].first
			if j == i {
				from = at + 1
			}
			if !d.endsMark(d.lines[j], from, textMarks[first]) {
				continue
			}
			m := message{from: i, to: j + 1, span: Span{d.at(at).Start, d.lines[j].End}, relation: d.relation(i)}
			if at > l.first {
				m.relation = "relayed"
			}
			d.parties(&m)
			d.messages = append(d.messages, m)
			i = j
			break
		}
	}
}

// markAt tells which mark stands at the beginning of a line. "Begin" needs a word for
// what begins.
func (d *doc) markAt(l line, i int) string {
	word := d.word(i)
	if textMarks[word] == "" || !d.startsUpper(i) || word == "кавычки" {
		return ""
	}
	if word == "quote" {
		if d.capitals(d.at(i).Span) || d.at(i+1).mark != 0 || i+1 == l.last {
			return word
		}
		return ""
	}
	if d.textWord(i+1) || d.textWord(i+2) {
		return word
	}
	return ""
}

func (d *doc) textWord(i int) bool {
	switch d.word(i) {
	case "text", "message", "quote", "quotation", "translation", "текста", "послания", "цитаты", "письма", "телеграммы":
		return true
	}
	return false
}

// endsMark tells that a line from token i on has the mark that ends a message.
func (d *doc) endsMark(l line, i int, mark string) bool {
	for ; i < l.last; i++ {
		if d.word(i) == mark && (mark == "unquote" || d.startsUpper(i) && (d.textWord(i+1) || d.textWord(i+2))) {
			return true
		}
	}
	return false
}

// unquoted finds a message without quotation marks: the line above leads to it, it
// begins with an address and ends with a signature that is not the document's last.
func (d *doc) unquoted(last int) {
	for i := d.body; i < last; i++ {
		l := d.lines[i]
		if l.empty() || d.inMessage(i) || d.opens(l) || !d.addressed(l) || !d.introduced(i) {
			continue
		}
		end := d.signedWithin(i, last)
		if end < 0 {
			continue
		}
		m := message{from: i, to: end + 1, span: Span{l.Start, d.lines[end].End}, relation: d.relation(i)}
		d.parties(&m)
		d.messages = append(d.messages, m)
		i = end
	}
}
