//go:build tesseract

package main

import (
	"bytes"
	"math/bits"
)

// grey is a small 8-bit picture in Go memory, row after row, 0 is black.
type grey struct {
	w, h int
	data []byte
}

// mark is a connected group of dark pixels: its bounds and how many there are.
type mark struct {
	bounds rect
	area   int
}

// shrink averages squares of factor (1, 2 or 4) pixels into one. Averaging over the width
// of a stroke (4 to 6 pixels at 300 dpi) keeps most of the contrast of type and
// loses most of the noise, and makes everything after it cheap.
func shrink(p *pix, factor int) grey {
	if p.depth() == 1 {
		return shrinkBits(p, factor)
	}
	w, h := p.width()/factor, p.height()/factor
	out := grey{w, h, make([]byte, w*h)}
	words, stride := p.words()
	if factor == 1 {
		raster := p.bytes()
		for y := range h {
			row := raster.row(y)
			for x := range w {
				out.data[y*w+x] = row[x^3]
			}
		}
		return out
	}
	// Four pixels at a time: each half of a sum holds two neighbours added up.
	const halves = 0x00ff00ff
	sums := make([]uint32, stride)
	for y := range h {
		clear(sums)
		for dy := range factor {
			row := words[(y*factor+dy)*stride:][:len(sums)]
			for i, v := range row {
				sums[i] += v&halves + v>>8&halves
			}
		}
		row := out.data[y*w : (y+1)*w]
		for x := range row {
			if factor == 2 {
				row[x] = byte(sums[x/2] >> (16 * (1 - x%2)) & 0xffff / 4)
			} else {
				row[x] = byte((sums[x]>>16 + sums[x]&0xffff) / 16)
			}
		}
	}
	return out
}

// shrinkBits is shrink for a 1-bit picture. factor divides 32.
func shrinkBits(p *pix, factor int) grey {
	w, h := p.width()/factor, p.height()/factor
	out := grey{w, h, make([]byte, w*h)}
	words, stride := p.words()
	sums := make([]int, w)
	group := uint32(1)<<factor - 1
	for y := range h {
		clear(sums)
		for dy := range factor {
			row := words[(y*factor+dy)*stride:][:stride]
			for i, word := range row {
				if word == 0 {
					continue
				}
				first := i * 32 / factor
				for k := 0; k < 32/factor && first+k < w; k++ {
					sums[first+k] += bits.OnesCount32(word >> (32 - (k+1)*factor) & group)
				}
			}
		}
		for x, sum := range sums {
			out.data[y*w+x] = byte(255 - 255*sum/(factor*factor))
		}
	}
	return out
}

// runs calls found for each run of dark pixels in a row: first column and one
// past the last. dark holds one byte a pixel, 1 for a dark one: most of a page is not,
// and the light between is skipped many pixels at a time.
func runs(dark []byte, found func(from, to int)) {
	for x := 0; x < len(dark); {
		next := bytes.IndexByte(dark[x:], 1)
		if next < 0 {
			return
		}
		from := x + next
		for x = from; x < len(dark) && dark[x] == 1; {
			x++
		}
		found(from, x)
	}
}

// labels joins runs of dark pixels into marks, row by row, pixels touching at a
// corner included. It keeps the row above and one mark for each label, and
// counts outlines: marks and the holes in them.
type labels struct {
	marks        []mark
	parent       []int32
	above, below []labelled
	cursor       int // first run above that may touch the next run
	live         int // marks so far
	surplus      int // runs less touching pairs of runs: marks less holes
}

type labelled struct {
	from, to int
	label    int32
}

// newLabels gives room for the marks of an ordinary page.
func newLabels() *labels {
	const ordinary = 4096
	return &labels{marks: make([]mark, 0, ordinary), parent: make([]int32, 0, ordinary)}
}

// outlines is how many marks and holes there are; what Tesseract works by.
func (l *labels) outlines() int { return 2*l.live - l.surplus }

// nextRow begins a row.
func (l *labels) nextRow() {
	l.above, l.below = l.below, l.above[:0]
	l.cursor = 0
}

// add takes a run in row y; runs come from left to right.
func (l *labels) add(y, from, to int) {
	label := int32(-1)
	l.surplus++
	for l.cursor < len(l.above) && l.above[l.cursor].to < from {
		l.cursor++
	}
	for i := l.cursor; i < len(l.above) && l.above[i].from <= to; i++ {
		l.surplus--
		other := l.root(l.above[i].label)
		if label < 0 {
			label = other
		} else if other != label {
			label = l.merge(label, other)
		}
	}
	if label < 0 {
		label = int32(len(l.marks))
		l.marks = append(l.marks, mark{})
		l.parent = append(l.parent, label)
		l.live++
	}
	m := &l.marks[label]
	m.bounds = m.bounds.join(rect{from, y, to, y + 1})
	m.area += to - from
	l.below = append(l.below, labelled{from, to, label})
}

func (l *labels) root(label int32) int32 {
	for l.parent[label] != label {
		l.parent[label] = l.parent[l.parent[label]]
		label = l.parent[label]
	}
	return label
}

func (l *labels) merge(a, b int32) int32 {
	if a > b {
		a, b = b, a
	}
	l.live--
	l.parent[b] = a
	l.marks[a].bounds = l.marks[a].bounds.join(l.marks[b].bounds)
	l.marks[a].area += l.marks[b].area
	l.marks[b] = mark{}
	return a
}

// found gives the marks of at least area pixels.
func (l *labels) found(area int) []mark {
	var out []mark
	for i, m := range l.marks {
		if l.parent[i] == int32(i) && m.area >= area {
			out = append(out, m)
		}
	}
	return out
}
