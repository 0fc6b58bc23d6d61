package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxParts of one compound: "452/1948/shs" has three. A longer chain goes on
	// as another compound.
	maxParts = 8
	// maxRunes of one part. The longest words that people write have some forty
	// letters; what is longer goes on as another part, so that nothing is lost.
	maxRunes = 64
	// maxFold is how far the blanks at a line end may reach in a word that a
	// hyphen divides, in bytes.
	maxFold = 32
)

// part is a run of letters or of figures, or one character of East Asia.
type part struct {
	// raw is what is prepared, without a possessive 's.
	raw string
	// start and end in the text, the possessive included.
	start, end int
	kind       class
	// form is raw, prepared; nil for an East Asian character.
	form *form
	// joiner stands before the part where it must be kept: between two numbers.
	// 0 elsewhere.
	joiner byte
}

// word is what a reader takes for one word: its parts and how they are joined,
// such as "Il-sung", "302/sh", "B29", "19:55"; or one East Asian character.
type word struct {
	parts [maxParts]part
	n     int
	// pair is the next character's raw text in a run of East Asian characters;
	// empty at its end.
	pair string
}

func (w *word) start() int { return w.parts[0].start }
func (w *word) end() int   { return w.parts[w.n-1].end }

// scanner cuts a text into words, in one pass.
type scanner struct {
	s  string
	at int
}

// prepare gives each part its form and drops those of which nothing is left;
// false where that is all of them.
func (w *word) prepare() bool {
	n := 0
	for i := range w.parts[:w.n] {
		p := &w.parts[i]
		if p.form = prepare(p.raw); p.form.stem == "" {
			continue
		}
		if n < i {
			w.parts[n] = *p
		}
		n++
	}
	w.n = n
	return n > 0
}

// next puts the next word into w; false at the end of the text.
func (sc *scanner) next(w *word) bool {
	for sc.at < len(sc.s) {
		w.n, w.pair = 0, ""
		r, size := decode(sc.s, sc.at)
		switch c := classOf(r); c {
		case letter, digit:
			sc.compound(w, c)
			if w.prepare() {
				return true
			}
		case ideograph:
			sc.character(w)
			return true
		case numero:
			w.add(part{raw: sc.s[sc.at : sc.at+size], start: sc.at, end: sc.at + size, kind: numero})
			sc.at += size
			return w.prepare()
		default:
			sc.at += size
		}
	}
	return false
}

func (w *word) add(p part) {
	w.parts[w.n] = p
	w.n++
}

// compound reads a word that begins with a letter or figure of class c.
func (sc *scanner) compound(w *word, c class) {
	var joiner byte
	for {
		p := sc.run(c)
		p.joiner = joiner
		w.add(p)
		if w.n == maxParts {
			return
		}
		next, kind, kept := sc.joins(w)
		if kind == other {
			return
		}
		sc.at, c, joiner = next, kind, kept
	}
}

// run reads one part of class c.
func (sc *scanner) run(c class) part {
	start, n := sc.at, 0
	for sc.at < len(sc.s) && n < maxRunes {
		if b := sc.s[sc.at]; b < utf8.RuneSelf { // most text, and quicker than below
			if ascii[b] != c {
				break
			}
			sc.at++
			n++
			continue
		}
		r, size := decode(sc.s, sc.at)
		if k := classOf(r); k != c && k != mark || r == softHyphen && lineEnd(sc.s[sc.at+size:]) > 0 {
			break
		}
		sc.at += size
		n++
	}
	p := part{raw: sc.s[start:sc.at], start: start, end: sc.at, kind: c}
	if n := possessive(sc.s[sc.at:]); c == letter && n > 0 {
		sc.at += n
		p.end = sc.at
	}
	return p
}

// possessive returns the length of an 's that ends a word at the start of s.
func possessive(s string) int {
	r, size := decode(s, 0)
	if classOf(r) != apostrophe || size >= len(s) || s[size]|0x20 != 's' {
		return 0
	}
	after, _ := decode(s, size+1)
	switch classOf(after) {
	case letter, digit, mark, apostrophe, hyphen:
		return 0
	}
	return size + 1
}

const softHyphen = '\u00ad'

