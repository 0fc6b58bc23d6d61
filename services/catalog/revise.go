package catalog

import (
	"errors"
	"fmt"
)

// proposeDocuments makes a document for each holding of a scan that has none.
// Its title is the file's name, its regions are the whole pages.
func (c *Catalog) proposeDocuments(tx Tx, scan Digest, pages []Page) error {
	holdings, err := tx.Holdings(scan)
	if err != nil {
		return err
	}
	regions := make([]Region, len(pages))
	for i, p := range pages {
		regions[i] = Region{Scan: scan, Page: p.Number, Outcome: p.Outcome, Reason: p.Reason}
	}
	for _, h := range holdings {
		if h.Document != "" {
			if err := c.proposeAgain(tx, h.Document, regions); err != nil {
				return err
			}
			continue
		}
		d := Document{ID: c.newID(), Collection: h.Collection, Holding: h.ID, CreatedAt: c.now()}
		r := Revision{Title: baseName(h.Path), Regions: regions, Author: SystemPerson}
		if err := c.revise(tx, d, r, DocumentCreated); err != nil {
			return err
		}
		h.Document = d.ID
		if err := tx.PutHolding(h); err != nil {
			return err
		}
	}
	return nil
}

// proposeAgain gives a document all pages of its scan when it was proposed while
// the scan could not be opened, and a later probe has found more. A document that
// a person has touched, or that shows a reading, stays as it is.
func (c *Catalog) proposeAgain(tx Tx, id string, regions []Region) error {
	d, err := tx.Document(id)
	if err != nil || !d.DeletedAt.IsZero() {
		return err
	}
	head, err := tx.Revision(id, d.Head)
	if err != nil {
		return err
	}
	if head.Author != SystemPerson || len(head.Regions) != 1 || head.Regions[0].Reading != "" || len(regions) == 1 {
		return nil
	}
	return c.revise(tx, d, Revision{Title: head.Title, Regions: regions, Author: SystemPerson}, DocumentRevised)
}

// baseName is the last element of a path with slashes of either kind.
func baseName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' || path[i] == '\\' {
			return path[i+1:]
		}
	}
	return path
}

// revise stores a document's next revision and appends the event that tells so.
func (c *Catalog) revise(tx Tx, d Document, r Revision, event string) error {
	_, err := c.reviseSaying(tx, d, r, event, nil)
	return err
}

// reviseSaying is revise with an event that says more. It returns the revision as it
// is stored.
func (c *Catalog) reviseSaying(tx Tx, d Document, r Revision, event string, regions []RegionChange) (Revision, error) {
	d.Head++
	r.Document, r.Number, r.CreatedAt, r.Salt = d.ID, d.Head, c.now(), ""
	if r.Author != SystemPerson {
		r.Salt = c.newID()
	}
	manifest, err := r.Manifest()
	if err != nil {
		return r, err
	}
	r.Digest = digestOf(manifest)
	d.Events++
	if err := tx.PutDocument(d); err != nil {
		return r, err
	}
	if err := tx.InsertRevision(r); err != nil {
		return r, err
	}
	if err := c.awaitReviews(tx, d, r); err != nil {
		return r, err
	}
	return r, c.appendEvent(tx, d, event, r.Author, regions)
}

// appendEvent tells what happened to a document whose Events was counted up for it.
func (c *Catalog) appendEvent(tx Tx, d Document, event, person string, regions []RegionChange) error {
	return tx.AppendEvent(Event{
		Document: d.ID, Sequence: d.Events, Type: event, Collection: d.Collection,
		Revision: d.Head, Person: person, CreatedAt: c.now(), Regions: told(regions),
	})
}

