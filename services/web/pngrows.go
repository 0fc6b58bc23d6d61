package web

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// pngRows reads a PNG a row at a time, so that a page of 300 million pixels needs the
// memory of two rows. image/png would need all of them at once: 1.2 GB in colour.
// It reads what is not interlaced, in all depths; 16 bits lose the lower 8, and what is
// transparent stands on white.
type pngRows struct {
	width, height int
	// gray is set when rows have one byte a pixel, else they have three.
	gray bool

	depth, kind int // as IHDR has them
	palette     [256][3]byte
	alphas      [256]byte
	pixels      io.ReadCloser
	row, before []byte // filtered bytes of this row and the one above
	at          int    // rows read
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// The colour types of PNG.
const (
	pngGray      = 0
	pngColor     = 2
	pngPalette   = 3
	pngGrayAlpha = 4
	pngAlpha     = 6
)

// pngDepths are the depths that each colour type may have, and its samples a pixel.
var pngDepths = map[int]struct {
	depths  []int
	samples int
}{
	pngGray: {[]int{1, 2, 4, 8, 16}, 1}, pngColor: {[]int{8, 16}, 3}, pngPalette: {[]int{1, 2, 4, 8}, 1},
	pngGrayAlpha: {[]int{8, 16}, 2}, pngAlpha: {[]int{8, 16}, 4},
}

// maxPNGSide bounds a side, so that a row stays below 2 MB.
const maxPNGSide = 200_000

// openPNG reads up to the first row, and refuses what has more pixels than maxPixels
// before it makes room for any.
func openPNG(r io.Reader, maxPixels int64) (*pngRows, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	signature := make([]byte, len(pngSignature))
	if _, err := io.ReadFull(in, signature); err != nil || string(signature) != pngSignature {
		return nil, errors.Join(errors.New("not a PNG"), err)
	}
	p := &pngRows{}
	for i := range p.alphas {
		p.alphas[i] = 255
	}
	for first := true; ; first = false {
		kind, size, err := chunkHead(in)
		switch {
		case err != nil:
			return nil, err
		case first != (kind == "IHDR"):
			return nil, fmt.Errorf("PNG: %q stands where it may not", kind)
		case kind == "IDAT":
			return p, p.begin(in, size)
		}
		if err := p.chunk(in, kind, size, maxPixels); err != nil {
			return nil, err
		}
	}
}

func chunkHead(in io.Reader) (kind string, size uint32, err error) {
	var head [8]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return "", 0, fmt.Errorf("PNG breaks off: %w", err)
	}
	size = binary.BigEndian.Uint32(head[:4])
	if size > 1<<31-1 {
		return "", 0, errors.New("PNG: a chunk is larger than the format allows")
	}
	return string(head[4:]), size, nil
}

// chunk takes one that stands before the pixels; those of no use are skipped.
func (p *pngRows) chunk(in io.Reader, kind string, size uint32, maxPixels int64) error {
	if kind != "IHDR" && kind != "PLTE" && kind != "tRNS" {
		_, err := io.CopyN(io.Discard, in, int64(size)+4)
		return err
	}
	if size > 768 {
		return fmt.Errorf("PNG: %s is too long", kind)
	}
	data := make([]byte, size+4)
	if _, err := io.ReadFull(in, data); err != nil {
		return fmt.Errorf("PNG breaks off: %w", err)
	}
	sum := crc32.Update(crc32.ChecksumIEEE([]byte(kind)), crc32.IEEETable, data[:size])
	if sum != binary.BigEndian.Uint32(data[size:]) {
		return fmt.Errorf("PNG: %s is damaged", kind)
	}
	data = data[:size]
	switch {
	case kind == "IHDR":
		return p.header(data, maxPixels)
	case kind == "PLTE":
		p.gray = p.gray || p.kind == pngPalette
		for i := 0; i+2 < len(data); i += 3 {
			copy(p.palette[i/3][:], data[i:])
			p.gray = p.gray && data[i] == data[i+1] && data[i] == data[i+2]
		}
	case p.kind == pngPalette:
		copy(p.alphas[:], data)
	}
	return nil
}

func (p *pngRows) header(data []byte, maxPixels int64) error {
	if len(data) != 13 {
		return errors.New("PNG: the header has not 13 bytes")
	}
	width, height := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
	if width == 0 || height == 0 || width > maxPNGSide || height > maxPNGSide || int64(width)*int64(height) > maxPixels {
		return fmt.Errorf("PNG: %d × %d pixels are not within the limit of %d", width, height, maxPixels)
	}
	p.width, p.height, p.depth, p.kind = int(width), int(height), int(data[8]), int(data[9])
	form, ok := pngDepths[p.kind]
	if !ok || !slices.Contains(form.depths, p.depth) || data[10] != 0 || data[11] != 0 {
		return fmt.Errorf("PNG: colour type %d of %d bits is none", p.kind, p.depth)
	}
	if data[12] != 0 {
		return errors.New("PNG: interlaced ones are not read here")
	}
	p.gray = p.kind == pngGray || p.kind == pngGrayAlpha
	packed := (p.width*form.samples*p.depth + 7) / 8
	p.row, p.before = make([]byte, 1+packed), make([]byte, 1+packed)
	return nil
}

