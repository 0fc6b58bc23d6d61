package decode

import (
	"encoding/binary"
	"errors"
	"math"
)

// maxBoxes bounds the walk over a JP2 file; real ones have fewer than twenty.
const maxBoxes = 1000

// jp2Pages reads the size from the codestream, which decides, and the
// resolution from the boxes around it.
func jp2Pages(s *source, _ Limits) ([]Page, error) {
	b, err := s.at(0, 4)
	if err != nil {
		return nil, err
	}
	var p Page
	if b[0] == 0xff { // a bare codestream
		return codestream(s, 0, p)
	}
	off := int64(0)
	for range maxBoxes {
		box, err := readBox(s, off)
		if err != nil {
			return nil, err
		}
		switch box.name {
		case "jp2c":
			return codestream(s, box.at, p)
		case "jp2h":
			if p.Resolution, err = jp2Resolution(s.section(box.at, box.size)); err != nil {
				return nil, err
			}
		}
		off = box.at + box.size
	}
	return nil, corrupt("the JPEG 2000 file holds no picture")
}

// box is a part of a JP2 file; its content lies at byte at.
type box struct {
	name     string
	at, size int64
}

// readBox reads the head of the box at off. A box without a length goes to the
// end of the file.
func readBox(s *source, off int64) (box, error) {
	b, err := s.at(off, 8)
	if err != nil {
		return box{}, err
	}
	head, size := int64(8), uint64(binary.BigEndian.Uint32(b))
	name := string(b[4:8])
	switch size {
	case 0:
		size = uint64(s.size - off)
	case 1:
		head = 16
		if b, err = s.at(off, 16); err != nil {
			return box{}, err
		}
		size = binary.BigEndian.Uint64(b[8:])
	}
	if size < uint64(head) || size > math.MaxInt64 {
		return box{}, corrupt("the JPEG 2000 file is damaged at byte %d", off)
	}
	return box{name, off + head, min(int64(size)-head, s.size)}, nil
}

// jp2Resolution looks for the capture resolution in the header's boxes, and
// for the display resolution when there is none.
func jp2Resolution(header *source) (uint32, error) {
	res, found, err := findBox(header, "res ")
	if err != nil || !found {
		return 0, err
	}
	for _, name := range []string{"resc", "resd"} {
		at, found, err := findBox(res, name)
		if err != nil {
			return 0, err
		}
		if !found {
			continue
		}
		b, err := at.upTo(0, 10)
		if err != nil || len(b) < 10 {
			return 0, err
		}
		// Points per metre: numerator, denominator and power of ten, horizontal last.
		n, d := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
		v := float64(n) / float64(d) * math.Pow10(int(int8(b[9])))
		if dpi := plausible(v * 0.0254); dpi != 0 {
			return dpi, nil
		}
	}
	return 0, nil
}

// findBox returns the content of the first box of that name in s. Damage ends
// the search; only I/O errors are returned.
func findBox(s *source, name string) (*source, bool, error) {
	off := int64(0)
	for range maxBoxes {
		if b, err := s.upTo(off, 8); err != nil || len(b) < 8 {
			return nil, false, err
		}
		box, err := readBox(s, off)
		refusal := &Refusal{}
		if errors.As(err, &refusal) {
			return nil, false, nil
		} else if err != nil {
			return nil, false, err
		}
		if box.name == name {
			return s.section(box.at, box.size), true, nil
		}
		off = box.at + box.size
	}
	return nil, false, nil
}

// codestream reads the SIZ segment, which comes first.
func codestream(s *source, off int64, p Page) ([]Page, error) {
	b, err := s.at(off, 42)
	if err != nil {
		return nil, err
	}
	if string(b[:4]) != "\xff\x4f\xff\x51" {
		return nil, corrupt("the JPEG 2000 picture does not begin with its header")
	}
	right, bottom := binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	left, top := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	components := binary.BigEndian.Uint16(b[40:])
	if left >= right || top >= bottom || components == 0 {
		return nil, corrupt("the JPEG 2000 picture says that it has no pixels")
	}
	if components > 4 {
		return nil, refused("this is a JPEG 2000 file with %d components, which is not read here: convert it to grey or RGB first", components)
	}
	p.Width, p.Height = right-left, bottom-top
	// OpenJPEG keeps each sample in 32 bits, once as a tile and once as the
	// picture; Leptonica adds 8 bits for grey and 32 for colour.
	p.bits = 64*uint64(components) + 8
	if components > 1 {
		p.bits += 24
	}
	return []Page{p}, nil
}
