//go:build tesseract

package main

import (
	"cmp"
	"iter"
	"slices"
)

// byLine gives the words of a pass line by line.
func byLine(words []found) iter.Seq[[]found] { return runsOf(words, sameLine) }

// byParagraph gives the words of a pass paragraph by paragraph.
func byParagraph(words []found) iter.Seq[[]found] {
	return runsOf(words, func(a, b found) bool { return a.block == b.block && a.paragraph == b.paragraph })
}

// runsOf parts words where two that follow each other do not belong together.
func runsOf[W any](words []W, together func(a, b W) bool) iter.Seq[[]W] {
	return func(yield func([]W) bool) {
		from := 0
		for i := range words {
			if i > from && !together(words[i-1], words[i]) {
				if !yield(words[from:i]) {
					return
				}
				from = i
			}
		}
		if from < len(words) {
			yield(words[from:])
		}
	}
}

// span is the words from first to last, both included, of one line.
type span struct{ first, last int }

// aligned ties the words of one pass to those of another by their boxes.
type aligned struct {
	spans map[int]span // by the number of the word; of the other pass's words
}

// align finds for each of words the words of one line of base that stand where it does.
func align(base, words []found) aligned {
	out := aligned{map[int]span{}}
	byTop := make([]int, len(base))
	tallest := 0
	for i, b := range base {
		byTop[i] = i
		tallest = max(tallest, b.box.bottom-b.box.top)
	}
	slices.SortStableFunc(byTop, func(i, j int) int { return cmp.Compare(base[i].box.top, base[j].box.top) })
	for j, w := range words {
		// The first that can reach down to the word.
		from, _ := slices.BinarySearchFunc(byTop, w.box.top-tallest, func(i, top int) int {
			return cmp.Compare(base[i].box.top, top)
		})
		if s, ok := under(base, byTop[from:], w.box); ok {
			out.spans[j] = s
		}
	}
	return out
}

// shared is the share of the narrower of two boxes that lies over the other one, if
// they stand on one line; else 0.
func shared(a, b rect) float64 {
	wide := min(a.right, b.right) - max(a.left, b.left)
	high := min(a.bottom, b.bottom) - max(a.top, b.top)
	if wide <= 0 || high <= 0 || 2*high < min(a.bottom-a.top, b.bottom-b.top) {
		return 0
	}
	return float64(wide) / float64(min(a.right-a.left, b.right-b.left))
}

// leastShare of a box must lie over another for their words to be rivals. Words that
// merely touch have less.
const leastShare = 0.3

// under gives the words below a box: of the line that has the most of them.
func under(base []found, byTop []int, box rect) (span, bool) {
	type line struct {
		span
		share float64
	}
	var lines []line
	for _, i := range byTop {
		if base[i].box.top >= box.bottom {
			break
		}
		share := shared(base[i].box, box)
		if share <= leastShare {
			continue
		}
		at := slices.IndexFunc(lines, func(l line) bool { return sameLine(base[l.first], base[i]) })
		if at < 0 {
			lines = append(lines, line{span{i, i}, share})
			continue
		}
		l := &lines[at]
		l.first, l.last, l.share = min(l.first, i), max(l.last, i), l.share+share
	}
	if len(lines) == 0 {
		return span{}, false
	}
	best := slices.MaxFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.share, b.share), cmp.Compare(b.first, a.first))
	})
	return best.span, true
}

// Passes part a page differently from this share of their lines on.
const otherLayout = 0.25

// parted says that two passes took the page apart in other ways, such as a page of two
// columns of which one pass reads line by line across both: the order of one is of no use
// for the words of the other.
func parted(a, b []found) bool {
	crossing, tied := crossings(a, b)
	back, tiedBack := crossings(b, a)
	return float64(crossing+back) >= otherLayout*float64(max(tied+tiedBack, 1)) && crossing+back > 2
}

// crossings counts the lines of words that stand where several lines of base do, and
// those that stand where one does or more.
func crossings(base, words []found) (crossing, tied int) {
	ties, at := align(base, words), 0
	for line := range byLine(words) {
		first, several := -1, false
		for range line {
			if s, ok := ties.spans[at]; ok {
				if first < 0 {
					first = s.first
				}
				several = several || !sameLine(base[first], base[s.first])
			}
			at++
		}
		if first >= 0 {
			tied++
		}
		if several {
			crossing++
		}
	}
	return crossing, tied
}
