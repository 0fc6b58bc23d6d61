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
		before, err := tx.Batch(id)
		if err != nil {
			return orNotFound(err, ReasonBatchNotFound, "batch", id)
		}
		if before.State == BatchCancelled {
			return batchCancelled()
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
		batch, err = tx.Batch(id)
		return err
	})
	return batch, works, err
}

func batchCancelled() error {
	return &Error{Code: Precondition, Reason: ReasonBatchEnded, Message: "the batch was cancelled: ingest its files again in a new one"}
}

// RetryWork makes a new attempt at a work that ended in TIMEOUT or FAILED, and
// at the others of the same file. It returns the number of works; none when the
// work has ended otherwise or is being tried again. While other pages of the file
// are being read it is refused, and so it is when only cancelled batches want it.
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
		cancelled := 0
		for _, f := range files {
			batch, err := tx.Batch(f.Batch)
			if err != nil {
				return err
			}
			if batch.State == BatchCancelled {
				cancelled++
				continue
			}
			if works, err = c.retryFile(tx, f); err != nil || works > 0 {
				return err
			}
		}
		if cancelled == len(files) {
			return batchCancelled()
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
	if scan, err := tx.Scan(f.Scan); err != nil || !scan.PurgedAt.IsZero() {
		return 0, err
	}
	probe, err := tx.Work(ProbeOf(f.Scan))
	if err != nil {
		return 0, err
	}
	if probe.Outcome.Retryable() || probe.State != Ended {
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
	// Another recipe's retry may have opened the scan since: then there are pages
	// that were never wanted under this one.
	return len(again), c.startPages(tx, f.Scan, f.Recipe, f.Batch)
}

// retryProbe makes a scan unopened again, unless that was done for another file:
// its one page and that page's work go back to before, and wait for what the
// probe will find.
func (c *Catalog) retryProbe(tx Tx, probe Work, f BatchFile) error {
	page, err := tx.Work(WorkKey{Scan: f.Scan, Page: 1, Recipe: f.Recipe})
	if err != nil {
		return err
	}
	page = page.retried(f.Batch)
	page.State = Dropped
	works := []Work{page}
	if probe.State == Ended {
		if err := closeScan(tx, f.Scan); err != nil {
			return err
		}
		works = append(works, probe.retried(f.Batch))
	}
	if err := tx.PutWorks(works); err != nil {
		return err
	}
	return c.reopenFile(tx, f)
}

// closeScan takes back what a probe has found.
func closeScan(tx Tx, digest Digest) error {
	scan, err := tx.Scan(digest)
	if err != nil {
		return err
	}
	scan.PageCount, scan.MediaType = 0, ""
	if err := tx.PutScan(scan); err != nil {
		return err
	}
	return tx.PutPages(digest, nil)
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
