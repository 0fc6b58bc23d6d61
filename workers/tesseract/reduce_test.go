//go:build tesseract

package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

// blownUp is typed.png with each pixel n times as wide and high.
func blownUp(t *testing.T, n int) *image.Gray {
	t.Helper()
	small := greyPicture(t, "typed.png")
	large := image.NewGray(image.Rect(0, 0, n*small.Rect.Dx(), n*small.Rect.Dy()))
	for y := range large.Rect.Dy() {
		for x := range large.Rect.Dx() {
			large.Pix[y*large.Stride+x] = small.Pix[y/n*small.Stride+x/n]
		}
	}
	return large
}

func TestAFinePageIsReadReducedAndKeepsItsBoxes(t *testing.T) {
	s := &server{reader: newReader(t, "eng")}
	plain := testImage(t, "typed.png")
	plain.Resolution = 300
	want, err := s.recognize(&enginev1.Recognize{Image: plain, Recipe: recipe("eng")})
	if err != nil {
		t.Fatal(err)
	}
	large := blownUp(t, 4)
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, large); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, large, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"large.png": asPNG.Bytes(), "large.jpg": asJPEG.Bytes()} {
		file := writeFile(t, name, content)
		file.Resolution, file.Finest = 1200, 400 // three times too fine
		got, err := s.recognize(&enginev1.Recognize{Image: file, Recipe: recipe("eng")})
		if err != nil {
			t.Fatal(err)
		}
		body := got.GetBody()
		if lines := linesOf(body.GetText()); !slices.Equal(lines, typed) {
			t.Errorf("%s: %q", name, lines)
			continue
		}
		checkBody(t, body)
		if body.GetWidth() != 6000 || body.GetHeight() != 2080 || body.GetResolution() != 400 {
			t.Errorf("%s: %d × %d at %d dpi", name, body.GetWidth(), body.GetHeight(), body.GetResolution())
		}
		for i, w := range body.GetWords() {
			small := want.GetBody().GetWords()[i].GetBox()
			dx, dy := int(w.GetBox().GetX())-4*int(small.GetX()), int(w.GetBox().GetY())-4*int(small.GetY())
			if dx*dx > 12*12 || dy*dy > 12*12 { // 3 pixels of the small page, 1 mm at 1200 dpi is 47
				t.Errorf("%s: word %d stands at %v, on the small page at %v", name, i, w.GetBox(), small)
			}
		}
	}
}

func TestHowFarAPageIsReduced(t *testing.T) {
	for _, c := range []struct {
		resolution, finest uint32
		side, factor       int
	}{
		{600, 400, 7000, 2},
		{600, 0, 7000, 1},
		{0, 400, 7000, 1},
		{400, 400, 7000, 1},
		{500, 400, 8048, 2},
		{1200, 400, 14000, 3},
		{1200, 400, 4000, 2},
		{2400, 400, 1000, 1}, // what cannot be true
	} {
		got := reduction(&enginev1.Image{Resolution: c.resolution, Finest: c.finest}, header{width: c.side, height: 10})
		if got != c.factor {
			t.Errorf("%+v: divided by %d", c, got)
		}
	}
	for factor, part := range map[int]int{1: 1, 2: 2, 3: 1, 4: 4, 6: 2, 8: 8, 12: 4, 16: 8} {
		if got := decodedSmaller(factor); got != part {
			t.Errorf("of %d the decoder does %d, want %d", factor, got, part)
		}
	}
}
