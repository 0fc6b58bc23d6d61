package extract

import (
	"fmt"
	"strings"
)

// readClerks reads what the clerks wrote below the message. A list of copies goes on
// over blank lines, until a line comes that is none of its entries.
func (d *doc) readClerks() {
	const top = 40 // lines within which a form says where it went
	for i := d.part.from; i < min(d.part.from+top, d.part.end); i++ {
		if !d.lines[i].empty() && d.repeated(d.lines[i]) {
			break
		}
	}
	for i := d.part.from; i < min(d.part.from+top, d.body) && d.has("copy_number") == nil; i++ {
		if l := d.lines[i]; !l.empty() {
			d.ownCopy(l)
		}
	}
	list := false
	for i := d.body; i < d.part.end; i++ {
		if !d.lines[i].empty() {
			list = d.readBelow(i, list)
		}
	}
}

// readBelow reads one line below the message. It tells whether entries of a list of
// copies may follow.
func (d *doc) readBelow(i int, list bool) bool {
	l := d.lines[i]
	if d.inMessage(i) && d.relayedAt(i) {
		return false
	}
	if d.stamps(l) {
		d.stamp(i)
		return list
	}
	below := d.part.closing < 0 || i > d.part.closing
	k := d.lineKinds[i]
	named := d.at(l.first).key == kCopies || d.word(l.first) == "cc" && d.at(l.first+1).mark == ':' || below && d.at(l.first).key == kSent
	switch {
	case list && d.onList(l):
		return true
	case below && (k == plainLine || k == closingLine) && l.last-l.first <= 10 && d.digits(l.first) > 0 && d.entries(l, l.first, false):
		return true
	case below && k == plainLine && l.last-l.first <= 6:
		d.handling(i, false)
	}
	found := named && d.copies(l) ||
		below && i > d.part.closing && d.signAt(l.first) > l.first && d.hasKey(l, kTo) && d.entries(l, l.first, false)
	if !below && k != closingLine {
		return false
	}
	stepped := d.dispatched(l) || d.steps(l)
	counted := d.counts(l)
	for i := l.first; counted && !found && i < l.last; i++ { // 5 copies made: 1 - X, 2 - Y
		if d.at(i).mark == ':' && d.digits(i+1) > 0 {
			found = d.entries(l, i+1, true)
		}
	}
	if !found {
		d.whereabouts(l)
	}
	d.incoming(l.Span)
	return found || counted || named && !stepped || d.plain[l.End-1] == ':' && d.hasKey(l, kCopies)
}

// stepNames are the steps by the word that begins them.
var stepNames = map[key]string{kDeciphered: "deciphered", kPrinted: "printed", kVerified: "verified", kExecuted: "executed", kDispatched: "dispatched", kRecorded: "recorded"}

// steps reads "Deciphered by Gromova 1915 12 March", several on a line.
func (d *doc) steps(l line) bool {
	found := false
	for i := l.first; i < l.last; i++ {
		step := d.stepAt(i)
		if by := d.sentBy(i, l); by > i {
			i = d.step("dispatched", by, l) - 1
			found = true
			continue
		}
		if step == "" || d.at(i-1).key == kCopies && d.word(i) != "верна" {
			continue
		}
		if next := d.step(step, i, l); next > i+1 {
			i, found = next-1, true
		}
	}
	return found
}

// dispatched reads who sent it: "Sent at 20.15 on 5 March by Kuznetsova".
func (d *doc) dispatched(l line) bool {
	if d.at(l.first).key != kSent {
		return false
	}
	i := l.first + 1
	for d.at(i).mark == ':' || d.at(i).mark == '-' || d.at(i).mark == '–' || d.at(i).mark == '—' || d.word(i) == "at" || d.word(i) == "в" || d.word(i) == "on" {
		i++
	}
	m, next := d.shortMoment(i)
	if next == i {
		m, next = d.momentAt(i)
	}
	if next == i || m.End > l.End || d.at(next).key != kBy {
		return false
	}
	n, after := d.nameAt(next+1, l.End)
	if after == next+1 {
		return false
	}
	d.setYear(m)
	d.add("processing_step", Step{Step: "dispatched", Person: d.clean(n.written), At: d.date(m, d.year).ISO}, Span{l.Start, n.End}, 0.85, "clerks")
	return true
}

