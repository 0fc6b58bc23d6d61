package decode

import "encoding/binary"

// maxSegments bounds the walk over a JPEG header. Real ones have some twenty
// segments, a few hundred with large colour profiles.
const maxSegments = 10_000

// jpegPages walks the segments up to the frame header.
func jpegPages(s *source, _ Limits) ([]Page, error) {
	var p Page
	off := int64(2)
	for range maxSegments {
		b, err := s.at(off, 4)
		if err != nil {
			return nil, err
		}
		marker, n := b[1], int64(binary.BigEndian.Uint16(b[2:]))
		switch {
		case b[0] != 0xff:
			return nil, corrupt("the JPEG header is damaged at byte %d", off)
		case marker == 0xff: // a fill byte
			off++
			continue
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd8: // no length
			off += 2
			continue
		case marker == 0xd9 || marker == 0xda:
			return nil, corrupt("the JPEG file holds pixels without saying how many")
		case n < 2:
			return nil, corrupt("the JPEG header is damaged at byte %d", off)
		case isFrame(marker):
			return jpegFrame(s, off, n, p)
		}
		if err := jpegSegment(s, marker, off+4, n-2, &p); err != nil {
			return nil, err
		}
		off += 2 + n
	}
	return nil, corrupt("the JPEG header has more than %d segments", maxSegments)
}

// isFrame tells the SOF markers from DHT, JPG and DAC, which lie between them.
func isFrame(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// jpegSegment takes resolution and orientation from the n bytes at off. The
// JFIF value comes first in the file and counts if it is plausible.
func jpegSegment(s *source, marker byte, off, n int64, p *Page) error {
	b, err := s.upTo(off, int(min(n, 12)))
	if err != nil {
		return err
	}
	switch {
	case marker == 0xe0 && len(b) == 12 && string(b[:5]) == "JFIF\x00":
		density := float64(binary.BigEndian.Uint16(b[8:]))
		switch b[7] {
		case 1: // per inch
			p.Resolution = plausible(density)
		case 2: // per centimetre
			p.Resolution = plausible(density * 2.54)
		}
	case marker == 0xe1 && len(b) >= 6 && string(b[:6]) == "Exif\x00\x00":
		return readEXIF(s.section(off+6, n-6), p)
	}
	return nil
}

// jpegFrame reads the frame header of n bytes at off.
func jpegFrame(s *source, off, n int64, p Page) ([]Page, error) {
	b, err := s.at(off, int(min(n+2, 10+3*4)))
	if err != nil {
		return nil, err
	}
	if len(b) < 10 {
		return nil, corrupt("the JPEG frame header is too short")
	}
	marker, precision, components := b[1], b[4], int(b[9])
	p.Height = uint32(binary.BigEndian.Uint16(b[5:]))
	p.Width = uint32(binary.BigEndian.Uint16(b[7:]))
	const convert = "which is not read here: convert it to baseline JPEG, PNG or TIFF first"
	switch {
	case marker == 0xc3 || marker > 0xc2 && marker != 0xc9 && marker != 0xca:
		return nil, refused("this is a lossless or hierarchical JPEG file, " + convert)
	case precision != 8:
		return nil, refused("this is a JPEG file with %d bits a sample, "+convert, precision)
	case components != 1 && components != 3 && components != 4:
		return nil, refused("this is a JPEG file with %d components, "+convert, components)
	case len(b) < 10+3*components:
		return nil, corrupt("the JPEG frame header is too short")
	case p.Height == 0:
		return nil, refused("this is a JPEG file that tells its height only at its end, " + convert)
	}
	p.bits = jpegBits(b[10:10+3*components], marker == 0xc2 || marker == 0xca)
	return []Page{p}, nil
}

// jpegBits is what Leptonica and libjpeg hold together: 8 or 32 bits and, for a
// progressive file, one 16-bit coefficient for each sample of the whole picture.
func jpegBits(components []byte, progressive bool) uint64 {
	bits := uint64(32)
	if len(components) == 3 {
		bits = 8
	}
	if !progressive {
		return bits
	}
	var samples, most uint64
	for i := 1; i < len(components); i += 3 {
		h, v := uint64(components[i]>>4), uint64(components[i]&15)
		samples += h * v
		most = max(most, h*v)
	}
	return bits + 16*samples/max(most, 1)
}
