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
	for _, u := range unread {
		e, err := c.one(u)
		if err != nil {
			c.Log.Error("extract fields", "document", u.Head.ID, "error", err)
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

// one reads one document.
func (c Config) one(u catalog.Unread) (catalog.Extracted, error) {
	t := assemble(u.Regions)
	e := catalog.Extracted{Document: u.Head.ID, Revision: u.Head.Head}
	for _, f := range mainDocument(c.Extractor.Extract(t.text)).Fields {
		value, err := json.Marshal(f.Value)
		if err != nil {
			return e, fmt.Errorf("encode %s: %w", f.Name, err)
		}
		e.Fields = append(e.Fields, catalog.Field{
			Name: f.Name, Value: value, Raw: f.Raw, Evidence: t.evidence(f.Evidence), Confidence: f.Confidence,
			Rule: f.Rule, Assurance: catalog.AssuranceMachine,
		})
		e.Keys = append(e.Keys, keys.Of(f)...)
	}
	return e, nil
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
}

// placed is a region's text in the whole, and its words.
type placed struct {
	start   int
	reading string
	length  int
	words   []*fondsv1.Word
	body    []byte
}

// assemble puts the texts of regions one after the other, a blank line between.
func assemble(regions []catalog.RegionText) *assembled {
	var b strings.Builder
	a := &assembled{}
	for _, r := range regions {
		if r.Text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		a.regions = append(a.regions, placed{start: b.Len(), reading: r.Region.Reading, length: len(r.Text), body: r.Body})
		b.WriteString(r.Text)
	}
	a.text = b.String()
	return a
}

// evidence translates spans of the whole into those of readings. A span over two
// pages becomes two.
func (a *assembled) evidence(spans []extract.Span) []catalog.Evidence {
	var found []catalog.Evidence
	for _, s := range spans {
		for i := range a.regions {
			p := &a.regions[i]
			start, end := max(s.Start, p.start)-p.start, min(s.End, p.start+p.length)-p.start
			if start < end {
				found = append(found, catalog.Evidence{Reading: p.reading, Start: start, End: end, Boxes: p.boxes(start, end)})
			}
		}
	}
	return found
}

// boxes gives the boxes of the words in a stretch, those of one line as one.
func (p *placed) boxes(start, end int) []catalog.Box {
	if p.words == nil && len(p.body) > 0 {
		var body fondsv1.Body
		if err := proto.Unmarshal(p.body, &body); err == nil {
			p.words = body.GetWords()
		}
		p.body = nil
	}
	first := sort.Search(len(p.words), func(i int) bool { return int(p.words[i].GetEnd()) > start })
	var boxes []catalog.Box
	for _, w := range p.words[first:] {
		if int(w.GetStart()) >= end || len(boxes) > 200 {
			break
		}
		boxes = joinBox(boxes, w.GetBox())
	}
	return boxes
}

// joinBox joins a word's box to the one before when both stand on one line.
func joinBox(boxes []catalog.Box, b *fondsv1.Box) []catalog.Box {
	next := catalog.Box{X: int(b.GetX()), Y: int(b.GetY()), Width: int(b.GetWidth()), Height: int(b.GetHeight())}
	if len(boxes) == 0 {
		return append(boxes, next)
	}
	last := &boxes[len(boxes)-1]
	middle := next.Y + next.Height/2
	if middle < last.Y || middle > last.Y+last.Height || next.X < last.X {
		return append(boxes, next)
	}
	right, bottom := max(last.X+last.Width, next.X+next.Width), max(last.Y+last.Height, next.Y+next.Height)
	last.Y = min(last.Y, next.Y)
	last.Width, last.Height = right-last.X, bottom-last.Y
	return boxes
}
