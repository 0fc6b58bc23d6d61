package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver that the store stands on
)

// bareLoop commits one row at a time, of the size of a draft, from many goroutines that
// take turns at one connection, first come first served, as a store's writers do.
type bareLoop struct {
	path    string
	writers int
	pause   time.Duration
}

// bareSettings are those that the store gives its connections, as far as they tell on a
// commit.
const bareSettings = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=journal_size_limit(67108864)"

// bareConn is the connection, with what is said on it.
type bareConn struct{ begin, update, commit *sql.Stmt }

func (b bareLoop) run(ctx context.Context, during time.Duration) (times []time.Duration, err error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: b.path, RawQuery: bareSettings}).String())
	if err != nil {
		return nil, fmt.Errorf("open the bare database: %w", err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	conn, err := b.prepare(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("prepare the bare database: %w", err)
	}
	turn := make(chan bareConn, 1)
	turn <- conn
	each, failed := make([][]time.Duration, b.writers), make([]error, b.writers)
	until := time.Now().Add(during)
	var writing sync.WaitGroup
	for id := range b.writers {
		writing.Go(func() {
			text := strings.Repeat("x", draftSize)
			for time.Now().Before(until) && failed[id] == nil {
				began := time.Now()
				conn := <-turn
				failed[id] = conn.write(ctx, id, text)
				turn <- conn
				each[id] = append(each[id], time.Since(began))
				rest(ctx, b.pause)
			}
		})
	}
	writing.Wait()
	for id := range b.writers {
		if failed[id] != nil {
			return nil, fmt.Errorf("bare commit: %w", failed[id])
		}
		times = append(times, each[id]...)
	}
	return times, nil
}

func (b bareLoop) prepare(ctx context.Context, db *sql.DB) (c bareConn, err error) {
	if _, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS drafts (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, text TEXT NOT NULL) STRICT`); err != nil {
		return c, err
	}
	for id := range b.writers {
		if _, err := db.ExecContext(ctx, `INSERT INTO drafts VALUES (?, 0, '') ON CONFLICT DO NOTHING`, id); err != nil {
			return c, err
		}
	}
	for _, said := range []struct {
		statement **sql.Stmt
		text      string
	}{
		{&c.begin, `BEGIN IMMEDIATE`}, {&c.update, `UPDATE drafts SET version = version + 1, text = ? WHERE id = ?`}, {&c.commit, `COMMIT`},
	} {
		if *said.statement, err = db.PrepareContext(ctx, said.text); err != nil { //nolint:sqlclosecheck // with the database
			return c, err
		}
	}
	return c, nil
}

func (c bareConn) write(ctx context.Context, id int, text string) error {
	if _, err := c.begin.ExecContext(ctx); err != nil {
		return err
	}
	if _, err := c.update.ExecContext(ctx, text, id); err != nil {
		return err
	}
	_, err := c.commit.ExecContext(ctx)
	return err
}

// rest waits, unless there is nothing to wait for.
func rest(ctx context.Context, pause time.Duration) {
	if pause <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}
