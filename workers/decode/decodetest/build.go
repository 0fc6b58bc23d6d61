// Package decodetest makes files for tests: small valid files of every format,
// and a corpus of malformed ones with the outcome that each must have. It is
// for tests only and never reads or writes a file.
package decodetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
)

// sheet is a white picture with a black bar, which is no text.
func sheet(w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for x := w / 4; x < w/2; x++ {
		m.SetGray(x, h/2, color.Gray{})
	}
	return m
}

// PNG is a grey picture with extra chunks behind its header.
func PNG(w, h int, chunks ...[]byte) []byte {
	var b bytes.Buffer
	must(png.Encode(&b, sheet(w, h)))
	return insert(b.Bytes(), 33, bytes.Join(chunks, nil))
}

// Chunk is a PNG chunk with its checksum.
func Chunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// PNGHeader is a PNG file that ends after a header with these values and an
// empty chunk of pixels.
func PNGHeader(w, h uint32, depth, colour byte) []byte {
	d := binary.BigEndian.AppendUint32(nil, w)
	d = binary.BigEndian.AppendUint32(d, h)
	d = append(d, depth, colour, 0, 0, 0)
	return join("\x89PNG\r\n\x1a\n", Chunk("IHDR", d), Chunk("IDAT", nil), Chunk("IEND", nil))
}

// JPEG is a grey baseline picture with extra segments behind its start.
func JPEG(w, h int, segments ...[]byte) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, sheet(w, h), nil))
	return insert(b.Bytes(), 2, bytes.Join(segments, nil))
}

// Segment is a JPEG segment: marker, length, data.
func Segment(marker byte, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// Frame is a JPEG frame header (SOF) with 1×1 sampling.
func Frame(marker, precision byte, w, h uint16, components int) []byte {
	d := binary.BigEndian.AppendUint16([]byte{precision}, h)
	d = binary.BigEndian.AppendUint16(d, w)
	d = append(d, byte(components))
	for i := range components {
		d = append(d, byte(i), 0x11, 0)
	}
	return Segment(marker, d)
}

// EXIF is an EXIF block, without the prefix that JPEG puts before it.
func EXIF(order Order, orientation uint16, resolution uint32) []byte {
	return TIFF(order, false, Directory{
		{274, 3, uint64(orientation)},
		{282, 5, uint64(resolution)},
		{296, 3, 2},
	})
}

// GIF is a picture of n frames.
func GIF(w, h, n int) []byte {
	var b bytes.Buffer
	g := &gif.GIF{}
	for range n {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black}))
		g.Delay = append(g.Delay, 1)
	}
	must(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// BMP is a white 24-bit picture; a negative height has its rows from the top.
func BMP(w, h, perMetre int32, compression uint32, depth uint16) []byte {
	size := 40
	b := append([]byte("BM"), make([]byte, 12+size)...)
	le := binary.LittleEndian
	le.PutUint32(b[10:], uint32(14+size))
	le.PutUint32(b[14:], uint32(size))
	le.PutUint32(b[18:], uint32(w))
	le.PutUint32(b[22:], uint32(h))
	le.PutUint16(b[26:], 1)
	le.PutUint16(b[28:], depth)
	le.PutUint32(b[30:], compression)
	le.PutUint32(b[38:], uint32(perMetre))
	le.PutUint32(b[42:], uint32(perMetre))
	rows := max(h, -h)
	if w > 0 && w < 1000 && rows > 0 && rows < 1000 {
		b = append(b, bytes.Repeat([]byte{255}, int((w*3+3)/4*4*rows))...)
	}
	le.PutUint32(b[2:], uint32(len(b)))
	return b
}

// Box is a JP2 box.
func Box(name string, parts ...[]byte) []byte {
	data := bytes.Join(parts, nil)
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)+8))
	return append(append(b, name...), data...)
}

// Codestream is the head of a JPEG 2000 codestream.
func Codestream(left, top, right, bottom uint32, components uint16) []byte {
	b := []byte("\xff\x4f\xff\x51")
	b = binary.BigEndian.AppendUint16(b, 38+3*components)
	b = append(b, 0, 0)
	for _, v := range []uint32{right, bottom, left, top, right, bottom, 0, 0} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	b = binary.BigEndian.AppendUint16(b, components)
	return append(b, bytes.Repeat([]byte{7, 1, 1}, int(min(components, 4)))...)
}

// JP2 is a JPEG 2000 file around a codestream, with extra boxes in its header.
func JP2(codestream []byte, header ...[]byte) []byte {
	return join(
		"\x00\x00\x00\x0cjP  \r\n\x87\n",
		Box("ftyp", []byte("jp2 \x00\x00\x00\x00jp2 ")),
		Box("jp2h", header...),
		Box("jp2c", codestream),
	)
}

// WebP is a RIFF file of these chunks.
func WebP(chunks ...[]byte) []byte {
	b := bytes.Join(chunks, nil)
	return join("RIFF", binary.LittleEndian.AppendUint32(nil, uint32(len(b)+4)), "WEBP", b)
}

// RIFF is one chunk of a WebP file.
func RIFF(name string, data []byte) []byte {
	b := append([]byte(name), binary.LittleEndian.AppendUint32(nil, uint32(len(data)))...)
	b = append(b, data...)
	return append(b, make([]byte, len(data)&1)...)
}

// PDF puts objects, numbered from 1, into a file. Object 1 is the catalog.
func PDF(objects ...string) []byte { return PDFWith("", objects...) }

// PDFWith is PDF with more entries in the trailer.
func PDFWith(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, xref)
	return b.Bytes()
}

// Stream is a PDF stream object.
func Stream(entries string, data []byte) string {
	return fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(data), entries, data)
}

// TextPDF has one A4 page for each text.
func TextPDF(texts ...string) []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"}
	var kids strings.Builder
	for _, text := range texts {
		fmt.Fprintf(&kids, "%d 0 R ", len(objects)+1)
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>", len(objects)+2),
			Stream("", []byte("BT /F 12 Tf 72 720 Td ("+text+") Tj ET")))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(texts), kids.String())
	return PDF(objects...)
}

// ImagePDF has one page of the given size in points, turned by rotate degrees
// and filled by an empty 1-bit image.
func ImagePDF(width, height, rotate, imageWidth, imageHeight int) []byte {
	data := make([]byte, (imageWidth+7)/8*imageHeight)
	return PDF(
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /Rotate %d /MediaBox [0 0 %d %d] /Resources << /XObject << /I 4 0 R >> >> /Contents 5 0 R >>", rotate, width, height),
		Stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1", imageWidth, imageHeight), data),
		Stream("", fmt.Appendf(nil, "%d 0 0 %d 0 0 cm /I Do", width, height)),
	)
}

func insert(b []byte, at int, more []byte) []byte {
	return join(b[:at], more, b[at:])
}

// join puts strings and byte slices together.
func join(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		b = fmt.Appendf(b, "%s", p)
	}
	return b
}

func must(err error) {
	if err != nil {
		panic(err) // encoding into memory does not fail
	}
}
