package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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
	headingLine    // CIPHERED TELEGRAM No. 3557
	dayLine        // nothing but a date
	numberLine     // nothing but a number and perhaps a date
	signatureLine
	closingLine // copies, clerks' lines, stamps: what follows a signature
	titleLine   // a heading of an edition: Mao to Gao Gang
	itemLine    // the number that a collection gives a document: No. 47
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

// labels has what stands before the colon, in lower case.
var labels = map[string]label{
	"title": titleLabel, "название": titleLabel, "заголовок": titleLabel, "наименование": titleLabel, "название документа": titleLabel, "заголовок документа": titleLabel, "document title": titleLabel,
	"author": authorLabel, "authors": authorLabel, "author(s)": authorLabel, "автор": authorLabel, "creator": authorLabel,
	"авторы": authorLabel, "автор(ы)": authorLabel, "отправитель": authorLabel, "sender": authorLabel, "creators": authorLabel, "creator(s)": authorLabel,
	"recipient": recipientLabel, "recipients": recipientLabel, "recipient(s)": recipientLabel, "addressee": recipientLabel, "addressees": recipientLabel,
	"адресат": recipientLabel, "адресаты": recipientLabel, "получатель": recipientLabel,
	"date": dateLabel, "дата": dateLabel, "document date": dateLabel, "date of document": dateLabel, "дата документа": dateLabel, "датировка": dateLabel,
	"date created": dateLabel, "creation date": dateLabel, "дата создания": dateLabel,
	"citation": citationLabel, "archive": archiveLabel, "original archive": archiveLabel, "архив": archiveLabel, "шифр": citationLabel,
	"repository": archiveLabel, "holding institution": archiveLabel, "место хранения": archiveLabel, "хранится": archiveLabel, "holder": archiveLabel,
	"archive reference": citationLabel, "archival reference": citationLabel, "reference code": citationLabel, "archival citation": citationLabel,
	"shelfmark": citationLabel, "call number": citationLabel, "архивный шифр": citationLabel, "сигнатура": citationLabel, "легенда": citationLabel, "archival source": citationLabel,
	"source": sourceLabel, "источник": sourceLabel, "url": sourceLabel, "permalink": sourceLabel, "sources": sourceLabel, "original source": sourceLabel, "document source": sourceLabel,
	"address": sourceLabel, "web address": sourceLabel, "link": sourceLabel, "адрес": sourceLabel, "ссылка": sourceLabel, "постоянный адрес": sourceLabel,
	"summary": summaryLabel, "description": summaryLabel, "abstract": summaryLabel, "аннотация": summaryLabel, "описание": summaryLabel,
	"краткое содержание": summaryLabel, "резюме": summaryLabel, "scope and content": summaryLabel, "english summary": summaryLabel, "document summary": summaryLabel,
	"original language": languageLabel, "language": languageLabel, "language(s)": languageLabel, "original language(s)": languageLabel, "document language": languageLabel, "язык(и)": languageLabel, "языки": languageLabel, "original languages": languageLabel, "язык оригинала": languageLabel, "язык": languageLabel,
	"languages": languageLabel, "language of original": languageLabel, "language of the original": languageLabel, "язык документа": languageLabel,
	"contents": contentsLabel, "содержание": contentsLabel, "available formats": contentsLabel, "состав": contentsLabel,
	"rights": rightsLabel, "права": rightsLabel, "copyright": rightsLabel, "rights statement": rightsLabel, "terms of use": rightsLabel, "usage rights": rightsLabel,
	"условия использования": rightsLabel, "авторские права": rightsLabel, "conditions of use": rightsLabel,
	"translated by": translatorLabel, "translator": translatorLabel, "translation": translatorLabel, "перевод": translatorLabel,
	"translators": translatorLabel, "translator(s)": translatorLabel, "переводчик": translatorLabel, "перевел": translatorLabel, "перевела": translatorLabel, "перевёл": translatorLabel,
	"contributed by": contributorLabel, "contributor": contributorLabel, "contributors": contributorLabel, "donor": contributorLabel, "donated by": contributorLabel,
	"obtained by": contributorLabel, "provided by": contributorLabel, "предоставлено": contributorLabel, "предоставил": contributorLabel, "предоставила": contributorLabel,
	"publisher": publisherLabel, "published by": publisherLabel, "издатель": publisherLabel, "издательство": publisherLabel, "digital archive": publisherLabel,
	"published in": publishedLabel, "published": publishedLabel, "type": otherLabel, "place": otherLabel, "holding": archiveLabel, "publication": publishedLabel, "опубликовано": publishedLabel, "опубл": publishedLabel, "публикация": publishedLabel, "first published": publishedLabel,
	"reprinted in": publishedLabel, "впервые опубликовано": publishedLabel, "опубликован": publishedLabel,
	"document no": recordLabel, "document no.": recordLabel, "document number": recordLabel, "document id": recordLabel, "item id": recordLabel, "item no.": recordLabel,
	"record no.": recordLabel, "record number": recordLabel, "identifier": recordLabel, "id": recordLabel, "номер документа": recordLabel, "идентификатор": recordLabel, "номер записи": recordLabel,
	"number in collection": collectionLabel, "номер в сборнике": collectionLabel, "collection number": collectionLabel, "collection no.": collectionLabel,
	"declassified": declassifiedLabel, "declassification": declassifiedLabel, "рассекречено": declassifiedLabel, "рассекречен": declassifiedLabel, "date declassified": declassifiedLabel,
	"ключевые слова": otherLabel, "тема": otherLabel, "темы": otherLabel, "персоналии": otherLabel, "география": otherLabel, "подборка": otherLabel, "коллекция": otherLabel,
	"tags": otherLabel, "topics": otherLabel, "people": otherLabel, "places": otherLabel, "series title": otherLabel, "примечания": otherLabel, "document type": otherLabel, "вид документа": otherLabel,
	"тип документа": otherLabel, "format": otherLabel, "extent": otherLabel, "объем": otherLabel, "объём": otherLabel, "physical description": otherLabel,
	"record id": recordLabel, "persistent address": sourceLabel, "persistent link": sourceLabel, "persistent url": sourceLabel, "stable url": sourceLabel, "permanent link": sourceLabel, "permanent url": sourceLabel, "постоянная ссылка": sourceLabel,
	"credits": creditsLabel, "sponsor": creditsLabel, "funding": creditsLabel, "при поддержке": creditsLabel, "subjects": otherLabel, "subjects discussed": otherLabel, "keywords": otherLabel,
	"associated people & organizations": otherLabel, "associated people": otherLabel, "associated places": otherLabel,
	"associated topics": otherLabel, "document information": otherLabel, "related documents": otherLabel,
	"geographic subjects": otherLabel, "collection": otherLabel, "notes": otherLabel,
}

