package main

import (
	"image"
	"image/color"
	"math/rand/v2"
)

// look says how a sheet was typed, kept and scanned. Tones are shares of full white or full ink.
type look struct {
	ink     float32    // darkness of a full strike
	uneven  float64    // how much weaker the weakest strike is
	spread  float64    // how far ink runs into the paper, sigma in pixels
	paper   float32    // brightness of the bare sheet
	stains  float32    // depth of broad stains and uneven light
	grain   float32    // depth of the paper's own texture
	noise   float64    // sigma of the scanner's noise
	blur    float64    // sigma of the scanner's lens, in pixels
	skew    float64    // degrees clockwise
	specks  int        // dust, a few pixels each
	tint    [3]float32 // colour of white, {} for a grey scan
	ribbon  [3]float32 // colour of full ink, used with tint
	bilevel bool       // scanned black and white
}

var (
	office   = look{ink: 0.82, uneven: 0.35, spread: 0.9, paper: 0.90, stains: 0.08, grain: 0.03, noise: 0.012, blur: 0.5, skew: 0.4, specks: 60}
	yellowed = look{
		ink: 0.80, uneven: 0.40, spread: 0.9, paper: 0.92, stains: 0.14, grain: 0.05, noise: 0.015, blur: 0.6, skew: -0.6, specks: 120,
		tint: [3]float32{0.98, 0.92, 0.78}, ribbon: [3]float32{0.14, 0.12, 0.16},
	}
	faded   = look{ink: 0.50, uneven: 0.45, spread: 0.9, paper: 0.88, stains: 0.12, grain: 0.04, noise: 0.018, blur: 0.6, skew: 0.5, specks: 80}
	copier  = look{ink: 0.95, uneven: 0.30, spread: 1.0, paper: 0.95, stains: 0.10, grain: 0.05, noise: 0.030, blur: 0.6, skew: -0.3, specks: 250, bilevel: true}
	dusty   = look{paper: 0.86, stains: 0.10, grain: 0.08, noise: 0.035, blur: 0.4, specks: 400}
	crooked = look{ink: 0.75, uneven: 0.40, spread: 0.9, paper: 0.86, stains: 0.35, grain: 0.04, noise: 0.015, blur: 0.6, skew: 1.2, specks: 100}
	carbon  = look{
		ink: 0.68, uneven: 0.40, spread: 1.4, paper: 0.90, stains: 0.10, grain: 0.08, noise: 0.015, blur: 0.7, skew: 0.3, specks: 150,
		tint: [3]float32{0.95, 0.93, 0.86}, ribbon: [3]float32{0.22, 0.24, 0.42},
	}
)

// sheet types the text and returns it as the scanner saw it.
func (l look) sheet(machine *typewriter, text string, seed uint64) (image.Image, error) {
	rng := rand.New(rand.NewPCG(seed, 1949))
	ink, err := machine.typed(text, l.uneven, rng)
	if err != nil {
		return nil, err
	}
	ink = l.inked(ink, rng).rotated(l.skew)
	paper := l.bare(ink.w, ink.h, rng)
	for i, covered := range ink.v {
		paper.v[i] *= 1 - l.ink*covered
	}
	seen := paper.blurred(l.blur)
	for i := range seen.v {
		seen.v[i] = min(max(seen.v[i]+float32(rng.NormFloat64()*l.noise), 0), 1)
	}
	switch {
	case l.bilevel:
		return bilevel(seen), nil
	case l.tint != [3]float32{}:
		return l.coloured(seen), nil
	default:
		return grey(seen), nil
	}
}

// inked lets the strikes run into the paper and the ribbon thin out here and there.
func (l look) inked(ink *plane, rng *rand.Rand) *plane {
	out := ink.blurred(l.spread)
	thin := clouds(ink.w, ink.h, dpi/8, rng)
	for i := range out.v {
		// A stroke is about two pixels wide, so the blur halves it: the factor brings it back.
		out.v[i] = min(out.v[i]*2.1, 1) * (1 - float32(l.uneven)*0.5*thin.v[i])
	}
	return out
}

// bare returns the empty sheet: stains, grain and dust.
func (l look) bare(w, h int, rng *rand.Rand) *plane {
	out := newPlane(w, h)
	stains := clouds(w, h, dpi*2, rng)
	grain := clouds(w, h, 3, rng)
	for i := range out.v {
		out.v[i] = l.paper * (1 - l.stains*stains.v[i]) * (1 - l.grain*grain.v[i])
	}
	for range l.specks {
		x, y, size := rng.IntN(w), rng.IntN(h), 1+rng.IntN(2)
		depth := 0.3 + 0.4*rng.Float32()
		for dy := range size {
			for dx := range size {
				if x+dx < w && y+dy < h {
					out.v[(y+dy)*w+x+dx] *= 1 - depth
				}
			}
		}
	}
	return out
}

// grey has sixteen shades: noise in more of them would double the file and tell no more.
func grey(p *plane) image.Image {
	shades := make(color.Palette, 16)
	for i := range shades {
		shades[i] = color.Gray{Y: uint8(i * 17)}
	}
	out := image.NewPaletted(image.Rect(0, 0, p.w, p.h), shades)
	for i, v := range p.v {
		out.Pix[i] = uint8(v*15 + 0.5)
	}
	return out
}

var blackWhite = color.Palette{color.Gray{}, color.Gray{Y: 255}}

// bilevel is white (index 1) where the sheet is brighter than five ninths.
func bilevel(p *plane) image.Image {
	out := image.NewPaletted(image.Rect(0, 0, p.w, p.h), blackWhite)
	for i, v := range p.v {
		if v > 0.55 {
			out.Pix[i] = 1
		}
	}
	return out
}

// coloured runs from the ribbon's colour in the dark to the paper's in the light.
func (l look) coloured(p *plane) image.Image {
	out := image.NewNRGBA(image.Rect(0, 0, p.w, p.h))
	for i, v := range p.v {
		for c := range 3 {
			tone := l.ribbon[c]*(1-v) + l.tint[c]*v
			out.Pix[4*i+c] = uint8(tone*255 + 0.5)
		}
		out.Pix[4*i+3] = 255
	}
	return out
}
