package extract

import (
	"strings"
	"unicode"
)

// kind is what a line is for.
type kind uint8

const (
	plainLine kind = iota
	emptyLine
	rulerLine
	labelLine      // Citation:, Summary: … of an edition
	letterheadLine // the body that made the form
	headingLine    // CIPHERED TELEGRAM No. 3557
	dayLine        // nothing but a date
	numberLine     // nothing but a number and perhaps a date
	signatureLine
	closingLine // copies, clerks' lines, stamps: what follows a signature
	titleLine   // a heading of an edition: Mao to Gao Gang
)

// label is a heading of an edition's page.
type label uint8

const (
	noLabel label = iota
	titleLabel
	authorLabel
	dateLabel
	citationLabel
	sourceLabel
	summaryLabel
	languageLabel
	contentsLabel
	rightsLabel
	translatorLabel
	recordLabel
	otherLabel
)

// labels has what stands before the colon, in lower case.
var labels = map[string]label{
	"title": titleLabel, "название": titleLabel, "заголовок": titleLabel,
	"author": authorLabel, "authors": authorLabel, "author(s)": authorLabel, "автор": authorLabel, "creator": authorLabel,
	"date": dateLabel, "дата": dateLabel,
	"citation": citationLabel, "archive": citationLabel, "original archive": citationLabel, "архив": citationLabel, "шифр": citationLabel,
	"source": sourceLabel, "источник": sourceLabel, "url": sourceLabel, "permalink": sourceLabel,
	"summary": summaryLabel, "description": summaryLabel, "abstract": summaryLabel, "аннотация": summaryLabel, "описание": summaryLabel,
	"original language": languageLabel, "language": languageLabel, "язык оригинала": languageLabel, "язык": languageLabel,
	"contents": contentsLabel, "содержание": contentsLabel,
	"rights": rightsLabel, "права": rightsLabel, "copyright": rightsLabel,
	"translated by": translatorLabel, "translator": translatorLabel, "translation": translatorLabel, "перевод": translatorLabel,
	"record id": recordLabel, "persistent address": sourceLabel, "persistent link": sourceLabel,
	"credits": otherLabel, "subjects": otherLabel, "subjects discussed": otherLabel, "keywords": otherLabel,
	"associated people & organizations": otherLabel, "associated people": otherLabel, "associated places": otherLabel,
	"associated topics": otherLabel, "document information": otherLabel, "related documents": otherLabel,
	"geographic subjects": otherLabel, "collection": otherLabel, "publisher": otherLabel, "notes": otherLabel,
}

// bare are the labels that need no colon when a line has nothing else.
func (l label) bare() bool { return l != noLabel && l != dateLabel && l != titleLabel }

// labelAt returns the label of a line and what follows it on the line.
func (p *page) labelAt(l line) (label, Span) {
	low := p.lower[l.Start:l.End]
	if colon := strings.IndexByte(low, ':'); colon > 0 && colon < 40 {
		if found := labelOf(strings.TrimRight(low[:colon], blanks)); found != noLabel {
			return found, p.trimOf(Span{l.Start + colon + 1, l.End}, "")
		}
	}
	if len(low) < 40 {
		if found := labelOf(strings.TrimRight(low, ".,;:")); found.bare() && p.startsUpper(l.first) {
			return found, Span{l.End, l.End}
		}
	}
	return noLabel, Span{}
}

// labelOf finds a label, also a misread one.
func labelOf(low string) label {
	if found := labels[low]; found != noLabel {
		return found
	}
	if strings.Count(low, " ") > 3 {
		return noLabel
	}
	return misreadLabel.of(low)
}

// kinds describes each line.
func (p *page) kinds() []kind {
	kinds := make([]kind, len(p.lines))
	for i, l := range p.lines {
		kinds[i] = p.kindOf(l)
	}
	p.markLetterheads(kinds)
	p.markSignatures(kinds)
	return kinds
}

func (p *page) kindOf(l line) kind {
	switch found, _ := p.labelAt(l); {
	case l.rule:
		return rulerLine
	case l.empty():
		return emptyLine
	case found != noLabel:
		return labelLine
	case p.isHeading(l):
		return headingLine
	case p.isNumberLine(l):
		return numberLine
	case p.isDayLine(l):
		return dayLine
	case p.isClosingLine(l):
		return closingLine
	case p.isSignature(l):
		return signatureLine
	case p.isTitle(l):
		return titleLine
	}
	return plainLine
}

