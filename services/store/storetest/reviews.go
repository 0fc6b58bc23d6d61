package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func reviews(t *testing.T, u suite) {
	u.run(t, "EveryFieldComesBack", everyReviewField)
	u.run(t, "OfADocumentByKey", reviewsOf)
	u.run(t, "FreeAndNotSkipped", freeReviews)
	u.run(t, "NotSignedWhereNothingIs", reviewsWhereNothingIsSigned)
	u.run(t, "DeletedDocuments", reviewsOfDeleted)
	u.run(t, "QueriesAndCounts", reviewQueries)
	u.run(t, "PagingUnderChange", reviewsPaging)
	u.run(t, "NoneOfTodayIsWithout", withoutReviews)
}

func review(document, key string) catalog.Review {
	return catalog.Review{
		Document: document, Key: key, Region: 1, Collection: "main", State: catalog.ToCorrect, Since: begin, Version: 1,
	}
}

func (f *fixture) putReviews(list ...catalog.Review) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, v := range list {
			if err := tx.PutReview(v); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) reviews(q catalog.ReviewQuery) []catalog.Review {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]catalog.Review, error) { return r.Reviews(q) })
}

func reviewName(v catalog.Review) string { return v.Document + "/" + v.Key }

// A review is put full, bare and full again: what nobody else asks by is written in
// another way than where it stands in the queue.
func everyReviewField(f *fixture) {
	f.putDocuments("d")
	full := catalog.Review{
		Document: "d", Key: "k", Region: 3, Collection: "Ключ", State: catalog.ToVerify, Since: minute(1), Reading: "r",
		Measure: catalog.Measure{Confidence: 987, Words: 300, Doubtful: 12}, Disagreement: 45, ClaimedBy: "anna", ClaimUntil: minute(2),
		Draft:   catalog.Draft{Text: "line\nё\u2028\x00\"", BasedOn: "r0", Editors: []string{"boris", "anna"}, SavedAt: minute(3)},
		Comment: catalog.Comment{Text: "<b>no</b>", Person: "vera", At: minute(4)}, SkippedBy: []string{"vera", `"`, "анна"}, Version: 9,
	}
	bare := catalog.Review{Document: "d", Key: "k", State: catalog.Reviewed}
	worked := full
	worked.Draft.Text, worked.ClaimedBy, worked.Version, worked.SkippedBy, worked.Comment = "more", "boris", 10, nil, catalog.Comment{}
	for _, want := range []catalog.Review{full, worked, full, bare, full} {
		f.putReviews(want)
		got := read(f, func(r catalog.Reader) (catalog.Review, error) { return r.Review("d", "k") })
		equal(f, "review", got, want)
	}
	fine := full
	fine.Draft.SavedAt, fine.Comment.At, fine.Since = minute(3).Add(999).In(time.FixedZone("far", 3600)), minute(4).Add(1), minute(1).Add(999)
	f.putReviews(fine)
	equal(f, "times to the microsecond", read(f, func(r catalog.Reader) (catalog.Review, error) { return r.Review("d", "k") }), full)
	if err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutReview(review("absent", "k")) }); err == nil {
		f.Error("a review of no document was committed")
	}
}

func reviewsOf(f *fixture) {
	f.putDocuments("d", "e")
	gone := review("d", "k3")
	gone.Region = 0
	f.putReviews(review("d", "k2"), gone, review("e", "k1"), review("d", "k1"))
	of := func(document string) []string {
		return each(read(f, func(r catalog.Reader) ([]catalog.Review, error) { return r.ReviewsOf(document) }), reviewName)
	}
	equal(f, "by key", of("d"), []string{"d/k1", "d/k2", "d/k3"})
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.DeleteReview("d", "k1"), tx.DeleteReview("d", "absent"))
	})
	equal(f, "after one was deleted", of("d"), []string{"d/k2", "d/k3"})
	f.view(func(r catalog.Reader) error {
		if _, err := r.Review("d", "k1"); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("deleted: got %v", err)
		}
		return nil
	})
}

