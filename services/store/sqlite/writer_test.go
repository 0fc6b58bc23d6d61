package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// line has transactions wait for the writer, so that they share a commit.
type line struct {
	t       *testing.T
	s       *Store
	begin   chan struct{}
	running sync.WaitGroup
	waiting int
	mu      sync.Mutex
	runs    map[string]int
	errs    map[string]error
}

// newLine has the writer taken by the transaction "first", which writes a batch of that ID.
func newLine(t *testing.T) *line {
	t.Helper()
	l := &line{t: t, s: openNew(t), begin: make(chan struct{}), runs: map[string]int{}, errs: map[string]error{}}
	l.s.writer.longest = time.Hour // the test's machine may be busy
	inside := make(chan struct{})
	once := sync.OnceFunc(func() { close(inside) })
	l.start(t.Context(), "first", func(tx catalog.Tx) error {
		once()
		<-l.begin
		return nil
	})
	<-inside
	return l
}

func putNamed(tx catalog.Tx, id string) error {
	return tx.PutBatch(catalog.Batch{ID: id, State: catalog.BatchOpen})
}

// start runs a transaction that puts a batch and then does something.
func (l *line) start(ctx context.Context, id string, then func(catalog.Tx) error) {
	l.running.Go(func() {
		err := l.s.Tx(ctx, func(tx catalog.Tx) error {
			l.mu.Lock()
			l.runs[id]++
			l.mu.Unlock()
			if err := putNamed(tx, id); err != nil {
				return err
			}
			return then(tx)
		})
		l.mu.Lock()
		defer l.mu.Unlock()
		l.errs[id] = err
	})
}

// stand starts a transaction and waits until it stands in the line.
func (l *line) stand(ctx context.Context, id string, then func(catalog.Tx) error) {
	l.t.Helper()
	l.start(ctx, id, then)
	l.waiting++
	l.longIs(l.waiting)
}

func (l *line) longIs(want int) {
	l.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
		l.s.writer.mu.Lock()
		n := len(l.s.writer.line)
		l.s.writer.mu.Unlock()
		if n == want {
			return
		}
	}
	l.t.Fatalf("%d never stand in the line", want)
}

// end lets all run, and compares what is there with what should be, and how often each ran.
func (l *line) end(want map[string]int, missing ...string) {
	l.t.Helper()
	close(l.begin)
	l.running.Wait()
	for id, runs := range want {
		if l.runs[id] != runs || l.errs[id] != nil {
			l.t.Errorf("%s ran %d times and ended with %v", id, l.runs[id], l.errs[id])
		}
		must(l.t, l.s.View(l.t.Context(), func(r catalog.Reader) error { _, err := r.Batch(id); return err }))
	}
	for _, id := range missing {
		err := l.s.View(l.t.Context(), func(r catalog.Reader) error { _, err := r.Batch(id); return err })
		if !errors.Is(err, catalog.ErrNotFound) {
			l.t.Errorf("%s: got %v", id, err)
		}
	}
}

func nothing(catalog.Tx) error { return nil }

// Who stands in line shares one commit: nobody outside sees any of it before, and all of it
// after.
func TestTransactionsShareACommit(t *testing.T) {
	l := newLine(t)
	changed := l.s.Changed()
	want := map[string]int{"first": 1}
	for n := range 20 {
		id := fmt.Sprint(n)
		want[id] = 1
		l.stand(t.Context(), id, func(catalog.Tx) error {
			select {
			case <-changed:
				t.Errorf("something was committed before %s", id)
			default:
			}
			if n > 0 { // it stands behind who came before it
				return l.s.View(t.Context(), func(r catalog.Reader) error {
					if _, err := r.Batch("first"); !errors.Is(err, catalog.ErrNotFound) {
						t.Errorf("a view sees what is not committed: %v", err)
					}
					return nil
				})
			}
			return nil
		})
	}
	l.end(want)
}

func TestOneOfThoseTogetherFails(t *testing.T) {
	failed := errors.New("failed")
	l := newLine(t)
	l.stand(t.Context(), "before", nothing)
	l.stand(t.Context(), "bad", func(tx catalog.Tx) error {
		must(t, putNamed(tx, "of the bad one"))
		return failed
	})
	l.stand(t.Context(), "after", func(tx catalog.Tx) error {
		if _, err := tx.Batch("before"); err != nil {
			t.Errorf("what came before it: %v", err)
		}
		if _, err := tx.Batch("bad"); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("what was undone: %v", err)
		}
		return nil
	})
	l.end(map[string]int{"first": 1, "before": 1, "after": 1}, "bad", "of the bad one")
	if !errors.Is(l.errs["bad"], failed) || l.runs["bad"] != 1 {
		t.Errorf("got %v after %d runs", l.errs["bad"], l.runs["bad"])
	}
}

// Whoever is refused because of what another has done is told so only when that is there.
func TestRefusedBecauseOfWhatNeverWas(t *testing.T) {
	refused := errors.New("refused")
	l := newLine(t)
	l.stand(t.Context(), "before", nothing)
	l.stand(t.Context(), "looks", func(tx catalog.Tx) error {
		if _, err := tx.Batch("before"); err == nil {
			return refused
		}
		return nil
	})
	l.stand(t.Context(), "bad", func(tx catalog.Tx) error {
		return tx.PutBatchFiles([]catalog.BatchFile{{Batch: "absent", Number: 1, State: catalog.FileExpected}})
	})
	l.end(map[string]int{"first": 2, "before": 2}, "bad")
	if l.runs["looks"] != 2 {
		t.Errorf("who was refused ran %d times", l.runs["looks"])
	}
}

