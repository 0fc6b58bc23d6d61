package extract

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// section is what an edition's page says under one label.
type section struct {
	label label
	span  Span
}

// readCatalogue reads what an edition says round the form: title, date, citation,
// summary, languages, rights.
func (d *doc) readCatalogue() {
	limit := d.part.form
	if limit < 0 {
		limit = d.belowTitle(d.headerEnd())
	}
	d.header = limit
	sections, free := d.sections(d.part.from, limit)
	d.readHeadlines(sections, free, limit)
	after, rest := d.sections(d.part.end, d.part.to)
	for _, s := range append(sections, after...) {
		d.readSection(s)
	}
	if d.part.form >= 0 && d.part.kind == "" {
		d.readTrailer(rest, len(after) > 0)
	}
	d.lastRights()
	d.titleDate()
	d.readLinks()
	d.readShelfmarks()
	d.joinArchive()
	d.readPublished()
}

// readShelfmarks finds archival references outside any label, such as in the last
// line of a printed document.
func (d *doc) readShelfmarks() {
	for _, c := range d.shelfmarks(d.part.span) {
		span := Span{c.Start, c.End}
		if c.Kind == citation.Archival && !d.cited(span) {
			if d.endsParagraph(span.End) {
				c.CopyStatus = "" // words of the next paragraph
			}
			d.add("citation", c.Value(), span, 0.9, "shelfmark")
			l := d.lines[d.lineAt(span.Start)]
			d.readNotes(l.Start, citation.Parse(d.text[l.Start:l.End]).Notes)
		}
	}
}

// shelfmarks are those of the page inside a span. They are read at once: Ibid. says
// what stands in the document before.
func (p *page) shelfmarks(s Span) []citation.Citation {
	if !p.sought {
		p.found, p.sought = citation.Find(p.plain), true
	}
	from := sort.Search(len(p.found), func(i int) bool { return p.found[i].Start >= s.Start })
	to := from
	for to < len(p.found) && p.found[to].End <= s.End {
		to++
	}
	return p.found[from:to]
}

// endsParagraph tells that nothing follows in a paragraph.
func (p *page) endsParagraph(offset int) bool {
	rest := strings.TrimLeft(p.plain[offset:], " \t.,;:)]")
	return strings.HasPrefix(rest, "\n\n")
}

// fuller returns a citation as it reads among those before it.
func (p *page) fuller(c citation.Citation, s Span) citation.Citation {
	if c.Fond != "" && c.Archive != "" && !c.Has(citation.Inherited) {
		return c
	}
	for _, found := range p.shelfmarks(s) {
		if found.Has(citation.Inherited) && found.Archive != "" {
			found.CopyStatus = c.CopyStatus
			return found
		}
	}
	return c
}

// readPublished finds the line behind a document that says where it was printed.
func (d *doc) readPublished() {
	for i := max(d.part.closing, d.part.heading+1); i < d.part.to; i++ {
		l := d.lines[i]
		d.publishedWithin(l)
		switch d.word(l.first) {
		case "published", "reprinted", "опубликовано", "опубл", "опубликован", "опубликована", "впервые":
		default:
			continue
		}
		if d.lineKinds[i] == plainLine && l.last-l.first < 60 && d.startsUpper(l.first) && !d.cited(l.Span) && (d.word(l.first+1) == "in" || d.word(l.first+1) == "в" || d.at(l.first+1).mark == '.' || d.at(l.first+1).mark == ':') {
			d.publishedIn(l.Span)
		}
	}
}

// publishedWithin reads "Опубл.: …" behind the shelfmarks of a paragraph.
func (d *doc) publishedWithin(l line) {
	if l.last-l.first > 120 || !d.cited(l.Span) {
		return
	}
	for i := l.first + 2; i+2 < l.last; i++ {
		switch d.word(i) {
		case "published", "reprinted", "опубликовано", "опубл", "опубликован", "опубликована":
		default:
			continue
		}
		if m := d.at(i - 1).mark; (m == '.' || m == ';') && d.at(i+1).mark != 0 {
			d.publishedIn(Span{d.at(i).Start, l.End})
			return
		}
	}
}

