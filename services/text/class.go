package text

import (
	"unicode"
	"unicode/utf8"
)

// class is what a character does to the words around it.
type class uint8

const (
	other      class = iota // ends a word
	letter                  // of a script that puts something between its words
	digit                   // any figure
	ideograph               // of a script without blanks: Chinese, Japanese, Korean
	mark                    // stands on the character before, or cannot be seen
	numero                  // №, a word of its own
	apostrophe              // the rest can join two words, see joins
	hyphen
	dash
	slash
	stop // full stop, comma, colon
)

var ascii = func() (t [utf8.RuneSelf]class) {
	for b := range t {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z':
			t[b] = letter
		case '0' <= b && b <= '9':
			t[b] = digit
		}
	}
	t['\''], t['`'] = apostrophe, apostrophe
	t['-'], t['/'] = hyphen, slash
	t['.'], t[','], t[':'] = stop, stop, stop
	return t
}()

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		return ascii[r]
	case 0x0400 <= r && r <= 0x0481, 0x048a <= r && r <= 0x052f:
		return letter
	case 0x4e00 <= r && r <= 0x9fff, 0xac00 <= r && r <= 0xd7a3, 0x3041 <= r && r <= 0x3096, 0x30a1 <= r && r <= 0x30fa:
		return ideograph
	}
	return rareClass(r)
}

// rareClass is classOf for everything but ASCII, Cyrillic and the usual
// characters of East Asia.
func rareClass(r rune) class {
	switch r {
	case '№':
		return numero
	case '’', '‘', '‛', 'ʼ', 'ʹ', 'ʻ', 'ʽ', '′', '´':
		return apostrophe
	case '‐', '‑':
		return hyphen
	case '‒', '–', '—', '―', '−':
		return dash
	case '\u200b', '\u034f': // a place to break a line is where a word ends
		return other
	}
	switch {
	case r >= 0x1100 && eastAsian(r):
		return ideograph
	case unicode.IsLetter(r), unicode.Is(unicode.Nl, r):
		return letter
	case unicode.IsNumber(r):
		return digit
	case unicode.IsMark(r), unicode.Is(unicode.Cf, r):
		return mark
	}
	return other
}

// eastAsian says whether r is written without blanks. The long vowel mark and
// the narrow voice marks belong to no single script and are kana all the same.
func eastAsian(r rune) bool {
	switch r {
	case 'ー', 'ｰ', 'ﾞ', 'ﾟ':
		return true
	}
	return (unicode.IsLetter(r) || unicode.IsNumber(r)) &&
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)
}