// stepAt tells which step a word names, "" for none. Words that mean something else
// as well count only where a clerk's line begins.
func (d *doc) stepAt(i int) string {
	switch d.word(i) {
	case "typed":
		return "typed"
	case "true":
		if d.at(i+1).key == kCopies {
			return "verified"
		}
	case "верна":
		return "verified"
	case "correct", "certified", "authentic", "correctly", "заверено", "заверил", "заверила":
		if m := d.at(i + 1).mark; m == ':' || m == '.' || m == '-' || m == '–' || m == '—' || d.at(i+1).key == kBy {
			return "verified"
		}
	case "отп", "печ", "отпеч", "маш":
		if d.at(i+1).mark == '.' && (d.startsUpper(i+2) || d.at(i+2).num < 0 && d.at(i+2).mark == ':') {
			return "printed"
		}
	case "расшифр", "расш":
		if d.at(i+1).mark == '.' {
			return "deciphered"
		}
	case "drafted", "исполнила", "составил", "составила":
		if d.at(i+1).key == kBy || d.at(i+1).mark == ':' || d.startsUpper(i+1) {
			return "executed"
		}
	}
	return stepNames[d.at(i).key]
}

// sentBy finds "Sent in cipher by X" and returns the token of "by", i otherwise.
func (d *doc) sentBy(i int, l line) int {
	if d.at(i).key != kSent {
		return i
	}
	for j := i + 1; j < min(i+5, l.last); j++ {
		if d.at(j).key == kBy {
			return j
		}
	}
	return i
}

func (d *doc) step(what string, first int, l line) (next int) {
	v := Step{Step: what}
	i := first + 1
	if d.word(first) == "true" || d.at(first).key == kVerified && d.at(i).key == kCopies {
		i++ // true copy
	}
	for d.at(i).key == kBy || d.at(i).mark == ':' || d.at(i).mark == '.' || d.at(i).mark == '-' || d.at(i).mark == '–' || d.at(i).mark == '—' {
		i++
	}
	end, read := d.at(first).End, i
	for i < l.last {
		was := i
		i = d.stepPart(&v, i, l)
		if i == was || i > l.last {
			break
		}
		end, read = d.at(i-1).End, i
		if d.at(i).mark == ',' && i < l.last {
			i++
		}
	}
	if v.Person == "" && v.At == "" {
		return first + 1
	}
	d.add("processing_step", v, Span{d.at(first).Start, end}, 0.85, "clerks")
	return read
}

// stepPart reads one part of a step, in whatever order they stand: rank, signature
// mark, name, time, number. It returns i where there is none.
func (d *doc) stepPart(v *Step, i int, l line) int {
	if next := d.rank(i, l); next > i && v.Rank == "" && v.Person == "" {
		v.Rank = d.clean(Span{d.at(i).Start, d.at(next - 1).End})
		if v.Rank = strings.TrimRight(v.Rank, "."); d.at(next-1).mark == '.' && strings.Contains(v.Rank, ".") {
			v.Rank += "."
		}
		return next
	}
	if d.at(i).mark == '[' || d.at(i).mark == '(' {
		if end := d.bracketEnd(i); end > i && end < l.last && d.signatureMark(i, end) {
			return end + 1
		}
	}
	if m, after := d.stepTime(i, l); after > i && v.At == "" {
		v.At = m
		return after
	}
	if w := d.word(i); w == "в" || w == "in" { // Typed in 6 copies by X
		if _, after := d.countAt(i + 1); after > i+1 && after < l.last {
			if d.at(after).key == kBy {
				after++
			}
			return after
		}
	}
	if _, after := d.countAt(i); after > i && after <= l.last {
		return after
	}
	if j := d.signAt(i); j > i && v.Number == "" {
		if n, after := d.numberAt(j); after > j && n.End <= l.End {
			v.Number = d.registry(n)
			return after
		}
	}
	if v.Person == "" {
		j := d.skipOffice(i, l)
		if next := d.rank(j, l); next > j && v.Rank == "" {
			v.Rank, j = d.clean(Span{d.at(j).Start, d.at(next - 1).End}), next
		}
		if n, after := d.nameAt(j, l.End); after > j && (n.known == nil || n.known.Kind != "place") {
			v.Person = d.clean(n.written)
			for d.at(after).mark == ',' || d.at(after).key == kAnd {
				more, end := d.nameAt(after+1, l.End)
				if end == after+1 {
					break
				}
				v.Person += ", " + d.clean(more.written)
				after = end
			}
			return after
		}
	}
	return i
}

// rank reads "Lt. Col.", "ст. лейтенант", "Senior Lieutenant" and returns the token
// behind it, i for none.
func (d *doc) rank(i int, l line) int {
	for range 3 {
		next := d.rankWord(i, l)
		if next == i {
			break
		}
		i = next
	}
	return i
}

