package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fonds-archive/fonds/services/catalog"
)

// edition imports a text of two documents and gives the first one's ID.
func edition(t *testing.T, a *archive) (c *catalog.Catalog, document string) {
	t.Helper()
	ids := 0
	now := func() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }
	newID := func() string { ids++; return fmt.Sprintf("0191e2a4-0000-7000-8000-%012x", ids) }
	c = catalog.New(a, now, newID, catalog.DefaultLimits())
	raw := bodyOf(t, "We are sending the first telegram", "and now the second one")
	text := "We are sending the first telegram\nand now the second one\n"
	imported, err := c.ImportText(t.Context(), catalog.Import{
		Collection: "edition", Path: "a.txt", Digest: sum([]byte(text)), Size: int64(len(text)), MediaType: "text/plain", Person: "local",
		Reading: catalog.Reading{Text: text, Body: raw, BodyDigest: sum(raw)},
		Parts:   []catalog.ImportedPart{{Title: "First", Range: &catalog.Range{End: 34}}, {Title: "Second", Range: &catalog.Range{Start: 34, End: len(text)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = a.Tx(t.Context(), func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutUser(catalog.User{ID: "anna", DisplayName: "Anna", Roles: []catalog.Role{catalog.Corrects}, CreatedAt: now()}),
			tx.PutUser(catalog.User{ID: "vera", DisplayName: "Vera", Roles: []catalog.Role{catalog.Verifies}, CreatedAt: now()}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, imported.Documents[0].ID
}

// claim takes the only review of a document and reads it.
func claim(t *testing.T, a *archive, c *catalog.Catalog, document, person string) catalog.ReviewView {
	t.Helper()
	var reviews []catalog.Review
	a.view(t, func(r catalog.Reader) (err error) {
		reviews, err = r.ReviewsOf(document)
		return err
	})
	if len(reviews) != 1 {
		t.Fatalf("the document has %d reviews", len(reviews))
	}
	if _, err := c.ClaimReview(t.Context(), document, reviews[0].Key, person); err != nil {
		t.Fatal(err)
	}
	v, err := c.Review(t.Context(), document, reviews[0].Key, person)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// From the correction of a text to a proof in somebody's hands, by the verbs that the
// server has, and what becomes of it when the database is tampered with.
func TestFromCorrectionToProof(t *testing.T) {
	a := newArchive(t)
	c, document := edition(t, a)
	log := Log{Store: a, Keys: a.key.Verifiers()}
	reason := func(want string) {
		t.Helper()
		_, err := log.Proof(t.Context(), document, 0)
		var typed *catalog.Error
		if !errors.As(err, &typed) || typed.Reason != want {
			t.Errorf("a proof for the asking: %v, not %s", err, want)
		}
	}
	reason(catalog.ReasonNothingSigned)

	v := claim(t, a, c, document, "anna")
	raw := bodyOf(t, "We are sending the FIRST telegram")
	_, err := c.SubmitReview(t.Context(), document, v.Key, "anna", v.Etag(), catalog.Correction{
		BasedOn: v.Review.Reading, Text: "We are sending the FIRST telegram\n", Body: raw, BodyDigest: sum(raw),
	})
	if err != nil {
		t.Fatal(err)
	}
	reason(catalog.ReasonProofPending)
	a.sequence(t)
	corrected := proved(t, a, log, document)
	if r := corrected.Regions[0]; r.Assurance != catalog.AssuranceCorrected || !slices.Equal(r.Contributors, []string{"anna"}) || !corrected.Covered {
		t.Errorf("after the correction: %+v", corrected)
	}

	v = claim(t, a, c, document, "vera")
	if _, err = c.SignReview(t.Context(), document, v.Key, "vera", v.Etag(), v.Content); err != nil {
		t.Fatal(err)
	}
	a.sequence(t)
	signed := proved(t, a, log, document)
	if r := signed.Regions[0]; r.Assurance != catalog.AssuranceVerified || len(r.Signed) != 1 || r.Signed[0].Person != "vera" || !signed.Covered {
		t.Errorf("after the signature: %+v", signed)
	}

	title := "The first telegram"
	if _, err := c.UpdateDocument(t.Context(), document, "", "anna", catalog.Change{Title: &title}); err != nil {
		t.Fatal(err)
	}
	if titled := proved(t, a, log, document); titled.Covered || titled.Regions[0].Assurance != catalog.AssuranceVerified {
		t.Errorf("after another title: %+v", titled)
	}

	// Shown again and again, the body stands in the bundle once.
	head, err := c.Document(t.Context(), document, 0)
	if err != nil {
		t.Fatal(err)
	}
	again := catalog.Change{Regions: slices.Repeat(head.Revision.Regions, 50)}
	if _, err := c.UpdateDocument(t.Context(), document, "", "anna", again); err != nil {
		t.Fatal(err)
	}
	if many := proved(t, a, log, document); len(many.Regions) != 50 || many.Regions[49].Assurance != catalog.AssuranceVerified {
		t.Errorf("shown 50 times: %+v", many)
	}
	if bundle, err := log.Proof(t.Context(), document, 0); err != nil || len(bundle.GetTexts()) != 50 || len(bundle.GetBodies()) != 1 {
		t.Errorf("shown 50 times: %d texts, %d bodies, %v", len(bundle.GetTexts()), len(bundle.GetBodies()), err)
	}

	a.raw(t, "UPDATE acts SET person = 'boris' WHERE kind = 'text.signed'")
	if _, err := log.Proof(t.Context(), document, 0); !errors.Is(err, catalog.ErrDamaged) {
		t.Errorf("a proof from a tampered log: %v", err)
	}
}

// proved takes a proof, has it written and read, and checks it.
func proved(t *testing.T, a *archive, log Log, document string) Report {
	t.Helper()
	bundle, err := log.Proof(context.Background(), document, 0)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := WriteBundle(&file, bundle); err != nil {
		t.Fatal(err)
	}
	read, err := ReadBundle(&file)
	if err != nil || !proto.Equal(read, bundle) {
		t.Fatalf("read %v, %v", read, err)
	}
	report, err := VerifyBundle(read, a.key.Verifiers())
	if err != nil {
		t.Fatal(err)
	}
	return report
}
