package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
)

// tileSide is the side of a tile in pixels.
const tileSide = 512

// shape is what the page must know of a pyramid to ask for its tiles. Level 0 is the
// page as it is; each level has half the sides of the one before, rounded up, and the
// last one is a single tile.
type shape struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	Tile   int `json:"tile"`
	Levels int `json:"levels"`
}

func shapeOf(width, height int) shape {
	s := shape{Width: width, Height: height, Tile: tileSide, Levels: 1}
	for w, h := width, height; w > tileSide || h > tileSide; s.Levels++ {
		w, h = (w+1)/2, (h+1)/2
	}
	return s
}

// has tells that there is such a tile; none of the numbers is below 0.
func (s shape) has(level, x, y int) bool {
	if level >= s.Levels {
		return false
	}
	side := tileSide << level
	return x*side < s.Width && y*side < s.Height
}

// cutter makes a pyramid of a page in one pass over its rows. Each level keeps a band of
// 512 rows; a full one is cut into tiles, and two rows make one of the next level. So a
// page of 10,000 × 14,000 pixels in colour takes 41 MB instead of 560.
type cutter struct {
	gray   bool
	levels []*band
	save   func(level, x, y int, png []byte) error
	coder  png.Encoder
	buffer bytes.Buffer
}

type band struct {
	width, height int
	rows          []byte // of this band
	filled        int    // rows in it
	done          int    // rows cut before it
	odd           []byte // a row that waits for its second half; nil for none
}

func newCutter(width, height int, gray bool, save func(level, x, y int, png []byte) error) *cutter {
	c := &cutter{gray: gray, save: save, coder: png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &onePool{}}}
	for range shapeOf(width, height).Levels {
		c.levels = append(c.levels, &band{width: width, height: height, rows: make([]byte, width*min(height, tileSide)*c.bytes())})
		width, height = (width+1)/2, (height+1)/2
	}
	return c
}

// onePool lends the encoder its one buffer again and again.
type onePool struct{ held *png.EncoderBuffer }

func (p *onePool) Get() *png.EncoderBuffer  { return p.held }
func (p *onePool) Put(b *png.EncoderBuffer) { p.held = b }

// bytes of a pixel.
func (c *cutter) bytes() int {
	if c.gray {
		return 1
	}
	return 3
}

// cut reads a page to its end.
func (c *cutter) cut(ctx context.Context, page *pngRows) error {
	row := make([]byte, page.width*c.bytes())
	for y := range page.height {
		if y%tileSide == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := page.next(row); err != nil {
			return err
		}
		if err := c.add(0, row); err != nil {
			return err
		}
	}
	// The bytes after the last row have the checksum of them all.
	if n, err := io.Copy(io.Discard, io.LimitReader(page.pixels, 1)); n > 0 || err != nil {
		return fmt.Errorf("PNG: after the last row: %d bytes, %w", n, err)
	}
	return nil
}

// add puts a row into a level, and half of it into the next.
func (c *cutter) add(level int, row []byte) error {
	b := c.levels[level]
	copy(b.rows[b.filled*len(row):], row)
	b.filled++
	last := b.done+b.filled == b.height
	if b.filled == tileSide || last {
		if err := c.flush(level); err != nil {
			return err
		}
	}
	if level+1 == len(c.levels) {
		return nil
	}
	if b.odd == nil && !last {
		b.odd = bytes.Clone(row)
		return nil
	}
	first := b.odd
	b.odd = nil
	if first == nil {
		first = row // the last of an odd number is its own second
	}
	return c.add(level+1, c.halve(first, row, b.width))
}

// halve makes one row of two, each pixel the mean of four.
func (c *cutter) halve(one, two []byte, width int) []byte {
	n := c.bytes()
	half := make([]byte, (width+1)/2*n)
	for x := range (width + 1) / 2 {
		left, right := 2*x*n, min(2*x+1, width-1)*n
		for i := range n {
			sum := int(one[left+i]) + int(one[right+i]) + int(two[left+i]) + int(two[right+i])
			half[x*n+i] = byte((sum + 2) / 4)
		}
	}
	return half
}

// flush cuts the band of a level into tiles.
func (c *cutter) flush(level int) error {
	b := c.levels[level]
	for x := 0; x*tileSide < b.width; x++ {
		c.buffer.Reset()
		if err := c.coder.Encode(&c.buffer, c.view(b, x)); err != nil {
			return fmt.Errorf("encode a tile: %w", err)
		}
		if err := c.save(level, x, b.done/tileSide, c.buffer.Bytes()); err != nil {
			return err
		}
	}
	b.done, b.filled = b.done+b.filled, 0
	return nil
}

// view is a tile of a band as an image.
func (c *cutter) view(b *band, x int) image.Image {
	left, width := x*tileSide, min(tileSide, b.width-x*tileSide)
	if c.gray {
		return &image.Gray{Pix: b.rows[left:], Stride: b.width, Rect: image.Rect(0, 0, width, b.filled)}
	}
	tile := image.NewRGBA(image.Rect(0, 0, width, b.filled))
	for y := range b.filled {
		from := b.rows[(y*b.width+left)*3:]
		to := tile.Pix[y*tile.Stride:]
		for i := range width {
			copy(to[4*i:], from[3*i:3*i+3])
			to[4*i+3] = 255
		}
	}
	return tile
}
