package catalog_test

import (
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// TestJobNamesCollectionsAlthoughTheHoldingHasAnotherRecipe delivers a file again
// in another language before its pages were read in the first.
func TestJobNamesCollectionsAlthoughTheHoldingHasAnotherRecipe(t *testing.T) {
	a := newArchive(t)
	for _, language := range []string{"eng", "rus"} {
		a.arrive(a.batch("telegrams", language, "", "a.tif"), "a.tif", "A")
	}
	a.store1(answer(a.issue()[0], catalog.Text, 1))
	jobs := a.issue()
	if len(jobs) != 2 {
		t.Fatalf("issued %+v", jobs)
	}
	for _, j := range jobs {
		if !slices.Equal(j.Collections, []string{"telegrams"}) {
			t.Errorf("the text in recipe %.8s goes to %v", j.Work.Key.Recipe, j.Collections)
		}
	}
}

func TestRetryOfOneWork(t *testing.T) {
	a := newArchive(t)
	a.arrive(a.batch("telegrams", "eng", "", "a.tif"), "a.tif", "A")
	a.store1(answer(a.issue()[0], catalog.Text, 2))
	jobs := a.issue()
	key := jobs[0].Work.Key
	retry := func(key catalog.WorkKey) (int, string) {
		t.Helper()
		n, err := a.RetryWork(t.Context(), key)
		if err != nil && reason(err) == "" {
			t.Fatal(err)
		}
		return n, reason(err)
	}
	if n, why := retry(key); n != 0 || why != "" {
		t.Errorf("retry of a work under way: %d, %s", n, why)
	}
	a.store1(answer(jobs[0], catalog.Timeout, 0))
	if n, why := retry(key); n != 0 || why != catalog.ReasonFileNotEnded {
		t.Errorf("retry while the other page is being read: %d, %s", n, why)
	}
	a.store1(answer(jobs[1], catalog.Text, 0))
	if n, why := retry(key); n != 1 || why != "" {
		t.Errorf("retry: %d, %s", n, why)
	}
	if n, why := retry(jobs[1].Work.Key); n != 0 || why != "" {
		t.Errorf("retry of a page that was read: %d, %s", n, why)
	}
	if n, why := retry(catalog.WorkKey{Scan: digest("B"), Page: 1}); n != 0 || why != catalog.ReasonWorkNotFound {
		t.Errorf("retry of no work: %d, %s", n, why)
	}
	if again := a.issue(); len(again) != 1 || again[0].Work.Key != key || again[0].Work.Attempt != 2 {
		t.Errorf("issued %+v", again)
	}
}
