package export

import (
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Cut returns the body of a part of a page: the words whose centre lies in the
// box, in their lines, paragraphs and blocks, as long as these keep a word. Words
// that followed each other stay as far apart as they were, and lines as far
// indented; boxes stay where they are on the page.
func Cut(body *fondsv1.Body, box *fondsv1.Box) *fondsv1.Body {
	c := cutter{from: body, box: box, last: -1, to: &fondsv1.Body{
		Width: body.GetWidth(), Height: body.GetHeight(), Turn: body.GetTurn(),
		Resolution: body.GetResolution(), Steps: body.GetSteps(),
	}}
	for _, b := range body.GetBlocks() {
		first := length(c.to.GetParagraphs())
		for _, p := range part(body.GetParagraphs(), b.GetParagraphStart(), b.GetParagraphEnd()) {
			c.paragraph(p)
		}
		if kept := c.to.GetParagraphs()[first:]; len(kept) > 0 {
			c.to.Blocks = append(c.to.Blocks, &fondsv1.Block{
				ParagraphStart: first, ParagraphEnd: length(c.to.GetParagraphs()), Box: around(kept),
			})
		}
	}
	if len(c.text) > 0 {
		c.text = append(c.text, '\n')
	}
	c.to.Text = string(c.text)
	if c.letters > 0 {
		c.to.Confidence = float32(c.weighed / float64(c.letters))
	}
	return c.to
}

// cutter collects what is kept.
type cutter struct {
	from, to *fondsv1.Body
	box      *fondsv1.Box
	// last is the index of the last word that was kept, -1 for none.
	last    int
	text    []byte
	letters int
	weighed float64
}

func (c *cutter) paragraph(p *fondsv1.Paragraph) {
	first := length(c.to.GetLines())
	for _, l := range part(c.from.GetLines(), p.GetLineStart(), p.GetLineEnd()) {
		c.line(l, length(c.to.GetLines()) == first)
	}
	if kept := c.to.GetLines()[first:]; len(kept) > 0 {
		c.to.Paragraphs = append(c.to.Paragraphs, &fondsv1.Paragraph{
			LineStart: first, LineEnd: length(c.to.GetLines()), Box: around(kept),
		})
	}
}

func (c *cutter) line(l *fondsv1.Line, opensParagraph bool) {
	first := length(c.to.GetWords())
	for n, w := range part(c.from.GetWords(), l.GetWordStart(), l.GetWordEnd()) {
		if !centreIn(w.GetBox(), c.box) {
			continue
		}
		c.apart(int(l.GetWordStart())+n, n == 0, length(c.to.GetWords()) > first, opensParagraph)
		c.word(w)
		c.last = int(l.GetWordStart()) + n
	}
	if kept := c.to.GetWords()[first:]; len(kept) > 0 {
		c.to.Lines = append(c.to.Lines, &fondsv1.Line{
			WordStart: first, WordEnd: length(c.to.GetWords()), Box: around(kept),
		})
	}
}

// apart puts before a word what parts it from the one before: what stood there, where
// it followed that one, else a blank, or the end of a line or paragraph and how far the
// line is indented that the word begins.
func (c *cutter) apart(number int, begins, goesOn, opensParagraph bool) {
	before := blanksBefore(c.from, number)
	line := strings.LastIndexByte(before, '\n') + 1
	opensLine := line > 0 || number == 0
	switch follows := c.last == number-1; {
	case follows && before != "" && goesOn != opensLine:
		c.text = append(c.text, before...)
		return
	case goesOn:
		c.text = append(c.text, ' ')
		return
	case len(c.text) > 0 && opensParagraph:
		c.text = append(c.text, '\n', '\n')
	case len(c.text) > 0:
		c.text = append(c.text, '\n')
	}
	if begins && opensLine {
		c.text = append(c.text, before[line:]...)
	}
}

// blanksBefore is what stands between a word of a body and the one before, or the text's
// start; empty where the body is damaged.
func blanksBefore(b *fondsv1.Body, number int) string {
	n := uint32(min(len(b.GetText()), 1<<31))
	start := min(b.GetWords()[number].GetStart(), n)
	var from uint32
	if number > 0 {
		from = min(b.GetWords()[number-1].GetEnd(), n)
	}
	blanks := b.GetText()[min(from, start):start]
	if strings.Trim(blanks, " \t\n") != "" {
		return ""
	}
	return blanks
}

func (c *cutter) word(w *fondsv1.Word) {
	text := wordText(c.from, w)
	c.letters += len(text)
	c.weighed += float64(len(text)) * float64(w.GetConfidence())
	start := length(c.text)
	c.text = append(c.text, text...)
	c.to.Words = append(c.to.Words, &fondsv1.Word{
		Start: start, End: length(c.text), Box: w.GetBox(), Confidence: w.GetConfidence(), Interpolated: w.GetInterpolated(),
	})
}

func length[T any](s []T) uint32 { return uint32(len(s)) }

// centreIn compares doubled coordinates, so that no half pixel is lost.
func centreIn(word, box *fondsv1.Box) bool {
	x := 2*uint64(word.GetX()) + uint64(word.GetWidth())
	y := 2*uint64(word.GetY()) + uint64(word.GetHeight())
	left, top := uint64(box.GetX()), uint64(box.GetY())
	return x >= 2*left && x < 2*(left+uint64(box.GetWidth())) &&
		y >= 2*top && y < 2*(top+uint64(box.GetHeight()))
}

// around is the smallest box around others.
func around[B interface{ GetBox() *fondsv1.Box }](parts []B) *fondsv1.Box {
	var left, top, right, bottom uint32
	for i, p := range parts {
		b := p.GetBox()
		if i == 0 {
			left, top = b.GetX(), b.GetY()
		}
		left, top = min(left, b.GetX()), min(top, b.GetY())
		right, bottom = max(right, b.GetX()+b.GetWidth()), max(bottom, b.GetY()+b.GetHeight())
	}
	return &fondsv1.Box{X: left, Y: top, Width: right - left, Height: bottom - top}
}
