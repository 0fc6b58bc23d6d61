package decode

import (
	"bytes"
	"unicode/utf8"
)

// sniffLength is how many leading bytes decide the kind. PDF readers look for
// the header in the first 1024 bytes; all other marks lie before.
const sniffLength = 1024

// kind is a file format.
type kind struct {
	mediaType string
	// pages reads the pages from the headers; nil for PDF, which poppler reads.
	pages func(*source, Limits) ([]Page, error)
	// refusal is set for formats that are not read.
	refusal *Refusal
}

var unknown = kind{mediaType: "application/octet-stream"}

// mark is a byte pattern at a fixed place that names a kind.
type mark struct {
	at      int
	pattern string
	kind    kind
}

// read are the formats that are read. Their marks are unambiguous.
var read = []mark{
	{0, "\x89PNG\r\n\x1a\n", kind{mediaType: "image/png", pages: pngPages}},
	{0, "\xff\xd8\xff", kind{mediaType: "image/jpeg", pages: jpegPages}},
	{0, "II*\x00", kind{mediaType: "image/tiff", pages: tiffPages}},
	{0, "MM\x00*", kind{mediaType: "image/tiff", pages: tiffPages}},
	{0, "II+\x00", kind{mediaType: "image/tiff", pages: tiffPages}},
	{0, "MM\x00+", kind{mediaType: "image/tiff", pages: tiffPages}},
	{0, "\x00\x00\x00\x0cjP  \r\n\x87\n", kind{mediaType: "image/jp2", pages: jp2Pages}},
	{0, "\xff\x4f\xff\x51", kind{mediaType: "image/j2c", pages: jp2Pages}},
	{8, "WEBP", kind{mediaType: "image/webp", pages: webpPages}},
	{0, "BM", kind{mediaType: "image/bmp", pages: bmpPages}},
	{0, "GIF87a", kind{mediaType: "image/gif", pages: gifPages}},
	{0, "GIF89a", kind{mediaType: "image/gif", pages: gifPages}},
	{0, "%PDF-", kind{mediaType: "application/pdf"}},
}

const (
	asImage = "convert it to PNG, TIFF or JPEG first"
	asPDF   = "print it to PDF first"
	unpack  = "unpack it and ingest the files inside"
)

// notRead are formats that are known so that the reason can name them. The
// first that fits counts.
var notRead = []mark{
	{4, "ftypheic", other("image/heic", "an HEIC photograph", asImage)},
	{4, "ftypheix", other("image/heic", "an HEIC photograph", asImage)},
	{4, "ftyphevc", other("image/heic-sequence", "an HEIC sequence", asImage)},
	{4, "ftypmif1", other("image/heif", "an HEIF picture", asImage)},
	{4, "ftypmsf1", other("image/heif-sequence", "an HEIF sequence", asImage)},
	{4, "ftypavif", other("image/avif", "an AVIF picture", asImage)},
	{4, "ftypavis", other("image/avif", "an AVIF sequence", asImage)},
	{4, "ftypcrx ", other("image/x-canon-cr3", "a camera raw file", asImage)},
	{4, "ftyp", other("video/mp4", "a video or sound recording", "it has no pages")},
	{0, "\xff\x0a", other("image/jxl", "a JPEG XL picture", asImage)},
	{0, "\x00\x00\x00\x0cJXL \r\n\x87\n", other("image/jxl", "a JPEG XL picture", asImage)},
	{0, "II\xbc", other("image/jxr", "a JPEG XR picture", asImage)},
	{0, "8BPS", other("image/vnd.adobe.photoshop", "a Photoshop file", asImage)},
	{0, "\x76\x2f\x31\x01", other("image/x-exr", "an OpenEXR picture", asImage)},
	{0, "\x00\x00\x01\x00", other("image/vnd.microsoft.icon", "an icon", asImage)},
	{0, "gimp xcf", other("image/x-xcf", "a GIMP file", asImage)},
	{128, "DICM", other("application/dicom", "a DICOM file", asImage)},
	{0, "AT&TFORM", other("image/vnd.djvu", "a DjVu file", "convert it to PDF or TIFF first, for example with: ddjvu -format=tiff IN.djvu OUT.tif")},
	{0, "%!PS", other("application/postscript", "a PostScript file", "convert it first, for example with: ps2pdf IN.ps OUT.pdf")},
	{0, "\xc5\xd0\xd3\xc6", other("application/postscript", "a PostScript file", "convert it first, for example with: ps2pdf IN.eps OUT.pdf")},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", other("application/x-ole-storage", "an Office document (doc, xls, ppt) or mail", asPDF)},
	{0, "{\\rtf", other("application/rtf", "a rich text document", asPDF)},
	{0, "\x1f\x8b", other("application/gzip", "a gzip archive", unpack)},
	{0, "BZh", other("application/x-bzip2", "a bzip2 archive", unpack)},
	{0, "\xfd7zXZ\x00", other("application/x-xz", "an xz archive", unpack)},
	{0, "\x28\xb5\x2f\xfd", other("application/zstd", "a zstd archive", unpack)},
	{0, "7z\xbc\xaf\x27\x1c", other("application/x-7z-compressed", "a 7z archive", unpack)},
	{0, "Rar!\x1a\x07", other("application/vnd.rar", "a RAR archive", unpack)},
	{257, "ustar", other("application/x-tar", "a tar archive", unpack)},
	{0, "\x7fELF", other("application/x-executable", "a program", "it has no pages")},
	{0, "MZ", other("application/x-executable", "a program", "it has no pages")},
	{0, "SQLite format 3\x00", other("application/vnd.sqlite3", "a database", "it has no pages")},
	{8, "WAVE", other("audio/wav", "a sound recording", "it has no pages")},
	{8, "AVI ", other("video/x-msvideo", "a video", "it has no pages")},
	{0, "OggS", other("audio/ogg", "a video or sound recording", "it has no pages")},
	{0, "ID3", other("audio/mpeg", "a sound recording", "it has no pages")},
	{0, "\x1aE\xdf\xa3", other("video/x-matroska", "a video", "it has no pages")},
}

