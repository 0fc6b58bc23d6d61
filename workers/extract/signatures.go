package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// isSignature finds a line that has a name in capitals, or a known person's name,
// and nothing else but a gloss.
func (p *page) isSignature(l line) bool {
	if l.last-l.first > 16 || p.at(l.first).key == kComrade || p.isMark(l) {
		return false // a sentence, an address, a mark
	}
	if m := p.at(l.first + 1).mark; p.undated(l).Start == l.Start && p.digits(l.first) > 0 && p.digits(l.first) <= 2 && (m == '.' || m == ')') && p.startsUpper(l.first+2) {
		return false // 2. Molotov, of a list
	}
	name := p.signed(p.undated(l))
	if name.End == name.Start {
		return false
	}
	if p.officeAndName(l, name) {
		return true
	}
	if m := p.mentionAt(name.Start); m != nil && m.Kind == agents.Place && m.End < name.End {
		return false // ВАРШАВА ЛЕБЕДЕВУ
	}
	if person, ok := p.personAt(name); ok && person {
		return true
	} else if ok {
		return false // a place or a body
	}
	words := 0
	for i := p.tokenAt(name.Start); i < l.last && p.at(i).Start < name.End; i++ {
		t := p.at(i)
		if t.num >= 0 || t.key != none && t.key != kComrade || t.mark != 0 && t.mark != '.' && t.mark != '-' {
			return false
		}
		if t.word() {
			words++
		}
	}
	return words > 0 && words <= 4 && p.capitals(name) && name.End-name.Start >= 5
}

// undated returns a line without the date that may stand before a signature, the
// word that one was there, and the number or date in a column behind it.
func (p *page) undated(l line) Span {
	s := p.unnumbered(l)
	if m, next := p.momentAt(l.first); next > l.first && next < l.last && m.End < s.End {
		return Span{p.at(next).Start, s.End}
	}
	if next := p.signedMark(l.first, l.last); next > l.first && next < l.last {
		return Span{p.at(next).Start, s.End}
	}
	if p.at(l.first).mark == '[' { // [signature] V. RAZUVAEV
		for i := l.first; i < min(l.first+4, l.last-1); i++ {
			if p.at(i).mark == ']' {
				return Span{p.at(i + 1).Start, s.End}
			}
		}
	}
	return s
}

// signedMark skips what says that a signature was there: (подпись), Signed:, /s/, п/п.
func (p *page) signedMark(i, last int) int {
	j := i
	if m := p.at(j).mark; m == '(' || m == '[' || m == '/' {
		j++
	}
	switch p.word(j) {
	case "подпись", "подписано", "подписал", "подписали", "signature", "signed":
		j++
	case "s":
		if p.at(j+1).mark != '/' || j == i {
			return i
		}
		j++
	case "п":
		if p.at(j+1).mark != '/' || p.word(j+2) != "п" {
			return i
		}
		return j + 3
	default:
		return i
	}
	closed := false
	for j < last && strings.ContainsRune(")]/:.", p.at(j).mark) && p.at(j).mark != 0 {
		closed, j = true, j+1
	}
	if !closed {
		return i
	}
	return j
}

// unnumbered returns a line without the number or the date in its last column.
func (p *page) unnumbered(l line) Span {
	for i := l.first + 1; i < l.last; i++ {
		if !p.gap(i) {
			continue
		}
		j := i
		if p.at(j).key == kOutgoing {
			j = p.skipStop(j + 1)
		}
		if k := p.signAt(j); k > j {
			if _, next := p.numbersAt(k); next > k {
				return Span{l.Start, p.at(i - 1).End}
			}
		}
		if m, next := p.momentAt(j); next > j && m.End <= l.End && (p.onlyMarks(next, l.last) || p.signAt(p.skipGlue(next)) > p.skipGlue(next)) {
			return Span{l.Start, p.at(i - 1).End}
		}
	}
	return l.Span
}

// officeAndName finds "SECRETARY OF THE CC I. STALIN": an office in capitals and a
// known person at the end.
func (p *page) officeAndName(l line, name Span) bool {
	return p.capitals(name) && p.hasKey(l, kOffice) && p.lastPerson(name).End > 0
}

