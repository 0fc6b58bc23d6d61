//go:build tesseract

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ifd is what has to be known of one image in a TIFF file before Leptonica
// reads it: libtiff gives a page with missing strips as if it were whole, and
// Leptonica turns the raster by the orientation tag without saying so.
type ifd struct {
	orientation uint32
	valueAt     int64  // offset of the orientation's value in the file; 0 without one
	upright     []byte // that value as it would be for an upright raster
}

// Tags that matter here.
const (
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagStripByteCounts = 279
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
)

// Limits on what a hostile file can make us walk.
const (
	maxImages  = 65536 // images in a file
	maxEntries = 4096  // tags in an image
	maxStrips  = 1 << 20
)

var errTIFF = errors.New("damaged TIFF")

// byteOrder reads numbers, and appends them.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// tiffReader walks the directories of a TIFF or BigTIFF file.
type tiffReader struct {
	file  io.ReaderAt
	size  int64
	order byteOrder
	big   bool
}

// readIFD finds the image with the given index and checks that all its data
// lies inside the file of size bytes.
func readIFD(file io.ReaderAt, size int64, index uint32) (ifd, error) {
	r := &tiffReader{file: file, size: size}
	at, err := r.header()
	if err != nil {
		return ifd{}, err
	}
	if index >= maxImages {
		return ifd{}, fmt.Errorf("%w: image %d asked for", errTIFF, index)
	}
	for range index {
		if at, err = r.next(at); err != nil {
			return ifd{}, err
		}
	}
	if at == 0 {
		return ifd{}, fmt.Errorf("%w: no image %d", errTIFF, index)
	}
	return r.image(at)
}

// at reads n bytes at an offset; it fails when they are not all there.
func (r *tiffReader) at(offset int64, n int) ([]byte, error) {
	if offset < 0 || offset > r.size-int64(n) {
		return nil, fmt.Errorf("%w: cut short, %d bytes wanted at %d of %d", errTIFF, n, offset, r.size)
	}
	buf := make([]byte, n)
	_, err := r.file.ReadAt(buf, offset)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w: %w", errTIFF, err)
	case err != nil: // the disk's fault
		return nil, fmt.Errorf("read TIFF: %w", err)
	}
	return buf, nil
}

// header reads the file's first bytes and gives the first directory's offset.
func (r *tiffReader) header() (int64, error) {
	head, err := r.at(0, 8)
	if err != nil {
		return 0, err
	}
	switch string(head[:2]) {
	case "II":
		r.order = binary.LittleEndian
	case "MM":
		r.order = binary.BigEndian
	default:
		return 0, fmt.Errorf("%w: no byte order mark", errTIFF)
	}
	switch r.order.Uint16(head[2:]) {
	case 42:
		return int64(r.order.Uint32(head[4:])), nil
	case 43:
		r.big = true
		rest, err := r.at(8, 8)
		if err != nil {
			return 0, err
		}
		return int64(r.order.Uint64(rest)), nil
	}
	return 0, fmt.Errorf("%w: version unknown", errTIFF)
}

// entries gives how many tags a directory has and where they begin.
func (r *tiffReader) entries(at int64) (count int, start int64, err error) {
	if at == 0 {
		return 0, 0, fmt.Errorf("%w: fewer images than asked for", errTIFF)
	}
	width := 2
	if r.big {
		width = 8
	}
	buf, err := r.at(at, width)
	if err != nil {
		return 0, 0, err
	}
	n := uint64(r.order.Uint16(buf))
	if r.big {
		n = r.order.Uint64(buf)
	}
	if n == 0 || n > maxEntries {
		return 0, 0, fmt.Errorf("%w: directory of %d tags", errTIFF, n)
	}
	return int(n), at + int64(width), nil
}

// entrySize is the length of a tag in bytes.
func (r *tiffReader) entrySize() int {
	if r.big {
		return 20
	}
	return 12
}

// inlineSize is how many bytes of values a tag itself holds.
func (r *tiffReader) inlineSize() int {
	if r.big {
		return 8
	}
	return 4
}

