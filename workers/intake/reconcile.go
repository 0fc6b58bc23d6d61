package intake

import (
	"context"
	"slices"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
)

// reconcileAtOnce is above any relay's window, so that one round sees all.
const reconcileAtOnce = 10_000

// reconcile looks for lost jobs, and for batches that their client has left,
// until ctx ends: once at the start, then at every interval.
func (c Config) reconcile(ctx context.Context, feed *bus.TextFeed) {
	ticker := time.NewTicker(c.Reconcile)
	defer ticker.Stop()
	told := time.Now()
	for {
		if err := c.findLost(ctx, feed); err != nil && ctx.Err() == nil {
			c.Log.Error("look for lost jobs", "error", err)
		}
		if now := time.Now(); now.Sub(told) > tellUnserved {
			told = now
			if err := c.unserved(ctx); err != nil && ctx.Err() == nil {
				c.Log.Error("look for jobs that nobody can do", "error", err)
			}
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

// tellUnserved is how often it is told that nobody can do a job.
const tellUnserved = time.Minute

// unserved tells of works that wait for models that no live worker has: the model
// files were replaced, or the worker that had them is gone. They wait on, since it
// may come back; whoever does not want to wait cancels the batch.
func (c Config) unserved(ctx context.Context) error {
	counts, recipes, err := c.Catalog.QueuedRecipes(ctx, time.Now().Add(-tellUnserved), reconcileAtOnce)
	if err != nil || len(recipes) == 0 {
		return err
	}
	workers, err := c.Bus.Live(ctx)
	if err != nil {
		return err
	}
	for digest, recipe := range recipes {
		if !slices.ContainsFunc(workers, func(w *fondsv1.Worker) bool { return hasModels(w, recipe) }) {
			c.Log.Warn("no live worker has the models that these pages wait for: start one, or cancel the batch and ingest again",
				"languages", recipe.Languages(), "recipe", digest, "works", counts[digest])
		}
	}
	return nil
}

func hasModels(w *fondsv1.Worker, recipe catalog.Recipe) bool {
	for _, wanted := range recipe.Models {
		if !slices.ContainsFunc(w.GetModels(), func(m *fondsv1.Model) bool {
			return m.GetLanguage() == wanted.Language && m.GetSha256() == string(wanted.SHA256)
		}) {
			return false
		}
	}
	return true
}

// findLost makes works pending again whose job is gone although no outcome came.
//
// The order of the questions is what makes it sound. A job leaves the queue only
// after its text was acknowledged by the stream; so if the job is found gone, and
// every text that was in the stream after that is stored, then a work that still
// has no outcome has lost its job. It is enough to wait for the texts that were
// there: while a long batch runs there is always another on its way.
func (c Config) findLost(ctx context.Context, feed *bus.TextFeed) error {
	works, err := c.Catalog.QueuedBefore(ctx, time.Now().Add(-c.Reconcile), reconcileAtOnce)
	if err != nil {
		return err
	}
	var lost []catalog.Published
	for _, w := range works {
		there, err := c.Queue.Has(ctx, workKey(w.Key), uint32(w.Attempt), w.Sequence)
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
	stored, err := c.storedSoFar(ctx, feed)
	if err != nil || !stored {
		return err
	}
	again, err := c.Catalog.JobsLost(ctx, lost)
	if again > 0 {
		c.Log.Warn("jobs without outcome were gone from the queue", "works", again)
	}
	return err
}

// storedSoFar waits until the texts that are in the stream now were stored, at
// most for a few seconds: the next round asks again.
func (c Config) storedSoFar(ctx context.Context, feed *bus.TextFeed) (bool, error) {
	last, err := feed.Last(ctx)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, storedWait)
	defer cancel()
	ticker := time.NewTicker(askPassed)
	defer ticker.Stop()
	for {
		passed, err := feed.Passed(ctx, last)
		if ctx.Err() != nil {
			return false, nil
		}
		if err != nil || passed {
			return passed, err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return false, nil
		}
	}
}

// storedWait outlasts a commit many times over, and a round ends soon after.
const storedWait = 5 * time.Second

// askPassed is how often intake's place in the stream is asked for: commits come
// some tens of milliseconds apart.
const askPassed = 50 * time.Millisecond

// workKey is a work's key as it stands in messages.
func workKey(k catalog.WorkKey) *fondsv1.WorkKey {
	return &fondsv1.WorkKey{Scan: string(k.Scan), Page: uint32(k.Page), Recipe: string(k.Recipe)}
}