func freeReviews(f *fixture) {
	f.putDocuments("d")
	put := func(key, by string, until time.Time, skipped ...string) {
		v := review("d", key)
		v.ClaimedBy, v.ClaimUntil, v.SkippedBy = by, until, skipped
		f.putReviews(v)
	}
	put("1", "", time.Time{})
	put("2", "anna", minute(5))
	put("3", "boris", minute(9))
	put("4", "", minute(9)) // of nobody
	put("5", "", time.Time{}, "anna")
	put("6", "", time.Time{}, "boris", "anna")
	put("7", "", time.Time{}, "ann", "anna2", `","`)
	free := func(at time.Time, person string) []string {
		found := f.reviews(catalog.ReviewQuery{States: []catalog.ReviewState{catalog.ToCorrect}, FreeAt: at, For: person, Limit: 10})
		return each(found, func(v catalog.Review) string { return v.Key })
	}
	equal(f, "all", free(time.Time{}, ""), []string{"1", "2", "3", "4", "5", "6", "7"})
	equal(f, "free", free(minute(1), ""), []string{"1", "4", "5", "6", "7"})
	equal(f, "free as one runs out", free(minute(5), ""), []string{"1", "2", "4", "5", "6", "7"})
	equal(f, "not skipped by anna", free(time.Time{}, "anna"), []string{"1", "2", "3", "4", "7"})
	equal(f, "free and not skipped by boris", free(minute(1), "boris"), []string{"1", "3", "4", "5", "7"}) // 3 is his own
	equal(f, "of an odd name", free(time.Time{}, ","), []string{"1", "2", "3", "4", "5", "6", "7"})

	// What was submitted without a name is for those who have one, unless it was sent back.
	f.putScans("s")
	f.putUsers("cyril")
	program := user("robot")
	program.Service = true
	f.tx(func(tx catalog.Tx) error { return tx.PutUser(program) })
	f.insertReadings(written("r", "", "cyril", "robot", "local"))
	for _, key := range []string{"8", "9"} {
		v := review("d", key)
		v.Reading = "r"
		if key == "9" {
			v.Comment = catalog.Comment{Text: "look again", Person: "anna"}
		}
		f.putReviews(v)
	}
	for person, want := range map[string][]string{"robot": {"9"}, "local": {"9"}, "cyril": {"8", "9"}, "boris": {"8", "9"}, "": {"8", "9"}} {
		got := slices.DeleteFunc(free(time.Time{}, person), func(key string) bool { return key < "8" })
		equal(f, "nameless, for "+person, got, want)
	}
}

// Nobody is given something to sign where one person's word is enough, although its
// reviews may not have been moved yet.
func reviewsWhereNothingIsSigned(f *fixture) {
	f.putDocuments("d")
	v := review("d", "k")
	v.State = catalog.ToVerify
	f.putReviews(v)
	toVerify := catalog.ReviewQuery{States: []catalog.ReviewState{catalog.ToVerify}, Limit: 9}
	for _, onePerson := range []bool{false, true} {
		f.tx(func(tx catalog.Tx) error {
			return tx.PutCollection(catalog.Collection{ID: v.Collection, OnePerson: onePerson, CreatedAt: begin})
		})
		given := toVerify
		given.For = "vera"
		equal(f, "all", len(f.reviews(toVerify)), 1)
		equal(f, "given to vera", len(f.reviews(given)) == 0, onePerson)
	}
}

func reviewsOfDeleted(f *fixture) {
	f.putDocuments("d", "e")
	f.putReviews(review("d", "k"), review("e", "k"))
	remove := func(id string, at time.Time) {
		doc := document(id)
		doc.DeletedAt = at
		f.tx(func(tx catalog.Tx) error { return tx.PutDocument(doc) })
	}
	seen := func(what string, names ...string) {
		f.Helper()
		equal(f, what, each(f.reviews(catalog.ReviewQuery{Limit: 9}), reviewName), names)
		counts := read(f, func(r catalog.Reader) ([]catalog.ReviewCount, error) { return r.ReviewCounts("") })
		n := 0
		for _, c := range counts {
			n += c.Reviews
		}
		equal(f, what+", counted", n, len(names))
	}
	seen("both", "d/k", "e/k")
	remove("d", minute(1))
	seen("after a deletion", "e/k")
	f.putReviews(review("d", "another"))
	v := review("d", "k")
	v.State = catalog.ToVerify
	f.putReviews(v)
	remove("d", minute(2))
	seen("changed while deleted", "e/k")
	of := read(f, func(r catalog.Reader) ([]catalog.Review, error) { return r.ReviewsOf("d") })
	equal(f, "of the deleted one", each(of, reviewName), []string{"d/another", "d/k"})
	remove("d", time.Time{})
	seen("undeleted", "d/another", "d/k", "e/k")
	// Put before its document, which is deleted from the start.
	f.tx(func(tx catalog.Tx) error {
		gone := document("g")
		gone.DeletedAt = minute(1)
		return errors.Join(tx.PutReview(review("g", "k")), tx.PutDocument(gone), tx.InsertRevision(revision("g", 1, "g")))
	})
	seen("of one that was never there", "d/another", "d/k", "e/k")
}

