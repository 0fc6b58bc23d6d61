package extract

import (
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
		if !d.onList(l) {
			break
		}
	}
	return i
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
