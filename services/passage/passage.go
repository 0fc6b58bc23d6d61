// Package passage puts the text of a document together out of those of its regions,
// and tells of each stretch of it where it stands: in which reading, at which bytes,
// and in which boxes on the page.
//
// It reads bodies and stores nothing, and asks for a body only when the first box on
// its page is wanted: a search looks into hundreds of texts and shows boxes of a few.
// Places are told in bytes of the reading, which never change, and not in bytes of
// the document, whose regions people reorder.
package passage

import (
	"fmt"
	"sort"
	"strings"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/export"
)

// maxBoxes bounds the lines of one stretch: a summary may go over a page.
const maxBoxes = 100

// Text is the text of a document out of those of its regions.
type Text struct {
	// Text has the texts of the regions one after the other, a blank line between.
	Text string
	// Parts are the regions, those without text too.
	Parts   []Part
	reading func(catalog.Region) (catalog.Reading, error)
	// bodies are those decoded, by their readings: thousands of regions may be parts of
	// one page.
	bodies map[string]*fondsv1.Body
}

// Part is what one region shows.
type Part struct {
	Region catalog.Region
	Text   string
	// Start is the byte of the whole text at which it begins.
	Start int
	// body is cut to the region's box; nil until it is asked for.
	body *fondsv1.Body
	// whole are the words of the body as they stand in the reading's text; nil where
	// the region is all of it, or a range.
	whole []*fondsv1.Word
}

func (p *Part) end() int { return p.Start + len(p.Text) }

// Assemble puts the texts of a document's regions together. reading gives the reading
// that a region shows, with its body; it is called when the first box is asked for.
func Assemble(text catalog.DocumentText, reading func(catalog.Region) (catalog.Reading, error)) (*Text, error) {
	var b strings.Builder
	t := &Text{Parts: make([]Part, len(text.Regions)), reading: reading, bodies: map[string]*fondsv1.Body{}}
	for i, r := range text.Regions {
		p := &t.Parts[i]
		p.Region, p.Text = r.Region, r.Text
		if r.Region.Box != nil && len(r.Body) > 0 {
			whole, err := t.decoded(r.Body, r.Region)
			if err != nil {
				return nil, err
			}
			p.cut(whole)
		}
		if p.Text != "" && b.Len() > 0 {
			b.WriteString("\n\n")
		}
		p.Start = b.Len()
		b.WriteString(p.Text)
	}
	t.Text = b.String()
	return t, nil
}

// Reading is the text of a reading as a whole, for evidence that counts in it and has
// no boxes: that of an imported text.
func Reading(region catalog.Region, text string) *Text {
	region.Range, region.Whole = nil, false
	return &Text{Text: text, Parts: []Part{{Region: region, Text: text, body: &fondsv1.Body{}}}}
}

// Body is what was recognised of a part, counted from 0: what its box holds of a page,
// or the page as a whole. The words of a range stand in it as in the whole reading.
func (t *Text) Body(part int) (*fondsv1.Body, error) {
	p := &t.Parts[part]
	if p.body != nil {
		return p.body, nil
	}
	if body, known := t.bodies[p.Region.Reading]; known {
		p.body = body
		return body, nil
	}
	reading, err := t.reading(p.Region)
	if err != nil {
		return nil, err
	}
	p.body, err = t.decoded(reading.Body, p.Region)
	return p.body, err
}

// decoded is the body of a region's reading.
func (t *Text) decoded(encoded []byte, g catalog.Region) (*fondsv1.Body, error) {
	if body, known := t.bodies[g.Reading]; known {
		return body, nil
	}
	body := &fondsv1.Body{}
	if err := proto.Unmarshal(encoded, body); err != nil {
		return nil, fmt.Errorf("decode body of reading %s: %w", g.Reading, err)
	}
	t.bodies[g.Reading] = body
	return body, nil
}

