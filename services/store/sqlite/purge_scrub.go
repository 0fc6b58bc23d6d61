package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// scrubPages are the pages of the index of texts that one transaction merges: half a
	// megabyte, which holds up other writers for some ten milliseconds.
	scrubPages = 128
	// scrubSteps bounds one Scrub: at half a megabyte each, 500 GB of index.
	scrubSteps = 1 << 20
)

// ErrOpenViews is the error when the log cannot be emptied because somebody still reads
// what stood in it.
var ErrOpenViews = errors.New("the log of the database is still being read: try again")

// Scrub merges the index of texts, which keeps the terms of deleted documents until their
// segments are merged, overwrites what secure_delete leaves, and empties the log.
func (s *Store) Scrub(ctx context.Context) error {
	// A negative number has all segments that there are now merged, and the next ones go
	// on with that.
	for step, pages := 0, -scrubPages; ; step, pages = step+1, scrubPages {
		merged := false
		err := s.Tx(ctx, func(t catalog.Tx) error {
			var err error
			merged, err = t.(*tx).merge(pages)
			return err
		})
		if err != nil {
			return fmt.Errorf("merge the index of texts: %w", err)
		}
		if !merged {
			break
		}
		if step == scrubSteps {
			return errors.New("merge the index of texts: it comes to no end")
		}
	}
	if err := s.wipeGaps(ctx); err != nil {
		return fmt.Errorf("overwrite free space: %w", err)
	}
	return s.emptyLog(ctx)
}

// merge tells whether there was anything to merge: FTS5 says so by the rows that it
// changes beside the one of the command.
func (t *tx) merge(pages int) (bool, error) {
	before, err := one(&t.view, `SELECT total_changes()`, (*row).int64)
	if err != nil {
		return false, err
	}
	if _, err := t.exec(`INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)`, pages); err != nil {
		return false, err
	}
	after, err := one(&t.view, `SELECT total_changes()`, (*row).int64)
	return after-before >= 2, err
}

// emptyLog folds the log back into the file and cuts it to nothing. It waits for those
// who read, as long as for another process.
func (s *Store) emptyLog(ctx context.Context) error {
	busy := false
	err := s.alone(ctx, func(c *conn) error {
		return c.query(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`, nil, func(r *row) { busy = r.int64() != 0 })
	})
	if err == nil && busy {
		err = ErrOpenViews
	}
	if err != nil {
		return fmt.Errorf("empty the log: %w", err)
	}
	return nil
}
