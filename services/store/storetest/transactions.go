package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

var errOnPurpose = errors.New("on purpose")

func transactions(t *testing.T, u suite) {
	u.run(t, "ReadYourWrites", readYourWrites)
	u.run(t, "RollbackOnError", rollbackOnError)
	u.run(t, "RollbackOnPanic", rollbackOnPanic)
	u.run(t, "ErrorOfFnComesBack", errorComesBack)
	u.run(t, "GoesOnAfterDuplicate", goesOnAfterDuplicate)
	u.run(t, "SnapshotStands", snapshotStands)
	u.run(t, "UncommittedIsUnseen", uncommittedIsUnseen)
	u.run(t, "NoLostUpdates", noLostUpdates)
	u.run(t, "ViewsSeeWholeTransactions", wholeTransactions)
	u.run(t, "ChangedOnCommit", changedOnCommit)
	u.run(t, "CancelEndsWait", cancelEndsWait)
	u.run(t, "CancelledRunsNothing", cancelledRunsNothing)
	u.run(t, "CloseWaits", closeWaits)
	if u.reopen != nil {
		u.run(t, "Durable", func(f *fixture) { durable(f, u) })
	}
}

func readYourWrites(f *fixture) {
	f.tx(func(tx catalog.Tx) error {
		b := batch("b")
		if err := tx.PutBatch(b); err != nil {
			return err
		}
		got, err := tx.Batch("b")
		equal(f, "batch", got, b)
		list, listErr := tx.Batches("", 10)
		equal(f, "batches", list, []catalog.Batch{b})
		return errors.Join(err, listErr)
	})
}

// absent proves that a transaction left no batch and no event behind.
func (f *fixture) absent(id string) {
	f.Helper()
	f.view(func(r catalog.Reader) error {
		if _, err := r.Batch(id); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("batch %s: got %v, want ErrNotFound", id, err)
		}
		return nil
	})
}

func rollbackOnError(f *fixture) {
	f.putBatches(batch("kept"))
	err := f.Tx(f.ctx, func(tx catalog.Tx) error {
		changed := batch("kept")
		changed.Files = 7
		return errors.Join(tx.PutBatch(batch("b")), tx.PutBatch(changed), errOnPurpose)
	})
	if !errors.Is(err, errOnPurpose) {
		f.Errorf("Tx: got %v, want the error of fn", err)
	}
	f.absent("b")
	equal(f, "kept batch", read(f, func(r catalog.Reader) (catalog.Batch, error) { return r.Batch("kept") }), batch("kept"))
}

func rollbackOnPanic(f *fixture) {
	func() {
		defer func() {
			if p := recover(); p != errOnPurpose { //nolint:errorlint // the very value must come through
				f.Errorf("recovered %v, want the panic of fn", p)
			}
		}()
		_ = f.Tx(f.ctx, func(tx catalog.Tx) error {
			if err := tx.PutBatch(batch("b")); err != nil {
				return err
			}
			panic(errOnPurpose)
		})
	}()
	f.absent("b")
	func() {
		defer func() { _ = recover() }()
		_ = f.View(f.ctx, func(catalog.Reader) error { panic(errOnPurpose) })
	}()
	f.putBatches(batch("after"))
}

func errorComesBack(f *fixture) {
	want := &catalog.Error{Code: catalog.Conflict, Reason: "X"}
	for what, err := range map[string]error{
		"View": f.View(f.ctx, func(catalog.Reader) error { return want }),
		"Tx":   f.Tx(f.ctx, func(catalog.Tx) error { return want }),
	} {
		var e *catalog.Error
		if !errors.As(err, &e) || e != want {
			f.Errorf("%s: got %v, want the error of fn", what, err)
		}
	}
}

// A refused row must not spoil the transaction: what came before and after it
// is committed.
func goesOnAfterDuplicate(f *fixture) {
	f.tx(func(tx catalog.Tx) error { return tx.InsertRequest(request("r1", "first")) })
	f.tx(func(tx catalog.Tx) error {
		err := tx.InsertRequest(request("r0", "before"))
		if dup := tx.InsertRequest(request("r1", "second")); !exists(dup) {
			f.Errorf("duplicate: got %v", dup)
		}
		return errors.Join(err, tx.InsertRequest(request("r2", "after")))
	})
	for id, want := range map[string]string{"r0": "before", "r1": "first", "r2": "after"} {
		equal(f, id, f.request(id).Document, want)
	}
}

func snapshotStands(f *fixture) {
	f.putBatches(batch("a"))
	ids := func(r catalog.Reader) []string {
		list, err := r.Batches("", 10)
		if err != nil {
			f.Error(err)
		}
		return each(list, func(b catalog.Batch) string { return b.ID })
	}
	f.view(func(r catalog.Reader) error {
		equal(f, "before", ids(r), []string{"a"})
		changed := batch("a")
		changed.Files = 9
		f.putBatches(changed, batch("b"))
		equal(f, "snapshot", ids(r), []string{"a"})
		a, err := r.Batch("a")
		equal(f, "row in the snapshot", a, batch("a"))
		return err
	})
	f.view(func(r catalog.Reader) error {
		equal(f, "after", ids(r), []string{"b", "a"})
		return nil
	})
}

