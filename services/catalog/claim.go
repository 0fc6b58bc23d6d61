package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// claimTime is how long a claim lasts unless it is prolonged: a page takes five to
	// ten minutes, and a draft that is saved prolongs it.
	claimTime = 15 * time.Minute
	// mostSkipping bounds the people whose wish to see a review no more is kept.
	mostSkipping = 100
	// nextFound reviews are looked for at a time, and nextTries times, before the queue is
	// searched while all others wait: those who ask at once find the same ones first.
	nextFound, nextTries = 20, 3
)

// ReviewView is a review with what its region shows.
type ReviewView struct {
	Review
	Head DocumentHead
	// Shown is the region; its zero value where only a draft is left.
	Shown Region
	// Reading shown, with its contributors; its zero value for none.
	Reading Reading
	// Content is the digest of what a signature would be put under; empty where nothing
	// can be signed.
	Content Digest
	// Own tells that the person who asks has contributed.
	Own bool
	// ClaimedByName is what people call who holds it, CommentByName who sent it back.
	ClaimedByName, CommentByName string
}

// Review returns a review as a person sees it.
func (c *Catalog) Review(ctx context.Context, document, key, person string) (ReviewView, error) {
	var view ReviewView
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		view, err = c.seen(r, document, key, person)
		return err
	})
	return view, err
}

// OpenReview is Review but for a deleted document, whose reviews nobody works on: who has
// written on a draft there may still read it, as after a merge.
func (c *Catalog) OpenReview(ctx context.Context, document, key, person string) (ReviewView, error) {
	view, err := c.Review(ctx, document, key, person)
	if err == nil && !view.Head.DeletedAt.IsZero() && !slices.Contains(view.Draft.Editors, person) {
		return ReviewView{}, deleted()
	}
	return view, err
}

// Reviews returns the reviews that a query selects, without readings.
func (c *Catalog) Reviews(ctx context.Context, q ReviewQuery) ([]ReviewView, error) {
	var views []ReviewView
	err := c.store.View(ctx, func(r Reader) error {
		found, err := r.Reviews(q)
		if err != nil {
			return err
		}
		views = make([]ReviewView, len(found))
		heads := map[string]DocumentHead{}
		for i, v := range found {
			head, known := heads[v.Document]
			if !known {
				if head, err = documentAt(r, v.Document, 0); err != nil {
					return err
				}
				heads[v.Document] = head
			}
			views[i] = ReviewView{Review: v, Head: head}
			if err := views[i].place(); err != nil {
				return err
			}
			views[i].ClaimedBy = v.HeldBy(c.now())
			if err := views[i].names(r); err != nil {
				return err
			}
		}
		return nil
	})
	return views, err
}

// ReviewCounts counts the regions of one collection, or all, by what they await.
func (c *Catalog) ReviewCounts(ctx context.Context, collection string) ([]ReviewCount, error) {
	var counts []ReviewCount
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		counts, err = r.ReviewCounts(collection)
		return err
	})
	return counts, err
}

func (v *ReviewView) place() error {
	if v.Region < 1 {
		return nil
	}
	if v.Region > len(v.Head.Revision.Regions) {
		return fmt.Errorf("%w: review %s of document %s is of region %d of %d", ErrDamaged, v.Key, v.Document, v.Region, len(v.Head.Revision.Regions))
	}
	v.Shown = v.Head.Revision.Regions[v.Region-1]
	return nil
}

// names adds what people are called.
func (v *ReviewView) names(r Reader) error {
	var err error
	if v.ClaimedByName, err = called(r, v.ClaimedBy); err != nil {
		return err
	}
	v.CommentByName, err = called(r, v.Comment.Person)
	return err
}

// called gives the name of a person; the ID for who is no user.
func called(r Reader, person string) (string, error) {
	if person == "" {
		return "", nil
	}
	u, err := r.User(person)
	if errors.Is(err, ErrNotFound) {
		return person, nil
	}
	return u.DisplayName, err
}

// seen reads a review whole.
func (c *Catalog) seen(r Reader, document, key, person string) (ReviewView, error) {
	view, err := c.outlined(r, document, key)
	if err != nil {
		return view, err
	}
	err = view.read(r, person)
	return view, err
}

// outlined reads a review without the reading that its region shows, which may be as
// long as a page of a newspaper, and drafts are saved as people type.
func (c *Catalog) outlined(r Reader, document, key string) (ReviewView, error) {
	v, err := r.Review(document, key)
	if err != nil {
		return ReviewView{}, orNotFound(err, ReasonReviewNotFound, "review", "documents/"+document+"/reviews/"+key)
	}
	return c.outline(r, v)
}

