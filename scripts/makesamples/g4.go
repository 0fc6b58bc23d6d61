package main

import (
	"image"
	"strings"
)

// Codes of ITU-T T.4 and T.6, as the recommendations print them: run lengths 0 to 63, then the
// make-up codes 64, 128 … 1728 of each colour, then those from 1792 to 2560 that both share.
var (
	whiteRuns = strings.Fields(`
00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101
101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000
00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000
00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 01010011
01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010
00110011 00110100
11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101
011010010 011010011 011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011
010011000 010011001 010011010 011000 010011011` + sharedRuns)
	blackRuns = strings.Fields(`
0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111
000011000 0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000
00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001
000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111
000001101100 000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111
000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111
000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111
0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100
0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011
0000001110100 0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100
0000001010101 0000001011010 0000001011011 0000001100100 0000001100101` + sharedRuns)
	// verticalCodes[3+d]: the colour changes d pixels to the right of where the line above does.
	verticalCodes = [7]string{"0000010", "000010", "010", "1", "011", "000011", "0000011"}
)

const (
	sharedRuns = ` 00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101
000000010110 000000010111 000000011100 000000011101 000000011110 000000011111`
	passCode       = "0001"
	horizontalCode = "001"
	endOfBlock     = "000000000001000000000001"
	longestRun     = 2560 // the longest make-up code
)

// encodeG4 packs a page (index 1 white, 0 black) by fax group 4: each line is told by how it
// differs from the one above.
func encodeG4(page *image.Paletted) []byte {
	w, h := page.Rect.Dx(), page.Rect.Dy()
	var out bits
	above := make([]uint8, w)
	for i := range above {
		above[i] = 1
	}
	for y := range h {
		line := page.Pix[y*page.Stride : y*page.Stride+w]
		encodeLine(&out, line, above)
		above = line
	}
	out.add(endOfBlock)
	return out.body
}

// encodeLine follows T.6: a0 is where the coding stands (-1 before the line), a1 and a2 the next
// changes of colour on this line, b1 and b2 those of the line above.
func encodeLine(out *bits, line, above []uint8) {
	const white = uint8(1)
	a0, colour := -1, white
	for a0 < len(line) {
		a1 := next(line, max(a0, 0), 1-colour)
		b1 := changeAbove(above, a0, colour)
		b2 := next(above, b1, colour)
		switch {
		case b2 < a1:
			out.add(passCode)
			a0 = b2
		case a1-b1 >= -3 && a1-b1 <= 3:
			out.add(verticalCodes[3+a1-b1])
			a0, colour = a1, 1-colour
		default:
			a2 := next(line, a1, colour)
			out.add(horizontalCode)
			out.addRun(a1-max(a0, 0), colour)
			out.addRun(a2-a1, 1-colour)
			a0 = a2
		}
	}
}

// next returns the first place from start on that has the colour, or the length of the line.
func next(line []uint8, start int, colour uint8) int {
	for x := start; x < len(line); x++ {
		if line[x] == colour {
			return x
		}
	}
	return len(line)
}

// changeAbove returns b1: the first change right of a0 on the line above, to the colour opposite
// to the one being coded.
func changeAbove(above []uint8, a0 int, colour uint8) int {
	for x := a0 + 1; x < len(above); x++ {
		left := uint8(1) // an imagined white pixel stands before the line
		if x > 0 {
			left = above[x-1]
		}
		if above[x] != colour && left == colour {
			return x
		}
	}
	return len(above)
}

// bits gathers codes, most significant bit first.
type bits struct {
	body []byte
	used int // bits in the last byte, 0 when it is full
}

func (b *bits) add(code string) {
	for _, c := range code {
		if b.used == 0 {
			b.body = append(b.body, 0)
		}
		if c == '1' {
			b.body[len(b.body)-1] |= 0x80 >> b.used
		}
		b.used = (b.used + 1) % 8
	}
}

// addRun writes a run of one colour: make-up codes first, then the rest below 64.
func (b *bits) addRun(length int, colour uint8) {
	codes := blackRuns
	if colour == 1 {
		codes = whiteRuns
	}
	for length > longestRun {
		b.add(codes[63+longestRun/64])
		length -= longestRun
	}
	if length >= 64 {
		b.add(codes[63+length/64])
		length %= 64
	}
	b.add(codes[length])
}
