//go:build tesseract

package main

import (
	"math/bits"
)

// survey is a cheap look at a page before it is recognised: are there marks at
// all, and how much work would they be. It counts in pixels and marks, never in
// seconds, so the same page always gets the same answer.
type survey struct {
	factor int     // how far the picture was shrunk
	paper  grey    // level of the paper, one value a tile
	noise  float64 // spread of the paper in grey levels, after shrinking
	marks  []mark  // what may be writing, in shrunk coordinates
	specks int     // outlines that Tesseract will have to follow, up to maxSpecks+1
}

// Sizes of the look, in shrunk pixels; at 300 dpi one is a third of a millimetre.
const (
	targetSide = 850 // A4 at 300 dpi is shrunk four times
	maxFactor  = 4
	tileSide   = 32
	minArea    = 4  // smaller marks are specks: a full stop has 1 to 4
	thinSide   = 3  // a mark no thicker than this and ten times as long is a rule or fold
	letterSide = 5  // 1.7 mm at 300 dpi, a capital of about 7 points
	holeSide   = 10 // a filled round mark at least this wide near the edge is a punch hole
)

// Contrast that makes a mark, in grey levels below the paper.
const (
	minContrast = 5  // type at 8 % contrast, 20 levels, keeps 10 or more after shrinking
	maxContrast = 45 // however noisy the paper
	noiseFactor = 5  // times the paper's spread; 1 pixel in 3 million of pure noise
)

// maxSpecks bounds the work of one page. The densest page tried, a newspaper's in
// 9 megapixels, has 16,000 outlines; empty sheets of that size with made noise
// have 84,000 to 578,000.
const maxSpecks = 60000

// fewSpecks are left to Tesseract whatever they are: ordinary pages have as many.
const fewSpecks = 5000

// fewMarks are a page number or a line or two, not a page.
const fewMarks = 100

// cutMargin is what is kept around few marks, in shrunk pixels: 5 mm at 300 dpi,
// room for accents, full stops and the white that Tesseract wants around type.
const cutMargin = 15

// blank says that there is nothing on the page that may be writing.
func (s *survey) blank() bool { return len(s.marks) == 0 }

// crowded says that Tesseract would drown in specks.
func (s *survey) crowded() bool { return s.specks > maxSpecks }

// speckled says that specks outnumber marks far beyond what dots and accents do:
// 20 to 1 at the most on the pages tried, a stained letterhead, and 8 to 1 on
// the next; 40 to 1 on a blank 1-bit sheet with thin noise.
func (s *survey) speckled() bool {
	return s.specks > fewSpecks && s.specks > 30*len(s.marks)
}

// dirt says that every mark is smaller than a letter.
func (s *survey) dirt() bool {
	for _, m := range s.marks {
		if max(m.bounds.right-m.bounds.left, m.bounds.bottom-m.bounds.top) >= letterSide {
			return false
		}
	}
	return true
}

// look surveys a picture of 1 or 8 bits, shrunk by factor.
func look(p *pix, factor int) *survey {
	s := &survey{factor: factor}
	small := shrink(p, s.factor)
	tiles := measureTiles(small)
	s.paper, s.noise = tiles.paper, tiles.noise
	contrast := min(max(noiseFactor*s.noise, minContrast), maxContrast)
	s.marks = writing(darker(small, tiles.paper, contrast), small.w, small.h)
	s.specks = countSpecks(p)
	return s
}

// shrinkFactor is 1, 2 or 4: the size of a stroke at the resolution that a page
// of that many pixels most likely has.
func shrinkFactor(p *pix) int {
	factor := 1
	for factor < maxFactor && max(p.width(), p.height()) >= 2*factor*targetSide && min(p.width(), p.height()) >= 4*factor {
		factor *= 2
	}
	return factor
}

// tileTable holds the paper's level for each tile and its spread overall.
type tileTable struct {
	paper grey
	noise float64
}