// outline adds to a review what its document shows, and who holds it now.
func (c *Catalog) outline(r Reader, v Review) (view ReviewView, err error) {
	view.Review = v
	if view.Head, err = documentAt(r, v.Document, 0); err != nil {
		return view, err
	}
	if err := view.place(); err != nil {
		return view, err
	}
	return view, view.held(r, c.now())
}

// held tells who holds the review at a time, and what people are called.
func (v *ReviewView) held(r Reader, now time.Time) error {
	v.ClaimedBy = v.HeldBy(now)
	return v.names(r)
}

// read adds the reading that a region shows, and what a person may do with it.
func (v *ReviewView) read(r Reader, person string) error {
	if v.Shown.Reading == "" {
		return nil
	}
	var err error
	if v.Reading, err = r.Reading(v.Shown.Reading); err != nil {
		return fmt.Errorf("reading %s: %w", v.Shown.Reading, err)
	}
	if v.Reading.Origin != Person {
		return nil
	}
	v.Own = slices.Contains(v.Reading.Contributors, person)
	v.Content, err = contentOf(v.Shown, v.Reading.BodyDigest).Digest()
	return err
}

// contentOf is what a signature on what a region shows is put under.
func contentOf(g Region, body Digest) Content {
	place := g.Place()
	return Content{Reading: g.Reading, BodyDigest: body, Place: &place}
}

// ClaimReview takes a review for a person, or prolongs the claim.
func (c *Catalog) ClaimReview(ctx context.Context, document, key, person string) (ReviewView, error) {
	return c.changeReview(ctx, document, key, person, "", func(v *Review, _ ReviewView) error {
		c.hold(v, person)
		return nil
	})
}

// hold gives a review to a person. Only another holder makes another version: a
// browser prolongs the claim while its owner types.
func (c *Catalog) hold(v *Review, person string) {
	if v.ClaimedBy != person {
		v.Version++
	}
	v.ClaimedBy, v.ClaimUntil = person, c.now().Add(claimTime)
}

// ClaimNext claims the first review that a query selects, of those that nobody holds
// and that the person may work on: nobody signs their own work.
//
// The search passes over all that the person may not sign, which may be 100,000 of their own
// and take half a second: nobody who writes waits for that.
func (c *Catalog) ClaimNext(ctx context.Context, q ReviewQuery, person string) (ReviewView, error) {
	for range nextTries {
		var found []Review
		err := c.store.View(ctx, func(r Reader) (err error) {
			found, err = c.findNext(r, q, person, nextFound)
			return err
		})
		if err != nil {
			return ReviewView{}, err
		}
		var view ReviewView
		err = c.store.Tx(ctx, func(tx Tx) error {
			view, err = c.claimFirst(tx, found, person)
			return err
		})
		if err != nil || view.Key != "" {
			return view, err
		}
	}
	var view ReviewView
	err := c.store.Tx(ctx, func(tx Tx) error {
		found, err := c.findNext(tx, q, person, 1)
		if err != nil {
			return err
		}
		view, err = c.claimFirst(tx, found, person)
		return err
	})
	return view, err
}

// findNext gives the first reviews that a person could be given, at least one.
func (c *Catalog) findNext(r Reader, q ReviewQuery, person string, limit int) ([]Review, error) {
	q.FreeAt, q.For, q.Limit, q.After = c.now(), person, limit, nil
	found, err := r.Reviews(q)
	if err == nil && len(found) == 0 {
		err = &Error{Code: NotFound, Reason: ReasonNothingToReview, Message: "nothing waits that you could work on: all is done, held by others, skipped by you, or your own work"}
	}
	return found, err
}

// claimFirst claims the first of some reviews that is as it was found, and free. The zero
// value is for none.
func (c *Catalog) claimFirst(tx Tx, found []Review, person string) (ReviewView, error) {
	for _, was := range found {
		v, err := tx.Review(was.Document, was.Key)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return ReviewView{}, err
		}
		if holder := v.HeldBy(c.now()); v.Etag() != was.Etag() || holder != "" && holder != person {
			continue
		}
		if d, err := tx.Document(v.Document); err != nil || !d.DeletedAt.IsZero() {
			if err != nil {
				return ReviewView{}, err
			}
			continue
		}
		c.hold(&v, person)
		if err := tx.PutReview(v); err != nil {
			return ReviewView{}, err
		}
		return c.seen(tx, v.Document, v.Key, person)
	}
	return ReviewView{}, nil
}

// ReleaseReview gives a person's claim back.
func (c *Catalog) ReleaseReview(ctx context.Context, document, key, person string) (ReviewView, error) {
	return c.changeReview(ctx, document, key, person, "", func(v *Review, _ ReviewView) error {
		if v.ClaimedBy == person {
			v.ClaimedBy, v.ClaimUntil = "", time.Time{}
			v.Version++
		}
		return nil
	})
}

