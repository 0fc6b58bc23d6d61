//go:build tesseract

package main

import (
	"unicode"
	"unicode/utf8"
)

// Thresholds on a reading, from the set of 98 images that they were chosen on:
// text that stands has a mean confidence of 0.61 or more, however bad the
// page; the same text upside down or on its side had 0.26 to 0.37.
const (
	poor    = 0.55 // below this other turns are tried
	sure    = 60.0 // a word of this confidence counts for a turn
	legible = 50.0 // a page with no word of this confidence has no text
)

// quality is the mean confidence of a reading, 0 to 1, weighted by length.
func quality(words []found) float64 {
	var sum, weight float64
	for _, w := range words {
		n := float64(utf8.RuneCountInString(w.text))
		sum += n * w.confidence / 100
		weight += n
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}

// sureLetters counts letters and digits in words that Tesseract is sure of.
// Between two turns of a page the one with more of them is the right one.
func sureLetters(words []found, confidence float64) int {
	n := 0
	for _, w := range words {
		if w.confidence < confidence {
			continue
		}
		for _, r := range w.text {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				n++
			}
		}
	}
	return n
}

// lieQuarters gives the clockwise quarters that set upright a text which lies
// on its side and was read all the same: Tesseract turns such blocks by itself
// and says nothing of it. The boxes do: words stand taller than wide, and a line
// runs down (turned clockwise) or up.
func lieQuarters(words []found) int {
	lying, down := 0, 0
	for i, w := range words {
		if utf8.RuneCountInString(w.text) >= 3 {
			width, height := w.box.right-w.box.left, w.box.bottom-w.box.top
			if 2*height > 3*width {
				lying++
			} else {
				lying--
			}
		}
		if i > 0 && sameLine(words[i-1], w) {
			switch {
			case w.box.top > words[i-1].box.top:
				down++
			case w.box.top < words[i-1].box.top:
				down--
			}
		}
	}
	switch {
	case lying <= 0:
		return 0
	case down >= 0:
		return 3
	default:
		return 1
	}
}

func sameLine(a, b found) bool {
	return a.block == b.block && a.paragraph == b.paragraph && a.line == b.line
}
