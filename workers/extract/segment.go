package extract

import (
	"strings"
)

// part is one document's lines, cut out of a text.
type part struct {
	span Span
	// from and to are its lines, to exclusive.
	from, to int
	// form is the first line of the form: its letterhead or heading; -1 without
	// one. heading is the line that says what kind of document it is.
	form, heading int
	// closing is the line of the last signature, -1 without one; end is the line
	// behind what belongs to the form.
	closing, end int
	// kind is editorial, excerpt or "" for what the heading says.
	kind string
}

// confidence that a document begins at a part: a form says so itself, an edition's
// header nearly so, and words of a compiler may belong to what stands before.
func (d part) confidence() float64 {
	switch {
	case d.kind != "":
		return 0.6
	case d.form >= 0:
		return 0.95
	case d.heading >= 0:
		return 0.85
	}
	return 0.5
}

// segment cuts a text into documents. A document begins where an edition's header
// begins, or a form; a header goes with the form that follows it. A form ends
// behind its last signature and what the clerks wrote below; words of the compiler
// behind that are documents of their own.
func (p *page) segment() []part {
	p.lineKinds = p.kinds()
	s := &segmenter{page: p, kinds: p.lineKinds}
	starts := s.starts()
	for n, d := range starts {
		limit := len(p.lines)
		if n+1 < len(starts) {
			limit = starts[n+1].from
		}
		s.finish(d, limit)
	}
	for i := range s.parts {
		s.parts[i].span = p.span(s.parts[i].from, s.parts[i].to)
	}
	return s.parts
}

// whole makes one part of all: the first that is a document's, grown to both ends.
func (p *page) whole(parts []part) part {
	one := parts[0]
	for _, other := range parts {
		if other.kind != editorial {
			one = other
			break
		}
	}
	one.from, one.to = 0, len(p.lines)
	one.span = p.span(one.from, one.to)
	return one
}

// editorial is the kind of a compiler's words.
const editorial = "editorial_text"

type segmenter struct {
	*page
	kinds []kind
	parts []part
}

// span is that of lines.
func (p *page) span(from, to int) Span {
	end := len(p.text)
	if to < len(p.lines) {
		end = p.lineFrom(to)
	}
	return Span{p.lineFrom(from), end}
}

// starts finds where documents begin.
func (s *segmenter) starts() []part {
	forms := s.forms()
	var starts []part
	next := 0
	open := part{from: 0, form: -1, heading: -1, closing: -1}
	for i := 0; i < len(s.lines); i++ {
		if next < len(forms) && forms[next].form == i {
			form := forms[next]
			next++
			if open.form < 0 && !s.saysMuch(open, i) {
				open.form, open.heading = form.form, form.heading
				if !s.edited(open.from, form.form) {
					open.form = open.from
				}
			} else {
				starts = append(starts, open)
				open = part{from: form.form, form: form.form, heading: form.heading, closing: -1}
			}
			i = form.heading
			continue
		}
		if i > open.from && s.opensHeader(i, open) {
			starts = append(starts, open)
			open = part{from: i, form: -1, heading: -1, closing: -1}
		}
	}
	return append(starts, open)
}

// edited tells that lines have something of an edition: a label, a marked heading,
// a title that says who wrote to whom, a kind of document.
func (s *segmenter) edited(from, to int) bool {
	for i := from; i < to; i++ {
		l := s.lines[i]
		switch s.kinds[i] {
		case labelLine, titleLine, itemLine:
			return true
		case dayLine, plainLine:
			if s.at(l.first).key != kTo && s.correspondents(l) || s.kinds[i] == dayLine && l.first == s.lines[from].first {
				return true
			}
		}
	}
	return false
}

