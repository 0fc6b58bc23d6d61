package extract

import (
	"strings"
	"unicode"
)

// readGlosses finds what editors put in brackets, and where they left text out.
func (d *doc) readGlosses() {
	s := d.part.span
	for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
		switch t := d.at(i); t.mark {
		case '[', '(':
			if end := d.bracketEnd(i); end > i+1 {
				d.bracket(i, end)
				if t.mark == '[' {
					i = end
				}
			}
		case '.', '…':
			i = d.dots(i)
		}
	}
}

// bracketEnd returns the token that closes a bracket, at most 120 tokens on.
func (d *doc) bracketEnd(i int) int {
	closing := map[rune]rune{'[': ']', '(': ')'}[d.at(i).mark]
	for j := i + 1; j < i+120 && j < len(d.tokens); j++ {
		if d.at(j).mark == closing {
			return j
		}
		if d.at(j).mark == d.at(i).mark {
			return -1
		}
	}
	return -1
}

func (d *doc) bracket(i, end int) {
	span := Span{d.at(i).Start, d.at(end).End}
	inside := Span{d.at(i + 1).Start, d.at(end - 1).End}
	if d.inCatalogue(span.Start) || d.citedIn(span) {
		return
	}
	kind := d.glossKind(i, end)
	if kind == "" || kind == "supplied" && d.at(i).mark == '(' {
		return
	}
	if d.at(i+1).key == kStamp {
		d.stampInside(i, end, span)
	}
	if kind == "illegible" {
		d.add("lacuna", d.of(span), span, 0.8, "lacuna")
	}
	if kind == "omission" {
		d.add("omission", map[string]string{"mark": d.of(span)}, span, 0.85, "omission")
		return
	}
	v := Gloss{Kind: kind, Text: d.clean(inside)}
	switch kind {
	case "identity", "variant", "title", "translation", "original_word":
		v.Target = d.targetOf(i)
	}
	d.add("gloss", v, span, 0.8, "gloss")
}

// citedIn tells that brackets hold a shelfmark: that is the edition's source line.
func (d *doc) citedIn(s Span) bool {
	for _, f := range d.fields {
		if f.Name == "citation" && s.Start <= f.Evidence[0].Start && f.Evidence[0].End <= s.End {
			return true
		}
	}
	return false
}

// stampInside reads a stamp that stands on a line with other things.
func (d *doc) stampInside(i, end int, span Span) {
	for _, f := range d.fields {
		if f.Name == "stamp" && f.Evidence[0].Start <= span.Start && span.End <= f.Evidence[0].End {
			return
		}
	}
	first := i + 2
	for d.at(first).mark == ':' || d.at(first).mark == '-' || d.at(first).mark == '–' {
		first++
	}
	if first >= end {
		return
	}
	text := d.trimOf(Span{d.at(first).Start, d.at(end - 1).End}, ".")
	d.add("stamp", map[string]string{"text": d.clean(text)}, span, 0.9, "stamp")
	d.incoming(text)
}

// glossKind tells what brackets hold: who somebody is, another spelling, words that
// the editor supplied, a note on a stamp. "" is for what is no gloss.
func (d *doc) glossKind(i, end int) string {
	first := d.at(i + 1)
	low := d.lower[first.Start:d.at(end-1).End]
	switch {
	case strings.Trim(low, ". …") == "":
		return "omission"
	case first.key == kStamp && d.at(i).mark == '[' || d.noteOnSheet(low):
		return "stamp_note"
	case d.at(i).mark == '[' && leftOut(low):
		return "omission"
	case unreadable(low):
		return "illegible"
	case low == "sic" || low == "sic!" || low == "!" || low == "?" || strings.HasPrefix(low, "так в ") || low == "так" || low == "так!" || strings.HasPrefix(low, "as in the original") || strings.HasPrefix(low, "so in the "):
		return "sic"
	}
	name, kind := d.knownIn(i+1, end)
	if d.at(i).mark == '(' {
		// Round brackets are the author's own but for a name behind a name.
		switch {
		case name && d.startsUpper(i-1) && kind == "person" && d.closeEnough(i) && first.num < 0 && d.at(i+1).key != kVia:
			return "identity"
		case !name && (end == i+2 && d.spelling(i) || end == i+3 && d.spelledAnew(i)):
			return "variant"
		}
		return ""
	}
	office := d.hasOffice(i+1, end)
	for j := i + 1; j < end && !office; j++ {
		office = titled(d.word(j))
	}
	switch {
	case d.isNumbered(i):
		return ""
	case d.otherScript(i, end):
		return "original_word"
	case strings.HasPrefix(low, "i.e") || strings.HasPrefix(low, "that is") || strings.HasPrefix(low, "literally") || strings.HasPrefix(low, "lit.") || strings.HasPrefix(low, "т.е") || strings.HasPrefix(low, "то есть") || d.quotedBefore(i) && !name:
		return "translation"
	case kind == "place" && d.placeBeforeBracket(i) || end == i+2 && d.spelling(i):
		return "variant"
	case office && d.nameBeforeBracket(i):
		return "title"
	case kind == "place" && !office:
		return "supplied"
	case name && kind == "person", d.nounBefore(i) && !d.startsLowerPronoun(i+1), d.officeNamed(i, end):
		return "identity"
	}
	return "supplied"
}

