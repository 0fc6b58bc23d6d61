package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// mostTogether bounds the transactions that share a commit, and longestTogether how
	// long the first of them waits for it: a sync takes 0.1 to 20 ms, most transactions
	// less than 1 ms.
	mostTogether    = 64
	longestTogether = 20 * time.Millisecond
)

// errTogether is what transactions get that were undone because of another one that
// shared their commit: each runs again by itself.
var errTogether = errors.New("undone with another transaction")

// writer lends the only connection that writes to one transaction after the other, in the
// order in which they ask. Who is given it leads: runs its own transaction, then those of
// all who stand in line, and commits once for all of them. Each runs in a part of one
// transaction of SQLite, so that what one of them does is undone alone. No caller hears
// that all went well before the commit.
type writer struct {
	conn    *conn
	longest time.Duration

	mu   sync.Mutex
	lent bool
	line []*turn

	// together is nil while no transaction is open. Who leads owns it.
	together *together
}

// turn is a transaction, and its place in the line.
type turn struct {
	ctx context.Context
	fn  func(catalog.Tx) error
	// alone is set for who begins and ends with nothing open.
	alone bool

	// called is closed when the turn leads, or has been run by who does.
	called chan struct{}
	leads  bool
	// settled is set when it has been said how it went.
	settled bool
	err     error
	panics  *panicked
}

// panicked is what a transaction panicked with in the goroutine of who led it.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) String() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }

// together are transactions that one commit makes last.
type together struct {
	begun     time.Time
	members   int
	documents []string
	wrote     bool
	// turns hang on the commit: the members, and those that failed on what these had done.
	turns []*turn
}

// Tx runs fn in one transaction, maybe in the goroutine of another caller. A Tx or Close
// called from fn waits for fn itself.
func (s *Store) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	alone := false
	for range maxAttempts {
		err := s.try(ctx, fn, alone)
		switch {
		case errors.Is(err, errTogether):
			alone = true
		case !isBusy(err):
			return err
		}
	}
	return &catalog.Error{
		Code: catalog.Unavailable, Reason: ReasonBusy,
		Message: "another program holds the database: close it, or try again",
	}
}

func (s *Store) try(ctx context.Context, fn func(catalog.Tx) error, alone bool) error {
	t := &turn{ctx: ctx, fn: fn, alone: alone}
	if err := s.await(t); err != nil {
		return fmt.Errorf("transaction: %w", err)
	}
	if t.leads {
		s.lead(t)
	}
	if t.panics != nil {
		panic(t.panics)
	}
	return t.err
}

// await returns when the turn leads, or has been run.
func (s *Store) await(t *turn) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	if s.writer.stand(t) {
		return nil
	}
	var left error
	select {
	case <-t.called:
		return nil
	case <-t.ctx.Done():
		left = t.ctx.Err()
	case <-s.closed:
		left = errClosed
	}
	if s.writer.leave(t) {
		return left
	}
	<-t.called // it is being run: whoever leads calls it after the commit
	return nil
}

// lead runs a turn and those that stand behind it, and commits.
func (s *Store) lead(t *turn) {
	defer s.writer.next()
	defer s.commit() // also when the turn itself panics
	s.run(t)
	for range mostTogether {
		if t.alone {
			return
		}
		follower := s.writer.follower()
		if follower == nil {
			return
		}
		s.runFor(follower)
	}
}

// runFor runs the turn of another goroutine, which is to have its panic too.
func (s *Store) runFor(t *turn) {
	returned := false
	defer func() {
		value := recover()
		if returned || t.settled { // undone with the others: it runs again
			return
		}
		if value == nil {
			value = "a transaction ended its goroutine"
		}
		t.panics = &panicked{value: value, stack: debug.Stack()}
		t.settle(nil)
	}()
	s.run(t)
	returned = true
}

// run runs a turn within the open transaction, or begins one, and settles it unless its
// outcome hangs on the commit.
func (s *Store) run(t *turn) {
	w := &s.writer
	err := s.usable(t.ctx)
	if err == nil {
		err = w.begin(t.ctx)
	}
	if err != nil {
		t.settle(fmt.Errorf("transaction: %w", err))
		return
	}
	open := w.together
	hangs := open.members > 0 // or there is only what stood in the database
	view := &tx{view: view{ctx: t.ctx, conn: w.conn}}
	stays := false
	defer func() { // also when fn panics
		view.conn = nil
		if !stays {
			w.undo()
		}
	}()
	if hangs {
		open.turns = append(open.turns, t)
	}
	if t.err = t.within(view, hangs); t.err != nil {
		if !hangs {
			t.settle(t.err)
		}
		return
	}
	stays = true
	if !hangs {
		open.turns = append(open.turns, t)
	}
	open.members++
	open.documents = append(open.documents, view.documents...)
	open.wrote = open.wrote || view.wrote
}

