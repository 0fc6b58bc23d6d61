//go:build tesseract

package main

// #include <leptonica/allheaders.h>
import "C"

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
)

// readGreyPNM reads a page as poppler draws it: binary grey, 255 for white, no
// comments. Leptonica asks its file for each byte: 320 ms of CPU for an A4 page at
// 300 dpi, here 13. It is nil for anything else, which is left to Leptonica.
func readGreyPNM(path string) *C.PIX {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	in := bufio.NewReaderSize(file, 1<<18)
	width, height, head := greyHeader(in)
	if head == 0 || info.Size() != int64(head)+int64(width)*int64(height) {
		return nil
	}
	p, err := newPix(width, height)
	if err != nil {
		return nil
	}
	raster := p.bytes()
	for y := range height {
		if _, err := io.ReadFull(in, raster.row(y)[:width]); err != nil {
			p.Close()
			return nil
		}
	}
	C.pixEndianByteSwap(p.c)
	return p.c
}

// greyHeader reads the three lines of a header and tells their length in bytes; 0
// for any other form. The size was checked before: this one must only agree.
func greyHeader(in *bufio.Reader) (width, height, length int) {
	head, err := in.Peek(32)
	if err != nil {
		return 0, 0, 0
	}
	var white int
	if _, err := fmt.Sscanf(string(head), "P5\n%d %d\n%d\n", &width, &height, &white); err != nil || white != 255 {
		return 0, 0, 0
	}
	if width <= 0 || height <= 0 || width > maxSide || height > maxSide {
		return 0, 0, 0
	}
	for range 3 {
		length += bytes.IndexByte(head[length:], '\n') + 1
	}
	if canonical := fmt.Sprintf("P5\n%d %d\n%d\n", width, height, white); canonical != string(head[:length]) {
		return 0, 0, 0
	}
	_, _ = in.Discard(length) // what was peeked at is there
	return width, height, length
}