// joinArchive makes one citation of an archive and a shelfmark that stand under two
// labels or on two lines.
func (d *doc) joinArchive() {
	alone, bare := -1, -1
	for i, f := range d.fields {
		v, ok := f.Value.(citation.Value)
		switch {
		case !ok || v.Kind != "":
		case v.Fond == "" && v.Delo == "" && v.Archive != "" && len(v.Listy) == 0:
			alone = i
		case v.Archive == "" && v.Fond != "":
			bare = i
		}
	}
	if alone < 0 {
		return
	}
	if bare >= 0 {
		archive, mark := d.fields[alone], &d.fields[bare]
		v := mark.Value.(citation.Value)
		v.Archive = archive.Value.(citation.Value).Archive
		v.ThenArchive = archive.Value.(citation.Value).ThenArchive
		mark.Value = v
		mark.Evidence = append(mark.Evidence, archive.Evidence...)
	} else if !d.sameArchive(alone) {
		return
	}
	d.fields = append(d.fields[:alone], d.fields[alone+1:]...)
}

// sameArchive tells that a full citation is from the archive that a field names alone.
func (d *doc) sameArchive(alone int) bool {
	code := d.fields[alone].Value.(citation.Value).Archive
	for i, f := range d.fields {
		if v, ok := f.Value.(citation.Value); ok && i != alone && v.Archive == code && v.Fond != "" {
			return true
		}
	}
	return false
}

func (d *doc) cited(s Span) bool {
	for _, f := range d.fields {
		if f.Name == "citation" && f.Evidence[0].Start < s.End && s.Start < f.Evidence[0].End {
			return true
		}
	}
	return false
}

// headerEnd returns the line behind the header of a document without a form: its
// title and what stands under labels before the text.
func (d *doc) headerEnd() int {
	last := d.part.heading
	until := d.part.end
	if d.part.closing >= 0 {
		until = d.part.closing
	}
	for i := d.part.from; i < until; i++ {
		if d.lineKinds[i] == labelLine && !d.besideFormLabel(i) {
			last = i
		}
	}
	if last < 0 {
		return d.part.from
	}
	_, free := d.sections(d.part.from, until)
	for _, i := range free {
		if i > last && (d.part.kind != "" || i > last+1 || !d.lines[last].next || d.lineKinds[last] == labelLine) {
			return i
		}
	}
	return max(last+1, d.part.from)
}

// belowTitle goes on from the title of a collection's document over the date that the
// edition puts below it.
func (d *doc) belowTitle(limit int) int {
	if d.firstItem(d.part.from, limit) < 0 || d.part.kind == editorial {
		return limit
	}
	for i := limit; i < d.part.end; i++ {
		switch d.lineKinds[i] {
		case emptyLine:
			continue
		case dayLine:
			if _, next := d.momentAt(d.skipQuotes(d.lines[i].first)); next > d.lines[i].first {
				return i + 1 // without a place: that would be the document's own
			}
		}
		break
	}
	return limit
}

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
		case open >= 0 && d.goesOn(under[open], i, to):
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
var markLabels = setOfWords("level secrecy classification security grade urgency priority precedence гриф секретность срочность степень категория", "куда кому откуда")

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

// goesOn tells that a line still belongs to a section. A sentence that has ended
// before a blank line is the end, if a title or a form is all that follows.
func (d *doc) goesOn(s section, i, to int) bool {
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

func (d *doc) catalogueDate(s Span) {
	for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
		m, next := d.momentAt(i)
		if day, after := d.yearFirst(i); after > i {
			day.Span = Span{d.at(i).Start, d.at(after - 1).End}
			m, next = moment{day.Span, day, nil}, after
		}
		if next == i {
			continue
		}
		d.setYear(m)
		if f := d.has("catalogue_date"); f != nil {
			f.Evidence = append(f.Evidence, m.Span)
		} else {
			d.add("catalogue_date", d.date(m, d.year), m.Span, 0.95, "catalogue-date")
		}
		return
	}
}

