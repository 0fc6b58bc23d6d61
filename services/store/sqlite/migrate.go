package sqlite

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// migrations are applied in the order of their numbers, which begin their names.
//
//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer is the error for a database that a newer version has written.
var ErrNewer = errors.New("the database was written by a newer version of fonds: use that version")

type migration struct {
	number   int
	name     string
	script   string
	checksum catalog.Digest
}

// ordered gives the migrations by number and proves that none is missing.
func ordered(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var found []migration
	for i, name := range names {
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		m := migration{name: name[len("migrations/"):], script: string(script)}
		m.checksum = catalog.Digest(fmt.Sprintf("%x", sha256.Sum256(script)))
		if _, err := fmt.Sscanf(m.name, "%04d_", &m.number); err != nil || m.number != i+1 {
			return nil, fmt.Errorf("migration %s: expected number %04d", m.name, i+1)
		}
		found = append(found, m)
	}
	return found, nil
}

const migrationTable = `CREATE TABLE IF NOT EXISTS migrations (
	number     INTEGER NOT NULL PRIMARY KEY,
	name       TEXT    NOT NULL,
	checksum   BLOB    NOT NULL,
	applied_at INTEGER NOT NULL
) STRICT`

// migrate applies what is missing, all of it in one transaction.
func (s *Store) migrate(ctx context.Context) error {
	known, err := ordered(migrations)
	if err != nil {
		return err
	}
	return s.Tx(ctx, func(t catalog.Tx) error { return t.(*tx).migrate(known) })
}

func (t *tx) migrate(known []migration) error {
	if _, err := t.exec(migrationTable); err != nil {
		return err
	}
	applied, err := all(&t.view, `SELECT number, name, checksum FROM migrations ORDER BY number`,
		func(r *row) migration { return migration{number: r.int(), name: r.text(), checksum: r.digest()} })
	if err != nil {
		return err
	}
	if len(applied) > len(known) {
		return fmt.Errorf("migration %s: %w", applied[len(known)].name, ErrNewer)
	}
	for i, a := range applied {
		if a.number != known[i].number || a.checksum != known[i].checksum {
			return fmt.Errorf("migration %s was applied with other contents than %s has", a.name, known[i].name)
		}
	}
	for _, m := range known[len(applied):] {
		if err := t.conn.script(context.Background(), m.script); err != nil {
			t.failed = err
			return fmt.Errorf("apply migration %s: %w", m.name, err)
		}
		if _, err := t.exec(insert("migrations", "number, name, checksum, applied_at"),
			m.number, m.name, m.checksum, time.Now()); err != nil {
			return err
		}
	}
	return nil
}
