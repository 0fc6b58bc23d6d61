package citation

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxPhrase      = 12  // words of an archive's name
	maxPhraseBytes = 160 // bytes of an archive's name
)

// places may stand between an archive's name and its shelfmark.
var places = names{}.add("Moscow|Moskva|Russia|Russian Federation|Kyiv|Kiev|Minsk|St Petersburg|Saint Petersburg|Podolsk|Москва|Киев|Минск|Подольск|Россия|Российская Федерация", form{}).sort()

// afterArchive skips from the end of an archive's name to where its shelfmark
// can begin: over places, and over the name's abbreviation in brackets, which
// may name the archive's earlier name.
func (r *reader) afterArchive(c *Citation, i int) int {
	for range 4 {
		i = r.colons(i)
		if _, end, ok := places.name(r.text, i); ok {
			i = end
			continue
		}
		if !r.is(i, '(') && !r.is(i, '[') {
			return i
		}
		end, then, ok := r.inBrackets(i, c.Archive)
		if !ok {
			return r.blanks(i + 1)
		}
		if then != "" {
			c.ThenArchive = then
			c.flag(FormerArchive)
		}
		i = end
	}
	return i
}

// colons skips separators of levels.
func (r *reader) colons(i int) int {
	end, _, _ := r.separator(i)
	return end
}

// inBrackets reads other names of the archive in the brackets at i.
func (r *reader) inBrackets(i int, code string) (end int, then string, ok bool) {
	shut := strings.IndexAny(string(r.text[i:min(len(r.text), i+maxInner)]), ")]")
	if shut < 0 {
		return i, "", false
	}
	shut += i
	for j := i + 1; j < shut; {
		if f, e, found := archiveNames.name(r.text, j); found && e <= shut && f.archive.Code == code {
			ok = true
			if f.then != "" {
				then = f.then
			}
			j = e
			continue
		}
		if _, e, found := places.name(r.text, j); found && e == shut {
			ok = true
		}
		_, n := r.rune(j)
		j = max(j+n, r.letters(j))
	}
	return shut + 1, then, ok
}

// leadIns are words that stand before an archive's name and are no part of it.
var leadIns = map[string]bool{
	"v": true, "in": true, "see": true, "source": true, "sources": true, "from": true, "the": true, "cf": true, "also": true, "and": true,
	"at": true, "of": true, "for": true, "on": true, "by": true,
	"в": true, "во": true, "из": true, "см": true, "и": true, "источник": true,
}

// unknownArchive finds, before the shelfmark at i, the name of an archive that
// is not in the table. What lies before from is taken.
func (r *reader) unknownArchive(i, from int) (start int, name string, ok bool) {
	end := r.backOver(i, from, ".,:([")
	start, phrase := r.phrase(end, from)
	if name, ok := archiveIn(start, phrase); ok {
		return name, foldBlanks(string(r.text[name:end])), true
	}
	if phrase == "" { // the name, then a place
		return 0, "", false
	}
	comma := r.backOver(start, from, ",")
	if comma == start || !strings.ContainsRune(string(r.text[comma:start]), ',') {
		return 0, "", false
	}
	if start, phrase = r.phrase(comma, from); hasArchiveWord(phrase) {
		return start, foldBlanks(string(r.text[start:end])), true
	}
	return 0, "", false
}

// backOver gives the place before the blanks and at most two of the given stops
// that end at i.
func (r *reader) backOver(i, from int, stops string) int {
	left := 2
	for n := 0; i > from && n < maxBlanks; n++ {
		c, size := r.before(i)
		if !unicode.IsSpace(c) {
			if left == 0 || !strings.ContainsRune(stops, c) {
				break
			}
			left--
		}
		i -= size
	}
	return i
}