// SkipReview gives a claim back, and leaves the review out of what the person is given
// next.
func (c *Catalog) SkipReview(ctx context.Context, document, key, person string) (ReviewView, error) {
	return c.changeReview(ctx, document, key, person, "", func(v *Review, _ ReviewView) error {
		v.ClaimedBy, v.ClaimUntil = "", time.Time{}
		if !slices.Contains(v.SkippedBy, person) && len(v.SkippedBy) < mostSkipping {
			v.SkippedBy = append(v.SkippedBy, person)
		}
		v.Version++
		return nil
	})
}

// SaveDraft keeps text that a person is working on, and prolongs the claim. Drafts are saved
// as people type, so it looks at the review alone, and not at what its document shows.
func (c *Catalog) SaveDraft(ctx context.Context, document, key, person, text, etag string) (Review, error) {
	var saved Review
	err := c.store.Tx(ctx, func(tx Tx) error {
		v, err := c.workable(tx, document, key, person, etag)
		if err != nil {
			return err
		}
		v.ClaimedBy, v.ClaimUntil = person, c.now().Add(claimTime)
		if !v.Draft.Exists() {
			v.Draft.BasedOn = v.Reading
		}
		v.Draft.Text, v.Draft.SavedAt = text, c.now()
		if !slices.Contains(v.Draft.Editors, person) {
			v.Draft.Editors = append(v.Draft.Editors, person)
		}
		v.Version++
		saved = v
		return tx.PutReview(v)
	})
	return saved, err
}

// changeReview changes a review that nobody else holds. The view that it returns is an
// outline.
func (c *Catalog) changeReview(ctx context.Context, document, key, person, etag string, change func(*Review, ReviewView) error) (ReviewView, error) {
	var view ReviewView
	err := c.store.Tx(ctx, func(tx Tx) error {
		v, seen, err := c.outlinedWorkable(tx, document, key, person, etag)
		if err != nil {
			return err
		}
		if err := change(&v, seen); err != nil {
			return err
		}
		if err := tx.PutReview(v); err != nil {
			return err
		}
		view, view.Review = seen, v // the document is as it was
		return view.held(tx, c.now())
	})
	return view, err
}

// outlinedWorkable is workable with what the document shows.
func (c *Catalog) outlinedWorkable(tx Tx, document, key, person, etag string) (Review, ReviewView, error) {
	v, err := c.workable(tx, document, key, person, etag)
	if err != nil {
		return v, ReviewView{}, err
	}
	seen, err := c.outline(tx, v)
	return v, seen, err
}

// workable gives a review that a person may change: of a document that is there, held
// by nobody else, and as it was read.
func (c *Catalog) workable(tx Tx, document, key, person, etag string) (Review, error) {
	v, err := tx.Review(document, key)
	if err != nil {
		return v, orNotFound(err, ReasonReviewNotFound, "review", "documents/"+document+"/reviews/"+key)
	}
	d, err := tx.Document(document)
	if err != nil {
		return v, err
	}
	if err := d.Withdrawn(); err != nil {
		return v, err
	}
	if !d.DeletedAt.IsZero() {
		return v, deleted()
	}
	if holder := v.HeldBy(c.now()); holder != "" && holder != person {
		return v, heldByAnother(tx, v, etag != "")
	}
	if etag != "" && etag != v.Etag() {
		return v, &Error{
			Code: Conflict, Reason: ReasonEtagMismatch,
			Message:  "the review has changed since it was read: read it again; what you have is not lost, and neither is what was saved",
			Metadata: map[string]string{"etag": v.Etag()},
		}
	}
	return v, nil
}

// heldByAnother says who holds a review. Who was writing is told that the claim is lost.
func heldByAnother(r Reader, v Review, writing bool) error {
	holder, err := called(r, v.ClaimedBy)
	if err != nil {
		return err
	}
	until := v.ClaimUntil.UTC()
	e := &Error{
		Code: Precondition, Reason: ReasonClaimed,
		Message:  fmt.Sprintf("%s is working on it until %s", holder, until.Format("15:04 MST")),
		Metadata: map[string]string{"claimed_by": v.ClaimedBy, "claim_expire_time": until.Format(time.RFC3339), "etag": v.Etag()},
	}
	if writing {
		e.Reason = ReasonNotClaimed
		e.Message = fmt.Sprintf("your claim has run out, and %s has taken the review, and the draft, over until %s", holder, until.Format("15:04 MST"))
	}
	return e
}