func uncommittedIsUnseen(f *fixture) {
	f.tx(func(tx catalog.Tx) error {
		err := tx.PutBatch(batch("b"))
		f.absent("b")
		return err
	})
}

func noLostUpdates(f *fixture) {
	const writers, rounds = 16, 20
	f.putBatches(batch("b"))
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range rounds {
				err := f.Tx(f.ctx, func(tx catalog.Tx) error {
					b, err := tx.Batch("b")
					if err != nil {
						return err
					}
					b.Files++
					return tx.PutBatch(b)
				})
				if err != nil {
					f.Error(err)
				}
			}
		})
	}
	group.Wait()
	b := read(f, func(r catalog.Reader) (catalog.Batch, error) { return r.Batch("b") })
	equal(f, "count", b.Files, writers*rounds)
}

// Two rows that are always written together are never seen apart.
func wholeTransactions(f *fixture) {
	put := func(n int) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error {
			x, y := batch("x"), batch("y")
			x.Files, y.Files = n, n
			return errors.Join(tx.PutBatch(x), tx.PutBatch(y))
		})
	}
	if err := put(0); err != nil {
		f.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		var err error
		for n := range 50 {
			err = errors.Join(err, put(n))
		}
		done <- err
	}()
	for ended := false; !ended; {
		select {
		case err := <-done:
			if err != nil {
				f.Error(err)
			}
			ended = true
		default:
		}
		f.view(func(r catalog.Reader) error {
			x, xErr := r.Batch("x")
			y, yErr := r.Batch("y")
			equal(f, "second row", y.Files, x.Files)
			return errors.Join(xErr, yErr)
		})
	}
}

func fired(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func changedOnCommit(f *fixture) {
	first := f.Changed()
	_ = f.Tx(f.ctx, func(tx catalog.Tx) error { return errors.Join(tx.PutBatch(batch("a")), errOnPurpose) })
	if fired(first) {
		f.Error("fired on a rollback")
	}
	f.view(func(r catalog.Reader) error { return nil })
	if fired(first) {
		f.Error("fired on a view")
	}
	f.putBatches(batch("a"))
	if !fired(first) {
		f.Error("did not fire on a commit")
	}
	second := f.Changed()
	if fired(second) {
		f.Error("the next channel has fired before the next commit")
	}
	f.putBatches(batch("b"))
	if !fired(second) {
		f.Error("did not fire on the second commit")
	}
}

// The second transaction cannot end before the first, which holds its row.
func cancelEndsWait(f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	ended := make(chan error, 1)
	f.tx(func(tx catalog.Tx) error {
		if err := tx.PutBatch(batch("b")); err != nil {
			return err
		}
		go func() {
			ended <- f.Tx(ctx, func(tx catalog.Tx) error { return tx.PutBatch(batch("b")) })
		}()
		cancel()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				f.Errorf("got %v, want context.Canceled", err)
			}
		case <-f.ctx.Done():
			f.Error("still waiting")
		}
		return nil
	})
}

func cancelledRunsNothing(f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	ran := false
	for what, err := range map[string]error{
		"View": f.View(ctx, func(catalog.Reader) error { ran = true; return nil }),
		"Tx":   f.Tx(ctx, func(catalog.Tx) error { ran = true; return nil }),
	} {
		if !errors.Is(err, context.Canceled) {
			f.Errorf("%s: got %v, want context.Canceled", what, err)
		}
	}
	if ran {
		f.Error("fn ran")
	}
}

func closeWaits(f *fixture) {
	var (
		ended   atomic.Bool
		closed  = make(chan error, 1)
		release = make(chan struct{})
	)
	started := make(chan struct{})
	viewed := make(chan error, 1)
	go func() {
		viewed <- f.View(f.ctx, func(r catalog.Reader) error {
			close(started)
			<-release
			_, err := r.Batches("", 1)
			ended.Store(true)
			return err
		})
	}()
	<-started
	go func() { closed <- f.Close() }()
	close(release)
	if err := <-closed; err != nil {
		f.Errorf("Close: %v", err)
	}
	if !ended.Load() {
		f.Error("Close did not wait for a view")
	}
	if err := <-viewed; err != nil {
		f.Errorf("View: %v", err)
	}
	ran := false
	if err := f.View(f.ctx, func(catalog.Reader) error { ran = true; return nil }); err == nil || ran {
		f.Error("a view ran after Close")
	}
	if err := f.Tx(f.ctx, func(catalog.Tx) error { ran = true; return nil }); err == nil || ran {
		f.Error("a transaction ran after Close")
	}
}

func durable(f *fixture, u suite) {
	for n := range 3 {
		f.putBatches(batch(fmt.Sprint("b", n)))
	}
	f.Store = u.reopen(f.T, f.Store)
	got := read(f, func(r catalog.Reader) ([]catalog.Batch, error) { return r.Batches("", 10) })
	equal(f, "batches", got, []catalog.Batch{batch("b2"), batch("b1"), batch("b0")})
}
