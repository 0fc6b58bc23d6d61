// Package purge carries out purges that two operators have agreed on: step by step it
// destroys words, rows, messages, blobs and copies in caches, and at last what the
// database's own files still have of them. Each step may be run again, so that whoever
// comes after a killed process begins anew and misses nothing.
//
// It never decides what is destroyed: that stands in the tombstones, which were set in
// one transaction when the purge was confirmed.
package purge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Blobs keeps scans and large bodies.
type Blobs interface {
	// Remove takes a blob away that was put before a time; one that is not there is no error.
	Remove(ctx context.Context, digest string, putBefore time.Time) (bool, error)
}

// Streams has the messages.
type Streams interface {
	Erase(ctx context.Context, d bus.Doomed, body func(ctx context.Context, digest string) error) (int, error)
}

// Config is what the purger needs.
type Config struct {
	Catalog *catalog.Catalog
	Streams Streams
	Blobs   Blobs
	// Terms gives the words by which a text under a title is found.
	Terms func(catalog.DocumentText) ([]catalog.Term, error)
	// Forget has this process forget what it has in memory and in caches of its own of
	// documents, by ID, and scans.
	Forget func(documents []string, scans []catalog.Digest)
	Log    *slog.Logger

	// between is called after each step; a test ends there.
	between func(step string) error
}

const (
	// tick is how often it is looked for purges: who confirms one waits for it.
	tick = 500 * time.Millisecond
	// rest is how long it is waited after a failure: the queue or the disk is away.
	rest = 5 * time.Second
	// atOnce are read at once; one has a thousand documents at most.
	atOnce = 20
	// unsentRounds is how many rounds events may be on their way before that is told.
	unsentRounds = 20
)

// errUnsent is given while events of a purge's documents may still come into the stream
// with the words that they had.
var errUnsent = errors.New("events of its documents are on their way to the stream: the relay has to send them first")

// Run carries out purges until ctx ends.
func Run(ctx context.Context, c Config) {
	told, unsent := "", 0
	for {
		wait := tick
		err := c.round(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			told, unsent = "", 0
		case errors.Is(err, errUnsent) && unsent < unsentRounds:
			unsent++ // the relay takes a moment
		default:
			wait = rest
			if told != err.Error() {
				told = err.Error()
				c.Log.Warn("a purge is not carried out yet: trying again", "error", err)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// round carries out what was confirmed. What the database's files have is looked through
// once for all of it.
func (c Config) round(ctx context.Context) error {
	gone, failed := c.each(ctx)
	if len(gone) == 0 {
		return failed
	}
	if err := c.Catalog.Scrub(ctx); err != nil {
		return errors.Join(failed, fmt.Errorf("clean the database: %w", err))
	}
	if err := c.after("scrub"); err != nil {
		return err
	}
	for _, p := range gone {
		done, err := c.Catalog.PurgeCarriedOut(ctx, p)
		if err != nil {
			failed = errors.Join(failed, err)
		} else if done {
			c.Log.Info("purged", "purge", p.ID, "documents", len(p.Documents))
		}
	}
	return failed
}

// each tries every purge once, so that those which fail keep no other one back, and gives
// those of which nothing is left but in the database's files.
func (c Config) each(ctx context.Context) (gone []catalog.Purge, failed error) {
	for after := ""; ; {
		purges, err := c.Catalog.Purging(ctx, after, atOnce)
		if err != nil || len(purges) == 0 {
			return gone, errors.Join(failed, err)
		}
		for _, p := range purges {
			if err := c.carryOut(ctx, p); err != nil {
				failed = errors.Join(failed, fmt.Errorf("purge %s: %w", p.ID, err))
				continue
			}
			gone = append(gone, p)
		}
		after = purges[len(purges)-1].ID
	}
}

func (c Config) after(step string) error {
	if c.between == nil {
		return nil
	}
	return c.between(step)
}

// carryOut runs the steps. Words come first, because they are found in the texts, and
// blobs after the streams, where a body is named.
func (c Config) carryOut(ctx context.Context, p catalog.Purge) error {
	for _, step := range []struct {
		name string
		run  func(context.Context, catalog.Purge) error
	}{
		{"words", c.words}, {"rows", c.rows}, {"streams", c.streams}, {"blobs", c.blobs}, {"caches", c.caches},
	} {
		if err := step.run(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		if err := c.after(step.name); err != nil {
			return err
		}
	}
	return nil
}

// words takes those out of the vocabulary that no other document has.
func (c Config) words(ctx context.Context, p catalog.Purge) error {
	return c.Catalog.PurgedTexts(ctx, p, func(text catalog.DocumentText) error {
		terms, err := c.Terms(text)
		if err != nil {
			return err
		}
		return c.Catalog.ForgetTerms(ctx, slices.DeleteFunc(terms, func(t catalog.Term) bool { return len(t.Trigrams) == 0 }))
	})
}

// rows deletes readings, statements and revisions, and bodies that came as blobs.
func (c Config) rows(ctx context.Context, p catalog.Purge) error {
	return c.Catalog.DestroyRows(ctx, p, func(gone []catalog.Tombstone) error {
		for _, t := range gone {
			if err := c.remove(ctx, string(t.Digest)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c Config) remove(ctx context.Context, digest string) error {
	if digest == "" {
		return nil
	}
	_, err := c.Blobs.Remove(ctx, digest, time.Now().Add(time.Hour)) // whenever it was put
	return err
}

func (c Config) streams(ctx context.Context, p catalog.Purge) error {
	sent, err := c.Catalog.Sent(ctx, p)
	if err != nil {
		return err
	}
	if !sent {
		return errUnsent
	}
	doomed := bus.Doomed{Scans: map[string]bool{}, Shared: map[string]bool{}, Bodies: map[string]bool{}, Documents: map[string]bool{}}
	for _, s := range p.Scans {
		if s.Kept {
			doomed.Shared[string(s.Digest)] = true
		} else {
			doomed.Scans[string(s.Digest)] = true
		}
	}
	for _, id := range p.Documents {
		doomed.Documents[id] = true
	}
	if len(doomed.Shared) > 0 {
		err := c.Catalog.DestroyRows(ctx, p, func(gone []catalog.Tombstone) error {
			for _, t := range gone {
				doomed.Bodies[string(t.Digest)] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	_, err = c.Streams.Erase(ctx, doomed, c.remove)
	return err
}

func (c Config) blobs(ctx context.Context, p catalog.Purge) error {
	for _, s := range p.Scans {
		if s.Kept {
			continue
		}
		if err := c.remove(ctx, string(s.Digest)); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) caches(_ context.Context, p catalog.Purge) error {
	var scans []catalog.Digest
	for _, s := range p.Scans {
		if !s.Kept {
			scans = append(scans, s.Digest)
		}
	}
	c.Forget(p.Documents, scans)
	return nil
}