// within runs what the turn is for, and keeps it if there is a part for it alone.
func (t *turn) within(view *tx, part bool) error {
	if err := t.fn(view); err != nil {
		return err
	}
	err := view.ready()
	if err == nil && part {
		err = view.conn.control("RELEASE one")
	}
	if err != nil {
		return fmt.Errorf("transaction: %w", err)
	}
	return nil
}

// settle says how the turn went, to whom it was run for.
func (t *turn) settle(err error) {
	t.err, t.settled = err, true
	if !t.leads {
		close(t.called)
	}
}

// usable tells whether something may be begun.
func (s *Store) usable(ctx context.Context) error {
	err := s.writer.conn.open()
	select {
	case <-s.closed:
		err = errClosed
	default:
	}
	return cmp.Or(err, ctx.Err())
}

// begin begins a transaction, or a part of the open one.
func (w *writer) begin(ctx context.Context) error {
	if w.together != nil {
		return w.conn.control("SAVEPOINT one")
	}
	if err := w.conn.begin(ctx, beginWrite); err != nil {
		return err
	}
	w.together = &together{begun: time.Now()}
	return nil
}

// undo takes back what the last transaction has done. Where SQLite has rolled back by
// itself, the others are undone too, and run again.
func (w *writer) undo() {
	if w.together.members > 0 {
		err := w.conn.control("ROLLBACK TO one")
		if err == nil {
			err = w.conn.control("RELEASE one")
		}
		if err == nil {
			return
		}
	}
	w.rollback()
	w.end(errTogether)
}

// rollback undoes all that is open. A connection that cannot do that is given up: the
// next one gets a new one.
func (w *writer) rollback() {
	if err := w.conn.control("ROLLBACK"); err != nil {
		_ = w.conn.close() // the transaction has failed already, with a better error
	}
}

// end tells those that hang on the commit how it went.
func (w *writer) end(err error) {
	for _, t := range w.together.turns {
		switch {
		case t.settled: // it panicked, and has been told
		case t.err != nil && err != nil:
			t.settle(errTogether) // what it failed on was seen there, and never was
		default:
			t.settle(cmp.Or(t.err, err))
		}
	}
	w.together = nil
}

// commit makes what is open last.
func (s *Store) commit() {
	w := &s.writer
	if w.together == nil {
		return
	}
	err := w.conn.control("COMMIT")
	switch {
	case err == nil:
	case isConstraint(err) && w.together.members > 1:
		// Something is missing that one of them refers to, which shows only now.
		w.rollback()
		err = errTogether
	default:
		w.rollback()
		err = fmt.Errorf("transaction: commit: %w", err)
	}
	// Also after an error: a commit that was not answered may have happened.
	s.heads.forget(w.together.documents)
	if err == nil && w.together.wrote {
		s.announce()
	}
	w.end(err)
}

// stand takes the connection, or a place in the line for it.
func (w *writer) stand(t *turn) (leads bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.lent {
		w.lent, t.leads = true, true
		return true
	}
	t.called = make(chan struct{})
	w.line = append(w.line, t)
	return false
}

// leave gives a place in the line up; not that of who has been called, or is being run.
func (w *writer) leave(t *turn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.line, t)
	if i < 0 {
		return false
	}
	w.line = slices.Delete(w.line, i, i+1)
	return true
}

// follower takes the next out of the line whose transaction may join those that are open.
func (w *writer) follower() *turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	open := w.together
	if len(w.line) == 0 || w.line[0].alone || open != nil && time.Since(open.begun) > w.longest {
		return nil
	}
	return w.first()
}

// next hands the connection on, with nothing open.
func (w *writer) next() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.line) == 0 {
		w.lent = false
		return
	}
	t := w.first()
	t.leads = true
	close(t.called)
}

func (w *writer) first() *turn {
	t := w.line[0]
	w.line = slices.Delete(w.line, 0, 1)
	return t
}

// alone runs fn with the connection that writes and no transaction open.
func (s *Store) alone(ctx context.Context, fn func(*conn) error) error {
	if err := s.await(&turn{ctx: ctx, alone: true}); err != nil {
		return err
	}
	defer s.writer.next()
	if err := s.usable(ctx); err != nil {
		return err
	}
	return fn(s.writer.conn)
}

// retire waits for who has the connection, and closes it.
func (w *writer) retire() error {
	if t := (&turn{alone: true}); !w.stand(t) {
		<-t.called
	}
	return w.conn.close()
}
