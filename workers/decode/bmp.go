package decode

import "encoding/binary"

// bmpPages reads the header that Windows writes (40 bytes; 108 and 124 in newer
// versions), which is what Leptonica reads.
func bmpPages(s *source, _ Limits) ([]Page, error) {
	b, err := s.at(14, 4)
	if err != nil {
		return nil, err
	}
	const convert = "which is not read here: convert it to PNG first"
	switch binary.LittleEndian.Uint32(b) {
	case 40, 108, 124:
	case 12, 16, 52, 56, 64:
		return nil, refused("this is a BMP file of a rare version, " + convert)
	default:
		return nil, refused("this is not an image or PDF: it begins with BM, but not as a BMP file does")
	}
	if b, err = s.at(14, 40); err != nil {
		return nil, err
	}
	width, height := int32(binary.LittleEndian.Uint32(b[4:])), int32(binary.LittleEndian.Uint32(b[8:]))
	depth := binary.LittleEndian.Uint16(b[14:])
	if compression := binary.LittleEndian.Uint32(b[16:]); compression != 0 {
		return nil, refused("this is a compressed BMP file, " + convert)
	}
	p := Page{Resolution: plausible(float64(int32(binary.LittleEndian.Uint32(b[24:]))) * 0.0254)}
	switch depth {
	case 1, 2, 4, 8, 16:
		p.bits = uint64(depth)
	case 24, 32:
		p.bits = 32
	default:
		return nil, corrupt("the BMP header says %d bits a pixel", depth)
	}
	if width <= 0 || height == 0 {
		return nil, corrupt("the BMP header says %d × %d pixels", width, height)
	}
	p.Width, p.Height = uint32(width), uint32(height)
	if height < 0 { // rows from top to bottom
		p.Height = uint32(-int64(height))
	}
	return []Page{p}, nil
}
