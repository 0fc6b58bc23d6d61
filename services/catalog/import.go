package catalog

import (
	"context"
	"errors"
	"slices"
)

// PublishedText is what a file says.
type PublishedText struct {
	// Text is UTF-8, its lines ended by "\n".
	Text string
	// MediaType is text/plain, text/markdown or text/html.
	MediaType string
	// Steps tell what was done to the bytes, such as "decoded from windows-1251".
	Steps []string
	// URL where the text says that it was published; empty where it does not.
	URL string
}

// FoundDocument is a stretch of a text that is one document. Those of a text come in
// order, and every byte lies in one of them.
type FoundDocument struct {
	// Start and End are bytes of the text, End exclusive.
	Start, End int
	// Title is its heading, or made of what it says about itself.
	Title string
	// Confidence, from 0 to 1, that a document begins here.
	Confidence float64
	// FirstWords are those that it begins with.
	FirstWords string
}

// Import is a published text to take in. Its bytes lie in the blob store.
type Import struct {
	Collection string
	Path       string
	Digest     Digest
	Size       int64
	MediaType  string
	// Reading has Text, Body, BodyDigest and Engine, which is the Edition.
	Reading Reading
	// Parts are the documents in it, in order, without gaps; at least one.
	Parts  []ImportedPart
	Person string
}

// ImportedPart is one document of an imported text.
type ImportedPart struct {
	Title string
	// Range of the text; nil for all of it.
	Range *Range
}

// ImportResult tells what became of an import.
type ImportResult struct {
	Holding   Holding
	Reading   string
	Documents []DocumentHead
	// AlreadyHeld: the collection had the text under this path; nothing was changed.
	AlreadyHeld bool
}

// ImportText keeps a published text: a scan of one page, its reading, and a document
// for each of its parts. The same text under the same path of a collection is kept
// once, whatever has become of its documents since.
func (c *Catalog) ImportText(ctx context.Context, i Import) (ImportResult, error) {
	var result ImportResult
	// A folder that is imported again asks this of each of its files: nobody who writes
	// waits for that.
	err := c.store.View(ctx, func(r Reader) (err error) {
		result, err = heldImport(r, i)
		return err
	})
	if err != nil || result.AlreadyHeld {
		return result, err
	}
	err = c.store.Tx(ctx, func(tx Tx) error {
		if result, err = heldImport(tx, i); err != nil || result.AlreadyHeld {
			return err
		}
		if err := c.ensureCollection(tx, i.Collection); err != nil {
			return err
		}
		if err := c.importScan(tx, i); err != nil {
			return err
		}
		reading, err := c.importReading(tx, i)
		if err != nil {
			return err
		}
		h := result.Holding
		if h.ID == "" {
			h = Holding{ID: c.newID(), Collection: i.Collection, Scan: i.Digest, Path: i.Path, CreatedAt: c.now()}
		}
		result.Reading = reading.ID
		result.Holding, result.Documents, err = c.importDocuments(tx, i, h, reading)
		return err
	})
	return result, err
}

// heldImport tells whether the collection has the text under its path, and gives the
// holding if there is one, which may be of a scan that could not be read.
func heldImport(r Reader, i Import) (held ImportResult, err error) {
	held.Holding, err = r.HoldingAt(i.Collection, i.Path, i.Digest)
	if errors.Is(err, ErrNotFound) {
		return ImportResult{}, nil
	}
	if err != nil {
		return held, err
	}
	heads, err := documentsIn(r, held.Holding)
	if err != nil {
		return held, err
	}
	held.Reading = importedShown(heads)
	for n := 0; n < len(heads) && held.Reading == ""; n++ {
		shown, err := hasShown(r, heads[n].Document)
		if err != nil {
			return held, err
		}
		if shown {
			held.Reading, err = importedBefore(r, i)
			if err != nil || held.Reading == "" {
				return held, err
			}
		}
	}
	held.AlreadyHeld = held.Reading != ""
	if held.AlreadyHeld {
		held.Documents = slices.DeleteFunc(heads, func(h DocumentHead) bool { return !h.DeletedAt.IsZero() })
	}
	return held, nil
}

// importedBefore gives the imported reading of the text's page: what people have made of
// the documents since shows other readings. It gives "" for none.
func importedBefore(r Reader, i Import) (string, error) {
	readings, err := r.Readings(i.Digest, 1)
	if err != nil {
		return "", err
	}
	before := ""
	for _, reading := range readings {
		if reading.Origin == Imported && (before == "" || reading.BodyDigest == i.Reading.BodyDigest) {
			before = reading.ID
		}
	}
	return before, nil
}

