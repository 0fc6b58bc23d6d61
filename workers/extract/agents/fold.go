package agents

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// glyph is one letter or digit of a text, as far as matching looks at it.
type glyph struct {
	start, end int32  // bytes in the text
	plain      uint16 // folded: small, without marks; rn and vv are one glyph each
	skel       uint16 // plain, with letters that OCR confuses made the same
	gap        gap    // what stands before it
	upper      bool
}

// gap says what stands between two letters. The order is by strength: of several the strongest counts.
type gap uint8

const (
	gapNone     gap = iota
	gapHyphen       // a hyphen, also at the end of a line
	gapBlank        // blanks, one line break, Markdown marks
	gapDot          // a full stop, with or without blanks
	gapGenitive     // the apostrophe of 's
	gapHard         // anything else; names don't run over it
)

// Two letters that OCR reads as one: rn looks like m, vv like w. Their plain forms are private
// characters, so that "rn" and "m" differ in plain and agree in skel.
const (
	plainRN = 0xE000
	plainVV = 0xE001
)

// class says what a character does in a text.
type class uint8

const (
	classHard class = iota
	classLetter
	classIgnored // combining marks, soft hyphens, zero width
	classBlank
	classLine
	classHyphen
	classDot
	classApostrophe
	classMark // Markdown emphasis
)

// character is an entry of the table of the first 0x2000 characters.
type character struct {
	class       class
	upper       bool
	plain, skel uint16
}

var characters = func() (t [0x2000]character) {
	for r := range rune(len(t)) {
		t[r] = characterOf(r)
	}
	return t
}()

func characterOf(r rune) character {
	switch {
	case strings.ContainsRune("\u00ad\u200b\u200c\u200d\u2060\ufeff", r) || unicode.Is(unicode.Mn, r):
		return character{class: classIgnored}
	case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085':
		return character{class: classLine}
	case r == '\t' || r == '\r' || unicode.Is(unicode.Zs, r):
		return character{class: classBlank}
	case strings.ContainsRune("-\u2010\u2011", r):
		return character{class: classHyphen}
	case r == '.':
		return character{class: classDot}
	case strings.ContainsRune("'`´ʹʺʼʻʽ\u2018\u2019\u201b\u2032", r):
		return character{class: classApostrophe}
	case r == '*' || r == '_':
		return character{class: classMark}
	case !unicode.IsLetter(r) && !unicode.IsDigit(r):
		return character{class: classHard}
	}
	p := plainOf(r)
	if p == 0 {
		return character{class: classHard}
	}
	return character{class: classLetter, upper: unicode.IsUpper(r), plain: p, skel: skelOf(p)}
}

// bare are letters with a stroke, which have no decomposition.
var bare = map[rune]rune{
	'đ': 'd', 'ð': 'd', 'ł': 'l', 'ø': 'o', 'ħ': 'h', 'ı': 'i', 'ß': 's', 'æ': 'a', 'œ': 'o', 'þ': 't', 'ŧ': 't',
}

// plainOf folds one letter or digit; 0 if there is nothing left of it or it lies beyond the BMP.
func plainOf(r rune) uint16 {
	r = unicode.ToLower(r)
	if r < utf8.RuneSelf {
		return uint16(r)
	}
	if r > 0xFFFF {
		return 0
	}
	if r < 0xAC00 || r > 0xD7A3 { // Hangul syllables stay whole
		var buf [4]byte
		d := norm.NFKD.Bytes(buf[:utf8.EncodeRune(buf[:], r)])
		first, _ := utf8.DecodeRune(d)
		r = unicode.ToLower(first)
	}
	if b, ok := bare[r]; ok {
		r = b
	}
	if r > 0xFFFF || r == plainRN || r == plainVV {
		return 0
	}
	return uint16(r)
}

// looks maps letters and digits that OCR confuses to one of them: digits like letters, and Cyrillic
// letters that look like Latin ones in capitals.
var looks = map[uint16]uint16{
	'l': 'i', '1': 'i', '0': 'o',
	'а': 'a', 'в': 'b', 'е': 'e', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x',
	plainRN: 'm', plainVV: 'w',
}

func skelOf(plain uint16) uint16 {
	if s, ok := looks[plain]; ok {
		return s
	}
	return plain
}

// scan appends the glyphs of a text and a last one that stands for its end. It reads each byte once.
func scan(glyphs []glyph, text string) []glyph {
	s := scanner{glyphs: glyphs, text: text, gap: gapHard}
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case r < utf8.RuneSelf && characters[r].class == classLetter:
			s.letter(&characters[r], i, 1)
		case int(r) < len(characters):
			s.take(&characters[r], i, size)
		default:
			s.slow(r, i, size)
		}
		i += size
	}
	n := int32(len(text))
	return append(s.glyphs, glyph{start: n, end: n, gap: max(s.gap, gapHyphen)})
}

