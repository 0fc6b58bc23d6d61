// Package feed is the role extract: it gives the texts of documents to the rules and
// stores what they say, and then what is derived from that, links and the index of
// the text. Each is a transaction of its own behind the one that stored the text.
//
// It never touches a reading and never changes what a person has stated. A text that
// the rules cannot read holds up no other.
package feed

import (
	"context"
	"log/slog"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
)

// Config is what the role needs.
type Config struct {
	Catalog   *catalog.Catalog
	Extractor *extract.Extractor
	Log       *slog.Logger

	editions *editions
	known    *correspondents
	// found are the links of documents that this round has made and not yet stored.
	found map[string][]catalog.Link
}

// Ready returns the configuration with a memory for what documents of one file share:
// one behind the other they are read faster.
func (c Config) Ready() Config {
	c.editions, c.known = &editions{}, &correspondents{}
	return c
}

// Version names the rules together with the names that they know.
func (c Config) Version() string { return c.Extractor.Version() }

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
	c = c.Ready()
	for {
		changed := c.Catalog.Changed()
		n, failed := c.round(ctx)
		m, alsoFailed := c.derive(ctx)
		n, failed = max(n, m), failed || alsoFailed
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
		e, err := c.Read(ctx, head)
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
