package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// page is a text prepared for reading. Its forms have the same length, so that an
// offset into one is an offset into all.
type page struct {
	text string
	// plain has blanks in the place of Markdown's marks.
	plain string
	// lower is plain in lower case, as far as a letter's length allows.
	lower  string
	lines  []line
	tokens []token
	// lineKinds says what each line is for.
	lineKinds []kind
	// names are the known agents in the text.
	names []agents.Mention
	// found are the archival references in the text, once they are sought.
	found  []citation.Citation
	sought bool
	// byForm are the names that their form tells, once formed.
	byForm []formName
	formed bool
}

// line is one line without the blanks at its ends; empty when Start is End.
type line struct {
	Span
	// first and last are its tokens, last exclusive.
	first, last int
	// heading is the number of Markdown's marks before it.
	heading int
	// bold tells that the line stands in marks of emphasis.
	bold bool
	// rule tells that the line is nothing but a ruler, such as "-----" or "###".
	rule bool
	// next tells that the line goes on in the next one without a blank line.
	next bool
}

func (l line) empty() bool { return l.Start == l.End }

func newPage(text string) *page {
	p := &page{text: text}
	p.plain = blankMarks(text)
	p.lower = lowerSameLength(p.plain)
	p.tokens = tokenise(p.plain, p.lower)
	p.cutLines()
	p.mend()
	return p
}

// blankMarks puts blanks in the place of heading marks, emphasis, table bars and
// escapes. Each is one byte.
func blankMarks(text string) string {
	b := []byte(text)
	start := true
	for i, c := range b {
		switch {
		case c == '\n':
			start = true
			continue
		case c == '*' || c == '|' || c == '\f' || c == '\r' || c == '\v' || c == 0:
			b[i] = ' '
		case c == '\\' && i+1 < len(b) && strings.IndexByte("*_#[]()-.!", b[i+1]) >= 0:
			b[i] = ' '
		case start && c == '#':
			b[i] = ' '
			continue
		case start && (c == ' ' || c == '\t'):
			continue
		}
		if start {
			for n := speck(text[i:]); n > 0; n-- {
				b[i+n-1] = ' '
			}
		}
		start = false
	}
	return string(b)
}

// speck tells how many bytes at the beginning of a line are a spot on the paper that
// was read as a mark: one that stands alone, or that no sentence and no quotation of
// one short line begins with.
func speck(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	if !strings.ContainsRune("‘’'`´.,;:·°~_", r) {
		return 0
	}
	line, _, _ := strings.Cut(text[n:], "\n")
	next, _ := utf8.DecodeRuneInString(line)
	switch {
	case strings.TrimSpace(line) == "" || r == '.' && next == '.':
		return 0
	case next == ' ':
		if again, _ := utf8.DecodeRuneInString(line[1:]); again == r {
			return 0 // ". . ." is an omission
		}
		return n
	case strings.ContainsRune("‘’'`´", r):
		if len(line) < 80 && unicode.IsUpper(next) && !strings.ContainsAny(line, "‘’'`´") {
			return n
		}
	case unicode.IsUpper(next):
		return n
	}
	return 0
}

// lowerSameLength leaves letters as they are whose lower case has another length.
func lowerSameLength(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b.WriteByte(c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if l := unicode.ToLower(r); r != utf8.RuneError && utf8.RuneLen(l) == n {
			b.WriteRune(l)
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func (p *page) cutLines() {
	t := 0
	p.lines = make([]line, 0, strings.Count(p.text, "\n")+1)
	for start := 0; start < len(p.text); {
		end := strings.IndexByte(p.text[start:], '\n')
		if end < 0 {
			end = len(p.text)
		} else {
			end += start
		}
		l := p.describe(start, end)
		l.first = t
		for t < len(p.tokens) && p.tokens[t].Start < end {
			t++
		}
		l.last = t
		l.next = end < len(p.text)
		p.lines = append(p.lines, l)
		start = end + 1
	}
	for i := range p.lines {
		p.lines[i].next = i+1 < len(p.lines) && !p.lines[i].empty() && !p.lines[i+1].empty()
	}
}

func (p *page) describe(start, end int) line {
	whole := strings.TrimSpace(p.text[start:end])
	l := line{
		heading: len(whole) - len(strings.TrimLeft(whole, "#")),
		bold:    strings.HasPrefix(strings.TrimLeft(whole, "# "), "**"),
		rule:    len(whole) >= 3 && strings.Trim(whole, "-_=*#~ ") == "",
	}
	cut := p.plain[start:end]
	l.Start = start + len(cut) - len(strings.TrimLeft(cut, blanks))
	l.End = start + len(strings.TrimRight(cut, blanks))
	if l.rule || l.End < l.Start {
		l.Span = Span{start, start}
	}
	return l
}

// blanks are what is trimmed from lines and values.
const blanks = " \t\u00a0\u200b\ufeff"

// of returns the text of a span as written.
func (p *page) of(s Span) string { return p.text[s.Start:s.End] }

// trim takes white space from the ends of a span; one that ends before it starts is
// empty.
func (p *page) trim(s Span) Span {
	if s.End <= s.Start {
		return Span{s.Start, s.Start}
	}
	cut := p.text[s.Start:s.End]
	s.Start += len(cut) - len(strings.TrimLeftFunc(cut, unicode.IsSpace))
	if cut = strings.TrimRightFunc(p.text[s.Start:s.End], unicode.IsSpace); cut == "" {
		return Span{s.Start, s.Start}
	}
	return Span{s.Start, s.Start + len(cut)}
}

// trimOf takes the given characters and blanks from the ends of a span of plain; one
// that ends before it starts is empty.
func (p *page) trimOf(s Span, chars string) Span {
	if s.End <= s.Start {
		return Span{s.Start, s.Start}
	}
	cut := p.plain[s.Start:s.End]
	trimmed := func(r rune) bool {
		return r == '\n' || strings.ContainsRune(blanks, r) || strings.ContainsRune(chars, r)
	}
	left := strings.TrimLeftFunc(cut, trimmed)
	s.Start += len(cut) - len(left)
	s.End = s.Start + len(strings.TrimRightFunc(left, trimmed))
	return s
}

// lineOf returns the number of the line that has a token.
func (p *page) lineAt(offset int) int {
	low, high := 0, len(p.lines)
	for low < high {
		mid := (low + high) / 2
		if p.lineFrom(mid) <= offset {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low - 1
}

func (p *page) lineFrom(n int) int {
	if n == 0 {
		return 0
	}
	return strings.LastIndexByte(p.text[:p.lines[n].Start], '\n') + 1
}
