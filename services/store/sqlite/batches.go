package sqlite

import (
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	batchColumns = "id, state, collection, language, resume_key, person, files, files_arrived, files_ended, " +
		"end_sequence, counts, reused, active_at, created_at, ended_at"
	fileColumns = "batch, number, path, size, collection, language, recipe, state, scan, holding, counts, " +
		"reason, end_sequence"
)

var (
	putBatch     = upsert("batches", "id", batchColumns)
	putBatchFile = upsert("batch_files", "batch, number", fileColumns+", troubled")
)

func readBatch(r *row) catalog.Batch {
	return catalog.Batch{
		ID: r.text(), State: catalog.BatchState(r.int()), Collection: r.text(), Language: r.text(),
		ResumeKey: r.text(), Person: r.text(), Files: r.int(), FilesArrived: r.int(), FilesEnded: r.int(),
		EndSequence: r.int(), Counts: r.counts(), Reused: r.int(),
		ActiveAt: r.time(), CreatedAt: r.time(), EndedAt: r.time(),
	}
}

func readFile(r *row) catalog.BatchFile {
	return catalog.BatchFile{
		Batch: r.text(), Number: r.int(), Path: r.text(), Size: r.int64(), Collection: r.text(),
		Language: r.text(), Recipe: r.digest(), State: catalog.FileState(r.int()), Scan: r.digest(),
		Holding: r.text(), Counts: r.counts(), Reason: r.text(), EndSequence: r.int(),
	}
}

func (v *view) Batch(id string) (catalog.Batch, error) {
	return one(v, `SELECT `+batchColumns+` FROM batches WHERE id = ?`, readBatch, id)
}

func (v *view) Batches(after string, limit int) ([]catalog.Batch, error) {
	if after == "" {
		return all(v, `SELECT `+batchColumns+` FROM batches ORDER BY id DESC LIMIT ?`, readBatch, max(limit, 0))
	}
	return all(v, `SELECT `+batchColumns+` FROM batches WHERE id < ? ORDER BY id DESC LIMIT ?`,
		readBatch, after, max(limit, 0))
}

// BatchToResume never finds a batch by the empty key, which means "no key".
func (v *view) BatchToResume(person, key string) (catalog.Batch, error) {
	return one(v, `SELECT `+batchColumns+` FROM batches WHERE resume_key = ? AND resume_key <> ''
		AND person = ? AND state IN (1, 2, 6) ORDER BY id DESC LIMIT 1`, readBatch, key, person)
}

func (v *view) BatchesLeft(t time.Time, limit int) ([]catalog.Batch, error) {
	return all(v, `SELECT `+batchColumns+` FROM batches
		WHERE state IN (1, 2) AND files_ended = files_arrived AND active_at < ?
		ORDER BY active_at, id LIMIT ?`, readBatch, t, max(limit, 0))
}

func (v *view) BatchFile(batch, path string) (catalog.BatchFile, error) {
	return one(v, `SELECT `+fileColumns+` FROM batch_files WHERE batch = ? AND path = ?`, readFile, batch, path)
}

func (v *view) BatchFiles(batch string, after, limit int, bad bool) ([]catalog.BatchFile, error) {
	selected := ` FROM batch_files WHERE batch = ? AND number > ?`
	if bad {
		selected = ` FROM batch_files INDEXED BY batch_files_troubled WHERE batch = ? AND number > ? AND troubled = 1`
	}
	return all(v, `SELECT `+fileColumns+selected+` ORDER BY number LIMIT ?`, readFile, batch, after, max(limit, 0))
}

func (v *view) EndedFiles(batch string, after, limit int) ([]catalog.BatchFile, error) {
	return all(v, `SELECT `+fileColumns+` FROM batch_files WHERE batch = ? AND end_sequence > 0
		AND end_sequence > ? ORDER BY end_sequence LIMIT ?`, readFile, batch, after, max(limit, 0))
}

func (v *view) FilesOf(scan, recipe catalog.Digest) ([]catalog.BatchFile, error) {
	if recipe == "" {
		return all(v, `SELECT `+fileColumns+` FROM batch_files WHERE scan = ? AND scan <> x''
			ORDER BY batch, number`, readFile, scan)
	}
	return all(v, `SELECT `+fileColumns+` FROM batch_files WHERE scan = ? AND recipe = ? AND scan <> x''
		ORDER BY batch, number`, readFile, scan, recipe)
}

func (t *tx) PutBatch(b catalog.Batch) error {
	return t.put("batch", b.ID, putBatch, b.ID, b.State, b.Collection, b.Language, b.ResumeKey, b.Person,
		b.Files, b.FilesArrived, b.FilesEnded, b.EndSequence, b.Counts, b.Reused, b.ActiveAt, b.CreatedAt, b.EndedAt)
}

func (t *tx) PutBatchFiles(files []catalog.BatchFile) error {
	for _, f := range files {
		troubled := f.State == catalog.FileExpected || f.Counts.Bad() > 0
		if err := t.put("file in its batch", f.Path, putBatchFile, f.Batch, f.Number,
			f.Path, f.Size, f.Collection, f.Language, f.Recipe, f.State, f.Scan, f.Holding, f.Counts, f.Reason,
			f.EndSequence, troubled); err != nil {
			return err
		}
	}
	return nil
}
