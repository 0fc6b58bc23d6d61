package feed

import (
	"context"
	"strings"
	"sync"
	"unicode"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
)

// editions keeps the last imported text that was read, with all documents found in
// it: those of one file wait one behind the other, and each is understood best among
// the others. The zero value is ready.
type editions struct {
	mu      sync.Mutex
	reading string
	text    string
	found   []extract.Document
}

// document gives the one that was found at a range of a reading, with the text that
// its spans count in; false where none begins and ends there.
func (e *editions) document(ctx context.Context, c Config, g catalog.Region) (extract.Document, string, bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reading != g.Reading {
		reading, err := c.Catalog.Reading(ctx, g.Scan, g.Page, g.Reading)
		if err != nil {
			return extract.Document{}, "", false, err
		}
		found, err := c.extract(reading.Text, false)
		if err != nil {
			return extract.Document{}, "", false, err
		}
		e.reading, e.text, e.found = g.Reading, reading.Text, found
	}
	if g.Range.End > len(e.text) {
		return extract.Document{}, "", false, nil
	}
	want := trimmed(e.text, *g.Range)
	for _, d := range e.found {
		if d.Span == want {
			return d, e.text, true, nil
		}
	}
	return extract.Document{}, "", false, nil
}

// trimmed is a range without the blanks at its ends, as documents are found.
func trimmed(text string, r catalog.Range) extract.Span {
	stretch := text[r.Start:r.End]
	start := r.End - len(strings.TrimLeftFunc(stretch, unicode.IsSpace))
	return extract.Span{Start: start, End: max(start, r.Start+len(strings.TrimRightFunc(stretch, unicode.IsSpace)))}
}
