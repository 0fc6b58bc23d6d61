package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/png"
	"io"
	"math/rand/v2"
	"testing"
)

// noise fills a picture so that every filter of the encoder is used.
func noise(m draw.Image, seed uint64) draw.Image {
	r := rand.New(rand.NewPCG(seed, 1))
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			v := uint8(x*3 + y*5 + int(r.Uint32()%20))
			m.Set(x, y, color.NRGBA{v, v / 2, 255 - v, 255 - uint8(y)})
		}
	}
	return m
}

// pictures are of all kinds that Go's encoder writes, by what they are.
func pictures() map[string]image.Image {
	r := image.Rect(0, 0, 37, 23)
	two := color.Palette{color.Black, color.White}
	return map[string]image.Image{
		"gray 8": noise(image.NewGray(r), 1), "gray 16": noise(image.NewGray16(r), 2), "colour 8": opaque(noise(image.NewRGBA(r), 3)),
		"colour 16": opaque(noise(image.NewRGBA64(r), 4)), "alpha 8": noise(image.NewNRGBA(r), 5), "alpha 16": noise(image.NewNRGBA64(r), 6),
		"palette 8": noise(image.NewPaletted(r, palette.Plan9), 7), "palette 4": noise(image.NewPaletted(r, palette.Plan9[:11]), 8),
		"palette 2": noise(image.NewPaletted(r, palette.Plan9[:4]), 9), "palette 1": noise(image.NewPaletted(r, two), 10),
		"one pixel": noise(image.NewGray(image.Rect(0, 0, 1, 1)), 11),
	}
}