// isHeading tells a form's own heading from a title that begins alike: behind its
// words and number there is next to nothing.
func (p *page) isHeading(l line) bool {
	_, i := p.formType(l.first, l.last)
	if i == l.first {
		return false
	}
	numbered := false
	if j := p.signAt(i); j > i || p.digits(i) > 0 {
		if _, next := p.numberAt(j); next > j {
			i, numbered = next, true
		}
	}
	rest := l.last - i
	plain := p.hasKey(l, kCiphered) || p.hasKey(l, kCipherTelegram) // no sentence begins so
	return rest == 0 && (numbered || plain || p.capitals(l.Span)) ||
		rest > 0 && rest <= 3 && numbered && p.at(i).mark != ',' && p.capitals(l.Span)
}

// formType reads the name of a kind of document and returns the token behind it.
func (p *page) formType(i, last int) (string, int) {
	first := i
	for p.at(i).key == kTop || p.at(i).key == kSecret || p.at(i).key == kUrgent || p.at(i).key == kIncoming || p.at(i).key == kOutgoing {
		i++
	}
	ciphered := i < last && p.at(i).key == kCiphered
	if ciphered {
		i++
		if p.word(i) == "message" && i < last {
			return "ciphered_telegram", i + 1
		}
	}
	if i >= last {
		return "", first
	}
	switch k := p.at(i).key; {
	case k == kCipherTelegram, ciphered && (k == kTelegram || k == kCable):
		if k == kCable {
			return "cable", i + 1
		}
		return "ciphered_telegram", i + 1
	case k == kTelegram && p.singular(i):
		return "telegram", i + 1
	case k == kCable && p.singular(i):
		return "cable", i + 1
	case k == kLetter && p.singular(i):
		return "letter", i + 1
	case k == kNote:
		return "note", i + 1
	case k == kResolution:
		return "resolution", i + 1
	case k == kReport && p.singular(i):
		return "report", i + 1
	case k == kMemorandum:
		for j := i + 1; j < last && j < i+4; j++ {
			if p.at(j).key == kConversation {
				return "memorandum_of_conversation", j + 1
			}
		}
		return "note", i + 1
	case k == kConversation:
		return "memorandum_of_conversation", i + 1
	}
	return "", first
}

func (p *page) singular(i int) bool {
	t := p.at(i)
	return t.End-t.Start < 2 || p.lower[t.End-1] != 's'
}

