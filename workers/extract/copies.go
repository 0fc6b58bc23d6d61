package extract

import (
	"strconv"
	"strings"
)

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
	if _, next := d.dayAt(i); next > i {
		return i // 30.1.50
	}
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

// settleCopies takes figures behind recipients that run on from 1 for the numbers of
// their copies: "Lunin - 1, Sorokin - 2, Vetrov - 3".
func (d *doc) settleCopies() {
	var run []int
	for i, f := range d.fields {
		v, ok := f.Value.(Distribution)
		if ok && f.Name == "distribution" && v.CopyNumber == "" {
			if v.Copies != len(run)+1 {
				return
			}
			run = append(run, i)
		}
	}
	if len(run) < 3 {
		return
	}
	for n, i := range run {
		v := d.fields[i].Value.(Distribution)
		v.Copies, v.CopyNumber = 1, strconv.Itoa(n+1)
		d.fields[i].Value = v
	}
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
