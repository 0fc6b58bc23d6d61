package citation

import (
	"strings"
	"unicode"
)

// source reads, at i and not beyond hi, what is cited other than by fond and
// opis: an archive alone, a newspaper, an archive of another order.
func (g *gaps) source(i, hi int) (Citation, bool) {
	first, _ := g.rune(i)
	if !g.open(i) || !unicode.IsUpper(first) && !unicode.IsDigit(first) {
		return Citation{}, false
	}
	if c, ok := g.archiveAlone(i, hi); ok {
		return c, true
	}
	if c, ok := g.newspaper(i, hi); ok {
		return c, true
	}
	return g.otherArchive(i, hi)
}

func (g *gaps) close(c Citation, start, end int) (Citation, bool) {
	c.Start, c.End = start, end
	c.Raw = string(g.text[start:end])
	return c, true
}

// archiveAlone reads the name of an archive with nothing or only notes behind.
func (g *gaps) archiveAlone(i, hi int) (Citation, bool) {
	f, end, ok := archiveNames.name(g.text, i)
	if !ok || end > hi || f.archive.other || f.weak {
		return Citation{}, false
	}
	c := Citation{Kind: Archival}
	c.setArchive(f)
	if k := g.blanks(end); g.is(k, '(') {
		if e, then, ok := g.inBrackets(k, c.Archive); ok && e <= hi {
			end = e
			if then != "" {
				c.ThenArchive = then
				c.flag(FormerArchive)
			}
		}
	}
	k := g.joint(end)
	if k < hi && !strings.ContainsAny(string(g.text[end:k]), ";\n") {
		if _, ok := g.note(k, true); !ok {
			return Citation{}, false
		}
	}
	c.flag(NoShelfmark)
	return g.close(c, i, end)
}

// newspaper reads the name of a paper with the date and number of an issue.
func (g *gaps) newspaper(i, hi int) (Citation, bool) {
	_, end, ok := newspaperNames.name(g.text, i)
	if !ok {
		end = i
		for range 4 {
			w := g.letters(end)
			first, _ := g.rune(end)
			if w == end || !unicode.IsUpper(first) || isNewspaper(string(g.text[end:min(w, end+maxWord)])) {
				break
			}
			end = g.blanks(w)
		}
		if end == i {
			return Citation{}, false
		}
	}
	k := g.blanks(end)
	if w := g.letters(k); isNewspaper(string(g.text[k:min(w, k+maxWord)])) {
		end, ok = w, true
	}
	if !ok {
		return Citation{}, false
	}
	if r, n := g.rune(end); r == '»' || r == '"' || r == '”' {
		end += n
	}
	issue := g.issue(end)
	if issue == end || issue > hi {
		return Citation{}, false
	}
	return g.close(Citation{Kind: Newspaper, Reference: unquoted(string(g.text[i:issue]))}, i, issue)
}

// unquoted drops the mark that closes the paper's name in quotes.
func unquoted(s string) string {
	return foldBlanks(strings.NewReplacer("»", "", `"`, "", "”", "").Replace(s))
}

func isNewspaper(word string) bool {
	return strings.EqualFold(word, "newspaper") || strings.EqualFold(word, "gazette") || strings.EqualFold(word, "газета")
}

const maxIssue = 10 // parts of the date and number of an issue

// issue reads years, days, months and numbers behind a paper's name.
func (g *gaps) issue(i int) int {
	end, figures := i, 0
	for range maxIssue {
		k, comma, stop := g.separator(end)
		if !comma && !stop && k == end {
			break
		}
		start := k
		k = g.numberSign(k)
		digits, e, _ := g.digits(g.blanks(k))
		switch {
		case digits != "" && g.closed(e):
			end = e
			figures++
		case k == start && isMonth(string(g.text[k:min(g.letters(k), k+maxWord)])):
			end = g.letters(k)
		default:
			k = -1
		}
		if k < 0 {
			break
		}
	}
	if figures == 0 {
		return i
	}
	return end
}

// isMonth tells whether a word is the name of a month in English or Russian, or
// the head of one.
func isMonth(word string) bool {
	folded := strings.ToLower(word)
	if len([]rune(folded)) < 3 {
		return false
	}
	for _, m := range [...]string{
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
		"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
	} {
		if strings.HasPrefix(m, folded) {
			return true
		}
	}
	return false
}

// otherArchive reads an archive of another order and its reference, up to a
// semicolon, a line or a sentence's end.
func (g *gaps) otherArchive(i, hi int) (Citation, bool) {
	c := Citation{Kind: Other}
	f, end, ok := archiveNames.name(g.text, i)
	switch {
	case ok && f.archive.other:
		c.Archive = f.archive.Code
	default:
		if end, ok = g.archivePhrase(i, hi); !ok {
			return Citation{}, false
		}
		c.Archive = foldBlanks(string(g.text[i:end]))
		c.flag(UnknownArchive)
	}
	k, comma, stop := g.separator(end)
	if !comma && !stop && c.Has(UnknownArchive) || k >= hi {
		return Citation{}, false
	}
	last := g.referenceEnd(k, hi)
	first, _ := g.rune(k)
	word := string(g.text[k:min(g.letters(k), k+maxWord)])
	if strings.IndexFunc(string(g.text[k:last]), unicode.IsDigit) < 0 || isMonth(word) ||
		!unicode.IsUpper(first) && !unicode.IsDigit(first) || isArchiveAt(g.text, k) {
		return Citation{}, false
	}
	c.Reference = foldBlanks(string(g.text[k:last]))
	return g.close(c, i, last)
}

// archivePhrase reads capitalised words, and small ones between them, one of
// which is archive; a web archive of documents is none that keeps them.
func (g *gaps) archivePhrase(i, hi int) (int, bool) {
	end, j := i, i
	for range maxPhrase {
		w := g.nameWord(j)
		if w == j || w > hi || w-i > maxPhraseBytes {
			break
		}
		first, _ := g.rune(j)
		if unicode.IsUpper(first) {
			end = w
		} else if !isJoiner(string(g.text[j:w])) {
			break
		}
		if j = g.blanks(w); j == w {
			break
		}
	}
	name := string(g.text[i:end])
	return end, hasArchiveWord(name) && !strings.Contains(strings.ToLower(name), "digital archive")
}

// referenceEnd gives the end of the reference at i.
func (g *gaps) referenceEnd(i, hi int) int {
	end := min(g.sentence(i, maxNote), hi)
	for end > i {
		c, n := g.before(end)
		if !strings.ContainsRune(".,;: \n", c) {
			break
		}
		end -= n
	}
	return max(end, i)
}
