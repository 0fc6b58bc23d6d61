package catalog

import (
	"context"
	"slices"
	"time"
)

// Job is a work for which a message is to be published.
type Job struct {
	Work Work
	// Recipe is the zero value for a probe.
	Recipe Recipe
	// Collections that hold the scan.
	Collections []string
}

// IssueJobs takes pending works, counts a new attempt for each, and returns them
// to be published, so many that at most window works of each recipe are queued:
// jobs that no live worker can do hold up nobody else. Whoever calls it publishes
// them and then calls JobsPublished; if it dies in between, the reconciler finds
// works that are queued and have no message.
func (c *Catalog) IssueJobs(ctx context.Context, window int) ([]Job, error) {
	var jobs []Job
	// Most calls find nothing to do: a view spares them the commit.
	idle := false
	err := c.store.View(ctx, func(r Reader) error {
		works, err := issuable(r, window)
		idle = len(works) == 0
		return err
	})
	if err != nil || idle {
		return nil, err
	}
	err = c.store.Tx(ctx, func(tx Tx) error {
		jobs = nil
		works, err := issuable(tx, window)
		if err != nil {
			return err
		}
		for i := range works {
			works[i].State, works[i].Sequence = Queued, 0
			works[i].Attempt++
			works[i].QueuedAt = c.now()
			job, err := describeJob(tx, works[i])
			if err != nil {
				return err
			}
			jobs = append(jobs, job)
		}
		return tx.PutWorks(works)
	})
	return jobs, err
}

func issuable(r Reader, window int) ([]Work, error) {
	recipes, err := r.PendingRecipes()
	if err != nil || len(recipes) == 0 {
		return nil, err
	}
	queued, err := r.QueuedCounts()
	if err != nil {
		return nil, err
	}
	var works []Work
	for _, recipe := range recipes {
		room := window - queued[recipe]
		if room <= 0 {
			continue
		}
		more, err := r.PendingWorks(recipe, room)
		if err != nil {
			return nil, err
		}
		works = append(works, more...)
	}
	return works, nil
}

func describeJob(r Reader, w Work) (Job, error) {
	job := Job{Work: w}
	holdings, err := r.Holdings(w.Key.Scan)
	if err != nil {
		return job, err
	}
	seen := map[string]bool{}
	for _, h := range holdings {
		wanted := w.Key.IsProbe() || h.Recipe == w.Key.Recipe
		if wanted && !seen[h.Collection] {
			seen[h.Collection] = true
			job.Collections = append(job.Collections, h.Collection)
		}
	}
	if w.Lane == Bulk {
		// The collections for which a campaign wants the page.
		if err := addCampaignsOf(r, w, func(collection string) {
			if !seen[collection] {
				seen[collection] = true
				job.Collections = append(job.Collections, collection)
			}
		}); err != nil {
			return job, err
		}
	}
	if len(job.Collections) == 0 {
		// A holding keeps the last recipe that it was delivered with: the pages of
		// an earlier batch go to the collections that its files named.
		if job.Collections, err = collectionsOf(r, w.Key); err != nil {
			return job, err
		}
	}
	if !w.Key.IsProbe() {
		job.Recipe, err = r.Recipe(w.Key.Recipe)
	}
	return job, err
}

func collectionsOf(r Reader, key WorkKey) ([]string, error) {
	files, err := r.FilesOf(key.Scan, key.Recipe)
	var collections []string
	for _, f := range files {
		if !slices.Contains(collections, f.Collection) {
			collections = append(collections, f.Collection)
		}
	}
	return collections, err
}

// Published says where in the stream the job of an attempt stands.
type Published struct {
	Key      WorkKey
	Attempt  int
	Sequence uint64
}

// JobsPublished notes where jobs stand in the stream.
func (c *Catalog) JobsPublished(ctx context.Context, jobs []Published) error {
	return c.store.Tx(ctx, func(tx Tx) error {
		return changeIssued(tx, jobs, func(w *Work, j Published) { w.Sequence = j.Sequence })
	})
}

