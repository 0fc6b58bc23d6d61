package decode_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/fonds-archive/fonds/workers/decode"
	dt "github.com/fonds-archive/fonds/workers/decode/decodetest"
)

// facts are what the header of one page says.
type facts struct{ width, height, resolution, orientation uint32 }

var le, be = binary.LittleEndian, binary.BigEndian

func TestProbeReadsHeaders(t *testing.T) {
	jfif := func(unit byte, density uint16) []byte {
		d := append([]byte("JFIF\x00\x01\x01"), unit)
		d = be.AppendUint16(be.AppendUint16(d, density), density)
		return dt.Segment(0xe0, append(d, 0, 0))
	}
	exif := func(order dt.Order, orientation uint16, dpi uint32) []byte {
		return dt.Segment(0xe1, append([]byte("Exif\x00\x00"), dt.EXIF(order, orientation, dpi)...))
	}
	phys := func(perMetre uint32, unit byte) []byte {
		d := be.AppendUint32(be.AppendUint32(nil, perMetre), perMetre)
		return dt.Chunk("pHYs", append(d, unit))
	}
	res := func(name string, perMetre uint16, exponent byte) []byte {
		d := be.AppendUint16(be.AppendUint16(nil, perMetre), 1)
		d = append(append(d, d...), exponent, exponent)
		return dt.Box("res ", dt.Box(name, d))
	}
	siz := dt.Codestream(3, 5, 67, 53, 3)
	extended := func(flags byte) []byte { return dt.RIFF("VP8X", []byte{flags, 0, 0, 0, 63, 0, 0, 47, 0, 0}) }
	lossy := dt.RIFF("VP8 ", []byte("\x10\x00\x00\x9d\x01\x2a\x40\x40\x30\x80")) // scale bits set
	lossless := dt.RIFF("VP8L", []byte{0x2f, 63, 47 << 6 & 0xff, 47 >> 2, 0, 0, 0, 0, 0, 0, 0, 0})
	for _, c := range []struct {
		name, mediaType string
		bytes           []byte
		pages           []facts
	}{
		{"png", "image/png", dt.PNG(64, 48), []facts{{64, 48, 0, 0}}},
		{"png resolution", "image/png", dt.PNG(64, 48, phys(11811, 1)), []facts{{64, 48, 300, 0}}},
		{"png aspect only", "image/png", dt.PNG(64, 48, phys(11811, 0)), []facts{{64, 48, 0, 0}}},
		{"png screen resolution", "image/png", dt.PNG(64, 48, phys(3780, 1)), []facts{{64, 48, 0, 0}}},
		{"png EXIF", "image/png", dt.PNG(64, 48, dt.Chunk("eXIf", dt.EXIF(le, 8, 200))), []facts{{64, 48, 200, 8}}},
		{"png EXIF with prefix", "image/png", dt.PNG(64, 48, dt.Chunk("eXIf", append([]byte("Exif\x00\x00"), dt.EXIF(be, 3, 72)...))), []facts{{64, 48, 0, 3}}},
		{"png 16 bits", "image/png", dt.PNGHeader(640, 480, 16, 6), []facts{{640, 480, 0, 0}}},
		{"png 1 bit, near the limit", "image/png", dt.PNGHeader(30000, 10000, 1, 0), []facts{{30000, 10000, 0, 0}}},
		{"jpeg", "image/jpeg", dt.JPEG(64, 48), []facts{{64, 48, 0, 0}}},
		{"jpeg per inch", "image/jpeg", dt.JPEG(64, 48, jfif(1, 300)), []facts{{64, 48, 300, 0}}},
		{"jpeg per centimetre", "image/jpeg", dt.JPEG(64, 48, jfif(2, 118)), []facts{{64, 48, 300, 0}}},
		{"jpeg aspect only", "image/jpeg", dt.JPEG(64, 48, jfif(0, 300)), []facts{{64, 48, 0, 0}}},
		{"jpeg EXIF little-endian", "image/jpeg", dt.JPEG(64, 48, exif(le, 6, 400)), []facts{{64, 48, 400, 6}}},
		{"jpeg EXIF big-endian", "image/jpeg", dt.JPEG(64, 48, exif(be, 5, 400)), []facts{{64, 48, 400, 5}}},
		{"jpeg JFIF before EXIF", "image/jpeg", dt.JPEG(64, 48, jfif(1, 300), exif(be, 1, 400)), []facts{{64, 48, 300, 1}}},
		{"jpeg EXIF where JFIF is a screen's", "image/jpeg", dt.JPEG(64, 48, jfif(1, 72), exif(be, 1, 400)), []facts{{64, 48, 400, 1}}},
		{"jpeg progressive CMYK", "image/jpeg", append([]byte("\xff\xd8"), dt.Frame(0xc2, 8, 640, 480, 4)...), []facts{{640, 480, 0, 0}}},
		{"jpeg arithmetic", "image/jpeg", append([]byte("\xff\xd8\xff"), dt.Frame(0xc9, 8, 640, 480, 3)...), []facts{{640, 480, 0, 0}}},
		{"tiff little-endian", "image/tiff", dt.TIFF(le, false, dt.Bilevel(64, 48)), []facts{{64, 48, 0, 0}}},
		{"tiff big-endian", "image/tiff", dt.TIFF(be, false, dt.Bilevel(64, 48, dt.Entry(256, 3, 65))), []facts{{65, 48, 0, 0}}},
		{"bigtiff", "image/tiff", dt.TIFF(le, true, dt.Bilevel(64, 48, dt.Entry(256, 16, 66), dt.Entry(274, 3, 6), dt.Entry(282, 5, 400))), []facts{{66, 48, 400, 6}}},
		{"bigtiff big-endian", "image/tiff", dt.TIFF(be, true, dt.Bilevel(64, 48), dt.Bilevel(9, 8)), []facts{{64, 48, 0, 0}, {9, 8, 0, 0}}},
		{"tiff inch by default", "image/tiff", dt.TIFF(be, false, dt.Bilevel(64, 48, dt.Entry(282, 5, 600))), []facts{{64, 48, 600, 0}}},
		{"tiff centimetre", "image/tiff", dt.TIFF(le, false, dt.Bilevel(64, 48, dt.Entry(282, 5, 118), dt.Entry(296, 3, 3))), []facts{{64, 48, 300, 0}}},
		{"tiff no unit", "image/tiff", dt.TIFF(le, false, dt.Bilevel(64, 48, dt.Entry(282, 5, 300), dt.Entry(296, 3, 1))), []facts{{64, 48, 0, 0}}},
		{"tiff pages", "image/tiff", dt.TIFF(le, false, dt.Bilevel(64, 48), dt.Bilevel(32, 16, dt.Entry(274, 3, 8))), []facts{{64, 48, 0, 0}, {32, 16, 0, 8}}},
		{"tiff thumbnails", "image/tiff", dt.TIFF(le, false,
			dt.Bilevel(8, 8, dt.Entry(254, 4, 1)), dt.Bilevel(64, 48, dt.Entry(254, 4, 2)), dt.Bilevel(8, 8, dt.Entry(255, 3, 2)), dt.Bilevel(64, 48, dt.Entry(254, 4, 4))), []facts{{64, 48, 0, 0}}},
		{"tiff of nothing but thumbnails", "image/tiff", dt.TIFF(le, false, dt.Bilevel(64, 48, dt.Entry(254, 4, 1))), []facts{{64, 48, 0, 0}}},
		{"jp2", "image/jp2", dt.JP2(siz), []facts{{64, 48, 0, 0}}},
		{"jp2 capture resolution", "image/jp2", dt.JP2(siz, dt.Box("colr"), res("resc", 118, 2)), []facts{{64, 48, 300, 0}}},
		{"jp2 display resolution", "image/jp2", dt.JP2(siz, res("resd", 11811, 0)), []facts{{64, 48, 300, 0}}},
		{"jp2 codestream", "image/j2c", siz, []facts{{64, 48, 0, 0}}},
		{"webp lossy", "image/webp", dt.WebP(lossy), []facts{{64, 48, 0, 0}}},
		{"webp lossless", "image/webp", dt.WebP(lossless), []facts{{64, 48, 0, 0}}},
		{"webp extended", "image/webp", dt.WebP(extended(0), lossy), []facts{{64, 48, 0, 0}}},
		{"webp EXIF", "image/webp", dt.WebP(extended(8), dt.RIFF("ALPH", []byte("odd")), lossy, dt.RIFF("EXIF", dt.EXIF(le, 7, 300))), []facts{{64, 48, 300, 7}}},
		{"bmp", "image/bmp", dt.BMP(64, 48, 11811, 0, 24), []facts{{64, 48, 300, 0}}},
		{"bmp top down", "image/bmp", dt.BMP(64, -48, 0, 0, 24), []facts{{64, 48, 0, 0}}},
		{"gif", "image/gif", dt.GIF(64, 48, 1), []facts{{64, 48, 0, 0}}},
		{"pbm text", "image/x-portable-anymap", []byte("P1 4 2 1010 0101"), []facts{{4, 2, 0, 0}}},
		{"pgm text", "image/x-portable-anymap", []byte("P2\n4 2\n15\n1 2 3 4 5 6 7 8"), []facts{{4, 2, 0, 0}}},
		{"ppm text", "image/x-portable-anymap", []byte("P3\n1 2\n255\n1 2 3 4 5 6"), []facts{{1, 2, 0, 0}}},
		{"pbm", "image/x-portable-anymap", []byte("P4\n# made by\n  # hand\n64\n#\n48 "), []facts{{64, 48, 0, 0}}},
		{"pgm", "image/x-portable-anymap", []byte("P5 64 48 65535 "), []facts{{64, 48, 0, 0}}},
		{"ppm", "image/x-portable-anymap", []byte("P6\t64\r48\n255\n"), []facts{{64, 48, 0, 0}}},
		{"pam", "image/x-portable-anymap", []byte("P7\nWIDTH 64\nHEIGHT 48\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n"), []facts{{64, 48, 0, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			scan, err := decode.Probe(context.Background(), write(t, "scan", c.bytes), decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if scan.MediaType != c.mediaType {
				t.Errorf("media type is %q, want %q", scan.MediaType, c.mediaType)
			}
			compare(t, scan.Pages, c.pages)
		})
	}
}

func compare(t *testing.T, pages []decode.Page, want []facts) {
	t.Helper()
	if len(pages) != len(want) {
		t.Fatalf("%d pages, want %d: %+v", len(pages), len(want), pages)
	}
	for i, p := range pages {
		if p.Outcome != 0 {
			t.Errorf("page %d ends in %v: %s", i+1, p.Outcome, p.Reason)
		}
		if got := (facts{p.Width, p.Height, p.Resolution, p.Orientation}); got != want[i] {
			t.Errorf("page %d is %+v, want %+v", i+1, got, want[i])
		}
	}
}

// An index that skipped thumbnails would make the child read a wrong picture.
func TestImageCountsAsLeptonica(t *testing.T) {
	path := write(t, "scan", dt.TIFF(le, false,
		dt.Bilevel(8, 8, dt.Entry(254, 4, 1)), dt.Bilevel(64, 48), dt.Bilevel(8, 8, dt.Entry(254, 4, 1)), dt.Bilevel(32, 16, dt.Entry(274, 3, 6), dt.Entry(282, 5, 300))))
	for n, want := range map[int][3]uint32{1: {1, 0, 0}, 2: {3, 6, 300}} {
		img, release, err := decode.Image(context.Background(), path, n, t.TempDir(), decode.Limits{MaxPixels: 9999})
		if err != nil {
			t.Fatal(err)
		}
		release()
		if got := [3]uint32{img.Index, img.Orientation, img.Resolution}; got != want {
			t.Errorf("page %d has index, orientation, resolution %v, want %v", n, got, want)
		}
		if img.Path != path || img.MaxPixels != 9999 {
			t.Errorf("page %d is %v", n, img)
		}
	}
}
