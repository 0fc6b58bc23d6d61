package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/fonds-archive/fonds/services/catalog"
)

// ReasonExists is the reason of the error for a key that is there.
const ReasonExists = "ALREADY_EXISTS"

const (
	beginRead  = "BEGIN"
	beginWrite = "BEGIN IMMEDIATE"

	// settings hold for every connection. FULL syncs the log at each commit: with
	// NORMAL a power cut takes commits back that were answered. 5000 ms is what
	// another process (fsck, a shell) may hold the file for. The cache is 8 MiB a
	// connection; the log is cut back to 64 MiB after a large transaction. What is deleted
	// is overwritten, always: a purge has to find no older copy of a draft or an index.
	settings = `
		PRAGMA busy_timeout = 5000;
		PRAGMA journal_mode = WAL;
		PRAGMA synchronous = FULL;
		PRAGMA foreign_keys = ON;
		PRAGMA secure_delete = ON;
		PRAGMA recursive_triggers = ON;
		PRAGMA trusted_schema = OFF;
		PRAGMA cache_size = -8192;
		PRAGMA temp_store = MEMORY;
		PRAGMA journal_size_limit = 67108864;`
	readOnly = `PRAGMA query_only = ON;`
)

// conn is one connection with its prepared statements. It stands on the driver
// itself: database/sql in between makes a lookup take twice as long (17 µs
// against 8.5 µs for BEGIN, one row and COMMIT on the machine it was tried on).
type conn struct {
	path     string
	readOnly bool

	driver     driver.Conn
	statements map[string]statement
	arguments  []driver.NamedValue
	values     []driver.Value
}

type statement interface {
	driver.Stmt
	driver.StmtQueryContext
	driver.StmtExecContext
}

// open connects unless it is connected.
func (c *conn) open() error {
	if c.driver != nil {
		return nil
	}
	name := url.URL{Scheme: "file", Path: c.path}
	d, err := opener().Open(name.String())
	if err != nil {
		return fmt.Errorf("open %s: %w", c.path, err)
	}
	c.driver, c.statements = d, make(map[string]statement)
	script := settings
	if c.readOnly {
		script += readOnly
	}
	if err := c.script(context.Background(), script); err != nil {
		return errors.Join(fmt.Errorf("set up %s: %w", c.path, err), c.close())
	}
	return nil
}

func (c *conn) close() error {
	if c.driver == nil {
		return nil
	}
	var failed error
	for _, s := range c.statements {
		failed = errors.Join(failed, s.Close())
	}
	failed = errors.Join(failed, c.driver.Close())
	c.driver, c.statements = nil, nil
	return failed
}

// script runs several statements that have no arguments.
func (c *conn) script(ctx context.Context, text string) error {
	_, err := c.driver.(driver.ExecerContext).ExecContext(ctx, text, nil)
	return err
}

// begin waits for the file no longer than ctx lasts.
func (c *conn) begin(ctx context.Context, how string) error {
	s, err := c.prepare(how)
	if err != nil {
		return err
	}
	if how == beginRead {
		ctx = context.Background() // takes no lock yet, so there is no wait
	}
	if _, err = s.ExecContext(ctx, nil); err != nil {
		// A context that ends right behind it takes back the answer and not the
		// transaction, in which the next user of the connection would stand. Where none
		// has begun this fails, and nothing is lost.
		_ = c.control("ROLLBACK")
	}
	return err
}

// control runs a statement that ends the transaction, or begins or ends a part of it.
func (c *conn) control(how string) error {
	s, err := c.prepare(how)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background(), nil)
	return err
}

func (c *conn) prepare(query string) (statement, error) {
	if s, ok := c.statements[query]; ok {
		return s, nil
	}
	prepared, err := c.driver.Prepare(query)
	if err != nil {
		return nil, failure(query, err)
	}
	if err := c.makeRoom(); err != nil {
		return nil, errors.Join(failure(query, err), prepared.Close())
	}
	s := prepared.(statement)
	c.statements[query] = s
	return s, nil
}

// maxStatements bounds the statements that stay prepared. The contract's own are some
// 150; those of filters have as many forms as filters have.
const maxStatements = 400

// makeRoom forgets one statement when there are too many: none is in use, because each
// has read all its rows before another is prepared.
func (c *conn) makeRoom() error {
	if len(c.statements) < maxStatements {
		return nil
	}
	for query, s := range c.statements {
		delete(c.statements, query)
		return s.Close()
	}
	return nil
}

func (c *conn) exec(query string, args []any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), c.bind(args))
	if err != nil {
		return 0, failure(query, err)
	}
	return result.RowsAffected()
}

// query calls each for every row. All rows are read before it returns. Where the
// context can end, the statement is watched until its first row, which costs a
// goroutine.
func (c *conn) query(ctx context.Context, query string, args []any, each func(*row)) (err error) {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, c.bind(args))
	if err != nil {
		return failure(query, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	n := len(rows.Columns())
	for len(c.values) < n {
		c.values = append(c.values, nil)
	}
	r := row{values: c.values[:n]}
	defer clear(r.values) // a body can be many megabytes
	for {
		err := rows.Next(r.values)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return failure(query, err)
		}
		r.next = 0
		if each(&r); r.err != nil {
			return failure(query, r.err)
		}
	}
}

func (c *conn) bind(args []any) []driver.NamedValue {
	c.arguments = c.arguments[:0]
	for i, a := range args {
		c.arguments = append(c.arguments, driver.NamedValue{Ordinal: i + 1, Value: value(a)})
	}
	return c.arguments
}

// failure says what the statement was, by its first words.
func failure(query string, err error) error {
	words := strings.Fields(query)
	return fmt.Errorf("%s: %w", strings.Join(words[:min(len(words), 6)], " "), err)
}

func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == codes.SQLITE_BUSY || e.Code()&0xff == codes.SQLITE_LOCKED)
}

// isConstraint tells that a row was refused, after which the transaction is as
// it was before the statement.
func isConstraint(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == codes.SQLITE_CONSTRAINT
}

// isDuplicate tells that a key was there. The message of a trigger that says so begins
// with what is there and "exists:"; all others tell of what is not allowed.
func isDuplicate(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case codes.SQLITE_CONSTRAINT_PRIMARYKEY, codes.SQLITE_CONSTRAINT_UNIQUE:
		return true
	case codes.SQLITE_CONSTRAINT_TRIGGER:
		return strings.Contains(e.Error(), " exists: ")
	}
	return false
}

// isRefusal tells that a trigger does not allow it, and not because a key was there.
func isRefusal(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code() == codes.SQLITE_CONSTRAINT_TRIGGER && !isDuplicate(err)
}

func alreadyExists(what, name string) error {
	return &catalog.Error{
		Code: catalog.AlreadyExists, Reason: ReasonExists,
		Message: fmt.Sprintf("%s %q exists already", what, name),
	}
}