// bare are the labels that need no colon when a line has nothing else.
func (l label) bare() bool {
	switch l {
	case noLabel, dateLabel, titleLabel, declassifiedLabel, publishedLabel, collectionLabel:
		return false
	}
	return true
}

// labelAt returns the label of a line and what follows it on the line.
func (p *page) labelAt(l line) (label, Span) {
	low := p.lower[l.Start:l.End]
	if colon := strings.IndexByte(low, ':'); colon > 0 && colon < 60 {
		if found := labelOf(strings.Trim(low[:colon], blanks+"-–—•")); found != noLabel {
			return found, p.trimOf(Span{l.Start + colon + 1, l.End}, "")
		}
	}
	if found, value := p.cellLabel(l); found != noLabel {
		return found, value
	}
	if len(low) < 40 {
		bare := strings.TrimRight(low, ".,;:")
		if found := labelOf(bare); found.bare() && p.startsUpper(l.first) && (found != recordLabel || labels[bare] == found) {
			return found, Span{l.End, l.End}
		}
	}
	return noLabel, Span{}
}

// cellLabel finds the label of a table's first cell: a bar, a tab or a wide blank
// stands behind it in the place of a colon.
func (p *page) cellLabel(l line) (label, Span) {
	if l.last-l.first > 120 || !p.startsUpper(l.first) {
		return noLabel, Span{}
	}
	for i := l.first + 1; i < l.last && i < l.first+5; i++ {
		gap := p.text[p.at(i-1).End:p.at(i).Start]
		if !strings.ContainsAny(gap, "|\t") && len(gap) < 3 || strings.Trim(gap, "| *\t") != "" {
			continue
		}
		return labels[p.lower[l.Start:p.at(i-1).End]], p.trimOf(Span{p.at(i).Start, l.End}, "")
	}
	return noLabel, Span{}
}

// textHeadings stand between an edition's header and the text, and say nothing else.
var textHeadings = map[string]bool{
	"text": true, "full text": true, "document text": true, "text of document": true, "document": true, "transcript": true, "transcription": true,
	"текст": true, "текст документа": true, "полный текст": true, "документ": true, "body": true, "metadata": true, "document information": true,
}

// labelOf finds a label, also a misread one.
func labelOf(low string) label {
	if found := labels[low]; found != noLabel {
		return found
	}
	if strings.Count(low, " ") > 3 || lexicon[low] != none {
		return noLabel
	}
	if found := misreadLabel.of(low); found != recordLabel { // Document III is no document id
		return found
	}
	return noLabel
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

// isNumberLine finds "No. 2974", "No. 2787 5.6.51", "ИСХ. № 123", "14 июня Исх. № 9".
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

// initialAt tells that a token is one capital letter.
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
