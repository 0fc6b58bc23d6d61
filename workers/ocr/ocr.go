// Package ocr does one job after another: fetch the scan, probe it or have a page
// recognised, publish the outcome, and only then take the job off the queue.
//
// It knows NATS and the blob store alone. It never touches the database, never
// decides what is to be recognised, and never decodes or recognises in its own
// process: engine children do.
package ocr

import (
	"context"
	"log/slog"
	"slices"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine/results"
)

// Engine recognises pages, as many at a time as it has children.
type Engine interface {
	// Recognize waits for a free child and has it read one page. Its errors are
	// those of workers/engine.
	Recognize(ctx context.Context, r *enginev1.Recognize) (*enginev1.Recognition, error)
}

// Blobs is the worker's way to scans.
type Blobs interface {
	// Local gives a local file with the bytes of a scan until release is called.
	Local(ctx context.Context, digest string) (path string, release func(), err error)
	// Keep stores a body that is too large for a message.
	Keep(ctx context.Context, digest string, body []byte) error
}

// Config is what a worker needs.
type Config struct {
	Bus    *bus.Bus
	Blobs  Blobs
	Engine Engine
	// Self is announced: ID, engine, models, number of children.
	Self *fondsv1.Worker
	// Host stands in envelopes.
	Host string
	// Scratch is a folder for pages drawn from PDF files.
	Scratch string
	// Results keeps what was recognised, for other works with the same picture; nil
	// for none.
	Results *results.Store
	Limits  decode.Limits
	// MaxDeliveries is how often a job is tried; the last failure is its outcome.
	MaxDeliveries int
	// RetryDelay is how long a job waits after its first failure; five times as
	// long after each further one.
	RetryDelay time.Duration
	Log        *slog.Logger

	scans *decode.Opener
}

// Run takes jobs until ctx ends, then gives back those in hand and waits for all
// that it has started.
func Run(ctx context.Context, c Config) error {
	c.scans = decode.NewOpener(c.Limits)
	w := &worker{Config: c, sets: c.Bus.ModelSets(ctx), arrivals: make(chan arrival)}
	defer w.tellResults()
	defer w.running.Wait()
	w.running.Go(func() {
		c.Bus.Announce(ctx, c.Self, func(err error) { c.Log.Warn("announce worker", "error", err) })
	})
	defer w.giveUp()
	// One job more for each child: while it recognises, its next page is fetched,
	// drawn and decoded, so that it never waits.
	slots := make(chan struct{}, 2*int(c.Self.GetChildren()))
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		j := w.next(ctx)
		if j == nil {
			return nil
		}
		w.running.Go(func() {
			defer func() { <-slots }()
			defer j.end()
			w.do(ctx, j.Delivery)
		})
	}
}

// tellResults tells in the log what the results of before were good for.
func (c Config) tellResults() {
	if s := c.Results.Stats(); s.Known+s.Kept > 0 {
		c.Log.Info("results of before", "known", s.Known, "kept", s.Kept, "dropped", s.Dropped, "bytes", s.Bytes)
	}
}

// canDo tells whether the worker has each model of a set, file for file.
func (c Config) canDo(set bus.ModelSet) bool {
	for _, wanted := range set.Models {
		if !slices.ContainsFunc(c.Self.GetModels(), func(m *fondsv1.Model) bool {
			return m.GetLanguage() == wanted.GetLanguage() && m.GetSha256() == wanted.GetSha256()
		}) {
			return false
		}
	}
	return true
}
