package catalog

import (
	"context"
	"time"
)

// Events returns events after a position in the order of commits, of one
// document or one collection, or of all when both are empty.
func (c *Catalog) Events(ctx context.Context, after int64, document, collection string, limit int) ([]Event, error) {
	var events []Event
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		events, err = r.Events(after, document, collection, limit)
		return err
	})
	return events, err
}

// UnsentEvents returns events after a position that are to be published, each
// document's in order.
func (c *Catalog) UnsentEvents(ctx context.Context, after int64, limit int) ([]Event, error) {
	var events []Event
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		events, err = r.UnsentEvents(after, limit)
		return err
	})
	return events, err
}

// EventsSent notes that events were published.
func (c *Catalog) EventsSent(ctx context.Context, sent []SentEvent) error {
	if len(sent) == 0 {
		return nil
	}
	return c.store.Tx(ctx, func(tx Tx) error { return tx.MarkEventsSent(sent, c.now()) })
}

// ResendEvents makes those events unsent that were published within the given
// time to places above the last one that the stream has now: the stream was
// replaced by nothing, or by an older copy.
func (c *Catalog) ResendEvents(ctx context.Context, last uint64, within time.Duration) (int, error) {
	resent := 0
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		resent, err = tx.ResendEvents(last, c.now().Add(-within))
		return err
	})
	return resent, err
}

// Collections returns all collections by ID.
func (c *Catalog) Collections(ctx context.Context) ([]Collection, error) {
	var collections []Collection
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		collections, err = r.Collections()
		return err
	})
	return collections, err
}
