package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// hold keeps the write lock of the file until it is released.
func hold(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := c.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
	}
}

// impatient makes the writer fail at once when the file is locked.
func impatient(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.alone(t.Context(), func(c *conn) error { return c.script(t.Context(), "PRAGMA busy_timeout = 0") }))
}

func writeBatch(tx catalog.Tx) error {
	return tx.PutBatch(catalog.Batch{ID: "b", State: catalog.BatchOpen})
}

func TestBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	impatient(t, s)
	release := hold(t, path)
	err := s.Tx(t.Context(), writeBatch)
	var e *catalog.Error
	if !errors.As(err, &e) || e.Code != catalog.Unavailable || e.Reason != ReasonBusy {
		t.Errorf("locked: got %v", err)
	}
	if err := s.View(t.Context(), func(r catalog.Reader) error { _, err := r.Batches("", 1); return err }); err != nil {
		t.Errorf("view while locked: %v", err)
	}
	release()
	if err := s.Tx(t.Context(), writeBatch); err != nil {
		t.Errorf("released: %v", err)
	}
}

// The whole of fn runs again, over what was there before.
func TestRunsAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	impatient(t, s)
	release := hold(t, path)
	busy := s.try(t.Context(), writeBatch, false)
	release()
	if !isBusy(busy) {
		t.Fatalf("locked: got %v", busy)
	}
	runs := 0
	err := s.Tx(t.Context(), func(tx catalog.Tx) error {
		runs++
		if _, err := tx.Batch("b"); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("run %d: got %v", runs, err)
		}
		if err := writeBatch(tx); err != nil {
			return err
		}
		if runs < 3 {
			return busy
		}
		return nil
	})
	if err != nil || runs != 3 {
		t.Errorf("%d runs: %v", runs, err)
	}
}

// TestBusyWaitEnds proves that a caller who gives up does not wait for a lock.
func TestBusyWaitEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	defer hold(t, path)()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Tx(ctx, writeBatch) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// After an error that may have rolled the transaction back, nothing is written
// and nothing is committed, even when fn takes no notice of it.
func TestFailureSticks(t *testing.T) {
	s := openNew(t)
	err := s.Tx(t.Context(), func(tx catalog.Tx) error {
		if err := writeBatch(tx); err != nil {
			return err
		}
		if _, err := asTx(tx).exec(`ROLLBACK`); err != nil {
			return err
		}
		if _, err := asTx(tx).exec(`nonsense`); err == nil {
			t.Error("nonsense was taken")
		}
		if err := writeBatch(tx); err == nil {
			t.Error("a write after a failure was taken")
		}
		return nil
	})
	if err == nil {
		t.Error("committed")
	}
	err = s.Tx(t.Context(), func(tx catalog.Tx) error {
		if _, err := tx.Batch("b"); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		return writeBatch(tx)
	})
	if err != nil {
		t.Errorf("the next transaction: %v", err)
	}
}

func TestMissingReference(t *testing.T) {
	s := openNew(t)
	changed := s.Changed()
	err := s.Tx(t.Context(), func(tx catalog.Tx) error {
		return tx.PutBatchFiles([]catalog.BatchFile{{Batch: "absent", Number: 1, State: catalog.FileExpected}})
	})
	if err == nil {
		t.Error("a file of no batch was committed")
	}
	select {
	case <-changed:
		t.Error("a change was announced")
	default:
	}
	if err := s.Tx(t.Context(), writeBatch); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
}

func TestUsedAfterEnd(t *testing.T) {
	s := openNew(t)
	var kept catalog.Tx
	if err := s.Tx(t.Context(), func(tx catalog.Tx) error { kept = tx; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := kept.Batch("b"); !errors.Is(err, errEnded) {
		t.Errorf("read: got %v", err)
	}
	if err := writeBatch(kept); !errors.Is(err, errEnded) {
		t.Errorf("write: got %v", err)
	}
}

func TestMalformedDigest(t *testing.T) {
	s := openNew(t)
	for _, d := range []catalog.Digest{"", "ab", catalog.Digest(make([]byte, 64)), "AB"} {
		if err := s.Tx(t.Context(), func(tx catalog.Tx) error { return tx.PutScan(catalog.Scan{Digest: d}) }); err == nil {
			t.Errorf("%q was stored", d)
		}
	}
}