// cut takes the part of a page that a box holds, and keeps where each of its words
// stands in the whole.
func (p *Part) cut(body *fondsv1.Body) {
	b := p.Region.Box
	p.body = export.Cut(body, &fondsv1.Box{X: uint32(b.X), Y: uint32(b.Y), Width: uint32(b.Width), Height: uint32(b.Height)})
	p.Text = p.body.GetText()
	at := make(map[*fondsv1.Box]*fondsv1.Word, len(body.GetWords()))
	for _, w := range body.GetWords() {
		at[w.GetBox()] = w
	}
	p.whole = make([]*fondsv1.Word, len(p.body.GetWords()))
	for i, w := range p.body.GetWords() {
		p.whole[i] = at[w.GetBox()]
	}
}

// inReading translates a stretch of the region's text into one of the reading's.
func (p *Part) inReading(start, end int) (int, int) {
	if _, part := p.Region.Cut(); part != nil {
		return start + part.Start, end + part.Start
	}
	if p.whole == nil {
		return start, end
	}
	words := p.body.GetWords()
	first := sort.Search(len(words), func(i int) bool { return int(words[i].GetEnd()) > start })
	last := sort.Search(len(words), func(i int) bool { return int(words[i].GetStart()) >= end }) - 1
	if first > last {
		return 0, 0 // between two words
	}
	from, to := words[first], words[last]
	return int(p.whole[first].GetStart()) + max(0, start-int(from.GetStart())),
		int(p.whole[last].GetEnd()) - max(0, int(to.GetEnd())-end)
}

// Places gives the places where bytes start to end of the text stand. A stretch over
// two pages has two, and one between two words of a part of a page has none.
func (t *Text) Places(start, end int) ([]catalog.Evidence, error) {
	var found []catalog.Evidence
	first := sort.Search(len(t.Parts), func(i int) bool { return t.Parts[i].end() > start })
	for i := first; i < len(t.Parts) && t.Parts[i].Start < end; i++ {
		p := &t.Parts[i]
		if p.Text == "" {
			continue
		}
		from, to := max(start, p.Start)-p.Start, min(end, p.end())-p.Start
		boxes, err := t.boxes(i, from, to)
		if err != nil {
			return nil, err
		}
		if from, to = p.inReading(from, to); from == to {
			continue
		}
		found = append(found, catalog.Evidence{Reading: p.Region.Reading, Start: from, End: to, Boxes: boxes})
	}
	return found, nil
}

// boxes gives the boxes of the words in a stretch of a part's text, those of one line
// as one. An imported text has none, and its body, of up to 64 MB, is not read for that.
func (t *Text) boxes(part, start, end int) ([][4]int, error) {
	if t.Parts[part].Region.Origin == catalog.Imported {
		return nil, nil
	}
	body, err := t.Body(part)
	if err != nil {
		return nil, err
	}
	if _, cut := t.Parts[part].Region.Cut(); cut != nil {
		start, end = start+cut.Start, end+cut.Start
	}
	words := body.GetWords()
	first := sort.Search(len(words), func(i int) bool { return int(words[i].GetEnd()) > start })
	var boxes [][4]int
	for _, w := range words[first:] {
		if int(w.GetStart()) >= end || len(boxes) > maxBoxes {
			break
		}
		boxes = joinBox(boxes, w.GetBox())
	}
	return boxes[:min(len(boxes), maxBoxes)], nil
}

// joinBox joins a word's box to the one before when both stand on one line.
func joinBox(boxes [][4]int, b *fondsv1.Box) [][4]int {
	x, y, width, height := int(b.GetX()), int(b.GetY()), int(b.GetWidth()), int(b.GetHeight())
	if len(boxes) == 0 {
		return append(boxes, [4]int{x, y, width, height})
	}
	last := &boxes[len(boxes)-1]
	middle := y + height/2
	if middle < last[1] || middle > last[1]+last[3] || x < last[0] {
		return append(boxes, [4]int{x, y, width, height})
	}
	right, bottom := max(last[0]+last[2], x+width), max(last[1]+last[3], y+height)
	last[1] = min(last[1], y)
	last[2], last[3] = right-last[0], bottom-last[1]
	return boxes
}