// noteOnSheet tells that brackets tell of something on the sheet: a signature, a
// resolution, words by hand.
func (d *doc) noteOnSheet(low string) bool {
	for _, form := range []string{
		"signature", "signed", "подпись", "подписал", "handwritten", "hand-written", "in handwriting", "marginal", "in pencil", "in ink", "initial", "resolution:", "resolution on",
		"рукопис", "резолюция", "помета", "пометка", "помечено", "от руки", "карандаш", "на полях", "надпись", "note on", "note in", "note by", "note at", "note:", "inscription", "written in", "at the top", "at the bottom", "on the first", "notation", "annotation", "postmark", "seal",
	} {
		if strings.HasPrefix(low, form) {
			return true
		}
	}
	return false
}

// leftOut tells that brackets say that something was left out or is not released.
func leftOut(low string) bool {
	const longest = 80 // bytes of such a note
	if len(low) > longest {
		return false
	}
	for _, word := range []string{"excised", "deleted", "redacted", "sanitized", "withheld", "not declassified", "lines omitted", "line omitted", "words omitted", "paragraph omitted", "paragraphs omitted", "text omitted", "passage omitted", "купюр", "опущен", "изъят", "не рассекречен"} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return false
}

// unreadable tells that brackets stand for what could not be read or deciphered.
func unreadable(low string) bool {
	for _, form := range []string{
		"illegible", "неразборчив", "garbled", "искажен", "indistinct", "не расшифрован", "нерасшифрован", "undecipher", "not deciphered", "not decoded", "not decrypted", "undecoded", "omission in", "missing in", "нрзб", "unreadable", "group missing", "groups missing",
		"пропуск", "утрачен", "corrupt", "not legible", "could not be read", "could not be deciphered", "не удалось", "не поддал", "не разобран", "cannot be read", "page missing", "word missing",
	} {
		if strings.HasPrefix(low, form) || len(low) < 60 && strings.Contains(low, form) {
			return true
		}
	}
	return false
}

// spelling tells that brackets hold another spelling of the one word before them: both
// have capitals and begin alike.
func (d *doc) spelling(i int) bool {
	if !d.startsUpper(i-1) || !d.startsUpper(i+1) || !d.closeEnough(i) {
		return false
	}
	a, b := []rune(d.word(i-1)), []rune(d.word(i+1))
	const alike = 3
	return len(a) >= 5 && len(b) >= 5 && string(a[:alike]) == string(b[:alike]) && string(a) != string(b)
}

// spelledAnew tells that brackets hold a name of two words in another romanisation
// than before them: each word begins alike.
func (d *doc) spelledAnew(i int) bool {
	if !d.closeEnough(i) {
		return false
	}
	for k := 1; k <= 2; k++ {
		a, b := []rune(d.word(i-3+k)), []rune(d.word(i+k))
		if !d.startsUpper(i-3+k) || !d.startsUpper(i+k) || len(a) < 2 || len(b) < 2 || a[0] != b[0] || string(a) == string(b) || d.at(i+k).key != none {
			return false
		}
	}
	return true
}

// otherScript tells that brackets hold words in another script than the word before:
// those of the original.
func (d *doc) otherScript(i, end int) bool {
	before := d.of(d.at(i - 1).Span)
	return d.at(i-1).word() && d.at(i+1).word() && isCyrillic(before) != isCyrillic(d.of(d.at(i+1).Span)) && isCyrillic(d.of(d.at(end-1).Span)) == isCyrillic(d.of(d.at(i+1).Span)) &&
		d.at(i+1).End-d.at(i+1).Start > 3
}

func isCyrillic(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Cyrillic, r) {
			return true
		}
	}
	return false
}

// quotedBefore tells that a closing quotation mark stands right before a bracket: a
// foreign word that the bracket translates.
func (d *doc) quotedBefore(i int) bool {
	m := d.at(i - 1).mark
	if !strings.ContainsRune("\"”»", m) || m == 0 || !d.at(i+1).word() || d.startsUpper(i+1) {
		return false
	}
	for j := i - 2; j > i-7 && j >= 0; j-- {
		if m := d.at(j).mark; m != 0 && strings.ContainsRune("\"“„«", m) {
			return true
		}
	}
	return false
}

// titled tells that a word begins what somebody is.
func titled(word string) bool {
	switch word {
	case "chief", "head", "deputy", "acting", "president", "premier", "director", "vice", "former", "member", "начальник", "зам", "заместитель", "глава", "премьер", "член", "бывший", "директор", "заведующий", "руководитель", "президент", "командующий", "editor", "leader", "лидер":
		return true
	}
	return false
}

