package feed

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/export"
	"github.com/fonds-archive/fonds/workers/extract"
)

// maxBoxes bounds the lines of one proof: a summary may go over a page.
const maxBoxes = 100

// assembled is the text of a document out of those of its regions.
type assembled struct {
	text    string
	regions []placed
	body    func(catalog.Region) (*fondsv1.Body, error)
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

// assemble puts the texts of a document's regions one after the other, a blank line
// between.
func (c Config) assemble(ctx context.Context, head catalog.DocumentHead) (*assembled, error) {
	text, err := c.Catalog.Text(ctx, head.ID, head.Head, 0)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	a := &assembled{body: func(g catalog.Region) (*fondsv1.Body, error) {
		reading, err := c.Catalog.Reading(ctx, g.Scan, g.Page, g.Reading)
		if err != nil {
			return nil, err
		}
		return decodeBody(reading.Body, g)
	}}
	for _, r := range text.Regions {
		p := placed{region: r.Region}
		if r.Region.Box != nil && len(r.Body) > 0 {
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
		a.regions = append(a.regions, p)
		b.WriteString(r.Text)
	}
	a.text = b.String()
	return a, nil
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

// evidence translates spans of the whole into those of readings. A span over two
// pages becomes two.
func (a *assembled) evidence(spans []extract.Span) ([]catalog.Evidence, error) {
	var found []catalog.Evidence
	for _, s := range spans {
		first := sort.Search(len(a.regions), func(i int) bool { return a.regions[i].start+a.regions[i].length > s.Start })
		for i := first; i < len(a.regions) && a.regions[i].start < s.End; i++ {
			p := &a.regions[i]
			start, end := max(s.Start, p.start)-p.start, min(s.End, p.start+p.length)-p.start
			boxes, err := a.boxes(p, start, end)
			if err != nil {
				return nil, err
			}
			start, end = p.inReading(start, end)
			found = append(found, catalog.Evidence{Reading: p.region.Reading, Start: start, End: end, Boxes: boxes})
		}
	}
	return found, nil
}

// boxes gives the boxes of the words in a stretch, those of one line as one.
func (a *assembled) boxes(p *placed, start, end int) ([][4]int, error) {
	if !p.read {
		body, err := a.body(p.region)
		if err != nil {
			return nil, err
		}
		p.words, p.read = body.GetWords(), true
	}
	first := sort.Search(len(p.words), func(i int) bool { return int(p.words[i].GetEnd()) > start })
	var boxes [][4]int
	for _, w := range p.words[first:] {
		if int(w.GetStart()) >= end || len(boxes) > maxBoxes {
			break
		}
		boxes = joinBox(boxes, w.GetBox())
	}
	return boxes, nil
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
