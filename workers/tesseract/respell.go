//go:build tesseract

package main

import "strings"

// quotes are two apostrophes that are one quotation mark, which is how small type reads.
var quotes = strings.NewReplacer("''", `"`, "’’", "”", "‘‘", "“")

// respell mends, in place, what the models mistake for what looks alike: letters of another
// script within a word, and quotation marks.
func (a *attempt) respell(words []found) {
	before := make([]string, len(words))
	for i, w := range words {
		before[i] = w.text
		words[i].text = quotes.Replace(w.text)
	}
	unmix(words)
	n := 0
	for i, w := range words {
		if w.text != before[i] {
			n++
		}
	}
	if n > 0 {
		a.step("respell", "%d words", n)
	}
}