// one is the number 1 in the type of a tag.
func (r *tiffReader) one(entry []byte) []byte {
	switch r.order.Uint16(entry[2:]) {
	case 1:
		return []byte{1}
	case 3:
		return r.order.AppendUint16(nil, 1)
	default:
		return r.order.AppendUint32(nil, 1)
	}
}

// next gives the offset of the directory after the one at the given offset.
func (r *tiffReader) next(at int64) (int64, error) {
	n, start, err := r.entries(at)
	if err != nil {
		return 0, err
	}
	end := start + int64(n*r.entrySize())
	if r.big {
		buf, err := r.at(end, 8)
		if err != nil {
			return 0, err
		}
		return int64(r.order.Uint64(buf)), nil
	}
	buf, err := r.at(end, 4)
	if err != nil {
		return 0, err
	}
	return int64(r.order.Uint32(buf)), nil
}

// image reads one directory.
func (r *tiffReader) image(at int64) (ifd, error) {
	n, start, err := r.entries(at)
	if err != nil {
		return ifd{}, err
	}
	table, err := r.at(start, n*r.entrySize())
	if err != nil {
		return ifd{}, err
	}
	var out ifd
	var offsets, counts []uint64
	for i := range n {
		entry := table[i*r.entrySize() : (i+1)*r.entrySize()]
		switch tag := r.order.Uint16(entry); tag {
		case tagOrientation, tagStripOffsets, tagTileOffsets, tagStripByteCounts, tagTileByteCounts:
			values, err := r.values(entry)
			if err != nil {
				return ifd{}, err
			}
			switch tag {
			case tagOrientation:
				out.orientation = uint32(min(values[0], 9))
				out.valueAt = start + int64(i*r.entrySize()+r.entrySize()-r.inlineSize())
				out.upright = r.one(entry)
			case tagStripOffsets, tagTileOffsets:
				offsets = values
			default:
				counts = values
			}
		}
	}
	return out, r.checkData(offsets, counts)
}

// values reads the numbers of one tag; at least one.
func (r *tiffReader) values(entry []byte) ([]uint64, error) {
	width := map[uint16]int{1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}[r.order.Uint16(entry[2:])]
	count, inline := uint64(r.order.Uint32(entry[4:])), entry[8:12]
	if r.big {
		count, inline = r.order.Uint64(entry[4:]), entry[12:20]
	}
	if width == 0 || count == 0 || count > maxStrips {
		return nil, fmt.Errorf("%w: tag %d holds %d values of type %d", errTIFF,
			r.order.Uint16(entry), count, r.order.Uint16(entry[2:]))
	}
	data := inline
	if size := int(count) * width; size > len(inline) {
		offset := int64(r.order.Uint32(inline))
		if r.big {
			offset = int64(r.order.Uint64(inline))
		}
		var err error
		if data, err = r.at(offset, size); err != nil {
			return nil, err
		}
	}
	out := make([]uint64, count)
	for i := range out {
		switch at := data[i*width:]; width {
		case 1:
			out[i] = uint64(at[0])
		case 2:
			out[i] = uint64(r.order.Uint16(at))
		case 4:
			out[i] = uint64(r.order.Uint32(at))
		case 8:
			out[i] = r.order.Uint64(at)
		}
	}
	return out, nil
}

// checkData fails when a strip or tile does not lie inside the file. A file
// without byte counts (old writers) must at least hold where each begins.
func (r *tiffReader) checkData(offsets, counts []uint64) error {
	if len(offsets) == 0 {
		return fmt.Errorf("%w: an image without data", errTIFF)
	}
	for i, offset := range offsets {
		var count uint64
		if i < len(counts) {
			count = counts[i]
		}
		if size := uint64(r.size); offset >= size || count > size-offset {
			return fmt.Errorf("%w: cut short, strip %d of %d ends at byte %d of %d",
				errTIFF, i+1, len(offsets), offset+count, r.size)
		}
	}
	return nil
}