// measureTiles finds the paper: its level in each tile is the upper quartile,
// which writing does not reach. The spread is taken where writing disturbs it
// least: above the quartile or, where that is cut off at white, below the middle,
// and then from the calmest tenth of the tiles.
func measureTiles(g grey) tileTable {
	cols, rows := max((g.w+tileSide/2)/tileSide, 1), max((g.h+tileSide/2)/tileSide, 1)
	t := tileTable{paper: grey{cols, rows, make([]byte, cols*rows)}}
	var spreads [256]int
	for ty := range rows {
		for tx := range cols {
			level, spread := measureTile(g, tx*g.w/cols, ty*g.h/rows, (tx+1)*g.w/cols, (ty+1)*g.h/rows)
			t.paper.data[ty*cols+tx] = level
			spreads[min(int(10*spread), 255)]++
		}
	}
	left := cols * rows / 10
	for tenth, n := range spreads {
		if left -= n; left < 0 {
			t.noise = float64(tenth) / 10
			break
		}
	}
	return t
}

// measureTile gives one tile's paper level and spread (one standard deviation
// if it were a normal distribution).
func measureTile(g grey, x0, y0, x1, y1 int) (level byte, spread float64) {
	var histogram [256]int
	for y := y0; y < y1; y++ {
		for _, v := range g.data[y*g.w+x0 : y*g.w+x1] {
			histogram[v]++
		}
	}
	total := (x1 - x0) * (y1 - y0)
	at := func(share float64) int {
		left := int(share * float64(total))
		for v, n := range histogram {
			if left -= n; left < 0 {
				return v
			}
		}
		return 255
	}
	quartile := at(0.75)
	below := float64(at(0.5)-at(0.1)) / 1.28
	if at(0.99) >= 254 {
		return byte(quartile), below
	}
	above := float64(at(0.99)-quartile) / 1.65
	return byte(quartile), max(min(above, below), step(&histogram, at(0.1), quartile))
}

// step is how far the paper's level lies above the next one that is in use, if a
// tenth of the tile is darker than the paper: a picture of 16 greys has steps of
// 17, which hide whatever noise there was and must not pass for writing.
func step(histogram *[256]int, tenth, paper int) float64 {
	for v := paper - 1; v >= tenth; v-- {
		if histogram[v] > 0 {
			return float64(paper - v)
		}
	}
	return 0
}

// darker marks, with 1, the pixels that lie at least contrast below the paper, whose
// level is drawn out between the middles of the tiles.
func darker(g, paper grey, contrast float64) []byte {
	out := make([]byte, len(g.data))
	column := interpolation(g.w, paper.w)
	// The paper's level along the two rows of tiles around a row of pixels, drawn out
	// once for all the rows between them.
	rows := make([][]float32, paper.h)
	along := func(tile int) []float32 {
		if rows[tile] == nil {
			levels, row := make([]float32, g.w), paper.data[tile*paper.w:][:paper.w]
			for x, c := range column {
				levels[x] = float32(row[c.first])*(1-c.share) + float32(row[c.second])*c.share
			}
			rows[tile] = levels
		}
		return rows[tile]
	}
	for y, r := range interpolation(g.h, paper.h) {
		pixels, marked := g.data[y*g.w:][:g.w], out[y*g.w:][:g.w]
		upper, lower := along(r.first)[:g.w], along(r.second)[:g.w]
		for x, v := range pixels {
			level := upper[x]*(1-r.share) + lower[x]*r.share
			if float32(v) <= level-float32(contrast) {
				marked[x] = 1
			}
		}
	}
	return out
}

// blend is a place between two tiles.
type blend struct {
	first, second int
	share         float32 // of the second
}

// interpolation places n pixels between the middles of tiles.
func interpolation(n, tiles int) []blend {
	out := make([]blend, n)
	for i := range out {
		at := (float32(i)+0.5)*float32(tiles)/float32(n) - 0.5
		at = min(max(at, 0), float32(tiles-1))
		first := int(at)
		out[i] = blend{first, min(first+1, tiles-1), at - float32(first)}
	}
	return out
}

// writing gives the marks of a shrunk picture that may be writing.
func writing(dark []byte, w, h int) []mark {
	l := newLabels()
	for y := range h {
		l.nextRow()
		runs(dark[y*w:(y+1)*w], func(from, to int) { l.add(y, from, to) })
	}
	var out []mark
	for _, m := range l.found(minArea) {
		if !m.edge(w, h) && !m.rule() && !m.hole(w, h) {
			out = append(out, m)
		}
	}
	return out
}

