//go:build tesseract

package main

import (
	"math/rand/v2"
	"testing"
)

// newGrey makes a picture from a function of column and row; the test closes it.
func newGrey(t testing.TB, w, h int, level func(x, y int) byte) *pix {
	t.Helper()
	p, err := newPix(w, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	raster := p.bytes()
	for y := range h {
		row := raster.row(y)
		for x := range w {
			row[x^3] = level(x, y)
		}
	}
	return p
}

// A4 at 300 dpi.
const sheetWidth, sheetHeight = 2480, 3508

// noise gives levels of a paper with normally distributed noise.
func noise(paper, spread float64, seed uint64) func(x, y int) byte {
	random := rand.New(rand.NewPCG(seed, 1))
	return func(int, int) byte {
		return byte(min(max(paper+spread*random.NormFloat64(), 0), 255))
	}
}

// pepper gives white paper with a share of black pixels.
func pepper(share float64, seed uint64) func(x, y int) byte {
	random := rand.New(rand.NewPCG(seed, 2))
	return func(int, int) byte {
		if random.Float64() < share {
			return 0
		}
		return 255
	}
}

// with puts ink of some contrast on a sheet.
func with(sheet func(x, y int) byte, contrast int, ink func(x, y int) bool) func(x, y int) byte {
	return func(x, y int) byte {
		level := sheet(x, y)
		if ink(x, y) {
			return byte(max(int(level)-contrast, 0))
		}
		return level
	}
}

// seven is the digit of a page number, 25 by 36 pixels, at the foot of a sheet.
func seven(x, y int) bool {
	x, y = x-1240, y-3300
	if x < 0 || x >= 25 || y < 0 || y >= 36 {
		return false
	}
	return y < 5 || x >= 20-y/2 && x < 25-y/2
}

// border is the black edge of a scanner's lid, and two punch holes.
func border(x, y int) bool {
	hole := func(cy int) bool { return (x-200)*(x-200)+(y-cy)*(y-cy) < 40*40 }
	return x < 90 || y < 60 || hole(1400) || hole(2100)
}

func TestBlankSheets(t *testing.T) {
	sheets := map[string]func(x, y int) byte{
		"white":                   func(int, int) byte { return 255 },
		"black":                   func(int, int) byte { return 0 },
		"grey":                    func(int, int) byte { return 128 },
		"little noise":            noise(238, 4, 1),
		"much noise":              noise(225, 20, 2),
		"noise cut off at white":  noise(252, 6, 3),
		"pepper 2 in 100":         pepper(0.02, 4),
		"border and punch holes":  with(noise(238, 4, 5), 220, border),
		"shadow towards one side": func(x, y int) byte { return byte(240 - 60*x/sheetWidth) },
		"folded twice":            with(noise(238, 4, 6), 40, func(_, y int) bool { return y%1200 < 3 && y > 100 }),
	}
	for name, level := range sheets {
		t.Run(name, func(t *testing.T) {
			s := look2(t, level)
			if !s.blank() {
				t.Errorf("%d marks, want none; first %+v", len(s.marks), s.marks[0])
			}
		})
	}
}

func TestSheetsWithAPageNumberAreNotBlank(t *testing.T) {
	sheets := map[string]func(x, y int) byte{
		"white":                  with(func(int, int) byte { return 255 }, 200, seven),
		"8 % contrast":           with(func(int, int) byte { return 230 }, 20, seven),
		"8 % contrast and noise": with(noise(230, 4, 11), 20, seven),
		"much noise":             with(noise(225, 20, 12), 150, seven),
		"pepper 2 in 100":        with(pepper(0.02, 13), 230, seven),
		"border and punch holes": with(noise(238, 4, 14), 220, func(x, y int) bool { return border(x, y) || seven(x, y) }),
	}
	for name, level := range sheets {
		t.Run(name, func(t *testing.T) {
			if s := look2(t, level); s.blank() {
				t.Error("blank, want marks")
			}
		})
	}
}

func look2(t *testing.T, level func(x, y int) byte) *survey {
	t.Helper()
	p := newGrey(t, sheetWidth, sheetHeight, level)
	return look(p, shrinkFactor(p))
}

func TestNoiseIsCrowdedAndTypeIsNot(t *testing.T) {
	if s := look2(t, noise(225, 20, 21)); !s.crowded() {
		t.Errorf("an empty sheet of noise has %d specks, want more than %d", s.specks, maxSpecks)
	}
	p, err := decode(testImage(t, "typed.png"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if s := look(p.pix, shrinkFactor(p.pix)); s.crowded() || s.speckled() || len(s.marks) < 100 {
		t.Errorf("five lines of type have %d specks and %d marks", s.specks, len(s.marks))
	}
}

func TestOutlinesCountMarksAndHoles(t *testing.T) {
	cases := map[string]struct {
		rows            []string
		marks, outlines int
	}{
		"nothing":        {[]string{"....", "...."}, 0, 0},
		"one pixel":      {[]string{"....", ".#.."}, 1, 1},
		"corner touch":   {[]string{"#...", ".#..", "..#."}, 1, 1},
		"ring":           {[]string{"####", "#..#", "####"}, 1, 2},
		"two rings":      {[]string{"###.###", "#.#.#.#", "###.###"}, 2, 4},
		"eight":          {[]string{"###", "#.#", "###", "#.#", "###"}, 1, 3},
		"joined late":    {[]string{"#.#.#", "#.#.#", "#####"}, 1, 1},
		"whole picture":  {[]string{"###", "###"}, 1, 1},
		"edge to edge":   {[]string{"#..#", "#..#"}, 2, 2},
		"diagonal frame": {[]string{".#.", "#.#", ".#."}, 1, 2},
	}
	for name, c := range cases {
		l := &labels{}
		for y, row := range c.rows {
			dark := make([]byte, len(row))
			for x := range row {
				if row[x] == '#' {
					dark[x] = 1
				}
			}
			l.nextRow()
			runs(dark, func(from, to int) { l.add(y, from, to) })
		}
		if got := len(l.found(1)); got != c.marks {
			t.Errorf("%s: %d marks, want %d", name, got, c.marks)
		}
		if got := l.outlines(); got != c.outlines {
			t.Errorf("%s: %d outlines, want %d", name, got, c.outlines)
		}
	}
}

// TestRowsOfBitsAndBytesGiveTheSameRuns checks both fast scanners against the
// plain one, on random rows of odd widths.
func TestRowsOfBitsAndBytesGiveTheSameRuns(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		w := 1 + random.IntN(200)
		threshold := byte(random.IntN(255))
		levels := make([]byte, w)
		dark := make([]byte, w)
		for x := range levels {
			levels[x] = byte(random.IntN(256))
			if random.IntN(2) == 0 {
				levels[x] = byte(int(threshold) + random.IntN(3) - 1)
			}
			if levels[x] <= threshold {
				dark[x] = 1
			}
		}
		grey := newGrey(t, w, 1, func(x, _ int) byte { return levels[x] })
		var want, got [][2]int
		runs(dark, func(from, to int) { want = append(want, [2]int{from, to}) })
		greyRuns(grey, 0, threshold, func(from, to int) { got = append(got, [2]int{from, to}) })
		if !equalRuns(got, want) {
			t.Fatalf("bytes: runs %v, want %v", got, want)
		}
		bits, err := toBits(grey, threshold)
		if err != nil {
			t.Fatal(err)
		}
		got = nil
		bitRuns(bits, 0, func(from, to int) { got = append(got, [2]int{from, to}) })
		bits.Close()
		if !equalRuns(got, want) {
			t.Fatalf("bits: runs %v, want %v", got, want)
		}
	}
}

func equalRuns(a, b [][2]int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestShrinkAverages(t *testing.T) {
	level := func(x, y int) byte { return byte(7*x + 13*y) }
	for _, factor := range []int{1, 2, 4} {
		const w, h = 45, 31
		p := newGrey(t, w, h, level)
		got := shrink(p, factor)
		if got.w != w/factor || got.h != h/factor {
			t.Fatalf("factor %d: %d × %d", factor, got.w, got.h)
		}
		for y := range got.h {
			for x := range got.w {
				sum := 0
				for dy := range factor {
					for dx := range factor {
						sum += int(level(x*factor+dx, y*factor+dy))
					}
				}
				if want := byte(sum / (factor * factor)); got.data[y*got.w+x] != want {
					t.Fatalf("factor %d at %d, %d: %d, want %d", factor, x, y, got.data[y*got.w+x], want)
				}
			}
		}
	}
}
