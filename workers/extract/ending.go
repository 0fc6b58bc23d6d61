package extract

import (
	"strings"
)

// words counts the lines that say something.
func (s *segmenter) words(from, to int) int {
	n := 0
	for i := from; i < to; i++ {
		if s.kinds[i] == plainLine && !s.pageNumber(s.lines[i]) || s.kinds[i] == titleLine {
			n++
		}
	}
	return n
}

// closing finds the last signature of a form and the line behind what follows it.
func (s *segmenter) closing(from, limit int) (signature, end int) {
	for i := limit - 1; i >= from; i-- {
		if s.kinds[i] == signatureLine && s.isClosed(i, limit) {
			return i, s.closed(i, limit)
		}
	}
	said := false
	for i := from; i < limit; i++ {
		if s.kinds[i] == labelLine && said {
			return -1, i
		}
		said = said || s.kinds[i] == plainLine && s.sentence(s.lines[i])
	}
	return -1, limit
}

// isClosed tells that a signature ends something: it stands at the end, or above
// a number, a date or the clerks' lines, or has a person's name that is known.
func (s *segmenter) isClosed(i, limit int) bool {
	if s.endsQuotation(i, limit) {
		return false
	}
	if person, known := s.personAt(s.signed(s.lines[i].Span)); known && person {
		return true
	}
	for j := i + 1; j < limit; j++ {
		switch s.kinds[j] {
		case emptyLine:
			continue
		case numberLine, dayLine, closingLine, rulerLine, labelLine, signatureLine, itemLine:
			return true
		}
		return s.belowSignature(s.lines[j])
	}
	return true
}

// endsQuotation tells that a signature is that of a message in quotation marks, behind
// which the document goes on.
func (s *segmenter) endsQuotation(i, limit int) bool {
	for ; i < limit && (s.kinds[i] == signatureLine || s.kinds[i] == dayLine || s.kinds[i] == emptyLine); i++ {
		if l := s.lines[i]; !l.empty() && strings.ContainsAny(s.plain[l.Start:l.End], "»”\"") {
			end := strings.TrimRight(s.plain[l.Start:l.End], ".")
			if !strings.HasSuffix(end, "»") && !strings.HasSuffix(end, "”") && !strings.HasSuffix(end, "\"") {
				return false
			}
			for j := i + 1; j < limit; j++ {
				if k := s.kinds[j]; k == plainLine && s.sentence(s.lines[j]) {
					return true
				}
			}
			return false
		}
	}
	return false
}

// closed returns the line behind a signature's number, date and clerks' lines.
func (s *segmenter) closed(signature, limit int) int {
	end := signature + 1
	depth, list, noted := 0, false, false
	for i := signature + 1; i < limit; i++ {
		l := s.lines[i]
		switch k := s.kinds[i]; {
		case k == emptyLine || k == rulerLine:
			continue
		case depth > 0 || k == numberLine || k == dayLine || k == closingLine || k == signatureLine:
		case list && s.digits(l.first) > 0, noted && s.numberedNote(l):
		case k == plainLine && (s.belowSignature(l) || i == signature+1 && s.officeBelow(i)):
		case k == plainLine && end == signature+1 && s.aboveNumber(i, limit): // a word to the clerk alone
		default:
			return end
		}
		list = strings.HasSuffix(s.plain[l.Start:l.End], ":") || l.last == l.first+1 && s.at(l.first).key == kCopies || s.digits(l.first) > 0 || s.clerks(l)
		noted = noted || s.referred(l)
		// A stamp in brackets may go over several lines.
		depth = max(0, depth+strings.Count(s.plain[l.Start:l.End], "[")-strings.Count(s.plain[l.Start:l.End], "]"))
		end = i + 1
	}
	return end
}

// aboveNumber tells that a short paragraph below a signature has the document's own
// number or date right below it, so that it belongs to it.
func (s *segmenter) aboveNumber(i, limit int) bool {
	if s.lines[i].last-s.lines[i].first > 40 {
		return false
	}
	for j := i + 1; j < limit; j++ {
		switch s.kinds[j] {
		case emptyLine:
			continue
		case numberLine:
			return true
		case dayLine:
			return j+1 < limit && (s.kinds[j+1] == numberLine || s.kinds[j+1] == emptyLine && s.below(s.kinds, j) == -1)
		}
		return false
	}
	return false
}

