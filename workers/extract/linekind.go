package extract

import (
	"slices"
	"strings"
	"unicode"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// kind is what a line is for.
type kind uint8

const (
	plainLine kind = iota
	emptyLine
	rulerLine
	labelLine      // Citation:, Summary: … of an edition
	letterheadLine // the body that made the form
	headingLine    // CIPHERED TELEGRAM No. 5120
	dayLine        // nothing but a date
	numberLine     // nothing but a number and perhaps a date
	signatureLine
	closingLine // copies, clerks' lines, stamps: what follows a signature
	titleLine   // a heading of an edition: Lunin to Sorokin
	itemLine    // the number that a collection gives a document: No. 47
)

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
	recipientLabel
	archiveLabel
	publisherLabel
	publishedLabel
	contributorLabel
	collectionLabel
	declassifiedLabel
	creditsLabel
	otherLabel
)

// bare are the labels that need no colon when a line has nothing else.
func (l label) bare() bool {
	switch l {
	case noLabel, dateLabel, titleLabel, declassifiedLabel, publishedLabel, collectionLabel:
		return false
	}
	return true
}

// kinds describes each line.
func (p *page) kinds() []kind {
	kinds := make([]kind, len(p.lines))
	for i, l := range p.lines {
		kinds[i] = p.kindOf(l)
	}
	p.markLetterheads(kinds)
	p.markItems(kinds)
	p.markSignatures(kinds)
	p.markTitles(kinds)
	return kinds
}

