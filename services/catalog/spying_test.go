package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
)

// spying counts what is asked within transactions, and can come between.
type spying struct {
	catalog.Store
	calls map[string]int
	// after is called after each view.
	after func()
	// broken is what the second question for a collection gives.
	broken error
}

func (s spying) View(ctx context.Context, fn func(catalog.Reader) error) error {
	err := s.Store.View(ctx, fn)
	if s.after != nil {
		s.after()
	}
	return err
}

func (s spying) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	return s.Store.Tx(ctx, func(tx catalog.Tx) error { return fn(spyingTx{tx, s}) })
}

type spyingTx struct {
	catalog.Tx
	spying spying
}

func (s spyingTx) Reviews(q catalog.ReviewQuery) ([]catalog.Review, error) {
	s.spying.calls["Reviews"]++
	return s.Tx.Reviews(q)
}

func (s spyingTx) Revision(id string, number int) (catalog.Revision, error) {
	s.spying.calls["Revision"]++
	return s.Tx.Revision(id, number)
}

func (s spyingTx) Reading(id string) (catalog.Reading, error) {
	s.spying.calls["Reading"]++
	return s.Tx.Reading(id)
}

func (s spyingTx) Collection(id string) (catalog.Collection, error) {
	if s.spying.calls["Collection"]++; s.spying.broken != nil && s.spying.calls["Collection"] > 1 {
		return catalog.Collection{}, s.spying.broken
	}
	return s.Tx.Collection(id)
}

// spy has the catalog work over a store that is looked at.
func (a *archive) spy() *spying {
	s := &spying{Store: a.store, calls: map[string]int{}}
	a.Catalog = catalog.New(s, func() time.Time { return a.clock }, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.Limits{})
	return s
}

// Nobody who writes waits while the queue is searched, and who is slower than others is
// given what they have left.
func TestNextIsSearchedWhileOthersWrite(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(4)
	keys := []string{}
	for n := range 4 {
		keys = append(keys, a.at(id, n).Key)
	}
	inner := a.Catalog
	s := a.spy()
	if _, err := a.next("anna"); err != nil || s.calls["Reviews"] != 0 {
		t.Errorf("the queue was searched %d times while others wait: %v", s.calls["Reviews"], err)
	}
	// Boris is quicker, by one review and in the end by all that are left.
	most := 1
	s.after = func() {
		for n := range most {
			_, err := inner.ClaimNext(t.Context(), catalog.ReviewQuery{Order: catalog.OldestFirst, States: []catalog.ReviewState{catalog.ToCorrect}}, fmt.Sprint("boris", len(keys)*most+n))
			if err != nil && reason(err) != catalog.ReasonNothingToReview {
				t.Error(err)
			}
		}
		if most == 1 {
			most = 0
		}
	}
	if key, err := a.next("anna"); err != nil || !slices.Contains(keys, key) {
		t.Errorf("anna is given %q: %v", key, err)
	}
	most = 9
	if key, err := a.next("anna"); reason(err) != catalog.ReasonNothingToReview {
		t.Errorf("anna is given %q, which others hold: %v", key, err)
	}
	a.clock = a.clock.Add(time.Hour) // all claims have run out
	between := func(do func()) {     // once
		s.after = func() { s.after = nil; do() }
	}
	between(func() {
		for _, key := range keys[1:] { // whose claims they were, which makes no other version
			var was catalog.Review
			a.must(a.store.View(t.Context(), func(r catalog.Reader) (err error) {
				was, err = r.Review(id, key)
				return err
			}))
			_, err := inner.ClaimReview(t.Context(), id, key, was.ClaimedBy)
			a.must(err)
		}
	})
	if key, err := a.next("anna"); err != nil || key != keys[0] {
		t.Errorf("anna is given %q, left is %q: %v", key, keys[0], err)
	}
	between(func() { // corrected, and free again
		_, err := inner.SubmitReview(t.Context(), id, keys[0], "cyril", "", catalog.Correction{BasedOn: a.at(id, 0).Reading.ID, Text: "corrected", BodyDigest: digest("corrected")})
		a.must(err)
	})
	q := catalog.ReviewQuery{Order: catalog.OldestFirst, States: []catalog.ReviewState{catalog.ToCorrect}}
	if v, err := a.ClaimNext(t.Context(), q, "anna"); reason(err) != catalog.ReasonNothingToReview {
		t.Errorf("anna is given %q, which is corrected: %v", v.Key, err)
	}
	a.clock = a.clock.Add(time.Hour)
	s.after = func() { // deleted since it was found
		s.after = nil
		_, err := inner.DeleteDocument(t.Context(), id, "", "boris")
		a.must(err)
	}
	if key, err := a.next("anna"); reason(err) != catalog.ReasonNothingToReview {
		t.Errorf("anna is given %q of a deleted document: %v", key, err)
	}
}

// A signature looks into the documents that show what was signed, and not into all that lie
// on the same scan; whether a text is signed is told without its body.
func TestWhatASignatureReads(t *testing.T) {
	a := newArchive(t)
	a.people("anna", "vera")
	ends := []int{}
	for n := range 60 {
		ends = append(ends, n+1)
	}
	kept, err := a.ImportText(t.Context(), imported("edition.txt", strings.Repeat("x", 60), ends...))
	a.must(err)
	id := kept.Documents[0].ID
	a.correct(id, 0, "anna", "corrected")
	s := a.spy()
	a.must(a.signs(id, 0, "vera"))
	if n := s.calls["Revision"]; n > 5 {
		t.Errorf("a signature read %d revisions", n)
	}
	clear(s.calls)
	title := "another"
	_, err = a.UpdateDocument(t.Context(), id, "", "anna", catalog.Change{Title: &title})
	a.must(err)
	if n := s.calls["Reading"]; n > 0 {
		t.Errorf("a title read %d readings whole", n)
	}
	a.shows(id, catalog.AssuranceVerified)
}

// What goes wrong with a document that shows the signed text too is told, and nothing is
// signed.
func TestSignatureThatCannotBeShownEverywhere(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	a.correct(id, 0, "anna", "corrected")
	inner := a.Catalog
	s := a.spy()
	s.broken = errors.New("the disk is full")
	if err := a.signs(id, 0, "vera"); !errors.Is(err, s.broken) {
		t.Errorf("signed: %v", err)
	}
	a.Catalog = inner
	a.shows(id, catalog.AssuranceCorrected)
}