// archive is what the store should have, in memory.
type archive struct {
	reviews map[string]catalog.Review
	deleted map[string]bool
}

func (a archive) visible() []catalog.Review {
	var list []catalog.Review
	for _, v := range a.reviews {
		if v.Region > 0 && !a.deleted[v.Document] {
			list = append(list, v)
		}
	}
	return list
}

func order(o catalog.ReviewOrder) func(a, b catalog.Review) int {
	return func(a, b catalog.Review) int {
		first := a.Since.Compare(b.Since)
		switch o {
		case catalog.LeastSureFirst:
			first = cmp.Compare(a.Confidence, b.Confidence)
		case catalog.MostDisputedFirst:
			first = cmp.Compare(b.Disagreement, a.Disagreement)
		}
		return cmp.Or(first, cmp.Compare(a.Document, b.Document), cmp.Compare(a.Key, b.Key))
	}
}

func (a archive) answer(q catalog.ReviewQuery) []string {
	list := slices.DeleteFunc(a.visible(), func(v catalog.Review) bool {
		return q.Collection != "" && v.Collection != q.Collection || q.Document != "" && v.Document != q.Document ||
			len(q.States) > 0 && !slices.Contains(q.States, v.State) ||
			!q.FreeAt.IsZero() && v.HeldBy(q.FreeAt) != "" && v.HeldBy(q.FreeAt) != q.For || slices.Contains(v.SkippedBy, q.For) ||
			q.After != nil && order(q.Order)(v, *q.After) <= 0
	})
	slices.SortFunc(list, order(q.Order))
	return each(list[:min(len(list), q.Limit)], reviewName)
}

func (a archive) counts(collection string) []catalog.ReviewCount {
	var counts []catalog.ReviewCount
	for _, v := range a.visible() {
		if collection != "" && v.Collection != collection {
			continue
		}
		same := func(c catalog.ReviewCount) bool { return c.Collection == v.Collection && c.State == v.State }
		i := slices.IndexFunc(counts, same)
		if i < 0 {
			i = len(counts)
			counts = append(counts, catalog.ReviewCount{Collection: v.Collection, State: v.State})
		}
		counts[i].Reviews++
		counts[i].Doubtful += v.Doubtful
	}
	slices.SortFunc(counts, func(a, b catalog.ReviewCount) int {
		return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.State, b.State))
	})
	return counts
}

// any gives a review with values from so few that many are alike.
func (a archive) any(r *rand.Rand) catalog.Review {
	v := review(fmt.Sprint("d", r.IntN(6)), fmt.Sprint("k", r.IntN(6)))
	v.Region, v.Collection = r.IntN(4), []string{"main", "side", "Main"}[r.IntN(3)]
	v.State, v.Since = catalog.ReviewState(1+r.IntN(3)), minute(r.IntN(4))
	v.Confidence, v.Doubtful, v.Disagreement = r.IntN(4)-1, r.IntN(3), r.IntN(3)
	if r.IntN(3) == 0 {
		v.ClaimedBy, v.ClaimUntil = "anna", minute(r.IntN(4))
	}
	if r.IntN(3) == 0 {
		v.SkippedBy = []string{"boris", "anna"}[:1+r.IntN(2)]
	}
	return v
}

func (a archive) question(r *rand.Rand) catalog.ReviewQuery {
	q := catalog.ReviewQuery{Order: catalog.ReviewOrder(1 + r.IntN(3)), Limit: 1 + r.IntN(12)}
	for state := catalog.ToCorrect; state <= catalog.Reviewed; state++ {
		if r.IntN(2) == 0 {
			q.States = append(q.States, state)
		}
	}
	if r.IntN(2) == 0 {
		q.Collection = []string{"main", "side", "Main", "absent"}[r.IntN(4)]
	}
	if r.IntN(4) == 0 {
		q.Document = fmt.Sprint("d", r.IntN(7))
	}
	if r.IntN(2) == 0 {
		q.FreeAt, q.For = minute(r.IntN(4)), []string{"anna", "boris", ""}[r.IntN(3)]
	}
	if r.IntN(2) == 0 {
		after := a.any(r)
		q.After = &after
	}
	return q
}

