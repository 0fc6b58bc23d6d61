package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// ActDocumentPurged is the kind of the act of a confirmed purge, one for each document.
const ActDocumentPurged = DocumentPurged

// purgedFacts are the facts of a purge. Digest is that of the tombstones that were set
// for the document, and salted: it tells nothing of what stood there.
type purgedFacts struct {
	Purge       string `json:"purge"`
	AskedBy     string `json:"asked_by"`
	ConfirmedBy string `json:"confirmed_by"`
	Tombstones  int    `json:"tombstones"`
	Digest      Digest `json:"digest"`
}

// tombstonesDigest is the SHA-256 over the purge's salt and "SUBJECT DIGEST" for each
// tombstone of a document, by subject, each on a line.
func tombstonesDigest(salt string, tombstones []Tombstone) Digest {
	lines := []byte(salt + "\n")
	for _, t := range tombstones {
		lines = fmt.Appendf(lines, "%s %s\n", t.Subject, t.Digest)
	}
	return digestOf(lines)
}

// ConfirmPurge has a purge carried out that another person has asked for: from then on
// nothing of its documents is given to anybody. What is destroyed gets its tombstone
// here, in one transaction; who carries it out deletes it step by step.
func (c *Catalog) ConfirmPurge(ctx context.Context, name, person string) (Purge, error) {
	var p Purge
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		if p, err = openPurge(tx, name); err != nil {
			return err
		}
		if person == p.AskedBy {
			return &Error{Code: Denied, Reason: ReasonOwnPurge, Message: "you have asked for this purge yourself: another operator has to confirm it"}
		}
		if p.Scans, err = sharing(tx, p); err != nil {
			return err
		}
		p.State, p.ConfirmedBy, p.ConfirmedAt = Purging, person, c.now()
		if err := tx.PutPurge(p); err != nil {
			return refusedPurge(err)
		}
		return c.bury(tx, p)
	})
	return p, err
}

// bury sets the tombstones and marks documents and scans.
func (c *Catalog) bury(tx Tx, p Purge) error {
	s := scope{reader: tx, purge: p, subjects: map[string]bool{}}
	if err := s.find(); err != nil {
		return err
	}
	byDocument := map[string][]Tombstone{}
	slices.SortFunc(s.tombstones, func(a, b Tombstone) int { return compareSubjects(a, b) })
	for _, t := range s.tombstones {
		t.Purge, t.At = p.ID, p.ConfirmedAt
		if err := tx.InsertTombstone(t); err != nil {
			return fmt.Errorf("tombstone of %s: %w", t.Subject, err)
		}
		byDocument[t.Document] = append(byDocument[t.Document], t)
	}
	if err := loseWorks(tx, s.lost); err != nil {
		return err
	}
	for _, scan := range p.Scans {
		if scan.Kept {
			continue
		}
		if err := c.endFiles(tx, scan.Digest); err != nil {
			return err
		}
		if err := tx.ForgetScan(scan.Digest, p.ConfirmedAt); err != nil {
			return err
		}
	}
	for _, id := range p.Documents {
		if err := c.buryDocument(tx, p, id, byDocument[id]); err != nil {
			return fmt.Errorf("purge documents/%s: %w", id, err)
		}
	}
	return nil
}

func (c *Catalog) buryDocument(tx Tx, p Purge, id string, tombstones []Tombstone) error {
	d, err := tx.Document(id)
	if err != nil {
		return err
	}
	if err := relink(tx, id); err != nil {
		return err
	}
	if d.DeletedAt.IsZero() {
		d.DeletedAt = p.ConfirmedAt
	}
	d.PurgedAt = p.ConfirmedAt
	d.Events++
	if err := tx.PutDocument(d); err != nil {
		return err
	}
	if err := tx.ForgetDocument(id); err != nil {
		return err
	}
	if err := c.appendEvent(tx, d, DocumentPurged, p.ConfirmedBy, nil); err != nil {
		return err
	}
	return c.act(tx, ActDocumentPurged, p.ConfirmedBy, "documents/"+id, purgedFacts{
		Purge: p.ID, AskedBy: p.AskedBy, ConfirmedBy: p.ConfirmedBy,
		Tombstones: len(tombstones), Digest: tombstonesDigest(p.Salt, tombstones),
	})
}

// reasonPurged is that of works and files that lost what they had.
const reasonPurged = "withdrawn from the archive"

// endFiles ends the files of a scan that were still being read: nobody waits for them
// any more.
func (c *Catalog) endFiles(tx Tx, scan Digest) error {
	files, err := tx.FilesOf(scan, "")
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.State != FileArrived {
			continue
		}
		f.Reason = reasonPurged
		if err := c.progressFile(tx, f, f.Counts, true, reasonPurged); err != nil {
			return err
		}
	}
	return nil
}

// loseWorks leaves works whose reading is destroyed with the outcome REFUSED: whoever
// shows their page hears why there is no text.
func loseWorks(tx Tx, lost []Reading) error {
	for _, reading := range lost {
		w, err := tx.Work(WorkKey{Scan: reading.Scan, Page: reading.Page, Recipe: reading.Recipe})
		if errors.Is(err, ErrNotFound) || err == nil && w.Reading != reading.ID {
			continue
		}
		if err != nil {
			return err
		}
		w.Outcome, w.Reason, w.Reading = Refused, reasonPurged, ""
		if err := tx.PutWorks([]Work{w}); err != nil {
			return err
		}
	}
	return nil
}
