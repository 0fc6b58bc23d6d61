package decode

import (
	"math"
	"time"
)

// Limits bound what a scan may ask for. A zero field stands for its default.
type Limits struct {
	// MaxBytes is the largest file. Default 4 GiB: 500 uncompressed A4 pages
	// of 8 MB each, or 40 in colour at 600 dpi.
	MaxBytes int64
	// MaxPages is the largest number of pages. Default 3000, which is as far
	// as Leptonica goes into a TIFF file.
	MaxPages int
	// MaxSide is the longest side of a page in pixels. Default 32767:
	// Tesseract keeps coordinates in 16 bits and refuses more.
	MaxSide uint32
	// MaxPixels is the largest page in pixels. Default 300 million: an A0
	// sheet at 400 dpi has 248 million. At 1 bit it takes 38 MB, at 8 bits 300 MB.
	MaxPixels uint64
	// MaxDecoded is the memory in bytes that the decoder of a page may need at
	// its peak, its own buffers included. Default 1 GiB: colour is held at 4
	// bytes a pixel, and while it is read at 7 to 10, so this lets a broadsheet
	// newspaper page (23 × 33 inches) pass in colour at 400 dpi (121 million
	// pixels × 8 bytes = 970 MB). The memory limit of an engine child must lie above it.
	MaxDecoded uint64
	// ProcessTimeout is the wall time that one poppler process may take; CPU
	// time is limited to the same. Default 60 s: a dense A4 page at 600 dpi
	// takes 2 s.
	ProcessTimeout time.Duration
	// ProcessMemory is the data segment in bytes of one poppler process
	// (RLIMIT_DATA). Default 1 GiB: a grey page of MaxPixels takes 300 MB and
	// an image in it as much again.
	ProcessMemory uint64
}

// DefaultLimits returns the limits that zero fields stand for.
func DefaultLimits() Limits {
	return Limits{
		MaxBytes:       4 << 30,
		MaxPages:       3000,
		MaxSide:        math.MaxInt16,
		MaxPixels:      300_000_000,
		MaxDecoded:     1 << 30,
		ProcessTimeout: time.Minute,
		ProcessMemory:  1 << 30,
	}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	fill(&l.MaxBytes, d.MaxBytes)
	fill(&l.MaxPages, d.MaxPages)
	fill(&l.MaxSide, d.MaxSide)
	fill(&l.MaxPixels, d.MaxPixels)
	fill(&l.MaxDecoded, d.MaxDecoded)
	fill(&l.ProcessTimeout, d.ProcessTimeout)
	fill(&l.ProcessMemory, d.ProcessMemory)
	return l
}

func fill[T int | int64 | uint32 | uint64 | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// admit gives the page an outcome when it lies beyond the limits.
func (l Limits) admit(p *Page) {
	if p.Outcome == 0 {
		if r := l.check(p.Width, p.Height, p.bits); r != nil {
			p.refuse(r)
		}
	}
}

// check says what is wrong with a page of w × h pixels whose decoder needs
// bits per pixel, or nil. Sides are below 2^32, so the product fits 64 bits.
func (l Limits) check(w, h uint32, bits uint64) *Refusal {
	pixels := uint64(w) * uint64(h)
	switch {
	case pixels == 0:
		return corrupt("the page says that it is %d × %d pixels", w, h)
	case max(w, h) > l.MaxSide:
		return tooLarge("the page is %d × %d pixels; the limit is %d on a side", w, h, l.MaxSide)
	case pixels > l.MaxPixels:
		return tooLarge("the page is %d × %d pixels, %d in all; the limit is %d", w, h, pixels, l.MaxPixels)
	case pixels/8*bits > l.MaxDecoded:
		return tooLarge("the page is %d × %d pixels and needs %d MiB to decode; the limit is %d MiB",
			w, h, pixels/8*bits>>20, l.MaxDecoded>>20)
	}
	return nil
}

// plausible returns dots per inch as a whole number, or 0 when the value cannot
// be that of a scan: 72 and 96 are what software writes when it does not know,
// and 2400 is as far as Tesseract believes.
func plausible(dpi float64) uint32 {
	if dpi >= 99.5 && dpi < 2400.5 { // false for NaN
		return uint32(math.Round(dpi))
	}
	return 0
}
