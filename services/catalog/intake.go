package catalog

import (
	"context"
	"errors"
	"strings"
)

// Result is how an attempt at a work ended, as a worker tells it.
type Result struct {
	Key     WorkKey
	Attempt int
	Outcome Outcome
	Reason  string
	// Reading is set where a body was made; its ID and CreatedAt are given here.
	Reading *Reading
	// MediaType and Pages are what a probe found.
	MediaType string
	Pages     []Page
}

// Verdict is what became of a result.
type Verdict uint8

// The verdicts.
const (
	// Stored: this is the work's outcome.
	Stored Verdict = iota + 1
	// Repeated: the work had ended so before.
	Repeated
	// Differs: the work had ended before, with another outcome or other bytes.
	Differs
	// Stale: a person asked for another attempt after this one.
	Stale
	// Unknown: there is no such work.
	Unknown
	// Withdrawn: the scan was purged; nothing of it is stored.
	Withdrawn
)

// StoreResults stores the outcomes of many works in one transaction. The first
// result for a work is its outcome; later ones change nothing.
func (c *Catalog) StoreResults(ctx context.Context, results []Result) ([]Verdict, error) {
	var verdicts []Verdict
	err := c.store.Tx(ctx, func(tx Tx) error {
		verdicts = make([]Verdict, len(results))
		touched := touchedScans{}
		for i, r := range results {
			v, err := c.storeResult(tx, r, &touched)
			if err != nil {
				return err
			}
			verdicts[i] = v
		}
		if err := c.logReadings(tx, touched.readings); err != nil {
			return err
		}
		return c.progressAll(tx, touched)
	})
	return verdicts, err
}

func (c *Catalog) progressAll(tx Tx, touched touchedScans) error {
	for _, t := range touched.order {
		if err := c.progress(tx, t.Scan, t.Recipe); err != nil {
			return err
		}
	}
	return nil
}

// readingsFacts are the facts of a commit of machine readings.
type readingsFacts struct {
	// Readings are their IDs, Digest is the SHA-256 over "ID BODY_DIGEST" and a line
	// feed for each, in this order.
	Readings []string `json:"readings"`
	Digest   Digest   `json:"digest"`
}

// ReadingsDigest is what the log has of readings that were stored together.
func ReadingsDigest(readings []Reading) Digest {
	var b strings.Builder
	for _, r := range readings {
		b.WriteString(r.ID + " " + string(r.BodyDigest) + "\n")
	}
	return digestOf([]byte(b.String()))
}

// logReadings enters what a machine has read into the log: one act for all that is
// committed together.
func (c *Catalog) logReadings(tx Tx, readings []Reading) error {
	if len(readings) == 0 {
		return nil
	}
	facts := readingsFacts{Digest: ReadingsDigest(readings)}
	for _, r := range readings {
		facts.Readings = append(facts.Readings, r.ID)
	}
	return c.act(tx, ActReadingsStored, SystemPerson, "readings", facts)
}

// touchedScans lists (scan, recipe) pairs once each, in order of first touch.
type touchedScans struct {
	order []WorkKey
	seen  map[WorkKey]bool
	// readings are those that were stored.
	readings []Reading
}

func (t *touchedScans) add(scan, recipe Digest) {
	key := WorkKey{Scan: scan, Recipe: recipe}
	if t.seen == nil {
		t.seen = map[WorkKey]bool{}
	}
	if !t.seen[key] {
		t.seen[key] = true
		t.order = append(t.order, key)
	}
}

func (c *Catalog) storeResult(tx Tx, r Result, touched *touchedScans) (Verdict, error) {
	w, err := tx.Work(r.Key)
	if err == nil && w.State == Dropped {
		if purged, err := c.late(tx, r.Key.Scan); err != nil || purged {
			return Withdrawn, err
		}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return Unknown, nil
	case err != nil:
		return 0, err
	case w.State == Ended:
		return c.compare(tx, w, r)
	case r.Attempt <= w.StaleAttempt:
		return Stale, nil
	}
	reading, err := c.end(tx, w, r)
	if err != nil {
		return 0, err
	}
	if reading != nil {
		touched.readings = append(touched.readings, *reading)
	}
	if !r.Key.IsProbe() {
		touched.add(r.Key.Scan, r.Key.Recipe)
		return Stored, nil
	}
	return Stored, c.openScan(tx, r)
}

// compare tells whether a late result says what is stored.
func (c *Catalog) compare(tx Tx, w Work, r Result) (Verdict, error) {
	if w.Outcome != r.Outcome {
		return Differs, nil
	}
	if w.Reading == "" || r.Reading == nil {
		return Repeated, nil
	}
	stored, err := tx.Reading(w.Reading)
	if err != nil {
		return 0, err
	}
	if stored.BodyDigest != r.Reading.BodyDigest {
		return Differs, nil
	}
	return Repeated, nil
}

