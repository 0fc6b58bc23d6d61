//go:build tesseract

package main

// #include <leptonica/allheaders.h>
import "C"

// smooth gives the picture with each pixel the middle one of its nine, which
// takes away single specks and leaves strokes; the caller closes both.
func smooth(p *pix) (*pix, error) {
	if p.depth() == 1 {
		return wrap(C.pixBlockrank(p.c, nil, 1, 1, 0.5))
	}
	return wrap(C.pixMedianFilter(p.c, 1, 1))
}

// reach is how far around a mark the page is kept, in shrunk pixels: dots,
// accents and full stops are too small to be marks.
const reach = 6

// keepMarks makes everything white that is not near a mark, in place, and the
// paper near the marks too, so that one threshold parts ink from all the rest.
func keepMarks(p *pix, s *survey) {
	w, h := p.width()/s.factor+1, p.height()/s.factor+1
	keep := make([]bool, w*h)
	for _, m := range s.marks {
		b := m.bounds
		for y := max(b.top-reach, 0); y < min(b.bottom+reach, h); y++ {
			for x := max(b.left-reach, 0); x < min(b.right+reach, w); x++ {
				keep[y*w+x] = true
			}
		}
	}
	for y := range p.height() {
		row := keep[y/s.factor*w:][:w]
		if p.depth() == 1 {
			paintBits(p, y, row, s.factor)
		} else {
			paintGrey(p, y, row, s)
		}
	}
}

// paintGrey paints a row white where nothing is kept; elsewhere it lifts the
// paper's level, tile by tile, to white.
func paintGrey(p *pix, y int, keep []bool, s *survey) {
	row, w := p.bytes().row(y), p.width()
	paper := s.paper.data[y*s.paper.h/p.height()*s.paper.w:][:s.paper.w]
	for x := range w {
		if !keep[x/s.factor] {
			row[x^3] = 255
			continue
		}
		row[x^3] = byte(min(int(row[x^3])+255-int(paper[x*s.paper.w/w]), 255))
	}
}

// paintBits paints a row white.
func paintBits(p *pix, y int, keep []bool, factor int) {
	words, stride := p.words()
	row := words[y*stride:][:stride]
	for x := range p.width() {
		if !keep[x/factor] {
			row[x/32] &^= 1 << (31 - x%32)
		}
	}
}
