//go:build tesseract

package main

import (
	"cmp"
	"slices"
)

// A table that a pass took for columns of text gives lines that stand level with each
// other in three blocks or more, of a word or two each. Columns of text, however narrow,
// have more words to a line.
const (
	leastCells = 3
	leastRows  = 4
	cellWords  = 2   // of the middle cell, at most
	rowsWorth  = 0.9 // of what was read column by column, which the rows have to come to
)

// cell is a line of a pass as a part of a row.
type cell struct {
	box          rect
	block, words int
}

// byRows reads the table of a picture once more, row by row, where its words came column
// by column, and puts that in their place.
func (a *attempt) byRows(p *pix, words []found, with setting) ([]found, error) {
	place, ok := table(words)
	if !ok {
		return words, nil
	}
	part := place.framed(middleHeight(words), p.width(), p.height())
	with.layout = layoutBlock
	rows, err := a.readPart(p, part, with)
	if err != nil {
		return nil, err
	}
	// Of the lines above and below, which stay, some may show in the margin.
	rows = slices.DeleteFunc(rows, func(w found) bool {
		return !rect{part.left, place.top, part.right, place.bottom}.holds(w.box)
	})
	before, at := inside(words, place)
	if trust(rows) < rowsWorth*trust(before) {
		return words, nil
	}
	a.step("rows", "a table read by rows: %d words, confidence %.3f, for %d, confidence %.3f",
		len(rows), quality(rows), len(before), quality(before))
	return inPlace(words, rows, place, at), nil
}

// table gives the place of a table whose columns were read one after the other; ok is
// false where there is none.
func table(words []found) (place rect, ok bool) {
	rows := rowsOf(words)
	first, last, count := -1, -1, 0
	var lengths []int
	for i, row := range rows {
		if blocksOf(row) < leastCells {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		count++
		for _, c := range row {
			place = place.join(c.box)
			lengths = append(lengths, c.words)
		}
	}
	if count < leastRows || 3*count < last-first+1 { // far from each other they are no table
		return rect{}, false
	}
	// One row at either end may have been read half as it should be. More of them are
	// columns of text.
	for _, end := range []int{first - 1, last + 1} {
		if end >= 0 && end < len(rows) && blocksOf(rows[end]) > 1 {
			place = place.join(boxOf(rows[end]))
		}
	}
	slices.Sort(lengths)
	return place, lengths[len(lengths)/2] <= cellWords
}

// blocksOf counts the blocks of which a row has lines.
func blocksOf(row []cell) int {
	blocks := map[int]bool{}
	for _, c := range row {
		blocks[c.block] = true
	}
	return len(blocks)
}

func boxOf(row []cell) (all rect) {
	for _, c := range row {
		all = all.join(c.box)
	}
	return all
}

// rowsOf puts the lines of a pass together that stand level with each other, from the top
// of the page down.
func rowsOf(words []found) [][]cell {
	var cells []cell
	for line := range byLine(words) {
		c := cell{block: line[0].block, words: len(line)}
		for _, w := range line {
			c.box = c.box.join(w.box)
		}
		cells = append(cells, c)
	}
	slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Compare(a.box.top+a.box.bottom, b.box.top+b.box.bottom) })
	var rows [][]cell
	for _, c := range cells {
		if n := len(rows) - 1; n >= 0 && abreast(rows[n][0].box, c.box) {
			rows[n] = append(rows[n], c)
			continue
		}
		rows = append(rows, []cell{c})
	}
	return rows
}

// abreast says that the middle of a box lies within the height of another one.
func abreast(a, b rect) bool {
	_, y := b.middle()
	return y > a.top && y < a.bottom
}

// inside gives the words that stand in a place, and where the first of them is.
func inside(words []found, place rect) (in []found, first int) {
	first = -1
	for i, w := range words {
		if place.holds(w.box) {
			if first < 0 {
				first = i
			}
			in = append(in, w)
		}
	}
	return in, first
}

// inPlace puts rows, as a block of its own, in the place of the words that stand there,
// the first of which has number at.
func inPlace(words, rows []found, place rect, at int) []found {
	block := 0
	for _, w := range words {
		block = max(block, w.block)
	}
	for i := range rows {
		rows[i].block += block
	}
	var out []found
	for i, w := range words {
		if i == at {
			out = append(out, rows...)
		}
		if !place.holds(w.box) {
			out = append(out, w)
		}
	}
	return out
}
