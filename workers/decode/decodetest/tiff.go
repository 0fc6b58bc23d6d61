package decodetest

import "encoding/binary"

// Order is the byte order of a TIFF file.
type Order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// Tag is one entry of a directory with one value; a rational (type 5) has the
// value as numerator and 1 below.
type Tag struct {
	Number, Type uint16
	Value        uint64
}

// Entry is the tag of that number and type.
func Entry(number, kind uint16, value uint64) Tag { return Tag{number, kind, value} }

// Directory is one image of a TIFF file, its tags in ascending order.
type Directory []Tag

// Bilevel is a white uncompressed 1-bit image. Its strip lies at byte 8 or 16,
// where TIFF puts room for the largest.
func Bilevel(w, h uint64, more ...Tag) Directory {
	d := Directory{
		{256, 4, w},
		{257, 4, h},
		{258, 3, 1},
		{259, 3, 1},
		{262, 3, 0},
		{273, 4, 16},
		{277, 3, 1},
		{278, 4, h},
		{279, 4, (w + 7) / 8 * h},
	}
	for _, t := range more {
		d = d.with(t)
	}
	return d
}

// with puts a tag in its place, instead of one of the same number.
func (d Directory) with(t Tag) Directory {
	for i := range d {
		if d[i].Number == t.Number {
			d[i] = t
			return d
		}
		if d[i].Number > t.Number {
			return append(d[:i:i], append(Directory{t}, d[i:]...)...)
		}
	}
	return append(d, t)
}

// room is how many zero bytes of pixels lie before the directories.
const room = 512

// TIFF is a file of these directories, one behind the other. The last bytes of
// the file are its offset of a next directory, which is 0.
func TIFF(order Order, big bool, images ...Directory) []byte {
	mark, head, countSize, itemSize, offsetSize := "II", 8, 2, 12, 4
	if order.String() == "BigEndian" {
		mark = "MM"
	}
	if big {
		head, countSize, itemSize, offsetSize = 16, 8, 20, 8
	}
	b := []byte(mark)
	if big {
		b = order.AppendUint16(order.AppendUint16(order.AppendUint16(b, 43), 8), 0)
	} else {
		b = order.AppendUint16(b, 42)
	}
	at := head + 8 + room
	b = put(order, b, offsetSize, uint64(at))
	b = append(b, make([]byte, at-len(b))...)
	for i, d := range images {
		values := len(b) + countSize + len(d)*itemSize + offsetSize
		b = put(order, b, countSize, uint64(len(d)))
		var behind []byte
		for _, t := range d {
			b = order.AppendUint16(order.AppendUint16(b, t.Number), t.Type)
			b = put(order, b, offsetSize, 1)
			v := make([]byte, 0, 8)
			switch t.Type {
			case 1:
				v = append(v, byte(t.Value))
			case 3:
				v = order.AppendUint16(v, uint16(t.Value))
			case 4:
				v = order.AppendUint32(v, uint32(t.Value))
			case 5:
				v = order.AppendUint32(order.AppendUint32(v, uint32(t.Value)), 1)
			default: // 16
				v = order.AppendUint64(v, t.Value)
			}
			if len(v) > offsetSize { // a rational in a classic file lies behind
				behind = append(behind, v...)
				v = put(order, nil, offsetSize, uint64(values+len(behind)-8))
			}
			b = append(b, append(v, make([]byte, offsetSize-len(v))...)...)
		}
		next := uint64(values + len(behind))
		if i == len(images)-1 {
			next = 0
		}
		b = append(put(order, b, offsetSize, next), behind...)
	}
	return b
}

func put(order Order, b []byte, size int, v uint64) []byte {
	switch size {
	case 2:
		return order.AppendUint16(b, uint16(v))
	case 4:
		return order.AppendUint32(b, uint32(v))
	}
	return order.AppendUint64(b, v)
}
