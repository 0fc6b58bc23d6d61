//go:build tesseract

package main

// turn sets a raster upright: first mirrored left to right, then turned
// clockwise by quarters of a circle. The eight EXIF orientations are just these.
type turn struct {
	mirror   bool
	quarters int
}

// exifTurns is indexed by the EXIF orientation; 0 and 1 are upright.
var exifTurns = [9]turn{
	2: {mirror: true}, 3: {quarters: 2}, 4: {mirror: true, quarters: 2},
	5: {mirror: true, quarters: 3}, 6: {quarters: 1}, 7: {mirror: true, quarters: 1}, 8: {quarters: 3},
}

// exifTurn gives the turn of an EXIF orientation; values out of range are upright.
func exifTurn(orientation uint32) turn {
	if orientation < uint32(len(exifTurns)) {
		return exifTurns[orientation]
	}
	return turn{}
}

// then adds quarters on top of t.
func (t turn) then(quarters int) turn {
	return turn{t.mirror, (t.quarters + quarters) % 4}
}

// degrees is the clockwise part of the turn.
func (t turn) degrees() uint32 { return uint32(t.quarters) * 90 }

// back maps a rectangle of the upright picture to the original raster of the
// given size, cut to the raster's edges.
func (t turn) back(r rect, width, height int) rect {
	w, h := width, height
	if t.quarters%2 == 1 {
		w, h = height, width
	}
	for range (4 - t.quarters) % 4 {
		r = rect{h - r.bottom, r.left, h - r.top, r.right}
		w, h = h, w
	}
	if t.mirror {
		r = rect{w - r.right, r.top, w - r.left, r.bottom}
	}
	r.left, r.right = min(max(r.left, 0), w), min(max(r.right, 0), w)
	r.top, r.bottom = min(max(r.top, 0), h), min(max(r.bottom, 0), h)
	return r
}

// forth maps a rectangle of a raster of the given size to the picture that clockwise
// quarters make of it.
func forth(r rect, quarters, width, height int) rect {
	if quarters%2 == 1 {
		width, height = height, width
	}
	return turn{quarters: (4 - quarters) % 4}.back(r, width, height)
}
