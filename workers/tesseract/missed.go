//go:build tesseract

package main

import (
	"cmp"
	"slices"
)

// Size of a mark that could be a letter, or some that touch, against the middle height
// of the words that were read.
const (
	lowLetter  = 0.4 // an x against a word with tall letters: 0.6
	tallLetter = 2.0
	longWord   = 20 // times as wide as high
)

// missed is the share of a page's marks, those that could be letters, which stand under
// no word, 0 to 1, weighted by width. A shadow in which nothing was read makes it large
// while all that was read is sure.
func missed(marks []rect, words []found) float64 {
	if len(words) == 0 {
		return min(float64(len(marks)), 1)
	}
	all, lost := 0, 0
	eachLetter(marks, words, func(m rect, read bool) {
		all += m.right - m.left
		if !read {
			lost += m.right - m.left
		}
	})
	if all == 0 {
		return 0
	}
	return float64(lost) / float64(all)
}

// unread gives the marks that could be letters and stand under no word.
func unread(marks []rect, words []found) []rect {
	var out []rect
	eachLetter(marks, words, func(m rect, read bool) {
		if !read {
			out = append(out, m)
		}
	})
	return out
}

// eachLetter calls told for each mark that could be a letter, or some that touch, and says
// whether it stands under one of the words, of which there is at least one.
func eachLetter(marks []rect, words []found, told func(m rect, read bool)) {
	height := float64(cmp.Or(middleHeight(words), words[len(words)/2].box.bottom-words[len(words)/2].box.top))
	near := int(height / 4)
	byTop := slices.SortedFunc(slices.Values(words), func(a, b found) int { return cmp.Compare(a.box.top, b.box.top) })
	tallest := 0
	for _, w := range words {
		tallest = max(tallest, w.box.bottom-w.box.top)
	}
	for _, m := range marks {
		w, h := m.right-m.left, m.bottom-m.top
		if float64(h) < lowLetter*height || float64(h) > tallLetter*height || w > longWord*h {
			continue
		}
		from, _ := slices.BinarySearchFunc(byTop, (m.top+m.bottom)/2-tallest-near, func(w found, top int) int {
			return cmp.Compare(w.box.top, top)
		})
		told(m, underWord(m, byTop[from:], near))
	}
}

// underWord says that the middle of a mark stands in the box of a word, or near it. The
// words come from the top of the page down.
func underWord(m rect, words []found, near int) bool {
	x, y := m.middle()
	for _, w := range words {
		if w.box.top-near > y {
			break
		}
		if x >= w.box.left-near && x <= w.box.right+near && y >= w.box.top-near && y <= w.box.bottom+near {
			return true
		}
	}
	return false
}

// placesOf gives a survey's marks in the picture as it is recognised, after it was set
// level.
func (a *attempt) placesOf(s *survey) []rect {
	out := make([]rect, len(s.marks))
	for i, m := range s.marks {
		b := m.bounds.times(float64(s.factor))
		if a.levelled != 0 {
			b = turnedBox(b, a.part.right, a.part.bottom, a.levelled)
		}
		out[i] = b
	}
	return out
}
