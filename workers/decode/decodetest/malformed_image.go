package decodetest

import (
	"bytes"
	"encoding/binary"
	"fmt"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func pngs() []File {
	good := PNG(64, 48)
	pixels := bytes.Index(good, []byte("IDAT"))
	return []File{
		whole("png-magic.png", Corrupt, good[:8]),
		whole("png-cut-in-header.png", Corrupt, good[:20]),
		whole("png-cut-behind-header.png", Corrupt, good[:33]),
		whole("png-no-pixels.png", Corrupt, good[:33], Chunk("IEND", nil)),
		whole("png-header-checksum.png", Corrupt, good[:18], "\x01", good[19:]),
		whole("png-header-length.png", Corrupt, good[:11], "\x0e", good[12:]),
		whole("png-header-second.png", Corrupt, good[:8], Chunk("tEXt", []byte("a\x00b")), good[8:]),
		whole("png-depth-3.png", Corrupt, PNGHeader(10, 10, 3, 0)),
		whole("png-colour-5.png", Corrupt, PNGHeader(10, 10, 8, 5)),
		whole("png-palette-16.png", Corrupt, PNGHeader(10, 10, 16, 3)),
		whole("png-zero-width.png", Corrupt, PNGHeader(0, 10, 8, 0)),
		whole("png-bomb-100000.png", TooLarge, PNGHeader(100_000, 100_000, 1, 0)),
		whole("png-bomb-40000.png", TooLarge, PNGHeader(40_000, 40_000, 8, 2)),
		whole("png-bomb-20000.png", TooLarge, PNGHeader(20_000, 20_000, 1, 0)),
		whole("png-bomb-colour.png", TooLarge, PNGHeader(17_000, 17_000, 8, 6)),
		whole("png-most.png", TooLarge, PNGHeader(1<<32-1, 1<<32-1, 16, 6)),
		whole("png-1x60000.png", TooLarge, PNGHeader(1, 60_000, 8, 0)),
		whole("png-60000x1.png", TooLarge, PNGHeader(60_000, 1, 8, 0)),
		whole("png-chunk-too-long.png", Corrupt, good[:33], "\xff\xff\xff\xffjUNK"),
		passed("png-cut-in-pixels.png", []fondsv1.Outcome{Corrupt}, good[:pixels+20]),
		passed("png-no-end.png", anyEnd, good[:len(good)-12]),
		passed("png-pixel-flipped.png", []fondsv1.Outcome{Corrupt}, flip(good, pixels+14)),
		passed("png-pixel-checksum.png", []fondsv1.Outcome{Corrupt}, flip(good, len(good)-14)),
		passed("png-rubbish-behind.png", read, good, bytes.Repeat([]byte("rubbish"), 99)),
		passed("png-pixels-empty.png", []fondsv1.Outcome{Corrupt}, PNGHeader(64, 48, 8, 0)),
		passed("png-exif-rubbish.png", read, PNG(64, 48, Chunk("eXIf", []byte("II*\x00\xff\xff\xff\x7f")))),
		passed("png-exif-loop.png", read, PNG(64, 48, Chunk("eXIf", []byte("MM\x00*\x00\x00\x00\x00")))),
		passed("png-1x1.png", read, PNG(1, 1)),
	}
}

func jpegs() []File {
	good := JPEG(64, 48)
	frame := bytes.Index(good, []byte{0xff, 0xc0})
	scan := bytes.Index(good, []byte{0xff, 0xda})
	start := "\xff\xd8"
	return []File{
		whole("jpeg-start-only.jpg", Corrupt, good[:3]),
		whole("jpeg-cut-in-tables.jpg", Corrupt, good[:30]),
		whole("jpeg-cut-in-frame.jpg", Corrupt, good[:frame+6]),
		whole("jpeg-scan-first.jpg", Corrupt, start, good[scan:]),
		whole("jpeg-end-first.jpg", Corrupt, start, "\xff\xd9"),
		whole("jpeg-segment-length-0.jpg", Corrupt, start, "\xff\xe0\x00\x00", good[2:]),
		whole("jpeg-segment-past-end.jpg", Corrupt, start, "\xff\xe0\xff\xff", good[2:]),
		whole("jpeg-no-marker.jpg", Corrupt, start, Segment(0xe0, nil), "rubbish"),
		whole("jpeg-fill-bytes.jpg", Corrupt, start, bytes.Repeat([]byte{0xff}, 20_000)),
		whole("jpeg-many-segments.jpg", Corrupt, start, bytes.Repeat(Segment(0xfe, nil), 20_000)),
		whole("jpeg-frame-short.jpg", Corrupt, start, Segment(0xc0, []byte{8, 0, 9})),
		whole("jpeg-frame-no-components.jpg", Corrupt, start, Segment(0xc0, []byte{8, 0, 9, 0, 9, 3})),
		whole("jpeg-zero-width.jpg", Corrupt, start, Frame(0xc0, 8, 0, 10, 1)),
		whole("jpeg-zero-height.jpg", Refused, start, Frame(0xc0, 8, 10, 0, 1)),
		whole("jpeg-65535.jpg", TooLarge, start, Frame(0xc0, 8, 65535, 65535, 3)),
		whole("jpeg-progressive-bomb.jpg", TooLarge, start, Frame(0xc2, 8, 17000, 17000, 3)),
		whole("jpeg-12-bit.jpg", Refused, start, Frame(0xc1, 12, 64, 48, 1)),
		whole("jpeg-lossless.jpg", Refused, start, Frame(0xc3, 8, 64, 48, 1)),
		whole("jpeg-hierarchical.jpg", Refused, start, Frame(0xc5, 8, 64, 48, 1)),
		whole("jpeg-2-components.jpg", Refused, start, Frame(0xc0, 8, 64, 48, 2)),
		passed("jpeg-cut-in-pixels.jpg", anyEnd, good[:scan+20]),
		passed("jpeg-no-end.jpg", anyEnd, good[:len(good)-2]),
		passed("jpeg-no-pixels.jpg", anyEnd, good[:scan]),
		passed("jpeg-exif-orientation-99.jpg", read, JPEG(64, 48, Segment(0xe1, append([]byte("Exif\x00\x00"), EXIF(binary.BigEndian, 99, 300)...)))),
		passed("jpeg-exif-past-end.jpg", read, JPEG(64, 48, Segment(0xe1, []byte("Exif\x00\x00II*\x00\xff\xff\xff\xff")))),
		passed("jpeg-exif-cut.jpg", read, JPEG(64, 48, Segment(0xe1, []byte("Exif\x00\x00MM")))),
	}
}

func tiffs() []File {
	le := binary.LittleEndian
	page := Bilevel(64, 48)
	one := TIFF(le, false, page)
	two := TIFF(le, false, page, page)
	first := int(le.Uint32(one[4:]))
	lost := func(name string, parts ...any) File {
		return File{Name: name, Bytes: join(parts...), Want: []fondsv1.Outcome{Engine, Corrupt}, Ends: read}
	}
	next := func(file []byte, to uint32) []byte { // the last directory leads there
		return le.AppendUint32(bytes.Clone(file[:len(file)-4]), to)
	}
	refusedPage := func(name string, more ...Tag) File {
		return whole(name, Refused, TIFF(binary.BigEndian, false, Bilevel(64, 48, more...)))
	}
	files := []File{
		whole("tiff-magic.tif", Corrupt, "II*\x00"),
		whole("tiff-no-directory.tif", Corrupt, "II*\x00\x00\x00\x00\x00", make([]byte, 90)),
		whole("tiff-directory-past-end.tif", Corrupt, "II*\x00\xff\xff\xff\x7f", make([]byte, 90)),
		whole("tiff-directory-empty.tif", Corrupt, "II*\x00\x08\x00\x00\x00", make([]byte, 90)),
		whole("tiff-directory-65535.tif", Corrupt, "MM\x00*\x00\x00\x00\x08\xff\xff", make([]byte, 90)),
		whole("tiff-cut-in-directory.tif", Corrupt, one[:first+30]),
		whole("bigtiff-past-end.tif", Corrupt, "II+\x00\x08\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff", make([]byte, 90)),
		whole("bigtiff-entries.tif", Corrupt, "MM\x00+\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x7f", make([]byte, 90)),
		whole("bigtiff-cut.tif", Corrupt, "II+\x00\x08\x00\x00\x00"),
		whole("tiff-zero-width.tif", Corrupt, TIFF(le, false, Bilevel(0, 48))),
		whole("tiff-bomb-40000.tif", TooLarge, TIFF(le, false, Bilevel(40_000, 40_000))),
		whole("tiff-bomb-wide.tif", TooLarge, TIFF(le, true, Bilevel(64, 48, Tag{256, 16, 1 << 40}))),
		whole("tiff-bomb-colour.tif", TooLarge, TIFF(le, false, Bilevel(17_000, 17_000, Tag{258, 3, 8}, Tag{277, 3, 3}))),
		whole("tiff-many-pages.tif", TooLarge, manyPages(3001)),
		refusedPage("tiff-12-bit.tif", Tag{258, 3, 12}),
		refusedPage("tiff-float.tif", Tag{258, 3, 32}, Tag{339, 3, 3}),
		refusedPage("tiff-tiles.tif", Tag{322, 3, 16}, Tag{323, 3, 16}),
		refusedPage("tiff-planes.tif", Tag{258, 3, 8}, Tag{277, 3, 3}, Tag{284, 3, 2}),
		refusedPage("tiff-old-jpeg.tif", Tag{259, 3, 6}),
		refusedPage("tiff-samples-65535.tif", Tag{277, 3, 65535}),
		lost("tiff-loop-to-itself.tif", next(one, uint32(first))),
		lost("tiff-next-past-end.tif", next(one, 1<<31)),
		lost("tiff-next-into-pixels.tif", next(one, 100)),
		lost("tiff-second-cut.tif", two[:len(two)-20]),
		passed("tiff-pixels-past-end.tif", anyEnd, TIFF(le, false, Bilevel(64, 48, Tag{273, 4, 1 << 31}))),
		passed("tiff-pixels-too-few.tif", anyEnd, TIFF(le, false, Bilevel(2000, 2000))),
		passed("tiff-unknown-compression.tif", []fondsv1.Outcome{Corrupt}, TIFF(le, false, Bilevel(64, 48, Tag{259, 3, 777}))),
		passed("tiff-g4-rubbish.tif", anyEnd, TIFF(le, false, Bilevel(64, 48, Tag{259, 3, 4}))),
		passed("tiff-deflate-rubbish.tif", []fondsv1.Outcome{Corrupt}, TIFF(le, false, Bilevel(64, 48, Tag{259, 3, 8}))),
		passed("tiff-orientation-999.tif", anyEnd, TIFF(le, false, Bilevel(64, 48, Tag{274, 3, 999}))),
	}
	return append(files, File{
		Name:  "tiff-loop-of-two.tif",
		Bytes: next(two, uint32(first)),
		Want:  []fondsv1.Outcome{Engine, Engine, Corrupt},
		Ends:  read,
	})
}

// manyPages is a TIFF file of n directories that share one strip.
func manyPages(n int) []byte {
	pages := make([]Directory, n)
	for i := range pages {
		pages[i] = Bilevel(8, 8)
	}
	return TIFF(binary.LittleEndian, false, pages...)
}

func otherImages() []File {
	siz := Codestream(0, 0, 64, 48, 1)
	lossy := RIFF("VP8 ", []byte("\x10\x00\x00\x9d\x01\x2a\x40\x00\x30\x00rubbish"))
	return []File{
		whole("jp2-magic.jp2", Corrupt, JP2(siz)[:12]),
		whole("jp2-cut-in-boxes.jp2", Corrupt, JP2(siz)[:36]),
		whole("jp2-no-picture.jp2", Corrupt, JP2(siz)[:32], Box("jp2h"), Box("free")),
		whole("jp2-box-length-3.jp2", Corrupt, JP2(siz)[:12], "\x00\x00\x00\x03ftyp", make([]byte, 40)),
		whole("jp2-box-length-2e63.jp2", Corrupt, JP2(siz)[:12], "\x00\x00\x00\x01ftyp\xff\xff\xff\xff\xff\xff\xff\xff", make([]byte, 40)),
		whole("jp2-box-past-end.jp2", Corrupt, JP2(siz)[:12], "\x00\x00\x00\x01ftyp\x7f\xff\xff\xff\xff\xff\xff\xff", make([]byte, 40)),
		whole("jp2-not-a-codestream.jp2", Corrupt, JP2(make([]byte, 99))),
		whole("jp2-no-size.jp2", Corrupt, JP2(Codestream(64, 0, 64, 48, 1))),
		whole("jp2-bomb.jp2", TooLarge, JP2(Codestream(0, 0, 1<<32-1, 1<<32-1, 3))),
		whole("jp2-bomb-colour.j2k", TooLarge, Codestream(0, 0, 9000, 9000, 3)),
		whole("jp2-components.j2k", Refused, Codestream(0, 0, 64, 48, 16384)),
		passed("jp2-no-pixels.jp2", []fondsv1.Outcome{Corrupt}, JP2(siz)),
		whole("webp-magic.webp", Corrupt, WebP()),
		whole("webp-start-code.webp", Corrupt, WebP(RIFF("VP8 ", make([]byte, 20)))),
		whole("webp-lossless-mark.webp", Corrupt, WebP(RIFF("VP8L", make([]byte, 20)))),
		whole("webp-animated.webp", Refused, WebP(RIFF("VP8X", []byte{2, 0, 0, 0, 63, 0, 0, 47, 0, 0}))),
		whole("webp-bomb.webp", TooLarge, WebP(RIFF("VP8X", []byte{0, 0, 0, 0, 255, 255, 255, 255, 255, 255}))),
		passed("webp-no-picture.webp", []fondsv1.Outcome{Corrupt}, WebP(RIFF("VP8X", []byte{8, 0, 0, 0, 63, 0, 0, 47, 0, 0}), RIFF("EXIF", []byte("II")))),
		passed("webp-rubbish.webp", anyEnd, WebP(lossy)),
		whole("bmp-magic.bmp", Corrupt, "BM"),
		whole("bmp-text.bmp", Refused, "BMW is a maker of motor cars in Munich."),
		whole("bmp-cut-in-header.bmp", Corrupt, BMP(64, 48, 0, 0, 24)[:30]),
		whole("bmp-rle.bmp", Refused, BMP(64, 48, 0, 1, 8)),
		whole("bmp-negative-width.bmp", Corrupt, BMP(-64, 48, 0, 0, 24)),
		whole("bmp-lowest-height.bmp", TooLarge, BMP(64, -1<<31, 0, 0, 24)),
		whole("bmp-depth-7.bmp", Corrupt, BMP(64, 48, 0, 0, 7)),
		passed("bmp-cut-in-pixels.bmp", anyEnd, BMP(64, 48, 0, 0, 24)[:900]),
		whole("gif-magic.gif", Corrupt, "GIF89a"),
		whole("gif-no-picture.gif", Corrupt, GIF(64, 48, 1)[:13], ";"),
		whole("gif-animated.gif", Refused, GIF(64, 48, 3)),
		whole("gif-endless-blocks.gif", Corrupt, GIF(64, 48, 1)[:13], "!\xfe", bytes.Repeat([]byte("\x01x"), 9000)),
		passed("gif-cut-in-pixels.gif", anyEnd, GIF(64, 48, 1)[:40]),
		whole("pnm-no-size.pgm", Corrupt, "P5\n"),
		whole("pnm-words.pgm", Corrupt, "P5\nwide high\n255\n"),
		whole("pnm-negative.pgm", Corrupt, "P5\n-4 4\n255\n"),
		whole("pnm-overflow.pgm", Corrupt, "P5\n4294967297 4\n255\n"),
		whole("pnm-zero-maximum.pgm", Corrupt, "P5\n4 4\n0\n"),
		whole("pnm-12-bit.pgm", Refused, "P5\n4 4\n4095\n", make([]byte, 32)),
		whole("pnm-endless-comment.pgm", Corrupt, "P5\n#", bytes.Repeat([]byte("x"), 9000)),
		whole("pnm-bomb.ppm", TooLarge, "P6\n30000 30000\n255\n"),
		whole("pam-endless.pam", Corrupt, "P7\n", bytes.Repeat([]byte("WIDTH 9\n"), 2000)),
		whole("pam-channels.pam", Refused, "P7\nWIDTH 9\nHEIGHT 9\nDEPTH 99\nMAXVAL 255\nENDHDR\n"),
		passed("pnm-no-pixels.pgm", anyEnd, fmt.Sprintf("P5\n%d %d\n255\n", 64, 48)),
	}
}

// flip returns b with the lowest bit of one byte turned.
func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}
