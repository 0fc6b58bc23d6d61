// Package align puts a corrected text of a page onto the words and boxes of the
// reading that it corrects, and tells which words changed between two texts.
//
// It is pure and its work is bounded whatever the texts are. It never changes a word
// that it is given save to normalise it, never looks at an image, and never claims
// that a box was read where it was only put between others.
package align

import (
	"math"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Onto returns the body of a corrected text: the text as Normalise has it, and every
// word with its place on the page as far as the base shows it.
//
// A word that stayed keeps box and confidence, also where it was moved. A word in the
// place of one other takes its box; one that joins several takes the box around them.
// All others get boxes between those of their neighbours, or over those of the words
// that they replace, in proportion to their length, and are marked interpolated. What
// a person wrote has confidence 1. Blocks are those of the base as far as the
// paragraphs show it.
//
// Base is the body that was corrected; one with only a size and a turn for a page that
// has no words, nil for one of which nothing is known. Part is the region that the text
// is of, in pixels of the original raster, nil for the whole page: only words of the
// base whose middle lies inside are used, as export.Cut does, and boxes that are not
// read lie inside too. Words have no box where nothing tells it: without a size, off the
// page, or where the base is a text without boxes.
func Onto(base *fondsv1.Body, corrected string, part *fondsv1.Box) *fondsv1.Body {
	text := Normalise(corrected)
	after := tokens(text)
	sheet := sheetOf(base, part)
	origins := originsOf(base, part, sheet)

	m := newMatcher(len(origins), len(after))
	for _, o := range origins {
		m.base.add(m.words.number(o.text), o.line)
	}
	for _, t := range after {
		m.after.add(m.words.number(text[t.start:t.end]), t.line)
	}
	m.match(true)

	p := placer{sheet: sheet, origins: origins, tokens: after, spots: make([]spot, len(after)), runes: m.after.runes(&m.words)}
	p.place(m)
	return p.body(base, text, m)
}

// origin is a word of the base.
type origin struct {
	text       string
	spot       spot
	confidence float32
	line       int
	block      int
}

// originsOf lists the words of a body in a part of the page. A damaged body gives what
// can be had of it.
func originsOf(body *fondsv1.Body, part *fondsv1.Box, s sheet) []origin {
	all := make([]origin, 0, len(body.GetWords()))
	at := structure{body: body}
	for n, w := range body.GetWords() {
		line, block := at.of(uint32(n))
		if part != nil && !centreIn(w.GetBox(), part) {
			continue
		}
		o := origin{confidence: share(w.GetConfidence()), line: line, block: block, spot: s.spot(w)}
		all = append(all, o.split(clean(wordText(body, w)))...)
	}
	return all
}

// split gives a word for each run without blanks: a machine's word may have one.
func (o origin) split(text string) []origin {
	parts := tokens(text)
	if len(parts) == 1 {
		o.text = text[parts[0].start:parts[0].end]
		return []origin{o}
	}
	all := make([]origin, len(parts))
	for n, t := range parts {
		all[n] = o
		all[n].text = text[t.start:t.end]
		if o.spot.known() {
			width := float64(o.spot.right-o.spot.left) / float64(len(text))
			all[n].spot.left = o.spot.left + int64(width*float64(t.start))
			all[n].spot.right = max(o.spot.left+int64(width*float64(t.end)), all[n].spot.left+1)
			all[n].spot.state = between
		}
	}
	return all
}

// structure tells the line and the block of each word, asked in order.
type structure struct {
	body                   *fondsv1.Body
	line, paragraph, block int
}

// of counts on past the ends: a word outside every line comes after all of them.
func (s *structure) of(word uint32) (line, block int) {
	for s.line < len(s.body.GetLines()) && s.body.GetLines()[s.line].GetWordEnd() <= word {
		s.line++
	}
	for s.paragraph < len(s.body.GetParagraphs()) && s.body.GetParagraphs()[s.paragraph].GetLineEnd() <= uint32(s.line) {
		s.paragraph++
	}
	for s.block < len(s.body.GetBlocks()) && s.body.GetBlocks()[s.block].GetParagraphEnd() <= uint32(s.paragraph) {
		s.block++
	}
	return s.line, s.block
}

// wordText is the part of a body's text that a word points to.
func wordText(b *fondsv1.Body, w *fondsv1.Word) string {
	n := uint32(min(len(b.GetText()), math.MaxInt32))
	start, end := min(w.GetStart(), n), min(w.GetEnd(), n)
	return b.GetText()[start:max(start, end)]
}

// centreIn is the rule of export.Cut.
func centreIn(word, box *fondsv1.Box) bool {
	x := 2*uint64(word.GetX()) + uint64(word.GetWidth())
	y := 2*uint64(word.GetY()) + uint64(word.GetHeight())
	left, top := uint64(box.GetX()), uint64(box.GetY())
	return x >= 2*left && x < 2*(left+uint64(box.GetWidth())) &&
		y >= 2*top && y < 2*(top+uint64(box.GetHeight()))
}

// share keeps to 0 to 1 whatever a damaged body has; NaN is 0.
func share(f float32) float32 {
	if f > 0 {
		return min(f, 1)
	}
	return 0
}