type scanner struct {
	glyphs []glyph
	text   string
	gap    gap
	lines  int // line breaks since the last letter
}

func (s *scanner) take(c *character, at, size int) {
	switch c.class {
	case classLetter:
		s.letter(c, at, size)
	case classIgnored: // belongs to the letter before it
		if n := len(s.glyphs); n > 0 && s.gap == gapNone {
			s.glyphs[n-1].end = int32(at + size)
		}
	case classBlank:
		s.blank()
	case classLine:
		s.blank()
		if s.lines++; s.lines > 1 {
			s.gap = gapHard
		}
	case classMark:
		s.gap = max(s.gap, gapBlank)
	case classHyphen:
		s.only(gapHyphen)
	case classDot:
		s.only(gapDot)
	case classApostrophe:
		s.apostrophe(at + size)
	default:
		s.gap = gapHard
	}
}

// blank widens no hyphen ("Ze-" at the end of a line) and no full stop.
func (s *scanner) blank() {
	if s.gap == gapNone {
		s.gap = gapBlank
	}
}

// only sets the gap if nothing stands between it and the letter before; a dash or an ellipsis is hard.
func (s *scanner) only(g gap) {
	if s.gap == gapNone {
		s.gap = g
	} else {
		s.gap = gapHard
	}
}

// apostrophe is ignored within a word, splits off 's at its end, and is a quotation mark elsewhere.
func (s *scanner) apostrophe(next int) {
	if s.gap != gapNone || next >= len(s.text) {
		s.gap = gapHard
		return
	}
	r, size := utf8.DecodeRuneInString(s.text[next:])
	if !unicode.IsLetter(r) {
		s.gap = gapHard
		return
	}
	after, _ := utf8.DecodeRuneInString(s.text[next+size:])
	if (r == 's' || r == 'S') && !unicode.IsLetter(after) {
		s.gap = gapGenitive
	}
}

func (s *scanner) letter(c *character, at, size int) {
	if (c.plain == 'n' || c.plain == 'v') && s.gap == gapNone && len(s.glyphs) > 0 {
		last := &s.glyphs[len(s.glyphs)-1]
		if (c.plain == 'n' && last.plain == 'r') || (c.plain == 'v' && last.plain == 'v') {
			last.plain, last.skel = plainRN, 'm'
			if c.plain == 'v' {
				last.plain, last.skel = plainVV, 'w'
			}
			last.end = int32(at + size)
			return
		}
	}
	n := len(s.glyphs)
	if n == cap(s.glyphs) {
		s.glyphs = slices.Grow(s.glyphs, max(n, 64))
	}
	s.glyphs = s.glyphs[:n+1]
	g := &s.glyphs[n] // filled in place: a glyph made elsewhere and copied takes twice the time
	g.start, g.end = int32(at), int32(at+size)
	g.plain, g.skel = c.plain, c.skel
	g.gap, g.upper = s.gap, c.upper
	s.gap, s.lines = gapNone, 0
}

// slow takes a character beyond the table; a ligature gives several letters.
func (s *scanner) slow(r rune, at, size int) {
	if r == utf8.RuneError && size == 1 {
		s.gap = gapHard
		return
	}
	if unicode.IsLetter(r) && (r < 0xAC00 || r > 0xD7A3) {
		if d := norm.NFKD.String(string(r)); utf8.RuneCountInString(d) > 1 {
			for _, part := range d {
				c := characterOf(part)
				s.take(&c, at, size)
			}
			return
		}
	}
	c := characterOf(r)
	s.take(&c, at, size)
}

// Fold returns a name as it is compared: small letters without marks, ё as е, words joined by one
// blank, hyphens, full stops and other signs as blanks, apostrophes gone. Folding twice changes nothing.
func Fold(name string) string {
	glyphs := scan(make([]glyph, 0, len(name)+1), name)
	return foldGlyphs(glyphs[:len(glyphs)-1])
}

func foldGlyphs(glyphs []glyph) string {
	out := make([]byte, 0, 2*len(glyphs))
	for i, g := range glyphs {
		if i > 0 && g.gap != gapNone {
			out = append(out, ' ')
		}
		out = appendPlain(out, g.plain)
	}
	return string(out)
}

func appendPlain(out []byte, plain uint16) []byte {
	switch plain {
	case plainRN:
		return append(out, "rn"...)
	case plainVV:
		return append(out, "vv"...)
	}
	return utf8.AppendRune(out, rune(plain))
}
