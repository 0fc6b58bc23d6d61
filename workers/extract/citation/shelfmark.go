package citation

import (
	"strings"
	"unicode"
)

// levels reads the levels of one citation, from the top down.
type levels struct {
	*reader
	c     *Citation
	end   int    // of what has been read
	prev  marker // of the last level read
	lists int    // list marks read
}

func (l *levels) read() {
	for {
		i, comma, stop := l.separator(l.end)
		if l.prev.level != 0 && i == l.end && !l.markedNumber(i) {
			return
		}
		if !l.level(i, comma, stop) && !l.acrossGap(comma) {
			return
		}
	}
}

// level reads the level at i into the citation.
func (l *levels) level(i int, comma, stop bool) bool {
	if end, ok := l.unnumbered(i); ok && l.prev.level != 0 && l.prev.level != list {
		l.c.Listy = append(l.c.Listy, Range{Unnumbered: true})
		l.c.flag(Unnumbered)
		l.prev, l.end = marker{mark: mark{level: list}}, end
		return true
	}
	m, ok := l.marker(i)
	if !ok {
		m, ok = l.figuresForL(i)
	}
	if !ok || !l.fits(m) {
		return false
	}
	if m.level == list {
		return l.list(m, comma, stop)
	}
	if l.isPage(m) {
		return false
	}
	number, end, flags, ok := l.value(m.end, m.level)
	if !ok && m.level == delo && l.deloLost(m) {
		return true
	}
	if !ok {
		return false
	}
	l.set(m, number)
	l.c.flag(flags...)
	l.end = end
	return true
}

// fits tells whether the level of m can come next.
func (l *levels) fits(m marker) bool {
	switch {
	case m.level == pages, m.flag == OForOp && (l.c.Fond == "" || !m.firm):
		return false
	case l.prev.level == 0:
		return true
	case m.level == tom:
		return l.c.Delo != "" && l.c.Tom == "" && l.prev.level.rank() < list.rank()
	case m.level == list:
		return l.c.Fond != "" || l.c.Delo != ""
	}
	return m.level.rank() >= l.prev.level.rank() && l.number(m.level) == "" && (m.level != papka || m.firm)
}

func (l *levels) number(of level) string {
	if p := l.field(of); p != nil {
		return *p
	}
	return ""
}

func (l *levels) field(of level) *string {
	switch of {
	case fond:
		return &l.c.Fond
	case opis:
		return &l.c.Opis
	case papka:
		return &l.c.Papka
	case delo:
		return &l.c.Delo
	case por:
		return &l.c.Por
	case dok:
		return &l.c.Dok
	case tom:
		return &l.c.Tom
	}
	return nil
}

func (l *levels) set(m marker, number string) {
	switch m.level {
	case delo, por, dok:
		if l.c.Delo == "" && l.c.Por == "" && l.c.Dok == "" && !l.c.Has(DeloLost) {
			l.c.PapkaFirst = l.c.Papka != ""
		}
		l.c.Ukrainian = l.c.Ukrainian || m.ukrainian
	}
	*l.field(m.level) = number
	l.c.flag(m.flags...)
	l.prev = m
}

// list reads listy. A second list mark goes on with the same citation, unless
// the letters are shifted: an archive with papki has D. and two L. instead of
// P., D. and L.
func (l *levels) list(m marker, comma, stop bool) bool {
	start := m.end
	if again, ok := l.marker(start); ok && again.level == list {
		l.c.flag(LetterDoubled)
		m.flags, start = append(m.flags, again.flags...), again.end
	}
	ranges, end, flags := l.listy(start)
	if len(ranges) == 0 || len(ranges)+len(l.c.Listy) > maxRanges {
		return false
	}
	if l.prev.level == list && !comma {
		if !stop || l.lists == 0 {
			return false
		}
		if !l.shift() {
			l.c.Listy = append(l.c.Listy, ranges...)
			ranges = nil
		}
	}
	l.c.Listy = append(l.c.Listy, ranges...)
	l.c.flag(m.flags...)
	l.c.flag(flags...)
	l.c.Ukrainian = l.c.Ukrainian || m.ukrainian
	l.prev, l.end = m, end
	l.lists++
	return true
}

// shift makes delo the papka and the single list the delo.
func (l *levels) shift() bool {
	c := l.c
	if !c.archive().papkas || c.Papka != "" || c.Delo == "" || l.lists != 1 || len(c.Listy) != 1 {
		return false
	}
	only := c.Listy[0]
	if only.From != only.To || only.From.Verso || only.Unnumbered {
		return false
	}
	c.Papka, c.Delo, c.PapkaFirst, c.Listy = c.Delo, only.From.Number, true, nil
	c.flag(LettersShifted)
	return true
}

// deloLost tells whether m is a delo whose number is missing, listy following.
func (l *levels) deloLost(m marker) bool {
	i := m.end
	question := l.is(i, lost[0])
	if question {
		i++
	}
	j, _, _ := l.separator(i)
	next, ok := l.marker(j)
	if !question && (!ok || next.level != list) {
		return false
	}
	l.set(m, "")
	l.c.flag(DeloLost)
	l.end = i
	if !question {
		l.end = m.end
		for l.end > m.start && unicode.IsSpace(rune(l.text[l.end-1])) {
			l.end--
		}
	}
	return true
}

