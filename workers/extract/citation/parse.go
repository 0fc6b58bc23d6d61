package citation

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Result is all that Parse finds. Citations, Notes, Separators and Rest, taken
// together and put in order, cover the input without a gap or an overlap.
type Result struct {
	Citations  []Citation
	Notes      []Note
	Separators []Span // punctuation, "and", "see" and the like
	Rest       []Span // what could not be read
	// Candidates are other readings of what is ambiguous, likelier ones first,
	// and readings of what lacks too much to be a citation.
	Candidates []Candidate
}

// Parse reads a string that consists of citations, such as a source line or
// what somebody typed into a search field. Its run time is linear in the length
// of s. Bytes that are not UTF-8 come back in Rest.
func Parse(s string) Result {
	r := &reader{text: text(s)}
	r.read()
	taken := make([][2]int, 0, len(r.citations)+len(r.notes))
	for i := range r.citations {
		taken = append(taken, [2]int{r.citations[i].Start, r.citations[i].End})
	}
	for i := range r.notes {
		taken = append(taken, [2]int{r.notes[i].Start, r.notes[i].End})
	}
	slices.SortFunc(taken, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	g := &gaps{reader: r}
	at, cited := 0, false
	for _, t := range taken {
		g.read(at, t[0], cited)
		at, cited = t[1], true
	}
	g.read(at, len(s), cited)
	slices.SortStableFunc(r.citations, func(a, b Citation) int { return cmp.Compare(a.Start, b.Start) })
	slices.SortStableFunc(r.notes, func(a, b Note) int { return cmp.Compare(a.Start, b.Start) })
	return Result{Citations: r.citations, Notes: r.notes, Separators: g.separators, Rest: g.rest, Candidates: r.candidates}
}

// Find reads the archival citations in running text. It is Parse without what
// stands between them: it reports shelfmarks only, no archive alone, newspaper
// or other kind of source. Its run time is linear in the length of s.
func Find(s string) []Citation {
	r := &reader{text: text(s), inText: true}
	r.read()
	return r.citations
}

// gaps reads what stands between citations and their notes.
type gaps struct {
	*reader
	separators, rest []Span
}

// read divides the input from lo to hi into separators, notes, sources that
// are no shelfmarks, and the rest. At lo a source may begin unless something
// was cited just before.
func (g *gaps) read(lo, hi int, cited bool) {
	fresh := !cited // a new source may begin here
	behind := false // a source has just been read
	for i := lo; i < hi; {
		if end, ends := g.skip(i, hi); end > i {
			g.separators = append(g.separators, g.span(i, end))
			fresh = fresh || ends
			i = end
			continue
		}
		if n, ok := g.note(i, behind); ok && n.End <= hi && n.End > i {
			g.keepGapNote(n, behind)
			i = n.End
			continue
		}
		if c, ok := g.source(i, hi); fresh && ok {
			g.citations = append(g.citations, c)
			i, behind, fresh = c.End, true, false
			continue
		}
		end := g.unread(i, hi)
		g.guess(i, end)
		g.rest = append(g.rest, g.span(i, end))
		i, behind, fresh = end, false, false
	}
}

// keepGapNote adds a note; behind a source of the gap it speaks of that.
func (g *gaps) keepGapNote(n Note, behind bool) {
	if behind {
		g.keepNote(n)
		return
	}
	g.notes = append(g.notes, n)
}

// skip reads separators at i and tells whether they end a source.
func (g *gaps) skip(i, hi int) (end int, ends bool) {
	end = i
	for end < hi {
		c, n := g.rune(end)
		switch {
		case isStop(c) || unicode.IsSpace(c):
			ends = ends || strings.ContainsRune(".;\n([", c)
			end += n
		case isLetter(c) && g.open(end):
			w := g.letters(end)
			word := strings.ToLower(string(g.text[end:min(w, end+maxWord)]))
			if w > hi || !isAnd(word) && !leadIns[word] {
				return end, ends
			}
			ends = true
			end = w
		default:
			return end, ends
		}
	}
	return end, ends
}

// unread gives the end of the words at i that cannot be read: a semicolon, a
// line, a sentence or a credit ends them.
func (g *gaps) unread(i, hi int) int {
	j := i
	for j < hi {
		c, n := g.rune(j)
		if c == ';' || c == '\n' || c == '.' && g.endsSentence(j) {
			break
		}
		if isLetter(c) && j > i && g.open(j) {
			if _, ok := g.credit(j); ok {
				break
			}
			n = g.letters(j) - j
		}
		j += n
	}
	j = min(j, hi)
	for end := j; end > i; { // leave separators to themselves
		c, n := g.before(end)
		if c == utf8.RuneError && n == 1 || !isStop(c) && !unicode.IsSpace(c) {
			return end
		}
		end -= n
	}
	return j
}

// guess looks for what may be a citation in words that cannot be read.
func (g *gaps) guess(lo, hi int) {
	for i := lo; i < hi; {
		c, n := g.rune(i)
		switch {
		case !g.open(i):
		case isDigit(byte(min(c, utf8.RuneSelf))):
			end := g.guessDotted(i, hi)
			for end < hi && (g.digit(end) || g.is(end, '.')) {
				end++
			}
			n = max(n, end-i)
		case isLetter(c):
			end := g.guessLevels(i, hi)
			n = max(n, end-i, g.letters(i)-i)
		}
		i += n
	}
}

// guessDotted takes figures with full stops between them for a shelfmark,
// unless they are a date.
func (g *gaps) guessDotted(i, hi int) int {
	c := Citation{Kind: Archival, Start: i}
	end, ok := g.dotted(&c, i)
	if !ok || end > hi || isDate(&c) {
		return i
	}
	c.End, c.Raw = end, string(g.text[i:end])
	for i := range archives {
		if archives[i].known == c.Fond+"."+c.Opis {
			known := c
			known.Archive = archives[i].Code
			g.candidates = append(g.candidates, Candidate{Citation: known, Reason: "no archive; this fond and opis are much cited ones of " + known.Archive})
		}
	}
	c.flag(NoArchive)
	g.candidates = append(g.candidates, Candidate{Citation: c, Reason: "no archive; figures may be fond, opis, delo and list"})
	return end
}

// isDate tells whether three figures can be day, month and year.
func isDate(c *Citation) bool {
	day, _ := leadingNumber(c.Fond)
	month, _ := leadingNumber(c.Opis)
	return c.Listy == nil && day <= 31 && month <= 12 && (len(c.Delo) == 2 || len(c.Delo) == 4)
}

// guessLevels takes two levels and more without archive and fond for a part of
// a shelfmark.
func (g *gaps) guessLevels(i, hi int) int {
	m, ok := g.marker(i)
	if !ok || m.level == pages || !m.firm {
		return i
	}
	c := Citation{Kind: Archival, Start: i}
	l := levels{reader: g.reader, c: &c, end: i}
	l.read()
	if l.end > hi || l.end == i {
		return i
	}
	count := 0
	for _, v := range [...]string{c.Fond, c.Opis, c.Papka, c.Delo, c.Por, c.Dok} {
		if v != "" {
			count++
		}
	}
	if c.Listy != nil {
		count++
	}
	if count >= 2 {
		c.End, c.Raw = l.end, string(g.text[i:l.end])
		c.flag(NoArchive)
		g.candidates = append(g.candidates, Candidate{Citation: c, Reason: "neither archive nor all upper levels are named"})
	}
	return l.end
}
