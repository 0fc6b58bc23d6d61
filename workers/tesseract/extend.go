//go:build tesseract

package main

import (
	"slices"
	"unicode"
)

// addition is words of another pass that the base lacks, to stand behind the base's
// word of that number; -1 for the front.
type addition struct {
	behind int
	words  []found
}

// extend puts into base what only another pass has found: words in a line that both
// know, and whole lines, where that pass reads them.
func extend(base []found, origin []int, words []found, pass int) ([]found, []int) {
	ties := align(base, words)
	var added []addition
	from := 0
	for line := range byLine(words) {
		tied := false
		for j := range line {
			_, ok := ties.spans[from+j]
			tied = tied || ok
		}
		switch {
		case tied:
			added = append(added, wordsBetween(base, ties, line, from)...)
		case worthAdding(line):
			added = append(added, newLine(base, ties, line, from, len(words), pass))
		}
		from += len(line)
	}
	return insert(base, origin, added, pass)
}

// wordsBetween finds the words of a line that the base has but in part.
func wordsBetween(base []found, ties aligned, line []found, from int) []addition {
	var out []addition
	behind, tied := -1, false // the base's word that was met last
	for j, w := range line {
		if s, ok := ties.spans[from+j]; ok {
			behind, tied = s.last, true
			continue
		}
		if w.confidence < addedConfidence {
			continue
		}
		at, beside := behind, behind
		if !tied {
			beside = nextTied(ties, from+j, from+len(line))
			at = beside - 1
		}
		if !level(base[beside].box, w.box) {
			continue
		}
		w.block, w.paragraph, w.line = base[beside].block, base[beside].paragraph, base[beside].line
		out = append(out, addition{at, []found{w}})
	}
	return out
}

// nextTied gives the base's word that the first tied one of a range begins with.
func nextTied(ties aligned, from, to int) int {
	for j := from; j < to; j++ {
		if s, ok := ties.spans[j]; ok {
			return s.first
		}
	}
	return 0 // not reached: the line has one
}

// level says that two boxes stand on one line.
func level(a, b rect) bool {
	high := min(a.bottom, b.bottom) - max(a.top, b.top)
	return 2*high >= min(a.bottom-a.top, b.bottom-b.top)
}

// worthAdding says that a line which other passes do not have is text.
func worthAdding(line []found) bool {
	n := 0
	for _, w := range line {
		for _, r := range w.text {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				n++
			}
		}
	}
	return n >= addedLetters && 100*quality(line) >= addedConfidence
}

// newLine places a line that the base lacks: behind the line of the base that its pass
// read last before it, or before the one that it read next.
func newLine(base []found, ties aligned, line []found, from, total, pass int) addition {
	behind := -1
	if s, ok := tiedBefore(ties, from); ok {
		behind = endOfLine(base, s.last)
	} else if next := nextTied(ties, from+len(line), total); next > 0 {
		behind = startOfLine(base, next) - 1
	}
	own := slices.Clone(line)
	for i := range own {
		// A block of its own: no other has numbers below zero.
		own[i].block, own[i].paragraph, own[i].line = -pass, 1, from+1
	}
	return addition{behind, own}
}

func tiedBefore(ties aligned, from int) (span, bool) {
	for j := from - 1; j >= 0; j-- {
		if s, ok := ties.spans[j]; ok {
			return s, true
		}
	}
	return span{}, false
}

func endOfLine(base []found, i int) int {
	for i+1 < len(base) && sameLine(base[i], base[i+1]) {
		i++
	}
	return i
}

func startOfLine(base []found, i int) int {
	for i > 0 && sameLine(base[i-1], base[i]) {
		i--
	}
	return i
}

// insert puts additions behind the words that they name.
func insert(base []found, origin []int, added []addition, pass int) ([]found, []int) {
	slices.SortStableFunc(added, func(a, b addition) int { return a.behind - b.behind })
	var words []found
	var from []int
	add := func(behind int) {
		for len(added) > 0 && added[0].behind <= behind {
			for _, w := range added[0].words {
				words, from = append(words, w), append(from, pass)
			}
			added = added[1:]
		}
	}
	add(-1)
	for i, b := range base {
		words, from = append(words, b), append(from, origin[i])
		add(i)
	}
	return words, from
}
