package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fonds-archive/fonds/services/catalog"
)

var errEnded = errors.New("used after its transaction has ended")

// view reads within one transaction, tx writes too.
type view struct {
	ctx  context.Context
	conn *conn
	// failed is an error after which SQLite may have rolled back by itself. What
	// came after it would be committed alone, so nothing may come after it.
	failed error
	wrote  bool
}

type tx struct {
	view
	// documents are those put, whose kept heads are wrong after the commit.
	documents []string
}

// ready tells whether another statement may run.
func (v *view) ready() error {
	switch {
	case v.conn == nil:
		return errEnded
	case v.failed != nil:
		return v.failed
	}
	return v.ctx.Err()
}

func (v *view) exec(query string, args ...any) (int64, error) {
	if err := v.ready(); err != nil {
		return 0, err
	}
	n, err := v.conn.exec(query, args)
	if err != nil && !isConstraint(err) {
		v.failed = err
	}
	v.wrote = v.wrote || n > 0
	return n, err
}

// put writes a row whose key may be there, or that a trigger may refuse.
func (v *view) put(what, name, query string, args ...any) error {
	_, err := v.exec(query, args...)
	switch {
	case isDuplicate(err):
		return alreadyExists(what, name)
	case isRefusal(err):
		return fmt.Errorf("%w: %w", catalog.ErrRefused, err)
	}
	return err
}

// whole runs several statements of which nothing stays when one of them is refused,
// also where the transaction goes on and commits.
func (t *tx) whole(fn func() error) error {
	if err := t.ready(); err != nil {
		return err
	}
	if err := t.conn.control("SAVEPOINT whole"); err != nil {
		t.failed = err
		return err
	}
	err := fn()
	if t.failed != nil {
		return err
	}
	if err != nil {
		t.failed = t.conn.control("ROLLBACK TO whole")
	}
	if t.failed == nil {
		t.failed = t.conn.control("RELEASE whole")
	}
	return errors.Join(err, t.failed)
}

// all gives what read makes of each row.
func all[T any](v *view, query string, read func(*row) T, args ...any) ([]T, error) {
	return within(context.Background(), v, query, read, args...)
}

// search is all for a statement that may go over many rows before it gives its first:
// until then it ends with the context of the view.
func search[T any](v *view, query string, read func(*row) T, args ...any) ([]T, error) {
	return within(v.ctx, v, query, read, args...)
}

func within[T any](ctx context.Context, v *view, query string, read func(*row) T, args ...any) ([]T, error) {
	if err := v.ready(); err != nil {
		return nil, err
	}
	var found []T
	err := v.conn.query(ctx, query, args, func(r *row) { found = append(found, read(r)) })
	if err != nil {
		v.fail(err)
		return nil, err
	}
	return found, nil
}

// fail remembers an error after which nothing may be relied on. Damaged data is
// none: the statement itself went well.
func (v *view) fail(err error) {
	if !errors.Is(err, catalog.ErrDamaged) {
		v.failed = err
	}
}

// one gives what read makes of the first row, and ErrNotFound when there is none.
func one[T any](v *view, query string, read func(*row) T, args ...any) (T, error) {
	var (
		found T
		some  bool
	)
	if err := v.ready(); err != nil {
		return found, err
	}
	err := v.conn.query(context.Background(), query, args, func(r *row) {
		if !some {
			found, some = read(r), true
		}
	})
	if err != nil {
		v.fail(err)
		return found, err
	}
	if !some {
		return found, catalog.ErrNotFound
	}
	return found, nil
}

// end ends a view. A connection that cannot do that is given up: the next user of its
// place gets a new one.
func (v *view) end() {
	c := v.conn
	v.conn = nil
	if c == nil {
		return
	}
	if err := c.control("ROLLBACK"); err != nil {
		_ = c.close() // the transaction has failed already, with a better error
	}
}

// upsert is the statement that inserts a row or replaces all of it by its key.
func upsert(table, key, columns string) string {
	var set []string
	for c := range strings.SplitSeq(columns, ", ") {
		if !strings.Contains(", "+key+", ", ", "+c+", ") {
			set = append(set, c+" = excluded."+c)
		}
	}
	return fmt.Sprintf("%s ON CONFLICT (%s) DO UPDATE SET %s", insert(table, columns), key, strings.Join(set, ", "))
}

// insert is the statement that adds a row.
func insert(table, columns string) string {
	marks := strings.Repeat("?, ", strings.Count(columns, ",")) + "?"
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, columns, marks)
}
