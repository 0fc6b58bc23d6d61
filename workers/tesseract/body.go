//go:build tesseract

package main

import (
	"math"
	"strings"
	"unicode/utf8"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"golang.org/x/text/unicode/norm"
)

// bodyBuilder lays words down in reading order: the text once, everything else
// as spans into it. Boxes arrive in the coordinates of the original raster.
type bodyBuilder struct {
	body                    *fondsv1.Body
	text                    strings.Builder
	line, paragraph, block  rect
	weight, confidence      float64
	lineStart, parStart, bk int
}

// buildBody makes a body from what Tesseract found; place maps its boxes to the
// original raster. The words are clean and not empty.
func buildBody(words []found, place func(rect) rect) *fondsv1.Body {
	b := &bodyBuilder{body: &fondsv1.Body{}}
	var last found
	for _, w := range words {
		switch {
		case len(b.body.Words) == 0:
		case w.block != last.block:
			b.endBlock()
			b.text.WriteByte('\n')
		case w.paragraph != last.paragraph:
			b.endParagraph()
			b.text.WriteByte('\n')
		case w.line != last.line:
			b.endLine()
		default:
			b.text.WriteByte(' ')
		}
		b.add(w, place(w.box))
		last = w
	}
	if len(b.body.Words) > 0 {
		b.endBlock()
		b.body.Confidence = thousandth(b.confidence / b.weight)
	}
	b.body.Text = b.text.String()
	return b.body
}

// nextLine is a line break among the control characters U+0080 to U+009F.
const nextLine = 0x85

// cleanWord gives a word in NFC, valid UTF-8, without control characters and
// with no blanks around it.
func cleanWord(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 && r != nextLine {
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.Join(strings.Fields(s), " "))
}

// thousandth rounds as the contract says, so that equal readings give equal bytes.
func thousandth(x float64) float32 {
	return float32(math.Round(min(max(x, 0), 1)*1000) / 1000)
}

func (b *bodyBuilder) add(w found, box rect) {
	start := b.text.Len()
	b.text.WriteString(w.text)
	confidence := thousandth(w.confidence / 100)
	b.body.Words = append(b.body.Words, &fondsv1.Word{
		Start: uint32(start), End: uint32(b.text.Len()), Box: box.box(), Confidence: confidence,
	})
	length := float64(utf8.RuneCountInString(w.text))
	b.weight += length
	b.confidence += length * float64(confidence)
	b.line = b.line.join(box)
}

func (b *bodyBuilder) endLine() {
	b.text.WriteByte('\n')
	b.body.Lines = append(b.body.Lines, &fondsv1.Line{
		WordStart: uint32(b.lineStart), WordEnd: uint32(len(b.body.Words)), Box: b.line.box(),
	})
	b.lineStart = len(b.body.Words)
	b.paragraph = b.paragraph.join(b.line)
	b.line = rect{}
}

func (b *bodyBuilder) endParagraph() {
	b.endLine()
	b.body.Paragraphs = append(b.body.Paragraphs, &fondsv1.Paragraph{
		LineStart: uint32(b.parStart), LineEnd: uint32(len(b.body.Lines)), Box: b.paragraph.box(),
	})
	b.parStart = len(b.body.Lines)
	b.block = b.block.join(b.paragraph)
	b.paragraph = rect{}
}

func (b *bodyBuilder) endBlock() {
	b.endParagraph()
	b.body.Blocks = append(b.body.Blocks, &fondsv1.Block{
		ParagraphStart: uint32(b.bk), ParagraphEnd: uint32(len(b.body.Paragraphs)), Box: b.block.box(),
	})
	b.bk = len(b.body.Paragraphs)
	b.block = rect{}
}
