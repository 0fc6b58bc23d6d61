package decodetest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"slices"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Short names of outcomes. Engine stands for a page that the headers let pass:
// the engine decides.
const (
	Engine     = fondsv1.Outcome_OUTCOME_UNSPECIFIED
	Text       = fondsv1.Outcome_OUTCOME_TEXT
	Blank      = fondsv1.Outcome_OUTCOME_BLANK
	Unreadable = fondsv1.Outcome_OUTCOME_UNREADABLE
	Corrupt    = fondsv1.Outcome_OUTCOME_CORRUPT
	TooLarge   = fondsv1.Outcome_OUTCOME_TOO_LARGE
	Timeout    = fondsv1.Outcome_OUTCOME_TIMEOUT
	Failed     = fondsv1.Outcome_OUTCOME_FAILED
	Refused    = fondsv1.Outcome_OUTCOME_REFUSED
)

// File is one file of the corpus and what must become of it.
type File struct {
	// Name is its file name: UTF-8, at most 255 bytes, often a nasty one.
	Name string
	// Bytes is its content.
	Bytes []byte
	// Want is what the probe says of its pages; one outcome when the file is
	// refused as a whole.
	Want []fondsv1.Outcome
	// Ends are the outcomes in which the pages marked Engine may end.
	Ends []fondsv1.Outcome
	// Poppler is set when the file is read by poppler's programs.
	Poppler bool
}

// Allows tells whether a page, counted from 1, may end in that outcome.
func (f File) Allows(page int, outcome fondsv1.Outcome) bool {
	if page < 1 || page > len(f.Want) {
		return false
	}
	if want := f.Want[page-1]; want != Engine {
		return outcome == want
	}
	return slices.Contains(f.Ends, outcome)
}

// read are the ends of a page that decodes.
var read = []fondsv1.Outcome{Text, Blank, Unreadable}

// anyEnd are the ends of a damaged page: decoders differ in what they forgive.
var anyEnd = append(slices.Clone(read), Corrupt)

// Malformed returns the corpus: the same files at each call, below 2 MB in all.
func Malformed() []File {
	return slices.Concat(kinds(), pngs(), jpegs(), tiffs(), otherImages(), pdfs(), names())
}

// whole is a file that is refused as a whole.
func whole(name string, outcome fondsv1.Outcome, parts ...any) File {
	return File{Name: name, Bytes: join(parts...), Want: []fondsv1.Outcome{outcome}}
}

// passed is a file of one page that the headers let pass.
func passed(name string, ends []fondsv1.Outcome, parts ...any) File {
	return File{Name: name, Bytes: join(parts...), Want: []fondsv1.Outcome{Engine}, Ends: ends}
}

// kinds are files that are no images.
func kinds() []File {
	return []File{
		whole("empty.png", Corrupt),
		whole("one-byte.tif", Refused, "I"),
		whole("zeros.jpg", Refused, make([]byte, 4096)),
		whole("noise.png", Refused, bytes.Repeat([]byte{0x93, 0x02, 0xfe, 0x11, 0x80}, 500)),
		whole("text.jpg", Refused, "Dear Sir,\n\nI beg to acknowledge your letter.\n"),
		whole("text-cyrillic.png", Refused, strings.Repeat("Дорогой товарищ! ", 200)),
		whole("page.html", Refused, "<!DOCTYPE html>\n<html><body><p>Hello</p></body></html>"),
		whole("drawing.svg", Refused, `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`),
		whole("record.xml", Refused, `<?xml version="1.0"?><ead/>`),
		whole("letter.ps", Refused, "%!PS-Adobe-3.0\nshowpage\n"),
		whole("program", Refused, "\x7fELF\x02\x01\x01", make([]byte, 100)),
		whole("photo.heic", Refused, "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
		whole("photo.avif", Refused, "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"),
		whole("book.djvu", Refused, "AT&TFORM\x00\x00\x00\x10DJVMDIRM", make([]byte, 12)),
		whole("old.doc", Refused, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", make([]byte, 504)),
		whole("letter.docx", Refused, zipOf("[Content_Types].xml", 100)),
		whole("bomb.zip", Refused, zipOf("0.bin", 1<<20)),
		whole("bomb.png.gz", Refused, gzipOf(1<<20)),
		whole("pk-only.zip", Refused, "PK\x03\x04"),
		whole("magic-in-the-middle.png", Refused, "xxxx", PNG(8, 8)),
	}
}

func zipOf(name string, zeros int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	must(err)
	_, err = w.Write(make([]byte, zeros))
	must(err)
	must(z.Close())
	return b.Bytes()
}

func gzipOf(zeros int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(make([]byte, zeros))
	must(err)
	must(z.Close())
	return b.Bytes()
}

// names are sound pictures under names that break careless programs.
func names() []File {
	picture := PNG(64, 48)
	var files []File
	for _, name := range []string{
		"two  words .png",
		`it's "quoted".png`,
		"two\nlines.png",
		"tab\tand\x01control.png",
		"Телеграмма № 42 (копия).png",
		"電報.png",
		"e\u0301-combining.png",
		"\u202egnp.txt",
		"-r.png",
		"--help",
		"$(touch touched).png",
		"a;b|c&d>e.png",
		"*?[x].png",
		`back\slash.png`,
		"%s%n%00.png",
		"no extension",
		"wrong.pdf",
		".hidden",
		strings.Repeat("л", 125) + ".jpeg", // 255 bytes
		strings.Repeat("n", 251) + ".png",
	} {
		files = append(files, passed(name, read, picture))
	}
	return files
}
