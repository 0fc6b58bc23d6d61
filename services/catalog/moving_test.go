package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// corrected brings in scans of one page each, has Anna correct them, and has each document
// show its page 150 times: of such two are moved in one transaction.
func (a *archive) corrected(scans int) (ids []string) {
	a.t.Helper()
	a.people("anna", "boris", "vera")
	var paths []string
	for n := range scans {
		paths = append(paths, fmt.Sprintf("%d.tif", n))
	}
	b := a.batch("telegrams", "eng", "", paths...)
	for _, p := range paths {
		a.arrive(b, p, p)
	}
	a.drain(1, allText)
	for _, d := range a.documents() {
		a.correct(d.ID, 0, "anna", "corrected "+d.ID)
		g := a.at(d.ID, 0).Shown
		_, err := a.UpdateDocument(a.t.Context(), d.ID, "", "anna", catalog.Change{Regions: slices.Repeat([]catalog.Region{g}, 150)})
		a.must(err)
		ids = append(ids, d.ID)
	}
	return ids
}

// interrupted is a store in which nothing is done after so many transactions, and in which
// one document cannot be read.
type interrupted struct {
	catalog.Store
	left    int
	damaged string
	before  map[int]func() // of a transaction, by how many are left
}

var errInterrupted = errors.New("interrupted")

func (s *interrupted) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	if s.left--; s.left < 0 {
		return errInterrupted
	}
	if meanwhile := s.before[s.left]; meanwhile != nil {
		meanwhile()
	}
	return s.Store.Tx(ctx, func(tx catalog.Tx) error { return fn(damagedTx{tx, s.damaged}) })
}

type damagedTx struct {
	catalog.Tx
	document string
}

func (t damagedTx) Revision(document string, number int) (catalog.Revision, error) {
	if document == t.document {
		return catalog.Revision{}, catalog.ErrDamaged
	}
	return t.Tx.Revision(document, number)
}

// change says whether one person's word is enough, and is interrupted after so many
// transactions in which reviews are moved.
func (a *archive) change(onePerson bool, moving int) {
	a.t.Helper()
	a.clock = a.clock.Add(time.Second)
	c := catalog.New(&interrupted{Store: a.store, left: 1 + moving}, func() time.Time { return a.clock }, func() string { return "x" }, catalog.Limits{})
	_, err := c.UpdateCollection(a.t.Context(), "telegrams", "local", catalog.CollectionChange{OnePerson: &onePerson})
	a.must(err)
}

// awaits checks how many reviews await a signature and how many nothing.
func (a *archive) awaits(what string, toVerify, reviewed int) {
	a.t.Helper()
	counts, err := a.ReviewCounts(a.t.Context(), "telegrams")
	a.must(err)
	got := map[catalog.ReviewState]int{}
	for _, n := range counts {
		got[n.State] += n.Reviews
	}
	if got[catalog.ToVerify] != toVerify || got[catalog.Reviewed] != reviewed {
		a.t.Errorf("%s: %d await a signature and %d nothing, want %d and %d", what, got[catalog.ToVerify], got[catalog.Reviewed], toVerify, reviewed)
	}
}

func (a *archive) moves(want int) {
	a.t.Helper()
	documents, err := a.MoveReviews(a.t.Context())
	a.must(err)
	if documents != want {
		a.t.Errorf("%d documents were looked at, want %d", documents, want)
	}
}

// The flag counts at once; reviews follow it a few at a time, and whatever interrupts that,
// the next call goes on.
func TestReviewsFollowTheirCollection(t *testing.T) {
	a := newArchive(t)
	ids := a.corrected(5)
	a.awaits("corrected", 5, 0)
	a.change(true, 1)
	a.awaits("interrupted after one transaction", 3, 2)
	left := slices.IndexFunc(ids, func(id string) bool { return a.at(id, 0).State == catalog.ToVerify })
	if reason(a.signs(ids[left], 0, "vera")) != catalog.ReasonOnePerson {
		t.Error("somebody has signed where nothing is signed")
	}
	_, err := a.ClaimNext(t.Context(), catalog.ReviewQuery{States: []catalog.ReviewState{catalog.ToVerify}, Order: catalog.OldestFirst}, "vera")
	if reason(err) != catalog.ReasonNothingToReview {
		t.Errorf("where nothing is signed Vera is given %v", err)
	}
	a.moves(3)
	a.awaits("gone on", 0, 5)
	a.moves(0)

	// Changed again and again meanwhile, it is the last change that they follow.
	a.change(false, 1)
	a.awaits("changed back", 2, 3)
	a.change(true, 0)
	a.change(false, 1)
	a.moves(1)
	a.awaits("changed again and again", 5, 0)

	// What is verified stays so, and is looked at once.
	a.must(a.signs(ids[0], 0, "vera"))
	a.change(true, 9)
	a.awaits("one is signed", 0, 5)
	a.change(false, 9)
	a.awaits("and stays so", 4, 1)
	a.moves(0)
	if v := a.at(ids[1], 0); !v.Since.Equal(a.clock) {
		t.Errorf("it awaits a signature since %s, and the change was at %s", v.Since, a.clock)
	}
	a.audit()
}

// What was moved is moved again where the collection was changed meanwhile.
func TestCollectionIsChangedWhileReviewsAreMoved(t *testing.T) {
	a := newArchive(t)
	a.corrected(3)
	a.change(true, 0)
	again := &interrupted{Store: a.store, left: 100, before: map[int]func(){98: func() {
		a.awaits("the first are moved", 1, 2)
		a.change(false, 9)
		a.change(true, 0)
	}}}
	c := catalog.New(again, func() time.Time { return a.clock }, func() string { return "x" }, catalog.Limits{})
	_, err := c.MoveReviews(t.Context())
	a.must(err)
	a.awaits("changed twice while they were moved", 0, 3)
	a.moves(0)
}

// A document that cannot be read holds up no other.
func TestReviewsAreMovedPastADamagedDocument(t *testing.T) {
	a := newArchive(t)
	ids := a.corrected(3)
	a.change(true, 0)
	c := catalog.New(&interrupted{Store: a.store, left: 100, damaged: ids[1]}, func() time.Time { return a.clock }, func() string { return "x" }, catalog.Limits{})
	for _, want := range []int{3, 0} {
		if n, err := c.MoveReviews(t.Context()); err != nil || n != want {
			t.Errorf("%d documents were looked at, %v", n, err)
		}
	}
	a.awaits("but for the damaged one", 1, 2)
}
