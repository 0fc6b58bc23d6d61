package extract

import (
	"fmt"
	"strings"
)

// readBelow reads one line below the message for what the clerks wrote.
func (d *doc) readBelow(i int) {
	l := d.lines[i]
	if l.empty() || d.inMessage(i) && d.relayedAt(i) {
		return
	}
	if d.stamps(l) {
		if i >= d.body {
			d.stamp(i)
		}
		return
	}
	below := d.part.closing < 0 || i > d.part.closing
	k := d.lineKinds[i]
	if below && d.digits(l.first) > 0 && l.last-l.first <= 10 && (k == plainLine || k == closingLine) {
		d.numbered(l, l.first)
	}
	if below && k == plainLine && l.last-l.first <= 6 {
		d.handling(i, false)
	}
	if (d.at(l.first).key == kCopies || below && d.at(l.first).key == kSent) && i >= d.body || below && i > d.part.closing && d.signAt(l.first) > l.first && d.hasKey(l, kTo) {
		d.copies(l)
	}
	if !below && d.lineKinds[i] != closingLine {
		return
	}
	d.steps(l)
	d.counts(l)
	d.incoming(l.Span)
}

// stepNames are the steps by the word that begins them.
var stepNames = map[key]string{kDeciphered: "deciphered", kPrinted: "printed", kVerified: "verified", kExecuted: "executed", kDispatched: "dispatched", kRecorded: "recorded"}

// steps reads "Deciphered by Prokop'yev 1930 9 June", several on a line.
func (d *doc) steps(l line) {
	for i := l.first; i < l.last; i++ {
		step := stepNames[d.at(i).key]
		if by := d.sentBy(i, l); by > i {
			i = d.step("dispatched", by, l) - 1
			continue
		}
		if step == "" || d.at(i-1).key == kCopies {
			continue
		}
		if d.lower[d.at(i).Start:d.at(i).End] == "typed" {
			step = "typed"
		}
		i = d.step(step, i, l) - 1
	}
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
	for d.at(i).key == kBy || d.at(i).mark == ':' || d.at(i).mark == '.' || d.at(i).mark == '-' || d.at(i).mark == '–' || d.at(i).mark == '—' {
		i++
	}
	if i >= l.last {
		return i
	}
	if d.at(i).key == kRank {
		start := d.at(i).Start
		for d.at(i).key == kRank && i < l.last {
			v.Rank = d.clean(Span{start, d.at(i).End})
			i++
		}
		if d.at(i).mark == '.' {
			i++
		}
	}
	if d.at(i).mark == '[' { // [signature]
		for i < l.last && d.at(i).mark != ']' {
			i++
		}
		i++
	}
	if n, after := d.nameAt(i, l.End); after > i {
		v.Person = d.clean(n.written)
		i = after
	}
	end := d.at(i - 1).End
	if j := d.skipGlue(i); j < l.last {
		if m, after := d.momentAt(j); after > j && m.End <= l.End {
			v.At = d.date(m, d.year).ISO
			end, i = m.End, after
		} else if c, after := d.clockAt(j); after > j && c.End <= l.End {
			v.At = d.onThatDay(c)
			end, i = c.End, after
		}
	}
	if j := d.signAt(i); j > i {
		if n, after := d.numberAt(j); after > j && n.End <= l.End {
			v.Number = d.registry(n)
			end, i = n.End, after
		}
	}
	if v.Person == "" && v.At == "" {
		return first + 1
	}
	d.add("processing_step", v, Span{d.at(first).Start, end}, 0.85, "clerks")
	return i
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
	"одном": 1, "двух": 2, "трех": 3, "четырех": 4, "пяти": 5,
}

// counts reads "Four copies printed. Nº 3 and 4 filed".
func (d *doc) counts(l line) {
	for i := l.first; i < l.last; i++ {
		t := d.at(i)
		n := t.num
		if n < 0 {
			n = numerals[d.lower[t.Start:t.End]]
		}
		if n > 0 && d.at(i+1).key == kCopies {
			end, j := d.at(i+1).End, i+2
			if d.at(j).mark == '.' && d.at(i+1).End-d.at(i+1).Start <= 6 {
				end = d.at(j).End
				j++
			}
			if d.at(j).key == kPrinted {
				end = d.at(j).End
			}
			if d.at(j).key == kPrinted || d.printed(l) || d.onlyMarks(j, l.last) && i == l.first {
				d.add("copy_count", n, Span{t.Start, end}, 0.85, "copy-count")
			}
		}
		if j := d.signAt(i); j > i {
			i = d.filed(i, j, l)
		} else if t.key == kCopies && d.digits(i+1) > 0 {
			i = d.filed(i, i+1, l)
		}
	}
}

