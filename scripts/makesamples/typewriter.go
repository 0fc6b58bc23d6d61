package main

import (
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A typewriter strikes ten characters to the inch; the lines here stand a fifth of an inch apart.
const (
	pitch   = dpi / 10
	leading = dpi / 5
	margin  = dpi * 3 / 4
	columns = 66 // what the carriage holds; a longer line is an error in the text
	rows    = 12 // the shortest sheet, for a blank or short text
)

// typewriter strikes single letters of one face.
type typewriter struct{ face font.Face }

func newTypewriter(file string) (*typewriter, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, err := opentype.Parse(body)
	if err != nil {
		return nil, err
	}
	// Courier advances 0.6 em, so 12 points give the pitch of ten to the inch.
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 12, DPI: dpi, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	return &typewriter{face: face}, nil
}

// typed returns a sheet of the size that the text needs, 0 where it is bare and 1 where ink is
// full. Each strike sits a little off its place and differs in strength by up to uneven (0 to 1).
func (t *typewriter) typed(text string, uneven float64, rng *rand.Rand) (*plane, error) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	ink := newPlane(2*margin+columns*pitch, 2*margin+max(len(lines), rows)*leading)
	for row, line := range lines {
		for column, letter := range []rune(line) {
			if column >= columns {
				return nil, fmt.Errorf("line %d is longer than %d characters", row+1, columns)
			}
			if letter == ' ' {
				continue
			}
			x := margin + float64(column*pitch) + rng.NormFloat64()*0.4
			y := margin + float64(row*leading) + rng.NormFloat64()*0.5
			strength := 1 - uneven*rng.Float64()
			if err := t.strike(ink, letter, x, y, strength); err != nil {
				return nil, fmt.Errorf("line %d: %w", row+1, err)
			}
		}
	}
	return ink, nil
}

// strike adds one letter whose baseline starts at (x, y) in pixels.
func (t *typewriter) strike(ink *plane, letter rune, x, y, strength float64) error {
	dot := fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
	bounds, mask, at, _, ok := t.face.Glyph(dot, letter)
	if !ok {
		return fmt.Errorf("the face has no letter %q", letter)
	}
	coverage, ok := mask.(*image.Alpha)
	if !ok {
		return fmt.Errorf("the face draws %T, not a coverage mask", mask)
	}
	for py := bounds.Min.Y; py < bounds.Max.Y; py++ {
		for px := bounds.Min.X; px < bounds.Max.X; px++ {
			a := coverage.AlphaAt(at.X+px-bounds.Min.X, at.Y+py-bounds.Min.Y).A
			ink.raise(px, py, float32(a)/255*float32(strength))
		}
	}
	return nil
}