func (p *page) kindOf(l line) kind {
	switch found, _ := p.labelAt(l); {
	case l.rule, (l.heading > 0 || l.bold) && l.last-l.first <= 3 && textHeadings[strings.TrimRight(p.lower[l.Start:l.End], ".: ")]:
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
	if !p.columns(l) {
		return p.headingCell(l)
	}
	return slices.ContainsFunc(p.cells(l), p.headingCell)
}

// headingOfCells is the column of a line that has the heading.
func (p *page) headingOfCells(l line) line {
	for _, c := range p.cells(l) {
		if p.headingCell(c) {
			return c
		}
	}
	return l
}

func (p *page) headingCell(l line) bool {
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
	return rest == 0 && (numbered || plain || p.capitals(l.Span)) || p.addressedHeading(i, l) ||
		rest > 0 && rest <= 3 && numbered && p.at(i).mark != ',' && p.capitals(l.Span)
}

// addressedHeading finds "TELEGRAM TO BERLIN, COMRADE X": a heading in capitals that
// goes on with a place.
func (p *page) addressedHeading(i int, l line) bool {
	if l.last-i > 10 || p.word(i) != "в" && p.at(i).key != kTo && p.at(i).key != kFrom || !p.capitals(Span{l.Start, p.at(i).End}) {
		return false
	}
	m := p.mentionAt(p.at(i + 1).Start)
	if m == nil {
		return p.at(i+2).mark == ',' && p.at(i+3).key == kComrade
	}
	if m.Kind != agents.Place {
		return false
	}
	next := p.tokenAt(m.End)
	return p.onlyMarks(next, l.last) || p.at(next).mark == ',' && !p.sentence(l)
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

// isNumberLine finds "No. 81", "No. 82 2.3.50", "ИСХ. № 123", "14 июня Исх. № 9".
func (p *page) isNumberLine(l line) bool {
	i := l.first
	if t := p.at(i); l.last-i <= 20 && (t.num >= 0 || t.mark != 0 || t.key.month() > 0) {
		if m, next := p.momentAt(i); next > i && m.End < l.End {
			i = p.skipGlue(next)
		}
	}
	if k := p.at(i).key; k == kOutgoing || k == kSpecial {
		for i++; i < l.last && p.at(i).mark == '.'; i++ {
		}
	}
	j := p.signAt(i)
	if j == i {
		return false
	}
	_, next := p.numbersAt(j)
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
	first := l.first
	for i := l.first; i < l.last && i < l.first+4; i++ {
		if about[p.word(i)] && (i == first || p.onlyMarks(first, i)) { // [Not later than 5 May 1950]
			first = i + 1
			continue
		}
		_, next := p.momentAt(i)
		if next > l.last { // a time stands on the next line
			_, next = p.dayAt(i)
		}
		if next > i && next <= l.last {
			return p.onlyMarks(next, l.last) && (i == first || i == l.first || i == l.first+2 && p.at(i-1).mark == ',' || p.onlyMarks(l.first, i))
		}
	}
	return false
}

// about are the words before a date that an editor has worked out.
var about = map[string]bool{
	"not": true, "later": true, "than": true, "earlier": true, "before": true, "after": true, "about": true, "circa": true, "no": true,
	"от": true, "dated": true, "не": true, "позднее": true, "ранее": true, "до": true, "после": true, "около": true, "between": true,
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
	return i >= 0 && i < len(p.tokens) && p.tokens[i].traits&capitalised != 0
}

func (p *page) endsBelow(kinds []kind, i int) bool {
	for j := i + 1; j < len(kinds); j++ {
		switch kinds[j] {
		case emptyLine:
			continue
		case numberLine, dayLine, closingLine, labelLine, rulerLine, itemLine:
			return true
		}
		return p.referred(p.lines[j]) || p.isEdge(p.lines[j]) || j == i+1 && p.officeBelow(j)
	}
	return true
}

// isEdge finds what an edition or a clerk puts right below a signature: a shelfmark,
// a footnote, a note in brackets, a list of enclosures, when it was sent.
func (p *page) isEdge(l line) bool {
	switch p.at(l.first).mark {
	case '[', '^', '¹', '²', '*':
		return true
	}
	switch p.word(l.first) {
	case "enclosure", "enclosures", "приложение", "приложения", "отп", "resolution", "резолюция", "помета", "пометы", "виза", "correct":
		return true
	}
	return l.End-l.Start < 200 && p.shelfmark(p.lower[l.Start:l.End]) || p.sentBelow(l) || p.visa(l)
}

// officeBelow tells that a line is the office of who signed on the line above.
func (p *page) officeBelow(i int) bool {
	if i == 0 || p.lines[i-1].empty() || p.lines[i].empty() {
		return false
	}
	l := p.lines[i]
	if l.last-l.first > 14 || !p.startsUpper(l.first) || p.sentence(l) || strings.ContainsRune(".:;!?", rune(p.plain[l.End-1])) || p.at(l.first).key == kTo || dativeEnd(p.word(l.first)) {
		return false
	}
	for i := l.first; i < min(l.first+4, l.last); i++ {
		if p.at(i).key == kOffice {
			return true
		}
	}
	return false
}

// sentBelow finds "Послана в 22 ч. 05 м. 11.V.49", "Sent 5 May at 10:20".
func (p *page) sentBelow(l line) bool {
	k := p.at(l.first).key
	if k != kSent && k != kReceived && k != kDispatched || p.prose(l) {
		return false
	}
	for i := l.first + 1; i < min(l.first+5, l.last); i++ {
		if _, next := p.momentAt(i); next > i {
			return true
		}
		if c, next := p.clockAt(i); next > i+1 && c.End <= l.End {
			return true
		}
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
			case kinds[j] == emptyLine || kinds[j] == rulerLine || p.besideLetterhead(kinds[j], p.lines[j]):
				continue
			case !p.capitals(p.lines[j].Span) && !p.titleCase(p.lines[j]) || p.correspondents(p.lines[j]) || kinds[j] == labelLine || kinds[j] == headingLine || kinds[j] == numberLine || p.at(p.lines[j].first).key == kTo:
				seen = 6
				continue
			}
			seen++
			if p.namesBody(p.lines[j]) {
				named = j
			}
		}
		if named < 0 {
			continue
		}
		for j := named; j < i; j++ {
			if (kinds[j] == plainLine || kinds[j] == signatureLine || kinds[j] == titleLine) && !p.besideLetterhead(kinds[j], p.lines[j]) {
				kinds[j] = letterheadLine
			}
		}
	}
}

// besideLetterhead finds what stands between a letterhead and the heading and
// belongs to neither: marks, bans on copies, stamps, how it was to be sent.
func (p *page) besideLetterhead(k kind, l line) bool {
	switch {
	case l.empty():
		return false
	case k == closingLine, k == dayLine, p.isMark(l), p.isRestriction(l), p.stamps(l):
		return true
	}
	word := p.word(l.first)
	if word == "only" || word == "только" {
		return true
	}
	cells := p.cells(l)
	for _, c := range cells {
		if (c.first > l.first || len(cells) > 1 && !p.namesBody(c)) && (p.isMark(c) || p.isRestriction(c) || p.stamps(c)) {
			return true
		}
	}
	return false
}

// namesBody tells that a line names a body: by a word for one, or as one that is known.
func (p *page) namesBody(l line) bool {
	if p.hasKey(l, kBody) {
		return true
	}
	m := p.mentionAt(l.Start)
	return m != nil && m.Kind == agents.Organisation
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
