package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
)

// pages is a store that counts how often all readings of a page are read.
type pages struct {
	catalog.Store
	read int
}

func (s *pages) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	return s.Store.Tx(ctx, func(tx catalog.Tx) error { return fn(pagesTx{tx, s}) })
}

type pagesTx struct {
	catalog.Tx
	store *pages
}

func (t pagesTx) Readings(scan catalog.Digest, page int) ([]catalog.Reading, error) {
	t.store.read++
	return t.Tx.Readings(scan, page)
}

// How sure the words of a person's text are follows from the one reading: not all texts of
// the page are read for it, of which each correction makes one more.
func TestMeasureOfACorrection(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	s := &pages{Store: a.store}
	a.Catalog = catalog.New(s, func() time.Time { return a.clock }, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.DefaultLimits())
	v := a.at(id, 0)
	want := catalog.Measure{Confidence: 876, Words: 5, Doubtful: 3}
	got, err := a.SubmitReview(t.Context(), id, v.Key, "anna", v.Etag(), catalog.Correction{
		BasedOn: v.Reading.ID, Text: "corrected", Body: []byte("corrected"), BodyDigest: digest("corrected"), Measure: want,
	})
	a.must(err)
	if got.Measure != want || s.read > 0 {
		t.Errorf("the review has %+v, and all readings of a page were read %d times", got.Measure, s.read)
	}
	want.Confidence = -1
	v = a.at(id, 0)
	got, err = a.SubmitReview(t.Context(), id, v.Key, "anna", v.Etag(), catalog.Correction{
		BasedOn: v.Reading.ID, Text: "again", Body: []byte("again"), BodyDigest: digest("again"), Measure: want,
	})
	a.must(err)
	if got.Confidence != catalog.UnknownConfidence || got.Words != want.Words {
		t.Errorf("the review has %+v", got.Measure)
	}
}