// Whatever is put and deleted, queries and counts say what a plain list in memory says.
func reviewQueries(f *fixture) {
	const steps, questions = 250, 6
	seed := rand.Uint64()
	f.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	a := archive{map[string]catalog.Review{}, map[string]bool{}}
	f.putDocuments("d0", "d1", "d2", "d3", "d4", "d5")
	f.tx(func(tx catalog.Tx) error {
		for range steps {
			if err := a.step(tx, r); err != nil {
				return err
			}
			for range questions {
				q := a.question(r)
				got, err := tx.Reviews(q)
				if err != nil {
					return err
				}
				if want := a.answer(q); !slices.Equal(each(got, reviewName), want) {
					return fmt.Errorf("%+v:\n got %v\nwant %v", q, each(got, reviewName), want)
				}
				for _, v := range got {
					equal(f, "review", v, a.reviews[reviewName(v)])
				}
			}
			collection := []string{"", "main", "side", "Main", "absent"}[r.IntN(5)]
			counts, err := tx.ReviewCounts(collection)
			if err != nil {
				return err
			}
			if want := a.counts(collection); !slices.Equal(counts, want) {
				return fmt.Errorf("counts of %q:\n got %+v\nwant %+v", collection, counts, want)
			}
		}
		return nil
	})
	equal(f, "no limit, no reviews", len(f.reviews(catalog.ReviewQuery{})), 0)
}

// step changes store and memory in the same way.
func (a archive) step(tx catalog.Tx, r *rand.Rand) error {
	v := a.any(r)
	switch r.IntN(8) {
	case 0:
		delete(a.reviews, reviewName(v))
		return tx.DeleteReview(v.Document, v.Key)
	case 1:
		doc := document(v.Document)
		if a.deleted[v.Document] = !a.deleted[v.Document]; a.deleted[v.Document] {
			doc.DeletedAt = minute(1)
		}
		return tx.PutDocument(doc)
	case 2: // work that leaves it where it stands
		if before, ok := a.reviews[reviewName(v)]; ok {
			before.ClaimedBy, before.ClaimUntil, before.SkippedBy = v.ClaimedBy, v.ClaimUntil, v.SkippedBy
			before.Version++
			v = before
		}
	}
	a.reviews[reviewName(v)] = v
	return tx.PutReview(v)
}

// Who goes through a queue sees each review once that was there all the time and stayed
// where it was.
func reviewsPaging(f *fixture) {
	f.putDocuments("d")
	put := func(key string, confidence int) {
		v := review("d", key)
		v.Confidence = confidence
		f.putReviews(v)
	}
	for n := range 20 {
		put(fmt.Sprintf("k%02d", n), n/7)
	}
	var seen []string
	q := catalog.ReviewQuery{Order: catalog.LeastSureFirst, Limit: 3}
	for next := 0; ; next++ {
		page := f.reviews(q)
		if len(page) == 0 {
			break
		}
		seen = append(seen, each(page, func(v catalog.Review) string { return v.Key })...)
		q.After = &page[len(page)-1]
		put(fmt.Sprintf("new%02d", next), next%3)                                                 // behind and ahead
		f.tx(func(tx catalog.Tx) error { return tx.DeleteReview(q.After.Document, q.After.Key) }) // the mark itself goes
	}
	sorted := slices.Clone(seen)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(seen) {
		f.Errorf("repeated: %v", seen)
	}
	for n := range 20 {
		if key := fmt.Sprintf("k%02d", n); !slices.Contains(seen, key) {
			f.Errorf("%s was skipped", key)
		}
	}
}

// Documents of today have their reviews from the first: none is among those of before,
// reviews or not.
func withoutReviews(f *fixture) {
	f.putDocuments("a", "b")
	f.putReviews(review("a", "k"))
	f.tx(func(tx catalog.Tx) error { return tx.ReviewsMade("b") })
	if found := read(f, func(r catalog.Reader) ([]catalog.Document, error) { return r.WithoutReviews("", 10) }); len(found) > 0 {
		f.Errorf("without reviews: %+v", found)
	}
}
