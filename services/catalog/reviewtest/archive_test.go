// Package reviewtest plays people, machines and mishaps against the catalog on a real
// store, step by random step, beside a model that keeps its own account of who touched
// what, and holds the guarantees of review against that account.
//
// It has tests alone, and it never asks the store's own tables who contributed or signed:
// what it compares with is what it saw people do.
package reviewtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// archive is a catalog over a real store that can be closed and opened again, with a
// clock and IDs that follow from the seed alone.
type archive struct {
	*catalog.Catalog
	t *testing.T
	// ctx never ends: the store would have somebody watch each question for that.
	ctx   context.Context
	store *sqlite.Store
	path  string
	clock time.Time
	ids   int
	key   *ledger.Key
	// kept are the checkpoints that somebody kept elsewhere.
	kept []string
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	folder := quickFolder(t)
	a := &archive{t: t, ctx: context.WithoutCancel(t.Context()), path: filepath.Join(folder, "fonds.db"), clock: time.Date(1953, 4, 6, 8, 30, 0, 0, time.UTC)}
	var err error
	a.key, err = ledger.OpenKey(folder)
	a.must(err)
	a.open()
	t.Cleanup(func() { a.must(a.store.Close()) })
	return a
}

// quickFolder is in memory where there is such a place: the test is of rules, and what
// a disk does with them the store's own tests show.
func quickFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "fonds-review-") //nolint:usetesting // in memory
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

func (a *archive) open() {
	store, err := sqlite.Open(a.ctx, a.path)
	a.must(err)
	a.store = store
	a.Catalog = catalog.New(store, func() time.Time { return a.clock }, a.newID, catalog.Limits{MaxAttempts: 2, ClientTimeout: time.Hour})
}

func (a *archive) newID() string {
	a.ids++
	return fmt.Sprintf("%s%05x", idStart, a.ids)
}

// idStart is what all IDs begin with: five digits tell them apart.
const idStart = "01890000-0000-7000-8000-0000000"

func (a *archive) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) restart() {
	a.t.Helper()
	a.must(a.store.Close())
	a.open()
}

func (a *archive) view(fn func(catalog.Reader) error) {
	a.t.Helper()
	a.must(a.store.View(a.ctx, fn))
}

func (a *archive) tx(fn func(catalog.Tx) error) {
	a.t.Helper()
	a.must(a.store.Tx(a.ctx, fn))
}

// sequence runs the ledger's sequencer until every act has its leaf, and keeps the
// checkpoint.
func (a *archive) sequence() {
	a.t.Helper()
	ctx, done := context.WithTimeout(a.ctx, time.Minute)
	defer done()
	waiting := func() bool {
		var acts []catalog.Act
		a.view(func(r catalog.Reader) (err error) {
			acts, err = r.WaitingActs(1)
			return err
		})
		return len(acts) > 0
	}
	if !waiting() {
		return
	}
	a.must(ledger.Run(ctx, ledger.Config{
		Store: a.store, Key: a.key, Every: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Published: func(_ context.Context, c catalog.Checkpoint) error {
			if !waiting() {
				a.kept = append(a.kept, c.Note)
				done()
			}
			return nil
		},
	}))
	if waiting() {
		a.t.Fatal("acts wait, and the sequencer has ended")
	}
}

// pick takes one of a list.
func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// chance is true so many times in a hundred.
func chance(rng *rand.Rand, percent int) bool { return rng.IntN(100) < percent }
