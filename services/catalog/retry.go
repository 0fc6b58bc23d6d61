package catalog

import (
	"context"
	"fmt"
)

// RetryFailed makes a new attempt at each work of a batch that ended in TIMEOUT
// or FAILED. It returns the batch and the number of works.
func (c *Catalog) RetryFailed(ctx context.Context, id string) (Batch, int, error) {
	var batch Batch
	works := 0
	err := c.store.Tx(ctx, func(tx Tx) error {
		works = 0
		if _, err := tx.Batch(id); err != nil {
			return orNotFound(err, ReasonBatchNotFound, "batch", id)
		}
		for after := 0; ; {
			files, err := tx.BatchFiles(id, after, 500, true)
			if err != nil {
				return err
			}
			if len(files) == 0 {
				break
			}
			for _, f := range files {
				n, err := c.retryFile(tx, f)
				if err != nil {
					return fmt.Errorf("retry %q: %w", f.Path, err)
				}
				works += n
			}
			after = files[len(files)-1].Number
		}
		var err error
		batch, err = tx.Batch(id)
		return err
	})
	return batch, works, err
}

// RetryWork makes a new attempt at a work that ended in TIMEOUT or FAILED, and
// at the others of the same file. It returns the number of works; none when the
// work has ended otherwise or is being tried again. While other pages of the file
// are being read it is refused.
func (c *Catalog) RetryWork(ctx context.Context, key WorkKey) (int, error) {
	works := 0
	err := c.store.Tx(ctx, func(tx Tx) error {
		works = 0
		work, err := tx.Work(key)
		if err != nil {
			return orNotFound(err, ReasonWorkNotFound, "work", fmt.Sprintf("scans/%s page %d recipe %s", key.Scan, key.Page, key.Recipe))
		}
		if !work.Outcome.Retryable() {
			return nil
		}
		files, err := tx.FilesOf(key.Scan, key.Recipe)
		if err != nil {
			return err
		}
		for _, f := range files {
			if works, err = c.retryFile(tx, f); err != nil || works > 0 {
				return err
			}
		}
		return &Error{
			Code: Precondition, Reason: ReasonFileNotEnded,
			Message: fmt.Sprintf("other pages of scan %s are still being read: retry when its file has ended", key.Scan),
		}
	})
	return works, err
}

// retryFile makes the retryable works of one file pending again.
func (c *Catalog) retryFile(tx Tx, f BatchFile) (int, error) {
	if f.State != FileEnded {
		return 0, nil
	}
	probe, err := tx.Work(ProbeOf(f.Scan))
	if err != nil {
		return 0, err
	}
	if probe.Outcome.Retryable() {
		return 1, c.retryProbe(tx, probe, f)
	}
	works, err := tx.Works(f.Scan, f.Recipe)
	if err != nil {
		return 0, err
	}
	var again []Work
	for _, w := range works {
		if w.Outcome.Retryable() {
			again = append(again, w.retried(f.Batch))
		}
	}
	if len(again) == 0 {
		return 0, nil
	}
	if err := tx.PutWorks(again); err != nil {
		return 0, err
	}
	if err := c.reopenFile(tx, f); err != nil {
		return 0, err
	}
	return len(again), c.progress(tx, f.Scan, f.Recipe)
}

// retryProbe makes a scan unopened again: its one page and that page's works go
// back to before, and wait for what the probe will find.
func (c *Catalog) retryProbe(tx Tx, probe Work, f BatchFile) error {
	scan, err := tx.Scan(f.Scan)
	if err != nil {
		return err
	}
	scan.PageCount, scan.MediaType = 0, ""
	if err := tx.PutScan(scan); err != nil {
		return err
	}
	if err := tx.PutPages(f.Scan, nil); err != nil {
		return err
	}
	page, err := tx.Work(WorkKey{Scan: f.Scan, Page: 1, Recipe: f.Recipe})
	if err != nil {
		return err
	}
	page = page.retried(f.Batch)
	page.State = Dropped
	if err := tx.PutWorks([]Work{probe.retried(f.Batch), page}); err != nil {
		return err
	}
	return c.reopenFile(tx, f)
}

// reopenFile takes a file back from its end.
func (c *Catalog) reopenFile(tx Tx, f BatchFile) error {
	batch, err := tx.Batch(f.Batch)
	if err != nil {
		return err
	}
	batch.FilesEnded--
	batch.Counts = batch.Counts.Minus(f.Counts)
	batch.ActiveAt = c.now()
	batch.State = BatchRunning
	batch.settle(c.now(), c.limits.ClientTimeout)
	f.State, f.EndSequence, f.Counts, f.Reason = FileArrived, 0, Counts{}, ""
	if err := tx.PutBatchFiles([]BatchFile{f}); err != nil {
		return err
	}
	return tx.PutBatch(batch)
}

// retried returns the work as it waits for another attempt; outcomes of those
// before no longer count.
func (w Work) retried(batch string) Work {
	return Work{
		Key: w.Key, State: Pending, Lane: w.Lane, Batch: batch,
		Attempt: w.Attempt, StaleAttempt: w.Attempt,
	}
}
