package sqlite

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// TestHeadsAreNeverOlderThanACommit asks for a head again and again while
// transactions change it: what a finished transaction wrote is what is given.
func TestHeadsAreNeverOlderThanACommit(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "fonds.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Head(t.Context(), "d"); !errors.Is(err, catalog.ErrNotFound) {
		t.Fatalf("head of no document: %v", err)
	}
	put := func(head int) error {
		return s.Tx(t.Context(), func(tx catalog.Tx) error {
			return errors.Join(tx.PutDocument(catalog.Document{ID: "d", Collection: "c", Head: head}), tx.InsertRevision(catalog.Revision{Document: "d", Number: head}))
		})
	}
	err = s.Tx(t.Context(), func(tx catalog.Tx) error { return tx.PutCollection(catalog.Collection{ID: "c"}) })
	if err == nil {
		err = put(1)
	}
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	committed := 1
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				mu.Lock()
				least := committed
				mu.Unlock()
				d, err := s.Head(t.Context(), "d")
				if err != nil || d.Head < least {
					t.Errorf("head %d, %v, after %d was committed", d.Head, err, least)
					return
				}
				n, err := s.Newest(t.Context(), "d")
				if err != nil || n.Head < least || n.Revision.Number != n.Head {
					t.Errorf("newest is %d with revision %d, %v, after %d was committed", n.Head, n.Revision.Number, err, least)
					return
				}
			}
		})
	}
	for head := 2; head < 200; head++ {
		if err := put(head); err != nil {
			t.Error(err)
			break
		}
		mu.Lock()
		committed = head
		mu.Unlock()
	}
	close(done)
	readers.Wait()
	failed := errors.New("no")
	err = s.Tx(t.Context(), func(tx catalog.Tx) error {
		if err := tx.PutDocument(catalog.Document{ID: "d", Collection: "c", Head: 900}); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if d, err := s.Head(t.Context(), "d"); err != nil || d.Head != 199 {
		t.Errorf("head %d, %v after a transaction that came to nothing", d.Head, err)
	}
}
