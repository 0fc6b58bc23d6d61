package extract

import (
	"strings"
	"unicode/utf8"
)

// handling reads a sentence of its own that tells the clerk or the intermediary
// what to do. "Transmit to X or Y the following" names those for whom it is meant.
func (d *doc) handling(i int, head bool) bool { return d.order(d.lines[i], head) }

func (d *doc) order(l line, head bool) bool {
	if d.bareOrder(l.first, l.last) {
		d.add("handling_instruction", d.clean(l.Span), l.Span, 0.85, "handling")
		return true
	}
	if !d.orders(l) || l.last-l.first > 26 {
		return false
	}
	if last := d.plain[l.End-1]; last != '.' && last != ':' && last != '!' && (!head || l.last-l.first > 6) {
		return false
	}
	if (head && l.last-l.first > 9 || l.last-l.first > 14) && d.plain[l.End-1] == '.' || d.plain[l.End-1] == '.' && d.severalSentences(l) {
		return false
	}
	for j := l.first; j < l.last; j++ {
		from := j
		if d.at(j).key == kTo {
			from++
		}
		if n, next := d.nameAt(from, l.End); next > from && j > l.first && (n.known == nil || n.known.Kind == "person") {
			d.addressees(n, next, l, transmitLevel)
			break
		}
	}
	d.add("handling_instruction", d.clean(l.Span), l.Span, 0.85, "handling")
	return true
}

// orderWords begin an order to the clerk or the intermediary.
var orderWords = wordSet(
	"deliver transmit pass convey hand telegraph forward communicate confirm acknowledge report tell inform execute decipher decode destroy burn relay retransmit",
	"вручите вручить передайте передать телеграфируйте телеграфировать телеграфьте подтвердите подтвердить сообщите доложите доложить посетите расшифруйте расшифровать",
	"донесите донести доносите уничтожьте уничтожить сожгите сжечь перешлите переслать ознакомьте ознакомить радируйте",
)

// orders tells that a line begins with an order: a verb of handing on, or what is
// to be done and then the verb.
func (d *doc) orders(l line) bool {
	return orderWords[d.word(l.first)] ||
		l.last-l.first <= 4 && d.startsUpper(l.first) && d.at(l.first).key == none && orderWords[d.word(l.first+1)]
}

// bareOrder tells that a sentence is nothing but an order of the service: to hand
// over at once, to decipher in person, to confirm receipt, for whose eyes it is.
// No message says such of itself, so it may also stand inside a paragraph.
func (d *doc) bareOrder(i, last int) bool {
	for last > i && d.at(last-1).mark != 0 && d.at(last-1).mark != ']' {
		last--
	}
	var w [8]string
	n := 0
	for ; i < last; i++ {
		if d.at(i).mark == '[' { // Confirm delivery [of this message]
			if end := d.behindBracket(i, last); end > i && n > 0 {
				i = end - 1
				continue
			}
		}
		if d.at(i).mark != 0 && d.at(i).mark != ',' && d.at(i).mark != '-' || n == len(w) {
			return false
		}
		if d.at(i).mark == 0 {
			w[n] = d.word(i)
			n++
		}
	}
	if n == 0 {
		return false
	}
	said := w[:n]
	if orderPhrases[strings.Join(said, " ")] {
		return true
	}
	if w[0] == "please" || w[0] == "прошу" || w[0] == "просим" {
		said = said[1:]
	}
	verb, object, how := false, false, false
	for k, word := range said {
		verb = verb || orderWords[word] || askedWords[word]
		object = object || objectWords[word]
		how = how || howWords[word]
		switch {
		case k == 0 && !orderWords[word] && !askedWords[word] && !objectWords[word] && word != "об" && word != "о" && word != "to" && word != "подлежит" && !postWords[word] && !deskWords[word]:
			return false
		case word == "pass" || word == "repeat" || word == "relay":
			if k > 0 && k <= 2 && n <= 7 {
				return true // Department pass Defense
			}
		}
	}
	return n <= 6 && verb && object || n <= 6 && verb && how
}

// behindBracket is the token behind a bracket that is closed, i without.
func (d *doc) behindBracket(i, last int) int {
	for j := i + 1; j < last; j++ {
		if d.at(j).mark == ']' {
			return j + 1
		}
	}
	return i
}

