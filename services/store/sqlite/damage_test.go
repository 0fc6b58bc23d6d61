package sqlite

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// One bad row must not hide what else an audit would find.
func TestDamagedRevisionIsReportedAndPassedOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fonds.db")
	s, err := Open(t.Context(), path)
	must(t, err)
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		for _, id := range []string{"a", "b", "c"} {
			if err := tx.PutDocument(catalog.Document{ID: id, Collection: "c", Head: 1}); err != nil {
				return err
			}
			if err := tx.InsertRevision(catalog.Revision{Document: id, Number: 1, Title: id}); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, s.Close())
	must(t, raw(t, path, `DROP TRIGGER revisions_update`, `UPDATE revisions SET manifest = CAST('{"title":"another"}' AS BLOB) WHERE document = 'b'`))
	s, err = Open(t.Context(), path)
	must(t, err)
	defer s.Close()
	err = s.View(t.Context(), func(r catalog.Reader) error {
		if _, err := r.Revision("b", 1); !errors.Is(err, catalog.ErrDamaged) {
			t.Errorf("the damaged revision: %v", err)
		}
		if _, err := r.RevisionEnvelope("b", 1); !errors.Is(err, catalog.ErrDamaged) {
			t.Errorf("the damaged revision's envelope: %v", err)
		}
		_, err := r.Revision("c", 1) // the view goes on
		return err
	})
	must(t, err)
	var found []string
	audit := &catalog.Audit{Found: func(name, problem string) { found = append(found, name+": "+problem) }}
	c := catalog.New(s, time.Now, func() string { return "x" }, catalog.DefaultLimits())
	must(t, c.Audit(t.Context(), audit))
	damaged := 0
	for _, f := range found {
		if strings.Contains(f, "documents/b/revisions/1") && strings.Contains(f, "damaged") {
			damaged++
		}
	}
	if damaged != 1 || audit.Documents != 3 {
		t.Errorf("%d documents, found %q", audit.Documents, found)
	}
}
