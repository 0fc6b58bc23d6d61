package decode

import (
	"encoding/binary"
	"hash/crc32"
)

// maxChunks bounds the walk over a PNG file. Encoders write chunks of 8 KiB
// and more, so that a million covers 8 GiB.
const maxChunks = 1 << 20

// pngPages reads IHDR, pHYs and eXIf. Text and time are passed over; the
// pixels, their checksums and a missing end are the engine child's matter.
func pngPages(s *source, _ Limits) ([]Page, error) {
	b, err := s.at(8, 25)
	if err != nil {
		return nil, err
	}
	if string(b[:8]) != "\x00\x00\x00\x0dIHDR" {
		return nil, corrupt("the PNG file does not begin with its header")
	}
	p := Page{
		Width:  binary.BigEndian.Uint32(b[8:]),
		Height: binary.BigEndian.Uint32(b[12:]),
	}
	depth, colour := uint64(b[16]), b[17]
	if p.bits = pngBits(depth, colour); p.bits == 0 {
		return nil, corrupt("the PNG header names a pixel format that does not exist (type %d, %d bits)", colour, depth)
	}
	if crc32.ChecksumIEEE(b[4:21]) != binary.BigEndian.Uint32(b[21:]) {
		return nil, corrupt("the PNG header is damaged: its checksum does not fit")
	}
	found, err := pngChunks(s, &p)
	if err == nil && !found {
		err = corrupt("the PNG file holds no pixels")
	}
	return []Page{p}, err
}

// pngChunks walks over the chunks behind the header, notes what they say of
// the page, and tells whether there are any pixels. The walk ends quietly where
// the file does.
func pngChunks(s *source, p *Page) (pixels bool, err error) {
	off := int64(33)
	for range maxChunks {
		b, err := s.upTo(off, 17)
		if err != nil || len(b) < 8 {
			return pixels, err
		}
		n := int64(binary.BigEndian.Uint32(b))
		switch string(b[4:8]) {
		case "IDAT":
			pixels = true
		case "pHYs": // pixels per unit in x and y, unit 1 is the metre
			if n == 9 && len(b) == 17 && p.Resolution == 0 {
				p.Resolution, err = pngResolution(s, off)
			}
		case "eXIf":
			err = readEXIF(s.section(off+8, n), p)
		case "IEND":
			return pixels, nil
		}
		if err != nil {
			return pixels, err
		}
		off += 12 + n
	}
	return pixels, nil
}

func pngResolution(s *source, off int64) (uint32, error) {
	b, err := s.upTo(off+8, 9)
	if err != nil || len(b) < 9 || b[8] != 1 {
		return 0, err
	}
	return plausible(float64(binary.BigEndian.Uint32(b)) * 0.0254), nil
}

// pngBits is what libpng and Leptonica hold together: libpng keeps all rows,
// with 16 bits stripped to 8, and Leptonica copies them into 1 to 8 bits or,
// for colour and transparency, into 32. 0 for a format that does not exist.
func pngBits(depth uint64, colour byte) uint64 {
	if depth == 0 || depth > 16 || depth&(depth-1) != 0 {
		return 0
	}
	eight := min(depth, 8)
	switch {
	case colour == 0:
		return 2 * eight
	case colour == 3 && depth <= 8:
		return eight + 32 // a palette with transparency becomes colour
	case colour == 2 && depth >= 8:
		return 24 + 32
	case colour == 4 && depth >= 8:
		return 16 + 32
	case colour == 6 && depth >= 8:
		return 32 + 32
	}
	return 0
}