// rankWord reads one word of a rank with what belongs before it.
func (d *doc) rankWord(i int, l line) int {
	j := i
	switch d.word(j) {
	case "ст", "мл", "гв", "инж", "старший", "младший", "senior", "junior", "sr", "jr", "гвардии", "инженер":
		if j++; d.at(j).mark == '.' || d.at(j).mark == '-' {
			j++
		}
	}
	if j >= l.last || d.at(j).key != kRank {
		return i
	}
	if j++; j < l.last && d.at(j).mark == '.' {
		j++
	}
	return j
}

// signatureMark tells that brackets stand for a signature: [signature], (подпись).
func (d *doc) signatureMark(i, end int) bool {
	for j := i + 1; j < end; j++ {
		switch d.word(j) {
		case "signature", "signed", "подпись", "подписал", "initials", "sgd", "illegible":
			return true
		}
	}
	return false
}

// skipOffice skips what a clerk is, in small letters: "зав. канцелярией", "duty
// officer". It returns i unless a name follows within a few words.
func (d *doc) skipOffice(i int, l line) int {
	if d.startsUpper(i) && !clerkish[d.word(i)] {
		return i
	}
	for j := i; j < min(i+6, l.last); j++ {
		if clerkish[d.word(j)] {
			continue
		}
		switch d.word(j) {
		case "по": // по ВЧ, по телефону
			j++
			continue
		case "telephone", "phone", "radio", "wire":
			continue
		}
		if d.startsUpper(j) || d.rank(j, l) > j {
			return j
		}
		if t := d.at(j); t.mark != 0 && t.mark != '.' && t.mark != '-' || t.num >= 0 || t.key != none && t.key != kOffice && t.key != kRank && t.key != kComrade {
			break
		}
	}
	return i
}

// clerkish are words of what a clerk is, also where a capital begins them.
var clerkish = wordSet(`duty shift cipher code clerk operator typist officer secretary assistant
	дежурный дежурная шифровальщик шифровальщица машинистка оператор телеграфист телеграфистка референт делопроизводитель зав`)

// stepTime reads when a step was done, as the value has it.
func (d *doc) stepTime(i int, l line) (string, int) {
	j := d.skipGlue(i)
	if j >= l.last {
		return "", i
	}
	if m, after := d.shortMoment(j); after > j && after <= l.last {
		return d.date(m, d.year).ISO, after
	}
	if m, after := d.momentAt(j); after > j && m.End <= l.End {
		return d.date(m, d.year).ISO, after
	}
	if c, after := d.clockAt(j); after > j && c.End <= l.End {
		if at := d.onThatDay(c); at != "" {
			return at, after
		}
	}
	return "", i
}

// shortMoment reads an hour and a day whose month is a figure and whose year is not
// written, in either order: "18.20 2.10", "14.8 2:50", "1530 22/8". Where both pairs
// could be the day, it is the one nearer to the day of the document.
func (d *doc) shortMoment(i int) (moment, int) {
	firstPair, mid := d.pairAt(i)
	if mid == i {
		c, next := d.clockAt(i)
		j := d.skipGlue(next)
		p, end := d.pairAt(j)
		if next == i || end == j || !p.isDay() {
			return moment{}, i
		}
		return p.moment(c.hour, c.minute, Span{d.at(i).Start, d.at(end - 1).End}), end
	}
	j := d.skipGlue(mid)
	second, end := d.pairAt(j)
	if end == j {
		c, next := d.clockAt(j)
		if next == j || d.digits(j) != 4 && d.at(j+1).key != kHours || !firstPair.isDay() {
			return moment{}, i
		}
		return firstPair.moment(c.hour, c.minute, Span{d.at(i).Start, d.at(next - 1).End}), next
	}
	span := Span{d.at(i).Start, d.at(end - 1).End}
	clockFirst, dayFirst := firstPair.isClock() && second.isDay(), firstPair.isDay() && second.isClock()
	if clockFirst && dayFirst {
		clockFirst = d.farFrom(second) <= d.farFrom(firstPair)
	}
	switch {
	case clockFirst:
		return second.moment(firstPair.a, firstPair.b, span), end
	case dayFirst:
		return firstPair.moment(second.a, second.b, span), end
	}
	return moment{}, i
}

// pair is two small figures with a mark between, an hour or a day.
type pair struct {
	a, b, digits int
	mark         rune
}

func (p pair) isClock() bool { return p.a < 24 && p.b < 60 && p.digits == 2 && p.mark != '/' }

func (p pair) isDay() bool {
	return p.a >= 1 && p.a <= 31 && p.b >= 1 && p.b <= 12 && p.mark != ':'
}

