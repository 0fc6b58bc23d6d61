package decode

import (
	"encoding/binary"
	"math"
)

// Tags of TIFF and EXIF that say something about a page.
const (
	tagSubfile      = 254
	tagOldSubfile   = 255
	tagWidth        = 256
	tagHeight       = 257
	tagBits         = 258
	tagCompression  = 259
	tagOrientation  = 274
	tagSamples      = 277
	tagXResolution  = 282
	tagPlanar       = 284
	tagUnit         = 296
	tagTileWidth    = 322
	tagSampleFormat = 339
)

// maxEntries is the largest directory; libtiff refuses more as well.
const maxEntries = 4096

// ifds reads image file directories: those of TIFF, BigTIFF and EXIF.
type ifds struct {
	s     *source
	order binary.ByteOrder
	big   bool
}

// directory holds the tags of this file's interest, by number.
type directory map[uint16]entry

// entry is one tag: a list of values.
type entry struct {
	kind  uint16
	count uint64
	at    int64 // where the first value lies
}

// openIFDs reads the header and returns where the first directory lies.
func openIFDs(s *source) (*ifds, uint64, error) {
	b, err := s.at(0, 8)
	if err != nil {
		return nil, 0, err
	}
	t := &ifds{s: s}
	switch string(b[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return nil, 0, corrupt("the TIFF header is damaged")
	}
	switch t.order.Uint16(b[2:]) {
	case 42:
		return t, uint64(t.order.Uint32(b[4:])), nil
	case 43:
		t.big = true
		if b, err = s.at(8, 8); err != nil {
			return nil, 0, err
		}
		return t, t.order.Uint64(b), nil
	}
	return nil, 0, corrupt("the TIFF header is damaged")
}

// sizes of the entry count, of an entry and of an offset.
func (t *ifds) sizes() (count, item, offset int) {
	if t.big {
		return 8, 20, 8
	}
	return 2, 12, 4
}

// directory reads the one at off and returns where the next lies, 0 for none.
// It fails with a Refusal where the directory is not whole.
func (t *ifds) directory(off uint64) (directory, uint64, error) {
	countSize, itemSize, offsetSize := t.sizes()
	if off > uint64(t.s.size) {
		return nil, 0, corrupt("it should lie at byte %d, but the file ends at byte %d", off, t.s.size)
	}
	at := int64(off)
	b, err := t.s.at(at, countSize)
	if err != nil {
		return nil, 0, err
	}
	n := t.uint(b)
	if n == 0 || n > maxEntries {
		return nil, 0, corrupt("its directory claims %d entries", n)
	}
	at += int64(countSize)
	d := directory{}
	for range n {
		if b, err = t.s.at(at, itemSize); err != nil {
			return nil, 0, err
		}
		t.enter(d, b, at)
		at += int64(itemSize)
	}
	if b, err = t.s.at(at, offsetSize); err != nil {
		return d, 0, nil // as libtiff: a file that ends here has no next directory
	}
	return d, t.uint(b), nil
}

// enter puts the entry b, which lies at byte at, into d if it is of interest.
func (t *ifds) enter(d directory, b []byte, at int64) {
	tag := t.order.Uint16(b)
	switch tag {
	case tagSubfile, tagOldSubfile, tagWidth, tagHeight, tagBits, tagCompression, tagOrientation,
		tagSamples, tagXResolution, tagPlanar, tagUnit, tagTileWidth, tagSampleFormat:
	default:
		return
	}
	_, itemSize, offsetSize := t.sizes()
	e := entry{kind: t.order.Uint16(b[2:]), count: t.uint(b[4 : 4+offsetSize])}
	value := b[4+offsetSize : itemSize]
	e.at = at + int64(4+offsetSize)
	if e.count > uint64(offsetSize)/max(1, valueSize(e.kind)) {
		e.at = int64(min(t.uint(value), math.MaxInt64))
	}
	d[tag] = e
}

// uint reads b, which is 2, 4 or 8 bytes long.
func (t *ifds) uint(b []byte) uint64 {
	switch len(b) {
	case 2:
		return uint64(t.order.Uint16(b))
	case 4:
		return uint64(t.order.Uint32(b))
	}
	return t.order.Uint64(b)
}

// valueSize is the length in bytes of one value of a TIFF type, 0 for types
// that carry no number of interest.
func valueSize(kind uint16) uint64 {
	switch kind {
	case 1: // byte
		return 1
	case 3: // short
		return 2
	case 4: // long
		return 4
	case 5, 16: // rational, long8
		return 8
	}
	return 0
}

// first returns the first value of a tag, or otherwise when the tag is
// missing, damaged or not a whole number.
func (t *ifds) first(d directory, tag uint16, otherwise uint64) (uint64, error) {
	e, ok := d[tag]
	n := valueSize(e.kind)
	if !ok || e.count == 0 || n == 0 || e.kind == 5 {
		return otherwise, nil
	}
	b, err := t.s.upTo(e.at, int(n))
	if err != nil || len(b) < int(n) {
		return otherwise, err
	}
	if n == 1 {
		return uint64(b[0]), nil
	}
	return t.uint(b), nil
}

// resolution returns dots per inch, 0 when unknown or not plausible.
func (t *ifds) resolution(d directory) (uint32, error) {
	e, ok := d[tagXResolution]
	if !ok || e.kind != 5 || e.count == 0 {
		return 0, nil
	}
	unit, err := t.first(d, tagUnit, 2)
	if err != nil {
		return 0, err
	}
	b, err := t.s.upTo(e.at, 8)
	if err != nil || len(b) < 8 {
		return 0, err
	}
	value := float64(t.order.Uint32(b)) / float64(t.order.Uint32(b[4:])) // 0/0 is not plausible
	switch unit {
	case 2: // inch
		return plausible(value), nil
	case 3: // centimetre
		return plausible(value * 2.54), nil
	}
	return 0, nil
}

// orientation returns 1 to 8, or 0 when the directory says nothing of use.
func (t *ifds) orientation(d directory) (uint32, error) {
	v, err := t.first(d, tagOrientation, 0)
	if v > 8 {
		v = 0
	}
	return uint32(v), err
}
