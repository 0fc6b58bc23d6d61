package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func works(t *testing.T, u suite) {
	u.run(t, "Recipes", recipes)
	u.run(t, "ByPage", worksByPage)
	u.run(t, "CountsByOutcome", workCounts)
	u.run(t, "PendingByRecipeAndLane", pendingByClass)
	u.run(t, "PendingIsFair", pendingIsFair)
	u.run(t, "PendingOldestFirst", pendingOldestFirst)
	u.run(t, "QueuedBefore", queuedBefore)
	u.run(t, "DroppedWithSequence", droppedWithSequence)
}

// page is a work that waits for its job.
func page(scan string, number int, batch string) catalog.Work {
	return catalog.Work{
		Key:   catalog.WorkKey{Scan: digest(scan), Page: number, Recipe: digest("recipe")},
		State: catalog.Pending, Batch: batch,
	}
}

func probe(scan, batch string) catalog.Work {
	return catalog.Work{Key: catalog.ProbeOf(digest(scan)), State: catalog.Pending, Batch: batch}
}

func recipes(f *fixture) {
	with, err := catalog.NewRecipe(
		[]catalog.Model{{Language: "rus", SHA256: digest("m")}, {Language: "eng", SHA256: digest("n")}},
		[]catalog.Parameter{{Name: "psm", Value: "6"}})
	if err != nil {
		f.Fatal(err)
	}
	bare, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digest("n")}}, nil)
	if err != nil {
		f.Fatal(err)
	}
	for range 2 { // the same again is no error
		f.tx(func(tx catalog.Tx) error { return errors.Join(tx.PutRecipe(with), tx.PutRecipe(bare)) })
	}
	for _, want := range []catalog.Recipe{with, bare} {
		got := read(f, func(r catalog.Reader) (catalog.Recipe, error) { return r.Recipe(want.Digest) })
		equal(f, "recipe", got, want)
	}
}

func worksByPage(f *fixture) {
	f.putScans("s", "t")
	other := page("s", 1, "b")
	other.Key.Recipe = digest("other recipe")
	f.putWorks(page("s", 10, "b"), page("s", 2, "b"), probe("s", "b"), page("s", 1, "b"), page("t", 3, "b"), other)
	pages := func(recipe catalog.Digest) []int {
		list := read(f, func(r catalog.Reader) ([]catalog.Work, error) { return r.Works(digest("s"), recipe) })
		return each(list, func(w catalog.Work) int { return w.Key.Page })
	}
	equal(f, "pages", pages(digest("recipe")), []int{1, 2, 10})
	equal(f, "probe", pages(""), []int{0})
	equal(f, "other recipe", pages(digest("other recipe")), []int{1})
}

func workCounts(f *fixture) {
	f.putScans("s", "t")
	list := []catalog.Work{page("t", 1, "b"), probe("s", "b")}
	for n, outcome := range []catalog.Outcome{
		0, catalog.Text, catalog.Text, catalog.Blank, catalog.Failed, catalog.Refused, catalog.Text, 0,
	} {
		w := page("s", n+1, "b")
		if outcome != 0 {
			w.State, w.Outcome = catalog.Ended, outcome
		}
		list = append(list, w)
	}
	f.putWorks(list...)
	want := catalog.Counts{Pages: 8}
	want.Ended[catalog.Text], want.Ended[catalog.Blank] = 3, 1
	want.Ended[catalog.Failed], want.Ended[catalog.Refused] = 1, 1
	counts := func() catalog.Counts {
		return read(f, func(r catalog.Reader) (catalog.Counts, error) {
			return r.WorkCounts(digest("s"), digest("recipe"))
		})
	}
	equal(f, "counts", counts(), want)
	again := page("s", 5, "b") // FAILED is tried again
	f.putWorks(again)
	want.Ended[catalog.Failed] = 0
	equal(f, "counts after a retry", counts(), want)
	probes := read(f, func(r catalog.Reader) (catalog.Counts, error) { return r.WorkCounts(digest("s"), "") })
	equal(f, "the probe is no page", probes, catalog.Counts{})
}

// names tells works by scan and page, for works of scans "a" to "z".
func names(list []catalog.Work) string {
	of := make(map[catalog.Digest]string)
	for c := 'a'; c <= 'z'; c++ {
		of[digest(string(c))] = string(c)
	}
	return strings.Join(each(list, func(w catalog.Work) string { return fmt.Sprint(of[w.Key.Scan], w.Key.Page) }), " ")
}

func (f *fixture) pending(limit int) []catalog.Work {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]catalog.Work, error) { return r.PendingWorks(digest("recipe"), limit) })
}

