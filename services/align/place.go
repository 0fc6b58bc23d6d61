package align

import (
	"math"
	"unicode/utf8"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// rect is a rectangle in pixels of the page set upright; right and bottom lie outside.
// Lines of text run from left to right in it, whatever way they run on the scan.
type rect struct{ left, top, right, bottom int64 }

func (r rect) empty() bool { return r.left >= r.right || r.top >= r.bottom }

func (r rect) join(s rect) rect {
	switch {
	case r.empty():
		return s
	case s.empty():
		return r
	}
	return rect{min(r.left, s.left), min(r.top, s.top), max(r.right, s.right), max(r.bottom, s.bottom)}
}

// inside moves the edges of a rectangle into an area that is not empty, and leaves it
// a pixel at least.
func (r rect) inside(area rect) rect {
	r.left = min(max(r.left, area.left), area.right-1)
	r.top = min(max(r.top, area.top), area.bottom-1)
	r.right = min(max(r.right, r.left+1), area.right)
	r.bottom = min(max(r.bottom, r.top+1), area.bottom)
	return r
}

// beside tells that two rectangles stand on one line.
func (r rect) beside(s rect) bool {
	return 2*(min(r.bottom, s.bottom)-max(r.top, s.top)) >= min(r.bottom-r.top, s.bottom-s.top)
}

// sheet is the page and the area of it that a text is of.
type sheet struct {
	width, height int64 // of the original raster; 0 when not known
	turn          uint32
	area          rect // empty when nothing is known
}

func sheetOf(base *fondsv1.Body, part *fondsv1.Box) sheet {
	s := sheet{width: int64(base.GetWidth()), height: int64(base.GetHeight()), turn: base.GetTurn()}
	if (s.width == 0 || s.height == 0) && len(base.GetWords()) == 0 && part != nil {
		s.width = int64(part.GetX()) + int64(part.GetWidth())
		s.height = int64(part.GetY()) + int64(part.GetHeight())
	}
	if s.width == 0 || s.height == 0 || len(base.GetWords()) > 0 && !anyBox(base) {
		return sheet{}
	}
	area := rect{0, 0, s.width, s.height}
	if part != nil {
		p := original(part)
		area = rect{p.left, p.top, min(p.right, s.width), min(p.bottom, s.height)}
	}
	if !area.empty() {
		s.area = s.upright(area)
	}
	return s
}

func anyBox(b *fondsv1.Body) bool {
	for _, w := range b.GetWords() {
		if w.GetBox() != nil {
			return true
		}
	}
	return false
}

// original is a box as a rectangle of the original raster.
func original(b *fondsv1.Box) rect {
	x, y := int64(b.GetX()), int64(b.GetY())
	return rect{x, y, x + int64(b.GetWidth()), y + int64(b.GetHeight())}
}

// upright turns a rectangle of the original raster.
func (s sheet) upright(r rect) rect {
	switch s.turn {
	case 90:
		return rect{s.height - r.bottom, r.left, s.height - r.top, r.right}
	case 180:
		return rect{s.width - r.right, s.height - r.bottom, s.width - r.left, s.height - r.top}
	case 270:
		return rect{r.top, s.width - r.right, r.bottom, s.width - r.left}
	}
	return r
}

// box turns a rectangle back.
func (s sheet) box(r rect) *fondsv1.Box {
	if r.empty() {
		return nil
	}
	switch s.turn {
	case 90:
		r = rect{r.top, s.height - r.right, r.bottom, s.height - r.left}
	case 180:
		r = s.upright(r)
	case 270:
		r = rect{s.width - r.bottom, r.left, s.width - r.top, r.right}
	}
	return &fondsv1.Box{X: uint32(r.left), Y: uint32(r.top), Width: uint32(r.right - r.left), Height: uint32(r.bottom - r.top)}
}

// spot is a word's place.
type spot struct {
	rect
	state state
}

// state is how a place is known.
type state uint8

const (
	unknown state = iota
	read          // from the image
	between       // put between others
)

func (s spot) known() bool { return s.state != unknown }

// spot is where a word of the base stands; a damaged box is moved onto the page.
func (s sheet) spot(w *fondsv1.Word) spot {
	if s.width == 0 || w.GetBox() == nil {
		return spot{}
	}
	page := rect{0, 0, s.width, s.height}
	at := spot{rect: s.upright(original(w.GetBox()).inside(page)), state: read}
	if w.GetInterpolated() {
		at.state = between
	}
	return at
}

// placer gives every word of the text its place.
type placer struct {
	sheet   sheet
	origins []origin
	tokens  []token
	runes   []int // of each word
	spots   []spot
	pitch   float64 // mean width of a rune of the base, in pixels
}

// meanPitch is the mean width of a rune of words, in pixels; 0 where none has a place.
func meanPitch(origins []origin) float64 {
	var pixels, runes int64
	for _, o := range origins {
		if o.spot.state == read {
			pixels += o.spot.right - o.spot.left
			runes += int64(utf8.RuneCountInString(o.text))
		}
	}
	return float64(pixels) / float64(max(runes, 1))
}

// place takes over what the base shows and fills in the rest.
func (p *placer) place(m *matcher) {
	p.pitch = meanPitch(p.origins)
	for n, from := range m.from {
		if from != none {
			p.spots[n] = p.origins[from].spot
		}
	}
	for _, pair := range m.pairings {
		segments := p.segments(pair.base)
		switch {
		case len(segments) == 0:
		case pair.alike && pair.end-pair.start == 1:
			p.spots[pair.start] = around(segments)
		default:
			p.replace(pair.start, pair.end, segments)
		}
	}
	if !p.sheet.area.empty() {
		p.fill()
	}
}

// segment is the part of a line that words of the base take.
type segment struct {
	spot
	runes int
}

// segments are the places of words, one for each line.
func (p *placer) segments(words []int32) []segment {
	var all []segment
	line := none
	for _, w := range words {
		o := p.origins[w]
		if !o.spot.known() {
			continue
		}
		if len(all) == 0 || o.line != line {
			all = append(all, segment{})
			line = o.line
		}
		last := &all[len(all)-1]
		last.rect = last.join(o.spot.rect)
		last.state = max(last.state, o.spot.state)
		last.runes += utf8.RuneCountInString(o.text)
	}
	return all
}

// around is the place of a word that was joined: around all parts, where they stood on
// one line; else on the line that had most of it.
func around(segments []segment) spot {
	most := segments[0]
	for _, s := range segments[1:] {
		if s.runes > most.runes {
			most = s
		}
	}
	if len(segments) > 1 {
		most.state = between
	}
	return most.spot
}

// replace puts words over the places of those that they replace: line by line where
// there are as many lines or more, else one after the other. Lines that are too many
// are left to fill; they are the first ones where the last goes on in a line of the base.
func (p *placer) replace(start, end int, segments []segment) {
	lines := p.tokens[end-1].line - p.tokens[start].line + 1
	if lines < len(segments) {
		p.spread(start, end, segments)
		return
	}
	last := segments[len(segments)-1].rect
	if end < len(p.tokens) && p.tokens[end].line == p.tokens[end-1].line && p.spots[end].known() && p.spots[end].beside(last) {
		for ; lines > len(segments); lines-- {
			start = p.lineEnd(start, end)
		}
	}
	for n := range segments {
		next := p.lineEnd(start, end)
		p.spread(start, next, segments[n:n+1])
		start = next
	}
}

// lineEnd is the first of the words from start to end that is on another line.
func (p *placer) lineEnd(start, end int) int {
	line := p.tokens[start].line
	for start < end && p.tokens[start].line == line {
		start++
	}
	return start
}

// tooNarrow is the share of the page's mean width of a rune below which words have no
// room where they would come to lie: that was a speck, not what they replace.
const tooNarrow = 1. / 3

// spread deals the length of segments out to words by their runes, a blank counting as
// one. A word lies in the segment in which its middle comes to lie. Where there is no room
// the words are left to fill.
func (p *placer) spread(start, end int, segments []segment) {
	var length float64
	for _, s := range segments {
		length += float64(s.right - s.left)
	}
	perRune := length / float64(p.width(start, end))
	if perRune < tooNarrow*p.pitch {
		return
	}
	at, runes, passed := 0, 0, 0.0 // the segment, runes before, length of the segments before
	for n := start; n < end; n++ {
		from, to := perRune*float64(runes), perRune*float64(runes+p.runes[n])
		for at+1 < len(segments) && (from+to)/2 >= passed+float64(segments[at].right-segments[at].left) {
			passed += float64(segments[at].right - segments[at].left)
			at++
		}
		s := segments[at].rect
		p.put(n, float64(s.left)+from-passed, float64(s.left)+to-passed, s, s)
		runes += p.runes[n] + 1
	}
}

// width of words in runes, with the blanks between them.
func (p *placer) width(start, end int) int {
	sum := end - start - 1
	for _, r := range p.runes[start:end] {
		sum += r
	}
	return sum
}

// put gives a word a place that was not read, inside bounds and inside the area.
func (p *placer) put(n int, left, right float64, line, bounds rect) {
	r := rect{int64(math.Round(left)), line.top, int64(math.Round(right)), line.bottom}.inside(bounds)
	if !p.sheet.area.empty() {
		r = r.inside(p.sheet.area)
	}
	p.spots[n] = spot{rect: r, state: between}
}
