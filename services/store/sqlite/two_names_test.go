package sqlite

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// What somebody signed before names were asked for stays signed. What still waits for a
// signature that would be refused waits to be submitted by a person with a name.
func TestSignaturesFromBeforeNames(t *testing.T) {
	rows := slices.Concat(
		[]string{
			`INSERT INTO documents (id, collection, holding, head, events, created_at, deleted_at) VALUES ('d', 'c', '', 0, 0, 1, 0)`,
			fmt.Sprintf(`INSERT INTO scans VALUES (x'%s', 1, '', 1, 1, 0)`, numbered(1)), oldReading("r"),
			`INSERT INTO users VALUES ('anna', 'Anna', '[4]', 0, 1, 0), ('vera', 'Vera', '[4]', 0, 1, 0), ('robot', 'Robot', '[4]', 1, 1, 0)`,
		},
		rawSubmitted("a", "r", "anna"), rawSubmitted("l", "r", "anna", "local"), rawSubmitted("p", "r", "robot"),
		[]string{
			`INSERT INTO signatures VALUES ('before', 'l', zeroblob(32), 'vera', 1)`,
			`INSERT INTO reviews (document, key, region, collection, state, since, reading, confidence, words, doubtful, disagreement, version,
				claimed_by, claim_until, skipped_by, comment, draft) VALUES ('d', 'a', 1, 'c', 2, 7, 'a', 0, 5, 2, 0, 3, '', 0, '["vera"]', '', ''),
				('d', 'l', 2, 'c', 3, 7, 'l', 0, 5, 2, 0, 3, '', 0, '', '', ''), ('d', 'p', 3, 'c', 2, 7, 'p', 0, 5, 2, 0, 3, '', 0, '["vera"]', '', '')`,
		})
	s := openAt(t, openBefore(t, 9, rows...))
	if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("check: %v, %v", faults, err)
	}
	must(t, s.View(t.Context(), func(r catalog.Reader) error {
		if on, err := r.SignaturesOn("l"); err != nil || len(on) != 1 {
			t.Errorf("signatures from before: %+v, %v", on, err)
		}
		reviews, err := r.ReviewsOf("d")
		for i, want := range []catalog.ReviewState{catalog.ToVerify, catalog.Reviewed, catalog.ToCorrect} {
			if got := reviews[i]; got.State != want || (want == catalog.ToCorrect) != (got.Version == 4) || (want == catalog.ToVerify) != (len(got.SkippedBy) == 1) {
				t.Errorf("review %s: %+v, want state %d", got.Key, got, want)
			}
		}
		return err
	}))
	must(t, s.Tx(t.Context(), func(tx catalog.Tx) error {
		if err := tx.InsertSignature(catalog.Signature{ID: "new", Subject: "p", Content: sum("p"), Person: "vera"}); err == nil {
			t.Error("what a program submitted is signed")
		}
		return nil
	}))
}
