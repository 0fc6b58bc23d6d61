package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
// order in which they ask. Those that stand in line share a commit: each runs in a part
// of one transaction of SQLite, so that what one of them does is undone alone, and the
// last one commits for all. No caller hears that all went well before that.
type writer struct {
	conn    *conn
	longest time.Duration

	mu   sync.Mutex
	lent bool
	line []*turn

	// together is nil while no transaction is open. Who has the connection owns it.
	together *together
}

// turn is a place in the line.
type turn struct {
	// alone is set for who begins with nothing open.
	alone bool
	given chan struct{}
}

// together are transactions that one commit makes last.
type together struct {
	begun     time.Time
	members   int
	documents []string
	wrote     bool

	// committed is closed when err says how it went.
	committed chan struct{}
	err       error
}

// Tx runs fn in one transaction. A Tx or Close called from fn waits for fn itself.
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
	joined, err := s.join(ctx, fn, alone)
	if joined == nil {
		return err
	}
	<-joined.committed // whoever has the connection commits, or hands it to who does
	if err != nil && joined.err != nil {
		return errTogether // what it failed on was seen there, and never was
	}
	return cmp.Or(err, joined.err)
}

// join runs fn within the open transaction, or begins one. It returns what the outcome of
// fn hangs on, also with an error: nil for nothing.
func (s *Store) join(ctx context.Context, fn func(catalog.Tx) error, alone bool) (*together, error) {
	if err := s.takeWriter(ctx, alone); err != nil {
		return nil, fmt.Errorf("transaction: %w", err)
	}
	defer s.passWriter(alone)
	w := &s.writer
	if err := w.begin(ctx); err != nil {
		return nil, fmt.Errorf("transaction: %w", err)
	}
	open := w.together
	if open.members == 0 {
		open = nil // there is only what stood in the database
	}
	t := &tx{view: view{ctx: ctx, conn: w.conn}}
	stays := false
	defer func() { // also when fn panics
		t.conn = nil
		if !stays {
			w.undo()
		}
	}()
	if err := fn(t); err != nil {
		return open, err
	}
	if err := t.ready(); err != nil {
		return open, fmt.Errorf("transaction: %w", err)
	}
	if open != nil {
		if err := w.conn.control("RELEASE one"); err != nil {
			return open, fmt.Errorf("transaction: %w", err)
		}
	}
	stays = true
	w.together.members++
	w.together.documents = append(w.together.documents, t.documents...)
	w.together.wrote = w.together.wrote || t.wrote
	return w.together, nil
}

// begin begins a transaction, or a part of the open one.
func (w *writer) begin(ctx context.Context) error {
	if w.together != nil {
		return w.conn.control("SAVEPOINT one")
	}
	if err := w.conn.begin(ctx, beginWrite); err != nil {
		return err
	}
	w.together = &together{begun: time.Now(), committed: make(chan struct{})}
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

// end tells those who wait for the commit how it went.
func (w *writer) end(err error) {
	w.together.err = err
	close(w.together.committed)
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

// takeWriter waits for the connection.
func (s *Store) takeWriter(ctx context.Context, alone bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if t := s.writer.stand(alone); t != nil {
		var left error
		select {
		case <-t.given:
		case <-ctx.Done():
			left = ctx.Err()
		case <-s.closed:
			left = errClosed
		}
		if left != nil && s.writer.leave(t) {
			return left
		}
	}
	err := s.writer.conn.open()
	select {
	case <-s.closed:
		err = errClosed
	default:
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		s.passWriter(alone)
	}
	return err
}

// stand takes the connection, or a place in the line for it.
func (w *writer) stand(alone bool) *turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.lent {
		w.lent = true
		return nil
	}
	t := &turn{alone: alone, given: make(chan struct{})}
	w.line = append(w.line, t)
	return t
}

// leave gives a place in the line up; not that of who has been given the connection.
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

// passWriter hands the connection to the next in line, with what is open or after a
// commit.
func (s *Store) passWriter(alone bool) {
	if !alone && s.writer.share() {
		return
	}
	s.commit()
	s.writer.next()
}

// share hands the connection on with what is open, if there is somebody for it.
func (w *writer) share() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	open := w.together
	if len(w.line) == 0 || w.line[0].alone || open == nil || open.members >= mostTogether || time.Since(open.begun) > w.longest {
		return false
	}
	w.give()
	return true
}

// next hands the connection on, with nothing open.
func (w *writer) next() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.line) == 0 {
		w.lent = false
		return
	}
	w.give()
}

func (w *writer) give() {
	first := w.line[0]
	w.line = slices.Delete(w.line, 0, 1)
	close(first.given)
}

// alone runs fn with the connection that writes and no transaction open.
func (s *Store) alone(ctx context.Context, fn func(*conn) error) error {
	if err := s.takeWriter(ctx, true); err != nil {
		return err
	}
	defer s.passWriter(true)
	return fn(s.writer.conn)
}

// retire waits for who has the connection, and closes it.
func (w *writer) retire() error {
	if t := w.stand(true); t != nil {
		<-t.given
	}
	return w.conn.close()
}
