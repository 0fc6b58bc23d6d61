package extract

import (
	"strings"
)

// forms finds the headings that begin a form. A heading that repeats the number of
// the form it stands in is that of a further sheet.
func (s *segmenter) forms() []part {
	var forms []part
	number := ""
	for i, k := range s.kinds {
		if k != headingLine {
			continue
		}
		n := s.numberIn(s.lines[i])
		if len(forms) > 0 && n != "" && n == number {
			continue
		}
		if last := len(forms) - 1; last >= 0 && s.near(forms[last].heading, i) {
			if n != "" {
				forms[last].heading, number = i, n
			}
			continue
		}
		number = n
		forms = append(forms, part{form: s.formStart(i, forms), heading: i})
	}
	return forms
}

// near tells that a second heading follows so closely that both are one form's.
func (s *segmenter) near(heading, i int) bool {
	for j := heading + 1; j < i; j++ {
		if k := s.kinds[j]; s.sentence(s.lines[j]) || k == signatureLine || k == closingLine || k == numberLine {
			return false
		}
	}
	return i-heading <= 6
}

func (s *segmenter) numberIn(l line) string {
	for i := l.first; i < l.last; i++ {
		if j := s.signAt(i); j > i {
			if n, next := s.numberAt(j); next > j {
				return s.lower[n.Start:n.End]
			}
		}
	}
	return ""
}

// formStart goes up from a heading over its letterhead, marks of secrecy, stamps
// and whatever short lines in capitals stand there.
func (s *segmenter) formStart(heading int, before []part) int {
	start, floor := heading, 0
	if len(before) > 0 {
		floor = before[len(before)-1].heading + 1
	}
	for j := heading - 1; j >= floor && j >= heading-12; j-- {
		l := s.lines[j]
		switch k := s.kinds[j]; {
		case k == emptyLine || k == rulerLine:
		case k == letterheadLine, s.isMark(l), s.stamps(l), s.isRestriction(l), s.pageNumber(l),
			k == closingLine && s.at(l.first).key == kCopies && start < heading:
			start = j
		default:
			return start
		}
	}
	return start
}

// isMark finds a line that is a mark of secrecy or urgency.
func (p *page) isMark(l line) bool {
	if l.last-l.first > 8 || !p.startsUpper(l.first) {
		return false
	}
	n := 0
	for i := l.first; i < l.last; i++ {
		if _, next := p.markPhraseAt(i); next > i {
			n++
			i = next - 1
			continue
		}
		switch t := p.at(i); t.key {
		case kTop, kSecret, kStrictly, kUrgent:
			n++
		default:
			if t.mark == 0 && (t.key != none || n == 0) {
				return false
			}
		}
	}
	return n > 0
}

// isRestriction finds a ban on copies and an order to send the sheet back.
func (p *page) isRestriction(l line) bool {
	if l.End-l.Start > 110 || l.last == l.first {
		return false
	}
	low := p.lower[l.Start:l.End]
	for _, form := range restrictions {
		if strings.Contains(low, form) {
			return true
		}
	}
	return p.withinDays(l)
}

// withinDays finds the term that stands below an order to send a sheet back: within 24
// hours, в течение 7 дней, в 3-дневный срок.
func (p *page) withinDays(l line) bool {
	if l.last-l.first > 7 || l.last == l.first {
		return false
	}
	switch p.word(l.first) {
	case "within", "в", "not", "не":
	default:
		return false
	}
	number, unit := false, false
	for i := l.first + 1; i < l.last; i++ {
		number = number || p.digits(i) > 0
		switch p.word(i) {
		case "hours", "days", "day", "часов", "часа", "суток", "дней", "дня", "дневный", "суточный", "срок":
			unit = true
		}
	}
	return number && unit
}

var restrictions = []string{
	"copying", "making copies", "make copies", "subject to return", "to be returned", "return to", "special folder",
	"not to be copied", "not be reproduced", "reproduction",
	"снятие копий", "снимать копии", "копий не", "копировать", "размнож", "подлежит возврату", "особая папка",
}

// pageNumber finds "- 112 -" and "12".
func (p *page) pageNumber(l line) bool {
	numbers := 0
	first := l.first
	switch p.word(first) {
	case "p", "page", "с", "стр", "страница":
		if first++; p.at(first).mark == '.' {
			first++
		}
	}
	for i := first; i < l.last; i++ {
		if t := p.at(i); t.num >= 0 {
			numbers++
		} else if t.mark == 0 {
			return false
		}
	}
	return numbers == 1 && l.last-l.first <= 5 && p.signAt(l.first) == l.first
}
