package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// indexed makes n documents that have one term, by number, and returns their IDs.
func (a *archive) indexed(n int, term string) []string {
	a.t.Helper()
	var ids []string
	a.must(a.store.Tx(a.t.Context(), func(tx catalog.Tx) error {
		for i := range n {
			id := fmt.Sprintf("%04d", i)
			ids = append(ids, id)
			err := errors.Join(
				tx.PutDocument(catalog.Document{ID: id, Collection: "main", Head: 1}),
				tx.InsertRevision(catalog.Revision{Document: id, Number: 1, Title: id}),
				tx.PutTerms(id, []catalog.Term{{Text: term, Times: 1, Trigrams: []string{"_x", "x_"}}}),
			)
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return ids
}

// asked searches for x from an offset on and collects what accept takes.
func (a *archive) asked(offset, limit int, accept func(id string) bool) (found []string, looked, next int) {
	a.t.Helper()
	q := catalog.SearchQuery{Match: catalog.Match{Term: "x"}, Offset: offset, Limit: limit}
	next, err := a.SearchDocuments(a.t.Context(), q, func(d catalog.DocumentText) (bool, error) {
		looked++
		if !accept(d.Head.ID) {
			return false, nil
		}
		found = append(found, d.Head.Revision.Title)
		return true, nil
	})
	a.must(err)
	return found, looked, next
}

func TestSearchGoesOnUntilEachAnswerIsGivenOnce(t *testing.T) {
	a := newArchive(t)
	ids := a.indexed(40, "x")
	for name, accept := range map[string]func(string) bool{
		"all":         func(string) bool { return true },
		"some":        func(id string) bool { return id[3] == '0' || id[3] == '7' },
		"the last":    func(id string) bool { return id == "0039" },
		"none":        func(string) bool { return false },
		"the first":   func(id string) bool { return id == "0000" },
		"a long wait": func(id string) bool { return id < "0003" || id > "0030" },
	} {
		want := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !accept(id) })
		for _, limit := range []int{1, 3, 20, 39, 40, 41} {
			var got []string
			next, pages := 0, 0
			for {
				var found []string
				found, _, next = a.asked(next, limit, accept)
				if len(found) > limit {
					t.Fatalf("%s: %d answers, asked for %d", name, len(found), limit)
				}
				got = append(got, found...)
				if pages++; next == 0 || pages > 200 {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s by %d: %d pages with %q", name, limit, pages, got)
			}
		}
	}
	if found, looked, next := a.asked(0, 10, func(string) bool { return true }); len(found) != 10 || looked != 10 || next != 10 {
		t.Errorf("a full page: %d answers of %d, next %d", len(found), looked, next)
	}
}

// A query that the index cannot decide does not hold the server for long.
func TestSearchLooksIntoSoMany(t *testing.T) {
	a := newArchive(t)
	a.indexed(700, "x")
	found, looked, next := a.asked(0, 10, func(id string) bool { return id == "0003" || id == "0650" })
	if !slices.Equal(found, []string{"0003"}) || looked != 500 || next != 500 {
		t.Errorf("found %q in %d, next %d", found, looked, next)
	}
	found, looked, next = a.asked(next, 10, func(id string) bool { return id == "0650" })
	if !slices.Equal(found, []string{"0650"}) || looked != 200 || next != 0 {
		t.Errorf("then %q in %d, next %d", found, looked, next)
	}
}

// The documents of a published volume are ranges of one text: a search that looks into
// many of them reads it once.
func TestSearchReadsAVolumeOnce(t *testing.T) {
	a := newArchive(t)
	const page = "a page of a volume; "
	i := catalog.Import{
		Collection: "c", Path: "volume.txt", Digest: digest("volume"), Size: 4, MediaType: "text/plain", Person: "anna",
		Reading: catalog.Reading{Text: strings.Repeat(page, 5000), BodyDigest: digest("body")},
	}
	for n := range 50 {
		i.Parts = append(i.Parts, catalog.ImportedPart{Title: "t", Range: &catalog.Range{Start: n * len(page), End: (n + 1) * len(page)}})
	}
	kept, err := a.ImportText(t.Context(), i)
	a.must(err)
	a.must(a.store.Tx(t.Context(), func(tx catalog.Tx) error {
		for _, d := range kept.Documents {
			if err := tx.PutTerms(d.ID, []catalog.Term{{Text: "x", Times: 1}}); err != nil {
				return err
			}
		}
		return nil
	}))
	store := counting{a.store, map[string]int{}}
	a.Catalog = catalog.New(store, time.Now, nil, catalog.Limits{})
	q := catalog.SearchQuery{Match: catalog.Match{Term: "x"}, Limit: 20}
	_, err = a.SearchDocuments(t.Context(), q, func(d catalog.DocumentText) (bool, error) { return d.Regions[0].Text == page, nil })
	a.must(err)
	if store.reads["ReadingTexts"] != 1 {
		t.Errorf("the text was read %d times", store.reads["ReadingTexts"])
	}
}

func TestSearchEndsWithItsCallerAndWithAnError(t *testing.T) {
	a := newArchive(t)
	a.indexed(3, "x")
	q := catalog.SearchQuery{Match: catalog.Match{Term: "x"}, Limit: 5}
	broken := errors.New("no text")
	if _, err := a.SearchDocuments(t.Context(), q, func(catalog.DocumentText) (bool, error) { return false, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	looked := 0
	_, err := a.SearchDocuments(ctx, q, func(catalog.DocumentText) (bool, error) {
		looked++
		cancel()
		return true, nil
	})
	if !errors.Is(err, context.Canceled) || looked != 1 {
		t.Errorf("looked at %d after the caller had gone: %v", looked, err)
	}
}

func TestNearTermsAnswersEachQuestion(t *testing.T) {
	a := newArchive(t)
	a.indexed(1, "x")
	near := func(gram string) catalog.Near {
		return catalog.Near{Trigrams: []string{gram}, Shared: 1, Longest: 9, Limit: 9}
	}
	found, err := a.NearTerms(t.Context(), []catalog.Near{near("_x"), near("none"), near("x_")})
	a.must(err)
	if len(found) != 3 || !slices.Equal(found[0], []string{"x"}) || len(found[1]) != 0 || !slices.Equal(found[2], []string{"x"}) {
		t.Errorf("found %q", found)
	}
}

// An older revision's terms, and those of a document that was deleted, are not stored.
func TestDerivedOfAnotherRevisionIsNotStored(t *testing.T) {
	a := newArchive(t)
	a.readScan("telegrams", "a.tif", "A")
	d := a.documents()[0]
	store := func(revision int) {
		t.Helper()
		a.must(a.StoreDerived(t.Context(), []catalog.Derived{{Document: d.ID, Revision: revision, Terms: []catalog.Term{{Text: "x", Times: 1}}}}))
	}
	all := func(string) bool { return true }
	store(d.Head - 1)
	if found, _, _ := a.asked(0, 5, all); len(found) != 0 {
		t.Errorf("found by an older revision: %q", found)
	}
	store(d.Head)
	if found, _, _ := a.asked(0, 5, all); len(found) != 1 {
		t.Errorf("found %q", found)
	}
	_, err := a.DeleteDocument(t.Context(), d.ID, "", "anna")
	a.must(err)
	store(d.Head)
	if found, _, _ := a.asked(0, 5, all); len(found) != 0 {
		t.Errorf("a deleted document is found: %q", found)
	}
}
