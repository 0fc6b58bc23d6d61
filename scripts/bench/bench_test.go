package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestACommentChangesBytesAndNoPixel(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 20, 10))
	picture.SetGray(3, 4, color.Gray{Y: 200})
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, picture); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, picture, nil); err != nil {
		t.Fatal(err)
	}
	for _, encoded := range [][]byte{asPNG.Bytes(), asJPEG.Bytes()} {
		with, err := withComment(encoded, "copy 1")
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(with, encoded) {
			t.Error("the bytes are the same")
		}
		before, _, err := image.Decode(bytes.NewReader(encoded))
		if err != nil {
			t.Fatal(err)
		}
		after, format, err := image.Decode(bytes.NewReader(with))
		if err != nil {
			t.Fatal(err)
		}
		for y := range 10 {
			for x := range 20 {
				if before.At(x, y) != after.At(x, y) {
					t.Fatalf("%s: pixel %d, %d differs", format, x, y)
				}
			}
		}
	}
	for _, hostile := range []string{"", "\xff\xd8", "\xff\xd8\xff\xe0\xff\xff", "GIF89a", "\x89PNG\r\n\x1a\n"} {
		if _, err := withComment([]byte(hostile), "copy"); err == nil {
			t.Errorf("withComment(%q) took it for a picture", hostile)
		}
	}
}

func TestRatiosPairRounds(t *testing.T) {
	r := result{Values: []float64{2, 9, 4}, Base: []float64{1, 3, 4}, Goal: atLeast(2)}
	if got := spread(r.ratios()); got != "2.00 (1.00–3.00)" {
		t.Errorf("ratios %s", got)
	}
	if r.met() != "met" {
		t.Error("a median that equals its goal was missed")
	}
	share := result{Values: []float64{5, 5, 5}, Goal: below(5)}
	if share.met() != "MISSED" {
		t.Error("5 is not below 5")
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("median of four is %v", m)
	}
}

func TestReadProcessReadsThisOne(t *testing.T) {
	for range 50_000_000 { // some ticks of CPU
		_ = math.Sqrt(2)
	}
	p, err := readProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if p.pid != os.Getpid() || p.parent != os.Getppid() || p.name == "" {
		t.Errorf("read %+v", p)
	}
	if peak := peakMemory(os.Getpid()); peak < 1<<20 || peak > 1<<40 {
		t.Errorf("peak memory of %d bytes", peak)
	}
}

func TestASoakComparesTheEndWithNearTheBeginning(t *testing.T) {
	for _, c := range []struct{ values, first, last []float64 }{
		{[]float64{9, 1, 2, 3, 4, 5, 6, 7, 8, 10}, []float64{2, 3}, []float64{8, 10}},
		{[]float64{9, 1, 2}, []float64{1}, []float64{2}},
		{[]float64{9, 1}, []float64{1}, []float64{1}},
		{[]float64{9}, []float64{9}, []float64{9}},
	} {
		if first, last := ends(c.values); !slices.Equal(first, c.first) || !slices.Equal(last, c.last) {
			t.Errorf("%v: %v and %v", c.values, first, last)
		}
	}
}

func TestNoTwoPagesOfASoakAreAlike(t *testing.T) {
	b := &bench{work: t.TempDir(), samples: filepath.Join("..", "samples")}
	typist, err := b.newTypist()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for first := 0; first < 40; first += 20 {
		s, err := b.strips(typist, first, 20)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.pages {
			content, err := os.ReadFile(filepath.Join(s.folder, p.path))
			if err != nil {
				t.Fatal(err)
			}
			seen[string(content)] = true
		}
	}
	if len(seen) != 40 {
		t.Errorf("%d pictures of 40", len(seen))
	}
	if again := typist.strip(7); !bytes.Equal(again.Pix, typist.strip(7).Pix) || bytes.Equal(again.Pix, typist.strip(8).Pix) {
		t.Error("the number does not say which page it is")
	}
}

func TestLongSectionsRunOnlyWhenNamed(t *testing.T) {
	b := &bench{sectionsByOrder: []section{{name: "ingest"}, {name: "soak", long: true}}}
	for _, c := range []struct {
		wanted []string
		names  []string
	}{{nil, []string{"ingest"}}, {[]string{"soak"}, []string{"soak"}}} {
		chosen, err := b.choose(c.wanted)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range chosen {
			names = append(names, s.name)
		}
		if !slices.Equal(names, c.names) {
			t.Errorf("%v: %v", c.wanted, names)
		}
	}
}
