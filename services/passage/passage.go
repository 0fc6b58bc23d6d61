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
	Text    string
	regions []placed
	reading func(catalog.Region) (catalog.Reading, error)
}

// placed is a region's text in the whole.
type placed struct {
	region catalog.Region
	start  int
	length int
	// words of the region's text; read when the first box is asked for.
	words []*fondsv1.Word
	// whole are the same words as they stand in the reading's text; nil where the
	// region is all of it, or a range.
	whole []*fondsv1.Word
	read  bool
}

// Assemble puts the texts of a document's regions together. reading gives the reading
// that a region shows, with its body; it is called when the first box is asked for.
func Assemble(text catalog.DocumentText, reading func(catalog.Region) (catalog.Reading, error)) (*Text, error) {
	var b strings.Builder
	t := &Text{reading: reading}
	for _, r := range text.Regions {
		p := placed{region: r.Region}
		if r.Region.Box != nil && len(r.Body) > 0 {
			var err error
			if r.Text, err = p.cut(r.Body); err != nil {
				return nil, err
			}
		}
		if r.Text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		p.start, p.length = b.Len(), len(r.Text)
		t.regions = append(t.regions, p)
		b.WriteString(r.Text)
	}
	t.Text = b.String()
	return t, nil
}

// Reading is the text of a reading as a whole, for evidence that counts in it and has
// no boxes: that of an imported text.
func Reading(region catalog.Region, text string) *Text {
	region.Range = nil
	return &Text{Text: text, regions: []placed{{region: region, length: len(text), read: true}}}
}

func decodeBody(encoded []byte, g catalog.Region) (*fondsv1.Body, error) {
	body := &fondsv1.Body{}
	if err := proto.Unmarshal(encoded, body); err != nil {
		return nil, fmt.Errorf("decode body of reading %s: %w", g.Reading, err)
	}
	return body, nil
}

// cut takes the part of a page that a box holds, and keeps where each of its words
// stands in the whole.
func (p *placed) cut(encoded []byte) (string, error) {
	body, err := decodeBody(encoded, p.region)
	if err != nil {
		return "", err
	}
	b := p.region.Box
	cut := export.Cut(body, &fondsv1.Box{X: uint32(b.X), Y: uint32(b.Y), Width: uint32(b.Width), Height: uint32(b.Height)})
	at := make(map[*fondsv1.Box]*fondsv1.Word, len(body.GetWords()))
	for _, w := range body.GetWords() {
		at[w.GetBox()] = w
	}
	p.words, p.read = cut.GetWords(), true
	p.whole = make([]*fondsv1.Word, len(p.words))
	for i, w := range p.words {
		p.whole[i] = at[w.GetBox()]
	}
	return cut.GetText(), nil
}

// inReading translates a stretch of the region's text into one of the reading's.
func (p *placed) inReading(start, end int) (int, int) {
	if p.region.Range != nil {
		return start + p.region.Range.Start, end + p.region.Range.Start
	}
	if p.whole == nil {
		return start, end
	}
	first := sort.Search(len(p.words), func(i int) bool { return int(p.words[i].GetEnd()) > start })
	last := sort.Search(len(p.words), func(i int) bool { return int(p.words[i].GetStart()) >= end }) - 1
	if first > last {
		return 0, 0 // between two words
	}
	from, to := p.words[first], p.words[last]
	return int(p.whole[first].GetStart()) + max(0, start-int(from.GetStart())),
		int(p.whole[last].GetEnd()) - max(0, int(to.GetEnd())-end)
}

// Places gives the places where bytes start to end of the text stand. A stretch over
// two pages has two.
func (t *Text) Places(start, end int) ([]catalog.Evidence, error) {
	var found []catalog.Evidence
	first := sort.Search(len(t.regions), func(i int) bool { return t.regions[i].start+t.regions[i].length > start })
	for i := first; i < len(t.regions) && t.regions[i].start < end; i++ {
		p := &t.regions[i]
		from, to := max(start, p.start)-p.start, min(end, p.start+p.length)-p.start
		boxes, err := t.boxes(p, from, to)
		if err != nil {
			return nil, err
		}
		from, to = p.inReading(from, to)
		found = append(found, catalog.Evidence{Reading: p.region.Reading, Start: from, End: to, Boxes: boxes})
	}
	return found, nil
}

// boxes gives the boxes of the words in a stretch of a region's text, those of one
// line as one.
func (t *Text) boxes(p *placed, start, end int) ([][4]int, error) {
	if !p.read {
		reading, err := t.reading(p.region)
		if err != nil {
			return nil, err
		}
		body, err := decodeBody(reading.Body, p.region)
		if err != nil {
			return nil, err
		}
		p.words, p.read = body.GetWords(), true
	}
	if p.region.Range != nil { // its words stand as in the whole reading
		start, end = start+p.region.Range.Start, end+p.region.Range.Start
	}
	first := sort.Search(len(p.words), func(i int) bool { return int(p.words[i].GetEnd()) > start })
	var boxes [][4]int
	for _, w := range p.words[first:] {
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
