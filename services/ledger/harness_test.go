package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// archive is a store on the disk, the path to it, and a key.
type archive struct {
	*sqlite.Store
	folder, path string
	key          *Key
}

// emptyDatabase is the file of a new store: to bring its tables up to date takes as long
// as most tests here.
var emptyDatabase = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "ledger")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "fonds.db")
	store, err := sqlite.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func newArchive(t testing.TB) *archive {
	t.Helper()
	folder := t.TempDir()
	a := &archive{folder: folder, path: filepath.Join(folder, "fonds.db")}
	empty, err := emptyDatabase()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	if a.key, err = OpenKey(folder); err != nil {
		t.Fatal(err)
	}
	a.open(t)
	return a
}

// copies gives what makes archives that are as this one is now, which is closed.
func (a *archive) copies(t testing.TB) func(testing.TB) *archive {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(a.path)
	if err != nil {
		t.Fatal(err)
	}
	return func(t testing.TB) *archive {
		t.Helper()
		c := &archive{folder: t.TempDir(), key: a.key}
		c.path = filepath.Join(c.folder, "fonds.db")
		if err := os.WriteFile(c.path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		c.open(t)
		return c
	}
}

func (a *archive) open(t testing.TB) {
	t.Helper()
	store, err := sqlite.Open(context.Background(), a.path)
	if err != nil {
		t.Fatal(err)
	}
	a.Store = store
	t.Cleanup(func() { _ = store.Close() })
}

// do appends acts in one transaction.
func (a *archive) do(t testing.TB, acts ...catalog.Act) {
	t.Helper()
	err := a.Tx(context.Background(), func(tx catalog.Tx) error {
		for _, act := range acts {
			if err := tx.AppendAct(act); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sequence gives all waiting acts their leaves, as a run that ends at once does.
func (a *archive) sequence(t testing.TB) catalog.Checkpoint {
	t.Helper()
	s := &sequencer{Config: Config{Store: a, Key: a.key, Log: silent()}}
	if err := s.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.last
}

// act is the n-th of some acts, each with other bytes.
func act(n int) catalog.Act {
	return catalog.Act{
		Kind: catalog.ActUserAdded, Person: "local", Subject: fmt.Sprintf("users/%d", n),
		At:    time.Date(2026, 3, 1, 9, 0, 0, 1000*n, time.UTC),
		Facts: json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)),
	}
}

func actsTo(n int) []catalog.Act {
	acts := make([]catalog.Act, n)
	for i := range acts {
		acts[i] = act(i)
	}
	return acts
}

// raw changes the database behind the store's back; nothing keeps it from that.
func (a *archive) raw(t testing.TB, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", a.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // settings are a connection's
	for _, trigger := range []string{
		"acts_insert", "acts_unnumbered", "acts_update", "acts_taken", "acts_delete",
		"tree_hashes_insert", "tree_hashes_update", "tree_hashes_delete",
		"checkpoints_insert", "checkpoints_update", "checkpoints_delete",
	} {
		statements = append([]string{"DROP TRIGGER IF EXISTS " + trigger}, statements...)
	}
	for _, s := range append([]string{"PRAGMA busy_timeout = 5000", "PRAGMA synchronous = OFF"}, statements...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// check gives what Check finds.
func (a *archive) check(t testing.TB) []string {
	t.Helper()
	var found []string
	_, err := Check(t.Context(), a, a.key.Verifiers(), func(name, problem string) { found = append(found, name+": "+problem) })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// against gives what CheckAgainst finds.
func (a *archive) against(t testing.TB, kept string) []string {
	t.Helper()
	var found []string
	err := CheckAgainst(t.Context(), a, a.key.Verifiers(), kept, func(_, problem string) { found = append(found, problem) })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (a *archive) newest(t testing.TB) catalog.Checkpoint {
	t.Helper()
	var c catalog.Checkpoint
	a.view(t, func(r catalog.Reader) (err error) {
		c, _, err = newest(r)
		return err
	})
	return c
}

func (a *archive) acts(t testing.TB, leaf int64, limit int) []catalog.Act {
	t.Helper()
	var acts []catalog.Act
	a.view(t, func(r catalog.Reader) (err error) {
		acts, err = r.Acts(leaf, limit)
		return err
	})
	return acts
}

func (a *archive) view(t testing.TB, fn func(catalog.Reader) error) {
	t.Helper()
	if err := a.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func silent() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// rootOf is the Merkle tree hash as RFC 6962 defines it, for comparison.
func rootOf(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(rootOf(leaves[:k]), rootOf(leaves[k:]))
}

func dataHash(t testing.TB, a catalog.Act) tlog.Hash {
	t.Helper()
	data, err := a.Data()
	if err != nil {
		t.Fatal(err)
	}
	return tlog.RecordHash(data)
}
