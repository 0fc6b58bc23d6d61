package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// jpegQuality shows the blocks a little, as the scans of the archives do.
const jpegQuality = 52

// encode writes the sheets in the format that the extension names; only TIFF and PDF hold several.
func encode(extension string, sheets []image.Image, t turn) ([]byte, error) {
	switch extension {
	case ".tif":
		return encodeTIFF(sheets)
	case ".pdf":
		return encodePDF(sheets)
	}
	if len(sheets) != 1 {
		return nil, fmt.Errorf("a %s file holds one page, the text has %d", extension, len(sheets))
	}
	switch extension {
	case ".png":
		return encodePNG(sheets[0])
	case ".jpg":
		return encodeJPEG(sheets[0], t)
	default:
		return nil, fmt.Errorf("no encoder for %q", extension)
	}
}

// encodePNG adds the pHYs chunk (pixels a metre) that Go's encoder leaves out.
func encodePNG(sheet image.Image) ([]byte, error) {
	var body bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&body, sheet); err != nil {
		return nil, fmt.Errorf("encode PNG: %w", err)
	}
	const afterHeader = 8 + 25 // signature and IHDR
	perMetre := uint32(dpi*10000/254 + 1)
	chunk := append([]byte("pHYs"), 0, 0, 0, 0, 0, 0, 0, 0, 1)
	binary.BigEndian.PutUint32(chunk[4:], perMetre)
	binary.BigEndian.PutUint32(chunk[8:], perMetre)
	var out bytes.Buffer
	out.Write(body.Bytes()[:afterHeader])
	put(&out, binary.BigEndian, uint32(len(chunk)-4))
	out.Write(chunk)
	put(&out, binary.BigEndian, crc32.ChecksumIEEE(chunk))
	out.Write(body.Bytes()[afterHeader:])
	return out.Bytes(), nil
}

// encodeJPEG adds a JFIF head with the resolution, and EXIF where the orientation is told.
func encodeJPEG(sheet image.Image, t turn) ([]byte, error) {
	if _, shades := sheet.(*image.Paletted); shades {
		grey := image.NewGray(sheet.Bounds())
		draw.Draw(grey, grey.Bounds(), sheet, sheet.Bounds().Min, draw.Src)
		sheet = grey
	}
	var body bytes.Buffer
	if err := jpeg.Encode(&body, sheet, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("encode JPEG: %w", err)
	}
	var out bytes.Buffer
	out.Write(body.Bytes()[:2]) // start of image
	if t == turnedByEXIF {
		segment(&out, 0xE1, exif(6))
	} else {
		segment(&out, 0xE0, []byte{'J', 'F', 'I', 'F', 0, 1, 2, 1, 0, dpi, 0, dpi, 0, 0})
	}
	out.Write(body.Bytes()[2:])
	return out.Bytes(), nil
}

// segment writes one JPEG marker segment.
func segment(out *bytes.Buffer, marker byte, payload []byte) {
	out.Write([]byte{0xFF, marker})
	put(out, binary.BigEndian, uint16(len(payload)+2))
	out.Write(payload)
}

// exif holds the orientation and the resolution, no more.
func exif(orientation uint16) []byte {
	var body bytes.Buffer
	body.WriteString("Exif\x00\x00MM\x00\x2a")
	put(&body, binary.BigEndian, uint32(8))
	const entries, start = 4, 8
	values := uint32(start + 2 + entries*12 + 4)
	put(&body, binary.BigEndian, uint16(entries))
	short := func(tag, value uint16) { put(&body, binary.BigEndian, []uint16{tag, 3, 0, 1, value, 0}) }
	ratio := func(tag uint16, at uint32) {
		put(&body, binary.BigEndian, []uint16{tag, 5, 0, 1})
		put(&body, binary.BigEndian, at)
	}
	short(0x0112, orientation)
	ratio(0x011A, values)
	ratio(0x011B, values+8)
	short(0x0128, 2) // inches
	put(&body, binary.BigEndian, []uint32{0 /* no next IFD */, dpi, 1, dpi, 1})
	return body.Bytes()
}

// put writes fixed-size numbers; into a buffer that cannot fail.
func put(out *bytes.Buffer, order binary.ByteOrder, value any) {
	if err := binary.Write(out, order, value); err != nil {
		panic(err) // a programming error: value has no fixed size
	}
}
