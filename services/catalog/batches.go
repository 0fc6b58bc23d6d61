package catalog

import "context"

// Batch returns a batch.
func (c *Catalog) Batch(ctx context.Context, id string) (Batch, error) {
	var batch Batch
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		batch, err = r.Batch(id)
		return orNotFound(err, ReasonBatchNotFound, "batch", id)
	})
	return batch, err
}

// Batches returns batches below an ID ("" from the newest), newest first.
func (c *Catalog) Batches(ctx context.Context, after string, limit int) ([]Batch, error) {
	var batches []Batch
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		batches, err = r.Batches(after, limit)
		return err
	})
	return batches, err
}

// FileReport is a file of a batch with the document proposed for it.
type FileReport struct {
	BatchFile
	// Document is empty until the file's pages are known.
	Document string
}

// BatchFiles returns files of a batch by number.
func (c *Catalog) BatchFiles(ctx context.Context, batch string, after, limit int, bad bool) ([]FileReport, error) {
	var reports []FileReport
	err := c.store.View(ctx, func(r Reader) error {
		if _, err := r.Batch(batch); err != nil {
			return orNotFound(err, ReasonBatchNotFound, "batch", batch)
		}
		files, err := r.BatchFiles(batch, after, limit, bad)
		if err != nil {
			return err
		}
		reports, err = report(r, files)
		return err
	})
	return reports, err
}

// BatchProgress returns a batch and the files that ended after a place in the
// order of their ending, as of one moment.
func (c *Catalog) BatchProgress(ctx context.Context, id string, after, limit int) (Batch, []FileReport, error) {
	var batch Batch
	var reports []FileReport
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		if batch, err = r.Batch(id); err != nil {
			return orNotFound(err, ReasonBatchNotFound, "batch", id)
		}
		files, err := r.EndedFiles(id, after, limit)
		if err != nil {
			return err
		}
		reports, err = report(r, files)
		return err
	})
	return batch, reports, err
}

func report(r Reader, files []BatchFile) ([]FileReport, error) {
	reports := make([]FileReport, len(files))
	for i, f := range files {
		reports[i].BatchFile = f
		if f.Holding == "" {
			continue
		}
		h, err := r.Holding(f.Holding)
		if err != nil {
			return nil, err
		}
		reports[i].Document = h.Document
	}
	return reports, nil
}
