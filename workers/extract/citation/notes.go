package citation

import (
	"strings"
	"unicode"
)

// Role says what a note beside a citation tells.
type Role string

// Roles of notes.
const (
	Translator  Role = "translator"
	Contributor Role = "contributor" // gave, obtained or sent in the document
	Compiler    Role = "compiler"
	Editor      Role = "editor"
	Courtesy    Role = "courtesy"    // by whose courtesy the copy came
	CopyNote    Role = "copy"        // what the document there is: Original. Copy (3 copies).
	FormNote    Role = "form"        // how it is written: Typewritten text.
	Publication Role = "publication" // Reprinted in ...
	Pages       Role = "pages"       // pages of the document, not listy of the file
)

// Span is a piece of the input.
type Span struct {
	Start, End int // byte offsets; End is exclusive
	Text       string
}

// Note is what stands beside a citation in the same run of sentences and is no
// part of the shelfmark.
type Note struct {
	Span
	Role    Role
	Persons []Span // people and bodies named, for roles of people
}

const (
	maxNote    = 300 // bytes of a publication note
	maxForm    = 120 // bytes of a note on copy or form
	maxNames   = 6   // people in one credit
	maxName    = 6   // words of one name
	maxByWords = 5   // words between "translated" and "by"
)

// credits are the words that open a credit, by their skeletons.
var credits = buildCredits(map[Role]string{
	Translator:  "translated translation translator translators trans transl перевод перевел перевела переводчик пер",
	Contributor: "contributed contributor contributors obtained provided donated submitted предоставлено предоставил",
	Compiler:    "compiled compiler составитель составил",
	Editor:      "edited editor редактор",
	Courtesy:    "courtesy",
	Publication: "reprinted reproduced published publication printed опубликовано опубликован опубл публикация",
})

func buildCredits(words map[Role]string) map[string]Role {
	m := map[string]Role{}
	for role, list := range words {
		for w := range strings.FieldsSeq(list) {
			m[string(skeleton(nil, w))] = role
		}
	}
	return m
}

// isCredit tells whether a word opens a credit.
func isCredit(word string) bool {
	_, ok := creditRole(word)
	return ok
}

func creditRole(word string) (Role, bool) {
	if len(word) == 0 || len(word) > maxWord {
		return "", false
	}
	var buf [maxWord * 2]byte
	role, ok := credits[string(skeleton(buf[:0], word))]
	return role, ok
}

// note reads a note at i. Notes on copy and form are read only behind a
// citation: elsewhere their words are common.
func (t text) note(i int, behind bool) (Note, bool) {
	if !t.letter(i) || !t.open(i) {
		return Note{}, false
	}
	if n, ok := t.credit(i); ok {
		return n, true
	}
	if behind {
		return t.copyNote(i)
	}
	return Note{}, false
}

// credit reads "Translated by X and Y", "copy courtesy of X", "Reprinted in ...".
func (t text) credit(i int) (Note, bool) {
	end := t.letters(i)
	if word := string(t[i:end]); strings.EqualFold(word, "first") || strings.EqualFold(word, "впервые") {
		end = t.letters(t.blanks(end))
	}
	role, ok := creditRole(string(t[t.wordBefore(end, i):end]))
	if k := t.blanks(end); !ok && strings.EqualFold(string(t[i:end]), "copy") { // copy courtesy of
		end = t.letters(k)
		role, ok = creditRole(string(t[k:end]))
		ok = ok && role == Courtesy
	}
	if !ok {
		return Note{}, false
	}
	if role == Publication {
		return t.publication(i, end)
	}
	at, ok := t.afterBy(end)
	if !ok {
		return Note{}, false
	}
	persons, end := t.persons(at)
	if len(persons) == 0 {
		return Note{}, false
	}
	return Note{Span: t.span(i, end), Role: role, Persons: persons}, true
}

func (t text) span(start, end int) Span {
	return Span{Start: start, End: end, Text: string(t[start:end])}
}

// publication reads to the end of the sentence.
func (t text) publication(i, end int) (Note, bool) {
	k := t.blanks(end)
	next := string(t[k:t.letters(k)])
	if next != "in" && next != "в" && next != "by" && !t.is(end, ':') && next != "as" {
		return Note{}, false
	}
	end = t.uncited(i, t.sentence(end, maxNote))
	return Note{Span: t.span(i, end), Role: Publication}, true
}

