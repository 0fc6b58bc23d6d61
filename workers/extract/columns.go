package extract

import (
	"strings"
)

// cells cuts a line of a form where blanks show that it has columns. A value that
// goes on in the next column, such as a time with its day, is not cut.
func (p *page) cells(l line) []line {
	one := []line{l}
	if l.last-l.first > 40 || !p.columns(l) || p.prose(l) {
		return one
	}
	var cells []line
	first := l.first
	for i := l.first + 1; i <= l.last; i++ {
		if i < l.last && !p.gap(i) || i < l.last && p.goesOn(first, i) {
			continue
		}
		c := l
		c.first, c.last = first, i
		c.Span = Span{p.at(first).Start, p.at(i - 1).End}
		cells, first = append(cells, c), i
	}
	if len(cells) < 2 {
		return one
	}
	return cells
}

// columns tells that there is a wide blank in a line at all.
func (p *page) columns(l line) bool {
	s := p.plain[l.Start:l.End]
	return strings.IndexByte(s, '\t') >= 0 || strings.Contains(s, "   ")
}

// gap tells that a column ends before token i.
func (p *page) gap(i int) bool {
	between := p.plain[p.at(i-1).End:p.at(i).Start]
	return len(between) >= 3 || strings.IndexByte(between, '\t') >= 0
}

// placeAndGap tells that a day follows behind a wide blank that stands for the comma
// of a dateline.
func (p *page) placeAndGap(first, i int) bool {
	_, next := p.dayAt(i)
	return next > i && i-first <= 3 && p.startsUpper(first) && p.at(first).key == none && p.at(i-1).word()
}

// goesOn tells that what stands before token i ends in a label or a sign, or has a
// time whose day comes behind it.
func (p *page) goesOn(first, i int) bool {
	before := p.at(i - 1)
	if p.placeAndGap(first, i) {
		return true
	}
	if before.mark == ':' || p.signAt(i-1) > i-1 || i-first == 1 && before.word() && before.key != none && before.key != kUrgent && before.key != kSecret {
		return true
	}
	for j := max(first, i-6); j < i; j++ {
		if _, next := p.momentAt(j); next > i {
			return true
		}
	}
	return false
}
