package decode

import "encoding/binary"

// maxSubBlocks bounds the walk over a GIF file: blocks hold up to 255 bytes,
// so this covers 255 MB.
const maxSubBlocks = 1 << 20

// gifPages reads the first picture's size and refuses animations, which are
// found by walking over the blocks. The walk ends quietly where the file does.
func gifPages(s *source, _ Limits) ([]Page, error) {
	b, err := s.at(6, 7)
	if err != nil {
		return nil, err
	}
	off := 13 + colourTable(b[4])
	var pages []Page
	for steps := 0; steps < maxSubBlocks; steps++ {
		b, err := s.upTo(off, 10)
		if err != nil || len(b) == 0 {
			return wholeGIF(pages, err)
		}
		switch b[0] {
		case '!': // an extension: a label, then sub-blocks
			off += 2
		case ',':
			if len(b) < 10 {
				return wholeGIF(pages, nil)
			}
			if len(pages) > 0 {
				return nil, refused("this is an animated GIF file, which is not read here: convert its frames to PNG first")
			}
			pages = append(pages, Page{
				Width:  uint32(binary.LittleEndian.Uint16(b[5:])),
				Height: uint32(binary.LittleEndian.Uint16(b[7:])),
				bits:   16, // giflib keeps 8 bits a pixel, Leptonica copies them
			})
			off += 10 + colourTable(b[9]) + 1 // and a byte for the code length
		default: // the trailer, or rubbish, which the decoder meets too
			return wholeGIF(pages, nil)
		}
		if off, steps, err = skipSubBlocks(s, off, steps); err != nil {
			return nil, err
		}
	}
	return wholeGIF(pages, nil)
}

func wholeGIF(pages []Page, err error) ([]Page, error) {
	if err == nil && len(pages) == 0 {
		err = corrupt("the GIF file holds no picture")
	}
	return pages, err
}

// colourTable is the length in bytes of the table that the flags announce.
func colourTable(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// skipSubBlocks returns where the row of sub-blocks at off ends.
func skipSubBlocks(s *source, off int64, steps int) (int64, int, error) {
	for ; steps < maxSubBlocks; steps++ {
		b, err := s.upTo(off, 1)
		if err != nil || len(b) == 0 {
			return off, steps, err
		}
		off += 1 + int64(b[0])
		if b[0] == 0 {
			break
		}
	}
	return off, steps, nil
}
