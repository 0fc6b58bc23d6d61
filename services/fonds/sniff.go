package main

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
)

// sniffLength is how many first bytes tell images and PDF from other files: PDF
// readers look for the header in the first 1024, all other marks lie before.
const sniffLength = 1024

// marks are the first bytes of the formats that are read, each at its place.
var marks = []struct {
	at      int
	pattern string
}{
	{0, "\x89PNG\r\n\x1a\n"},
	{0, "\xff\xd8\xff"}, // JPEG
	{0, "II*\x00"},      // TIFF
	{0, "MM\x00*"},
	{0, "II+\x00"}, // BigTIFF
	{0, "MM\x00+"},
	{0, "\x00\x00\x00\x0cjP  \r\n\x87\n"}, // JPEG 2000
	{0, "\xff\x4f\xff\x51"},               // its bare codestream
	{8, "WEBP"},
	{0, "GIF87a"},
	{0, "GIF89a"},
}

// pictureExtensions say that a file means to be an image or PDF, those of
// formats that the server refuses included: it tells why, and what to do.
var pictureExtensions = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".jpe": true, ".jfif": true,
	".tif": true, ".tiff": true, ".btf": true, ".tf8": true,
	".jp2": true, ".j2k": true, ".j2c": true, ".jpc": true, ".jpf": true, ".jpx": true,
	".webp": true, ".bmp": true, ".dib": true, ".gif": true,
	".pbm": true, ".pgm": true, ".ppm": true, ".pnm": true, ".pam": true,
	".pdf":  true,
	".heic": true, ".heif": true, ".avif": true, ".djvu": true, ".djv": true, ".jxl": true,
}

// claimsPicture tells whether a file's name says that it is an image or PDF.
func claimsPicture(name string) bool {
	return pictureExtensions[strings.ToLower(filepath.Ext(name))]
}

// isPicture tells whether the first bytes of a file are those of an image or PDF.
func isPicture(head []byte) bool {
	for _, m := range marks {
		if len(head) >= m.at && bytes.HasPrefix(head[m.at:], []byte(m.pattern)) {
			return true
		}
	}
	return isBMP(head) || isPNM(head) || isPDF(head)
}

// isBMP asks for a known header size too: "BM" alone begins many words.
func isBMP(head []byte) bool {
	if len(head) < 18 || head[0] != 'B' || head[1] != 'M' {
		return false
	}
	switch binary.LittleEndian.Uint32(head[14:]) {
	case 12, 16, 40, 52, 56, 64, 108, 124:
		return true
	}
	return false
}

// isPNM asks for a number or a comment after the mark, or for the first word of PAM.
func isPNM(head []byte) bool {
	if len(head) < 4 || head[0] != 'P' || head[1] < '1' || head[1] > '7' || !isBlank(head[2]) {
		return false
	}
	rest := bytes.TrimLeft(head[2:], " \t\r\n\v\f")
	if head[1] == '7' {
		return bytes.HasPrefix(rest, []byte("WIDTH")) || bytes.HasPrefix(rest, []byte("HEIGHT")) || bytes.HasPrefix(rest, []byte("#"))
	}
	return len(rest) > 0 && (rest[0] == '#' || rest[0] >= '0' && rest[0] <= '9')
}

// isPDF looks for the header with its version: prose that names it has none.
func isPDF(head []byte) bool {
	i := bytes.Index(head, []byte("%PDF-"))
	return i >= 0 && i+5 < len(head) && head[i+5] >= '0' && head[i+5] <= '9'
}

// isAppleDouble tells the "._name" companions that macOS leaves on foreign
// disks: they carry the extension of a picture and no picture.
func isAppleDouble(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\x00\x05\x16\x07"))
}

func isBlank(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }
