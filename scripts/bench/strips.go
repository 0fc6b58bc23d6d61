package main

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A strip is a small page: a few lines of type as high as that of the samples, in pixels.
const (
	stripWidth, stripHeight = 1200, 150
	stripMargin             = 30
	stripLeading            = 42
	stripColumns            = 56
)

// typist writes pages of which no two have more than single words in common. Pages that are
// nearly copies of each other would measure the search for copies.
type typist struct {
	face     font.Face
	words    []string // of the samples in their language
	language string
}

func (b *bench) newTypist() (*typist, error) {
	samples, err := b.bundled(1)
	if err != nil {
		return nil, err
	}
	t := &typist{language: samples.pages[0].language}
	for _, p := range samples.pages {
		if p.language == t.language {
			t.words = append(t.words, strings.Fields(p.truth)...)
		}
	}
	// A number or date that stands on hundreds of pages would measure the search for answers.
	t.words = slices.DeleteFunc(t.words, func(word string) bool { return strings.ContainsAny(word, "0123456789") })
	slices.Sort(t.words)
	t.words = slices.Compact(t.words)
	parsed, err := opentype.Parse(gomono.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the face: %w", err)
	}
	if t.face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: 12, DPI: 200}); err != nil {
		return nil, fmt.Errorf("open the face: %w", err)
	}
	return t, nil
}

// strip writes the page of a number: that number and words drawn at random.
func (t *typist) strip(number int) *image.Gray {
	rng := rand.New(rand.NewPCG(uint64(number), 1))
	page := image.NewGray(image.Rect(0, 0, stripWidth, stripHeight))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	pen := font.Drawer{Dst: page, Src: image.Black, Face: t.face}
	line := strconv.Itoa(number)
	for y := stripLeading; y < stripHeight; y += stripLeading {
		for {
			word := t.words[rng.IntN(len(t.words))]
			if len(line)+1+len(word) > stripColumns {
				break
			}
			line += " " + word
		}
		pen.Dot = fixed.P(stripMargin, y)
		pen.DrawString(line)
		line = t.words[rng.IntN(len(t.words))]
	}
	return page
}

// strips writes n pages from a number on into a folder with a manifest.
func (b *bench) strips(t *typist, first, n int) (set, error) {
	folder, err := b.folder("soak")
	if err != nil {
		return set{}, err
	}
	s := set{folder: folder, manifest: filepath.Join(folder, "manifest.tsv")}
	var manifest strings.Builder
	manifest.WriteString("file\tlang\n")
	for i := first; i < first+n; i++ {
		name := strconv.Itoa(i) + ".png"
		if err := writePNG(filepath.Join(folder, name), t.strip(i)); err != nil {
			return set{}, err
		}
		s.pages = append(s.pages, page{path: name, language: t.language})
		manifest.WriteString(name + "\t" + t.language + "\n")
	}
	if err := os.WriteFile(s.manifest, []byte(manifest.String()), 0o600); err != nil {
		return set{}, fmt.Errorf("write manifest: %w", err)
	}
	return s, nil
}

func writePNG(path string, picture image.Image) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make a page: %w", err)
	}
	if err := errors.Join((&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(file, picture), file.Close()); err != nil {
		return fmt.Errorf("write a page: %w", err)
	}
	return nil
}
