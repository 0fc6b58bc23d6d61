//go:build tesseract

package main

import (
	"math"
	"slices"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// move levels and enlarges the picture where the rung says so and it is needed. What
// was read before moves along.
func (c *climb) move(r *fondsv1.Rung) (moved bool, err error) {
	if r.GetDeskew() {
		angle, err := skew(c.picture)
		if err != nil {
			return false, err
		}
		if angle != 0 {
			level, err := c.picture.level(angle)
			if err != nil {
				return false, err
			}
			c.step(r.GetName(), "levelled by %.2f degrees", angle)
			w, h := c.picture.width(), c.picture.height()
			c.shift(level, func(b rect) rect { return turnedBox(b, w, h, angle) }, func(b rect) rect { return turnedBox(b, w, h, -angle) })
			c.standard, moved = len(c.passes), true
		}
	}
	most := maxSide / float64(max(c.picture.width(), c.picture.height()))
	if factor := min(enlargement(c.verdict.height), most); r.GetRescale() && factor > 1 {
		large := float64(c.picture.width()) * float64(c.picture.height()) * factor * factor
		if c.work+int(large) > c.allowance() {
			c.step(r.GetName(), "not enlarged: %.1f of %.1f megapixels are spent", megapixels(c.work), megapixels(c.allowance()))
			return moved, nil
		}
		next, err := c.picture.scaled(factor)
		if err != nil {
			return false, err
		}
		c.step(r.GetName(), "enlarged %.2f times: words are %d pixels high", factor, c.verdict.height)
		c.enlarged *= factor
		c.verdict.height = int(math.Round(float64(c.verdict.height) * factor))
		c.shift(next, func(b rect) rect { return b.times(factor) }, func(b rect) rect { return b.times(1 / factor) })
		moved = true
	}
	return moved, nil
}

// shift goes on with another picture; forth and back map boxes to it and from it.
func (c *climb) shift(to *pix, forth, back func(rect) rect) {
	c.mount(to)
	for k, words := range c.passes {
		c.passes[k] = slices.Clone(words)
		for i := range c.passes[k] {
			c.passes[k][i].box = forth(c.passes[k][i].box)
		}
	}
	for i := range c.marks {
		c.marks[i] = forth(c.marks[i])
	}
	c.back = append([]func(rect) rect{back}, c.back...)
}

// mount takes up a picture and lets go of the one before, if it is the climb's own.
func (c *climb) mount(p *pix) {
	if c.owned {
		c.picture.Close()
	}
	c.picture, c.owned = p, p != nil
}

// home maps a box to the picture that the climb began with.
func (c *climb) home(b rect) rect {
	for _, f := range c.back {
		b = f(b)
	}
	return b.within(c.before[0], c.before[1])
}

// enlargement is the factor that gives words of that height the proper one; 1 where
// they are not small.
func enlargement(height int) float64 {
	if height == 0 || height >= smallHeight {
		return 1
	}
	return min(float64(properHeight)/float64(height), mostEnlarged)
}

// resolutionNow is the resolution of the picture as it has become: of one that was
// enlarged, at which type stands as high as it does on a page of 300 dpi, just that.
func (c *climb) resolutionNow() uint32 {
	if c.enlarged > 1 {
		return properResolution
	}
	return c.resolution
}
