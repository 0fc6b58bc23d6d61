package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"strings"
)

// encodeTIFF writes black-and-white pages as fax group 4, one strip and one directory each.
func encodeTIFF(sheets []image.Image) ([]byte, error) {
	var out bytes.Buffer
	little := binary.LittleEndian
	out.WriteString("II\x2a\x00")
	link := out.Len() // where the place of the next directory is to be written
	put(&out, little, uint32(0))
	for _, sheet := range sheets {
		page, ok := sheet.(*image.Paletted)
		if !ok {
			return nil, errors.New("fax group 4 takes black-and-white pages only")
		}
		strip := out.Len()
		out.Write(encodeG4(page))
		size := out.Len() - strip
		if out.Len()%2 == 1 {
			out.WriteByte(0)
		}
		resolution := out.Len()
		put(&out, little, []uint32{dpi, 1})
		directory := out.Len()
		little.PutUint32(out.Bytes()[link:], uint32(directory))
		entries := [][3]uint32{ // tag, type (3 short, 4 long, 5 ratio), value or its place
			{254, 4, 2}, // one page of several
			{256, 4, uint32(page.Rect.Dx())},
			{257, 4, uint32(page.Rect.Dy())},
			{258, 3, 1}, // bits a sample
			{259, 3, 4}, // group 4
			{262, 3, 0}, // 0 is white
			{273, 4, uint32(strip)},
			{277, 3, 1}, // samples a pixel
			{278, 4, uint32(page.Rect.Dy())},
			{279, 4, uint32(size)},
			{282, 5, uint32(resolution)},
			{283, 5, uint32(resolution)},
			{296, 3, 2}, // inches
		}
		put(&out, little, uint16(len(entries)))
		for _, e := range entries {
			put(&out, little, []uint16{uint16(e[0]), uint16(e[1])})
			put(&out, little, []uint32{1, e[2]}) // a short stands in the low half
		}
		link = out.Len()
		put(&out, little, uint32(0))
	}
	return out.Bytes(), nil
}

// encodePDF writes each page as one JPEG that fills it, the way scanners do, with no text layer.
func encodePDF(sheets []image.Image) ([]byte, error) {
	var out bytes.Buffer
	var places []int
	object := func(format string, arguments ...any) {
		places = append(places, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n", len(places))
		fmt.Fprintf(&out, format, arguments...)
		out.WriteString("\nendobj\n")
	}
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids strings.Builder
	for i := range sheets {
		fmt.Fprintf(&kids, "%d 0 R ", 3+3*i)
	}
	object("<< /Type /Pages /Count %d /Kids [ %s] >>", len(sheets), kids.String())
	for i, sheet := range sheets {
		picture, err := encodeJPEG(sheet, upright)
		if err != nil {
			return nil, err
		}
		w, h := sheet.Bounds().Dx(), sheet.Bounds().Dy()
		points := func(pixels int) float64 { return float64(pixels) * 72 / dpi }
		first := 3 + 3*i
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R\n/Resources << /XObject << /Scan %d 0 R >> >> >>",
			points(w), points(h), first+1, first+2)
		content := fmt.Sprintf("q %.2f 0 0 %.2f 0 0 cm /Scan Do Q", points(w), points(h))
		object("<< /Length %d >>\nstream\n%s\nendstream", len(content), content)
		object("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8\n/Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream",
			w, h, len(picture), picture)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, place := range places {
		fmt.Fprintf(&out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, table)
	return out.Bytes(), nil
}
