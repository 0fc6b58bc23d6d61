package extract

import (
	"strconv"
)

// onList reads a line of a list of copies whose heading stands above it.
func (d *doc) onList(l line) bool {
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

// entryCount counts the copies of a line that has numbered ones with recipients.
func (d *doc) entryCount(l line) int {
	numbers, next := d.copyNumbers(l.first)
	if next == l.first || next >= l.last {
		return 0
	}
	return len(numbers)
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
