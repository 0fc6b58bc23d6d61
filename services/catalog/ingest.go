package catalog

import (
	"context"
	"errors"
	"fmt"
)

// DefaultCollection holds what was ingested without naming one.
const DefaultCollection = "default"

// NewFile names a file that will be delivered.
type NewFile struct {
	Path       string
	Size       int64
	Collection string
	Language   string
}

// NewBatch describes a batch to open.
type NewBatch struct {
	Collection string
	Language   string
	ResumeKey  string
	Person     string
	Files      []NewFile
	// Recipes by language, one for each language that a file names.
	Recipes map[string]Recipe
}

// CreateBatch opens a batch, or returns the unfinished one with the same
// ResumeKey after adding the files that it lacks.
func (c *Catalog) CreateBatch(ctx context.Context, n NewBatch) (Batch, error) {
	var batch Batch
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		if batch, err = c.openBatch(tx, n); err != nil {
			return err
		}
		for _, r := range n.Recipes {
			if err := tx.PutRecipe(r); err != nil {
				return err
			}
		}
		files, err := c.newFiles(tx, &batch, n)
		if err != nil {
			return err
		}
		if err := tx.PutBatchFiles(files); err != nil {
			return err
		}
		batch.ActiveAt = c.now()
		batch.settle(c.now(), c.limits.ClientTimeout)
		return tx.PutBatch(batch)
	})
	if err != nil {
		return Batch{}, err
	}
	return batch, nil
}

func (c *Catalog) openBatch(tx Tx, n NewBatch) (Batch, error) {
	if n.ResumeKey != "" {
		batch, err := tx.BatchToResume(n.Person, n.ResumeKey)
		if err == nil && (batch.Collection != n.Collection || batch.Language != n.Language) {
			return batch, &Error{
				Code: Precondition, Reason: ReasonResumeMismatch, Field: "resume_key",
				Message: fmt.Sprintf("the unfinished batch %s with this key is for collection %q and language %q: take another key", batch.ID, batch.Collection, batch.Language),
			}
		}
		if !errors.Is(err, ErrNotFound) {
			return batch, err
		}
	}
	batch := Batch{
		ID: c.newID(), State: BatchOpen, Collection: n.Collection, Language: n.Language,
		ResumeKey: n.ResumeKey, Person: n.Person, ActiveAt: c.now(), CreatedAt: c.now(),
	}
	return batch, tx.PutBatch(batch)
}

