package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Audit is what is checked while the catalog is read from end to end.
type Audit struct {
	// Scan checks that a scan's bytes are there.
	Scan func(Scan) error
	// Body checks a reading's body against its text.
	Body func(body []byte, text string) error
	// Found is told everything that is wrong: of what, and what.
	Found func(name, problem string)
	// Scans, Readings and Documents count what was looked at.
	Scans, Readings, Documents int
}

// auditPage is how many rows are read in one view: small, so that a server that
// is writing meanwhile is not held up.
const auditPage = 200

// Audit reads the whole catalog and tells what is wrong in it. An error means
// that it could not be read.
func (c *Catalog) Audit(ctx context.Context, a *Audit) error {
	for _, part := range []func(context.Context, *Audit) error{c.auditCollections, c.auditScans, c.auditDocuments, c.auditBatches, c.auditPurges, c.auditCampaigns} {
		if err := part(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalog) auditCollections(ctx context.Context, a *Audit) error {
	return c.store.View(ctx, func(r Reader) error {
		collections, err := r.Collections()
		if err != nil {
			return err
		}
		for _, collection := range collections {
			if err := a.permitted(r, collection); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Catalog) auditScans(ctx context.Context, a *Audit) error {
	for after := Digest(""); ; {
		var scans []Scan
		err := c.store.View(ctx, func(r Reader) error {
			var err error
			if scans, err = r.Scans(after, auditPage); err != nil {
				return err
			}
			for _, s := range scans {
				if err := a.orDamaged("scans/"+string(s.Digest), a.scan(r, s)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(scans) == 0 {
			return err
		}
		after = scans[len(scans)-1].Digest
	}
}

func (a *Audit) scan(r Reader, s Scan) error {
	a.Scans++
	name := "scans/" + string(s.Digest)
	if !s.PurgedAt.IsZero() {
		return a.purgedScan(r, s)
	}
	if err := a.Scan(s); err != nil {
		a.Found(name, err.Error())
	}
	pages, err := r.Pages(s.Digest)
	if err != nil {
		return err
	}
	if len(pages) != s.PageCount {
		a.Found(name, fmt.Sprintf("has %d pages, says %d", len(pages), s.PageCount))
	}
	holdings, err := r.Holdings(s.Digest)
	if err != nil {
		return err
	}
	recipes := map[Digest]bool{"": true}
	for _, h := range holdings {
		recipes[h.Recipe] = true
		if s.PageCount > 0 && h.Document == "" {
			a.Found(name, fmt.Sprintf("holding %s has no document", h.ID))
		}
	}
	if len(holdings) == 0 {
		a.Found(name, "no collection holds it")
	}
	for recipe := range recipes {
		if err := a.works(r, s, recipe); err != nil {
			return err
		}
	}
	for _, p := range pages {
		if err := a.readings(r, s, p.Number); err != nil {
			return err
		}
	}
	return nil
}

func (a *Audit) works(r Reader, s Scan, recipe Digest) error {
	works, err := r.Works(s.Digest, recipe)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("scans/%s recipe %.12s", s.Digest, recipe)
	if recipe == "" && len(works) != 1 && !imported(s) {
		a.Found(name, fmt.Sprintf("has %d probes", len(works)))
	}
	for _, w := range works {
		page := fmt.Sprintf("%s page %d", name, w.Key.Page)
		if (w.State == Ended) != (w.Outcome != 0) {
			a.Found(page, "ended without an outcome, or has one without having ended")
		}
		if w.Outcome == Text && !w.Key.IsProbe() && w.Reading == "" {
			a.Found(page, "has outcome TEXT and no reading")
		}
		if w.Reading == "" {
			continue
		}
		switch reading, err := r.Reading(w.Reading); {
		case errors.Is(err, ErrNotFound):
			a.Found(page, fmt.Sprintf("its reading %s is missing", w.Reading))
		case err != nil:
			return err
		case reading.Scan != w.Key.Scan || reading.Page != w.Key.Page || reading.Recipe != w.Key.Recipe:
			a.Found(page, fmt.Sprintf("its reading %s is that of another work", w.Reading))
		}
	}
	return nil
}

// imported tells that a scan is a text, which has no pages to be counted.
func imported(s Scan) bool { return strings.HasPrefix(s.MediaType, "text/") }

func (a *Audit) readings(r Reader, s Scan, page int) error {
	readings, err := r.Readings(s.Digest, page)
	if err != nil {
		return err
	}
	byRecipe := map[Digest]string{}
	for _, listed := range readings {
		a.Readings++
		reading, err := r.Reading(listed.ID)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("scans/%s/pages/%d/readings/%s", s.Digest, page, reading.ID)
		if digestOf(reading.Body) != reading.BodyDigest {
			a.Found(name, "its body is not what its digest says")
		} else if err := a.Body(reading.Body, reading.Text); err != nil {
			a.Found(name, err.Error())
		}
		if reading.Origin == Person {
			if err := a.acted(r, name, reading.ID, ReadingSubject(reading.ID), ActTextCorrected, ActTextSigned); err != nil {
				return err
			}
		}
		if reading.Origin != Machine {
			continue
		}
		if other, ok := byRecipe[reading.Recipe]; ok {
			w, err := r.Work(WorkKey{Scan: s.Digest, Page: page, Recipe: reading.Recipe})
			if err != nil || w.StaleAttempt == 0 {
				a.Found(name, "the same work has the reading "+other)
			}
		}
		byRecipe[reading.Recipe] = reading.ID
	}
	return nil
}

func (c *Catalog) auditDocuments(ctx context.Context, a *Audit) error {
	for after := ""; ; {
		var documents []Document
		err := c.store.View(ctx, func(r Reader) error {
			var err error
			if documents, err = r.EveryDocument(after, auditPage); err != nil {
				return err
			}
			for _, d := range documents {
				if err := a.orDamaged("documents/"+d.ID, a.document(r, d)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(documents) == 0 {
			return err
		}
		after = documents[len(documents)-1].ID
	}
}

func (a *Audit) document(r Reader, d Document) error {
	a.Documents++
	if !d.PurgedAt.IsZero() {
		if err := a.purgedDocument(r, d); err != nil {
			return err
		}
	}
	seen := newAudited()
	for number := 1; number <= d.Head; number++ {
		name := fmt.Sprintf("documents/%s/revisions/%d", d.ID, number)
		rev, err := r.Revision(d.ID, number)
		if errors.Is(err, ErrNotFound) && !d.PurgedAt.IsZero() {
			continue // whether it has its tombstone has been looked at
		}
		if errors.Is(err, ErrNotFound) {
			a.Found(name, "is missing")
			continue
		}
		if errors.Is(err, ErrDamaged) {
			a.Found(name, err.Error())
			continue
		}
		if err != nil {
			return err
		}
		manifest, err := rev.Manifest()
		if err != nil {
			return err
		}
		if digestOf(manifest) != rev.Digest {
			a.Found(name, "its manifest is not what its digest says")
		}
		if !d.PurgedAt.IsZero() {
			continue // what it shows is being destroyed, by its purge or by another on the same scan
		}
		if err := a.regions(r, name, rev.Regions, seen); err != nil {
			return err
		}
		if err := a.fields(r, name, rev.Fields, seen); err != nil {
			return err
		}
	}
	if err := a.hidden(r, d); err != nil {
		return err
	}
	events, err := r.Events(0, d.ID, "", d.Events+1)
	if err != nil {
		return err
	}
	for i, e := range events {
		if e.Sequence != i+1 {
			a.Found("documents/"+d.ID, fmt.Sprintf("event %d has the number %d", i+1, e.Sequence))
			break
		}
	}
	if len(events) != d.Events {
		a.Found("documents/"+d.ID, fmt.Sprintf("has %d events, says %d", len(events), d.Events))
	}
	return nil
}

func (c *Catalog) auditBatches(ctx context.Context, a *Audit) error {
	for after := ""; ; {
		batches, err := c.Batches(ctx, after, auditPage)
		if err != nil || len(batches) == 0 {
			return err
		}
		for _, b := range batches {
			if err := c.auditBatch(ctx, a, b.ID); err != nil {
				return err
			}
		}
		after = batches[len(batches)-1].ID
	}
}

// auditBatch adds up the files of a batch.
func (c *Catalog) auditBatch(ctx context.Context, a *Audit, id string) error {
	return c.store.View(ctx, func(r Reader) error {
		b, err := r.Batch(id)
		if err != nil {
			return err
		}
		var sum Batch
		for after := 0; ; {
			files, err := r.BatchFiles(id, after, auditPage, false)
			if err != nil {
				return err
			}
			if len(files) == 0 {
				break
			}
			for _, f := range files {
				sum.Files++
				sum.Counts = sum.Counts.Plus(f.Counts)
				if f.State != FileExpected {
					sum.FilesArrived++
				}
				if f.State == FileEnded {
					sum.FilesEnded++
				}
			}
			after = files[len(files)-1].Number
		}
		if sum.Files != b.Files || sum.FilesArrived != b.FilesArrived || sum.FilesEnded != b.FilesEnded || sum.Counts != b.Counts {
			a.Found("batches/"+id, fmt.Sprintf("its files add up to %d arrived, %d ended and %d pages, and it says %d, %d and %d",
				sum.FilesArrived, sum.FilesEnded, sum.Counts.Total(), b.FilesArrived, b.FilesEnded, b.Counts.Total()))
		}
		return nil
	})
}
