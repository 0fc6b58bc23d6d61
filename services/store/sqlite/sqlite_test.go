package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/storetest"
)

// openAt opens the store at a path and closes it when the test ends.
func openAt(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// empty is the file of a database with its tables and nothing in them: to copy it takes a
// tenth of the time that the migrations do.
var empty = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "fonds-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "empty.db")
	s, err := Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// putEmpty copies it to a path, unless something is there.
func putEmpty(t testing.TB, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return path
	}
	content, err := empty()
	must(t, err)
	must(t, os.WriteFile(path, content, 0o600))
	return path
}

func openNew(t testing.TB) *Store {
	t.Helper()
	return openAt(t, putEmpty(t, filepath.Join(t.TempDir(), "catalog.db")))
}

func TestStore(t *testing.T) {
	paths := make(map[catalog.Store]string)
	open := func(t *testing.T, path string) catalog.Store {
		s := openAt(t, putEmpty(t, path))
		paths[s] = path
		return s
	}
	storetest.Run(t,
		func(t *testing.T) catalog.Store { return open(t, filepath.Join(t.TempDir(), "catalog.db")) },
		storetest.WithReopen(func(t *testing.T, s catalog.Store) catalog.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, paths[s])
		}))
}

func TestWhatIsReadOneAfterTheOtherSharesAConnection(t *testing.T) {
	s := openNew(t)
	read := func(also func()) {
		t.Helper()
		if err := s.View(t.Context(), func(catalog.Reader) error { also(); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	opened := func() (n int) {
		for _, c := range s.readers.idle {
			if c.driver != nil {
				n++
			}
		}
		return n
	}
	for range 2 * cap(s.readers.free) {
		read(func() {})
	}
	if n := opened(); n != 1 {
		t.Errorf("%d connections for one reader at a time", n)
	}
	read(func() { read(func() {}) })
	if n := opened(); n != 2 {
		t.Errorf("%d connections for two readers at a time", n)
	}
}