// end stores a work's outcome and its reading, which it returns; nil for none.
func (c *Catalog) end(tx Tx, w Work, r Result) (*Reading, error) {
	w.State, w.Outcome, w.Reason, w.EndedAt = Ended, r.Outcome, r.Reason, c.now()
	if r.Reading == nil {
		return nil, tx.PutWorks([]Work{w})
	}
	reading := *r.Reading
	reading.ID, reading.CreatedAt = c.newID(), c.now()
	reading.Scan, reading.Page, reading.Recipe = w.Key.Scan, w.Key.Page, w.Key.Recipe
	reading.Origin = Machine
	if err := tx.InsertReading(reading); err != nil {
		return nil, err
	}
	w.Reading = reading.ID
	return &Reading{ID: reading.ID, BodyDigest: reading.BodyDigest}, tx.PutWorks([]Work{w})
}

// openScan stores what a probe found and starts the pages for everyone who
// waits. A scan that cannot be opened gets one page, which carries the outcome.
func (c *Catalog) openScan(tx Tx, r Result) error {
	pages := r.Pages
	if r.Outcome != Text || len(pages) == 0 {
		pages = []Page{{Number: 1, Outcome: r.Outcome, Reason: r.Reason}}
		if r.Outcome == Text {
			pages[0].Outcome, pages[0].Reason = Corrupt, "the file declares no pages"
		}
	}
	scan, err := tx.Scan(r.Key.Scan)
	if err != nil {
		return err
	}
	scan.MediaType, scan.PageCount = r.MediaType, len(pages)
	if err := tx.PutScan(scan); err != nil {
		return err
	}
	if err := tx.PutPages(scan.Digest, pages); err != nil {
		return err
	}
	files, err := tx.FilesOf(scan.Digest, "")
	if err != nil {
		return err
	}
	if err := c.proposeDocuments(tx, scan.Digest, pages); err != nil {
		return err
	}
	waiting := touchedScans{}
	for _, f := range files {
		if f.State != FileArrived || waiting.seen[WorkKey{Scan: scan.Digest, Recipe: f.Recipe}] {
			continue
		}
		batch, err := tx.Batch(f.Batch)
		if err != nil {
			return err
		}
		if batch.State == BatchCancelled {
			continue // nobody waits for this file any more
		}
		waiting.add(scan.Digest, f.Recipe)
		if err := c.startPages(tx, scan.Digest, f.Recipe, f.Batch); err != nil {
			return err
		}
	}
	return nil
}

// progress brings files, batches and documents up to date with the works of a
// scan under a recipe. It counts anew rather than on, so that it may run any
// number of times.
func (c *Catalog) progress(tx Tx, scan, recipe Digest) error {
	counts, err := tx.WorkCounts(scan, recipe)
	if err != nil {
		return err
	}
	opened, err := tx.Scan(scan)
	if err != nil {
		return err
	}
	// Every page of the scan, not only those that have a work by now.
	done := opened.PageCount > 0 && counts.Total() == opened.PageCount
	reason := ""
	if done && counts.Bad() > 0 {
		if reason, err = firstReason(tx, scan, recipe); err != nil {
			return err
		}
	}
	files, err := tx.FilesOf(scan, recipe)
	if err != nil {
		return err
	}
	for _, f := range files {
		// A file that has ended changes only when all has ended anew: another
		// batch's retry must not take its outcome back meanwhile.
		if f.State == FileExpected || f.State == FileEnded && !done {
			continue
		}
		if err := c.progressFile(tx, f, counts, done, reason); err != nil {
			return err
		}
	}
	if !done {
		return nil
	}
	return c.reviseDocuments(tx, scan)
}

func firstReason(tx Tx, scan, recipe Digest) (string, error) {
	works, err := tx.Works(scan, recipe)
	if err != nil {
		return "", err
	}
	for _, w := range works {
		if w.State == Ended && !w.Outcome.Good() {
			return w.Reason, nil
		}
	}
	return "", nil
}

func (c *Catalog) progressFile(tx Tx, f BatchFile, counts Counts, done bool, reason string) error {
	if f.Counts == counts && f.State == FileEnded {
		return nil
	}
	batch, err := tx.Batch(f.Batch)
	if err != nil {
		return err
	}
	batch.Counts = batch.Counts.Plus(counts).Minus(f.Counts)
	f.Counts, f.Reason = counts, reason
	if done && f.State != FileEnded {
		f.State = FileEnded
		batch.FilesEnded++
		batch.EndSequence++
		f.EndSequence = batch.EndSequence
	}
	if err := tx.PutBatchFiles([]BatchFile{f}); err != nil {
		return err
	}
	batch.settle(c.now(), c.limits.ClientTimeout)
	return tx.PutBatch(batch)
}
