// Package feed is the role extract: it gives the texts of documents to the rules and
// stores what they say, each document in a transaction of its own.
//
// It never touches a reading and never changes what a person has stated. A text that
// the rules cannot read holds up no other.
package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

// Config is what the role needs.
type Config struct {
	Catalog   *catalog.Catalog
	Extractor *extract.Extractor
	Log       *slog.Logger
}

const (
	// atOnce bounds the documents read in one round.
	atOnce = 32
	// gather is how long a round waits for company after a change: one commit costs
	// an fsync and an event, and nobody waits for fields by the tenth of a second.
	gather = 250 * time.Millisecond
	// maxRegions bounds the pages of a document that is read; a telegram has one or
	// two, a file of a whole delo some hundreds.
	maxRegions = 2000
	// maxBoxes bounds the lines of one proof: a summary may go over a page.
	maxBoxes = 100
	// tick bounds how late a change of another process is seen.
	tick = 2 * time.Second
	// rest is how long a round waits after one in which something failed.
	rest = 10 * time.Second
)

// Run extracts until ctx ends.
func Run(ctx context.Context, c Config) error {
	for {
		changed := c.Catalog.Changed()
		n, failed := c.round(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case n == atOnce && !failed:
			continue
		case failed:
			pause(ctx, rest, nil)
		default:
			pause(ctx, tick, changed)
			pause(ctx, gather, nil)
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// pause waits for a time, for a change if one is given, or for the end of ctx.
func pause(ctx context.Context, d time.Duration, changed <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer.C:
	}
}

// round reads the documents that wait and stores their fields in one commit, or
// one by one when that fails. It returns how many there were.
func (c Config) round(ctx context.Context) (n int, failed bool) {
	unread, err := c.Catalog.UnreadDocuments(ctx, atOnce)
	if err != nil || len(unread) == 0 {
		if err != nil && ctx.Err() == nil {
			c.Log.Error("look for documents without fields", "error", err)
		}
		return 0, err != nil
	}
	extracted := make([]catalog.Extracted, 0, len(unread))
	for _, head := range unread {
		e, err := c.one(ctx, head)
		if ctx.Err() != nil {
			return len(unread), failed
		}
		if err != nil {
			c.Log.Error("extract fields", "document", head.ID, "error", err)
			failed = true
			continue
		}
		extracted = append(extracted, e)
	}
	if _, err := c.Catalog.StoreFields(ctx, extracted); err == nil || ctx.Err() != nil {
		return len(unread), failed
	}
	for _, e := range extracted {
		if _, err := c.Catalog.StoreFields(ctx, []catalog.Extracted{e}); err != nil && ctx.Err() == nil {
			c.Log.Error("store fields", "document", e.Document, "error", err)
			failed = true
		}
	}
	return len(unread), failed
}

// one reads one document. The texts of its pages are held at once, the bodies with
// their words one after the other and only where something was found.
func (c Config) one(ctx context.Context, head catalog.DocumentHead) (catalog.Extracted, error) {
	e := catalog.Extracted{Document: head.ID, Revision: head.Head}
	if len(head.Revision.Regions) > maxRegions {
		c.Log.Warn("a document is too long to look for fields", "document", head.ID, "regions", len(head.Revision.Regions))
		return e, nil
	}
	text, err := c.Catalog.Text(ctx, head.ID, head.Head, 0)
	if err != nil {
		return e, err
	}
	t := assemble(text.Regions, func(g catalog.Region) ([]byte, error) {
		reading, err := c.Catalog.Reading(ctx, g.Scan, g.Page, g.Reading)
		return reading.Body, err
	})
	found, err := c.extract(t.text)
	if err != nil {
		return e, err
	}
	for _, f := range mainDocument(found).Fields {
		value, err := json.Marshal(f.Value)
		if err != nil {
			return e, fmt.Errorf("encode %s: %w", f.Name, err)
		}
		evidence, err := t.evidence(f.Evidence)
		if err != nil {
			return e, err
		}
		e.Fields = append(e.Fields, catalog.Field{
			Name: f.Name, Value: value, Raw: f.Raw, Evidence: evidence, Confidence: f.Confidence,
			Rule: f.Rule, Assurance: catalog.AssuranceMachine,
		})
		e.Keys = append(e.Keys, keys.Of(f)...)
	}
	return e, nil
}

// extract runs the rules. A fault of theirs costs the fields of one document and not
// the server that the role lives in.
func (c Config) extract(text string) (found []extract.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the rules panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return c.Extractor.Extract(text), nil
}

// mainDocument is the one that a proposed document stands for: the first that is
// not a compiler's text.
func mainDocument(found []extract.Document) extract.Document {
	for _, d := range found {
		for _, f := range d.Fields {
			if f.Name == "record_type" && f.Value != "editorial_text" {
				return d
			}
		}
	}
	if len(found) > 0 {
		return found[0]
	}
	return extract.Document{}
}

// assembled is the text of a document out of those of its regions.
type assembled struct {
	text    string
	regions []placed
	body    func(catalog.Region) ([]byte, error)
}

// placed is a region's text in the whole.
type placed struct {
	region catalog.Region
	start  int
	length int
	// words are read when the first box is asked for.
	words []*fondsv1.Word
	read  bool
}

// assemble puts the texts of whole pages one after the other, a blank line between.
func assemble(regions []catalog.RegionText, body func(catalog.Region) ([]byte, error)) *assembled {
	var b strings.Builder
	a := &assembled{body: body}
	for _, r := range regions {
		if r.Text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		a.regions = append(a.regions, placed{region: r.Region, start: b.Len(), length: len(r.Text)})
		b.WriteString(r.Text)
	}
	a.text = b.String()
	return a
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
			found = append(found, catalog.Evidence{Reading: p.region.Reading, Start: start, End: end, Boxes: boxes})
		}
	}
	return found, nil
}

// boxes gives the boxes of the words in a stretch, those of one line as one.
func (a *assembled) boxes(p *placed, start, end int) ([][4]int, error) {
	if !p.read {
		encoded, err := a.body(p.region)
		if err != nil {
			return nil, err
		}
		var body fondsv1.Body
		if err := proto.Unmarshal(encoded, &body); err != nil {
			return nil, fmt.Errorf("decode body of reading %s: %w", p.region.Reading, err)
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
