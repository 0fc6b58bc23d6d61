//go:build tesseract

package main

/*
#include <stdlib.h>
#include <stdio.h>
#include <leptonica/allheaders.h>
*/
import "C"

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"golang.org/x/sys/unix"
)

// maxSide is the longest side in pixels that Tesseract takes.
const maxSide = 32767

// refusal is an answer instead of a page: the outcome and why.
type refusal struct {
	outcome fondsv1.Outcome
	reason  string
}

func (r *refusal) Error() string { return r.reason }

func corrupt(format string, args ...any) *refusal {
	return &refusal{fondsv1.Outcome_OUTCOME_CORRUPT, fmt.Sprintf(format, args...)}
}

func tooLarge(format string, args ...any) *refusal {
	return &refusal{fondsv1.Outcome_OUTCOME_TOO_LARGE, fmt.Sprintf(format, args...)}
}

// page is a decoded image: the raster as stored, with its EXIF orientation
// still to be undone, and what had to be forgiven while decoding.
type page struct {
	*pix
	orientation uint32
	steps       []*fondsv1.Step
	digest      [sha256.Size]byte // of the pixels, once they are plain
	micros      uint64            // CPU time that it took to get here
	beside      bool              // while another page was read, on another thread

	fullWidth, fullHeight int // of the raster as stored
	factor                int // by which its sides are divided to be read; 1 for none
}

// Close frees the raster of a page, which may be nil.
func (p *page) Close() {
	if p != nil {
		p.pix.Close()
	}
}

// header is what the first bytes of a file say.
type header struct {
	format        C.l_int32
	width, height int
	samples       int
	image         ifd // of a TIFF
}

// turned says that a TIFF's orientation tag is not that of an upright raster.
func (h header) turned() bool { return h.image.orientation > 1 && h.image.orientation <= 8 }

// decode reads an image under its limits, colour only if wanted. Errors of the
// file are refusals; any other error means that this process should not go on.
func decode(image *enginev1.Image, colour bool) (*page, error) {
	return decodeOr(image, colour, (*page).readAgain)
}

// rescue is what becomes of a file that did not decode.
type rescue func(*page, *C.char, header, *enginev1.Image) (*C.PIX, error)

func decodeOr(image *enginev1.Image, colour bool, damaged rescue) (*page, error) {
	name := C.CString(image.GetPath())
	defer C.free(unsafe.Pointer(name))
	out := &page{orientation: image.GetOrientation()}
	head, err := readHeader(name, image)
	if err != nil {
		return nil, err
	}
	if err := checkSize(head, image.GetMaxPixels()); err != nil {
		return nil, err
	}
	if head.turned() && out.orientation == 0 {
		out.orientation = head.image.orientation
	}
	out.fullWidth, out.fullHeight, out.factor = head.width, head.height, 1
	if !colour {
		out.factor = reduction(image, head)
	}
	raster, err := readPixels(name, head, image, colour)
	if err != nil {
		return nil, err
	}
	if raster == nil {
		if raster, err = damaged(out, name, head, image); err != nil {
			return nil, err
		}
	}
	out.pix = &pix{raster}
	return out, nil
}

// readHeader finds format and size without decoding, and checks a TIFF's directory.
func readHeader(name *C.char, image *enginev1.Image) (header, error) {
	info, err := os.Stat(image.GetPath())
	if err != nil {
		return header{}, fmt.Errorf("open page image: %w", err)
	}
	if info.Size() == 0 {
		return header{}, corrupt("the file is empty")
	}
	var format, w, h, bits, samples, resolution, palette C.l_int32
	if C.findFileFormat(name, &format) != 0 || !readable(format) {
		return header{}, corrupt("not an image in a known format")
	}
	var directory ifd
	if isTIFF(format) {
		if directory, err = checkTIFF(image.GetPath(), info.Size(), image.GetIndex()); err != nil {
			return header{}, err
		}
		if C.readHeaderTiff(name, C.l_int32(image.GetIndex()), &w, &h, &bits, &samples, &resolution, &palette, &format) != 0 {
			return header{}, corrupt("the header of image %d in the TIFF cannot be read", image.GetIndex()+1)
		}
	} else if C.pixReadHeader(name, &format, &w, &h, &bits, &samples, &palette) != 0 {
		return header{}, corrupt("the image's header cannot be read")
	}
	return header{format, int(w), int(h), int(samples), directory}, nil
}

func checkTIFF(path string, size int64, index uint32) (ifd, error) {
	file, err := os.Open(path)
	if err != nil {
		return ifd{}, fmt.Errorf("open page image: %w", err)
	}
	defer file.Close()
	image, err := readIFD(file, size, index)
	if errors.Is(err, errTIFF) {
		return ifd{}, corrupt("%v", err)
	}
	return image, err
}

// readable says whether the format is one that is decoded here.
func readable(format C.l_int32) bool {
	switch format {
	case C.IFF_BMP, C.IFF_JFIF_JPEG, C.IFF_PNG, C.IFF_PNM, C.IFF_GIF, C.IFF_JP2, C.IFF_WEBP:
		return true
	}
	return isTIFF(format)
}