// printed tells that a line is about printing: Made in 3 copies, Отп. 4 экз.
func (d *doc) printed(l line) bool {
	for i := l.first; i < l.last; i++ {
		if d.at(i).key == kPrinted || d.word(i) == "made" || d.word(i) == "отп" {
			return true
		}
	}
	return false
}

// filed reads "Nº 3 and 4 filed" and "No. 2 to file".
func (d *doc) filed(sign, i int, l line) int {
	var numbers []string
	j := i
	for j < l.last && d.digits(j) > 0 {
		numbers = append(numbers, d.of(d.at(j).Span))
		if j++; d.at(j).key == kAnd || d.at(j).mark == ',' || d.at(j).mark == '-' {
			if d.digits(j+1) == 0 {
				break
			}
			j++
		}
	}
	for k := j; k < j+4 && k < l.last && len(numbers) > 0; k++ {
		if d.at(k).key == kFiled {
			v := Disposition{CopyNumbers: numbers, Where: d.clean(Span{d.at(j).Start, d.at(k).End})}
			d.add("copy_disposition", v, Span{d.at(sign).Start, d.at(k).End}, 0.8, "copies-filed")
			return k
		}
	}
	return max(sign, j-1)
}

// copies reads who has copies: "Copies: Stalin (2), Molotov", "Copy Nº 1 to Cde.
// Stalin", "Экз. № 1 — тов. Сталину".
func (d *doc) copies(l line) bool {
	i := l.first
	if d.signAt(i) == i && d.at(i).key != kCopies && d.at(i).key != kSent {
		return false
	}
	if d.at(i).key == kCopies || d.at(i).key == kSent {
		if i++; d.at(i).mark == '.' {
			i++
		}
		if d.at(i).key == kSent {
			i++
		}
	}
	if j := d.signAt(i); j > i {
		return d.numbered(l, j)
	}
	if d.at(i).mark != ':' && d.at(i).key != kTo {
		return false
	}
	found := false
	for i++; i < l.last; i++ {
		n, next := d.nameAt(i, l.End)
		if next == i {
			continue
		}
		if n.known != nil && n.known.Kind == "place" {
			i = next - 1
			continue
		}
		v := Distribution{Recipient: d.agent(n), Copies: 1}
		end := n.End
		if d.at(next).mark == '(' && d.digits(next+1) > 0 && d.at(next+2).mark == ')' {
			v.Copies = d.at(next + 1).num
			end = d.at(next + 2).End
			next += 3
		}
		d.add("distribution", v, Span{n.Start, end}, 0.9, "copies")
		found, i = true, next-1
	}
	return found
}

// copiesFrom reads a list of copies that begins at a line, with its numbered lines,
// and returns the line behind it.
func (d *doc) copiesFrom(i int) int {
	d.copies(d.lines[i])
	if end := d.lines[i].End; d.plain[end-1] != ':' && d.plain[end-1] != ',' {
		return i + 1
	}
	for i++; i < d.part.to && !d.lines[i].empty(); i++ {
		l := d.lines[i]
		if d.digits(l.first) > 0 {
			d.numbered(l, l.first)
		} else if n, next := d.nameAt(l.first, l.End); next > l.first && d.onlyMarks(next, l.last) {
			d.add("distribution", Distribution{Recipient: d.agent(n), Copies: 1}, n.Span, 0.8, "copies")
		} else {
			break
		}
	}
	return i
}

// numbered reads "Nº 1 to Cde. Stalin" behind its number sign.
func (d *doc) numbered(l line, i int) bool {
	n, next := d.numberAt(i)
	if next == i {
		return false
	}
	j := next
	for j < l.last && (d.at(j).key == kTo || d.at(j).mark != 0 && d.at(j).mark != '[') {
		j++
	}
	who, after := d.nameAt(j, l.End)
	if after == j {
		if j >= l.last && d.at(l.first).key == kCopies {
			d.add("copy_number", d.registry(n), Span{l.Start, n.End}, 0.8, "copy-number")
			return true
		}
		return false
	}
	v := Distribution{Recipient: d.agent(who), Copies: 1, CopyNumber: strings.TrimSpace(d.registry(n))}
	d.add("distribution", v, Span{l.Start, who.End}, 0.9, "numbered-copies")
	return true
}