// A reference that leads nowhere shows at the commit: only who made it hears of it.
func TestOneOfThoseTogetherRefersToNothing(t *testing.T) {
	l := newLine(t)
	l.stand(t.Context(), "before", nothing)
	l.stand(t.Context(), "bad", func(tx catalog.Tx) error {
		return tx.PutBatchFiles([]catalog.BatchFile{{Batch: "absent", Number: 1, State: catalog.FileExpected}})
	})
	l.stand(t.Context(), "after", nothing)
	l.end(map[string]int{"first": 2, "before": 2, "after": 2}, "bad")
	if err := l.errs["bad"]; err == nil || errors.Is(err, errTogether) || !strings.Contains(err.Error(), "FOREIGN KEY") {
		t.Errorf("got %v", err)
	}
}

// SQLite may roll back by itself, as when the disk is full: what others had done is done
// again.
func TestOneOfThoseTogetherRollsBack(t *testing.T) {
	l := newLine(t)
	l.stand(t.Context(), "before", nothing)
	l.stand(t.Context(), "bad", func(tx catalog.Tx) error {
		_, err := asTx(tx).exec(`ROLLBACK`)
		must(t, err)
		_, err = asTx(tx).exec(`nonsense`)
		return err
	})
	l.stand(t.Context(), "after", nothing)
	l.end(map[string]int{"first": 2, "before": 2, "after": 1}, "bad")
}

// panicsIn has one in the line panic, and gives what the goroutine that asked recovered.
func (l *line) panicsIn(before func(catalog.Tx)) *any {
	recovered := new(any)
	l.running.Go(func() {
		defer func() { *recovered = recover() }()
		_ = l.s.Tx(l.t.Context(), func(tx catalog.Tx) error {
			before(tx)
			panic("at the disco")
		})
	})
	l.waiting++
	l.longIs(l.waiting)
	return recovered
}

func TestOneOfThoseTogetherPanics(t *testing.T) {
	l := newLine(t)
	l.stand(t.Context(), "before", nothing)
	recovered := l.panicsIn(func(tx catalog.Tx) { must(t, putNamed(tx, "bad")) })
	l.stand(t.Context(), "after", nothing)
	l.end(map[string]int{"first": 1, "before": 1, "after": 1}, "bad")
	if !strings.HasPrefix(fmt.Sprint(*recovered), "at the disco\n") {
		t.Errorf("got %v", *recovered)
	}
}

// One that panics after SQLite has rolled back by itself runs again like the others, and
// panics where it was asked for.
func TestOneOfThoseTogetherRollsBackAndPanics(t *testing.T) {
	l := newLine(t)
	l.stand(t.Context(), "before", nothing)
	recovered := l.panicsIn(func(tx catalog.Tx) {
		must(t, putNamed(tx, "bad"))
		if _, err := asTx(tx).exec(`ROLLBACK`); err != nil {
			t.Error(err)
		}
	})
	l.stand(t.Context(), "after", nothing)
	l.end(map[string]int{"first": 2, "before": 2, "after": 1}, "bad")
	if *recovered != "at the disco" {
		t.Errorf("got %v", *recovered)
	}
}

// Who gives up leaves the line; who is gone when it is their turn hands it on.
func TestSomebodyLeavesTheLine(t *testing.T) {
	l := newLine(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.stand(t.Context(), "before", nothing)
	l.stand(ctx, "gone", nothing)
	l.stand(t.Context(), "after", nothing)
	cancel()
	l.longIs(2)
	within, stop := context.WithCancel(t.Context())
	l.waiting--
	l.stand(within, "ends inside", func(catalog.Tx) error { stop(); return nil })
	l.stand(t.Context(), "last", nothing)
	l.end(map[string]int{"first": 1, "before": 1, "after": 1, "last": 1}, "gone", "ends inside")
	for _, id := range []string{"gone", "ends inside"} {
		if !errors.Is(l.errs[id], context.Canceled) {
			t.Errorf("%s: got %v", id, l.errs[id])
		}
	}
}

// Who needs the connection with nothing open gets it after a commit.
func TestAloneBetweenThoseTogether(t *testing.T) {
	l := newLine(t)
	l.stand(t.Context(), "before", nothing)
	l.running.Go(func() {
		err := l.s.alone(t.Context(), func(c *conn) error { return c.script(t.Context(), "VACUUM") })
		if err != nil {
			t.Error(err)
		}
	})
	l.waiting++
	l.longIs(l.waiting)
	l.stand(t.Context(), "after", nothing)
	l.end(map[string]int{"first": 1, "before": 1, "after": 1})
}

// Who waits when the store is closed is told, and what was done before is there.
func TestClosedWhileSomeWait(t *testing.T) {
	l := newLine(t)
	l.stand(t.Context(), "waits", nothing)
	l.running.Go(func() {
		if err := l.s.Close(); err != nil {
			t.Error(err)
		}
	})
	<-l.s.closed
	for deadline := time.Now().Add(10 * time.Second); l.ended("waits") == nil && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	close(l.begin)
	l.running.Wait()
	if !errors.Is(l.errs["waits"], errClosed) || l.errs["first"] != nil {
		t.Errorf("got %v", l.errs)
	}
}

func (l *line) ended(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.errs[id]
}
