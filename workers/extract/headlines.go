package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// readHeadlines reads the date and the titles that stand under no label.
func (d *doc) readHeadlines(sections []section, free []int, limit int) {
	titled := false
	for _, s := range sections {
		titled = titled || s.label == titleLabel
	}
	item := d.firstItem(d.part.from, limit)
	named := -1
	if item >= 0 {
		named = d.itemTitle(item, limit)
	}
	for n := 0; n < len(free); n++ {
		i := free[n]
		l := d.lines[i]
		if d.lineKinds[i] == itemLine {
			if span := d.readItem(l); span.End > span.Start && (!titled || !d.beforeLabel(i, limit, titleLabel)) {
				d.headline(span, 0.9)
			}
			continue
		}
		if i < item { // the title of the volume
			continue
		}
		if d.isCredits(l) {
			d.add("credits", d.clean(l.Span), l.Span, 0.8, "credits")
			continue
		}
		if d.citesTitle(l) {
			span := l.Span
			if n+1 < len(free) && d.hasLink(d.lines[free[n+1]]) {
				n++
				span.End = d.lines[free[n]].End
			}
			d.readCitation(span, true)
			continue
		}
		if i != named && d.namesArchive(l) {
			if d.has("publisher") == nil {
				d.add("publisher", d.clean(l.Span), l.Span, 0.8, "headline-publisher")
			}
			continue
		}
		if d.lineKinds[i] == dayLine {
			d.catalogueDate(l.Span)
			continue
		}
		if d.part.form < 0 && (d.isMark(l) || d.isRestriction(l)) { // above the title
			d.readMarks(l)
			d.restriction(l)
			continue
		}
		if len(sections) > 0 && d.webLine(l, sections) {
			continue
		}
		if i != named && !d.titleCandidate(l) || titled && d.beforeLabel(i, limit, titleLabel) {
			continue
		}
		if len(sections) == 0 && item < 0 && d.ownHead(i) {
			continue
		}
		span := l.Span
		for n+1 < len(free) && d.titleGoesOn(free[n], free[n+1]) {
			n++
			span.End = d.lines[free[n]].End
		}
		if on, title := d.datedTitle(l); title > l.first {
			d.catalogueDate(on.Span)
			span.Start = d.at(title).Start
		}
		d.headline(span, 0.9)
	}
}

func (d *doc) headline(span Span, confidence float64) {
	if end := strings.TrimRight(d.plain[span.Start:span.End], "0123456789¹²³⁴⁵⁶⁷⁸⁹⁰*"); len(end) > 0 && span.Start+len(end) < span.End {
		if last, _ := utf8.DecodeLastRuneInString(end); unicode.IsLetter(last) { // the mark of a footnote
			span.End = span.Start + len(end)
		}
	}
	d.add("title", d.clean(span), span, confidence, "title")
	d.readTitle(span)
}

// webLine reads what some pages say without a label: a paragraph that is the summary,
// and what the page has of the document, such as English Text.
func (d *doc) webLine(l line, sections []section) bool {
	low := d.lower[l.Start:l.End]
	if l.last-l.first <= 4 && languageOf(low) != "" && (strings.Contains(low, "text") || strings.Contains(low, "translation") || strings.Contains(low, "текст") || strings.Contains(low, "перевод")) {
		d.contentsForm(l.Span)
		return true
	}
	if d.part.form < 0 || d.has("title") == nil || d.has("summary") != nil || !d.sentence(l) || d.isRights(l) || d.hasLink(l) || d.lineKinds[d.lineAt(l.Start)] != plainLine {
		return false
	}
	for _, s := range sections {
		if s.label == summaryLabel {
			return false
		}
	}
	d.add("summary", d.clean(l.Span), l.Span, 0.7, "header-summary")
	return true
}

// isCredits finds the line that says who paid for a page.
func (d *doc) isCredits(l line) bool {
	low := d.lower[l.Start:l.End]
	return l.last-l.first < 40 && (strings.Contains(low, "made possible") || strings.Contains(low, "with support from") || strings.HasPrefix(low, "при поддержке"))
}

// citesTitle finds a page's citation that stands under no label: it begins with the
// title in quotation marks, and a date or an archive follows.
func (d *doc) citesTitle(l line) bool {
	if m := d.at(l.first).mark; m != '"' && m != '“' && m != '«' || l.End-l.Start < 20 {
		return false
	}
	shut := strings.IndexAny(d.plain[l.Start+3:l.End], "\"”»")
	return shut > 10 && strings.IndexByte(d.plain[l.Start+3+shut:l.End], ',') >= 0 || shut > 10 && d.plain[l.Start+3+shut-1] == ','
}

// titleGoesOn tells that a title runs over into the next line: right below, written
// alike, neither a sentence nor anything else that stands under titles.
func (d *doc) titleGoesOn(i, next int) bool {
	l := d.lines[next]
	k := d.lineKinds[next]
	return next == i+1 && (k == plainLine || k == titleLine || k == signatureLine) && !d.isMark(l) && !d.isRestriction(l) &&
		(d.capitals(l.Span) || !d.capitals(d.lines[i].Span)) && d.signAt(l.first+1) == l.first+1 &&
		d.boldGoesOn(d.lines[i], l) && (!d.sentence(l) || l.bold || d.lines[i].heading > 0)
}

// boldGoesOn tells that two lines stand in the same marks of emphasis, or both in none.
func (d *doc) boldGoesOn(l, next line) bool {
	open := l.bold && !strings.HasSuffix(strings.TrimRight(d.text[l.Start:d.lineEnd(l)], blanks), "**")
	return open || l.bold == next.bold
}

// lineEnd is the end of a line as written, with what stands behind its words.
func (p *page) lineEnd(l line) int {
	if end := strings.IndexByte(p.text[l.End:], '\n'); end >= 0 {
		return l.End + end
	}
	return len(p.text)
}

// titleCandidate tells that a line may be a title: no sentence, and words in it.
func (d *doc) titleCandidate(l line) bool {
	k := d.lineKinds[d.lineAt(l.Start)]
	if l.last-l.first < 2 || l.End-l.Start > 250 || strings.HasSuffix(d.plain[l.Start:l.End], ".") || k == closingLine || k == numberLine || d.hasLink(l) {
		return false
	}
	if k == titleLine {
		return true
	}
	if d.isMark(l) || d.isRestriction(l) || strings.ContainsAny(d.plain[l.Start:l.End], "»·|>") {
		return false
	}
	return d.correspondents(l) || d.namesKind(l) || d.excerpts(l.first) && d.editionTitle(l.Span) || d.reportFrom(l) || d.partyToParty(l.first, l.last)
}

// reportFrom tells that a line says from whom something is: Information from X.
func (d *doc) reportFrom(l line) bool {
	for i := l.first + 1; i+1 < l.last; i++ {
		if d.at(i).key == kFrom && d.startsUpper(i+1) {
			return true
		}
	}
	return false
}

// namesKind tells that a line has the word for a kind of document.
func (d *doc) namesKind(l line) bool {
	for i := l.first; i < l.last; i++ {
		if kind, _ := d.formType(i, l.last); kind != "" {
			return true
		}
	}
	return false
}

func (d *doc) beforeLabel(i, limit int, wanted label) bool {
	for j := i + 1; j < limit; j++ {
		if d.lineKinds[j] == labelLine {
			if l, _ := d.labelAt(d.lines[j]); l == wanted {
				return true
			}
		}
	}
	return false
}
