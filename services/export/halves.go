package export

import fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"

// Halves parts a box of a page, nil for the whole, in two where a line of text
// begins: the line that has the byte at of the body's text is the first of the
// second half. The body is that of the page, or cut to the box. The cut runs straight
// through the box, half way to the line before, across the direction in which lines
// follow each other once the page is turned upright. It is false where that line is
// the first, and for a body without lines.
func Halves(body *fondsv1.Body, box *fondsv1.Box, at int) (first, second *fondsv1.Box, ok bool) {
	if box == nil {
		box = &fondsv1.Box{Width: body.GetWidth(), Height: body.GetHeight()}
	}
	n := lineAt(body, at)
	if n <= 0 {
		return nil, nil, false
	}
	before, here := body.GetLines()[n-1].GetBox(), body.GetLines()[n].GetBox()
	sideways := body.GetTurn() == 90 || body.GetTurn() == 270
	from, length := box.GetY(), box.GetHeight()
	cut := (middle(before.GetY(), before.GetHeight()) + middle(here.GetY(), here.GetHeight())) / 2
	if sideways {
		from, length = box.GetX(), box.GetWidth()
		cut = (middle(before.GetX(), before.GetWidth()) + middle(here.GetX(), here.GetWidth())) / 2
	}
	if cut <= uint64(from) || cut >= uint64(from)+uint64(length) {
		return nil, nil, false
	}
	near, far := halve(box, sideways, uint32(cut)-from)
	if body.GetTurn() == 180 || body.GetTurn() == 270 {
		near, far = far, near
	}
	return near, far, true
}

func middle(start, length uint32) uint64 { return uint64(start) + uint64(length)/2 }

// halve cuts a box at a distance from its left or upper edge.
func halve(b *fondsv1.Box, sideways bool, distance uint32) (near, far *fondsv1.Box) {
	near = &fondsv1.Box{X: b.GetX(), Y: b.GetY(), Width: b.GetWidth(), Height: distance}
	far = &fondsv1.Box{X: b.GetX(), Y: b.GetY() + distance, Width: b.GetWidth(), Height: b.GetHeight() - distance}
	if sideways {
		near.Width, near.Height = distance, b.GetHeight()
		far.X, far.Y, far.Width, far.Height = b.GetX()+distance, b.GetY(), b.GetWidth()-distance, b.GetHeight()
	}
	return near, far
}

// lineAt gives the line that has a byte of the text, or the next one; -1 for none.
func lineAt(body *fondsv1.Body, at int) int {
	for n, l := range body.GetLines() {
		words := part(body.GetWords(), l.GetWordStart(), l.GetWordEnd())
		if len(words) > 0 && int(words[len(words)-1].GetEnd()) > at {
			return n
		}
	}
	return -1
}
