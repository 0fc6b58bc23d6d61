// Package published takes the files of published texts in: bytes of a plain text,
// Markdown or HTML file become one text, and the text becomes documents with titles.
//
// It is pure. It never keeps anything, and never changes a word: of a web page it
// leaves out tags and what people do not see, of any file what is no character.
package published

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/unicode/norm"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
)

// Texts knows what published texts look like.
type Texts struct {
	// Extractor gives the rules; asked for when documents are looked for.
	Extractor func() *extract.Extractor
}

// NotText says why bytes are no text.
type NotText struct{ Reason string }

func (e *NotText) Error() string { return e.Reason }

// Read reads a file. The name tells the kind where the bytes do not. The text is in
// NFC. An error is always a *NotText.
func (Texts) Read(name string, file []byte) (catalog.PublishedText, error) {
	if len(file) == 0 {
		return catalog.PublishedText{}, &NotText{"the file is empty"}
	}
	if err := picture(file); err != nil {
		return catalog.PublishedText{}, err
	}
	t := catalog.PublishedText{MediaType: mediaType(name, file)}
	decoded, steps, err := decode(file, t.MediaType)
	if err != nil {
		return t, err
	}
	t.Steps = steps
	if t.MediaType == "text/html" {
		decoded = visible(extract.PlainHTML(decoded))
		t.Steps = append(t.Steps, "tags left out")
	}
	t.Text = norm.NFC.String(decoded)
	if !strings.ContainsFunc(t.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return t, &NotText{"there is no word in the file"}
	}
	t.URL = address(t.Text)
	return t, nil
}

// picture refuses files of pages; most of them have a NUL too, which says less.
func picture(file []byte) error {
	for _, kind := range [][2]string{
		{"%PDF-", "a PDF file"},
		{"\x89PNG\r\n", "a PNG image"},
		{"\xff\xd8\xff", "a JPEG image"},
		{"GIF8", "a GIF image"},
		{"II*\x00", "a TIFF image"},
		{"MM\x00*", "a TIFF image"},
		{"\x00\x00\x00\x0cjP", "a JPEG 2000 image"},
	} {
		if bytes.HasPrefix(file, []byte(kind[0])) {
			return &NotText{kind[1] + ": deliver it with `fonds ingest`, which reads its pages"}
		}
	}
	return nil
}

// mediaType tells by the name, or by how it begins, of which kind a file is.
func mediaType(name string, file []byte) string {
	start := bytes.ToLower(bytes.TrimSpace(file[:min(len(file), 400)]))
	switch ext := strings.ToLower(path.Ext(name)); {
	case ext == ".html", ext == ".htm", ext == ".xhtml", bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")):
		return "text/html"
	case ext == ".md", ext == ".markdown":
		return "text/markdown"
	}
	return "text/plain"
}

// decode makes UTF-8 of the bytes, and of all ends of lines "\n".
func decode(file []byte, mediaType string) (text string, steps []string, err error) {
	e, name := encodingOf(file, mediaType)
	if e != nil {
		if file, err = e.NewDecoder().Bytes(file); err != nil {
			return "", nil, &NotText{fmt.Sprintf("it cannot be decoded from %s", name)}
		}
		steps = append(steps, "decoded from "+name)
	}
	text = strings.TrimPrefix(string(file), "\ufeff")
	if at := strings.IndexByte(text, 0); at >= 0 {
		return "", nil, &NotText{fmt.Sprintf("byte %d is NUL: no text file has that; images and PDF are delivered with `fonds ingest`", at+1)}
	}
	if !utf8.ValidString(text) {
		wrong := invalidBytes(text)
		text = strings.ToValidUTF8(text, "\ufffd")
		steps = append(steps, fmt.Sprintf("%d bytes that are no UTF-8 replaced", wrong))
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), steps, nil
}

// encodingOf tells in which encoding a file is; nil for UTF-8, also where a few bytes
// of it are wrong.
func encodingOf(file []byte, mediaType string) (encoding.Encoding, string) {
	for _, mark := range []struct {
		bytes string
		name  string
	}{{"\xff\xfe\x00\x00", "utf-32"}, {"\x00\x00\xfe\xff", "utf-32"}, {"\xff\xfe", "utf-16le"}, {"\xfe\xff", "utf-16be"}} {
		if bytes.HasPrefix(file, []byte(mark.bytes)) {
			if mark.name == "utf-32" {
				return utf32.UTF32(utf32.BigEndian, utf32.UseBOM), mark.name
			}
			e, name := charset.Lookup(mark.name)
			return e, name
		}
	}
	if utf8.Valid(file) || fewWrong(file) {
		return nil, "utf-8"
	}
	if mediaType == "text/html" {
		// It gives windows-1252 where the page says nothing, and UTF-8 was looked for.
		if e, name, _ := charset.DetermineEncoding(file, ""); name != "utf-8" && name != "windows-1252" {
			return e, name
		}
	}
	if cyrillic(file) {
		if frequent(charmap.KOI8R, file) > 3*frequent(charmap.Windows1251, file)/2 {
			return charmap.KOI8R, "koi8-r"
		}
		return charmap.Windows1251, "windows-1251"
	}
	return charmap.Windows1252, "windows-1252"
}

// fewWrong tells that bytes are UTF-8 but for one of twenty beyond ASCII.
func fewWrong(file []byte) bool {
	high := 0
	for _, b := range file {
		if b >= utf8.RuneSelf {
			high++
		}
	}
	return 20*invalidBytes(string(file)) <= high
}

func invalidBytes(s string) int {
	wrong := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			wrong++
		}
		i += n
	}
	return wrong
}

// cyrillic tells that most bytes beyond ASCII stand beside each other, as letters of
// Cyrillic words do in windows-1251; in the Latin encodings they stand alone.
func cyrillic(file []byte) bool {
	alone, together := 0, 0
	for i, b := range file {
		if b < 0xc0 {
			continue
		}
		if i > 0 && file[i-1] >= 0xc0 || i+1 < len(file) && file[i+1] >= 0xc0 {
			together++
		} else {
			alone++
		}
	}
	return together > 2*alone
}

// frequent counts the letters that are most frequent in Russian among the bytes. Both
// encodings make letters of the same bytes, and the wrong one makes rare ones of these.
func frequent(e *charmap.Charmap, file []byte) int {
	n := 0
	for _, b := range file[:min(len(file), 1<<16)] {
		if b >= 0xc0 && strings.ContainsRune("оеаинтсрвлОЕАИНТСРВЛ", e.DecodeByte(b)) {
			n++
		}
	}
	return n
}

// visible puts the words of a web page's text together as people see them: one blank
// between words, one empty line between paragraphs.
func visible(padded string) string {
	var b strings.Builder
	empty := true
	for line := range strings.SplitSeq(padded, "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" || line == "#" {
			if !empty {
				b.WriteByte('\n')
			}
			empty = true
			continue
		}
		b.WriteString(line)
		b.WriteByte('\n')
		empty = false
	}
	return b.String()
}
