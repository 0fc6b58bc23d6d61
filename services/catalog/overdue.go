package catalog

import (
	"context"
	"errors"
	"fmt"
)

const (
	// overdueDocuments and overdueRegions bound what one transaction makes reviews for: at
	// some 0.25 ms a region others wait an eighth of a second for it. A document is not
	// divided, and may have 20,000 regions.
	overdueDocuments = 50
	overdueRegions   = 500
)

// MakeReviews gives documents from before there were reviews theirs, and tells how many
// documents got them. It goes on where an earlier call was interrupted. A damaged document
// is told to damaged, passed over, and tried again by the next call.
func (c *Catalog) MakeReviews(ctx context.Context, damaged func(document string, err error)) (made int, err error) {
	for after := ""; ; {
		var some overdue
		err := c.store.Tx(ctx, func(tx Tx) error {
			some = overdue{last: after}
			return some.make(tx)
		})
		if err != nil {
			return made, fmt.Errorf("make reviews: %w", err)
		}
		for _, d := range some.damaged {
			damaged(d.document, d.err)
		}
		if some.last == after {
			return made, nil
		}
		made += some.made
		after = some.last
	}
}

// overdue is what one transaction came to.
type overdue struct {
	// last document that was looked at.
	last    string
	made    int
	regions int
	damaged []damagedDocument
}

type damagedDocument struct {
	document string
	err      error
}

func (o *overdue) make(tx Tx) error {
	documents, err := tx.WithoutReviews(o.last, overdueDocuments)
	if err != nil {
		return err
	}
	for _, d := range documents {
		if o.regions >= overdueRegions {
			return nil
		}
		o.last = d.ID
		switch err := o.makeFor(tx, d); {
		case errors.Is(err, ErrDamaged), errors.Is(err, ErrNotFound):
			o.damaged = append(o.damaged, damagedDocument{d.ID, err})
		case err != nil:
			return fmt.Errorf("documents/%s: %w", d.ID, err)
		}
	}
	return nil
}

// makeFor makes the reviews of one document. It has waited since its newest revision, which
// is its place among the oldest.
func (o *overdue) makeFor(tx Tx, d Document) error {
	if !d.PurgedAt.IsZero() {
		return tx.ReviewsMade(d.ID)
	}
	r, err := tx.Revision(d.ID, d.Head)
	if err != nil {
		return err
	}
	if err := awaitSince(tx, d, r, r.CreatedAt); err != nil {
		return err
	}
	o.made++
	o.regions += len(r.Regions)
	return tx.ReviewsMade(d.ID)
}