// nameBeforeBracket tells that a name, in whatever spelling, stands before a bracket.
func (d *doc) nameBeforeBracket(i int) bool {
	return d.closeEnough(i) && d.startsUpper(i-1) && d.at(i-1).key == none
}

// officeNamed tells that brackets say who holds the office before them: the Mayor
// [Bartoli], British Chargé [Pritchard].
func (d *doc) officeNamed(i, end int) bool {
	return d.closeEnough(i) && d.startsUpper(i+1) && d.startsUpper(end-1) && end-i <= 4 &&
		(d.startsUpper(i-1) || d.at(i-1).key == kOffice) && d.at(i-1).word()
}

// isNumbered tells that brackets hold a footnote's number.
func (d *doc) isNumbered(i int) bool { return d.at(i+1).num >= 0 && d.at(i+2).mark == ']' }

// knownIn tells whether brackets hold a known name.
func (d *doc) knownIn(i, end int) (bool, string) {
	for j := i; j < end; j++ {
		if m := d.mentionAt(d.at(j).Start); m != nil {
			return true, string(m.Kind)
		}
	}
	return false, ""
}

func (d *doc) closeEnough(i int) bool { return d.at(i).Start-d.at(i-1).End <= 2 }

func (d *doc) placeBeforeBracket(i int) bool {
	for j := i - 1; j >= 0 && j > i-4; j-- {
		if m := d.mentionAt(d.at(j).Start); m != nil && m.End >= d.at(i-1).End {
			return m.Kind == "place"
		}
	}
	return false
}

// nounBefore tells that a word without a capital stands before the bracket, on the
// same line, which the bracket may explain: "this question [of an armistice]".
func (d *doc) nounBefore(i int) bool {
	t := d.at(i - 1)
	if i == 0 || !t.word() || d.at(i).Start-t.End != 1 {
		return false
	}
	for j := i - 1; j >= 0 && j > i-4; j-- {
		switch d.word(j) {
		case "this", "these", "that", "those", "the", "your", "our", "his", "this.":
			return d.at(i+1).word() && d.at(i+2).mark != ']'
		}
	}
	return false
}

func (d *doc) startsLowerPronoun(i int) bool {
	switch d.word(i) {
	case "with", "to", "of", "in", "by", "for", "is", "are", "was", "were", "has", "have", "that", "which", "from", "on":
		return true
	}
	return false
}

// targetOf is the name or the words before a gloss, up to four.
func (d *doc) targetOf(i int) string {
	l := d.lines[d.lineAt(d.at(i).Start)]
	for j := max(l.first, i-6); j < i; j++ {
		if m := d.mentionAt(d.at(j).Start); m != nil && m.End >= d.at(i-1).End {
			return d.clean(Span{m.Start, m.End})
		}
	}
	if d.quotedBefore(i) {
		j := i - 2
		for j > l.first && d.at(j-1).mark == 0 {
			j--
		}
		return d.clean(Span{d.at(j).Start, d.at(i - 2).End})
	}
	if d.startsUpper(i - 1) {
		j := i - 1
		for j > l.first && j > i-4 && d.startsUpper(j-1) && d.closeEnough(j) {
			j--
		}
		if d.word(j-1) == "the" && j > l.first {
			j--
		}
		return d.clean(Span{d.at(j).Start, d.at(i - 1).End})
	}
	j := i - 1
	for j > l.first && j > i-4 && d.at(j-1).mark == 0 {
		j--
	}
	if j < 0 || j >= i {
		return ""
	}
	return d.clean(Span{d.at(j).Start, d.at(i - 1).End})
}

// dots finds an omission: an ellipsis, or three and more full stops.
func (d *doc) dots(i int) int {
	end := i
	for d.at(end+1).mark == '.' && d.at(end+1).Start-d.at(end).End <= 1 {
		end++
	}
	if (end-i >= 2 || d.at(i).mark == '…') && !d.leader(end) && !d.editorsQuotation(i) {
		span := Span{d.at(i).Start, d.at(end).End}
		d.add("omission", map[string]string{"mark": d.of(span)}, span, 0.8, "omission")
	}
	return end
}

// leader tells that dots lead to a page's number in a list of contents, or stand for
// what was to be filled in.
func (d *doc) leader(end int) bool {
	l := d.lines[d.lineAt(d.at(end).Start)]
	return d.digits(end+1) > 0 && end+2 == l.last || d.signAt(end-3) == end-2 && end-3 >= l.first
}

// editorsQuotation tells that dots stand in words that a compiler quotes: he leaves
// out what he does not need, and no document lacks it.
func (d *doc) editorsQuotation(i int) bool {
	if d.part.kind != editorial {
		return false
	}
	open := false
	const longest = 200 // tokens of a quotation
	for j := max(i-longest, d.lines[d.lineAt(d.at(i).Start)].first); j < i; j++ {
		switch d.at(j).mark {
		case '"':
			open = !open
		case '“', '„', '«':
			open = true
		case '”', '»':
			open = false
		}
	}
	return open
}
