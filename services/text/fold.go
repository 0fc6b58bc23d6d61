package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s in the one spelling under which texts are compared: NFKC, in
// small letters, without accents, with ё as е, one kind of quotation mark and
// of dash, without marks that cannot be seen, and with Latin and Cyrillic
// look-alikes settled within each word. й stays a letter of its own. Blanks and
// line ends stay as they are. The result is UTF-8, bytes that are none become
// U+FFFD, and folding it again changes nothing.
func Fold(s string) string {
	folded := string(appendFolded(make([]byte, 0, len(s)+8), s))
	// A mark that was dropped may have kept two characters apart that compose:
	// rare, and then once more over what is now plain text.
	if !simple(folded) && !norm.NFKC.IsNormalString(folded) {
		folded = string(appendFolded(nil, folded))
	}
	return folded
}

// appendFolded appends the folded text to dst.
func appendFolded(dst []byte, s string) []byte {
	if !simple(s) && !norm.NFKC.IsNormalString(s) {
		s = norm.NFKC.String(s)
	}
	from := len(dst)
	for _, r := range s {
		dst = appendRune(dst, r)
	}
	return settle(dst, from)
}

// simple says quickly of nearly every text that it is in NFKC: all ASCII or one
// of the 128 Cyrillic letters from U+0400, whose lead bytes are D0 and D1.
func simple(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < utf8.RuneSelf {
			continue
		}
		if s[i]|1 != 0xd1 || i+1 == len(s) || s[i+1]&0xc0 != 0x80 {
			return false
		}
		i++
	}
	return true
}

// plain holds letters that have no decomposition and still are written with others, and
// signs of which one is enough. Keys are small letters.
var plain = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l",
	'ħ': "h", 'ı': "i", 'ŋ': "ng", 'ς': "σ",

	'‘': "'", '’': "'", '‚': "'", '‛': "'", '‹': "'", '›': "'", 'ʼ': "'", 'ʹ': "'", '′': "'", 'ʻ': "'", 'ʽ': "'", '`': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '«': `"`, '»': `"`, '「': `"`, '」': `"`, '『': `"`, '』': `"`, '《': `"`, '》': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '⸺': "-", '⸻': "-", '⁃': "-",
	'⁄': "/", '\u200b': " ",
}

// appendRune appends one folded rune of a text in NFKC.
func appendRune(dst []byte, r rune) []byte {
	switch {
	case r == '`':
		return append(dst, '\'')
	case r < utf8.RuneSelf:
		return append(dst, lower[r])
	case 'А' <= r && r <= 'Я':
		return utf8.AppendRune(dst, r+'а'-'А')
	case 'а' <= r && r <= 'я':
		return utf8.AppendRune(dst, r)
	case r == 'ё' || r == 'Ё':
		return utf8.AppendRune(dst, 'е')
	}
	return appendRare(dst, r)
}

// appendRare is appendRune for what is neither ASCII nor Russian.
func appendRare(dst []byte, r rune) []byte {
	r = unicode.ToLower(r)
	if p, ok := plain[r]; ok {
		return append(dst, p...)
	}
	if invisible(r) {
		return dst
	}
	if unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) {
		r = base(r)
		if p, ok := plain[r]; ok {
			return append(dst, p...)
		}
	}
	return utf8.AppendRune(dst, r)
}

// base returns the letter without its accents. й is a letter, not an accented и.
func base(r rune) rune {
	if r == 'й' {
		return r
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	if d := norm.NFD.Properties(buf[:n]).Decomposition(); len(d) > 0 {
		r, _ = utf8.DecodeRune(d)
	}
	return r
}

// marks of alphabets that can be read without them: accents, Hebrew and Arabic
// points, titlo, variation selectors. The vowel signs of Indic scripts, which
// are marks too, are part of their words and stay.
var marks = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0300, Hi: 0x036f, Stride: 1},
		{Lo: 0x0483, Hi: 0x0489, Stride: 1},
		{Lo: 0x0591, Hi: 0x05bd, Stride: 1},
		{Lo: 0x05bf, Hi: 0x05bf, Stride: 1},
		{Lo: 0x05c1, Hi: 0x05c2, Stride: 1},
		{Lo: 0x05c4, Hi: 0x05c5, Stride: 1},
		{Lo: 0x05c7, Hi: 0x05c7, Stride: 1},
		{Lo: 0x064b, Hi: 0x065f, Stride: 1},
		{Lo: 0x0670, Hi: 0x0670, Stride: 1},
		{Lo: 0x1ab0, Hi: 0x1aff, Stride: 1},
		{Lo: 0x1dc0, Hi: 0x1dff, Stride: 1},
		{Lo: 0x20d0, Hi: 0x20ff, Stride: 1},
		{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1},
		{Lo: 0xfe20, Hi: 0xfe2f, Stride: 1},
	},
}

// invisible says that nothing is lost without r: accents and the characters
// that steer direction, joining and hyphenation.
func invisible(r rune) bool {
	return unicode.Is(marks, r) || unicode.Is(unicode.Cf, r)
}

// lower holds ASCII in small letters.
var lower = func() (t [utf8.RuneSelf]byte) {
	for i := range t {
		t[i] = byte(unicode.ToLower(rune(i))) // below 128 for every index
	}
	return t
}()
