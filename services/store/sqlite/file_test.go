package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fonds-archive/fonds/services/catalog"
)

// raw runs SQL in a connection of its own, without any of the store's settings.
func raw(t *testing.T, path string, statements ...string) error {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			return err
		}
	}
	return nil
}

// fill puts a reading, a document with a revision, and an event.
func fill(t *testing.T, s *Store) {
	t.Helper()
	d := catalog.Digest(strings.Repeat("ab", 32))
	err := s.Tx(t.Context(), func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutScan(catalog.Scan{Digest: d}),
			tx.InsertReading(catalog.Reading{ID: "r", Scan: d, Page: 1, Origin: catalog.Machine, Text: "as it was"}),
			tx.PutDocument(catalog.Document{ID: "d", Head: 1}),
			tx.InsertRevision(catalog.Revision{Document: "d", Number: 1, Title: "as it was"}),
			tx.AppendEvent(catalog.Event{Document: "d", Sequence: 1, Type: catalog.DocumentCreated}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestImmutable proves that even raw SQL does not change what never changes.
func TestImmutable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	fill(t, s)
	for _, statement := range []string{
		`UPDATE readings SET text = 'other'`,
		`UPDATE readings SET created_at = 1 WHERE id = 'r'`,
		`DELETE FROM readings`,
		`INSERT OR REPLACE INTO readings SELECT * FROM readings`,
		`REPLACE INTO readings SELECT id, scan, page, origin, recipe, body_digest, created_at, engine, envelope, 'other', body FROM readings`,
		`INSERT INTO readings SELECT * FROM readings WHERE true ON CONFLICT DO UPDATE SET text = 'other'`,
		`UPDATE revisions SET manifest = x'00'`,
		`DELETE FROM revisions`,
		`REPLACE INTO revisions SELECT * FROM revisions`,
		`UPDATE events SET person = 'other'`,
		`DELETE FROM events`,
	} {
		if err := raw(t, path, statement); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
	err := s.View(t.Context(), func(r catalog.Reader) error {
		reading, readingErr := r.Reading("r")
		revision, revisionErr := r.Revision("d", 1)
		if reading.Text != "as it was" || revision.Title != "as it was" {
			t.Errorf("changed: %q, %q", reading.Text, revision.Title)
		}
		return errors.Join(readingErr, revisionErr)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	s := openAt(t, path)
	fill(t, s)
	check := func() []string {
		faults, err := s.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return faults
	}
	if faults := check(); len(faults) > 0 {
		t.Errorf("clean: %v", faults)
	}
	// A reading is added whose scan is not there, and an index loses its rows.
	if err := raw(t, path,
		`INSERT INTO readings SELECT 'q', zeroblob(32), page, origin, recipe, body_digest, created_at, engine, envelope, text, body FROM readings`,
		`PRAGMA writable_schema = ON`,
		`UPDATE sqlite_schema SET sql = replace(sql, 'scan, page, created_at, id', 'scan, page, created_at, text') WHERE name = 'readings_page'`,
	); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	faults := strings.Join(check(), "\n")
	for _, want := range []string{"readings: 1 rows name scans that are not there", "readings_page"} {
		if !strings.Contains(faults, want) {
			t.Errorf("no word of %q in: %s", want, faults)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		want   string
	}{
		"newer":   {`INSERT INTO migrations VALUES (99, '0099_later.sql', x'00', 0)`, "newer version"},
		"altered": {`UPDATE migrations SET checksum = x'00' WHERE number = 1`, "other contents"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := raw(t, path, c.change); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("garbage", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "catalog.db")
		if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path); err == nil {
			t.Error("opened")
		}
	})
	t.Run("no folder", func(t *testing.T) {
		if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "absent", "catalog.db")); err == nil {
			t.Error("opened")
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Open(ctx, filepath.Join(t.TempDir(), "catalog.db")); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestMigrationFails proves that a migration that fails leaves nothing behind.
func TestMigrationFails(t *testing.T) {
	s := openNew(t)
	known, err := ordered(migrations)
	if err != nil {
		t.Fatal(err)
	}
	bad := migration{number: len(known) + 1, name: "bad.sql", script: `CREATE TABLE half (x INTEGER); CREATE TABLE half (y INTEGER);`}
	migrate := func(m migration) error {
		return s.Tx(t.Context(), func(tx catalog.Tx) error { return asTx(tx).migrate(append(known, m)) })
	}
	if err := migrate(bad); err == nil || !strings.Contains(err.Error(), "bad.sql") {
		t.Errorf("got %v", err)
	}
	good := bad
	good.script = `CREATE TABLE half (x INTEGER);`
	good.checksum = known[0].checksum
	if err := migrate(good); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func asTx(t catalog.Tx) *tx { return t.(*tx) }

func TestMigrationsAreNumbered(t *testing.T) {
	files := fstest.MapFS{"migrations/0001_a.sql": {}, "migrations/0003_b.sql": {}}
	if _, err := ordered(files); err == nil {
		t.Error("a gap was taken")
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b", "a?mode=memory", "50%25#x", "Опись", "it's \"x\"", "a\nb", ":memory:", "file:x"} {
		path := filepath.Join(t.TempDir(), name)
		s := openAt(t, path)
		fill(t, s)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