// belowSignature finds further lines that only stand below a signature: copies
// filed, a note in brackets, a footnote, a shelfmark, an order to the clerk.
func (s *segmenter) belowSignature(l line) bool {
	t := s.at(l.first)
	low := s.lower[l.Start:l.End]
	switch {
	case t.mark == '[' || t.mark == '(' || t.mark == '¹' || t.mark == '²':
		return true
	case s.signAt(l.first) > l.first || s.pageNumber(l):
		return true
	case t.key == kFiled || s.hasKey(l, kCopies) || s.isRestriction(l):
		return true
	case t.key == kDeliver && l.last-l.first <= 6:
		return true
	case s.digits(l.first) > 0 && l.last-l.first <= 8: // 2 - Cde. Malik
		return true
	case s.shelfmark(low) || s.referred(l) || s.footnote(l):
		return true
	case (t.key == kSent || t.key == kReceived || t.key == kDispatched || t.key == kVerified) && l.last-l.first <= 16 && !s.prose(l):
		return true
	case s.marginal(low):
		return true
	case strings.HasPrefix(low, "sent ") || strings.HasPrefix(low, "послано") || strings.HasPrefix(low, "принял "):
		return true
	case s.sentBelow(l), s.visa(l):
		return true
	}
	return false
}

// visa tells that a line is what somebody put his name to below a telegram: Seen by,
// Authenticated, Correct, Расшифр., Отпеч., Виза.
func (p *page) visa(l line) bool {
	if l.last-l.first > 30 || p.prose(l) && !strings.ContainsAny(p.plain[l.Start:l.End], "«\"“„") {
		return false
	}
	after := p.at(l.first + 1)
	return visaWords[p.word(l.first)] && (after.mark == ':' || after.mark == '.' || after.key == kBy || p.startsUpper(l.first+1))
}

// visaWords begin such lines, beside those that have a meaning of their own.
var visaWords = wordSet(
	"seen authenticated correct certified attested approved initialled initialed visa endorsed noted reviewed handed read filed true",
	"расшифр отпеч дешифр дешифровал дешифровала дешифровано виза визы завизировал читал читали ознакомлен ознакомлены ознакомился заверил заверила удостоверил размечено",
	"машинистка исполнено напеч печ подлинник подписал подписали доложено резолюция помета пометы пометка разметка",
)

// marginal tells that a line describes what is written on the sheet by hand.
func (s *segmenter) marginal(low string) bool {
	for _, begin := range []string{"на полях", "помета", "пометы", "резолюция", "на документе", "имеется помета", "handwritten", "in the margin", "marginal note", "annotation", "note on the document", "on the document"} {
		if strings.HasPrefix(low, begin) {
			return true
		}
	}
	return false
}

// shelfmark tells that a line begins like an archival reference.
func (p *page) shelfmark(low string) bool {
	return strings.HasPrefix(low, "ibid") || strings.HasPrefix(low, "там же") ||
		strings.Contains(low, "f.") && strings.Contains(low, "d.") || strings.Contains(low, "fond") || strings.Contains(low, "фонд") ||
		strings.Contains(low, "ф.") && strings.Contains(low, "д.") || strings.Contains(low, "delo")
}

// referred tells that a line is a shelfmark, as printed below a document.
func (p *page) referred(l line) bool {
	if l.End-l.Start > 300 || !p.startsUpper(l.first) && p.at(l.first).mark == 0 {
		return false
	}
	if p.shelfmark(p.lower[l.Start:l.End]) {
		return true
	}
	found := p.shelfmarks(l.Span)
	return len(found) > 0 && found[0].Fond != "" && found[0].Start < l.Start+40
}

// footnote finds an editor's note below a document: a star, a raised figure or a
// number in marks before its words.
func (p *page) footnote(l line) bool {
	if l.last-l.first < 2 {
		return false
	}
	from := p.lineFrom(p.lineAt(l.Start))
	written := strings.TrimLeft(p.text[from:l.End], blanks)
	if strings.HasPrefix(written, "* ") || strings.HasPrefix(written, "** ") || strings.HasPrefix(written, "\\*") || strings.HasPrefix(written, "†") ||
		strings.ContainsRune("⁰¹²³⁴⁵⁶⁷⁸⁹", letterOf(written)) {
		return true
	}
	if p.at(l.first).mark == '^' {
		return p.digits(l.first+1) > 0
	}
	n := p.digits(l.first) // 1 По китайским данным
	return n > 0 && n <= 2 && p.startsUpper(l.first+1) && !p.closeTo(l.first+1) && p.at(l.first+1).key.month() == 0
}

// numberedNote finds "1. Not found." among the notes behind a reference.
func (p *page) numberedNote(l line) bool {
	n := p.digits(l.first)
	m := p.at(l.first + 1).mark
	return n > 0 && n <= 2 && (m == '.' || m == ')') && p.startsUpper(l.first+2) || p.footnote(l)
}

// trailing tells that an edition's labels follow a form: then what is before them
// is its summary.
func (s *segmenter) trailing(from, to int) bool {
	for i := from; i < to; i++ {
		if s.kinds[i] == labelLine {
			return true
		}
	}
	return false
}