// opensHeader tells that an edition's header begins at a line: a heading that is
// marked as one, or a date, with labels behind it. A header that is open goes on.
func (s *segmenter) opensHeader(i int, open part) bool {
	switch s.kinds[i] {
	case titleLine:
		return s.saysMuch(open, i) || open.form >= 0
	case itemLine:
		return s.saysMuch(open, i) || open.form >= 0 || s.anotherItem(open, i)
	case dayLine:
		if next := s.below(s.kinds, i); next >= 0 && s.kinds[next] == titleLine && (i == 0 || s.kinds[i-1] == emptyLine || s.kinds[i-1] == rulerLine) {
			return s.saysMuch(open, i) || open.form >= 0
		}
		if s.lines[i].heading == 0 && s.belowName(i) {
			return false
		}
		return (s.saysMuch(open, i) || open.form >= 0) && s.labelled(i)
	}
	return false
}

// anotherItem tells that a document of a collection is open and has words: the next
// number begins the next one.
func (s *segmenter) anotherItem(open part, to int) bool {
	items, words := 0, 0
	for i := open.from; i < to; i++ {
		switch k := s.kinds[i]; {
		case k == itemLine:
			items++
		case items > 0 && k != emptyLine && k != rulerLine:
			words++
		}
	}
	return items > 0 && words >= 2
}

// belowName tells that the line before a date is a signature or its number.
func (s *segmenter) belowName(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if s.kinds[j] != emptyLine {
			return s.kinds[j] == signatureLine || s.kinds[j] == numberLine
		}
	}
	return false
}

// labelled tells that the label of a citation or a title stands close below a line.
func (s *segmenter) labelled(i int) bool {
	for j, n := i+1, 0; j < len(s.lines) && n < 5; j++ {
		switch s.kinds[j] {
		case emptyLine, rulerLine:
			continue
		case labelLine:
			l, _ := s.labelAt(s.lines[j])
			return l == citationLabel || l == titleLabel || l == summaryLabel
		case headingLine, numberLine, closingLine:
			return false
		}
		n++
	}
	return false
}

// saysMuch tells that there is more in an open document than a header: a sentence
// under no label.
func (s *segmenter) saysMuch(open part, to int) bool {
	inLabel, said := false, false
	for i := open.from; i < to; i++ {
		if said && s.kinds[i] == signatureLine && !underLabel(s.kinds, i) {
			return true // no header is signed
		}
		said = said || s.kinds[i] == plainLine && s.sentence(s.lines[i])
		switch s.kinds[i] {
		case labelLine:
			inLabel, said = true, false
		case titleLine:
			inLabel = false
		case plainLine, signatureLine:
			if l := s.lines[i]; !inLabel && s.sentence(l) && !s.shelfmark(s.lower[l.Start:l.End]) {
				return !s.trailing(i, to)
			}
			if inLabel && s.kinds[i] == plainLine && i > 0 && s.kinds[i-1] == emptyLine && !s.sentence(s.lines[i]) {
				inLabel = false
			}
		}
	}
	return false
}

// sentence tells that a line says something: seven words, and a full stop.
func (p *page) sentence(l line) bool {
	if l.last-l.first < 7 {
		return false
	}
	if p.at(l.last-1).mark == '.' && p.initial(l.last-2) && l.last-l.first < 14 {
		return false // TO COMRADE STALIN I. V.
	}
	end := strings.TrimRight(p.plain[l.Start:l.End], quotes+"])0123456789")
	return strings.HasSuffix(end, ".") || strings.HasSuffix(end, "!") || strings.HasSuffix(end, "?") || l.End-l.Start > 160
}

