package main

import (
	"math"
	"math/rand/v2"
)

// plane is a sheet of numbers between 0 and 1, row by row.
type plane struct {
	w, h int
	v    []float32
}

func newPlane(w, h int) *plane { return &plane{w: w, h: h, v: make([]float32, w*h)} }

// at reads (x, y); beyond the edge it repeats the nearest value.
func (p *plane) at(x, y int) float32 {
	return p.v[min(max(y, 0), p.h-1)*p.w+min(max(x, 0), p.w-1)]
}

// raise lifts (x, y) to value where it was lower; outside the sheet it does nothing.
func (p *plane) raise(x, y int, value float32) {
	if x < 0 || y < 0 || x >= p.w || y >= p.h {
		return
	}
	if i := y*p.w + x; p.v[i] < value {
		p.v[i] = value
	}
}

// between reads at a place between pixels, bilinearly.
func (p *plane) between(x, y float64) float32 {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := float32(x-x0), float32(y-y0)
	i, j := int(x0), int(y0)
	top := p.at(i, j)*(1-fx) + p.at(i+1, j)*fx
	bottom := p.at(i, j+1)*(1-fx) + p.at(i+1, j+1)*fx
	return top*(1-fy) + bottom*fy
}

// blurred returns the sheet under a Gaussian of sigma pixels.
func (p *plane) blurred(sigma float64) *plane {
	if sigma <= 0 {
		return p
	}
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float32, 2*reach+1)
	var sum float32
	for i := range kernel {
		d := float64(i - reach)
		kernel[i] = float32(math.Exp(-d * d / (2 * sigma * sigma)))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	return p.smeared(kernel, 1, 0).smeared(kernel, 0, 1)
}

// smeared folds the kernel along one axis, (dx, dy) being (1, 0) or (0, 1).
func (p *plane) smeared(kernel []float32, dx, dy int) *plane {
	out := newPlane(p.w, p.h)
	reach := len(kernel) / 2
	for y := range p.h {
		for x := range p.w {
			var sum float32
			for i, weight := range kernel {
				sum += weight * p.at(x+(i-reach)*dx, y+(i-reach)*dy)
			}
			out.v[y*p.w+x] = sum
		}
	}
	return out
}

// rotated returns the sheet turned clockwise about its middle by so many degrees, size kept.
func (p *plane) rotated(degrees float64) *plane {
	if degrees == 0 {
		return p
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(p.w)/2, float64(p.h)/2
	out := newPlane(p.w, p.h)
	for y := range p.h {
		for x := range p.w {
			dx, dy := float64(x)-cx, float64(y)-cy
			out.v[y*p.w+x] = p.between(cx+dx*cos+dy*sin, cy-dx*sin+dy*cos)
		}
	}
	return out
}

// clouds returns smooth random hills and valleys about cell pixels wide, values 0 to 1.
func clouds(w, h, cell int, rng *rand.Rand) *plane {
	grid := newPlane(w/cell+2, h/cell+2)
	for i := range grid.v {
		grid.v[i] = rng.Float32()
	}
	out := newPlane(w, h)
	for y := range h {
		for x := range w {
			out.v[y*w+x] = grid.between(float64(x)/float64(cell), float64(y)/float64(cell))
		}
	}
	return out
}