// newFiles returns the rows of those files that the batch does not have yet, which
// it counts, and of those that it still expects under a recipe that is no longer
// the language's: the models may have changed since. It makes their collections.
func (c *Catalog) newFiles(tx Tx, batch *Batch, n NewBatch) ([]BatchFile, error) {
	known, files, err := knownFiles(tx, *batch, n.Recipes)
	if err != nil {
		return nil, err
	}
	collections := map[string]bool{}
	for _, f := range n.Files {
		if known[f.Path] {
			continue
		}
		known[f.Path] = true
		collections[f.Collection] = true
		batch.Files++
		files = append(files, BatchFile{
			Batch: batch.ID, Number: batch.Files, Path: f.Path, Size: f.Size,
			Collection: f.Collection, Language: f.Language, Recipe: n.Recipes[f.Language].Digest,
			State: FileExpected,
		})
	}
	for id := range collections {
		if err := c.ensureCollection(tx, id); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// knownFiles gives the paths that a batch has, and those of its rows whose recipe
// has to be another one now.
func knownFiles(tx Tx, batch Batch, recipes map[string]Recipe) (known map[string]bool, changed []BatchFile, err error) {
	known = map[string]bool{}
	for after := 0; after < batch.Files; {
		page, err := tx.BatchFiles(batch.ID, after, 5000, false)
		if err != nil || len(page) == 0 {
			return known, changed, err
		}
		for _, f := range page {
			known[f.Path] = true
			recipe, asked := recipes[f.Language]
			if asked && f.State == FileExpected && f.Recipe != recipe.Digest {
				f.Recipe = recipe.Digest
				changed = append(changed, f)
			}
		}
		after = page[len(page)-1].Number
	}
	return known, changed, nil
}

func (c *Catalog) ensureCollection(tx Tx, id string) error {
	_, err := tx.Collection(id)
	if errors.Is(err, ErrNotFound) {
		return tx.PutCollection(Collection{ID: id, DisplayName: id, CreatedAt: c.now()})
	}
	return err
}

// Held tells whether the collection of a batch's file holds a scan already, so
// that its bytes need not be sent; one that was purged is refused. Other collections are not asked: whether a
// scan is there is told only within a collection that the caller may read.
func (c *Catalog) Held(ctx context.Context, batch, path string, scan Digest) (held bool, err error) {
	err = c.store.View(ctx, func(r Reader) error {
		file, err := batchFile(r, batch, path)
		if err != nil {
			return err
		}
		if err := taken(r, scan); err != nil {
			return err
		}
		_, err = r.HoldingIn(file.Collection, scan)
		held = err == nil
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return held, err
}

func batchFile(r Reader, batch, path string) (BatchFile, error) {
	if _, err := r.Batch(batch); err != nil {
		return BatchFile{}, orNotFound(err, ReasonBatchNotFound, "batch", batch)
	}
	file, err := r.BatchFile(batch, path)
	return file, orNotFound(err, ReasonFileNotInBatch, "file", path)
}

func orNotFound(err error, reason, what, name string) error {
	if errors.Is(err, ErrNotFound) {
		return notFound(reason, what, name)
	}
	return err
}

// Arrival is a file whose bytes lie in the blob store.
type Arrival struct {
	Batch  string
	Path   string
	Digest Digest
	Size   int64
}

// Arrived tells what became of an arrival.
type Arrived struct {
	Holding Holding
	// AlreadyHeld: the collection had these bytes under this path before.
	AlreadyHeld bool
}

// Arrive records that a file of a batch lies in the blob store: its scan,
// its holding and the works that are still to be done for it, all pending.
func (c *Catalog) Arrive(ctx context.Context, a Arrival) (Arrived, error) {
	var result Arrived
	err := c.store.Tx(ctx, func(tx Tx) error {
		file, err := batchFile(tx, a.Batch, a.Path)
		if err != nil {
			return err
		}
		batch, err := tx.Batch(a.Batch)
		if err != nil {
			return err
		}
		if batch.State == BatchCancelled {
			return batchCancelled()
		}
		if file.Scan != "" && file.Scan != a.Digest {
			return &Error{
				Code: Precondition, Reason: ReasonFileChanged, Field: "path",
				Message: fmt.Sprintf("%q arrived in this batch with other bytes: ingest it again in a new batch", a.Path),
			}
		}
		scan, err := c.ensureScan(tx, a)
		if err != nil {
			return err
		}
		result.Holding, result.AlreadyHeld, err = c.ensureHolding(tx, file, scan.Digest)
		if err != nil {
			return err
		}
		batch.ActiveAt = c.now()
		if file.State != FileExpected {
			return tx.PutBatch(batch)
		}
		return c.startFile(tx, batch, file, scan, result.Holding)
	})
	return result, err
}

func (c *Catalog) ensureScan(tx Tx, a Arrival) (Scan, error) {
	scan, err := tx.Scan(a.Digest)
	if errors.Is(err, ErrNotFound) {
		scan = Scan{Digest: a.Digest, Size: a.Size, CreatedAt: c.now()}
		return scan, tx.PutScan(scan)
	}
	if err != nil {
		return scan, err
	}
	return scan, scan.refused()
}

func (c *Catalog) ensureHolding(tx Tx, file BatchFile, scan Digest) (h Holding, held bool, err error) {
	h, err = tx.HoldingAt(file.Collection, file.Path, scan)
	held = err == nil
	switch {
	case errors.Is(err, ErrNotFound):
		h = Holding{ID: c.newID(), Collection: file.Collection, Scan: scan, Path: file.Path, CreatedAt: c.now()}
	case err != nil:
		return h, false, err
	}
	h.Batch, h.Recipe = file.Batch, file.Recipe
	return h, held, tx.PutHolding(h)
}

// startFile puts a file that has just arrived on its way: to its probe, to its
// pages, or straight to its end when everything was read before.
func (c *Catalog) startFile(tx Tx, batch Batch, file BatchFile, scan Scan, h Holding) error {
	file.State, file.Scan, file.Holding = FileArrived, scan.Digest, h.ID
	if err := tx.PutBatchFiles([]BatchFile{file}); err != nil {
		return err
	}
	batch.FilesArrived++
	batch.settle(c.now(), c.limits.ClientTimeout)
	if err := tx.PutBatch(batch); err != nil {
		return err
	}
	if scan.PageCount == 0 {
		return c.want(tx, []WorkKey{ProbeOf(scan.Digest)}, batch.ID)
	}
	before, err := tx.WorkCounts(scan.Digest, file.Recipe)
	if err != nil {
		return err
	}
	if batch.Reused += before.Total(); before.Total() > 0 {
		if err := tx.PutBatch(batch); err != nil {
			return err
		}
	}
	return c.startPages(tx, scan.Digest, file.Recipe, batch.ID)
}

// startPages makes a scan's pages wanted under a recipe, proposes documents for
// holdings that lack one, and brings the files that wait for it up to date.
func (c *Catalog) startPages(tx Tx, scan, recipe Digest, batch string) error {
	pages, err := tx.Pages(scan)
	if err != nil {
		return err
	}
	if err := c.proposeDocuments(tx, scan, pages); err != nil {
		return err
	}
	var keys []WorkKey
	var ended []Work
	for _, p := range pages {
		key := WorkKey{Scan: scan, Page: p.Number, Recipe: recipe}
		if p.Outcome == 0 {
			keys = append(keys, key)
			continue
		}
		ended = append(ended, Work{
			Key: key, State: Ended, Batch: batch, Outcome: p.Outcome, Reason: p.Reason, EndedAt: c.now(),
		})
	}
	if err := tx.PutWorks(ended); err != nil {
		return err
	}
	if err := c.want(tx, keys, batch); err != nil {
		return err
	}
	return c.progress(tx, scan, recipe)
}

// want makes works pending, unless they are under way or ended.
func (c *Catalog) want(tx Tx, keys []WorkKey, batch string) error {
	var fresh []Work
	for _, key := range keys {
		w, err := tx.Work(key)
		switch {
		case errors.Is(err, ErrNotFound):
			fresh = append(fresh, Work{Key: key, State: Pending, Lane: Fresh, Batch: batch})
		case err != nil:
			return err
		case w.State == Dropped:
			w.State, w.Batch, w.Lane, w.Sequence = Pending, batch, Fresh, 0
			fresh = append(fresh, w)
		case w.State == Pending && w.Lane == Bulk:
			// A campaign has asked for it, and now somebody waits for it.
			w.Batch, w.Lane = batch, Fresh
			fresh = append(fresh, w)
		}
	}
	return tx.PutWorks(fresh)
}
