//go:build tesseract

package main

/*
#include <stdlib.h>
#include <leptonica/allheaders.h>
*/
import "C"

import (
	"runtime"
	"sync"
	"unsafe"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	"google.golang.org/protobuf/proto"
)

// aheadBytes bounds the memory that decoding a page beside another one may take: an
// A4 page in grey at 600 dpi has 35 million pixels. A larger one is decoded when its
// turn has come.
const aheadBytes = 48 << 20

// ahead decodes the page that will be asked for next, beside the one that is being
// read: one page at most, and only one that decodes without a fault. Whatever is
// wrong with it shows when its turn has come, with nothing beside it.
type ahead struct {
	mu   sync.Mutex
	next *coming
}

// coming is a page that is being decoded, or has been.
type coming struct {
	image *enginev1.Image
	done  chan struct{}
	page  *page // valid after done; nil where it could not be had
}

func (c *coming) ready() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// begin starts on a page. While another one is still being decoded it does nothing;
// one that is ready and was not asked for makes room.
func (a *ahead) begin(image *enginev1.Image) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next != nil {
		if !a.next.ready() {
			return
		}
		a.next.page.Close()
	}
	c := &coming{image: image, done: make(chan struct{})}
	a.next = c
	go func() { // it ends with the decoder, or with the process
		defer close(c.done)
		runtime.LockOSThread() // CPU time is counted by thread
		defer runtime.UnlockOSThread()
		speaking.Lock()
		defer speaking.Unlock()
		if affordable(image) { // else it waits for its turn
			if c.page, _ = prepare(image, leave); c.page != nil {
				c.page.beside = true
			}
		}
	}()
}

// take gives the page that is to be read now, and decodes it unless that was done.
func (a *ahead) take(image *enginev1.Image) (*page, error) {
	a.mu.Lock()
	c := a.next
	if c != nil && proto.Equal(c.image, image) {
		a.next = nil
	} else {
		c = nil
	}
	a.mu.Unlock()
	if c != nil {
		if <-c.done; c.page != nil {
			return c.page, nil
		}
	}
	return prepare(image, (*page).readAgain)
}

// prepare decodes a page for recognition. What damaged gives counts for a file that
// does not decode.
func prepare(image *enginev1.Image, damaged rescue) (*page, error) {
	before := threadMicros()
	p, err := decodeOr(image, false, damaged)
	if err != nil {
		return nil, err
	}
	if err := p.plain(false); err != nil {
		p.Close()
		return nil, err
	}
	if err := p.reduce(image.GetResolution()); err != nil {
		p.Close()
		return nil, err
	}
	p.digest = p.sum()
	p.micros = threadMicros() - before
	return p, nil
}

// leave gives up a page that does not decode at once.
func leave(*page, *C.char, header, *enginev1.Image) (*C.PIX, error) { return nil, errPixels }

// speaking is held by whoever decodes beside the main work, and by who listens: what
// decoders print goes to the one standard error, and a page must not be told with
// another one's words.
var speaking sync.Mutex

// affordable says whether a page can be decoded beside another one.
func affordable(image *enginev1.Image) bool {
	name := C.CString(image.GetPath())
	defer C.free(unsafe.Pointer(name))
	head, err := readHeader(name, image)
	if err != nil || checkSize(head, image.GetMaxPixels()) != nil {
		return false
	}
	return head.decodedBytes() <= aheadBytes
}

// decodedBytes is about how much a decoder holds at its peak. Of a JPEG only the
// brightness is decoded, but a progressive one keeps its coefficients; libpng keeps
// its rows beside Leptonica's; colour is held at four bytes a pixel and turned to grey.
func (h header) decodedBytes() int {
	pixels := h.width * h.height
	switch {
	case h.format == C.IFF_JFIF_JPEG && h.samples != 4:
		return 3 * pixels
	case h.samples == 1:
		return 2 * pixels
	}
	return 8 * pixels
}