// reviseDocuments makes a revision of each document on a scan whose pages have
// all ended and that does not show their newest machine readings yet.
func (c *Catalog) reviseDocuments(tx Tx, scan Digest) error {
	documents, err := tx.DocumentsOn(scan)
	if err != nil {
		return err
	}
	for _, d := range documents {
		if err := c.catchUp(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// catchUp makes a revision of a document that does not show its newest machine
// readings yet, once all its pages have ended. A deleted one waits until it is
// undeleted.
func (c *Catalog) catchUp(tx Tx, d Document) error {
	_, err := c.caughtUp(tx, d)
	return err
}

// caughtUp is catchUp, and gives the number of the revision that it made; 0 for none.
func (c *Catalog) caughtUp(tx Tx, d Document) (int, error) {
	next, behind, err := c.behind(tx, d)
	if err != nil || !behind {
		return 0, err
	}
	return d.Head + 1, c.revise(tx, d, next, DocumentRevised)
}

// behind tells whether a document does not show its newest machine readings, and gives the
// revision that would.
func (c *Catalog) behind(tx Reader, d Document) (next Revision, is bool, err error) {
	if !d.DeletedAt.IsZero() {
		return next, false, nil
	}
	head, err := tx.Revision(d.ID, d.Head)
	if err != nil {
		return next, false, err
	}
	regions, done, err := c.refresh(tx, d, head.Regions)
	if err != nil || !done || sameRegions(regions, head.Regions) {
		return next, false, err
	}
	before, err := head.Fields.List()
	if err != nil {
		return next, false, err
	}
	// What rules said of the text before is of no use for this one.
	fields, err := NewFields(peoplesFields(before))
	if err != nil {
		return next, false, err
	}
	return Revision{Title: head.Title, Regions: regions, Fields: fields, MadeOf: head.MadeOf, Author: SystemPerson}, true, nil
}

// refresh returns the regions with the outcomes that their pages have now, under
// the recipe of the collection's newest holding of each scan. done is false when
// a page has not ended. What people made stays as it is.
func (c *Catalog) refresh(tx Reader, d Document, regions []Region) (fresh []Region, done bool, err error) {
	works := map[Digest]map[int]Work{}
	fresh = make([]Region, len(regions))
	for i, g := range regions {
		fresh[i] = g
		if !g.machineMayReplace() {
			continue
		}
		pages, known := works[g.Scan]
		if !known {
			if pages, err = pageWorks(tx, d, g.Scan); err != nil {
				return nil, false, err
			}
			works[g.Scan] = pages
		}
		w, ok := pages[g.Page]
		if !ok || w.State != Ended {
			return nil, false, nil
		}
		fresh[i] = g.showing(w)
	}
	return fresh, true, nil
}

// showing returns the region as it shows how a work ended. That a page is blank
// is a statement of the machine too.
func (r Region) showing(w Work) Region {
	r.Outcome, r.Reason, r.Reading = w.Outcome, w.Reason, w.Reading
	r.Origin, r.Assurance = 0, 0
	if w.Reading != "" {
		r.Origin = Machine
	}
	if w.Outcome.Good() {
		r.Assurance = AssuranceMachine
	}
	return r
}

// pageWorks gives the works of a scan by page, under the recipe that the
// document's collection reads it with: the holding's, or the one that was chosen for a
// page.
func pageWorks(tx Reader, d Document, scan Digest) (map[int]Work, error) {
	h, err := holdingFor(tx, d, scan)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	works, err := tx.Works(scan, h.Recipe)
	if err != nil {
		return nil, err
	}
	pages := make(map[int]Work, len(works))
	for _, w := range works {
		pages[w.Key.Page] = w
	}
	choices, err := tx.PageChoices(h.Collection, scan, h.Recipe)
	if err != nil {
		return nil, err
	}
	for page, recipe := range choices {
		if pages[page], err = tx.Work(WorkKey{Scan: scan, Page: page, Recipe: recipe}); err != nil {
			return nil, fmt.Errorf("work of page %d of scan %s under the recipe chosen for it: %w", page, scan, err)
		}
	}
	return pages, nil
}

// holdingFor gives the holding through which a document sees a scan.
func holdingFor(tx Reader, d Document, scan Digest) (Holding, error) {
	if d.Holding != "" {
		h, err := tx.Holding(d.Holding)
		if err != nil || h.Scan == scan {
			return h, err
		}
	}
	return tx.HoldingIn(d.Collection, scan)
}

func sameRegions(a, b []Region) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		x.Box, y.Box = nil, nil
		x.Range, y.Range = nil, nil
		if x != y {
			return false
		}
	}
	return true
}
