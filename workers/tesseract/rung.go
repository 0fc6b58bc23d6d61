//go:build tesseract

package main

// #include <leptonica/allheaders.h>
import "C"

import (
	"math"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Heights of a word in pixels. The models were trained on lines that are scaled to 36
// pixels, in which a word stands 28 to 32 high.
const (
	smallHeight  = 18 // below this enlarging pays: 13 pixels had twice the errors of 30
	properHeight = 30
	// properResolution in dots per inch gives type of 10 to 12 points that height.
	properResolution = 300
	mostEnlarged     = 4 // times
)

// leastSkew is the angle in degrees from which on lines are set level: below it Tesseract
// does as well by itself. mostSkew is as far as a skew is looked for.
const (
	leastSkew = 1.5
	mostSkew  = 12
)

// sureSkew is Leptonica's measure of how sharp the best angle stands out; below 3 it
// is not to be relied on, by its own documentation.
const sureSkew = 3

// skew gives the angle in degrees by which the picture has to be turned clockwise to
// set its lines level; 0 when it is small or cannot be told.
func skew(p *pix) (float64, error) {
	bits, err := p.halved()
	if err != nil {
		return 0, err
	}
	defer bits.Close()
	if bits.depth() == 8 {
		flat, err := flattened(bits)
		if err != nil {
			return 0, err
		}
		defer flat.Close()
		if err := bits.replace(C.pixThresholdToBinary(flat.c, C.l_int32(otsu(flat))+1)); err != nil {
			return 0, err
		}
	}
	var angle, sureness C.l_float32
	if C.pixFindSkewSweepAndSearch(bits.c, &angle, &sureness, 2, 1, mostSkew, 1, 0.02) != 0 {
		return 0, nil // too little on it
	}
	if sureness < sureSkew || math.Abs(float64(angle)) < leastSkew {
		return 0, nil
	}
	return float64(angle), nil
}

// halved gives the picture at half its size, where it is a large one; the caller closes both.
func (p *pix) halved() (*pix, error) {
	switch {
	case shrinkFactor(p) < maxFactor:
		return wrap(C.pixClone(p.c))
	case p.depth() == 1:
		return wrap(C.pixReduceRankBinary2(p.c, 2, nil))
	default:
		return wrap(C.pixScaleAreaMap2(p.c))
	}
}

// level gives the picture turned clockwise by an angle in degrees around its middle,
// paper coming in at the corners; the caller closes both.
func (p *pix) level(angle float64) (*pix, error) {
	g, err := p.grey()
	if err != nil {
		return nil, err
	}
	defer g.Close()
	return wrap(C.pixRotate(g.c, C.l_float32(angle*math.Pi/180), C.L_ROTATE_AREA_MAP, C.L_BRING_IN_WHITE, 0, 0))
}

// grey gives the picture with 8 bits; the caller closes both.
func (p *pix) grey() (*pix, error) {
	if p.depth() == 1 {
		return wrap(C.pixConvert1To8(nil, p.c, 255, 0))
	}
	return wrap(C.pixClone(p.c))
}

// scaled gives the picture enlarged or reduced; the caller closes both.
func (p *pix) scaled(factor float64) (*pix, error) {
	g, err := p.grey()
	if err != nil {
		return nil, err
	}
	defer g.Close()
	return wrap(C.pixScale(g.c, C.l_float32(factor), C.l_float32(factor)))
}

// flattened gives a grey picture with its paper brought to one level, so that a shadow
// or stain is not taken for ink; the caller closes both.
func flattened(p *pix) (*pix, error) {
	return wrap(C.pixBackgroundNormSimple(p.c, nil, nil))
}

// darkGround says that the picture is light writing on a dark ground: in most of its
// middle the commoner half of the pixels is dark. Black borders do not count.
func darkGround(p *pix) bool {
	g := shrink(p, shrinkFactor(p))
	dark, tiles := 0, 0
	const parts = 16
	for ty := 3; ty < parts-3; ty++ {
		for tx := 3; tx < parts-3; tx++ {
			n, low := 0, 0
			for y := ty * g.h / parts; y < (ty+1)*g.h/parts; y++ {
				for _, v := range g.data[y*g.w+tx*g.w/parts : y*g.w+(tx+1)*g.w/parts] {
					n++
					if v < darkLevel {
						low++
					}
				}
			}
			tiles++
			if 2*low > n {
				dark++
			}
		}
	}
	return 4*dark > 3*tiles
}

// darkLevel is below the paper of any scan that is not inverted, out of 255: the darkest
// page tried, a photograph taken in poor light, has 90.
const darkLevel = 70

// inverted gives the negative; the caller closes both.
func inverted(p *pix) (*pix, error) {
	return wrap(C.pixInvert(nil, p.c))
}

// asItIs says that a rung reads the picture untreated, in the usual layout and languages.
func asItIs(r *fondsv1.Rung) bool {
	return !r.GetAlone() && !r.GetFlatten() && !r.GetDespeckle() && !r.GetInvert() && layoutOf(r.GetLayout()) == layoutAuto
}

// onlyParts says that a rung does nothing to a picture but part ink from paper otherwise.
func onlyParts(r *fondsv1.Rung) bool {
	return asItIs(r) && thresholdingOf(r.GetThresholding()) != thresholdingOtsu
}

// onlyMoves says that a rung does nothing but level or enlarge.
func onlyMoves(r *fondsv1.Rung) bool {
	return asItIs(r) && (r.GetRescale() || r.GetDeskew()) && thresholdingOf(r.GetThresholding()) == thresholdingOtsu
}

// treat gives the picture as a rung wants it, in the same coordinates; the caller
// closes both. ok is false where the rung would change nothing.
func treat(p *pix, r *fondsv1.Rung) (treated *pix, ok bool, err error) {
	if p.depth() == 1 && !r.GetAlone() && !r.GetDespeckle() && !r.GetInvert() && layoutOf(r.GetLayout()) == layoutAuto {
		return nil, false, nil // no greys that could be parted otherwise
	}
	out, err := wrap(C.pixClone(p.c))
	if err != nil {
		return nil, false, err
	}
	for _, step := range []struct {
		wanted bool
		do     func(*pix) (*pix, error)
	}{
		{r.GetInvert(), inverted},
		{r.GetFlatten() && p.depth() == 8, flattened},
		{r.GetDespeckle(), smooth},
	} {
		if !step.wanted {
			continue
		}
		next, err := step.do(out)
		out.Close()
		if err != nil {
			return nil, false, err
		}
		out = next
	}
	return out, true, nil
}

// differing is the share of ink in which two pictures of 1 bit a pixel and one size differ;
// 1 where neither has any.
func differing(a, b *pix) float64 {
	both, err := wrap(C.pixXor(nil, a.c, b.c))
	if err != nil {
		return 1
	}
	defer both.Close()
	var ink, other C.l_int32
	if C.pixCountPixels(a.c, &ink, nil) != 0 || C.pixCountPixels(both.c, &other, nil) != 0 || ink == 0 {
		return 1
	}
	return float64(other) / float64(ink)
}

// layoutOf gives Tesseract's number.
func layoutOf(l fondsv1.Layout) string {
	switch l {
	case fondsv1.Layout_LAYOUT_COLUMN:
		return layoutColumn
	case fondsv1.Layout_LAYOUT_BLOCK:
		return layoutBlock
	case fondsv1.Layout_LAYOUT_LINE:
		return layoutLine
	case fondsv1.Layout_LAYOUT_SPARSE:
		return layoutSparse
	default:
		return layoutAuto
	}
}

// thresholdingOf gives Tesseract's number.
func thresholdingOf(t fondsv1.Thresholding) string {
	switch t {
	case fondsv1.Thresholding_THRESHOLDING_SAUVOLA:
		return thresholdingSauvola
	case fondsv1.Thresholding_THRESHOLDING_TILED:
		return thresholdingTiled
	default:
		return thresholdingOtsu
	}
}
