package intake

import (
	"context"
	"time"

	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/relay"
)

// reconcileAtOnce is above any relay's window, so that one round sees all.
const reconcileAtOnce = 10_000

// reconcile looks for lost jobs, and for batches that their client has left,
// until ctx ends: once at the start, then at every interval.
func (c Config) reconcile(ctx context.Context, feed *bus.TextFeed) {
	ticker := time.NewTicker(c.Reconcile)
	defer ticker.Stop()
	for {
		if err := c.findLost(ctx, feed); err != nil && ctx.Err() == nil {
			c.Log.Error("look for lost jobs", "error", err)
		}
		if _, err := c.Catalog.SweepBatches(ctx, 100); err != nil && ctx.Err() == nil {
			c.Log.Error("look for batches that were left", "error", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// findLost makes works pending again whose job is gone although no outcome came.
//
// The order of the questions is what makes it sound. A job leaves the queue only
// after its text was acknowledged by the stream; so if the job is found gone, and
// after that every text in the stream was stored, then a work that still has no
// outcome has lost its job.
func (c Config) findLost(ctx context.Context, feed *bus.TextFeed) error {
	works, err := c.Catalog.QueuedBefore(ctx, time.Now().Add(-c.Reconcile), reconcileAtOnce)
	if err != nil {
		return err
	}
	var lost []catalog.Published
	for _, w := range works {
		there, err := c.Queue.Has(ctx, relay.WorkKey(w.Key), uint32(w.Attempt), w.Sequence)
		if err != nil {
			return err
		}
		if !there {
			lost = append(lost, catalog.Published{Key: w.Key, Attempt: w.Attempt})
		}
	}
	if len(lost) == 0 {
		return nil
	}
	idle, err := feed.Idle(ctx)
	if err != nil || !idle {
		return err
	}
	c.Log.Warn("jobs without outcome are gone from the queue: issuing them again", "works", len(lost))
	return c.Catalog.JobsLost(ctx, lost)
}