// edge says that the mark is the border of the scan: it touches the picture's
// edge and runs along a quarter of it.
func (m mark) edge(w, h int) bool {
	b := m.bounds
	touches := b.left == 0 || b.top == 0 || b.right == w || b.bottom == h
	return touches && (4*(b.right-b.left) >= w || 4*(b.bottom-b.top) >= h)
}

// rule says that the mark is a line: drawn, folded or torn.
func (m mark) rule() bool {
	w, h := m.bounds.right-m.bounds.left, m.bounds.bottom-m.bounds.top
	return min(w, h) <= thinSide && max(w, h) >= 10*min(w, h)
}

// hole says that the mark is a punch hole: round, filled, in the outer sixth.
func (m mark) hole(width, height int) bool {
	b := m.bounds
	w, h := b.right-b.left, b.bottom-b.top
	round := min(w, h) >= holeSide && 4*max(w, h) <= 5*min(w, h) && 10*m.area >= 7*w*h
	outer := b.right <= width/6 || b.left >= width-width/6 || b.bottom <= height/6 || b.top >= height-height/6
	return round && outer
}

// countSpecks counts the outlines in the picture as Tesseract will part it into
// black and white, up to maxSpecks+1.
func countSpecks(p *pix) int {
	l := newLabels()
	threshold := byte(0)
	if p.depth() == 8 {
		threshold = otsu(p)
	}
	for y := range p.height() {
		l.nextRow()
		found := func(from, to int) { l.add(y, from, to) }
		if p.depth() == 1 {
			bitRuns(p, y, found)
		} else {
			greyRuns(p, y, threshold, found)
		}
		if l.outlines() > maxSpecks {
			return maxSpecks + 1
		}
	}
	return l.outlines()
}

// greyRuns finds the runs of a row that are not lighter than threshold.
func greyRuns(p *pix, y int, threshold byte, found func(from, to int)) {
	words, stride := p.words()
	row, w := words[y*stride:(y+1)*stride], p.width()
	from := -1
	for i, word := range row {
		if from < 0 && allLighter(word, threshold) {
			continue
		}
		for k := range 4 {
			x := 4*i + k
			dark := x < w && byte(word>>(24-8*k)) <= threshold
			if dark && from < 0 {
				from = x
			} else if !dark && from >= 0 {
				found(from, x)
				from = -1
			}
		}
	}
	if from >= 0 {
		found(from, w)
	}
}

// allLighter says that all four pixels of a word are lighter than threshold. It
// may say no where that is so: it leaves out levels that differ from the
// threshold by less than the rest of the division by two.
func allLighter(word uint32, threshold byte) bool {
	const sevens = 0x7f7f7f7f
	level := uint32(threshold/2+1) * 0x01010101
	// Halves of the levels, less the threshold's half: a borrow clears the high bit.
	return ((word>>1&sevens|0x80808080)-level)&0x80808080 == 0x80808080
}

// bitRuns finds the runs of ones in a row.
func bitRuns(p *pix, y int, found func(from, to int)) {
	words, stride := p.words()
	row, w := words[y*stride:(y+1)*stride], p.width()
	next := func(x int, flip uint32) int { // first column from x on whose bit, flipped, is one
		for x < w {
			word := (row[x/32] ^ flip) << (x % 32)
			if word != 0 {
				return min(x+bits.LeadingZeros32(word), w)
			}
			x += 32 - x%32
		}
		return w
	}
	for x := next(0, 0); x < w; {
		to := next(x, ^uint32(0))
		found(x, to)
		x = next(to, 0)
	}
}

// otsu parts the grey levels in two where the parts differ most, as Tesseract
// does. Every fourth row is enough for a histogram.
func otsu(p *pix) byte {
	var histogram [256]int
	raster := p.bytes()
	for y := 0; y < p.height(); y += 4 {
		row := raster.row(y)
		for x := range p.width() {
			histogram[row[x^3]]++
		}
	}
	var total, sum float64
	for v, n := range histogram {
		total += float64(n)
		sum += float64(v * n)
	}
	var below, sumBelow, best float64
	threshold := 0
	for v, n := range histogram {
		below += float64(n)
		sumBelow += float64(v * n)
		above := total - below
		if below == 0 || above == 0 {
			continue
		}
		distance := sumBelow/below - (sum-sumBelow)/above
		if between := below * above * distance * distance; between > best {
			best, threshold = between, v
		}
	}
	return byte(threshold)
}
