//go:build tesseract

package main

import (
	"cmp"
	"slices"
)

// Tesseract takes strokes that stand one below the other for a ruled line and paints them
// over: of a column of dates in November 3.11.1949 becomes 3. -1949, with confidence. What
// is lost so are strokes on a line of type which no word stands on.
const (
	gapMark  = 0.6 // height of such a stroke against its line's words, at least
	gapWidth = 0.8 // and its width against that: a typewriter's 1 has a broad foot
	gapReach = 2   // how far before and behind a line's words it may stand, in their heights
	gapCell  = 1.5 // white in a line that is no blank between words, in their heights
	mostGaps = 60  // stretches of a pass that are read again

	// What a stretch is read as by itself has to be surer than gapSure, 0 to 1, and not less
	// sure than before by more than gapLess.
	gapSure = 0.75
	gapLess = 0.05
)

// stretch is a part of a line that white parts from the rest, such as a cell of a table.
type stretch struct {
	place rect
	words []found
	lost  bool // there is a mark on it that was not read
}

// fillGaps reads the stretches of lines in which marks were not read once more, each by
// itself.
func (a *attempt) fillGaps(p *pix, words []found, with setting) ([]found, error) {
	if !a.method.GetGaps() || with.layout != layoutAuto || len(words) == 0 {
		return words, nil
	}
	lost := unread(a.marks, words)
	with.layout = layoutLine
	out := make([]found, 0, len(words))
	tried, filled := 0, 0
	for line := range byLine(words) {
		parts, others := stretches(line, lost)
		lost = others
		for _, s := range parts {
			if s.lost && tried < mostGaps {
				tried++
				again, err := a.readPart(p, s.place.framed((s.place.bottom-s.place.top)/4, p.width(), p.height()), with)
				if err != nil {
					return nil, err
				}
				if fills(again, s.words) {
					filled++
					s.words = again
				}
			}
			for _, w := range s.words {
				w.block, w.paragraph, w.line = line[0].block, line[0].paragraph, line[0].line
				out = append(out, w)
			}
		}
	}
	if tried > 0 {
		a.step("gaps", "%d stretches of lines with marks that were not read, %d of them read better by themselves", tried, filled)
	}
	return out, nil
}

// stretches parts a line, and the marks on it that were not read, where there is white
// between them. The other marks are left for other lines.
func stretches(line []found, lost []rect) (out []stretch, others []rect) {
	var whole rect
	for _, w := range line {
		whole = whole.join(w.box)
	}
	height := cmp.Or(middleHeight(line), whole.bottom-whole.top)
	var parts []stretch
	for _, w := range line {
		parts = append(parts, stretch{place: w.box, words: []found{w}})
	}
	reach := gapReach * height
	for _, m := range lost {
		x, y := m.middle()
		onLine := y > whole.top && y < whole.bottom && x > whole.left-reach && x < whole.right+reach
		if onLine && stroke(m, height) {
			parts = append(parts, stretch{place: m, lost: true})
		} else {
			others = append(others, m)
		}
	}
	if len(parts) == len(line) {
		return []stretch{{place: whole, words: line}}, others
	}
	slices.SortStableFunc(parts, func(a, b stretch) int { return cmp.Compare(a.place.left, b.place.left) })
	out = parts[:1]
	for _, s := range parts[1:] {
		last := &out[len(out)-1]
		if float64(s.place.left-last.place.right) > gapCell*float64(height) {
			out = append(out, s)
			continue
		}
		last.place, last.words, last.lost = last.place.join(s.place), append(last.words, s.words...), last.lost || s.lost
	}
	return out, others
}

// stroke says that a mark may be a 1, I or l among words of that height.
func stroke(m rect, height int) bool {
	h := float64(m.bottom - m.top)
	return h >= gapMark*float64(height) && float64(m.right-m.left) <= gapWidth*h
}

// fills says that a stretch was read with more in it than before, and as surely.
func fills(again, before []found) bool {
	return trust(again) > trust(before) && quality(again) >= max(gapSure, quality(before)-gapLess)
}
