package extract

import (
	"strings"
)

// sections cuts lines at their labels; free are the lines under none.
func (d *doc) sections(from, to int) (under []section, free []int) {
	open := -1
	for i := from; i < to; i++ {
		switch k := d.lineKinds[i]; {
		case k == emptyLine || k == rulerLine:
			continue
		case k == labelLine:
			l, rest := d.labelAt(d.lines[i])
			under = append(under, section{l, rest})
			open = len(under) - 1
			under, open = d.splitLabels(under, open)
		case open >= 0 && d.labelGoesOn(under[open], i, to):
			under[open].span = join(under[open].span, d.lines[i].Span)
		default:
			open = -1
			free = append(free, i)
		}
	}
	return under, free
}

// formLabel tells that a line begins with a label of the form itself: To:, From:, Кому:,
// Received:, Level:.
func (p *page) formLabel(l line) bool {
	if p.at(l.first+1).mark != ':' {
		return false
	}
	switch p.at(l.first).key {
	case kTo, kFrom, kReceived, kSent, kVia, kUrgent, kDispatched:
		return true
	}
	return markLabels[p.word(l.first)]
}

// besideFormLabel tells that a date stands among the form's own labels, above or below.
func (d *doc) besideFormLabel(i int) bool {
	if found, _ := d.labelAt(d.lines[i]); found != dateLabel {
		return false
	}
	return i > d.part.from && d.formLabel(d.lines[i-1]) || i+1 < d.part.to && d.formLabel(d.lines[i+1])
}

// markLabels stand before a mark of secrecy or urgency.
var markLabels = wordSet("level secrecy classification security grade urgency priority precedence гриф секретность срочность степень категория", "куда кому откуда")

func join(a, b Span) Span {
	if a.Start == a.End {
		return b
	}
	return Span{a.Start, b.End}
}

// splitLabels cuts "Date: 5 June 1951 Source: http://…" in two.
func (d *doc) splitLabels(under []section, open int) ([]section, int) {
	s := under[open].span
	for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
		t := d.at(i)
		if d.at(i+1).mark != ':' || i == 0 || t.Start == s.Start {
			continue
		}
		var found label
		first := i
		for ; first > i-3 && d.at(first).Start > s.Start; first-- { // one to three words
			if found = labels[d.lower[d.at(first).Start:t.End]]; found != noLabel && d.startsUpper(first) {
				break
			}
			found = noLabel
		}
		if found == noLabel {
			continue
		}
		t = d.at(first)
		under[open].span.End = t.Start
		under[open].span = d.trim(under[open].span)
		rest := d.trimOf(Span{d.at(i + 1).End, s.End}, ".")
		return d.splitLabels(append(under, section{found, rest}), open+1)
	}
	return under, open
}

// tokenAt returns the first token that begins at an offset or behind it.
func (p *page) tokenAt(offset int) int {
	low, high := 0, len(p.tokens)
	for low < high {
		if mid := (low + high) / 2; p.tokens[mid].Start < offset {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// labelGoesOn tells that a line still belongs to a section. A sentence that has ended
// before a blank line is the end, if a title or a form is all that follows.
func (d *doc) labelGoesOn(s section, i, to int) bool {
	if s.span.Start != s.span.End && s.label != citationLabel && s.label != sourceLabel && s.label != archiveLabel && d.referred(d.lines[i]) {
		return false
	}
	if s.span.Start == s.span.End && !d.lines[i-1].next && d.formLabel(d.lines[i]) {
		return false // a label without a value, and the form's own head
	}
	if s.span.Start == s.span.End || d.lines[i-1].next {
		return true
	}
	switch s.label {
	case rightsLabel:
		return d.lineKinds[i] == plainLine && d.sentence(d.lines[i]) && (d.isRights(d.lines[i]) || d.part.form >= 0)
	case citationLabel, summaryLabel, sourceLabel, titleLabel:
	default:
		return false
	}
	said := strings.TrimRight(d.plain[s.span.Start:s.span.End], quotes+blanks+"\n")
	if !strings.HasSuffix(said, ".") && !strings.HasSuffix(said, ">") {
		return !d.startsUpper(d.lines[i].first) && d.at(d.lines[i].first).mark == 0 || strings.HasSuffix(said, ",") || strings.HasSuffix(said, ";") ||
			s.label == citationLabel && d.hasLink(d.lines[i])
	}
	if s.label != summaryLabel {
		return s.label == citationLabel && d.hasLink(d.lines[i])
	}
	return d.labelBelow(i, to)
}

func (d *doc) labelBelow(i, to int) bool {
	for ; i < to; i++ {
		if d.lineKinds[i] == labelLine {
			return true
		}
	}
	return false
}

func (d *doc) hasLink(l line) bool { return strings.Contains(d.lower[l.Start:l.End], "://") }