// lastPerson returns the known person's name that a span ends with, with initials
// before it; an empty span for none.
func (p *page) lastPerson(s Span) Span {
	for i := p.tokenAt(s.Start); i < len(p.tokens) && p.at(i).Start < s.End; i++ {
		m := p.mentionAt(p.at(i).Start)
		if m == nil || m.Kind != "person" || m.End < s.End {
			continue
		}
		first := i
		for first > 1 && p.at(first-1).mark == '.' && p.at(first-2).word() && p.at(first-2).End-p.at(first-2).Start <= 2 && p.at(first-2).Start >= s.Start {
			first -= 2
		}
		return Span{p.at(first).Start, m.End}
	}
	return Span{}
}

// markSignatures finds names in small letters that stand where a signature does:
// below a sentence or a farewell, above the end, a number, a date or a label.
func (p *page) markSignatures(kinds []kind) {
	said, farewell := false, false
	for i, l := range p.lines {
		if kinds[i] == emptyLine {
			continue
		}
		if kinds[i] != plainLine {
			farewell = false
			continue
		}
		if said && l.last-l.first <= 24 && (p.nameAlone(l) || p.shortName(l) || p.officeSigned(l).name.End > 0) &&
			!underLabel(kinds, i) && (farewell || p.endsBelow(kinds, i)) {
			kinds[i] = signatureLine
		}
		said = said || p.sentence(l)
		farewell = p.farewell(l)
	}
}

// farewell finds "With communist greetings,", "Yours", "С уважением".
func (p *page) farewell(l line) bool {
	if l.last-l.first > 8 || !p.startsUpper(l.first) {
		return false
	}
	switch p.word(l.first) {
	case "yours", "respectfully", "sincerely", "cordially", "уважающий", "преданный", "искренне":
		return true
	case "with", "с", "со", "примите", "please", "accept":
	default:
		return false
	}
	for i := l.first + 1; i < l.last; i++ {
		switch p.word(i) {
		case "greeting", "greetings", "embrace", "regards", "respect", "wishes", "esteem", "приветом", "уважением", "почтением", "уважении", "assurances":
			return true
		}
	}
	return false
}

// shortName tells that a line is one word of two to four capitals: MAO, LI.
func (p *page) shortName(l line) bool {
	s := p.signed(p.undated(l))
	t := p.at(p.tokenAt(s.Start))
	n := utf8.RuneCountInString(p.of(t.Span))
	return t.Start == s.Start && t.End == s.End && t.word() && t.key == none && n >= 2 && n <= 4 && p.of(t.Span) == strings.ToUpper(p.of(t.Span))
}

// officeSignature is an office and the name of who signs on the same line.
type officeSignature struct{ office, name Span }

// officeSigned reads "Посол СССР в Иране (подпись) И. САДЧИКОВ", "Minister of the
// USSR N. NOVIKOV".
func (p *page) officeSigned(l line) officeSignature {
	none := officeSignature{}
	s := p.unnumbered(l)
	last := p.tokenAt(s.End)
	if last-l.first > 24 || !p.startsUpper(l.first) || p.at(l.first).key == kTo || p.at(l.first).key == kComrade {
		return none
	}
	for i := l.first + 1; i+1 < last; i++ {
		next := p.signedMark(i, last)
		if next == i || p.at(i).mark == 0 {
			continue
		}
		name := p.trimOf(Span{p.at(next).Start, s.End}, ".,;:")
		if first := p.tokenAt(name.Start); p.capitalised(first, name.End) > first {
			return officeSignature{p.trimOf(Span{l.Start, p.at(i - 1).End}, ",;:"), name}
		}
		return none
	}
	if cells := p.cells(l); len(cells) == 2 && (p.hasKey(cells[0], kOffice) || p.hasKey(cells[0], kRank)) && (p.capitals(cells[1].Span) || p.initialAt(cells[1].first)) {
		if next := p.capitalised(cells[1].first, cells[1].End); next > cells[1].first && p.onlyMarks(next, cells[1].last) {
			return officeSignature{cells[0].Span, p.trimOf(cells[1].Span, ".,;:")}
		}
	}
	if !p.hasKey(l, kOffice) {
		return none
	}
	return p.officeAndInitials(l, last)
}

