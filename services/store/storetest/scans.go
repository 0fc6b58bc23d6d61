package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func scans(t *testing.T, u suite) {
	u.run(t, "PagingUnderInsert", scansPaging)
	u.run(t, "PagesAreReplaced", pagesReplaced)
	u.run(t, "Holdings", holdings)
}

// Scans that were there when the paging began come once, whatever is added.
func scansPaging(f *fixture) {
	all := digests(40)
	put := func(d catalog.Digest) {
		f.tx(func(tx catalog.Tx) error { return tx.PutScan(catalog.Scan{Digest: d, CreatedAt: begin}) })
	}
	var old, added []catalog.Digest
	for i, d := range all {
		if i%2 == 0 {
			old = append(old, d)
			put(d)
		} else {
			added = append(added, d)
		}
	}
	var seen []catalog.Digest
	for after := catalog.Digest(""); ; {
		page := read(f, func(r catalog.Reader) ([]catalog.Scan, error) { return r.Scans(after, 3) })
		if len(page) == 0 {
			break
		}
		for _, s := range page {
			seen = append(seen, s.Digest)
		}
		after = seen[len(seen)-1]
		for range min(2, len(added)) { // one from each end: behind and ahead
			put(added[0])
			added = added[1:]
			slices.Reverse(added)
		}
	}
	if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != len(seen) {
		f.Errorf("out of order or repeated: %v", seen)
	}
	for _, d := range old {
		if !slices.Contains(seen, d) {
			f.Errorf("%s was skipped", d)
		}
	}
	equal(f, "no limit, no scans", len(read(f, func(r catalog.Reader) ([]catalog.Scan, error) { return r.Scans("", 0) })), 0)
}

func pagesReplaced(f *fixture) {
	f.putScans("s", "other")
	s, other := digest("s"), digest("other")
	put := func(scan catalog.Digest, numbers ...int) {
		pages := each(numbers, func(n int) catalog.Page { return catalog.Page{Scan: scan, Number: n, Width: 10 * n} })
		f.tx(func(tx catalog.Tx) error { return tx.PutPages(scan, pages) })
	}
	numbers := func(scan catalog.Digest) []int {
		pages := read(f, func(r catalog.Reader) ([]catalog.Page, error) { return r.Pages(scan) })
		return each(pages, func(p catalog.Page) int { return p.Number })
	}
	put(other, 1)
	put(s, 10, 2, 1, 3)
	equal(f, "by number", numbers(s), []int{1, 2, 3, 10})
	put(s, 2, 1)
	equal(f, "replaced", numbers(s), []int{1, 2})
	put(s)
	equal(f, "emptied", numbers(s), []int{})
	equal(f, "of the other scan", numbers(other), []int{1})
}

func holdings(f *fixture) {
	f.putScans("s", "other")
	f.putCollections("main", "side")
	f.tx(func(tx catalog.Tx) error {
		var failed error
		for _, h := range []struct {
			id, collection, scan, path string
			after                      int
		}{
			{"h1", "main", "s", "p", 3},
			{"h2", "side", "s", "p", 1},
			{"h3", "main", "s", "q", 2},
			{"h4", "main", "other", "p", 9},
			{"h5", "main", "s", "r", 3},
		} {
			failed = errors.Join(failed, tx.PutHolding(catalog.Holding{
				ID: h.id, Collection: h.collection, Scan: digest(h.scan), Path: h.path, CreatedAt: minute(h.after),
			}))
		}
		return failed
	})
	f.view(func(r catalog.Reader) error {
		list, listErr := r.Holdings(digest("s"))
		equal(f, "oldest first", each(list, func(h catalog.Holding) string { return h.ID }), []string{"h2", "h3", "h1", "h5"})
		newest, newestErr := r.HoldingIn("main", digest("s"))
		equal(f, "newest", newest.ID, "h5")
		at, atErr := r.HoldingAt("side", "p", digest("s"))
		equal(f, "at", at.ID, "h2")
		if _, err := r.HoldingAt("side", "q", digest("s")); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("path of another collection: got %v", err)
		}
		return errors.Join(listErr, newestErr, atErr)
	})
}