// afterBy gives the place of the names in a credit whose verb ends at i.
func (t text) afterBy(i int) (int, bool) {
	switch {
	case t.is(i, ':'):
		return t.blanks(i + 1), true
	case t.is(i, '.'): // transl., пер.
		i++
	}
	if k := t.blanks(i); t.is(k, '(') && strings.HasPrefix(string(t[k:]), "(s):") {
		return t.blanks(k + len("(s):")), true
	}
	for n := range maxByWords {
		k := t.blanks(i)
		end := t.letters(k)
		if end == k {
			return 0, false
		}
		switch word := string(t[k:end]); {
		case word == "by" || word == "of":
			return t.blanks(end), true
		case n == 0 && isCapitalCyrillic(word): // Перевод И. Иванова
			return k, true
		}
		i = end
	}
	return 0, false
}

func isCapitalCyrillic(word string) bool {
	for _, c := range word {
		return unicode.IsUpper(c) && isCyrillic(c)
	}
	return false
}

// persons reads names at i, apart by "and" or commas.
func (t text) persons(i int) (people []Span, end int) {
	end = i
	for len(people) < maxNames {
		e := t.personName(i)
		if e == i {
			return people, end
		}
		people, end = append(people, t.span(i, e)), e
		k := t.blanks(end)
		comma := t.is(k, ',')
		if comma || t.is(k, '&') {
			k = t.blanks(k + 1)
		}
		if w := t.letters(k); w > k && isAnd(string(t[k:w])) {
			k = t.blanks(w)
		} else if k == end || !comma && t[k-1] != '&' && !strings.HasSuffix(strings.TrimSpace(string(t[end:k])), "&") {
			return people, end
		}
		if word := t.letters(k); comma && !t.twoWords(k) || isCredit(string(t[k:min(word, k+maxWord)])) {
			return people, end
		}
		i = k
	}
	return people, end
}

// twoWords tells whether a name of at least two words is at i: after a comma a
// single capitalised word is rather a place or the next archive.
func (t text) twoWords(i int) bool {
	end := t.personName(i)
	return strings.ContainsRune(foldBlanks(string(t[i:end])), ' ') && !isArchiveAt(t, i)
}

func isArchiveAt(t text, i int) bool {
	_, _, ok := archiveNames.name(t, i)
	return ok
}

// personName gives the end of the run of capitalised words and initials at i.
func (t text) personName(i int) int {
	end, j := i, i
	for n := range maxName {
		first, _ := t.rune(j)
		w := t.nameWord(j)
		word := string(t[j:w])
		if w == j || !unicode.IsUpper(first) && !isParticle(word) || n > 0 && (isArchiveAt(t, j) || strings.EqualFold(word, "ibid")) {
			break
		}
		j = w
		initial := len([]rune(word)) == 1 || word == "Yu" || word == "Jr" || word == "Dr" || word == "St"
		if initial && t.is(j, '.') {
			j++
		}
		if unicode.IsUpper(first) {
			end = j
		}
		k := t.blanks(j)
		if k == j && !initial {
			break
		}
		j = k
	}
	return end
}

// nameWord reads letters with hyphens and apostrophes inside.
func (t text) nameWord(i int) int {
	end := t.letters(i)
	for range 3 {
		r, n := t.rune(end)
		if end == i || !isDash(r) && !isApostrophe(r) || !t.letter(end+n) {
			break
		}
		end = t.letters(end + n)
	}
	return end
}

func isParticle(word string) bool {
	switch word {
	case "de", "van", "von", "der", "al", "el", "bin", "du", "la":
		return true
	}
	return false
}

// forms are the words of notes on copy and form with the status they give.
var forms = buildForms(map[string]string{
	StatusOriginal: "original originals подлинник оригинал",
	StatusCopy:     "copy copies photocopy photocopies xerocopy xerox microfilm facsimile копия копии ксерокопия фотокопия микрофильм",
	StatusPrinted:  "typographic printed типографский типографская типогр",
	StatusDraft:    "draft черновик",
	"":             "typewritten handwritten manuscript typescript autograph signature signed certified машинопись машинописный рукопись рукописный автограф подпись заверенная",
})

func buildForms(words map[string]string) map[string]string {
	m := map[string]string{}
	for status, list := range words {
		for w := range strings.FieldsSeq(list) {
			m[w] = status
		}
	}
	return m
}

// copyNote reads one sentence on what the document there is: its first word,
// second or last tells.
func (t text) copyNote(i int) (Note, bool) {
	end := t.uncited(i, t.clause(i, maxForm))
	words := strings.FieldsFunc(strings.ToLower(string(t[i:end])), func(r rune) bool { return !isLetter(r) })
	if len(words) == 0 {
		return Note{}, false
	}
	role, found := FormNote, false
	for at, w := range words {
		status, ok := forms[w]
		found = found || ok && (at < 2 || at == len(words)-1)
		if ok && status != "" {
			role = CopyNote
		}
	}
	if w := words[0]; (w == "translation" || w == "перевод") && len(words) > 1 && (words[1] == "from" || words[1] == "с") {
		found = true
	}
	return Note{Span: t.span(i, end), Role: role}, found && len(words) <= 12
}

