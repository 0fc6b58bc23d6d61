package sqlite

import (
	"github.com/fonds-archive/fonds/services/catalog"
)

// PendingRecipes seeks from recipe to recipe.
func (v *view) PendingRecipes() ([]catalog.Digest, error) {
	return all(v, `WITH RECURSIVE waiting (recipe) AS (
			SELECT min(recipe) FROM works WHERE state = 1
			UNION ALL
			SELECT (SELECT min(recipe) FROM works WHERE state = 1 AND recipe > waiting.recipe)
			FROM waiting WHERE waiting.recipe IS NOT NULL)
		SELECT recipe FROM waiting WHERE recipe IS NOT NULL`, (*row).digest)
}

// PendingWorks shares the limit out equally. It seeks from batch to batch and
// reads no more of each than its share, so its cost grows with the batches that
// wait and with the limit, never with the works of one batch.
func (v *view) PendingWorks(recipe catalog.Digest, limit int) ([]catalog.Work, error) {
	var works []catalog.Work
	for _, lane := range []catalog.Lane{catalog.Fresh, catalog.Bulk} {
		if len(works) >= limit {
			return works, nil
		}
		more, err := v.pendingOf(recipe, lane, limit-len(works))
		if err != nil {
			return nil, err
		}
		works = append(works, more...)
	}
	return works, nil
}

// queue is what one batch has pending, oldest first.
type queue struct {
	batch string
	works []pendingWork
	// last is the ID of the last work read; ended tells that there are no more.
	last  int64
	ended bool
}

type pendingWork struct {
	id   int64
	work catalog.Work
}

// pendingOf gives pending works of one recipe and lane: the first of each batch,
// then the second of each, and so on.
func (v *view) pendingOf(recipe catalog.Digest, lane catalog.Lane, limit int) ([]catalog.Work, error) {
	queues, err := v.pendingBatches(recipe, lane)
	if err != nil {
		return nil, err
	}
	// Each round reads an equal share of what is missing. A round in which nobody
	// runs out fills the list, so there are at most as many rounds as batches.
	missing, open := limit, len(queues)
	for missing > 0 && open > 0 {
		share := (missing + open - 1) / open
		open = 0
		for i := range queues {
			n, err := v.readPending(recipe, lane, &queues[i], share)
			if err != nil {
				return nil, err
			}
			missing -= n
			if !queues[i].ended {
				open++
			}
		}
	}
	return interleave(queues, limit), nil
}

const workClass = `state = 1 AND recipe = ? AND lane = ?`

// pendingBatches gives the batches that have pending works, in the order of
// their oldest: when there are more batches than works asked for, those that
// have waited longest are served.
func (v *view) pendingBatches(recipe catalog.Digest, lane catalog.Lane) ([]queue, error) {
	return all(v, `WITH RECURSIVE waiting (batch) AS (
			SELECT min(batch) FROM works WHERE `+workClass+`
			UNION ALL
			SELECT (SELECT min(batch) FROM works WHERE `+workClass+` AND batch > waiting.batch)
			FROM waiting WHERE waiting.batch IS NOT NULL)
		SELECT batch FROM waiting WHERE batch IS NOT NULL
		ORDER BY (SELECT min(id) FROM works WHERE `+workClass+` AND works.batch = waiting.batch)`,
		func(r *row) queue { return queue{batch: r.text()} }, recipe, lane, recipe, lane, recipe, lane)
}

// readPending reads up to n more works of a queue and returns how many there were.
func (v *view) readPending(recipe catalog.Digest, lane catalog.Lane, q *queue, n int) (int, error) {
	if q.ended {
		return 0, nil
	}
	more, err := all(v, `SELECT id, `+workColumns+` FROM works WHERE `+workClass+` AND batch = ? AND id > ?
		ORDER BY id LIMIT ?`, func(r *row) pendingWork {
		return pendingWork{id: r.int64(), work: readWork(r)}
	}, recipe, lane, q.batch, q.last, n)
	if err != nil {
		return 0, err
	}
	q.works = append(q.works, more...)
	q.ended = len(more) < n
	if len(more) > 0 {
		q.last = more[len(more)-1].id
	}
	return len(more), nil
}

// interleave takes the works of the queues in turn.
func interleave(queues []queue, limit int) []catalog.Work {
	var works []catalog.Work
	for i := 0; ; i++ {
		before := len(works)
		for _, q := range queues {
			if len(works) == limit {
				return works
			}
			if i < len(q.works) {
				works = append(works, q.works[i].work)
			}
		}
		if len(works) == before {
			return works
		}
	}
}