// JobsUnpublished takes back jobs that the stream did not acknowledge: the works
// are pending again and the attempt is not counted. The next job for each has the
// same attempt, and so the same message ID, in case the stream did take this one.
func (c *Catalog) JobsUnpublished(ctx context.Context, jobs []Published) error {
	return c.store.Tx(ctx, func(tx Tx) error {
		return changeIssued(tx, jobs, func(w *Work, _ Published) {
			if w.State == Queued {
				w.State = Pending
				w.Attempt--
			}
		})
	})
}

// changeIssued changes the works of jobs, but for those that have ended or been
// issued anew meanwhile: what became of an old job is of no use to them.
func changeIssued(tx Tx, jobs []Published, change func(*Work, Published)) error {
	works := make([]Work, 0, len(jobs))
	for _, j := range jobs {
		w, err := tx.Work(j.Key)
		if err != nil {
			return err
		}
		if w.Attempt == j.Attempt && w.State != Ended {
			change(&w, j)
			works = append(works, w)
		}
	}
	return tx.PutWorks(works)
}

// QueuedBefore returns works whose job was issued before the given time and that
// have no outcome: the reconciler asks the stream whether their message is there.
func (c *Catalog) QueuedBefore(ctx context.Context, t time.Time, limit int) ([]Work, error) {
	var works []Work
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		works, err = r.QueuedWorks(t, limit)
		return err
	})
	return works, err
}

// QueuedRecipes counts the works whose job was issued before the given time and
// that have no outcome, by the recipe that they wait for; probes need none.
func (c *Catalog) QueuedRecipes(ctx context.Context, t time.Time, limit int) (map[Digest]int, map[Digest]Recipe, error) {
	counts, recipes := map[Digest]int{}, map[Digest]Recipe{}
	err := c.store.View(ctx, func(r Reader) error {
		works, err := r.QueuedWorks(t, limit)
		if err != nil {
			return err
		}
		for _, w := range works {
			if w.Key.IsProbe() {
				continue
			}
			counts[w.Key.Recipe]++
			if _, known := recipes[w.Key.Recipe]; known {
				continue
			}
			if recipes[w.Key.Recipe], err = r.Recipe(w.Key.Recipe); err != nil {
				return err
			}
		}
		return nil
	})
	return counts, recipes, err
}

// JobsLost makes works pending again whose message is gone. The last attempt
// that is allowed ends the work as FAILED instead. It returns how many works
// were still waiting: the outcomes of others have come meanwhile.
func (c *Catalog) JobsLost(ctx context.Context, lost []Published) (int, error) {
	waiting := 0
	err := c.store.Tx(ctx, func(tx Tx) error {
		waiting = 0
		touched := touchedScans{}
		for _, l := range lost {
			w, err := tx.Work(l.Key)
			if err != nil {
				return err
			}
			if w.State != Queued || w.Attempt != l.Attempt {
				continue
			}
			waiting++
			if err := c.jobLost(tx, w, &touched); err != nil {
				return err
			}
		}
		return c.progressAll(tx, touched)
	})
	return waiting, err
}

func (c *Catalog) jobLost(tx Tx, w Work, touched *touchedScans) error {
	if w.Attempt-w.StaleAttempt < c.limits.MaxAttempts {
		w.State, w.Sequence = Pending, 0
		return tx.PutWorks([]Work{w})
	}
	_, err := c.storeResult(tx, Result{
		Key: w.Key, Attempt: w.Attempt, Outcome: Failed,
		Reason: "every attempt at the page was lost: see the worker's log, then retry",
	}, touched)
	return err
}

// DroppedJobs returns dropped works whose message is still in the stream.
func (c *Catalog) DroppedJobs(ctx context.Context, limit int) ([]Work, error) {
	var works []Work
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		works, err = r.DroppedWorks(limit)
		return err
	})
	return works, err
}

// JobsWithdrawn notes that the messages of dropped works were deleted.
func (c *Catalog) JobsWithdrawn(ctx context.Context, withdrawn []Work) error {
	return c.store.Tx(ctx, func(tx Tx) error {
		for _, d := range withdrawn {
			w, err := tx.Work(d.Key)
			if err != nil {
				return err
			}
			if w.State != Dropped || w.Sequence != d.Sequence {
				continue
			}
			w.Sequence = 0
			if err := tx.PutWorks([]Work{w}); err != nil {
				return err
			}
		}
		return nil
	})
}
