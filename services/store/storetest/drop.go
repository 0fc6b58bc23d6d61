package storetest

import (
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// want is a file of a batch that wants a scan read.
type want struct {
	batch  string
	scan   string
	recipe string
	state  catalog.FileState
}

func drop(t *testing.T, u suite) {
	const a, e, x = catalog.FileArrived, catalog.FileEnded, catalog.FileExpected
	for name, c := range map[string]struct {
		files []want
		// cancelled batches besides the one whose works are dropped.
		cancelled []string
		page      catalog.WorkState
		probe     catalog.WorkState
	}{
		"Alone":             {[]want{{"b", "s", "r", a}}, nil, catalog.Dropped, catalog.Dropped},
		"Shared":            {[]want{{"b", "s", "r", a}, {"c", "s", "r", a}}, nil, catalog.Pending, catalog.Pending},
		"OtherRecipe":       {[]want{{"b", "s", "r", a}, {"c", "s", "q", a}}, nil, catalog.Dropped, catalog.Pending},
		"OtherScan":         {[]want{{"b", "s", "r", a}, {"c", "t", "r", a}}, nil, catalog.Dropped, catalog.Dropped},
		"OtherEnded":        {[]want{{"b", "s", "r", a}, {"c", "s", "r", e}}, nil, catalog.Dropped, catalog.Dropped},
		"OtherNotArrived":   {[]want{{"b", "s", "r", a}, {"c", "", "r", x}}, nil, catalog.Dropped, catalog.Dropped},
		"OtherCancelled":    {[]want{{"b", "s", "r", a}, {"c", "s", "r", a}}, []string{"c"}, catalog.Dropped, catalog.Dropped},
		"OneOfTwoCancelled": {[]want{{"b", "s", "r", a}, {"c", "s", "r", a}, {"d", "s", "r", a}}, []string{"c"}, catalog.Pending, catalog.Pending},
		"TwiceInTheBatch":   {[]want{{"b", "s", "r", a}, {"b", "s", "r", a}}, nil, catalog.Dropped, catalog.Dropped},
		"NotOfTheBatch":     {[]want{{"b", "t", "r", a}, {"c", "s", "r", a}}, nil, catalog.Pending, catalog.Pending},
		"NotArrived":        {[]want{{"b", "", "r", x}}, nil, catalog.Pending, catalog.Pending},
	} {
		u.run(t, name, func(f *fixture) {
			f.putScans("s", "t")
			f.putWanted(c.files, c.cancelled)
			f.tx(func(tx catalog.Tx) error { return tx.DropWorks("b") })
			f.states(map[catalog.WorkKey]catalog.WorkState{
				probe("s", "").Key: c.probe,
				pageKey(1):         c.page,
				pageKey(2):         queuedAs(c.page),
				pageKey(3):         catalog.Ended,
				pageKey(4):         catalog.Dropped,
			})
		})
	}
}

// queuedAs is what becomes of a queued work where a pending one becomes s.
func queuedAs(s catalog.WorkState) catalog.WorkState {
	if s == catalog.Pending {
		return catalog.Queued
	}
	return s
}

func pageKey(n int) catalog.WorkKey {
	return catalog.WorkKey{Scan: digest("s"), Page: n, Recipe: digest("r")}
}

// putWanted puts the files and, of scan s, the probe and four pages: pending,
// queued, ended and dropped.
func (f *fixture) putWanted(files []want, cancelled []string) {
	f.Helper()
	for _, id := range []string{"b", "c", "d"} {
		f.putBatches(batch(id))
	}
	for _, id := range append(cancelled, "b") {
		b := batch(id)
		b.State = catalog.BatchCancelled
		f.putBatches(b)
	}
	for i, w := range files {
		n := file(w.batch, i+1)
		n.State, n.Recipe = w.state, digest(w.recipe)
		if w.scan != "" {
			n.Scan = digest(w.scan)
		}
		f.putFiles(n)
	}
	f.putWorks(probe("s", "b"))
	for n, state := range []catalog.WorkState{catalog.Pending, catalog.Queued, catalog.Ended, catalog.Dropped} {
		f.putWorks(catalog.Work{Key: pageKey(n + 1), State: state, Batch: "b", Sequence: uint64(n)})
	}
}

func (f *fixture) states(want map[catalog.WorkKey]catalog.WorkState) {
	f.Helper()
	f.view(func(r catalog.Reader) error {
		for key, state := range want {
			w, err := r.Work(key)
			if err != nil {
				return err
			}
			if w.State != state {
				f.Errorf("page %d: state %d, want %d", key.Page, w.State, state)
			}
		}
		return nil
	})
}
