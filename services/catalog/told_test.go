package catalog_test

import (
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// An event tells 64 KB of words, over all regions that show the same.
func TestEventsTellSomeOfTheWords(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	g := a.at(id, 0).Shown
	_, err := a.UpdateDocument(t.Context(), id, "", "boris", catalog.Change{Regions: []catalog.Region{g, g, g}})
	a.must(err)
	run := func(bytes int) catalog.WordChange { return catalog.WordChange{After: strings.Repeat("x", bytes)} }
	v := a.at(id, 0)
	_, err = a.SubmitReview(t.Context(), id, v.Key, "anna", v.Etag(), catalog.Correction{
		BasedOn: v.Reading.ID, Text: "corrected", Body: []byte("corrected"), BodyDigest: digest("corrected"),
		Words: []catalog.WordChange{{Before: "a", After: "b"}, run(30 << 10), run(10 << 10)},
	})
	a.must(err)
	events, err := a.Events(t.Context(), 0, id, "", 100)
	a.must(err)
	e := events[len(events)-1]
	if e.Type != catalog.TextCorrected || len(e.Regions) != 3 {
		t.Fatalf("event %s with %d regions", e.Type, len(e.Regions))
	}
	for i, want := range []struct {
		words     int
		truncated bool
	}{{3, false}, {1, true}, {0, true}} {
		if got := e.Regions[i]; len(got.Words) != want.words || got.Truncated != want.truncated {
			t.Errorf("region %d tells %d runs of words, truncated: %v; want %+v", i+1, len(got.Words), got.Truncated, want)
		}
	}
}
