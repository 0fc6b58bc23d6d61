// Package sqlitetest makes databases for tests: empty ones with all their tables, copied
// from one that was made once in a process, which takes a tenth of the time.
//
// Only tests import it, and it never opens what it has made.
package sqlitetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// empty is the file of a new database.
var empty = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "fonds-sqlitetest-")
	if err != nil {
		return nil, fmt.Errorf("make an empty database: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "empty.db")
	store, err := sqlite.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil { // and folds its log into the file
		return nil, err
	}
	return os.ReadFile(path)
})

// Put writes an empty database to a path at which nothing is, and returns the path.
func Put(t testing.TB, path string) string {
	t.Helper()
	content, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}
