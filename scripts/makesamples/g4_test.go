package main

import (
	"bytes"
	"image"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/ccitt"
)

// decoded reads group 4 data back with a decoder that this project did not write.
func decoded(t *testing.T, body []byte, w, h int) *image.Gray {
	t.Helper()
	page := image.NewGray(image.Rect(0, 0, w, h))
	if err := ccitt.DecodeIntoGray(page, bytes.NewReader(body), ccitt.MSB, ccitt.Group4, nil); err != nil {
		t.Fatalf("decode %d×%d: %v", w, h, err)
	}
	return page
}

func wantSame(t *testing.T, page *image.Paletted) {
	t.Helper()
	w, h := page.Rect.Dx(), page.Rect.Dy()
	back := decoded(t, encodeG4(page), w, h)
	for i, index := range page.Pix {
		if white := back.Pix[i] == 255; white != (index == 1) {
			t.Fatalf("%d×%d: pixel (%d, %d) came back as white=%v", w, h, i%w, i/w, white)
		}
	}
}

// Long runs need make-up codes, widths that are no multiple of 8 padding, sparse lines pass mode.
func TestG4ComesBackUnchanged(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, w := range []int{1, 7, 8, 64, 65, 2560, 2624, 6000} {
		for _, change := range []float64{0, 0.001, 0.02, 0.3, 1} {
			page := image.NewPaletted(image.Rect(0, 0, w, 9), blackWhite)
			colour := uint8(1)
			for i := range page.Pix {
				if rng.Float64() < change {
					colour = 1 - colour
				}
				page.Pix[i] = colour
			}
			wantSame(t, page)
		}
	}
}

func FuzzG4(f *testing.F) {
	f.Add([]byte{0xff, 0x00, 0x3c}, uint8(5))
	f.Add([]byte{0x01}, uint8(1))
	f.Fuzz(func(t *testing.T, pixels []byte, width uint8) {
		w := int(width) + 1
		h := min(len(pixels)*8/w, 64)
		if h == 0 {
			return
		}
		page := image.NewPaletted(image.Rect(0, 0, w, h), blackWhite)
		for i := range page.Pix {
			page.Pix[i] = pixels[i/8] >> (i % 8) & 1
		}
		wantSame(t, page)
	})
}