// hasShown tells that a text stood in a document, in whatever revision. None ever stood in
// one that was proposed for a file which could not be read.
func hasShown(r Reader, d Document) (bool, error) {
	const several = 20
	for below := 0; d.PurgedAt.IsZero(); {
		revisions, err := r.RevisionsBelow(d.ID, below, several)
		if err != nil {
			return false, err
		}
		for _, revision := range revisions {
			if slices.ContainsFunc(revision.Regions, func(g Region) bool { return g.Reading != "" }) {
				return true, nil
			}
			below = revision.Number
		}
		if len(revisions) < several {
			return false, nil
		}
	}
	return true, nil
}

// importScan makes the scan and its page. A scan that was delivered as an image and
// refused becomes one of text.
func (c *Catalog) importScan(tx Tx, i Import) error {
	scan, err := tx.Scan(i.Digest)
	switch {
	case errors.Is(err, ErrNotFound):
		scan = Scan{Digest: i.Digest, Size: i.Size, CreatedAt: c.now()}
	case err != nil:
		return err
	case !scan.PurgedAt.IsZero():
		return scan.refused()
	}
	pages, err := tx.Pages(i.Digest)
	if err != nil || scan.MediaType == i.MediaType && len(pages) == 1 && pages[0].Outcome == 0 {
		return err
	}
	scan.MediaType, scan.PageCount = i.MediaType, 1
	if err := tx.PutScan(scan); err != nil {
		return err
	}
	return tx.PutPages(scan.Digest, []Page{{Number: 1}})
}

// importReading returns the reading that has the text from the same edition, and
// makes it if there is none.
func (c *Catalog) importReading(tx Tx, i Import) (Reading, error) {
	known, err := tx.Readings(i.Digest, 1)
	if err != nil {
		return Reading{}, err
	}
	for _, r := range known {
		if r.Origin == Imported && r.BodyDigest == i.Reading.BodyDigest && slices.Equal(r.Engine, i.Reading.Engine) {
			return r, nil
		}
	}
	r := i.Reading
	r.ID, r.Scan, r.Page, r.Origin, r.CreatedAt = c.newID(), i.Digest, 1, Imported, c.now()
	return r, tx.InsertReading(r)
}

// importDocuments makes a document for each part. One that the holding had, proposed
// when the file could not be read, becomes the first unless it was deleted or has ever shown a text.
func (c *Catalog) importDocuments(tx Tx, i Import, h Holding, reading Reading) (Holding, []DocumentHead, error) {
	var heads []DocumentHead
	for n, part := range i.Parts {
		d := Document{ID: c.newID(), Collection: i.Collection, Holding: h.ID, CreatedAt: c.now()}
		event := DocumentCreated
		if n == 0 && h.Document != "" {
			before, err := tx.Document(h.Document)
			if err != nil {
				return h, nil, err
			}
			shown, err := hasShown(tx, before)
			if err != nil {
				return h, nil, err
			}
			if before.DeletedAt.IsZero() && !shown {
				d, event = before, DocumentRevised
			}
		}
		r := Revision{Title: part.Title, Author: i.Person, Regions: []Region{{
			Scan: i.Digest, Page: 1, Range: part.Range, Reading: reading.ID, Origin: Imported,
			Outcome: Text, Assurance: AssuranceMachine,
		}}}
		if err := c.revise(tx, d, r, event); err != nil {
			return h, nil, err
		}
		if n == 0 {
			h.Document = d.ID
		}
		head, err := documentAt(tx, d.ID, 0)
		if err != nil {
			return h, nil, err
		}
		heads = append(heads, head)
	}
	return h, heads, tx.PutHolding(h)
}

// documentsIn gives the documents that were proposed for a holding, in the order of the
// text: deleted ones too, those that show something else now, and those that were purged,
// which have no revision.
func documentsIn(r Reader, h Holding) ([]DocumentHead, error) {
	on, err := r.EverOn(h.Scan)
	if err != nil {
		return nil, err
	}
	var heads []DocumentHead
	for _, d := range on {
		if d.Holding != h.ID {
			continue
		}
		if !d.PurgedAt.IsZero() {
			heads = append(heads, DocumentHead{Document: d})
			continue
		}
		revision, err := r.Revision(d.ID, d.Head)
		if err != nil {
			return nil, err
		}
		heads = append(heads, DocumentHead{Document: d, Revision: revision})
	}
	slices.SortStableFunc(heads, func(a, b DocumentHead) int { return firstByte(a) - firstByte(b) })
	return heads, nil
}

func firstByte(h DocumentHead) int {
	for _, g := range h.Revision.Regions {
		if g.Range != nil {
			return g.Range.Start
		}
	}
	return 0
}

// importedShown gives the first imported reading that any of the documents shows; ""
// for none.
func importedShown(heads []DocumentHead) string {
	for _, h := range heads {
		for _, g := range h.Revision.Regions {
			if g.Origin == Imported {
				return g.Reading
			}
		}
	}
	return ""
}
