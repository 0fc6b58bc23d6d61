// Package export writes readings in formats that other programs read: hOCR,
// ALTO 4.4 and plain text. Its functions are pure: the same readings give the
// same bytes.
//
// It never reads a store, a file or an image, never recognises or corrects
// anything, and never turns a page: boxes stay in the coordinates of the
// original raster, and where a page has to be turned to be upright, the formats'
// own attributes say so.
package export

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Document is what is exported: the pages of one revision, in order, at least one.
type Document struct {
	// Name such as documents/{uuid}/revisions/2.
	Name string
	// Title for people.
	Title string
	Pages []Page
}

// Page is one page and the reading shown for it.
type Page struct {
	// Scan is the SHA-256 of the file in hex, Number the page in it, from 1.
	Scan   string
	Number int
	// Width and Height in pixels, for a page without a body.
	Width, Height uint32
	// Resolution in dots per inch; 0 when unknown.
	Resolution uint32
	// Reading has body, engine, recipe and envelope; nil for a page without text.
	Reading *fondsv1.Reading
}

// size is the page's size in pixels: the body's where there is one.
func (p Page) size() (width, height uint32) {
	if b := p.Reading.GetBody(); b.GetWidth() > 0 {
		return b.GetWidth(), b.GetHeight()
	}
	return p.Width, p.Height
}

// resolution in dots per inch; 0 when nobody knows.
func (p Page) resolution() uint32 {
	if p.Resolution > 0 {
		return p.Resolution
	}
	return p.Reading.GetBody().GetResolution()
}

// Text returns the plain text: each page's as it was read, with a form feed
// between pages, so that n pages always have n-1 of them.
func Text(d Document) []byte {
	var b bytes.Buffer
	for i, p := range d.Pages {
		if i > 0 {
			b.WriteByte('\f')
		}
		b.WriteString(strings.ReplaceAll(p.Reading.GetBody().GetText(), "\f", " "))
	}
	return b.Bytes()
}

// part slices by the indices that a body has, which may be those of a damaged one.
func part[T any](all []T, start, end uint32) []T {
	n := uint32(min(len(all), 1<<31))
	start, end = min(start, n), min(end, n)
	return all[start:max(start, end)]
}

// wordText is the part of a body's text that a word points to.
func wordText(b *fondsv1.Body, w *fondsv1.Word) string {
	n := uint32(min(len(b.GetText()), 1<<31))
	start, end := min(w.GetStart(), n), min(w.GetEnd(), n)
	return b.GetText()[start:max(start, end)]
}

// word is a word as it can be written into XML.
type word struct {
	*fondsv1.Word
	text string
}

// printable returns the words of a line of which XML can say something.
func printable(b *fondsv1.Body, l *fondsv1.Line) []word {
	var words []word
	for _, w := range part(b.GetWords(), l.GetWordStart(), l.GetWordEnd()) {
		if text := inXML(wordText(b, w)); text != "" {
			words = append(words, word{w, text})
		}
	}
	return words
}

// inXML escapes a text for element content and attributes. What XML 1.0 has no
// way to say is removed: control characters, halves of surrogate pairs, bytes
// that are no UTF-8.
func inXML(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a Buffer does not fail
	return b.String()
}

// engineName is name and version of the program that read a page.
func engineName(e *fondsv1.Engine) string {
	return strings.TrimSpace(e.GetName() + " " + e.GetTesseract())
}

// decimal writes a confidence as short as it can be read back.
func decimal(f float32) string {
	return strconv.FormatFloat(float64(confidence(f)), 'f', -1, 32)
}

// confidence keeps to 0 to 1 whatever a damaged body has; NaN is 0.
func confidence(f float32) float32 {
	if f > 0 {
		return min(f, 1)
	}
	return 0
}

// markup collects XML.
type markup struct{ bytes.Buffer }

func (m *markup) add(format string, args ...any) { fmt.Fprintf(&m.Buffer, format, args...) }
