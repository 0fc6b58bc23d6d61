package extract

import (
	"strings"
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
	_, size := utf8.DecodeRuneInString(cut[open:])
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
