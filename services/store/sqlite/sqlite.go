// Package sqlite keeps the catalog in one SQLite file. It is the store for one
// machine: one process owns the file, with one writer and a few readers in it.
//
// It knows no rule of the domain beyond the promises of catalog.Store, and it
// never lets a caller see half of a transaction.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// maxAttempts bounds how often a transaction runs while another process holds
	// the file. Each attempt waits up to busyTimeout, so a caller hears after
	// 5 × 5 s at the latest that the store is busy.
	maxAttempts = 5
	// minReaders lets a slow list stand beside lookups on a small machine; with
	// more processors there is one reader for each, as reads need the processor
	// and hardly wait. maxReaders bounds their caches to 16 × 8 MB.
	minReaders = 4
	maxReaders = 16
)

// ReasonBusy is the reason of the error when another process holds the file.
const ReasonBusy = "STORE_BUSY"

var errClosed = errors.New("the store is closed")

// Store keeps a catalog. It is safe for use by many goroutines.
type Store struct {
	writer  writer
	readers *readers
	closed  chan struct{}
	close   func() error

	heads heads

	mu      sync.Mutex
	changed chan struct{}
}

var _ catalog.Store = (*Store)(nil)

// Open opens the store at a path, makes it if there is none, and brings its
// tables up to date. It fails on a file that a newer version has written.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	closed := make(chan struct{})
	s := &Store{
		writer:  writer{conn: &conn{path: path}, longest: longestTogether},
		readers: newReaders(path, min(max(minReaders, runtime.GOMAXPROCS(0)), maxReaders), closed),
		closed:  closed,
		changed: make(chan struct{}),
	}
	s.close = sync.OnceValue(s.drain)
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), s.Close())
	}
	return s, nil
}

// View runs fn over one consistent snapshot. Calling Close from fn blocks for ever.
func (s *Store) View(ctx context.Context, fn func(catalog.Reader) error) error {
	c, err := s.readers.take(ctx)
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	defer s.readers.put(c)
	if err := c.begin(ctx, beginRead); err != nil {
		return fmt.Errorf("view: %w", err)
	}
	v := &view{ctx: ctx, conn: c}
	defer v.end()
	return fn(v)
}

func (s *Store) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
}

// Changed returns a channel that is closed at the next commit that has written.
func (s *Store) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Close refuses new work, waits for what runs, and releases the file.
func (s *Store) Close() error { return s.close() }

func (s *Store) drain() error {
	close(s.closed)
	if failed := errors.Join(s.readers.retire(), s.writer.retire()); failed != nil {
		return fmt.Errorf("close store: %w", failed)
	}
	return nil
}