var (
	// objectWords are what a clerk confirms, askedWords further verbs for it, howWords
	// how he is to do it.
	objectWords = wordSet("receipt execution fulfillment fulfilment delivery compliance result results", "результат результаты результатах исполнение исполнении исполнения получение получении получения вручение вручении выполнение выполнении")
	askedWords  = wordSet("delivered transmitted deciphered shown destroyed burned burnt handed cable wire", "подтверждайте сообщать")
	howWords    = wordSet("personally immediately urgently today once person", "лично немедленно срочно сегодня")
	deskWords   = wordSet("department dept please pls")
	// orderPhrases are whole orders without a verb, and such as have one of their own.
	orderPhrases = map[string]bool{}
)

func init() {
	for _, phrase := range []string{
		"only personally", "personally only", "personally", "strictly personally", "personal", "strictly personal", "eyes only",
		"for your eyes only", "for your information only", "for your personal information only", "only to the addressee", "addressee only",
		"for immediate delivery", "deliver at once", "burn after reading", "destroy after reading", "decipher in person",
		"только лично", "лично", "строго лично", "лично и только", "только адресату", "в собственные руки", "только для вас",
		"только для вашего сведения", "для вашего личного сведения", "по прочтении сжечь", "по прочтении уничтожить", "подлежит немедленному вручению",
	} {
		orderPhrases[phrase] = true
	}
}

// edgeOrders reads the orders of the service that a paragraph begins or ends with:
// the first of the message, and the last above the signature.
func (d *doc) edgeOrders() {
	first, last := -1, -1
	end := d.part.end
	if d.part.closing >= 0 {
		end = d.part.closing
	}
	for i := d.body; i < end; i++ {
		if k := d.lineKinds[i]; k == plainLine && !d.relayedAt(i) && d.lines[i].last-d.lines[i].first > 2 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return
	}
	for s, next := d.sentenceAt(d.lines[first].first, d.lines[first]); next > 0 && d.addOrder(s, next); {
		s, next = d.sentenceAt(next, d.lines[first])
	}
	l := d.lines[last]
	for end := l.last; end > l.first; {
		from := d.lastSentence(l.first, end)
		if from == l.first && end == l.last || !d.addOrder(from, end) {
			break
		}
		end = from
	}
}

// ordersIn reads the sentences of a line that are orders: "Вне очереди. Лично."
func (d *doc) ordersIn(l line) {
	for i := l.first; i < l.last; {
		_, next := d.sentenceAt(i, l)
		if next == 0 {
			next = l.last
		}
		if i > l.first || next < l.last {
			d.addOrder(i, next)
		}
		i = next
	}
}

// sentenceAt returns the tokens of the sentence that begins at i, none at the end of
// its line or when it is the whole of it.
func (d *doc) sentenceAt(i int, l line) (first, next int) {
	for j := i; j < l.last; j++ {
		if d.stop(j) {
			if i == l.first && j+1 >= l.last {
				return 0, 0
			}
			return i, j + 1
		}
	}
	return 0, 0
}

// severalSentences tells that a line has more than one.
func (d *doc) severalSentences(l line) bool {
	_, next := d.sentenceAt(l.first, l)
	return next > 0
}

// lastSentence returns the first token of the last sentence before end.
func (d *doc) lastSentence(first, end int) int {
	for j := end - 2; j > first; j-- {
		if d.stop(j) {
			return j + 1
		}
	}
	return first
}

// stop tells that a token ends a sentence.
func (d *doc) stop(i int) bool {
	m := d.at(i).mark
	return (m == '.' || m == '!' || m == '?' || m == ':') && !d.closeTo(i+1) && utf8.RuneCountInString(d.of(d.at(i-1).Span)) > 1
}

func (d *doc) addOrder(first, next int) bool {
	if next-first > 10 || !d.bareOrder(first, next) {
		return false
	}
	s := Span{d.at(first).Start, d.at(next - 1).End}
	for _, f := range d.fields {
		if f.Name == "handling_instruction" && f.Evidence[0].Start <= s.Start && s.End <= f.Evidence[0].End {
			return true
		}
	}
	d.add("handling_instruction", d.clean(s), s, 0.8, "edge-order")
	return true
}

// standsApart tells that a line is a paragraph outside any message in quotation
// marks, in the head or right above the signature.
func (d *doc) standsApart(i int) bool {
	for _, m := range d.messages {
		if m.from <= i && i < m.to {
			return false
		}
	}
	for j := i + 1; j < d.part.end; j++ {
		switch d.lineKinds[j] {
		case emptyLine:
			continue
		case signatureLine:
			return true
		case numberLine, dayLine: // the message in marks is all that was signed
			return len(d.messages) > 0 && d.messages[len(d.messages)-1].to <= i
		}
		return false
	}
	return false
}