// joins says whether the word goes on: where its next part begins, of what
// kind it is (other: the word has ended) and which joiner to keep.
func (sc *scanner) joins(w *word) (next int, kind class, kept byte) {
	last := &w.parts[w.n-1]
	r, size := decode(sc.s, sc.at)
	c := classOf(r)
	if c == letter || c == digit { // B29; the same class again is a word that was too long
		if c == last.kind {
			return 0, other, 0
		}
		return sc.at, c, 0
	}
	next = sc.at + size
	after, afterSize := decode(sc.s, next)
	kind = classOf(after)
	if n := lineEnd(sc.s[next:]); n > 0 && (c == hyphen || r == softHyphen) {
		return sc.divided(last, next+n)
	}
	if kind != letter && kind != digit {
		return 0, other, 0
	}
	if c == other {
		if narrow(r) && w.thousands() && threeFigures(sc.s[next:]) {
			return next, digit, 0
		}
		return 0, other, 0
	}
	letters, digits := last.kind == letter && kind == letter, last.kind == digit && kind == digit
	switch c {
	case apostrophe:
		if !letters {
			return 0, other, 0
		}
	case hyphen:
		kept = '-'
	case dash: // a range of numbers; between words it divides clauses
		if !digits {
			return 0, other, 0
		}
		kept = '-'
	case slash: // a register number; "and/or" is two words
		if letters {
			return 0, other, 0
		}
		kept = '/'
	case stop: // 13.6.51, 19:55, and U.S.S.R.
		if !digits && (r != '.' || !letters || !single(last.raw) || !singleAt(sc.s, next, afterSize)) {
			return 0, other, 0
		}
		kept = byte(r)
	default:
		return 0, other, 0
	}
	if !digits {
		kept = 0
	}
	return next, kind, kept
}

// narrow says whether r may part the thousands of a number.
func narrow(r rune) bool {
	return r == ' ' || r == '\u00a0' || r == '\u2009' || r == '\u202f'
}

// thousands says whether the word is so far the beginning of a number such as 22 973.
func (w *word) thousands() bool {
	last := &w.parts[w.n-1]
	if last.kind != digit || len(last.raw) > 3 {
		return false
	}
	return w.n == 1 || w.parts[w.n-2].kind == digit && last.joiner == 0
}

// threeFigures says whether s begins with three figures and no further one or letter.
func threeFigures(s string) bool {
	for i := range 3 {
		if i >= len(s) || s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	r, _ := decode(s, 3)
	c := classOf(r)
	return c != digit && c != letter
}

// divided joins the two halves of a word that a hyphen divides at the end of a
// line. Letters of the same case go on; Il-/Sung is two words.
func (sc *scanner) divided(last *part, next int) (int, class, byte) {
	r, _ := decode(sc.s, next)
	before, _ := utf8.DecodeLastRuneInString(last.raw)
	if last.kind != letter || classOf(r) != letter || unicode.IsUpper(before) != unicode.IsUpper(r) {
		return 0, other, 0
	}
	return next, letter, 0
}

// lineEnd returns the length of the one line end, with blanks around it, at the
// start of s; 0 where there is none.
func lineEnd(s string) int {
	s = s[:min(len(s), maxFold)]
	ends := 0
	for i := range len(s) {
		switch s[i] {
		case '\n':
			ends++
		case ' ', '\t', '\r':
		default:
			if ends == 1 {
				return i
			}
			return 0
		}
	}
	return 0
}

func single(raw string) bool {
	return utf8.RuneCountInString(raw) == 1
}

// singleAt says whether the letter of this size at s[at] stands alone.
func singleAt(s string, at, size int) bool {
	r, _ := decode(s, at+size)
	c := classOf(r)
	return c != letter && c != digit && c != mark && c != apostrophe && c != hyphen
}

// character reads one East Asian character and looks at the next.
func (sc *scanner) character(w *word) {
	n := characterLen(sc.s[sc.at:])
	p := part{raw: sc.s[sc.at : sc.at+n], start: sc.at, end: sc.at + n, kind: ideograph}
	sc.at = p.end
	w.add(p)
	if r, _ := decode(sc.s, sc.at); classOf(r) == ideograph {
		w.pair = sc.s[sc.at : sc.at+characterLen(sc.s[sc.at:])]
	}
}

// characterLen returns how many bytes make up one character: usually one rune,
// more where a voice mark follows or Korean comes in its single sounds.
func characterLen(s string) int {
	r, size := decode(s, 0)
	if fast := r < 0x1100 || 0x4e00 <= r && r < 0xac00; fast {
		if after, _ := decode(s, size); after < 0x300 || 0x4e00 <= after && after < 0xac00 {
			return size
		}
	}
	return max(size, norm.NFKC.NextBoundaryInString(s, true))
}

// decode returns the rune at s[at]; at the end a rune that ends every word.
func decode(s string, at int) (rune, int) {
	if at >= len(s) {
		return '\n', 0
	}
	b := s[at]
	if b < utf8.RuneSelf {
		return rune(b), 1
	}
	if b&^1 == 0xd0 && at+1 < len(s) && s[at+1]&0xc0 == 0x80 { // Russian, quicker than below
		return rune(b&1)<<6 | rune(s[at+1]&0x3f) | 0x400, 2
	}
	return utf8.DecodeRuneInString(s[at:])
}
