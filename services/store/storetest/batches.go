package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func batches(t *testing.T, u suite) {
	u.run(t, "PagingUnderInsert", batchesPaging)
	u.run(t, "ToResume", batchToResume)
	u.run(t, "Left", batchesLeft)
	u.run(t, "Files", batchFiles)
	u.run(t, "EndedFiles", endedFiles)
	u.run(t, "FilesOf", filesOf)
}

func batchIDs(list []catalog.Batch) []string {
	return each(list, func(b catalog.Batch) string { return b.ID })
}

func fileNames(list []catalog.BatchFile) []string {
	return each(list, func(n catalog.BatchFile) string { return fmt.Sprint(n.Batch, n.Number) })
}

func batchesPaging(f *fixture) {
	for n := 10; n < 30; n += 2 {
		f.putBatches(batch(fmt.Sprint("b", n)))
	}
	var seen []string
	for after, next := "", 40; ; next++ {
		page := read(f, func(r catalog.Reader) ([]catalog.Batch, error) { return r.Batches(after, 3) })
		if len(page) == 0 {
			break
		}
		seen = append(seen, batchIDs(page)...)
		after = seen[len(seen)-1]
		f.putBatches(batch(fmt.Sprint("b", next))) // newer than all
	}
	want := []string{}
	for n := 28; n >= 10; n -= 2 {
		want = append(want, fmt.Sprint("b", n))
	}
	equal(f, "batches", seen, want)
}

func batchToResume(f *fixture) {
	resume := func(key string) string {
		var id string
		f.view(func(r catalog.Reader) error {
			b, err := r.BatchToResume("p", key)
			id = b.ID
			if errors.Is(err, catalog.ErrNotFound) {
				return nil
			}
			return err
		})
		return id
	}
	for n, state := range []catalog.BatchState{
		catalog.BatchOpen, catalog.BatchRunning, catalog.BatchIncomplete,
		catalog.BatchDone, catalog.BatchDoneWithFailures, catalog.BatchCancelled,
	} {
		b := batch(fmt.Sprint("b", n))
		b.State, b.ResumeKey, b.Person = state, "key", "p"
		other := batch(fmt.Sprint("c", n))
		other.State, other.ResumeKey, other.Person = state, fmt.Sprint("only ", state), "p"
		of := batch(fmt.Sprint("d", n)) // another person's
		of.State, of.ResumeKey, of.Person = state, "key", "q"
		f.putBatches(b, other, of)
	}
	f.putBatches(batch("z"))
	equal(f, "newest that can be resumed", resume("key"), "b2")
	equal(f, "open", resume("only 1"), "c0")
	equal(f, "running", resume("only 2"), "c1")
	equal(f, "done", resume("only 3"), "")
	equal(f, "cancelled", resume("only 5"), "")
	equal(f, "incomplete", resume("only 6"), "c2")
	equal(f, "other key", resume("KEY"), "")
	equal(f, "no key", resume(""), "")
}

func batchesLeft(f *fixture) {
	for n, c := range []struct {
		state catalog.BatchState
		after int
	}{
		{catalog.BatchOpen, 5},
		{catalog.BatchRunning, 1},
		{catalog.BatchIncomplete, 1},
		{catalog.BatchDone, 1},
		{catalog.BatchCancelled, 1},
		{catalog.BatchOpen, 3},
		{catalog.BatchDoneWithFailures, 1},
	} {
		b := batch(fmt.Sprint("b", n))
		b.State, b.ActiveAt = c.state, minute(c.after)
		f.putBatches(b)
	}
	busy := batch("busy") // a file has arrived and not ended
	busy.State, busy.ActiveAt, busy.Files, busy.FilesArrived, busy.FilesEnded = catalog.BatchRunning, minute(1), 3, 2, 1
	f.putBatches(busy)
	f.view(func(r catalog.Reader) error {
		list, err := r.BatchesLeft(minute(5), 10)
		equal(f, "before", batchIDs(list), []string{"b1", "b5"})
		some, someErr := r.BatchesLeft(minute(9), 1)
		equal(f, "limited to the oldest", batchIDs(some), []string{"b1"})
		return errors.Join(err, someErr)
	})
}

