package sqlite

import (
	"path/filepath"
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

func openNew(t testing.TB) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "catalog.db"))
}

func TestStore(t *testing.T) {
	paths := make(map[catalog.Store]string)
	open := func(t *testing.T, path string) catalog.Store {
		s := openAt(t, path)
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