func (d *doc) readSection(s section) {
	if s.span.Start >= s.span.End || emptyValues[strings.TrimRight(d.lower[s.span.Start:s.span.End], ".")] {
		return
	}
	switch s.label {
	case titleLabel:
		d.add("title", d.clean(s.span), s.span, 0.95, "title-label")
		d.readTitle(s.span)
	case authorLabel:
		if n, next := d.nameAt(d.tokenAt(s.span.Start), s.span.End); next > 0 && n.End > n.Start {
			d.addSender(n, "author-label")
		}
	case dateLabel:
		d.catalogueDate(s.span)
	case recipientLabel:
		d.readRecipient(s.span)
	case citationLabel, sourceLabel, archiveLabel:
		d.readCitation(s.span, s.label != archiveLabel)
	case summaryLabel:
		d.add("summary", d.clean(s.span), s.span, 0.95, "summary-label")
	case languageLabel:
		if code := languageOf(d.lower[s.span.Start:s.span.End]); code != "" {
			d.add("original_language", code, s.span, 0.95, "language-label")
		}
	case contentsLabel:
		d.readContents(s.span)
	case rightsLabel:
		d.add("rights", d.clean(s.span), s.span, 0.9, "rights-label")
	case recordLabel:
		d.add("record_id", d.clean(s.span), s.span, 0.9, "record-label")
	case creditsLabel:
		d.add("credits", d.clean(s.span), s.span, 0.9, "credits-label")
	case publisherLabel:
		d.add("publisher", d.clean(s.span), d.trimOf(s.span, "."), 0.9, "publisher-label")
	case publishedLabel:
		d.publishedIn(s.span)
	case collectionLabel:
		d.add("collection_number", d.clean(s.span), s.span, 0.9, "collection-label")
	case declassifiedLabel:
		d.add("declassification", d.clean(s.span), s.span, 0.85, "declassified-label")
	case contributorLabel:
		d.add("contributor", Agent{Written: d.clean(s.span)}, d.trimOf(s.span, "."), 0.9, "contributor-label")
	case translatorLabel:
		d.add("translator", Agent{Written: d.clean(s.span)}, d.trimOf(s.span, "."), 0.9, "translator-label")
	}
}

// readRecipient reads who is addressed by an edition's label: a name, a body or an
// office, or several.
func (d *doc) readRecipient(s Span) {
	for i := d.tokenAt(s.Start); i < d.tokenAt(s.End); {
		n, next := d.nameAt(i, s.End)
		a, span := d.agent(n), n.Span
		if next == i || n.known == nil && d.official(i) {
			var behind int
			if a, span, behind = d.party(i, d.tokenAt(s.End)); behind == i {
				return
			}
			next = behind
		}
		if n.known != nil && n.known.Kind == "place" {
			d.titleTo = n
		} else if !d.inFull(a, span) {
			d.address1(a, span, toLevel, false)
		}
		if t := d.at(next); t.mark != ';' && t.key != kAnd || next >= d.tokenAt(s.End) {
			return
		}
		i = next + 1
	}
}

// inFull gives an addressee whom the title names in short the name of the label.
func (d *doc) inFull(a Agent, span Span) bool {
	for _, t := range d.to {
		f := &d.fields[t.field]
		before := f.Value.(Agent)
		if before.ID == "" && before.Written != "" && len(a.Written) > len(before.Written) && strings.EqualFold(a.Written[:len(before.Written)], before.Written) {
			f.Value, f.Raw, f.Evidence = a, d.of(span), append([]Span{span}, f.Evidence...)
			return true
		}
	}
	return false
}

// emptyValues say under a label that there is nothing.
var emptyValues = map[string]bool{
	"нет": true, "none": true, "n/a": true, "-": true, "—": true, "–": true, "unknown": true, "не указан": true, "не указана": true, "неизвестен": true, "неизвестно": true, "not given": true,
	"not stated": true, "отсутствует": true,
}

// languageNames has ISO 639-1 codes by English and Russian names.
var languageNames = map[string]string{
	"russian": "ru", "русский": "ru", "english": "en", "английский": "en", "chinese": "zh", "китайский": "zh",
	"korean": "ko", "корейский": "ko", "german": "de", "немецкий": "de", "french": "fr", "французский": "fr",
	"ukrainian": "uk", "polish": "pl", "czech": "cs", "hungarian": "hu", "romanian": "ro", "bulgarian": "bg",
	"vietnamese": "vi", "mongolian": "mn", "japanese": "ja", "albanian": "sq",
}

func languageOf(lower string) string {
	for word := range strings.FieldsFuncSeq(lower, func(r rune) bool { return strings.ContainsRune(" \t\n-,.;:()*", r) }) {
		if code := languageNames[word]; code != "" {
			return code
		}
	}
	return ""
}

// readContents reads "Translation - English", the first line under Contents.
func (d *doc) readContents(s Span) {
	first := d.lines[d.lineAt(s.Start)].Span
	first.Start = max(first.Start, s.Start)
	first = d.trimOf(first, "-–—•")
	low := d.lower[first.Start:first.End]
	if len(low) > 60 || !strings.Contains(low, "translation") && !strings.Contains(low, "transcript") && !strings.Contains(low, "original") && !strings.Contains(low, "перевод") {
		return
	}
	d.contentsForm(first)
}

func (d *doc) contentsForm(s Span) {
	if d.has("contents_form") != nil {
		return
	}
	d.add("contents_form", d.clean(s), s, 0.9, "contents")
	if code := languageOf(d.lower[s.Start:s.End]); code != "" {
		d.add("content_language", code, s, 0.9, "contents")
	}
}

