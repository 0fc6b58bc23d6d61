package sqlite

import (
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// A draft that was saved when its text stood among the JSON is there as it was, and so is
// none.
func TestDraftsFromBeforeTheirColumn(t *testing.T) {
	s := openAt(t, openBefore(t, 11,
		`INSERT INTO documents (id, collection, holding, head, events, created_at, deleted_at) VALUES ('d', 'c', '', 0, 0, 1, 0)`,
		`INSERT INTO reviews (document, key, region, collection, state, since, reading, confidence, words, doubtful, disagreement, version,
			claimed_by, claim_until, skipped_by, comment, draft) VALUES
			('d', 'a', 1, 'c', 1, 7, '', 0, 5, 2, 0, 3, '', 0, '', '', '{"text":"Тел. \"4117\"\n","based_on":"r","editors":["anna"],"saved_at":"2026-01-02T03:04:05Z"}'),
			('d', 'b', 2, 'c', 1, 7, '', 0, 5, 2, 0, 3, '', 0, '', '', '')`))
	must(t, s.View(t.Context(), func(r catalog.Reader) error {
		drafted, err := r.Review("d", "a")
		must(t, err)
		if d := drafted.Draft; d.Text != "Тел. \"4117\"\n" || d.BasedOn != "r" || len(d.Editors) != 1 || d.SavedAt.Year() != 2026 {
			t.Errorf("got %+v", d)
		}
		none, err := r.Review("d", "b")
		if none.Draft.Exists() || none.Draft.Text != "" {
			t.Errorf("got %+v", none.Draft)
		}
		return err
	}))
}
