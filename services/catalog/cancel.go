package catalog

import "context"

// CancelBatch ends a batch and drops the works that nobody else wants.
func (c *Catalog) CancelBatch(ctx context.Context, id string) (Batch, error) {
	var batch Batch
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		if batch, err = tx.Batch(id); err != nil {
			return orNotFound(err, ReasonBatchNotFound, "batch", id)
		}
		if batch.State.Terminal() {
			return nil
		}
		batch.State, batch.EndedAt = BatchCancelled, c.now()
		if err := tx.PutBatch(batch); err != nil {
			return err
		}
		return tx.DropWorks(id)
	})
	return batch, err
}

// SweepBatches ends batches whose client has left before all files arrived, at
// most limit of them. It returns how many.
func (c *Catalog) SweepBatches(ctx context.Context, limit int) (int, error) {
	swept := 0
	err := c.store.Tx(ctx, func(tx Tx) error {
		batches, err := tx.BatchesLeft(c.now().Add(-c.limits.ClientTimeout), limit)
		if err != nil {
			return err
		}
		swept = 0
		for _, b := range batches {
			before := b.State
			if b.settle(c.now(), c.limits.ClientTimeout); b.State == before {
				continue
			}
			swept++
			if err := tx.PutBatch(b); err != nil {
				return err
			}
		}
		return nil
	})
	return swept, err
}

// TouchBatch notes that the client of a batch was heard of.
func (c *Catalog) TouchBatch(ctx context.Context, id string) error {
	return c.store.Tx(ctx, func(tx Tx) error {
		batch, err := tx.Batch(id)
		if err != nil {
			return orNotFound(err, ReasonBatchNotFound, "batch", id)
		}
		batch.ActiveAt = c.now()
		return tx.PutBatch(batch)
	})
}