// sniff finds the kind of a file from its first bytes.
func sniff(head []byte) kind {
	if k, ok := match(read, head); ok {
		return k
	}
	if len(head) > 2 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7' && isSpace(head[2]) {
		return kind{mediaType: "image/x-portable-anymap", pages: pnmPages}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return sniffZip(head)
	}
	if k, ok := match(notRead, head); ok {
		return k
	}
	// Mail gateways and printer drivers put bytes before the header.
	if bytes.Contains(head, []byte("%PDF-")) {
		return kind{mediaType: "application/pdf"}
	}
	return sniffText(head)
}

func match(marks []mark, head []byte) (kind, bool) {
	for _, m := range marks {
		if len(head) >= m.at && bytes.HasPrefix(head[m.at:], []byte(m.pattern)) {
			return m.kind, true
		}
	}
	return kind{}, false
}

// sniffZip tells office documents from archives by the names of the first entries.
func sniffZip(head []byte) kind {
	for _, name := range []string{"[Content_Types].xml", "word/", "xl/", "ppt/", "mimetypeapplication/vnd.oasis"} {
		if bytes.Contains(head, []byte(name)) {
			return other("application/zip", "an Office document", asPDF)
		}
	}
	if bytes.Contains(head, []byte("mimetypeapplication/epub+zip")) {
		return other("application/epub+zip", "an e-book", asPDF)
	}
	return other("application/zip", "a ZIP archive", unpack)
}

// sniffText tells text, HTML, SVG and XML from what is not known at all.
func sniffText(head []byte) kind {
	if !isText(head) {
		k := unknown
		k.refusal = refused("this is not an image or PDF: its first bytes are of no known kind")
		return k
	}
	lower := bytes.ToLower(head)
	switch {
	case bytes.Contains(lower, []byte("<svg")):
		return other("image/svg+xml", "an SVG drawing", asImage)
	case bytes.Contains(lower, []byte("<html")), bytes.Contains(lower, []byte("<!doctype html")):
		return other("text/html", "an HTML page", asPDF)
	case bytes.HasPrefix(bytes.TrimSpace(lower), []byte("<?xml")):
		return other("application/xml", "an XML file", "it holds no picture")
	}
	return other("text/plain", "plain text", "it needs no recognition")
}

// isText tells whether head is printable UTF-8; its last character may be cut.
func isText(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 && len(head) >= utf8.UTFMax {
			return false
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return false
		}
		head = head[n:]
	}
	return true
}

func other(mediaType, what, advice string) kind {
	return kind{mediaType: mediaType, refusal: refused("this is %s, which is not read here: %s", what, advice)}
}

func isSpace(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }
