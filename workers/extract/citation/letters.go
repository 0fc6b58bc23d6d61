package citation

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// looks gives, for Cyrillic а to я, the Latin letter that its capital looks
// like. Scans, keyboards and OCR mix the two, so names are compared by looks.
var looks = [32]byte{
	0: 'a', 'в' - 'а': 'b', 'е' - 'а': 'e', 'к' - 'а': 'k', 'м' - 'а': 'm', 'н' - 'а': 'h',
	'о' - 'а': 'o', 'р' - 'а': 'p', 'с' - 'а': 'c', 'т' - 'а': 't', 'у' - 'а': 'y', 'х' - 'а': 'x',
}

// fold gives the lower case of r, and for a Cyrillic letter the Latin one that
// it looks like, if any.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	if 'А' <= r && r <= 'Я' {
		r += 'а' - 'А'
	} else if r < 'а' || r > 'я' {
		r = unicode.ToLower(r)
	}
	switch {
	case 'а' <= r && r <= 'я':
		if l := looks[r-'а']; l != 0 {
			return rune(l)
		}
	case r == 'ё':
		return 'e'
	case r == 'і':
		return 'i'
	}
	return r
}

// skeleton appends the folded letters of s to dst.
func skeleton(dst []byte, s string) []byte {
	for _, r := range s {
		dst = utf8.AppendRune(dst, fold(r))
	}
	return dst
}

// scripts tells which alphabets the letters of s belong to.
func scripts(s string) (latin, cyrillic bool) {
	for _, r := range s {
		switch {
		case isCyrillic(r):
			cyrillic = true
		case unicode.IsLetter(r):
			latin = true
		}
	}
	return latin, cyrillic
}

func isCyrillic(r rune) bool { return 0x400 <= r && r <= 0x52f }

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isASCIILetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// isLetter is unicode.IsLetter with a short way for the alphabets that occur.
func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return isCyrillic(r) && (r < 0x483 || r > 0x489) || unicode.IsLetter(r)
}

// latin gives the Latin spelling of the Cyrillic letters that numbers of fonds,
// opisi and listy bear. л stays: after a figure a Latin l is a misread 1.
var latin = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i",
	'й': "y", 'к': "k", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ы': "y", 'э': "e",
	'ю': "yu", 'я': "ya", 'і': "i",
}

// cyrillic is latin turned round, for the letters that come back the same.
var cyrillic = map[rune]rune{
	'a': 'а', 'b': 'б', 'v': 'в', 'g': 'г', 'd': 'д', 'e': 'е', 'z': 'з', 'i': 'и', 'k': 'к',
	'm': 'м', 'n': 'н', 'o': 'о', 'p': 'п', 'r': 'р', 's': 'с', 't': 'т', 'u': 'у', 'f': 'ф',
}

// toLatin spells s in lower-case Latin letters.
func toLatin(s string) string {
	var b strings.Builder
	for _, r := range s {
		r = unicode.ToLower(r)
		if l, ok := latin[r]; ok {
			b.WriteString(l)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// toCyrillic spells a number such as R-4459 or 59a as a Russian would write it.
func toCyrillic(s string) string {
	return strings.Map(func(r rune) rune {
		c, ok := cyrillic[unicode.ToLower(r)]
		if !ok {
			return r
		}
		if unicode.IsUpper(r) {
			return unicode.ToUpper(c)
		}
		return c
	}, s)
}

// text is an input with the steps that readers of it share. Steps take a byte
// offset and give the offset after what they have read.
type text string

func (t text) rune(i int) (rune, int) {
	if i < len(t) && t[i] < utf8.RuneSelf {
		return rune(t[i]), 1
	}
	if i >= len(t) {
		return utf8.RuneError, 0
	}
	return utf8.DecodeRuneInString(string(t[i:]))
}

func (t text) before(i int) (rune, int) { return utf8.DecodeLastRuneInString(string(t[:i])) }

func (t text) is(i int, b byte) bool { return i < len(t) && t[i] == b }

func (t text) digit(i int) bool { return i < len(t) && isDigit(t[i]) }

func (t text) letter(i int) bool {
	r, n := t.rune(i)
	return n > 0 && isLetter(r)
}

// letters gives the end of the run of letters at i.
func (t text) letters(i int) int {
	for i < len(t) {
		if t[i] < utf8.RuneSelf {
			if !isASCIILetter(t[i]) {
				break
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(string(t[i:]))
		if !isLetter(r) {
			break
		}
		i += n
	}
	return i
}

// open tells whether a word may begin at i: no letter or digit stands before.
func (t text) open(i int) bool {
	r, n := t.before(i)
	return n == 0 || !isLetter(r) && !unicode.IsDigit(r)
}

// closed tells whether a word may end at i.
func (t text) closed(i int) bool {
	r, n := t.rune(i)
	return n == 0 || !isLetter(r) && !unicode.IsDigit(r)
}

const (
	// maxBlanks is how many blanks may stand between two parts of one citation;
	// more mean columns of a table.
	maxBlanks = 24
	// maxBreaks is how many line breaks may stand there: texts taken from PDF
	// have an empty line after every line.
	maxBreaks = 2
)

// blanks gives the end of the blanks at i, or i where there are too many.
func (t text) blanks(i int) int {
	j, breaks := i, 0
	for n := 0; j < len(t) && n <= maxBlanks; n++ {
		r, size := t.rune(j)
		if !unicode.IsSpace(r) && r != '\u200b' && r != '\u2060' && r != '\ufeff' {
			return j
		}
		if r == '\n' {
			if breaks++; breaks > maxBreaks {
				return i
			}
		}
		j += size
	}
	if j < len(t) {
		return i
	}
	return j
}

func isDash(r rune) bool {
	return r == '-' || 0x2010 <= r && r <= 0x2015 || r == 0x2212 || r == 0x2043 || r == 0xfe63 || r == 0xff0d
}

// dash gives the end of one dash, or of two in a row, at i.
func (t text) dash(i int) int {
	for range 2 {
		r, n := t.rune(i)
		if !isDash(r) {
			break
		}
		i += n
	}
	return i
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', '’', '‘', 'ʹ', 'ʼ', '´', '′':
		return true
	}
	return false
}