// finish finds where a document ends, and makes documents of what follows it up
// to the limit.
func (s *segmenter) finish(d part, limit int) {
	d.heading = s.headingOf(d, limit)
	if d.heading >= 0 && d.form < 0 && s.excerpts(s.titleOf(d.heading)) && s.item(d.from, d.heading+1) {
		s.editorial(d.from, limit)
		return
	}
	if d.heading < 0 || d.form < 0 && s.kinds[d.heading] == titleLine && !s.formal(d, limit) {
		if s.compiled(d, limit) {
			return
		}
	}
	from := max(d.heading+1, d.from)
	d.closing, d.end = s.closing(from, limit)
	if end := s.compiler(d, from, limit); end < limit {
		d.to, d.end = end, min(d.end, end)
		s.parts = append(s.parts, d)
		s.editorial(end, limit)
		return
	}
	if s.trailing(d.end, limit) || s.words(d.end, limit) == 0 {
		d.to = limit
		s.parts = append(s.parts, d)
		return
	}
	d.to = d.end
	s.parts = append(s.parts, d)
	s.editorial(d.end, limit)
}

// compiler returns the line where the compiler speaks again: a paragraph behind the
// reference that ends a printed document and behind its notes.
func (s *segmenter) compiler(d part, from, limit int) int {
	reference, said := -1, false
	for i := from; i < limit; i++ {
		l := s.lines[i]
		switch k := s.kinds[i]; {
		case k == labelLine:
			reference = -1
			if label, _ := s.labelAt(l); label == citationLabel || label == sourceLabel || label == archiveLabel || label == translatorLabel {
				reference = i
			}
			if d.closing < 0 || d.closing > i {
				return limit // a header's
			}
		case said && k == plainLine && s.referred(l):
			reference = i
		case k == plainLine || k == closingLine || k == signatureLine:
			said = said || s.sentence(l)
		}
	}
	if reference < 0 || d.closing < 0 && !s.item(d.from, from) {
		return limit
	}
	note := false
	for i := reference + 1; i < limit; i++ {
		l := s.lines[i]
		k := s.kinds[i]
		note = s.footnote(l) || s.numberedNote(l) || note && s.lines[i-1].next
		if k == emptyLine || note || s.lines[i-1].next || k == rulerLine || s.pageNumber(l) {
			continue
		}
		if k != plainLine || !s.sentence(l) || s.isRights(l) || s.belowSignature(l) || s.signed1(i, limit) {
			return limit
		}
		return i
	}
	return limit
}

// headingOf finds the line that says what kind of document it is where there is no
// form: the first of its lines that begins or ends with such a word.
func (s *segmenter) headingOf(d part, limit int) int {
	if d.heading >= 0 {
		return d.heading
	}
	title := -1
	for i, n := d.from, 0; i < limit && n < 14; i++ {
		l := s.lines[i]
		if s.kinds[i] == itemLine {
			if at := s.itemTitle(i, limit); at >= 0 {
				return at
			}
		}
		switch k := s.kinds[i]; {
		case k == emptyLine || k == rulerLine || k == labelLine:
			continue
		case l.End-l.Start < 160 && !s.sentence(l):
			if _, next := s.formType(l.first, l.last); next > l.first {
				return i
			}
			if title < 0 && (k == titleLine || n == 0 && s.says(l) || s.excerpts(l.first) && s.editionTitle(l.Span)) {
				title = i
			}
		}
		n++
	}
	return title
}

// itemTitle is the line of the title of a collection's document: that of its number or
// one of the next.
func (p *page) itemTitle(i, limit int) int {
	it, _ := p.itemAt(p.lines[i])
	if it.title < p.lines[i].last {
		return i
	}
	for j := i + 1; j < min(limit, i+6); j++ {
		if k := p.lineKinds[j]; (k == plainLine || k == titleLine || k == signatureLine) && !p.isMark(p.lines[j]) {
			return j
		}
	}
	return -1
}

// titleOf is the token where a line's title begins: behind a collection's number.
func (p *page) titleOf(i int) int {
	if p.lineKinds[i] == itemLine {
		if it, ok := p.itemAt(p.lines[i]); ok && it.title < p.lines[i].last {
			return it.title
		}
	}
	return p.lines[i].first
}

