//go:build tesseract

package main

import (
	"strings"
	"unicode"
)

// Letters of the Latin and Cyrillic scripts that look the same in print, in pairs. Those
// that only resemble each other (Latin u and Cyrillic и) are left out: to change them would
// be to guess.
const (
	latinTwins    = "ABCEHIKMOPSTXYaceiopsxy"
	cyrillicTwins = "АВСЕНІКМОРЅТХУасеіорѕху"
)

var toCyrillic, toLatin = twins()

func twins() (toCyrillic, toLatin map[rune]rune) {
	toCyrillic, toLatin = map[rune]rune{}, map[rune]rune{}
	cyrillic := []rune(cyrillicTwins)
	for i, latin := range []rune(latinTwins) {
		toLatin[cyrillic[i]] = latin
		// І and Ѕ are not Russian: what reads as one of them there is Latin.
		if !strings.ContainsRune("ІіЅѕ", cyrillic[i]) {
			toCyrillic[latin] = cyrillic[i]
		}
	}
	return toCyrillic, toLatin
}

// scriptLetters counts those of a word by script, and of these the ones without a twin in the
// other script, which tell what the word is.
type scriptLetters struct{ latin, cyrillic, onlyLatin, onlyCyrillic int }

func lettersByScript(word string) (n scriptLetters) {
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Latin, r):
			n.latin++
			if _, twin := toCyrillic[r]; !twin {
				n.onlyLatin++
			}
		case unicode.Is(unicode.Cyrillic, r):
			n.cyrillic++
			if _, twin := toLatin[r]; !twin {
				n.onlyCyrillic++
			}
		}
	}
	return n
}

// unmix gives words that were read in two scripts the letters of one: a word with letters
// that only one script has is of that script, if each of its other letters has a twin
// there. A word of twins alone ("CCCP") is taken for what its line is. What remains
// undecided stays as it was read.
func unmix(words []found) {
	for from := 0; from < len(words); {
		to := from + 1
		for to < len(words) && sameLine(words[from], words[to]) {
			to++
		}
		unmixLine(words[from:to])
		from = to
	}
}

func unmixLine(line []found) {
	var sum scriptLetters
	for _, w := range line {
		n := lettersByScript(w.text)
		sum.onlyLatin += n.onlyLatin
		sum.onlyCyrillic += n.onlyCyrillic
	}
	for i := range line {
		line[i].text = unmixed(line[i].text, sum)
	}
}

// unmixed is a word in one script; around is what its line has.
func unmixed(word string, around scriptLetters) string {
	n := lettersByScript(word)
	twinsOnly := n.onlyLatin == 0 && n.onlyCyrillic == 0
	switch {
	case n.onlyCyrillic > 0 && n.onlyLatin == 0 && n.latin > 0:
		return inScript(word, toCyrillic)
	case n.onlyLatin > 0 && n.onlyCyrillic == 0 && n.cyrillic > 0:
		return inScript(word, toLatin)
	case !twinsOnly || roman(word):
		return word
	case n.latin > 0 && around.onlyCyrillic > 0 && around.onlyLatin == 0:
		return inScript(word, toCyrillic)
	case n.cyrillic > 0 && around.onlyLatin > 0 && around.onlyCyrillic == 0:
		return inScript(word, toLatin)
	}
	return word
}

func inScript(word string, to map[rune]rune) string {
	return strings.Map(func(r rune) rune {
		if twin, ok := to[r]; ok {
			return twin
		}
		return r
	}, word)
}

// roman tells that a word may be a number in Latin letters, which Russian text has too.
func roman(word string) bool {
	digits := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
	return digits != "" && strings.Trim(digits, "IVXLCDM") == ""
}
