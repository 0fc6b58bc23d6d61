//go:build tesseract

package main

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Weights of a choice between readings of one place, in confidences out of 100. All
// of them were found flat: half or twice as much changed the errors by 1 % or less.
const (
	weightLine      = 0.3 // of the line's confidence beside the word's own
	weightKnown     = 5   // for letters in words of the dictionary
	weightAgreement = 10  // for each further pass that read the same
	narrow          = 0.1 // a reading may be that much narrower than its widest rival
)

// What a pass alone has found is taken over from this confidence on.
const (
	addedConfidence = 75
	addedLetters    = 3 // in a line of its own
)

// combine makes one reading of several of the same picture, word by word. The first
// leads: where nothing speaks against it, its words, lines and order stay.
func combine(passes [][]found) []found {
	base := slices.Clone(passes[0])
	origin := make([]int, len(base)) // the pass that each word of base comes from
	for k, words := range passes[1:] {
		base, origin = extend(base, origin, words, k+1)
	}
	places := gather(base, origin, passes)
	var out []found
	for _, p := range places {
		at := base[p.first]
		for _, w := range p.choose() {
			w.block, w.paragraph, w.line = at.block, at.paragraph, at.line
			out = append(out, w)
		}
	}
	return out
}

// place is a stretch of a line with what each pass read there.
type place struct {
	first    int // in the base
	readings [][]rated
}

// rated is a word with the mean confidence of its line in the pass that it is from.
type rated struct {
	found
	lineConfidence float64
}

// gather joins the words of the base that one word of another pass covers, and puts
// what each pass read beside each other.
func gather(base []found, origin []int, passes [][]found) []*place {
	group := make([]int, len(base)) // the first word of the place that a word belongs to
	for i := range group {
		group[i] = i
	}
	ties := make([]aligned, len(passes))
	for k := 1; k < len(passes); k++ {
		ties[k] = align(base, passes[k])
		for j := range passes[k] {
			if s, ok := ties[k].spans[j]; ok {
				unite(group, s)
			}
		}
	}
	var out []*place
	byFirst := map[int]*place{}
	at := func(i int) *place {
		for group[i] != i {
			i = group[i]
		}
		p := byFirst[i]
		if p == nil {
			p = &place{i, make([][]rated, len(passes))}
			byFirst[i] = p
			out = append(out, p)
		}
		return p
	}
	lead := rate(passes[0])
	for i, j := 0, 0; i < len(base); i++ {
		p := at(i)
		if origin[i] == 0 {
			p.readings[0] = append(p.readings[0], lead[j])
			j++
		}
	}
	for k := 1; k < len(passes); k++ {
		for j, w := range rate(passes[k]) {
			if s, ok := ties[k].spans[j]; ok {
				p := at(s.first)
				p.readings[k] = append(p.readings[k], w)
			}
		}
	}
	for _, p := range out {
		for k, r := range p.readings {
			r = ofOneLine(r, base[p.first].box)
			p.readings[k] = r
			slices.SortStableFunc(r, func(a, b rated) int { return cmp.Compare(a.box.left, b.box.left) })
		}
	}
	return out
}

// ofOneLine gives the words of the line that stands most level with a box: a tall word of
// another line, tied to it by its box, has a place of its own where the lead read it too.
func ofOneLine(words []rated, box rect) []rated {
	var best []rated
	for line := range runsOf(words, func(a, b rated) bool { return sameLine(a.found, b.found) }) {
		if best == nil || overlap(line[0].box, box) > overlap(best[0].box, box) {
			best = line
		}
	}
	return best
}

// unite puts the words of a span into one group, led by the first of them.
func unite(group []int, s span) {
	root := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	least := root(s.first)
	for i := s.first; i <= s.last; i++ {
		r := root(i)
		group[max(r, least)] = min(r, least)
		least = min(r, least)
	}
}

// rate gives the words of a pass with their lines' confidences.
func rate(words []found) []rated {
	out := make([]rated, 0, len(words))
	for line := range byLine(words) {
		confidence := 100 * quality(line)
		for _, w := range line {
			out = append(out, rated{w, confidence})
		}
	}
	return out
}

// choose gives the best reading of a place. That a pass found nothing there says little:
// words are left out by other rules, not here.
func (p *place) choose() []found {
	widest := 0
	texts := make([]string, len(p.readings))
	for k, r := range p.readings {
		widest = max(widest, width(r))
		texts[k] = written(r)
	}
	best, bestWorth := 0, -1.0
	for k, r := range p.readings {
		if len(r) == 0 {
			continue
		}
		worth := worth(r, widest)
		for l := range p.readings {
			if l != k && texts[l] == texts[k] {
				worth += weightAgreement
			}
		}
		if worth > bestWorth {
			best, bestWorth = k, worth
		}
	}
	out := make([]found, len(p.readings[best]))
	for i, w := range p.readings[best] {
		out[i] = w.found
	}
	return out
}

func written(words []rated) string {
	var out []string
	for _, w := range words {
		out = append(out, w.text)
	}
	return strings.Join(out, " ")
}

// width is what the boxes of words cover, in pixels.
func width(words []rated) int {
	sum := 0
	for _, w := range words {
		sum += w.box.right - w.box.left
	}
	return sum
}

// worth rates a reading of a place: the mean confidence of its letters, less where it
// leaves a part of the place unread.
func worth(words []rated, widest int) float64 {
	var sum, weight float64
	for _, w := range words {
		n := float64(utf8.RuneCountInString(w.text))
		value := (1-weightLine)*w.confidence + weightLine*w.lineConfidence
		if w.known && n > 1 {
			value += weightKnown
		}
		sum += n * value
		weight += n
	}
	cover := float64(width(words))/float64(max(widest, 1)) + narrow
	return sum / weight * min(cover, 1)
}