// says tells that a first line is a title: it says from whom or to whom.
func (s *segmenter) says(l line) bool {
	for i := l.first + 1; i+1 < l.last; i++ {
		if k := s.at(i).key; (k == kFrom || k == kTo) && s.startsUpper(i+1) {
			return true
		}
	}
	return s.partyToParty(l.first, l.last)
}

// item tells that a collection's number is among lines.
func (s *segmenter) item(from, to int) bool {
	for i := from; i < to; i++ {
		if s.kinds[i] == itemLine {
			return true
		}
	}
	return false
}

// formal tells that lines have what letters have: a signature or a salutation.
func (s *segmenter) formal(d part, limit int) bool {
	if first := s.titleOf(d.heading); s.item(d.from, d.heading+1) {
		return true
	} else if _, next := s.formType(first, s.lines[d.heading].last); next > first {
		return true
	}
	for i := d.heading + 1; i < limit; i++ {
		if s.kinds[i] == signatureLine || s.kinds[i] == numberLine || s.kinds[i] == labelLine {
			return true
		}
	}
	return false
}

// compiled makes documents of a heading without a form: an excerpt when it says
// who wrote to whom, the compiler's text otherwise. It returns false for a text
// that may be a document all the same.
func (s *segmenter) compiled(d part, limit int) bool {
	if d.from == 0 && limit == len(s.lines) && d.heading < 0 {
		return false
	}
	if d.heading < 0 && (s.trailing(d.from, limit) || s.signed1(d.from, limit)) {
		return false
	}
	s.editorial(d.from, limit)
	return true
}

func (s *segmenter) signed1(from, to int) bool {
	for i := from; i < to; i++ {
		if s.kinds[i] == signatureLine || s.kinds[i] == numberLine {
			return true
		}
	}
	return false
}

// editorial makes documents of a compiler's words: an excerpt for each heading
// that says who wrote to whom, with the paragraphs that speak as a letter does,
// and a text for what is between.
func (s *segmenter) editorial(from, to int) {
	open := part{from: from, form: -1, heading: -1, closing: -1, kind: editorial}
	spoke := false
	end := func(at int) {
		if open.to = at; s.words(open.from, at) > 0 {
			open.end = at
			s.parts = append(s.parts, open)
			open.from = at
		}
	}
	for i := from; i < to; i++ {
		switch {
		case s.kinds[i] == titleLine && s.correspondents(s.lines[i]), s.kinds[i] == itemLine:
			end(i)
			open.from, open.kind, open.heading, spoke = i, "excerpt", i, false
			if s.kinds[i] == itemLine {
				open.heading = s.itemTitle(i, to)
			}
		case s.kinds[i] == titleLine && open.heading < 0 && open.kind == editorial:
			open.heading = i
		case open.kind == "excerpt" && s.kinds[i] == plainLine && (s.referred(s.lines[i]) || s.numberedNote(s.lines[i])):
			spoke = true
		case open.kind == "excerpt" && s.kinds[i] == plainLine && i != open.heading:
			speaks := s.hasPronoun(s.lines[i])
			if spoke && !speaks && (i == 0 || s.kinds[i-1] == emptyLine) {
				end(i)
				open.from, open.kind, open.heading = i, editorial, -1
			}
			spoke = spoke || speaks
		}
	}
	end(to)
	if len(s.parts) > 0 && open.from < to {
		s.parts[len(s.parts)-1].to = to
	}
}

// correspondents tells that a title says who wrote to whom.
func (p *page) correspondents(l line) bool {
	for i := l.first + 1; i+1 < l.last; i++ {
		if k := p.at(i).key; k == kTo && p.startsUpper(i+1) {
			return true
		}
	}
	return false
}

// hasPronoun tells that a line speaks as a letter does, of "I" and "you".
func (p *page) hasPronoun(l line) bool {
	for i := l.first; i < l.last; i++ {
		if k := p.at(i).key; k == kPronoun || k == kYour || k == kMy || k == kOur {
			return true
		}
	}
	return false
}
