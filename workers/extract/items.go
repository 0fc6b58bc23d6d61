package extract

import (
	"strings"
	"unicode/utf8"
)

// item is what a collection puts over a document: its number there, or the file
// number of an older edition, and the kind of document behind it.
type item struct {
	number Span
	// title is the token where the title begins; the line's last where it stands on
	// the next line.
	title int
	// file tells that the number is that of a file, 611.94/1-2553; word that the word
	// document stands before it; bare that nothing does.
	file, word, bare bool
}

// markItems finds the numbers that a collection gives its documents. Only a title
// behind them tells them from the numbers of telegrams and of points.
func (p *page) markItems(kinds []kind) {
	before, point := -1, -1
	for i, l := range p.lines {
		switch kinds[i] {
		case plainLine, numberLine, titleLine, signatureLine:
		default:
			continue
		}
		it, ok := p.itemAt(l)
		if !ok {
			continue
		}
		if it.bare && (p.listed(kinds, i) || point >= 0 && p.itemValue(it) == point+1) {
			point = p.itemValue(it) // of a list inside a letter
			continue
		}
		if !p.titledItem(kinds, i, it, before) {
			continue
		}
		kinds[i] = itemLine
		if !it.file {
			before = p.itemValue(it)
		}
	}
}

// listed tells that a colon ends the words above a number: the points of a list follow.
func (p *page) listed(kinds []kind, i int) bool {
	for i--; i >= 0; i-- {
		if kinds[i] != emptyLine {
			return kinds[i] == plainLine && p.lines[i].End > 0 && p.plain[p.lines[i].End-1] == ':'
		}
	}
	return false
}

// itemValue is the value of a collection's number.
func (p *page) itemValue(it item) int {
	i := p.tokenAt(it.number.End) - 1
	if roman := romans[p.word(i)]; roman > 0 {
		return roman
	}
	return p.at(i).num
}

// itemAt reads "No. 47", "Document 12", "1. Telegram from X", "611.94/1-2553: Telegram".
func (p *page) itemAt(l line) (item, bool) {
	if l.last == l.first || l.End-l.Start > 300 {
		return item{}, false
	}
	if it, ok := p.fileNumber(l); ok {
		return it, true
	}
	i, named, word := l.first, false, false
	switch p.word(i) {
	case "document", "doc", "документ", "док":
		named, word = true, true
		if i++; p.at(i).mark == '.' {
			i++
		}
	}
	j := p.signAt(i)
	if it, ok := p.lettered(l); ok {
		return it, true
	}
	if roman := romans[p.word(j)] > 0 && named && p.startsUpper(j); !roman && (p.digits(j) == 0 || p.digits(j) > 4) || j >= l.last {
		return item{}, false
	}
	named = named || j > i
	it := item{number: p.at(j).Span, title: j + 1, word: word, bare: !named && j == i}
	for n := 0; n < 2 && p.at(j+1).mark == '.' && p.closeTo(j+1) && p.digits(j+2) > 0 && p.digits(j+2) <= 3 && p.closeTo(j+2); n++ { // 2.1
		j += 2
		it.number.End, it.title = p.at(j).End, j+1
	}
	switch t := p.at(j + 1); {
	case it.title >= l.last:
		return it, named
	case t.mark == '.' || t.mark == ':' || t.mark == ')' && !named:
		it.title++
	case t.mark != 0 && !strings.ContainsRune(quotes+"-–—", t.mark), p.closeTo(j + 1):
		return item{}, false
	default:
		if !named {
			return item{}, false
		}
		if t.mark != 0 {
			it.title++
		}
	}
	return it, named || it.title > j+1
}

// lettered reads "A. Letter, X to Y".
func (p *page) lettered(l line) (item, bool) {
	t := p.at(l.first)
	m := p.at(l.first + 1).mark
	if t.End-t.Start > 2 || utf8.RuneCountInString(p.of(t.Span)) != 1 || !p.startsUpper(l.first) || m != '.' && m != ')' || !p.closeTo(l.first+1) {
		return item{}, false
	}
	if _, next := p.formType(l.first+2, l.last); next == l.first+2 && !p.partyToParty(l.first+2, l.last) {
		return item{}, false
	}
	return item{number: t.Span, title: l.first + 2}, true
}

// fileNumber reads "689.90/11-2553: Telegram", the State Department's file number over
// an older edition's document.
func (p *page) fileNumber(l line) (item, bool) {
	if p.digits(l.first) < 3 || p.digits(l.first) > 5 || l.last-l.first > 16 || p.at(l.first+1).mark != '.' && p.at(l.first+1).mark != '/' || !p.closeTo(l.first+1) {
		return item{}, false
	}
	slash, end := false, l.first
	for i := l.first; i < l.last && (i == l.first || p.closeTo(i)); i++ {
		if p.at(i).mark == ':' {
			break
		}
		slash = slash || p.at(i).mark == '/'
		end = i + 1
	}
	if !slash || p.digits(end-1) == 0 {
		return item{}, false
	}
	it := item{number: Span{l.Start, p.at(end - 1).End}, title: l.last, file: true}
	if end == l.last {
		return it, true
	}
	kind, next := p.formType(end+1, l.last)
	return it, p.at(end).mark == ':' && (kind != "" && next == l.last || end+2 == l.last && p.startsUpper(end+1))
}

// titledItem tells that a title stands behind a number, or below it.
func (p *page) titledItem(kinds []kind, i int, it item, before int) bool {
	l := p.lines[i]
	if it.title < l.last {
		alone := (i == 0 || kinds[i-1] == emptyLine || kinds[i-1] == rulerLine || kinds[i-1] == itemLine) && p.titleEnds(i)
		return (alone || kinds[i] == titleLine || p.capitals(l.Span)) &&
			(p.editionTitle(Span{p.at(it.title).Start, l.End}) || it.word && p.startsUpper(it.title) && !p.sentence(l) && p.plain[l.End-1] != '.')
	}
	if it.file {
		return true
	}
	next := p.below(kinds, i)
	if next >= 0 && p.isMark(p.lines[next]) || next >= 0 && kinds[next] == dayLine && before >= 0 && p.itemValue(it) == before+1 {
		next = p.below(kinds, next) // a mark of secrecy or a date between number and title
	}
	if next < 0 {
		return false
	}
	switch kinds[next] {
	case plainLine, titleLine, signatureLine, itemLine:
	case headingLine:
		return it.word
	default:
		return false
	}
	if above := i - 1; above >= 0 && (kinds[above] == signatureLine || kinds[above] == dayLine) && p.itemValue(it) != before+1 {
		return false // the sender's own number
	}
	if _, filed := p.fileNumber(p.lines[next]); filed {
		return true
	}
	return p.editionTitle(p.lines[next].Span)
}

// readItem reads the line with a document's number in a collection. It returns the
// span of the title on the line, an empty one without any.
func (d *doc) readItem(l line) Span {
	it, ok := d.itemAt(l)
	if !ok {
		return Span{}
	}
	if it.file {
		d.add("registration_number", d.clean(it.number), it.number, 0.85, "file-number")
		return Span{}
	}
	d.add("collection_number", d.registry(it.number), it.number, 0.9, "collection-number", l.Span)
	if it.title >= l.last {
		return Span{}
	}
	return d.trimOf(Span{d.at(it.title).Start, l.End}, "")
}

// firstItem is the first line with a collection's number among lines, -1 without one.
func (d *doc) firstItem(from, to int) int {
	for i := from; i < to; i++ {
		if d.lineKinds[i] == itemLine {
			return i
		}
	}
	return -1
}
