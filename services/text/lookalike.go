package text

import (
	"unicode"
	"unicode/utf8"
)

// Letters, small, whose capitals or small forms are drawn alike in Latin and
// Cyrillic. Keyed by the small letter so that folding twice changes nothing.
var (
	toCyrillic = map[rune]rune{
		'a': 'а', 'b': 'в', 'c': 'с', 'e': 'е', 'h': 'н', 'i': 'і', 'j': 'ј', 'k': 'к',
		'm': 'м', 'o': 'о', 'p': 'р', 's': 'ѕ', 't': 'т', 'x': 'х', 'y': 'у',
	}
	toLatin = func() map[rune]rune {
		m := make(map[rune]rune, len(toCyrillic))
		for latin, cyrillic := range toCyrillic {
			m[cyrillic] = latin
		}
		return m
	}()
)

// settle goes through the folded text dst[from:] and writes each word that
// mixes Latin and Cyrillic in the script of its majority, as far as
// look-alikes allow. A word is a run of letters.
func settle(dst []byte, from int) []byte {
	if !mixed(dst[from:]) {
		return dst
	}
	src := string(dst[from:])
	dst = dst[:from]
	for len(src) > 0 {
		n := letterRun(src)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(src)
			dst = append(dst, src[:n]...)
		} else {
			dst = settleWord(dst, src[:n])
		}
		src = src[n:]
	}
	return dst
}

// mixed says quickly whether letters of both scripts occur that have doubles.
// The lead bytes D0 to D3 begin U+0400 to U+04FF.
func mixed[T string | []byte](s T) bool {
	var latin, cyrillic bool
	for i := range len(s) {
		c := s[i]
		latin = latin || 'a' <= c && c <= 'z'
		cyrillic = cyrillic || 0xd0 <= c && c <= 0xd3
	}
	return latin && cyrillic
}

// letterRun returns the length in bytes of the letters at the start of s.
func letterRun(s string) int {
	for i, r := range s {
		if classOf(r) != letter && !unicode.IsLetter(r) {
			return i
		}
	}
	return len(s)
}

// settleWord appends one word in the script of its majority. Letters that exist
// in one script only decide; where they balance, all letters count; where these
// balance too it is Cyrillic, because the letters of an English word seldom all
// have a Cyrillic double.
func settleWord(dst []byte, word string) []byte {
	if !mixed(word) {
		return append(dst, word...)
	}
	var latin, cyrillic, onlyLatin, onlyCyrillic int
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin++
			if toCyrillic[r] == 0 {
				onlyLatin++
			}
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
			if toLatin[r] == 0 {
				onlyCyrillic++
			}
		}
	}
	doubles := toCyrillic
	if onlyLatin > onlyCyrillic || onlyLatin == onlyCyrillic && latin > cyrillic {
		doubles = toLatin
	}
	for _, r := range word {
		if d := doubles[r]; d != 0 {
			r = d
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
