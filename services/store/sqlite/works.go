package sqlite

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const workColumns = "scan, page, recipe, state, lane, batch, attempt, stale_attempt, sequence, queued_at, " +
	"outcome, reason, reading, ended_at"

var (
	putRecipe = upsert("recipes", "digest", "digest, definition")
	putWork   = upsert("works", "scan, recipe, page", workColumns)
)

func readWork(r *row) catalog.Work {
	return catalog.Work{
		Key:   catalog.WorkKey{Scan: r.digest(), Page: r.int(), Recipe: r.digest()},
		State: catalog.WorkState(r.int()), Lane: catalog.Lane(r.int()), Batch: r.text(),
		Attempt: r.int(), StaleAttempt: r.int(), Sequence: uint64(r.int64()), QueuedAt: r.time(),
		Outcome: catalog.Outcome(r.int()), Reason: r.text(), Reading: r.text(), EndedAt: r.time(),
	}
}

func readRecipe(r *row) catalog.Recipe {
	recipe := catalog.Recipe{Digest: r.digest()}
	if err := json.Unmarshal(r.blob(), &recipe); err != nil {
		r.err = fmt.Errorf("decode recipe %s: %w", recipe.Digest, err)
	}
	return recipe
}

func (v *view) Recipe(digest catalog.Digest) (catalog.Recipe, error) {
	return one(v, `SELECT digest, definition FROM recipes WHERE digest = ?`, readRecipe, digest)
}

func (v *view) Work(key catalog.WorkKey) (catalog.Work, error) {
	return one(v, `SELECT `+workColumns+` FROM works WHERE scan = ? AND recipe = ? AND page = ?`,
		readWork, key.Scan, key.Recipe, key.Page)
}

func (v *view) Works(scan, recipe catalog.Digest) ([]catalog.Work, error) {
	return all(v, `SELECT `+workColumns+` FROM works WHERE scan = ? AND recipe = ? ORDER BY page`,
		readWork, scan, recipe)
}

// WorkCounts reads an index alone, which holds scan, recipe and outcome.
func (v *view) WorkCounts(scan, recipe catalog.Digest) (catalog.Counts, error) {
	var c catalog.Counts
	_, err := all(v, `SELECT outcome, count(*) FROM works INDEXED BY works_outcome
		WHERE scan = ? AND recipe = ? AND page > 0
		GROUP BY outcome`, func(r *row) struct{} {
		outcome, n := r.int(), r.int()
		c.Pages += n
		if outcome > 0 {
			c.Ended[outcome] = n
		}
		return struct{}{}
	}, scan, recipe)
	return c, err
}

func (v *view) QueuedCounts() (map[catalog.Digest]int, error) {
	counts := map[catalog.Digest]int{}
	_, err := all(v, `SELECT recipe, count(*) FROM works INDEXED BY works_queued WHERE state = 2 GROUP BY recipe`,
		func(r *row) struct{} {
			recipe := r.digest()
			counts[recipe] = r.int()
			return struct{}{}
		})
	return counts, err
}

func (v *view) QueuedWorks(before time.Time, limit int) ([]catalog.Work, error) {
	return all(v, `SELECT `+workColumns+` FROM works WHERE state = 2 AND queued_at < ?
		ORDER BY queued_at, id LIMIT ?`, readWork, before, max(limit, 0))
}

func (v *view) DroppedWorks(limit int) ([]catalog.Work, error) {
	return all(v, `SELECT `+workColumns+` FROM works WHERE state = 4 AND sequence <> 0
		ORDER BY sequence LIMIT ?`, readWork, max(limit, 0))
}

func (t *tx) PutRecipe(r catalog.Recipe) error {
	definition, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode recipe %s: %w", r.Digest, err)
	}
	return t.put("recipe", string(r.Digest), putRecipe, r.Digest, definition)
}

func (t *tx) PutWorks(works []catalog.Work) error {
	for _, w := range works {
		if _, err := t.exec(putWork, w.Key.Scan, w.Key.Page, w.Key.Recipe, w.State, w.Lane, w.Batch, w.Attempt,
			w.StaleAttempt, w.Sequence, w.QueuedAt, w.Outcome, w.Reason, w.Reading, w.EndedAt); err != nil {
			return err
		}
	}
	return nil
}

// The works of a batch's arrived files that are not wanted elsewhere. State 2 of
// a file is "arrived and not ended", state 5 of a batch is "cancelled".
const (
	dropPages = `UPDATE works SET state = 4 WHERE id IN (
		SELECT w.id FROM batch_files f CROSS JOIN works w ON w.scan = f.scan AND w.recipe = f.recipe
		WHERE f.batch = ?1 AND f.state = 2 AND w.state IN (1, 2) AND w.page > 0 AND NOT EXISTS (
			SELECT 1 FROM batch_files o CROSS JOIN batches b ON b.id = o.batch
			WHERE o.scan = f.scan AND o.recipe = f.recipe AND o.state = 2 AND o.scan <> x''
			AND o.batch <> ?1 AND b.state <> 5))`
	dropProbes = `UPDATE works SET state = 4 WHERE id IN (
		SELECT w.id FROM batch_files f CROSS JOIN works w ON w.scan = f.scan AND w.recipe = x'' AND w.page = 0
		WHERE f.batch = ?1 AND f.state = 2 AND w.state IN (1, 2) AND NOT EXISTS (
			SELECT 1 FROM batch_files o CROSS JOIN batches b ON b.id = o.batch
			WHERE o.scan = f.scan AND o.state = 2 AND o.scan <> x''
			AND o.batch <> ?1 AND b.state <> 5))`
)

func (t *tx) DropWorks(batch string) error {
	if _, err := t.Batch(batch); err != nil {
		return err
	}
	for _, drop := range []string{dropPages, dropProbes} {
		if _, err := t.exec(drop, batch); err != nil {
			return err
		}
	}
	return nil
}