// isPage tells whether an ambiguous p. is a page: where the archive has no
// papki and no lower level follows, or a range does.
func (l *levels) isPage(m marker) bool {
	if !m.ambiguous {
		return false
	}
	_, end, _, ok := l.value(m.end, papka)
	if !ok {
		return true
	}
	if l.dash(l.blanks(end)) > l.blanks(end) {
		return true
	}
	if l.c.archive().papkas {
		return false
	}
	j, _, _ := l.separator(end)
	next, ok := l.marker(j)
	return !ok || next.level.rank() < papka.rank() || next.level == pages || next.level == papka || !l.digit(next.end)
}

// figuresForL reads "11. 31-32" after a delo as "ll. 31-32": in many types the
// figure 1 and the letter l are one.
func (l *levels) figuresForL(i int) (marker, bool) {
	end := i
	for end < len(l.text) && end < i+2 && strings.IndexByte("1Il|", l.text[end]) >= 0 {
		end++
	}
	if end == i || !l.is(end, '.') || l.c.Delo == "" || l.prev.level == list {
		return marker{}, false
	}
	after := l.blanks(end + 1)
	_, e, _, ok := l.listRange(after)
	if !ok || l.is(e, '.') && l.digit(l.blanks(e+1)) { // a date
		return marker{}, false
	}
	return marker{mark: mark{level: list}, start: i, end: after, firm: true, flags: []Flag{OCRDigit}}, true
}

// acrossGap reads the next level behind foreign words, as where the columns of
// a scan run together. It must be written in the style of the last one.
func (l *levels) acrossGap(comma bool) bool {
	if !comma || l.c.Fond == "" || l.prev.level == 0 || l.prev.level == list {
		return false
	}
	from := l.blanks(l.end)
	stop := min(len(l.text), from+maxGap)
	for i := from; i < stop; {
		c, n := l.rune(i)
		if !isLetter(c) {
			if c == ';' || c == ')' || c == ']' {
				return false
			}
			i += n
			continue
		}
		if m, ok := l.marker(i); ok && l.open(i) && l.continuesStyle(m) {
			gap := l.trim(from, i)
			if gap[0] == gap[1] {
				return false // only stops: something else is wrong
			}
			if l.level(i, true, false) {
				l.c.Gaps = append(l.c.Gaps, gap)
				l.c.flag(SplitByText)
				return true
			}
		}
		end := l.letters(i)
		if _, _, ok := archiveNames.name(l.text, i); ok || isCredit(string(l.text[i:min(end, i+maxWord)])) {
			return false
		}
		i = end
	}
	return false
}

func (l *levels) continuesStyle(m marker) bool {
	return m.firm && m.word == l.prev.word && m.upper == l.prev.upper && !m.ambiguous && m.flags == nil &&
		m.level.rank() > l.prev.level.rank() && m.latin == l.prev.latin
}

// trim gives the span from, to without the stops and blanks at its ends.
func (l *levels) trim(from, to int) [2]int {
	for from < to {
		c, n := l.rune(from)
		if !unicode.IsSpace(c) && c != ',' {
			break
		}
		from += n
	}
	for from < to {
		c, n := l.before(to)
		if !unicode.IsSpace(c) && c != ',' {
			break
		}
		to -= n
	}
	return [2]int{from, to}
}

// mend sets right what the whole citation shows to be wrong, keeps the reading
// as written as a candidate, and flags what its values say.
func (r *reader) mend(c *Citation) {
	a := c.archive()
	if c.Has(LettersShifted) {
		asWritten := *c
		asWritten.Delo, asWritten.Papka, asWritten.PapkaFirst = c.Papka, "", false
		asWritten.Listy = append([]Range{{From: Leaf{Number: c.Delo}, To: Leaf{Number: c.Delo}}}, c.Listy...)
		r.candidate(asWritten, LettersShifted, "D. and L. as written; the archive has papki, so P., D. and L. are likelier")
	}
	if rest, ok := strings.CutPrefix(c.Fond, "P-"); ok && a.soviet {
		r.candidate(*c, PForR, "the fond with P as written; fonds of this archive begin with R, which in Cyrillic looks like P")
		c.Fond = "R-" + rest
		c.flag(PForR)
	}
	if a.deloOnly && c.Fond != "" && c.Opis == "" && c.Delo == "" {
		r.candidate(*c, FForD, "the fond as written; this archive numbers its files through")
		c.Fond, c.Delo = "", c.Fond
		c.flag(FForD)
	}
	if strings.HasPrefix(c.Fond, "0") || strings.HasPrefix(c.Opis, "0") {
		c.flag(FondPadded)
	}
	for _, l := range c.Listy {
		if l.From.Verso || l.To.Verso {
			c.flag(Verso)
		}
	}
}

// Candidate is another reading of ambiguous words.
type Candidate struct {
	Citation Citation
	Reason   string
}

// candidate keeps c as another reading, without the flag that speaks of the
// reading that was preferred.
func (r *reader) candidate(c Citation, without Flag, reason string) {
	var flags []Flag
	for _, f := range c.Flags {
		if f != without {
			flags = append(flags, f)
		}
	}
	c.Flags = flags
	r.candidates = append(r.candidates, Candidate{Citation: c, Reason: reason})
}