// putNineFiles puts files 1 to 9 of a batch: 1 to 3 expected, 4 to 6 arrived (5
// with a failed page), 7 to 9 ended in the order 8, 9, 7 (9 with a blank page,
// 7 with a corrupt one).
func (f *fixture) putNineFiles(id string) {
	f.Helper()
	f.putScans("s")
	f.putBatches(batch(id))
	var list []catalog.BatchFile
	for n := 9; n >= 1; n-- {
		g := file(id, n)
		switch {
		case n >= 7:
			g.State, g.EndSequence = catalog.FileEnded, []int{3, 1, 2}[n-7]
		case n >= 4:
			g.State = catalog.FileArrived
		}
		switch n {
		case 5:
			g.Counts.Ended[catalog.Failed] = 1
		case 7:
			g.Counts.Ended[catalog.Corrupt] = 2
		case 9:
			g.Counts.Ended[catalog.Blank] = 1
		}
		list = append(list, g)
	}
	f.putFiles(list...)
}

func batchFiles(f *fixture) {
	f.putNineFiles("a")
	f.putNineFiles("b")
	for _, c := range []struct {
		after, limit int
		bad          bool
		want         []string
	}{
		{0, 100, false, []string{"b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9"}},
		{0, 2, false, []string{"b1", "b2"}},
		{7, 100, false, []string{"b8", "b9"}},
		{9, 100, false, []string{}},
		{0, 100, true, []string{"b1", "b2", "b3", "b5", "b7"}},
		{2, 2, true, []string{"b3", "b5"}},
		{0, 0, false, []string{}},
	} {
		got := read(f, func(r catalog.Reader) ([]catalog.BatchFile, error) {
			return r.BatchFiles("b", c.after, c.limit, c.bad)
		})
		equal(f, fmt.Sprint(c), fileNames(got), c.want)
	}
	mended := file("b", 5)
	mended.State = catalog.FileArrived
	f.putFiles(mended)
	bad := read(f, func(r catalog.Reader) ([]catalog.BatchFile, error) { return r.BatchFiles("b", 3, 9, true) })
	equal(f, "bad after a retry", fileNames(bad), []string{"b7"})
}

func endedFiles(f *fixture) {
	f.putNineFiles("a")
	f.putNineFiles("b")
	for _, c := range []struct {
		after, limit int
		want         []string
	}{
		{0, 9, []string{"b8", "b9", "b7"}}, {1, 9, []string{"b9", "b7"}}, {0, 1, []string{"b8"}}, {3, 9, []string{}},
	} {
		got := read(f, func(r catalog.Reader) ([]catalog.BatchFile, error) { return r.EndedFiles("b", c.after, c.limit) })
		equal(f, fmt.Sprint(c), fileNames(got), c.want)
	}
}

func filesOf(f *fixture) {
	f.putScans("s", "t")
	f.putBatches(batch("a"), batch("b"))
	var list []catalog.BatchFile
	for n, c := range []struct{ batch, scan, recipe string }{
		{"b", "s", "r"}, {"b", "s", "q"}, {"a", "s", "r"}, {"a", "t", "r"}, {"a", "", "r"}, {"a", "s", "r"},
	} {
		g := file(c.batch, n+1)
		g.Recipe = digest(c.recipe)
		if c.scan != "" {
			g.State, g.Scan = catalog.FileArrived, digest(c.scan)
		}
		list = append(list, g)
	}
	slices.Reverse(list)
	f.putFiles(list...)
	of := func(recipe catalog.Digest) []string {
		return fileNames(read(f, func(r catalog.Reader) ([]catalog.BatchFile, error) { return r.FilesOf(digest("s"), recipe) }))
	}
	equal(f, "under a recipe", of(digest("r")), []string{"a3", "a6", "b1"})
	equal(f, "under all", of(""), []string{"a3", "a6", "b1", "b2"})
	equal(f, "under none", of(digest("x")), []string{})
	none := read(f, func(r catalog.Reader) ([]catalog.BatchFile, error) { return r.FilesOf("", "") })
	equal(f, "of no scan", len(none), 0)
}
