//go:build tesseract

package main

import (
	"strings"
	"testing"
)

// The words are written with the letters that the comments name: in print they look alike.
func TestUnmix(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"Latin o and c among Cyrillic letters":  {"Mосква cлушает", "Москва слушает"},
		"Cyrillic о among Latin letters":        {"Mоscow calling", "Moscow calling"},
		"a word of twins in a Russian line":     {"граждане CCCP", "граждане СССР"},
		"a word of twins in an English line":    {"the ТОР floor", "the TOP floor"},
		"a Roman number in a Russian line":      {"съезд XX партии", "съезд XX партии"},
		"a Roman number with Cyrillic letters":  {"глава ХVI книги", "глава XVI книги"},
		"a word of both languages":              {"the СССР и USA", "the СССР и USA"},
		"a letter that has no twin":             {"Rюrik", "Rюrik"},
		"numbers and signs":                     {"№ 4117 от 5/V", "№ 4117 от 5/V"},
		"an English word in a Russian line":     {"слово word здесь", "слово word здесь"},
		"Ukrainian і is not made of a Latin i ": {"слiва", "слiва"},
	} {
		t.Run(name, func(t *testing.T) {
			var words []found
			for w := range strings.FieldsSeq(c.line) {
				words = append(words, found{text: w})
			}
			unmix(words)
			var got []string
			for _, w := range words {
				got = append(got, w.text)
			}
			if joined := strings.Join(got, " "); joined != c.want {
				t.Errorf("got %+q, want %+q", joined, c.want)
			}
		})
	}
}

// A line is judged by itself: the next one may be in another language.
func TestUnmixLineByLine(t *testing.T) {
	words := []found{{text: "граждане", line: 1}, {text: "CCCP", line: 1}, {text: "the", line: 2}, {text: "TOP", line: 2}}
	unmix(words)
	if words[1].text != "СССР" || words[3].text != "TOP" {
		t.Errorf("got %+q and %+q", words[1].text, words[3].text)
	}
}