// readCitation reads an edition's citation: title in quotation marks, date,
// publisher, shelfmarks, address.
func (d *doc) readCitation(s Span, published bool) {
	d.citedTitle(s)
	at := s.Start
	parsed := citation.Parse(d.plain[s.Start:s.End])
	first := s.End
	d.readNotes(s.Start, parsed.Notes)
	for _, c := range parsed.Citations {
		if c.Kind != citation.Archival {
			continue
		}
		span := Span{s.Start + c.Start, s.Start + c.End}
		first = min(first, span.Start)
		c = d.fuller(c, span)
		d.add("citation", c.Value(), span, 0.95, "citation")
	}
	if first == s.End {
		if link := strings.Index(d.text[s.Start:s.End], "http"); link >= 0 {
			first = s.Start + link
		}
	}
	if f := d.has("title"); f != nil && len(f.Evidence) > 1 {
		at = f.Evidence[len(f.Evidence)-1].End
	}
	if published {
		d.citedBetween(Span{at, first})
	}
}

// readNotes reads who translated and who contributed, from what follows a shelfmark.
func (d *doc) readNotes(start int, notes []citation.Note) {
	for _, n := range notes {
		if n.Role == citation.Publication {
			d.publishedIn(Span{start + n.Start, start + n.End})
			continue
		}
		name := map[citation.Role]string{citation.Translator: "translator", citation.Contributor: "contributor"}[n.Role]
		if name == "" || d.has(name) != nil {
			continue
		}
		for _, p := range n.Persons {
			span := Span{start + p.Start, start + p.End}
			d.add(name, Agent{Written: d.clean(span)}, span, 0.85, "credit")
		}
	}
}

// publishedIn reads where a document was printed, without the words that say so.
func (d *doc) publishedIn(s Span) {
	if d.has("published_in") != nil {
		return
	}
	i := d.tokenAt(s.Start)
	for i < d.tokenAt(s.End) && (d.at(i).mark != 0 || publishWords[d.word(i)]) {
		i++
	}
	span := d.trimOf(Span{d.at(i).Start, s.End}, ".,;")
	if _, next := d.momentAt(i); next > i && next >= d.tokenAt(span.End) {
		return // when, not where
	}
	d.add("published_in", d.clean(span), span, 0.8, "published")
}

// publishWords lead to the name of an edition.
var publishWords = map[string]bool{
	"first": true, "reprinted": true, "reproduced": true, "published": true, "publication": true, "printed": true, "in": true, "by": true, "as": true,
	"опубликовано": true, "опубликован": true, "опубл": true, "публикация": true, "впервые": true, "в": true, "also": true, "previously": true,
}

// titleDate takes the date that ends a title where the edition gives no other.
func (d *doc) titleDate() {
	f := d.has("title")
	if f == nil || d.has("catalogue_date") != nil {
		return
	}
	last := d.tokenAt(f.Evidence[0].End)
	for i := max(d.tokenAt(f.Evidence[0].Start), last-8); i < last; i++ {
		if day, next := d.dayAt(i); next > i && day.year > 0 && day.End <= f.Evidence[0].End && d.onlyMarks(next, last) {
			d.catalogueDate(day.Span)
			return
		}
	}
}

// citedTitle finds the title that a citation begins with, in quotation marks.
func (d *doc) citedTitle(s Span) {
	cut := d.plain[s.Start:s.End]
	open := strings.IndexAny(cut, "\"“")
	if open < 0 || open > 3 {
		return
	}
	_, size := firstRune(cut[open:])
	end := strings.IndexAny(cut[open+size:], "\"”")
	if end < 0 {
		return
	}
	span := d.trimOf(Span{s.Start + open + size, s.Start + open + size + end}, ",.")
	title := d.clean(span)
	for i := range d.fields {
		if f := &d.fields[i]; f.Name == "title" {
			if strings.EqualFold(f.Value.(string), title) {
				f.Evidence = append(f.Evidence, span)
			}
			return
		}
	}
	d.add("title", title, span, 0.8, "cited-title")
	d.readTitle(span)
}