func (p *pngRows) begin(in io.Reader, size uint32) error {
	pixels, err := zlib.NewReader(&idat{in: in, left: size, crc: crc32.ChecksumIEEE([]byte("IDAT"))})
	if err != nil {
		return fmt.Errorf("PNG: %w", err)
	}
	p.pixels = pixels
	return nil
}

// next writes the next row to dst, of width or three times width bytes.
func (p *pngRows) next(dst []byte) error {
	if p.at == p.height {
		return io.EOF
	}
	p.at++
	p.row, p.before = p.before, p.row
	if _, err := io.ReadFull(p.pixels, p.row); err != nil {
		return fmt.Errorf("PNG breaks off in row %d: %w", p.at, err)
	}
	form := pngDepths[p.kind]
	if err := unfilter(p.row[0], p.row[1:], p.before[1:], max(1, form.samples*p.depth/8)); err != nil {
		return err
	}
	p.expand(dst, p.row[1:], form.samples)
	return nil
}

// unfilter undoes the filter of a row; step is the bytes of a pixel.
func unfilter(filter byte, row, above []byte, step int) error {
	switch filter {
	case 0:
	case 1:
		for i := step; i < len(row); i++ {
			row[i] += row[i-step]
		}
	case 2:
		for i := range row {
			row[i] += above[i]
		}
	case 3:
		for i := range row {
			left := 0
			if i >= step {
				left = int(row[i-step])
			}
			row[i] += byte((left + int(above[i])) / 2)
		}
	case 4:
		for i := range row {
			var left, corner byte
			if i >= step {
				left, corner = row[i-step], above[i-step]
			}
			row[i] += paeth(left, above[i], corner)
		}
	default:
		return fmt.Errorf("PNG: there is no filter %d", filter)
	}
	return nil
}

// paeth is the neighbour that is nearest to left + above - corner.
func paeth(left, above, corner byte) byte {
	a, b, c := int(left), int(above), int(corner)
	toLeft, toAbove := b-c, a-c
	toCorner := toLeft + toAbove
	toLeft, toAbove, toCorner = max(toLeft, -toLeft), max(toAbove, -toAbove), max(toCorner, -toCorner)
	switch {
	case toLeft <= toAbove && toLeft <= toCorner:
		return left
	case toAbove <= toCorner:
		return above
	}
	return corner
}

// expand writes the samples of a row as one or three bytes a pixel.
func (p *pngRows) expand(dst, row []byte, samples int) {
	bytes := p.depth / 8
	switch {
	case p.kind == pngGray && p.depth == 8, p.kind == pngColor && p.depth == 8:
		copy(dst, row)
	case p.depth < 8 || p.kind == pngPalette:
		p.expandBits(dst, row)
	case p.kind == pngGray || p.kind == pngColor: // 16 bits
		for i := range p.width * samples {
			dst[i] = row[2*i]
		}
	default: // with alpha
		colors := samples - 1
		for x := range p.width {
			pixel := row[x*samples*bytes:]
			alpha := pixel[colors*bytes]
			for c := range colors {
				dst[x*colors+c] = onWhite(pixel[c*bytes], alpha)
			}
		}
	}
}

func (p *pngRows) expandBits(dst, row []byte) {
	mask := byte(1<<p.depth - 1)
	if p.depth == 8 {
		mask = 255
	}
	perByte := 8 / p.depth
	for x := range p.width {
		v := row[x/perByte] >> (8 - p.depth*(x%perByte+1)) & mask
		switch {
		case p.kind == pngGray:
			dst[x] = v * (255 / mask)
		case p.gray:
			dst[x] = onWhite(p.palette[v][0], p.alphas[v])
		default:
			for c := range 3 {
				dst[3*x+c] = onWhite(p.palette[v][c], p.alphas[v])
			}
		}
	}
}

func onWhite(v, alpha byte) byte {
	return byte((int(v)*int(alpha) + 255*(255-int(alpha)) + 127) / 255)
}

// idat reads the bytes of the pixels, which may stand in many chunks.
type idat struct {
	in   io.Reader
	left uint32 // of this chunk
	crc  uint32 // of this chunk so far
}

func (d *idat) Read(b []byte) (int, error) {
	for d.left == 0 {
		var sum [4]byte
		if _, err := io.ReadFull(d.in, sum[:]); err != nil {
			return 0, fmt.Errorf("PNG breaks off: %w", err)
		}
		if binary.BigEndian.Uint32(sum[:]) != d.crc {
			return 0, errors.New("PNG: pixels are damaged")
		}
		kind, size, err := chunkHead(d.in)
		if err != nil {
			return 0, err
		}
		if kind != "IDAT" {
			return 0, io.EOF
		}
		d.left, d.crc = size, crc32.ChecksumIEEE([]byte("IDAT"))
	}
	if uint32(len(b)) > d.left {
		b = b[:d.left]
	}
	n, err := d.in.Read(b)
	d.left -= uint32(n)
	d.crc = crc32.Update(d.crc, crc32.IEEETable, b[:n])
	return n, err
}