func (p pair) moment(hour, minute int, s Span) moment {
	return moment{s, day{Span: s, month: p.b, day: p.a}, &clock{Span: s, hour: hour, minute: minute}}
}

func (d *doc) pairAt(i int) (pair, int) {
	n, m := d.digits(i), d.digits(i+2)
	mark := d.at(i + 1).mark
	if n < 1 || n > 2 || m < 1 || m > 2 || mark != '.' && mark != ':' && mark != '/' && mark != '-' || !d.closeTo(i+1) || !d.closeTo(i+2) {
		return pair{}, i
	}
	if d.at(i+3).mark == mark && d.closeTo(i+3) && d.digits(i+4) > 0 && d.closeTo(i+4) {
		return pair{}, i // 13.6.51
	}
	return pair{d.at(i).num, d.at(i + 2).num, m, mark}, i + 3
}

// farFrom is how many days lie between a day without a year and the document's.
func (d *doc) farFrom(p pair) int {
	for _, name := range []string{"received_at", "sent_at", "document_date"} {
		if f := d.has(name); f != nil {
			var year, month, date int
			if _, err := fmt.Sscanf(f.Value.(Date).ISO, "%4d-%2d-%2d", &year, &month, &date); err == nil {
				return max(31*(p.b-month)+p.a-date, 31*(month-p.b)+date-p.a)
			}
		}
	}
	return 0
}

// onThatDay gives a time that has no date the day on which the telegram came or
// went.
func (d *doc) onThatDay(c clock) string {
	for _, name := range []string{"received_at", "sent_at", "document_date"} {
		if f := d.has(name); f != nil {
			if iso := f.Value.(Date).ISO; len(iso) >= len("1951-06-13") {
				return fmt.Sprintf("%sT%02d:%02d", iso[:10], c.hour, c.minute)
			}
		}
	}
	return ""
}

// clerks tells that a short line is one of the clerks': how many copies were made,
// when it was sent, who has a copy.
func (p *page) clerks(l line) bool {
	if l.last-l.first > 18 || l.last == l.first || p.sentence(l) && p.hasPronoun(l) {
		return false
	}
	i := l.first
	for i < l.last && p.at(i).mark != 0 {
		i++
	}
	t, after := p.at(i), p.at(i+1)
	dash := after.mark == '-' || after.mark == '–' || after.mark == '—'
	switch t.key {
	case kDeciphered, kPrinted, kVerified, kExecuted, kRecorded, kDispatched:
		if dash || p.word(i+1) == "по" || after.word() && p.hasKey(l, kRank) {
			return true
		}
	case kSent:
		if w := p.word(i + 1); after.num >= 0 || dash || (w == "в" || w == "at" || w == "on" || after.key == kBy) && (p.at(i+2).num >= 0 || p.startsUpper(i+2)) {
			return true
		}
	case kCopies:
		if dash || after.key == kComrade || i+1 == l.last && (p.capitals(l.Span) || p.at(i).End-p.at(i).Start > 8) { // a heading: DISTRIBUTION
			return true
		}
	}
	switch w := p.word(i); w {
	case "true":
		return after.key == kCopies
	case "correct", "certified", "authentic", "cc", "typist", "машинистка", "заверено", "authenticated", "verified", "deciphered", "decoded", "printed",
		"расшифровал", "расшифровала", "отпечатал", "отпечатала", "сверил", "сверила", "сверено", "верно":
		return after.mark == ':' || dash
	case "seen", "read", "ознакомлены", "ознакомились", "читали", "читал":
		return after.mark == ':' || after.key == kBy && p.at(i+2).mark == ':'
	case "handed", "accepted", "passed":
		return after.key == kBy || p.at(i+2).key == kBy && p.startsUpper(i+3)
	case "расшифр", "отп", "печ", "отпеч", "расш":
		return after.mark == '.'
	case "рассылается", "circulated", "разослать":
		return after.mark == ':' || after.key == kTo || after.key == kComrade
	}
	for j := i; j < min(i+4, l.last); j++ {
		if _, next := p.countAt(j); next > j && l.last-next <= 4 && (p.onlyMarks(next, l.last) || p.at(next).key == kPrinted || p.word(next) == "made" || p.word(next) == "were") {
			return true
		}
	}
	return false
}

// skipComrade skips the letter that stands for comrade: c. Stalin.
func (d *doc) skipComrade(i int) int {
	switch d.word(i) {
	case "c", "с", "cc", "сс", "t", "tt", "g", "mr":
		if d.at(i+1).mark == '.' && d.startsUpper(i+2) {
			return i + 2
		}
	}
	return i
}
