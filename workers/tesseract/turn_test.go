//go:build tesseract

package main

import "testing"

// TestBackFindsThePixel turns a raster with one marked pixel by Leptonica and
// asks where it came from: the arithmetic and the pictures must agree.
func TestBackFindsThePixel(t *testing.T) {
	const w, h = 7, 4
	at := rect{5, 1, 6, 2}
	for orientation := range uint32(9) {
		for quarters := range 4 {
			way := exifTurn(orientation).then(quarters)
			p := newGrey(t, w, h, func(x, y int) byte {
				if x == at.left && y == at.top {
					return 0
				}
				return 255
			})
			turned, err := p.turned(way)
			if err != nil {
				t.Fatal(err)
			}
			found := darkPixel(t, turned)
			if got := way.back(found, w, h); got != at {
				t.Errorf("EXIF %d and %d quarters: pixel at %v came back to %v, want %v", orientation, quarters, found, got, at)
			}
			turned.Close()
		}
	}
}

// TestExifTurnsAreTheStandards puts the letter F as each orientation stores it
// and expects it upright: rows from the EXIF standard's drawings.
func TestExifTurnsAreTheStandards(t *testing.T) {
	upright := []string{"###", "#..", "##.", "#.."}
	stored := map[uint32][]string{
		1: {"###", "#..", "##.", "#.."},
		2: {"###", "..#", ".##", "..#"},
		3: {"..#", ".##", "..#", "###"},
		4: {"#..", "##.", "#..", "###"},
		5: {"####", "#.#.", "#..."},
		6: {"#...", "#.#.", "####"},
		7: {"...#", ".#.#", "####"},
		8: {"####", ".#.#", "...#"},
	}
	for orientation, rows := range stored {
		p := newGrey(t, len(rows[0]), len(rows), func(x, y int) byte {
			if rows[y][x] == '#' {
				return 0
			}
			return 255
		})
		got, err := p.turned(exifTurn(orientation))
		if err != nil {
			t.Fatal(err)
		}
		defer got.Close()
		if got.width() != 3 || got.height() != 4 {
			t.Fatalf("orientation %d: %d × %d pixels", orientation, got.width(), got.height())
		}
		for y, row := range upright {
			for x := range row {
				if (got.bytes().row(y)[x^3] == 0) != (row[x] == '#') {
					t.Errorf("orientation %d: pixel %d, %d is wrong", orientation, x, y)
				}
			}
		}
	}
}

func TestBackStaysOnTheRaster(t *testing.T) {
	got := turn{quarters: 1}.back(rect{-5, -5, 500, 500}, 100, 50)
	if want := (rect{0, 0, 100, 50}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// darkPixel finds the one black pixel.
func darkPixel(t *testing.T, p *pix) rect {
	t.Helper()
	raster := p.bytes()
	for y := range p.height() {
		for x := range p.width() {
			if raster.row(y)[x^3] == 0 {
				return rect{x, y, x + 1, y + 1}
			}
		}
	}
	t.Fatal("no black pixel")
	return rect{}
}
