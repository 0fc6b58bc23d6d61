package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// movingReviews and movingRegions bound what one transaction looks at: at some 0.4 ms a
	// document others wait a twelfth of a second for it. A document is not divided, and may
	// have 20,000 regions.
	movingReviews = 200
	movingRegions = 200
	// movedAtOnce bounds the transactions in which whoever changes a collection moves its
	// reviews, those of some 800 documents; the rest is moved while nobody waits.
	movedAtOnce = 4
)

// MoveReviews brings the reviews of collections up to whether one person's word is enough
// there, and tells how many documents it has looked at. It goes on where an earlier call
// was interrupted. What is damaged is passed over: fsck tells of it.
func (c *Catalog) MoveReviews(ctx context.Context) (documents int, err error) {
	collections, err := c.Collections(ctx)
	if err != nil {
		return 0, err
	}
	for _, collection := range collections {
		if collection.MovingSince.IsZero() {
			continue
		}
		n, err := c.moveReviews(ctx, collection.ID, 0)
		documents += n
		if err != nil {
			return documents, fmt.Errorf("move the reviews of collection %q: %w", collection.ID, err)
		}
	}
	return documents, nil
}

// moveReviews moves those of one collection, in at most so many transactions; 0 for all.
func (c *Catalog) moveReviews(ctx context.Context, collection string, transactions int) (documents int, err error) {
	m := mover{collection: collection, looked: map[string]bool{}}
	for n := 0; transactions == 0 || n < transactions; n++ {
		var p portion
		err := c.store.Tx(ctx, func(tx Tx) error {
			p = portion{since: m.since, after: m.after}
			return p.move(tx, m)
		})
		if err != nil || p.done {
			return documents + len(p.looked), err
		}
		if !p.since.Equal(m.since) {
			m.looked = map[string]bool{}
		}
		m.since, m.after = p.since, p.after
		for _, document := range p.looked {
			m.looked[document] = true
		}
		documents += len(p.looked)
	}
	return documents, nil
}

// mover is how far the reviews of a collection are moved.
type mover struct {
	collection string
	// since is the change that they are brought up to, after the last review that was
	// looked at, and looked are the documents that were brought up to it.
	since  time.Time
	after  *Review
	looked map[string]bool
}

// portion is what one transaction comes to.
type portion struct {
	since  time.Time
	after  *Review
	looked []string
	done   bool
}

// move looks at the next reviews. Where the collection was changed again, it begins anew.
func (p *portion) move(tx Tx, m mover) error {
	collection, err := tx.Collection(m.collection)
	if err != nil {
		return err
	}
	if p.done = collection.MovingSince.IsZero(); p.done {
		return nil
	}
	if !collection.MovingSince.Equal(p.since) {
		p.since, p.after, m.looked = collection.MovingSince, nil, nil
	}
	from := []ReviewState{Reviewed}
	if collection.OnePerson {
		from = []ReviewState{ToCorrect, ToVerify}
	}
	found, err := tx.Reviews(ReviewQuery{Collection: collection.ID, States: from, Order: OldestFirst, Limit: movingReviews, After: p.after})
	if err != nil {
		return err
	}
	if p.done = len(found) == 0; p.done {
		collection.MovingSince = time.Time{}
		return tx.PutCollection(collection)
	}
	regions, here := 0, map[string]bool{}
	for i, v := range found {
		if regions >= movingRegions {
			return nil
		}
		p.after = &found[i]
		if m.looked[v.Document] || here[v.Document] {
			continue
		}
		n, err := p.bring(tx, v)
		if err != nil {
			return fmt.Errorf("documents/%s: %w", v.Document, err)
		}
		if n > 0 {
			here[v.Document] = true
			p.looked = append(p.looked, v.Document)
		}
		regions += n
	}
	return nil
}

// bring brings the reviews of a review's document up to the change, and tells how many
// regions it has; 0 where no person has worked on what the review is of, which the change
// is nothing to.
func (p *portion) bring(tx Tx, v Review) (regions int, err error) {
	contributors, err := tx.Contributors(v.Reading)
	if err != nil || len(contributors) == 0 {
		return 0, err
	}
	d, err := tx.Document(v.Document)
	var revision Revision
	if err == nil {
		revision, err = tx.Revision(d.ID, d.Head)
	}
	if err == nil {
		err = awaitSince(tx, d, revision, p.since)
	}
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrNotFound) {
		return 1, nil
	}
	return len(revision.Regions), err
}
