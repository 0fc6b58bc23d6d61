//go:build tesseract

package main

import (
	"slices"
	"unicode"
	"unicode/utf8"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// verdict is what the words of a pass tell of it, cheaply.
type verdict struct {
	confidence float64 // mean, 0 to 1, weighted by length
	doubtful   float64 // share of words below the judge's confidence, 0 to 1
	missed     float64 // share of the page's marks that were not read, 0 to 1
	height     int     // of the middle word of three letters or more, in pixels; 0 for none
}

// judge looks at the words of a pass, and at what marks there are.
func judge(words []found, marks []rect, by *fondsv1.Judge) verdict {
	v := verdict{confidence: quality(words), missed: missed(marks, words), height: middleHeight(words)}
	doubtful := 0
	for _, w := range words {
		if w.confidence < 100*by.GetWordConfidence() {
			doubtful++
		}
	}
	if len(words) > 0 {
		v.doubtful = float64(doubtful) / float64(len(words))
	}
	return v
}

// good says that the page need not be read again.
func (v verdict) good(by *fondsv1.Judge) bool {
	return v.confidence >= by.GetPageConfidence() && v.doubtful <= by.GetDoubtful() && !v.misses(by)
}

// misses says that lines were lost, however sure the others are.
func (v verdict) misses(by *fondsv1.Judge) bool {
	return by.GetMissed() > 0 && v.missed > by.GetMissed()
}

// middleHeight is the height of the middle word of those with three letters or more.
func middleHeight(words []found) int {
	var heights []int
	for _, w := range words {
		if utf8.RuneCountInString(w.text) >= 3 {
			heights = append(heights, w.box.bottom-w.box.top)
		}
	}
	if len(heights) == 0 {
		return 0
	}
	slices.Sort(heights)
	return heights[len(heights)/2]
}

// trust is the letters of a pass, each weighted by how far it lies above mere noise:
// of two passes over a page the one with more of it found more of the text.
func trust(words []found) float64 {
	const noise = 40 // what handwriting and stains read as text get, out of 100
	sum := 0.0
	for _, w := range words {
		if w.confidence > noise {
			sum += float64(utf8.RuneCountInString(w.text)) * (w.confidence - noise)
		}
	}
	return sum
}

// Scribble, in confidences out of 100: what a line of type never falls to as a whole,
// and what one of its words reaches.
const (
	scribbleLine = 50
	scribbleWord = 60
	scribbleSign = 40 // a word of signs below this is a speck or a stroke
)

// partScribble takes out what marks on a page that are not type are read as: lines
// of handwriting, stamps and stains, and lone signs. It gives the places of the lines.
// A page of which nothing else would be left is left as it is.
func partScribble(words []found) (kept []found, places []rect) {
	for paragraph := range byParagraph(words) {
		// A short last line of a paragraph that reads well is type, however poor.
		reads := 100*quality(paragraph) >= scribbleWord
		for line := range byLine(paragraph) {
			if !reads && scribbled(line) {
				var place rect
				for _, w := range line {
					place = place.join(w.box)
				}
				places = append(places, place)
				continue
			}
			for _, w := range line {
				if w.confidence >= scribbleSign || !mostlySigns(w.text) {
					kept = append(kept, w)
				}
			}
		}
	}
	if len(kept) == 0 {
		return words, nil
	}
	return kept, places
}

// scribbled says that a line is not type: poor as a whole, with no word to stand for it.
func scribbled(line []found) bool {
	if 100*quality(line) >= scribbleLine {
		return false
	}
	for _, w := range line {
		if w.confidence >= scribbleWord && letters(w.text) >= 2 {
			return false
		}
	}
	return true
}

// mostlySigns says that at most half of a word is letters and digits.
func mostlySigns(text string) bool {
	alike := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			alike++
		}
	}
	return 2*alike <= utf8.RuneCountInString(text)
}

// letters counts the letters of a word.
func letters(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}