func pendingByClass(f *fixture) {
	f.putScans("a", "b", "c", "d")
	bulk := func(w catalog.Work) catalog.Work {
		w.Lane = catalog.Bulk
		return w
	}
	queued, ended, dropped := page("d", 1, "x"), page("d", 2, "x"), page("d", 3, "x")
	queued.State, ended.State, dropped.State = catalog.Queued, catalog.Ended, catalog.Dropped
	f.putWorks(bulk(page("a", 1, "x")), bulk(probe("a", "x")), page("b", 1, "x"), page("b", 2, "x"),
		probe("c", "x"), queued, ended, dropped)
	equal(f, "all pages", names(f.pending(100)), "b1 b2 a1")
	equal(f, "first two", names(f.pending(2)), "b1 b2")
	equal(f, "none asked for", names(f.pending(0)), "")
	f.view(func(r catalog.Reader) error {
		probes, err := r.PendingWorks("", 100)
		equal(f, "all probes", names(probes), "c0 a0")
		recipes, recipesErr := r.PendingRecipes()
		equal(f, "recipes", recipes, []catalog.Digest{"", digest("recipe")})
		return errors.Join(err, recipesErr)
	})
}

// Of every beginning of the list each batch has an equal share, as long as it
// has works left.
func pendingIsFair(f *fixture) {
	const many = 500
	f.putScans("a", "b", "c")
	var list []catalog.Work
	for n := range many {
		list = append(list, page("a", n+1, "large"))
	}
	for n := range 5 {
		list = append(list, page("b", n+1, "small"))
	}
	for n := range 40 {
		list = append(list, page("c", n+1, "middle"))
	}
	f.putWorks(list...)
	has := map[string]int{"large": many, "small": 5, "middle": 40}
	for _, limit := range []int{1, 2, 3, 4, 14, 15, 16, 17, 60, 85, 86, 300, many + 45, many + 100} {
		got := f.pending(limit)
		equal(f, "length", len(got), min(limit, many+45))
		share := make(map[string]int)
		for i, w := range got {
			share[w.Batch]++
			for batch, n := range share {
				for other := range has {
					if n > share[other]+1 && share[other] < has[other] {
						f.Fatalf("limit %d, at %d: %d of %s, %d of %s", limit, i, n, batch, share[other], other)
					}
				}
			}
		}
	}
}

// The age of a work is the time at which it was first put.
func pendingOldestFirst(f *fixture) {
	f.putScans("a", "b", "c")
	f.putWorks(page("c", 1, "x"), page("a", 2, "x"), page("b", 9, "x"))
	f.putWorks(page("b", 1, "x"), page("a", 1, "x"))
	equal(f, "order", names(f.pending(10)), "c1 a2 b9 b1 a1")
	queued := page("a", 2, "x")
	queued.State = catalog.Queued
	f.putWorks(queued)
	equal(f, "without the queued one", names(f.pending(10)), "c1 b9 b1 a1")
	f.putWorks(page("a", 2, "x"))
	equal(f, "in its place again", names(f.pending(10)), "c1 a2 b9 b1 a1")
}

func queuedBefore(f *fixture) {
	f.putScans("a")
	var list []catalog.Work
	for n, after := range []int{5, 1, 3, 2, 4} {
		w := page("a", n+1, "x")
		w.State, w.QueuedAt = catalog.Queued, minute(after)
		list = append(list, w)
	}
	pending := page("a", 9, "x")
	pending.QueuedAt = minute(0)
	f.putWorks(append(list, pending)...)
	f.view(func(r catalog.Reader) error {
		n, countErr := r.QueuedCounts()
		equal(f, "count", n, map[catalog.Digest]int{digest("recipe"): 5})
		list, listErr := r.QueuedWorks(minute(4), 10)
		equal(f, "oldest first, not at the time itself", names(list), "a2 a4 a3")
		first, firstErr := r.QueuedWorks(minute(9), 2)
		equal(f, "limited", names(first), "a2 a4")
		return errors.Join(countErr, listErr, firstErr)
	})
}

func droppedWithSequence(f *fixture) {
	f.putScans("a")
	var list []catalog.Work
	for n, sequence := range []uint64{7, 0, 3} {
		w := page("a", n+1, "x")
		w.State, w.Sequence = catalog.Dropped, sequence
		list = append(list, w)
	}
	queued := page("a", 9, "x")
	queued.State, queued.Sequence = catalog.Queued, 5
	f.putWorks(append(list, queued)...)
	dropped := func(limit int) []catalog.Work {
		return read(f, func(r catalog.Reader) ([]catalog.Work, error) { return r.DroppedWorks(limit) })
	}
	equal(f, "dropped", len(dropped(10)), 2)
	equal(f, "limited", len(dropped(1)), 1)
	for _, w := range dropped(10) {
		if w.Sequence == 0 {
			f.Error("a work without a sequence")
		}
		w.Sequence = 0
		f.putWorks(w)
	}
	equal(f, "taken care of", len(dropped(10)), 0)
}