// capitals tells that a span has letters and no small ones, but for such as No.
func (p *page) capitals(s Span) bool {
	upper, lower := 0, 0
	for _, r := range p.plain[s.Start:s.End] {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	return upper > 0 && lower <= upper/6+1
}

// quotes may stand at the ends of any line.
const quotes = "\"“”„‟«»'‘’"

// isNumberLine finds "No. 2974", "No. 2787 5.6.51", "ИСХ. № 123".
func (p *page) isNumberLine(l line) bool {
	i := l.first
	if k := p.at(i).key; k == kOutgoing || k == kSpecial {
		for i++; i < l.last && p.at(i).mark == '.'; i++ {
		}
	}
	j := p.signAt(i)
	if j == i {
		return false
	}
	_, next := p.numberAt(j)
	if next == j {
		return false
	}
	if m, end := p.momentAt(p.skipGlue(next)); end > next && m.End <= l.End {
		next = end
	}
	return p.onlyMarks(next, l.last)
}

// isDayLine finds a line that is nothing but a date, or a place and a date.
func (p *page) isDayLine(l line) bool {
	if l.last-l.first > 14 {
		return false
	}
	for i := l.first; i < l.last && i < l.first+4; i++ {
		if _, next := p.momentAt(i); next > i && next <= l.last {
			return p.onlyMarks(next, l.last) && (i == l.first || i == l.first+2 && p.at(i-1).mark == ',' || p.onlyMarks(l.first, i))
		}
	}
	return false
}

func (p *page) onlyMarks(i, last int) bool {
	for ; i < last; i++ {
		if t := p.at(i); t.mark == 0 && t.key != kYear {
			return false
		}
	}
	return true
}

// isClosingLine finds what the clerks wrote below a telegram.
func (p *page) isClosingLine(l line) bool {
	if p.clerks(l) {
		return true
	}
	i := l.first
	for i < l.last && p.at(i).mark != 0 {
		i++
	}
	switch t, after := p.at(i), p.at(i+1); t.key {
	case kDeciphered, kPrinted, kVerified, kExecuted, kRecorded, kDispatched:
		return after.key == kBy || after.mark == ':' || after.mark == '.' || p.startsUpper(i+1) || after.num >= 0
	case kSent:
		return after.key == kTo || after.mark == ':'
	case kCopies:
		return after.mark == ':' || p.signAt(i+1) > i+1 || after.mark == '.' || after.key == kTo
	case kStamp:
		return p.at(l.first).mark != 0 || after.mark == ':'
	case kIncoming:
		return p.signAt(i+1) > i+1 || p.signAt(i+2) > i+2
	}
	// Four copies printed. Nº 3 and 4 filed
	return p.at(i+1).key == kCopies && p.at(i+2).key == kPrinted
}

func (p *page) startsUpper(i int) bool {
	t := p.at(i)
	if !t.word() || t.Start >= len(p.plain) {
		return false
	}
	for _, r := range p.plain[t.Start:t.End] {
		return unicode.IsUpper(r)
	}
	return false
}

// isSignature finds a line that has a name in capitals, or a known person's name,
// and nothing else but a gloss.
func (p *page) isSignature(l line) bool {
	if p.at(l.first).key == kComrade {
		return false // an address
	}
	name := p.signed(p.undated(l))
	if name.End == name.Start || l.last-l.first > 16 {
		return false
	}
	if p.officeAndName(l, name) {
		return true
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

// undated returns a line without the date that may stand before a signature.
func (p *page) undated(l line) Span {
	if m, next := p.momentAt(l.first); next > l.first && next < l.last && m.End < l.End {
		return Span{p.at(next).Start, l.End}
	}
	if p.at(l.first).mark == '[' { // [signature] V. RAZUVAEV
		for i := l.first; i < min(l.first+4, l.last-1); i++ {
			if p.at(i).mark == ']' {
				return Span{p.at(i + 1).Start, l.End}
			}
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
	said := false
	for i, l := range p.lines {
		if kinds[i] != plainLine {
			continue
		}
		if said && p.nameAlone(l) && p.endsBelow(kinds, i) && !underLabel(kinds, i) {
			kinds[i] = signatureLine
		}
		said = said || p.sentence(l)
	}
}

// nameAlone tells that a line is up to three words with capitals and initials.
func (p *page) nameAlone(l line) bool {
	s := p.signed(l.Span)
	first := p.tokenAt(s.Start)
	next := p.capitalised(first, s.End)
	return next > first && next >= p.tokenAt(s.End) && next-first <= 5 && s.End-s.Start >= 4
}

// underLabel tells that the line above is a label, whose value this one is.
func underLabel(kinds []kind, i int) bool {
	for j := i - 1; j >= 0; j-- {
		if kinds[j] != emptyLine {
			return kinds[j] == labelLine
		}
	}
	return false
}

func (p *page) endsBelow(kinds []kind, i int) bool {
	for j := i + 1; j < len(kinds); j++ {
		switch kinds[j] {
		case emptyLine:
			continue
		case numberLine, dayLine, closingLine, labelLine, rulerLine:
			return true
		}
		return false
	}
	return true
}

// signed returns a line without quotation marks, punctuation and the gloss at its end.
func (p *page) signed(s Span) Span {
	s = p.trimOf(s, quotes+".,;:")
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

// markLetterheads finds lines in capitals that name a body, shortly above a heading.
func (p *page) markLetterheads(kinds []kind) {
	for i, k := range kinds {
		if k != headingLine {
			continue
		}
		named := -1
		for j, seen := i-1, 0; j >= 0 && seen < 6; j-- {
			switch {
			case kinds[j] == emptyLine || kinds[j] == rulerLine:
				continue
			case !p.capitals(p.lines[j].Span) && !p.titleCase(p.lines[j]) || p.correspondents(p.lines[j]) || kinds[j] == labelLine || kinds[j] == headingLine || kinds[j] == numberLine || p.at(p.lines[j].first).key == kTo:
				seen = 6
				continue
			}
			seen++
			if p.hasKey(p.lines[j], kBody) {
				named = j
			}
		}
		if named < 0 {
			continue
		}
		for j := named; j < i; j++ {
			if kinds[j] == plainLine || kinds[j] == signatureLine || kinds[j] == titleLine {
				kinds[j] = letterheadLine
			}
		}
	}
}

// titleCase tells that all words but short ones have capitals, and that there is a
// body among them.
func (p *page) titleCase(l line) bool {
	words := 0
	for i := l.first; i < l.last; i++ {
		t := p.at(i)
		if t.mark != 0 || t.num >= 0 {
			return false
		}
		if !p.startsUpper(i) && t.End-t.Start > 3 {
			return false
		}
		words++
	}
	return words >= 2
}

func (p *page) hasKey(l line, k key) bool {
	for i := l.first; i < l.last; i++ {
		if p.at(i).key == k {
			return true
		}
	}
	return false
}
