//go:build tesseract

package main

import (
	"math"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// rect is a rectangle in pixels, its right and bottom edges exclusive.
type rect struct{ left, top, right, bottom int }

// join is the smallest rectangle around both; an empty one adds nothing.
func (r rect) join(s rect) rect {
	if r == (rect{}) {
		return s
	}
	return rect{min(r.left, s.left), min(r.top, s.top), max(r.right, s.right), max(r.bottom, s.bottom)}
}

// box is the rectangle in the form of the contract.
func (r rect) box() *fondsv1.Box {
	return &fondsv1.Box{
		X: uint32(r.left), Y: uint32(r.top),
		Width: uint32(max(r.right-r.left, 0)), Height: uint32(max(r.bottom-r.top, 0)),
	}
}

// within moves what lies outside a picture of that size to its edge, at least a pixel of it.
func (r rect) within(width, height int) rect {
	r.left, r.top = min(max(r.left, 0), width-1), min(max(r.top, 0), height-1)
	r.right, r.bottom = max(min(r.right, width), r.left+1), max(min(r.bottom, height), r.top+1)
	return r
}

// times scales a box.
func (r rect) times(factor float64) rect {
	at := func(v int) int { return int(math.Round(float64(v) * factor)) }
	return rect{at(r.left), at(r.top), at(r.right), at(r.bottom)}
}

// turnedBox moves a box along as a picture of that size is turned clockwise around its
// middle by a small angle in degrees: its own size stays.
func turnedBox(b rect, width, height int, angle float64) rect {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	x := float64(b.left+b.right)/2 - float64(width)/2
	y := float64(b.top+b.bottom)/2 - float64(height)/2
	dx := int(math.Round(x*cos - y*sin - x))
	dy := int(math.Round(x*sin + y*cos - y))
	return rect{b.left + dx, b.top + dy, b.right + dx, b.bottom + dy}
}

// overlap is the height in pixels that two boxes have in common.
func overlap(a, b rect) int { return min(a.bottom, b.bottom) - max(a.top, b.top) }

// moved is the rectangle so far to the right and down.
func (r rect) moved(dx, dy int) rect {
	return rect{r.left + dx, r.top + dy, r.right + dx, r.bottom + dy}
}

// framed is the rectangle with a margin around it, as far as a picture of that size goes.
func (r rect) framed(margin, width, height int) rect {
	return rect{max(r.left-margin, 0), max(r.top-margin, 0), min(r.right+margin, width), min(r.bottom+margin, height)}
}

// middle is the pixel in the middle.
func (r rect) middle() (x, y int) { return (r.left + r.right) / 2, (r.top + r.bottom) / 2 }

// holds says that the middle of another rectangle lies in this one.
func (r rect) holds(other rect) bool {
	x, y := other.middle()
	return x >= r.left && x < r.right && y >= r.top && y < r.bottom
}