// phrase gives the run of capitalised words that ends at end, with small words
// between them and an abbreviation in brackets behind.
func (r *reader) phrase(end, from int) (int, string) {
	from = max(from, end-maxPhraseBytes)
	start, i := end, end
	if c, n := r.before(i); c == ')' && i > from {
		open := strings.LastIndexByte(string(r.text[from:i]), '(')
		if open < 0 || strings.IndexFunc(string(r.text[from+open+1:i-n]), notInName) >= 0 {
			return end, ""
		}
		i = r.backBlanks(from+open, from)
	}
	for range maxPhrase {
		w := r.wordBefore(i, from)
		if w == i {
			break
		}
		first, _ := r.rune(w)
		if unicode.IsUpper(first) {
			start = w
		} else if !isJoiner(string(r.text[w:i])) {
			break
		}
		if i = r.backBlanks(w, from); i == w {
			break
		}
	}
	for start < end {
		w := r.letters(start)
		next := r.blanks(w)
		if w == start || next == w || next > end || !leadIns[strings.ToLower(string(r.text[start:w]))] {
			break
		}
		start = next
	}
	return start, string(r.text[start:end])
}

func notInName(c rune) bool { return !unicode.IsLetter(c) && c != ' ' && !isDash(c) }

// backBlanks gives the place before the blanks that end at i; an empty line
// ends a name.
func (r *reader) backBlanks(i, from int) int {
	breaks := 0
	for j, n := i, 0; j > from && n < maxBlanks; n++ {
		c, size := r.before(j)
		if !unicode.IsSpace(c) {
			return j
		}
		if c == '\n' {
			if breaks++; breaks > 1 {
				return i
			}
		}
		j -= size
	}
	return i
}

// wordBefore gives the start of the word that ends at i; hyphens and
// apostrophes may stand inside.
func (t text) wordBefore(i, from int) int {
	start := i
	for j := i; j > from; {
		c, n := t.before(j)
		if n > j-from {
			break
		}
		j -= n
		if isLetter(c) || unicode.IsDigit(c) {
			start = j
		} else if start == i || !isDash(c) && !isApostrophe(c) {
			break
		}
	}
	return start
}

// isJoiner tells whether a small word may stand inside an archive's name: names
// in Slavonic languages have adjectives and genitives in small letters, so any
// of some length may; in English only the usual ones.
func isJoiner(word string) bool {
	switch word {
	case "of", "the", "for", "and", "on", "in", "i", "и", "по":
		return true
	}
	_, cyr := scripts(word)
	folded := strings.ToLower(word)
	return cyr && len(word) > 6 || strings.HasPrefix(folded, "arkhiv") || strings.HasSuffix(folded, "nyi") || strings.HasSuffix(folded, "skii") || strings.HasSuffix(folded, "oi") || strings.HasSuffix(folded, "ii")
}

// archiveIn finds the archive's name at the end of phrase, which begins at
// start: all of it where it has the word archive, else its abbreviations.
func archiveIn(start int, phrase string) (int, bool) {
	if phrase == "" {
		return start, false
	}
	if hasArchiveWord(phrase) {
		return start, true
	}
	at := len(phrase)
	for at > 0 {
		head := strings.TrimRightFunc(phrase[:at], unicode.IsSpace)
		w := 0
		if blank := strings.LastIndexFunc(head, unicode.IsSpace); blank >= 0 {
			_, n := utf8.DecodeRuneInString(head[blank:])
			w = blank + n
		}
		if !isAbbreviation(head[w:]) || strings.ContainsAny(head[w:], "()") {
			break
		}
		at = w
	}
	return start + at, at < len(phrase)
}

// isAbbreviation tells whether a word is written like GARF, TsDAHO or USSR.
func isAbbreviation(word string) bool {
	upper, letters := 0, 0
	for _, c := range word {
		if isLetter(c) {
			letters++
		}
		if unicode.IsUpper(c) {
			upper++
		}
	}
	return upper >= 2 && letters <= 12 && 2*upper >= letters
}

// hasArchiveWord tells whether a name has the word archive in it.
func hasArchiveWord(name string) bool {
	folded := string(skeleton(nil, name))
	for _, w := range [...]string{"archiv", "arkhiv", "arkiv", "apxиb", "apxib"} {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}