// citedBetween reads the date and the publisher between title and shelfmarks.
func (d *doc) citedBetween(s Span) {
	if s.Start >= s.End {
		return
	}
	begin := s.Start
	for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
		if m, next := d.momentAt(i); next > i && m.End <= s.End {
			d.catalogueDate(m.Span)
			begin = m.End
			break
		}
	}
	for piece := range strings.SplitSeq(d.plain[begin:s.End], ",") {
		span := d.trimOf(Span{begin, begin + len(piece)}, quotes+".,;<(")
		begin += len(piece) + 1
		low := d.lower[span.Start:span.End]
		for _, word := range []string{"archive", "program", "library", "project", "collection", "архив", "библиотека"} {
			if strings.Contains(low, word) && !strings.Contains(low, "://") && !keeps(low) {
				d.add("publisher", d.clean(span), span, 0.85, "cited-publisher")
				break
			}
		}
	}
}

// keeps tells that words name who keeps the paper or a copy of it, not who publishes.
func keeps(low string) bool {
	for _, begin := range []string{"archive of ", "archives of ", "state archive", "central archive", "архив ", "государственный архив", "центральный архив"} {
		if strings.HasPrefix(low, begin) {
			return true
		}
	}
	for _, word := range []string{"on file", "copy ", "obtained", "на хранении", "копия"} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return false
}

// readLinks finds addresses of the document on the web, each once.
func (d *doc) readLinks() {
	for at := d.part.span.Start; at < d.part.span.End; {
		i := strings.Index(d.lower[at:d.part.span.End], "http")
		if i < 0 {
			return
		}
		at += i
		end := at + strings.IndexAny(d.plain[at:]+" ", " \t\n<>\"”]")
		span := d.trimOf(Span{at, end}, ".,;)")
		at = end
		if !strings.Contains(d.plain[span.Start:span.End], "://") {
			continue
		}
		link := linkOf(d.plain[span.Start:span.End])
		d.add("source_url", link, span, 0.95, "url")
		if link.DocumentID != "" {
			d.add("record_id", link.DocumentID, Span{span.End - len(link.DocumentID), span.End}, 0.9, "url")
		}
	}
}

func linkOf(url string) Link {
	_, rest, _ := strings.Cut(url, "://")
	host, path, _ := strings.Cut(rest, "/")
	l := Link{URL: url, Host: strings.ToLower(host)}
	if last := path[strings.LastIndexByte(path, '/')+1:]; last != "" && (strings.Trim(last, "0123456789") == "" || lettersAndNumber(last)) {
		l.DocumentID = last
	}
	return l
}

// lettersAndNumber tells that the end of an address is a record's id such as gdr-0092.
func lettersAndNumber(s string) bool {
	letters, digits, found := strings.Cut(s, "-")
	return found && len(letters) >= 1 && len(letters) <= 6 && strings.Trim(letters, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" &&
		len(digits) >= 3 && strings.Trim(digits, "0123456789") == ""
}

// readTrailer reads a summary and a statement of rights that follow the form.
func (d *doc) readTrailer(free []int, labelled bool) {
	for _, i := range free {
		l := d.lines[i]
		if d.lineKinds[i] != plainLine {
			continue
		}
		switch {
		case d.isRights(l):
			d.add("rights", d.clean(l.Span), l.Span, 0.8, "rights")
			return
		case labelled && d.has("summary") == nil && l.last-l.first > 6:
			d.add("summary", d.clean(l.Span), l.Span, 0.75, "trailing-summary")
		}
	}
}

// rightsPhrases are what those who publish say about the use of it.
var rightsPhrases = []string{
	"welcomes reuse", "welcomes the reuse", "welcomes the use", "all rights reserved", "public domain", "creative commons", "permission of the publisher",
	"educational use", "may be reproduced", "перепечатка", "при перепечатке", "общественное достояние", "общественном достоянии", "ссылка на источник",
}

// lastRights reads what a page says of its use in its last paragraph, below a document
// without a form's heading.
func (d *doc) lastRights() {
	if d.part.form >= 0 || d.part.kind != "" || d.has("rights") != nil {
		return
	}
	for i := d.part.to - 1; i > d.part.from; i-- {
		l := d.lines[i]
		if l.empty() {
			continue
		}
		if low := d.lower[l.Start:l.End]; d.lineKinds[i] == plainLine && slices.ContainsFunc(rightsPhrases, func(s string) bool { return strings.Contains(low, s) }) {
			d.add("rights", d.clean(l.Span), l.Span, 0.75, "last-rights")
		}
		return
	}
}

func (p *page) isRights(l line) bool {
	low := p.lower[l.Start:l.End]
	return strings.Contains(low, "copyright") || strings.Contains(low, "rights holder") || strings.Contains(low, "©") || strings.Contains(low, "авторск") || slices.ContainsFunc(rightsPhrases, func(s string) bool { return strings.Contains(low, s) })
}
