package extract

import (
	"slices"
	"strings"
)

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
var modeWords = wordSet(
	"line courier radio pouch mail airmail airgram teletype telephone code cipher wire bag teleprinter telex",
	"вч шифром шифру радио бодо кодом телетайпу телетайпом прямому проводу фельдсвязи диппочтой почтой курьером нарочным фельдсвязью фельдъегерем телеграфом телефону телеграфу кодом аппарату",
)

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