// officeAndInitials reads an office with the initials and the surname behind it.
func (p *page) officeAndInitials(l line, last int) officeSignature {
	end := last
	for end > l.first && p.at(end-1).mark == '.' && !p.initialAt(end-2) {
		end--
	}
	i := end - 1
	if !p.startsUpper(i) || p.at(i).key != 0 {
		return officeSignature{}
	}
	if t := p.at(i); p.lower[t.Start:t.End] != p.plain[t.Start:t.End] && p.of(t.Span) == strings.ToUpper(p.of(t.Span)) && t.End-t.Start >= 4 && i > l.first && !p.capitals(Span{l.Start, p.at(i - 1).End}) {
		if m := p.mentionAt(t.Start); m == nil || m.Kind == agents.Person { // Посол ЛАВРЕНТЬЕВ
			if office := p.trimOf(Span{l.Start, p.at(i - 1).End}, ",—–-"); !strings.ContainsAny(p.plain[office.Start:office.End], ".:;") {
				return officeSignature{office, t.Span}
			}
		}
	}
	first := i
	for first-2 > l.first && p.at(first-1).mark == '.' && p.initialAt(first-2) {
		first -= 2
	}
	if first == i && nominative[p.word(l.first)] && p.surnameAlone(i) && first > l.first+1 && p.at(i-1).mark == 0 { // Посол СССР в Иране Садчиков
		return officeSignature{p.trimOf(Span{l.Start, p.at(i - 1).End}, ","), p.at(i).Span}
	}
	if first == i || first == l.first {
		return officeSignature{}
	}
	office := p.trimOf(Span{l.Start, p.at(first - 1).End}, ",;:—–-")
	if strings.ContainsAny(p.plain[office.Start:office.End], ".:;") {
		return officeSignature{}
	}
	return officeSignature{office, Span{p.at(first).Start, p.at(i).End}}
}

// surnameAlone tells that a word with a capital may be a surname: that of nobody else
// but a person, as far as is known, and no abbreviation.
func (p *page) surnameAlone(i int) bool {
	written := p.of(p.at(i).Span)
	m := p.mentionAt(p.at(i).Start)
	if m == nil {
		m = p.mentionEnding(max(0, i-4), i+1)
	}
	return utf8.RuneCountInString(written) >= 4 && written != strings.ToUpper(written) && (m == nil || m.Kind == agents.Person)
}

// initialAt tells that a token is a capital, or two letters, with its stop: V., Yu.
func (p *page) initialAt(i int) bool {
	return p.startsUpper(i) && utf8.RuneCountInString(p.of(p.at(i).Span)) <= 2 && p.at(i+1).mark == '.'
}

// nameAlone tells that a line is up to three words with capitals and initials.
func (p *page) nameAlone(l line) bool {
	s := p.signed(p.undated(l))
	first := p.tokenAt(s.Start)
	next := p.capitalised(first, s.End)
	if person, known := p.personAt(s); known && !person {
		return false
	}
	return next > first && next >= p.tokenAt(s.End) && next-first <= 5 && s.End-s.Start >= 4
}

// signed returns a line without quotation marks, punctuation and the gloss at its end.
func (p *page) signed(s Span) Span {
	s = p.trimOf(s, quotes+".,;:")
	if s.End > s.Start && p.plain[s.Start] == '(' && p.plain[s.End-1] == ')' { // (А. Вышинский)
		s = p.trimOf(s, "() ")
	}
	if s.End > s.Start && (p.plain[s.End-1] == ']' || p.plain[s.End-1] == ')') {
		if open := strings.LastIndexAny(p.plain[s.Start:s.End], "[("); open > 0 {
			s.End = s.Start + open
		}
	}
	return p.trimOf(s, quotes+".,;:")
}

// isTitle finds an edition's heading: marked as one, or of the form "X to Y".
func (p *page) isTitle(l line) bool {
	if l.End-l.Start > 200 || l.last == l.first {
		return false
	}
	last := p.plain[l.End-1]
	if l.heading > 0 || l.bold && last != ':' {
		return true
	}
	return false
}
