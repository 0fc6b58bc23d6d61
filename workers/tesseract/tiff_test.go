//go:build tesseract

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
)

// TestTIFFOrientationIsUndone gives one raster all eight tags: decoding must
// give the raster as stored each time and remember the tag.
func TestTIFFOrientationIsUndone(t *testing.T) {
	for _, name := range []string{"arrow_bits.tif", "arrow_grey.tif", "arrow_rgb.tif"} {
		plain := testFile(t, name)
		want := decodeBytes(t, plain)
		for orientation := uint16(1); orientation <= 8; orientation++ {
			got := decodeBytes(t, withTag(t, plain, tagOrientation, orientation))
			if orientation > 1 && got.orientation != uint32(orientation) {
				t.Errorf("%s: orientation %d remembered as %d", name, orientation, got.orientation)
			}
			if got.width() != want.width() || got.height() != want.height() {
				t.Errorf("%s orientation %d: %d × %d, want %d × %d", name, orientation,
					got.width(), got.height(), want.width(), want.height())
				continue
			}
			if a, b := got.sample(), want.sample(); !slices.Equal(a, b) {
				t.Errorf("%s orientation %d: pixels differ:\n%v\n%v", name, orientation, a, b)
			}
		}
	}
}

// sample gives the pixels of a small picture, without what pads its rows.
func (p *page) sample() []uint32 {
	var out []uint32
	words, stride := p.words()
	for y := range p.height() {
		for x := range p.width() {
			bit := x * p.depth()
			out = append(out, words[y*stride+bit/32]<<(bit%32)>>(32-p.depth()))
			if p.depth() == 32 {
				out[len(out)-1] >>= 8
			}
		}
	}
	return out
}

func decodeBytes(t *testing.T, data []byte) *page {
	t.Helper()
	p, err := decode(writeFile(t, "x.tif", data), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// withTag changes a SHORT tag of a classic TIFF's first image.
func withTag(t *testing.T, data []byte, tag, value uint16) []byte {
	t.Helper()
	data = bytes.Clone(data)
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(data[4:]))
	for i := range int(order.Uint16(data[at:])) {
		entry := data[at+2+12*i:]
		if order.Uint16(entry) == tag {
			order.PutUint16(entry[8:], value)
			return data
		}
	}
	t.Fatalf("no tag %d", tag)
	return nil
}

// brokenDisk gives the beginning of a file and then fails.
type brokenDisk struct{ io.ReaderAt }

var errDisk = errors.New("input/output error")

func (b brokenDisk) ReadAt(p []byte, at int64) (int, error) {
	if at > 0 {
		return 0, errDisk
	}
	return b.ReaderAt.ReadAt(p, at)
}

func TestFaultOfTheDiskIsNotTheFiles(t *testing.T) {
	data := testFile(t, "arrow_grey.tif")
	if _, err := readIFD(brokenDisk{bytes.NewReader(data)}, int64(len(data)), 0); !errors.Is(err, errDisk) || errors.Is(err, errTIFF) {
		t.Errorf("error %v, want the disk's own", err)
	}
	// A file that is shorter than it was a moment ago is cut short.
	if _, err := readIFD(bytes.NewReader(data[:12]), int64(len(data)), 0); !errors.Is(err, errTIFF) {
		t.Errorf("error %v, want %v", err, errTIFF)
	}
}

func FuzzReadIFD(f *testing.F) {
	for _, seed := range []string{
		"II*\x00\x08\x00\x00\x00\x01\x00\x11\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00",
		"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x08",
		"II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00",
		"II*\x00\x08\x00\x00\x00\x00\x00",
	} {
		f.Add([]byte(seed), uint32(0))
		f.Add([]byte(seed), uint32(70000))
	}
	f.Fuzz(func(t *testing.T, data []byte, index uint32) {
		got, err := readIFD(bytes.NewReader(data), int64(len(data)), index)
		if err == nil && got.orientation > 9 {
			t.Errorf("orientation %d", got.orientation)
		}
	})
}
