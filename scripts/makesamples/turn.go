package main

import "image"

// turn is how the sheet lay on the scanner.
type turn int

const (
	upright turn = iota
	upsideDown
	// turnedByEXIF stores the pixels a quarter turn to the left and says so with EXIF
	// orientation 6, as cameras do: a reader has to turn them clockwise.
	turnedByEXIF
)

// apply returns the pixels as the scanner stored them.
func (t turn) apply(sheet image.Image) image.Image {
	b := sheet.Bounds()
	w, h := b.Dx(), b.Dy()
	switch t {
	case upsideDown:
		return mapped(sheet, w, h, func(x, y int) (int, int) { return w - 1 - x, h - 1 - y })
	case turnedByEXIF:
		return mapped(sheet, h, w, func(x, y int) (int, int) { return w - 1 - y, x })
	default:
		return sheet
	}
}

// mapped builds a w×h picture of the same kind whose pixel (x, y) comes from source(x, y).
func mapped(sheet image.Image, w, h int, source func(x, y int) (int, int)) image.Image {
	if old, ok := sheet.(*image.Paletted); ok {
		out := image.NewPaletted(image.Rect(0, 0, w, h), old.Palette)
		for y := range h {
			for x := range w {
				out.SetColorIndex(x, y, old.ColorIndexAt(source(x, y)))
			}
		}
		return out
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.Set(x, y, sheet.At(source(x, y)))
		}
	}
	return out
}
