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
	margin := middleHeight(words)
	part := rect{
		max(place.left-margin, 0), max(place.top-margin, 0),
		min(place.right+margin, p.width()), min(place.bottom+margin, p.height()),
	}
	with.layout = layoutBlock
	rows, err := a.readPart(p, part, with)
	if err != nil {
		return nil, err
	}
	// Of the lines above and below, which stay, some may show in the margin.
	rows = slices.DeleteFunc(rows, func(w found) bool {
		return !within(w.box, rect{part.left, place.top, part.right, place.bottom})
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
	if count < leastRows {
		return rect{}, false
	}
	// A row at either end may have been read half as it should be.
	for ; first > 0 && blocksOf(rows[first-1]) > 1; first-- {
		place = place.join(boxOf(rows[first-1]))
	}
	for ; last < len(rows)-1 && blocksOf(rows[last+1]) > 1; last++ {
		place = place.join(boxOf(rows[last+1]))
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
	middle := func(r rect) int { return (r.top + r.bottom) / 2 }
	slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Compare(middle(a.box), middle(b.box)) })
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
	middle := (b.top + b.bottom) / 2
	return middle > a.top && middle < a.bottom
}

// inside gives the words that stand in a place, and where the first of them is.
func inside(words []found, place rect) (in []found, first int) {
	first = -1
	for i, w := range words {
		if within(w.box, place) {
			if first < 0 {
				first = i
			}
			in = append(in, w)
		}
	}
	return in, first
}

// within says that the middle of a box lies in a place.
func within(b, place rect) bool {
	x, y := (b.left+b.right)/2, (b.top+b.bottom)/2
	return x >= place.left && x < place.right && y >= place.top && y < place.bottom
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
		if !within(w.box, place) {
			out = append(out, w)
		}
	}
	return out
}
