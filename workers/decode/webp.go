package decode

import "encoding/binary"

// webpPages reads the first picture's header and, in the extended format, EXIF.
func webpPages(s *source, _ Limits) ([]Page, error) {
	b, err := s.at(12, 18)
	if err != nil {
		return nil, err
	}
	// libwebp gives Leptonica 32 bits a pixel, which copies them; the lossless
	// decoder keeps 32 of its own.
	p := Page{bits: 96}
	switch string(b[:4]) {
	case "VP8 ":
		err = webpLossy(b[8:], &p)
	case "VP8L":
		err = webpLossless(b[8:], &p)
	case "VP8X":
		err = webpExtended(s, b[8:], &p)
	default:
		err = corrupt("the WebP file does not begin with a picture")
	}
	if err != nil {
		return nil, err
	}
	return []Page{p}, nil
}

func webpLossy(b []byte, p *Page) error {
	// A frame tag whose lowest bit is 0 for a key frame, a start code, then
	// twice 14 bits of size and 2 of scale.
	if b[0]&1 != 0 || string(b[3:6]) != "\x9d\x01\x2a" {
		return corrupt("the WebP picture is damaged")
	}
	p.Width = uint32(binary.LittleEndian.Uint16(b[6:]) & 0x3fff)
	p.Height = uint32(binary.LittleEndian.Uint16(b[8:]) & 0x3fff)
	return nil
}

func webpLossless(b []byte, p *Page) error {
	if b[0] != 0x2f {
		return corrupt("the WebP picture is damaged")
	}
	v := binary.LittleEndian.Uint32(b[1:]) // twice 14 bits of size less one
	p.Width, p.Height = v&0x3fff+1, v>>14&0x3fff+1
	return nil
}

// Flags of the extended header.
const (
	webpAnimated = 0x02
	webpEXIF     = 0x08
)

func webpExtended(s *source, b []byte, p *Page) error {
	flags := b[0]
	p.Width = uint32(b[4]) | uint32(b[5])<<8 | uint32(b[6])<<16 + 1
	p.Height = uint32(b[7]) | uint32(b[8])<<8 | uint32(b[9])<<16 + 1
	if flags&webpAnimated != 0 {
		return refused("this is an animated WebP file, which is not read here: convert its frames to PNG first")
	}
	if flags&webpEXIF == 0 {
		return nil
	}
	off := int64(30)
	for range maxBoxes {
		b, err := s.upTo(off, 8)
		if err != nil || len(b) < 8 {
			return err
		}
		n := int64(binary.LittleEndian.Uint32(b[4:]))
		if string(b[:4]) == "EXIF" {
			return readEXIF(s.section(off+8, n), p)
		}
		off += 8 + n + n&1
	}
	return nil
}
