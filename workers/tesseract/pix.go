//go:build tesseract

package main

/*
#cgo LDFLAGS: -llept
#include <stdlib.h>
#include <leptonica/allheaders.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"math/bits"
	"unsafe"
)

// pix is a picture in C memory. Close frees it; Go's collector does not see it.
type pix struct{ c *C.PIX }

// errPixels means that Leptonica could not make a picture from another one,
// which after decoding only happens when memory runs out.
var errPixels = errors.New("no memory for the picture")

func (p *pix) Close() {
	if p != nil && p.c != nil {
		C.pixDestroy(&p.c)
	}
}

func (p *pix) width() int  { return int(C.pixGetWidth(p.c)) }
func (p *pix) height() int { return int(C.pixGetHeight(p.c)) }
func (p *pix) depth() int  { return int(C.pixGetDepth(p.c)) }

// words are the raster's 32-bit words, row after row, most significant pixel
// first, with the number of words in a row. Valid until Close.
func (p *pix) words() (words []uint32, stride int) {
	stride = int(C.pixGetWpl(p.c))
	data := (*uint32)(unsafe.Pointer(C.pixGetData(p.c)))
	return unsafe.Slice(data, stride*p.height()), stride
}

// wrap takes what a Leptonica function gave.
func wrap(c *C.PIX) (*pix, error) {
	if c == nil {
		return nil, errPixels
	}
	return &pix{c}, nil
}

// replace puts the result of a step in the place of its input, which it frees.
func (p *pix) replace(c *C.PIX) error {
	if c == nil {
		return errPixels
	}
	C.pixDestroy(&p.c)
	p.c = c
	return nil
}

// plain brings p to 1 bit (1 is black), 8 bit grey or, if colour is true, 32
// bit colour: no palette, no alpha (laid over white), no 16 bit.
func (p *pix) plain(colour bool) error {
	if C.pixGetColormap(p.c) != nil {
		if err := p.replace(C.pixRemoveColormap(p.c, C.REMOVE_CMAP_BASED_ON_SRC)); err != nil {
			return err
		}
	}
	if p.depth() == 32 && C.pixGetSpp(p.c) == 4 {
		if err := p.dropAlpha(); err != nil {
			return err
		}
	}
	switch p.depth() {
	case 1, 8:
		return nil
	case 16:
		return p.replace(p.from16())
	case 32:
		if colour {
			return nil
		}
		return p.replace(C.pixConvertRGBToLuminance(p.c))
	default:
		return p.replace(C.pixConvertTo8(p.c, 0))
	}
}

// dropAlpha lays the picture over white. A channel that is transparent all over
// is a writer's mistake: laid over white it would make a full page blank.
func (p *pix) dropAlpha() error {
	alpha, err := wrap(C.pixGetRGBComponent(p.c, C.L_ALPHA_CHANNEL))
	if err != nil {
		return err
	}
	defer alpha.Close()
	var empty C.l_int32
	C.pixZero(alpha.c, &empty)
	if empty != 0 {
		C.pixSetSpp(p.c, 3)
		return nil
	}
	return p.replace(C.pixAlphaBlendUniform(p.c, 0xffffff00))
}

// from16 keeps the eight highest bits in use: scanners store 10 and 12 bits in 16.
func (p *pix) from16() *C.PIX {
	words, _ := p.words()
	var all uint32
	for _, w := range words {
		all |= w>>16 | w&0xffff
	}
	shift := max(bits.Len32(all)-8, 0)
	q, err := newPix(p.width(), p.height())
	if err != nil {
		return nil
	}
	from, to := p.bytes(), q.bytes()
	w, h := p.width(), p.height()
	for y := range h {
		src, dst := from.row(y), to.row(y)
		for x := range w {
			// Bytes lie swapped within a word on a little-endian machine.
			value := uint(src[(2*x)^3])<<8 | uint(src[(2*x+1)^3])
			dst[x^3] = byte(value >> shift)
		}
	}
	return q.c
}

// raster is the picture's memory as bytes; the byte of column x lies at x^3,
// because Leptonica orders pixels from the high end of each 32-bit word.
type raster struct {
	data   []byte
	stride int
}

func (p *pix) bytes() raster {
	words, stride := p.words()
	if len(words) == 0 {
		return raster{}
	}
	return raster{unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 4*len(words)), 4 * stride}
}

func (r raster) row(y int) []byte { return r.data[y*r.stride : (y+1)*r.stride] }

// turned gives the picture mirrored if wanted and then turned clockwise by
// quarters; the caller closes both.
func (p *pix) turned(t turn) (*pix, error) {
	out := C.pixClone(p.c)
	if t.mirror {
		next := C.pixFlipLR(nil, out)
		C.pixDestroy(&out)
		out = next
	}
	if t.quarters != 0 && out != nil {
		next := C.pixRotateOrth(out, C.l_int32(t.quarters))
		C.pixDestroy(&out)
		out = next
	}
	return wrap(out)
}

// cut gives a part of the picture; the caller closes both.
func (p *pix) cut(r rect) (*pix, error) {
	box := C.boxCreate(C.l_int32(r.left), C.l_int32(r.top), C.l_int32(r.right-r.left), C.l_int32(r.bottom-r.top))
	if box == nil {
		return nil, errPixels
	}
	defer C.boxDestroy(&box)
	return wrap(C.pixClipRectangle(p.c, box, nil))
}

// serialised calls use with the picture in Leptonica's own uncompressed form, in
// C memory, which Tesseract's binding takes without decoding anything. Leptonica
// writes and reads PNM byte by byte: that was a tenth of a page's CPU time.
func (p *pix) serialised(use func([]byte) error) error {
	var data *C.l_uint32
	var size C.size_t
	if C.pixSerializeToMemory(p.c, &data, &size) != 0 || data == nil {
		return fmt.Errorf("serialise picture: %w", errPixels)
	}
	defer C.free(unsafe.Pointer(data))
	return use(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size)))
}

// writePNG writes the picture to a file.
func (p *pix) writePNG(path string) error {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	// Without a zero gamma Leptonica would add a gAMA chunk that shifts tones.
	if C.pixWritePng(name, p.c, 0) != 0 {
		return fmt.Errorf("write PNG %q", path)
	}
	return nil
}

// shrunk gives the picture with its longest side at most side pixels, by area
// averaging; the caller closes both.
func (p *pix) shrunk(side int) (*pix, error) {
	longest := max(p.width(), p.height())
	if side <= 0 || longest <= side {
		return wrap(C.pixClone(p.c))
	}
	w := max(p.width()*side/longest, 1)
	h := max(p.height()*side/longest, 1)
	src, err := wrap(C.pixClone(p.c))
	if err != nil {
		return nil, err
	}
	defer src.Close()
	if src.depth() == 1 {
		if err := src.replace(C.pixConvert1To8(nil, src.c, 255, 0)); err != nil {
			return nil, err
		}
	}
	return wrap(C.pixScaleAreaMapToSize(src.c, C.l_int32(w), C.l_int32(h)))
}

// newPix makes an 8-bit picture, all black.
func newPix(width, height int) (*pix, error) {
	return wrap(C.pixCreate(C.l_int32(width), C.l_int32(height), 8))
}

// toBits makes what is not lighter than threshold black.
func toBits(p *pix, threshold byte) (*pix, error) {
	return wrap(C.pixThresholdToBinary(p.c, C.l_int32(threshold)+1))
}
