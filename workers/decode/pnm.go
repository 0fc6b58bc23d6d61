package decode

import (
	"math"
	"strconv"
)

// maxPNMHeader is the longest header that is read, comments included.
const maxPNMHeader = 4096

// pnmPages reads the header of PBM, PGM, PPM (text or binary) and PAM.
func pnmPages(s *source, _ Limits) ([]Page, error) {
	b, err := s.upTo(0, maxPNMHeader)
	if err != nil {
		return nil, err
	}
	words := pnmWords{b[2:]}
	var h pnmHeader
	switch variant := b[1]; variant {
	case '7':
		err = h.readPAM(&words)
	default:
		h.channels = 1
		if variant == '3' || variant == '6' {
			h.channels = 3
		}
		h.width, h.height, h.most = words.number(), words.number(), 1
		if variant != '1' && variant != '4' {
			h.most = words.number()
		}
	}
	if err != nil {
		return nil, err
	}
	return h.page()
}

type pnmHeader struct {
	width, height, most, channels uint32
}

func (h pnmHeader) page() ([]Page, error) {
	if h.width == 0 || h.height == 0 || h.most == 0 || h.most > math.MaxUint16 || h.channels == 0 {
		return nil, corrupt("the PNM header is damaged")
	}
	p := Page{Width: h.width, Height: h.height, bits: 32}
	if h.channels == 1 {
		switch h.most {
		case 1, 3, 15, 255, math.MaxUint16:
			p.bits = 16
		default:
			return nil, refused("this is a PNM file with values up to %d, which is not read here: convert it to PNG first", h.most)
		}
	}
	return []Page{p}, nil
}

// readPAM reads the header of named lines.
func (h *pnmHeader) readPAM(words *pnmWords) error {
	for range maxPNMHeader {
		switch string(words.next()) {
		case "WIDTH":
			h.width = words.number()
		case "HEIGHT":
			h.height = words.number()
		case "DEPTH":
			h.channels = words.number()
		case "MAXVAL":
			h.most = words.number()
		case "ENDHDR":
			if h.channels > 4 {
				return refused("this is a PAM file with %d channels, which is not read here: convert it to PNG first", h.channels)
			}
			return nil
		case "":
			return corrupt("the PAM header is damaged")
		}
	}
	return corrupt("the PAM header is damaged")
}

// pnmWords cuts a header into words; a comment goes from # to the end of the line.
type pnmWords struct{ rest []byte }

func (w *pnmWords) next() []byte {
	b := w.rest
	for len(b) > 0 && (isSpace(b[0]) || b[0] == '#') {
		if b[0] == '#' {
			for len(b) > 0 && b[0] != '\n' {
				b = b[1:]
			}
			continue
		}
		b = b[1:]
	}
	n := 0
	for n < len(b) && !isSpace(b[n]) {
		n++
	}
	w.rest = b[n:]
	return b[:n]
}

// number reads a number that fits 32 bits, 0 for anything else.
func (w *pnmWords) number() uint32 {
	v, err := strconv.ParseUint(string(w.next()), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(v)
}