func isTIFF(format C.l_int32) bool {
	switch format {
	case C.IFF_TIFF, C.IFF_TIFF_PACKBITS, C.IFF_TIFF_RLE, C.IFF_TIFF_G3, C.IFF_TIFF_G4,
		C.IFF_TIFF_LZW, C.IFF_TIFF_ZIP, C.IFF_TIFF_JPEG:
		return true
	}
	return false
}

// checkSize refuses a page by its header alone.
func checkSize(head header, maxPixels uint64) error {
	if head.width <= 0 || head.height <= 0 {
		return corrupt("the header says %d × %d pixels", head.width, head.height)
	}
	if head.width > maxSide || head.height > maxSide {
		return tooLarge("%d × %d pixels; the longest side that can be read is %d", head.width, head.height, maxSide)
	}
	if pixels := uint64(head.width) * uint64(head.height); maxPixels > 0 && pixels > maxPixels {
		return tooLarge("%d × %d pixels are more than the limit of %d", head.width, head.height, maxPixels)
	}
	return nil
}

// readPixels decodes; nil without an error means that the file is damaged.
// Where colour is not needed a JPEG's brightness alone is read, at a quarter of
// the memory.
func readPixels(name *C.char, head header, image *enginev1.Image, colour bool) (*C.PIX, error) {
	switch {
	case isTIFF(head.format) && head.turned():
		return readStoredTIFF(head.image, image)
	case isTIFF(head.format):
		return C.pixReadTiff(name, C.l_int32(image.GetIndex())), nil
	case head.format == C.IFF_JFIF_JPEG && head.samples == 3 && !colour:
		smaller := decodedSmaller(reduction(image, head))
		return C.pixReadJpeg(name, 0, C.l_int32(smaller), nil, C.L_JPEG_READ_LUMINANCE), nil
	case head.format == C.IFF_PNM:
		if raster := readGreyPNM(image.GetPath()); raster != nil {
			return raster, nil
		}
	}
	return C.pixRead(name), nil
}

// readStoredTIFF decodes a TIFF's raster as stored. Leptonica turns it by the
// orientation tag, and not always rightly (1.82: colour, orientation 8), so the
// tag is set to upright in a private map of the file.
func readStoredTIFF(directory ifd, image *enginev1.Image) (*C.PIX, error) {
	file, err := os.Open(image.GetPath())
	if err != nil {
		return nil, fmt.Errorf("open page image: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("open page image: %w", err)
	}
	data, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("map page image: %w", err)
	}
	defer func() { _ = unix.Munmap(data) }() // fails only for a slice that is not a map
	copy(data[directory.valueAt:], directory.upright)
	return C.pixReadMemTiff((*C.l_uint8)(unsafe.Pointer(&data[0])), C.size_t(len(data)), C.l_int32(image.GetIndex())), nil
}

// readAgain reads a file that failed once more to learn why: decoders say so on
// standard error only. A JPEG whose single fault is known to harm no pixel is
// let through; every other damage refuses the page rather than give half of it.
func (p *page) readAgain(name *C.char, head header, image *enginev1.Image) (*C.PIX, error) {
	var raster *C.PIX
	var warnings C.l_int32
	var failed error
	speaking.Lock()
	defer speaking.Unlock()
	said, err := listen(func() {
		if head.format == C.IFF_JFIF_JPEG {
			raster = C.pixReadJpeg(name, 0, 1, &warnings, C.L_JPEG_CONTINUE_WITH_BAD_DATA)
		} else {
			raster, failed = readPixels(name, head, image, true)
		}
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	if raster != nil && head.format == C.IFF_JFIF_JPEG && warnings == 1 && strings.Contains(said, harmlessJPEG) {
		p.steps = append(p.steps, &fondsv1.Step{Name: "decode", Detail: "stray bytes between JPEG markers skipped"})
		return raster, nil
	}
	C.pixDestroy(&raster)
	if strings.Contains(said, "alloc fail") || strings.Contains(said, "Insufficient memory") {
		return nil, errPixels
	}
	return nil, corrupt("the image is damaged: %s", complaint(said))
}

// harmlessJPEG is libjpeg's only warning that leaves every pixel in place.
const harmlessJPEG = "extraneous bytes before marker"

// complaint picks the decoder's own words from what it printed, the first line
// that is not Leptonica's "Error in function" chain if there is one.
func complaint(said string) string {
	lines := strings.FieldsFunc(said, func(r rune) bool { return r == '\n' })
	for _, line := range lines {
		if !strings.HasPrefix(line, "Error in ") && !strings.HasPrefix(line, "Warning in ") {
			return trimComplaint(line)
		}
	}
	if len(lines) > 0 {
		_, reason, _ := strings.Cut(lines[0], ": ")
		return trimComplaint(reason)
	}
	return "the decoder gave no reason"
}

func trimComplaint(line string) string {
	const most = 200
	line = strings.ToValidUTF8(strings.TrimSpace(line), "?")
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}
