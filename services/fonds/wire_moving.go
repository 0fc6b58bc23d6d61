package main

import (
	"context"
	"time"
)

const (
	// movingPause lies between two looks at the collections while something is written,
	// movingTick bounds how late a change by another process is seen.
	movingPause = time.Second
	movingTick  = 30 * time.Second
)

// moveReviews moves the reviews of collections in which one person's word became enough,
// or ceased to be: what was not moved when the change was made, and what an earlier
// process has left.
func (n *node) moveReviews(ctx context.Context) error {
	log := n.log.With("role", roleCatalog)
	for {
		changed := n.catalog.Changed()
		start := time.Now()
		documents, err := n.catalog.MoveReviews(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			log.Error("move the reviews of collections", "documents", documents, "error", err)
		case documents > 0:
			log.Info("reviews follow the change of a collection", "documents", documents, "took", time.Since(start).Round(time.Millisecond))
		}
		if pause(ctx, movingPause) != nil {
			return nil
		}
		tick := time.NewTimer(movingTick)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-tick.C:
		}
		tick.Stop()
	}
}
