package extract

import (
	"fmt"
	"strconv"
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

// repeated reads to whom else a cable went: "Sent Department 318, repeated information
// Karachi 96, London 41."
func (d *doc) repeated(l line) bool {
	i := l.first
	for ; i < min(l.first+12, l.last); i++ {
		if w := d.word(i); w == "repeated" || w == "rptd" || w == "rpt" || w == "repeat" {
			break
		}
	}
	if i >= min(l.first+12, l.last) || i > l.first && d.at(i-1).mark == 0 {
		return false
	}
	for i++; d.word(i) == "information" || d.word(i) == "info" || d.at(i).key == kTo || d.at(i).key == kFor; i++ {
	}
	found := false
	for i < l.last {
		n, next := d.nameAt(i, l.End)
		if next == i {
			break
		}
		a := d.agent(n)
		if n.known == nil {
			a = Agent{Office: a.Written}
		}
		d.add("distribution", Distribution{Recipient: a, Copies: 1}, n.Span, 0.75, "repeated")
		found, i = true, next
		for d.at(i).num >= 0 || d.at(i).mark == ',' || d.at(i).mark == ';' || d.at(i).key == kAnd || d.signAt(i) > i {
			i++
		}
	}
	return found
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
	case list && d.listed(l):
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

// listed reads a line of a list of copies whose heading stands above it.
func (d *doc) listed(l line) bool {
	numbered := d.digits(l.first) > 0 && l.last-l.first <= 8 // 7. 2nd European Dept.
	if l.last-l.first > 24 || d.sentence(l) && !numbered || d.at(l.first).key == kStamp {
		return false
	}
	if n, j := d.countAt(l.first); j > l.first {
		return d.counted(l, n, j)
	}
	if d.entries(l, l.first, true) {
		return true
	}
	n, next := d.nameAt(d.skipComrade(l.first), l.End)
	if next == d.skipComrade(l.first) || n.known != nil && n.known.Kind == "place" {
		return false
	}
	v := Distribution{Recipient: d.agent(n), Copies: 1}
	span := n.Span
	if d.at(next).mark == '(' && d.digits(next+1) > 0 && d.at(next+2).mark == ')' {
		v.Copies, span.End = d.at(next+1).num, d.at(next+2).End
		next += 3
	} else if n, after := d.countAt(next + 1); d.at(next).mark == '(' && after > next+1 && d.at(after).mark == ')' {
		v.Copies, span.End = n, d.at(after).End
		next = after + 1
	}
	if !d.onlyMarks(next, l.last) {
		return false
	}
	d.add("distribution", v, span, 0.8, "copies")
	return true
}

// stepNames are the steps by the word that begins them.
var stepNames = map[key]string{kDeciphered: "deciphered", kPrinted: "printed", kVerified: "verified", kExecuted: "executed", kDispatched: "dispatched", kRecorded: "recorded"}

// counted reads an entry that begins with how many copies: "2 copies - Comrades X, Y".
func (d *doc) counted(l line, n, i int) bool {
	for i < l.last && (d.at(i).mark != 0 && d.at(i).mark != '[' || d.at(i).key == kTo) {
		i++
	}
	before := len(d.fields)
	if i < l.last && !d.recipients(l, i) {
		office := d.trimOf(Span{d.at(i).Start, l.End}, ".,;")
		a := Agent{Office: d.clean(office)}
		if d.addresseeAt(i) {
			a = d.toWhom(office)
		}
		d.add("distribution", Distribution{Recipient: a, Copies: 1}, office, 0.7, "copies")
	}
	added := d.fields[before:]
	for k := range added {
		if v := added[k].Value.(Distribution); v.Copies == 1 && n%len(added) == 0 {
			v.Copies = n / len(added)
			added[k].Value = v
		}
	}
	return len(added) > 0
}

// addresseeAt finds "the addressee", "адресату".
func (d *doc) addresseeAt(i int) bool {
	return strings.HasPrefix(d.word(i), "адресат") || strings.HasPrefix(d.word(i), "addressee") || strings.HasPrefix(d.word(i+1), "addressee")
}

// steps reads "Deciphered by Prokop'yev 1930 9 June", several on a line.
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

// numerals has small numbers as words.
var numerals = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20,
	"один": 1, "два": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10,
	"одном": 1, "двух": 2, "трех": 3, "трёх": 3, "четырех": 4, "четырёх": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9, "десяти": 10,
}

// countAt reads how many copies: "4 copies", "в 2-х экз.", "пяти экземплярах". It
// returns the token behind it, i for none.
func (p *page) countAt(i int) (count, next int) {
	t := p.at(i)
	if count = t.num; count < 0 {
		count = numerals[p.lower[t.Start:t.End]]
	}
	if count <= 0 || count > 5000 {
		return 0, i
	}
	j := i + 1
	if p.at(j).mark == '-' && p.closeTo(j) && p.at(j+1).word() && p.closeTo(j+1) {
		j += 2
	}
	if w := p.word(j); w == "typed" || w == "typewritten" || w == "numbered" {
		j++
	}
	if p.at(j).key != kCopies {
		return 0, i
	}
	j++
	if p.at(j).mark == '.' && p.at(j-1).End-p.at(j-1).Start <= 6 {
		j++
	}
	return count, j
}

// counts reads "Four copies printed", "Отп. 3 экз.", "Made in 5 copies".
func (d *doc) counts(l line) bool {
	for i := l.first; i < l.last; i++ {
		n, j := d.countAt(i)
		if j == i || d.signAt(i-1) == i {
			continue
		}
		span := Span{d.at(i).Start, d.at(j - 1).End}
		if w := d.word(j); w == "were" || w == "have" {
			j++
		}
		if d.at(j).key == kPrinted || d.word(j) == "made" {
			span.End = d.at(j).End
		}
		if d.at(j).key == kPrinted || d.printed(l) || d.onlyMarks(j, l.last) && i <= l.first+1 {
			if d.has("copy_count") == nil {
				d.add("copy_count", n, span, 0.85, "copy-count")
			}
			return true
		}
	}
	return false
}

// printed tells that a line is about printing: Made in 3 copies, Отп. 4 экз.
func (d *doc) printed(l line) bool {
	for i := l.first; i < l.last; i++ {
		switch d.word(i) {
		case "made", "typed", "run", "отп", "печ", "отпеч", "размножено", "изготовлено", "тираж", "всего", "reproduced", "issued", "circulated":
			return true
		}
		if d.at(i).key == kPrinted {
			return true
		}
	}
	return false
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

// whereabouts reads what became of numbered copies, wherever that stands on a
// clerks' line: "Four copies printed. Nº 3 and 4 filed".
func (d *doc) whereabouts(l line) {
	for i := l.first; i < l.last; i++ {
		if d.signAt(i) > i || d.at(i).key == kCopies && (d.digits(i+1) > 0 || d.signAt(i+1) > i+1 || d.signAt(i+2) > i+2) {
			if next := d.entry(i, l, false); next > i {
				i = next - 1
			}
		}
	}
}

// copies reads who has copies: "Copies: Stalin (2), Molotov", "Copy Nº 1 to Cde.
// Stalin", "Экз. № 1 — тов. Сталину".
func (d *doc) copies(l line) bool {
	i := l.first
	cc := d.word(i) == "cc"
	if d.signAt(i) == i && d.at(i).key != kCopies && d.at(i).key != kSent && !cc {
		return false
	}
	if d.entries(l, i, false) {
		return true
	}
	if d.at(i).key == kCopies || d.at(i).key == kSent || cc {
		if i++; d.at(i).mark == '.' {
			i++
		}
		if d.at(i).key == kSent {
			i++
		}
	}
	if d.signAt(i) > i {
		return d.copyNumber(l)
	}
	if m := d.at(i).mark; m != ':' && m != '-' && m != '–' && m != '—' && d.at(i).key != kTo && d.at(i).key != kComrade {
		return false
	}
	return d.digits(i+1) > 0 && d.entries(l, i+1, true) || d.recipients(l, i+1)
}

// recipients reads names with commas between, each perhaps with a number of copies.
func (d *doc) recipients(l line, i int) bool {
	found := false
	for ; i < l.last; i++ {
		if found && d.at(i-1).mark == ';' && d.shelved(i) {
			break // where the paper is kept now
		}
		n, next := d.nameAt(i, l.End)
		if next == i {
			if d.filedAt(i) {
				d.add("distribution", Distribution{Recipient: Agent{Office: d.clean(d.at(i).Span)}, Copies: 1}, d.at(i).Span, 0.7, "copies")
				found = true
			}
			continue
		}
		if n.known != nil && n.known.Kind == "place" {
			i = next - 1
			continue
		}
		v := Distribution{Recipient: d.agent(n), Copies: 1}
		end := n.End
		open := d.at(next).mark
		if closing := d.at(next + 2).mark; (open == '(' && closing == ')' || open == '[' && closing == ']') && d.digits(next+1) > 0 {
			v.Copies = d.at(next + 1).num
			end = d.at(next + 2).End
			next += 3
		} else if n, after := d.countAt(next + 1); (open == '(' || open == '[') && after > next+1 && d.at(after).mark != 0 && after < l.last { // Stalin (2 copies)
			v.Copies, end, next = n, d.at(after).End, after+1
		} else if (open == '-' || open == '–' || open == '—') && d.digits(next+1) > 0 && d.at(next+2).key != kCopies && next+1 < l.last {
			if m := d.at(next + 2).mark; m == ',' || m == ';' || m == '.' || next+2 >= l.last { // Сталину — 2, Молотову — 1
				v.Copies, end = d.at(next+1).num, d.at(next+1).End
				next += 2
			}
		} else if n, after := d.countAt(next + 1); (open == '-' || open == '–' || open == '—') && after > next+1 && after <= l.last { // Сталину — 2 экз.
			v.Copies, end, next = n, d.at(after-1).End, after
		} else if n, after := d.countAt(next); after > next && after <= l.last { // Stalin 2 copies
			v.Copies, end, next = n, d.at(after-1).End, after
		}
		d.add("distribution", v, Span{n.Start, end}, 0.9, "copies")
		found, i = true, next-1
	}
	return found
}

// shelved tells that an archive's shelfmark begins at a token.
func (d *doc) shelved(i int) bool {
	for _, f := range d.fields {
		if f.Name == "citation" && f.Evidence[0].Start <= d.at(i).Start && d.at(i).Start < f.Evidence[0].End {
			return true
		}
	}
	return false
}

// filedAt tells that a word of a list is the file and nobody's name.
func (d *doc) filedAt(i int) bool {
	return d.at(i).key == kFiled && d.at(i-1).key != kNumber && d.signAt(i+1) == i+1
}

// copiesFrom reads a list of copies that begins at a line, with its numbered lines,
// and returns the line behind it.
func (d *doc) copiesFrom(i int) int {
	numbered := d.at(d.lines[i].first).key == kCopies && d.entryCount(d.lines[i]) > 0
	d.copies(d.lines[i])
	if end := d.lines[i].End; d.plain[end-1] != ':' && d.plain[end-1] != ',' && !numbered {
		return i + 1
	}
	for i++; i < d.part.to && !d.lines[i].empty(); i++ {
		l := d.lines[i]
		if numbered && d.digits(l.first) == 0 && d.signAt(l.first) == l.first {
			break
		}
		if !d.listed(l) {
			break
		}
	}
	return i
}

// entryCount counts the copies of a line that has numbered ones with recipients.
func (d *doc) entryCount(l line) int {
	numbers, next := d.copyNumbers(l.first)
	if next == l.first || next >= l.last {
		return 0
	}
	return len(numbers)
}

// copyNumber reads "Copy No. 3", the document's own, wherever it stands on a line.
func (d *doc) copyNumber(l line) bool {
	for i := l.first; i < l.last; i++ {
		if d.at(i).key != kCopies {
			continue
		}
		j := i + 1
		if d.at(j).mark == '.' || d.at(j).mark == ':' {
			j++
		}
		k := d.signAt(j)
		n, next := d.numberAt(k)
		if next == k || k == j && next < l.last || n.End > l.End {
			continue
		}
		if d.has("copy_number") == nil {
			d.add("copy_number", d.registry(n), Span{d.at(i).Start, n.End}, 0.85, "copy-number")
		}
		return true
	}
	return false
}

// ownCopy reads the number of the document's own copy where it ends a line of its
// head: in the other column, or without a sign, "экз. 2".
func (d *doc) ownCopy(l line) {
	for i := max(l.first, l.last-5); i < l.last; i++ {
		if d.at(i).key != kCopies || i > l.first && d.at(i).Start-d.at(i-1).End < 2 && d.at(i-1).mark == 0 {
			continue
		}
		j := i + 1
		for d.at(j).mark == '.' || d.at(j).mark == ':' {
			j++
		}
		if n, next := d.numberAt(d.signAt(j)); next > d.signAt(j) && next == l.last && d.digits(d.signAt(j)) > 0 {
			d.add("copy_number", d.registry(n), Span{d.at(i).Start, n.End}, 0.8, "copy-number")
			return
		}
	}
}

// entries reads the numbered entries of a line: "1. c. Stalin", "No. 1 to Cde. Stalin,
// No. 2 to file". In a list, whatever stands behind the number has the copy.
func (d *doc) entries(l line, i int, list bool) bool {
	found := false
	for i < l.last {
		next := d.entry(i, l, list)
		if next == i {
			break
		}
		found = true
		for i = next; i < l.last && (d.at(i).mark == ',' || d.at(i).mark == ';' || d.at(i).mark == '.' || d.at(i).key == kAnd); i++ {
		}
	}
	return found
}

// entry reads one numbered entry and returns the token behind it, i for none.
func (d *doc) entry(i int, l line, list bool) int {
	numbers, k := d.copyNumbers(i)
	if k == i || k >= l.last || d.at(k).key == kCopies {
		return i
	}
	end := d.entryEnd(k, l)
	start := k
	for k < end && (d.at(k).key == kTo || d.at(k).key == kFor || d.at(k).mark != 0 && d.at(k).mark != '[') {
		if d.at(k).mark != 0 {
			start = k + 1
		}
		k++
	}
	if k == end {
		return i
	}
	span := Span{d.at(i).Start, d.at(end - 1).End}
	for j := k; j < min(k+8, end); j++ {
		if j >= k+4 && (d.word(j-1) != "in" && d.word(j-1) != "to" && d.word(j-1) != "в" || end-j > 2) {
			continue // 2nd Department, in file
		}
		if d.at(j).key == kFiled || disposal(d.word(j)) {
			where := d.trimOf(Span{d.at(start).Start, span.End}, ".,;")
			d.add("copy_disposition", Disposition{CopyNumbers: numbers, Where: d.clean(where)}, Span{span.Start, where.End}, 0.85, "copies-filed")
			return end
		}
	}
	if len(numbers) > 1 && d.oneEach(numbers, k, end, span.Start) {
		return end
	}
	v := Distribution{Copies: len(numbers), CopyNumber: numbers[0]}
	if last := numbers[len(numbers)-1]; len(numbers) > 1 {
		v.CopyNumber += "-" + last
	}
	rule, sure := "numbered-copies", 0.9
	who, after := d.nameAt(d.skipComrade(k), d.at(end-1).End)
	switch {
	case after > d.skipComrade(k) && (list || d.onlyMarks(after, end) || d.at(after).mark == '('):
		v.Recipient, span.End = d.agent(who), who.End
	case d.addresseeAt(k):
		v.Recipient, sure = d.toWhom(d.trimOf(Span{d.at(k).Start, span.End}, ".,;")), 0.8
	case list && d.at(k).key != kCopies && end-k <= 12:
		office := d.trimOf(Span{d.at(k).Start, span.End}, ".,;")
		v.Recipient, span.End, sure = Agent{Office: d.clean(office)}, office.End, 0.7
	default:
		return i
	}
	d.add("distribution", v, span, sure, rule)
	return end
}

// disposal tells that a word says what became of a copy.
func disposal(w string) bool {
	switch w {
	case "архиве", "archive", "burned", "burnt", "shredded", "returned", "сожжен", "сожжён", "сожжены", "возвращен", "возвращён", "возвращены", "подшит", "подшиты":
		return true
	}
	return false
}

// oneEach reads an entry that has as many names as numbers, so that each has one copy:
// "1-3. cc. X, Y, Z".
func (d *doc) oneEach(numbers []string, i, end, start int) bool {
	var who []name
	for i = d.skipComrade(i); i < end; {
		n, next := d.nameAt(d.skipComrade(i), d.at(end-1).End)
		if next == d.skipComrade(i) || n.known != nil && n.known.Kind == "place" {
			return false
		}
		who = append(who, n)
		for i = next; i < end && (d.at(i).mark == ',' || d.at(i).mark == ';' || d.at(i).mark == '.' || d.at(i).key == kAnd); i++ {
		}
	}
	if len(who) != len(numbers) {
		return false
	}
	for k, n := range who {
		d.add("distribution", Distribution{Recipient: d.agent(n), Copies: 1, CopyNumber: numbers[k]}, Span{start, n.End}, 0.85, "numbered-copies")
	}
	return true
}

// toWhom is the addressee, where a list of copies says only "to the addressee".
func (d *doc) toWhom(s Span) Agent {
	a, level := Agent{Office: d.clean(s)}, -1
	for _, t := range d.to {
		if t.level > level {
			a, level = d.fields[t.field].Value.(Agent), t.level
		}
	}
	a.Role = ""
	return a
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

// copyNumbers reads the numbers that an entry begins with: "No. 3 and 4", "Copies 4,
// 5 and 6", "4-9", "№№ 3–7", "No. 5 to No. 14". It returns i where there are none.
func (d *doc) copyNumbers(i int) (numbers []string, next int) {
	j := i
	if d.at(j).key == kCopies {
		if j++; d.at(j).mark == '.' {
			j++
		}
	}
	j = d.signAt(j)
	const most = 200 // copies of one paper
	for {
		if n := d.digits(j); n == 0 || n > 4 {
			return numbers, max(next, i)
		}
		next = j + 1
		t := d.at(next)
		if d.closeTo(next) && (t.mark == '/' || t.mark == 0) {
			return nil, i // a register's number: 335/III, 302sh
		}
		if t.mark == '-' && d.closeTo(next) && d.closeTo(next+1) && d.at(next+1).word() && d.at(next+1).End-d.at(next+1).Start <= 4 {
			return nil, i // 45-V
		}
		numbers = append(numbers, d.of(d.at(j).Span))
		k := d.signAt(next + 1)
		if d.digits(k) == 0 {
			return numbers, next
		}
		signed := k > next+1
		dash := t.mark == '-' || t.mark == '–' || t.mark == '—'
		switch {
		case dash && (signed || d.closeTo(next) && d.closeTo(next+1)), t.key == kTo && signed, d.word(next) == "по":
			for n := d.at(j).num + 1; n < d.at(k).num && len(numbers) < most; n++ {
				numbers = append(numbers, strconv.Itoa(n))
			}
		case t.key == kAnd, t.mark == ',' && !signed:
		default:
			return numbers, next
		}
		j = k
	}
}

// entryEnd is the token where an entry ends: before the next one on the line.
func (d *doc) entryEnd(k int, l line) int {
	const longest = 60 // tokens
	for j := k; j < l.last; j++ {
		t := d.at(j)
		if t.mark == ';' || j-k == longest {
			return j
		}
		if t.mark != ',' && t.mark != '.' && t.key != kAnd {
			continue
		}
		n := j + 1
		if d.at(n).key == kCopies {
			if n++; d.at(n).mark == '.' {
				n++
			}
		}
		m := d.signAt(n)
		if d.digits(m) > 0 && (d.at(m+1).mark == ')' || d.at(m+1).mark == '.') && t.mark == ',' && m+2 < l.last && !d.closeTo(m+2) {
			return j
		}
		if d.digits(m) > 0 && d.at(m+1).key == kAnd && d.digits(m+2) > 0 {
			return j
		}
		if d.digits(m) > 0 && d.at(m+1).mark == '-' && d.closeTo(m+1) && d.closeTo(m+2) && d.startsLower(m+2) {
			continue // 4-й отдел
		}
		if d.digits(m) > 0 && (m > j+1 || d.at(m+1).mark == '-' || d.at(m+1).mark == '–' || d.at(m+1).mark == '—' || d.at(m+1).key == kTo) {
			return j
		}
	}
	return l.last
}