func opaque(m draw.Image) draw.Image {
	white := image.NewRGBA(m.Bounds())
	draw.Draw(white, m.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(white, m.Bounds(), m, image.Point{}, draw.Over)
	return white
}

func encoded(t testing.TB, m image.Image, level png.CompressionLevel) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRowsAreThoseOfThePicture(t *testing.T) {
	t.Parallel()
	for name, m := range pictures() {
		for _, level := range []png.CompressionLevel{png.NoCompression, png.BestCompression} {
			rows, err := openPNG(bytes.NewReader(encoded(t, m, level)), 1e6)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			want := opaqueOnWhite(m)
			n := 3
			if rows.gray {
				n = 1
			}
			row := make([]byte, rows.width*n)
			for y := range rows.height {
				if err := rows.next(row); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for x := range rows.width {
					r, g, b, _ := want.At(x, y).RGBA()
					for i, c := range []uint32{r, g, b}[:n] {
						if d := int(c>>8) - int(row[x*n+i]); d < -1 || d > 1 {
							t.Fatalf("%s: channel %d at %d,%d is %d, want %d", name, i, x, y, row[x*n+i], c>>8)
						}
					}
				}
			}
			if err := rows.next(row); err != io.EOF {
				t.Errorf("%s: after the last row: %v", name, err)
			}
		}
	}
}

func opaqueOnWhite(m image.Image) image.Image {
	white := image.NewNRGBA64(m.Bounds())
	draw.Draw(white, m.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(white, m.Bounds(), m, image.Point{}, draw.Over)
	return white
}

func TestDamagedPicturesAreRefused(t *testing.T) {
	t.Parallel()
	good := encoded(t, noise(image.NewGray(image.Rect(0, 0, 64, 64)), 1), png.DefaultCompression)
	for name, bad := range map[string][]byte{
		"nothing": nil, "no PNG": []byte("GIF89a and more"), "cut": good[:len(good)/2], "cut in the header": good[:20],
		"header damaged": flipped(good, 18), "pixels damaged": flipped(good, len(good)/2), "end first": append(bytes.Clone(good[:8]), good[len(good)-12:]...),
	} {
		if err := readAll(bad, 1e6); err == nil {
			t.Errorf("%s is read as a picture", name)
		}
	}
	if err := readAll(good, 64*64-1); err == nil {
		t.Error("a picture with more pixels than the limit is read")
	}
	if err := readAll(good, 64*64); err != nil {
		t.Errorf("a picture of as many pixels as the limit: %v", err)
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x10
	return b
}

func readAll(b []byte, limit int64) error {
	rows, err := openPNG(bytes.NewReader(b), limit)
	if err != nil {
		return err
	}
	row := make([]byte, rows.width*3)
	for range rows.height {
		if err := rows.next(row); err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, rows.pixels)
	return err
}

// FuzzPNG holds the reader to image/png: what that reads, this reads too, unless it is
// interlaced, and nothing makes it panic.
func FuzzPNG(f *testing.F) {
	for _, m := range pictures() {
		f.Add(encoded(f, m, png.DefaultCompression))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		config, err := png.DecodeConfig(bytes.NewReader(b))
		if err != nil || config.Width > 500 || config.Height > 500 || len(b) > 28 && b[28] != 0 {
			_ = readAll(b, 250_000)
			return
		}
		_, want := png.Decode(bytes.NewReader(b))
		if got := readAll(b, 250_000); want == nil && got != nil {
			t.Errorf("image/png reads it, and here it is %v", got)
		}
	})
}

// pyramid cuts a picture and returns its tiles by name.
func pyramid(t testing.TB, m image.Image) (shape, map[string]image.Image) {
	t.Helper()
	rows, err := openPNG(bytes.NewReader(encoded(t, m, png.BestSpeed)), 1e9)
	if err != nil {
		t.Fatal(err)
	}
	tiles := map[string]image.Image{}
	c := newCutter(rows.width, rows.height, rows.gray, func(level, x, y int, b []byte) error {
		tile, err := png.Decode(bytes.NewReader(b))
		tiles[tileName(level, x, y)] = tile
		return err
	})
	if err := c.cut(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	return shapeOf(rows.width, rows.height), tiles
}

func TestTilesAreThePage(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {512, 512}, {513, 1}, {1, 1025}, {520, 530}, {2049, 33}} {
		for _, m := range []draw.Image{image.NewGray(image.Rectangle{Max: size}), image.NewRGBA(image.Rectangle{Max: size})} {
			page := opaque(noise(m, 12))
			if _, gray := m.(*image.Gray); gray {
				page = noise(m, 12)
			}
			s, tiles := pyramid(t, page)
			name := fmt.Sprintf("%T of %v", m, size)
			count := 0
			for level := range s.Levels {
				side := tileSide << level
				for y := 0; y*side < size.Y; y++ {
					for x := 0; x*side < size.X; x++ {
						count++
						if tiles[tileName(level, x, y)] == nil || !s.has(level, x, y) {
							t.Errorf("%s has no tile %s", name, tileName(level, x, y))
						}
					}
				}
			}
			if count != len(tiles) || s.has(0, 0, (size.Y+511)/512) || s.has(s.Levels, 0, 0) || s.has(0, (size.X+511)/512, 0) {
				t.Errorf("%s has %d tiles, want %d", name, len(tiles), count)
			}
			top := tiles[tileName(s.Levels-1, 0, 0)].Bounds()
			if top.Dx() > tileSide || top.Dy() > tileSide {
				t.Errorf("%s: the last level is %v", name, top)
			}
			sameAtLevel0(t, name, page, tiles)
		}
	}
}

func sameAtLevel0(t *testing.T, name string, page image.Image, tiles map[string]image.Image) {
	t.Helper()
	for _, at := range []image.Point{{0, 0}, {page.Bounds().Dx() - 1, page.Bounds().Dy() - 1}, {page.Bounds().Dx() / 2, page.Bounds().Dy() / 2}} {
		tile := tiles[tileName(0, at.X/tileSide, at.Y/tileSide)]
		r, g, b, _ := page.At(at.X, at.Y).RGBA()
		tr, tg, tb, _ := tile.At(at.X%tileSide, at.Y%tileSide).RGBA()
		if r != tr || g != tg || b != tb {
			t.Errorf("%s: the pixel %v is %d,%d,%d in its tile and %d,%d,%d on the page", name, at, tr, tg, tb, r, g, b)
		}
	}
}

func TestLevelsAreMeans(t *testing.T) {
	t.Parallel()
	page := image.NewGray(image.Rect(0, 0, 1026, 3))
	for x := range 1026 {
		for y := range 3 {
			page.SetGray(x, y, color.Gray{Y: uint8(100 * (x % 2))})
		}
	}
	s, tiles := pyramid(t, page)
	if s.Levels != 3 {
		t.Fatalf("shape %+v", s)
	}
	for _, at := range []image.Point{{0, 0}, {511, 0}, {300, 1}} {
		if got := tiles[tileName(1, 0, 0)].(*image.Gray).GrayAt(at.X, at.Y).Y; got != 50 {
			t.Errorf("the mean of 0 and 100 is %d at %v", got, at)
		}
	}
}

// BenchmarkCut is a page of 10,000 × 14,000 pixels, bytes counted as pixels.
func BenchmarkCut(b *testing.B) {
	page := encoded(b, noise(image.NewGray(image.Rect(0, 0, 10_000, 14_000)), 1), png.BestSpeed)
	b.SetBytes(140e6)
	b.ReportAllocs()
	for b.Loop() {
		rows, err := openPNG(bytes.NewReader(page), 300e6)
		if err != nil {
			b.Fatal(err)
		}
		c := newCutter(rows.width, rows.height, rows.gray, func(int, int, int, []byte) error { return nil })
		if err := c.cut(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
	}
}