// uncited moves end back to before the next citation, if one begins between i
// and end: an archive's name or abbreviation with a shelfmark behind.
func (t text) uncited(i, end int) int {
	for j := i; j < end; {
		c, n := t.rune(j)
		if unicode.IsUpper(c) && t.open(j) {
			_, e, ok := archiveNames.name(t, j)
			if !ok {
				e = t.letters(j)
				ok = isAbbreviation(string(t[j:e]))
			}
			k, _, _ := t.separator(e)
			if m, marked := t.marker(k); ok && marked && (m.level == fond || m.level == delo) {
				return t.trimEnd(i, j)
			}
		}
		j += n
	}
	return end
}

// status gives the copy status that a note tells.
func (n *Note) status() string {
	if n.Role != CopyNote {
		return ""
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(n.Text), func(r rune) bool { return !isLetter(r) }) {
		if s := forms[w]; s != "" {
			return s
		}
	}
	return ""
}

// keepNote adds the note; what it says of the copy goes to the last citation.
func (r *reader) keepNote(n Note) {
	if c := r.last(); c != nil && c.CopyStatus == "" {
		c.CopyStatus = n.status()
	}
	r.notes = append(r.notes, n)
}

// clause gives the end of the clause at i: a comma, stop or line ends it, but
// not within brackets.
func (t text) clause(i, limit int) int {
	limit = min(len(t), i+limit)
	depth := 0
	for j := i; j < limit; {
		c, n := t.rune(j)
		switch c {
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return t.trimEnd(i, j)
			}
			depth--
		case '.', ',', ';', '\n', '\r', ']', '"', '”':
			if depth == 0 {
				return t.trimEnd(i, j)
			}
		}
		j += n
	}
	if limit < len(t) {
		return i
	}
	return t.trimEnd(i, limit)
}

// sentence gives the end of the sentence at i. A full stop ends it where a
// blank and a capital follow and no short word or initial stands before.
func (t text) sentence(i, limit int) int {
	limit = min(len(t), i+limit)
	j := i
	for j < limit {
		c, n := t.rune(j)
		if c == ';' || c == '\n' || c == '\r' || c == '.' && t.endsSentence(j) {
			break
		}
		j += n
	}
	return t.trimEnd(i, j)
}

// endsSentence tells whether the full stop at i ends a sentence.
func (t text) endsSentence(i int) bool {
	k := t.blanks(i + 1)
	if k == len(t) {
		return true
	}
	next, _ := t.rune(k)
	if k == i+1 || !unicode.IsUpper(next) {
		return false
	}
	start := i
	for n := 0; n < 4 && start > 0; n++ {
		c, size := t.before(start)
		if !isLetter(c) {
			break
		}
		start -= size
	}
	switch word := strings.ToLower(string(t[start:i])); word {
	case "vol", "no", "pp", "ed", "eds", "trans", "nos", "p", "dr", "st":
		return false
	default:
		m, ok := marks[string(skeleton(nil, word))]
		return len([]rune(word)) != 1 && (!ok || m.word)
	}
}

// trimEnd moves end back over blanks.
func (t text) trimEnd(start, end int) int {
	for end > start {
		c, n := t.before(end)
		if !unicode.IsSpace(c) {
			break
		}
		end -= n
	}
	return end
}

// pages reads "pp. 3-7", or a "p. 3" that is no papka, at i.
func (t text) pages(i int) (Note, bool) {
	m, ok := t.marker(i)
	if !ok || !t.open(i) || m.level != pages && !m.ambiguous || !m.firm {
		return Note{}, false
	}
	ranges, end, _ := t.listy(m.end)
	if len(ranges) == 0 || ranges[0].Unnumbered {
		return Note{}, false
	}
	return Note{Span: t.span(i, end), Role: Pages}, true
}

// pageOrPapka keeps the reading of a single p. behind a delo as papka.
func (r *reader) pageOrPapka(n Note) {
	m, _ := r.marker(n.Start)
	last := r.last()
	number, end, _, ok := r.value(m.end, papka)
	if !ok || !m.ambiguous || end != n.End || last.Delo == "" || last.Papka != "" || last.Listy != nil {
		return
	}
	c := *last
	c.Papka, c.End = number, n.End
	c.Raw = string(r.text[c.Start:c.End])
	r.candidate(c, "", "p. as papka instead of page")
}
