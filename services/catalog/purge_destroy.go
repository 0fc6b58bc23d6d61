package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// destroyedAtOnce bounds the tombstones that one transaction sees to: bodies have some
	// 60 kB, so 3 MB.
	destroyedAtOnce = 50
	// forgottenAtOnce bounds the words that one transaction asks the index for, some 20 µs
	// each.
	forgottenAtOnce = 500
)

// Purging returns purges that were confirmed and are not done, by ID, highest first, below
// the given one ("" from the top).
func (c *Catalog) Purging(ctx context.Context, after string, limit int) ([]Purge, error) {
	var purges []Purge
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		purges, err = r.Purges(Purging, after, limit)
		return err
	})
	return purges, err
}

// PurgedTexts calls do with every text that the documents of a purge ever showed, as far
// as it is still there: it is for finding the words that go with it, and for nothing
// else. A text that several revisions have comes once for each title.
func (c *Catalog) PurgedTexts(ctx context.Context, p Purge, do func(DocumentText) error) error {
	for _, id := range p.Documents {
		seen := map[string]bool{}
		for below := 0; ; {
			var revisions []Revision
			err := c.store.View(ctx, func(r Reader) error {
				var err error
				revisions, err = r.RevisionsBelow(id, below, destroyedAtOnce)
				return err
			})
			if err != nil {
				return err
			}
			for _, revision := range revisions {
				if shown := revision.shown(); !seen[shown] {
					seen[shown] = true
					if err := c.purgedText(ctx, revision, do); err != nil {
						return err
					}
				}
			}
			if len(revisions) < destroyedAtOnce {
				break
			}
			below = revisions[len(revisions)-1].Number
		}
	}
	return nil
}

// shown is equal for revisions that show the same text under the same title.
func (r Revision) shown() string {
	var shown strings.Builder
	shown.WriteString(r.Title)
	for _, g := range r.Regions {
		shown.WriteString("\x00" + g.Reading + g.Place().Key())
	}
	return shown.String()
}

// purgedText leaves regions out of which the reading is gone.
func (c *Catalog) purgedText(ctx context.Context, revision Revision, do func(DocumentText) error) error {
	text := DocumentText{Head: DocumentHead{Document: Document{ID: revision.Document}, Revision: revision}}
	err := c.store.View(ctx, func(r Reader) error {
		ids := make([]string, 0, len(revision.Regions))
		for _, g := range revision.Regions {
			ids = append(ids, g.Reading)
		}
		there, err := r.ReadingTexts(ids)
		if err != nil {
			return err
		}
		regions := slices.DeleteFunc(slices.Clone(revision.Regions), func(g Region) bool {
			_, ok := there[g.Reading]
			return !ok
		})
		text.Regions = make([]RegionText, len(regions))
		return fillTexts(r, regions, text.Regions)
	})
	if err != nil {
		return fmt.Errorf("text of %s: %w", RevisionSubject(revision.Document, revision.Number), err)
	}
	return do(text)
}

// ForgetTerms takes words out of the vocabulary that no document has any more.
func (c *Catalog) ForgetTerms(ctx context.Context, terms []Term) error {
	for some := range slices.Chunk(terms, forgottenAtOnce) {
		if err := c.store.Tx(ctx, func(tx Tx) error { return tx.ForgetTerms(some) }); err != nil {
			return err
		}
	}
	return nil
}

// DestroyRows deletes what the tombstones of a purge stand for, and calls each with them.
func (c *Catalog) DestroyRows(ctx context.Context, p Purge, each func([]Tombstone) error) error {
	for after := ""; ; {
		var some []Tombstone
		err := c.store.Tx(ctx, func(tx Tx) error {
			var err error
			if some, err = tx.Tombstones(p.ID, after, destroyedAtOnce); err != nil {
				return err
			}
			return tx.Destroy(some)
		})
		if err != nil || len(some) == 0 {
			return err
		}
		if err := each(some); err != nil {
			return err
		}
		after = some[len(some)-1].Subject
	}
}

// Sent tells whether every event of a purge's documents is in the stream. Until then one
// may still be on its way there with the words that it had.
func (c *Catalog) Sent(ctx context.Context, p Purge) (bool, error) {
	sent := true
	err := c.store.View(ctx, func(r Reader) error {
		for _, id := range p.Documents {
			unsent, err := r.UnsentOf(id)
			if err != nil {
				return err
			}
			sent = sent && !unsent
		}
		return nil
	})
	return sent, err
}

// Scrub leaves nothing of what was deleted in the files of the database.
func (c *Catalog) Scrub(ctx context.Context) error { return c.store.Scrub(ctx) }

// PurgeCarriedOut ends a purge as it was read, and tells whether it did: not when a text
// of its scans has come since.
func (c *Catalog) PurgeCarriedOut(ctx context.Context, was Purge) (bool, error) {
	done := false
	err := c.store.Tx(ctx, func(tx Tx) error {
		p, err := tx.Purge(was.ID)
		if err != nil {
			return err
		}
		if done = p.State == Purging && p.Late == was.Late; !done {
			return nil
		}
		p.State, p.EndedAt = PurgeDone, c.now()
		return tx.PutPurge(p)
	})
	return done, err
}

// late tells whether a scan was purged, of which a text has come all the same: its purge
// goes through the streams again, where the text still lies.
func (c *Catalog) late(tx Tx, scan Digest) (bool, error) {
	s, err := tx.Scan(scan)
	if err != nil || s.PurgedAt.IsZero() {
		return false, ignoreNotFound(err)
	}
	on, err := tx.EverOn(scan)
	if err != nil {
		return true, err
	}
	for _, d := range on {
		if d.PurgedAt.Equal(s.PurgedAt) {
			p, err := tx.PurgeOf(d.ID)
			if err != nil {
				return true, err
			}
			p.State, p.EndedAt = Purging, time.Time{}
			p.Late++
			return true, tx.PutPurge(p)
		}
	}
	return true, nil
}
