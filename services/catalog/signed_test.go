package catalog_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// These are corners that reviewtest has found: each was wrong once.

// people lets some persons sign.
func (a *archive) people(ids ...string) {
	a.t.Helper()
	a.must(a.store.Tx(a.t.Context(), func(tx catalog.Tx) error {
		for _, id := range ids {
			if err := tx.PutUser(catalog.User{ID: id, DisplayName: id, CreatedAt: a.clock}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// telegram brings in a scan of so many pages and gives its document.
func (a *archive) telegram(pages int) string {
	a.t.Helper()
	a.people("anna", "boris", "cyril", "vera")
	a.arrive(a.batch("telegrams", "eng", "", "a.tif"), "a.tif", "A")
	a.drain(pages, allText)
	return a.documents()[0].ID
}

// at gives the review of a document's region, counted from 0.
func (a *archive) at(document string, region int) catalog.ReviewView {
	a.t.Helper()
	head, err := a.Document(a.t.Context(), document, 0)
	a.must(err)
	v, err := a.Review(a.t.Context(), document, head.Revision.Regions[region].Place().Key(), "")
	a.must(err)
	return v
}

func (a *archive) correct(document string, region int, person, text string) catalog.ReviewView {
	a.t.Helper()
	v := a.at(document, region)
	base := v.Reading.ID
	if v.Draft.Exists() {
		base = v.Draft.BasedOn
	}
	a.clock = a.clock.Add(time.Second)
	got, err := a.SubmitReview(a.t.Context(), document, v.Key, person, v.Etag(), catalog.Correction{
		BasedOn: base, Text: text, Body: []byte(text), BodyDigest: digest(text),
	})
	a.must(err)
	return got
}

func (a *archive) signs(document string, region int, person string) error {
	a.t.Helper()
	v := a.at(document, region)
	a.clock = a.clock.Add(time.Second)
	_, err := a.SignReview(a.t.Context(), document, v.Key, person, v.Etag(), v.Content)
	return err
}

func (a *archive) shows(document string, want ...catalog.Assurance) {
	a.t.Helper()
	head, err := a.Document(a.t.Context(), document, 0)
	a.must(err)
	for i, g := range head.Revision.Regions {
		if g.Assurance != want[i] {
			a.t.Errorf("region %d has %s, want %s", i+1, g.Assurance, want[i])
		}
	}
}

func TestDraftOfAPlaceThatStandsTwice(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	v := a.at(id, 0)
	g := v.Shown
	_, err := a.SaveDraft(t.Context(), id, v.Key, "anna", "a draft", v.Etag())
	a.must(err)
	_, err = a.UpdateDocument(t.Context(), id, "", "boris", catalog.Change{Regions: []catalog.Region{g, g}})
	a.must(err)
	now := a.at(id, 0)
	if now.Draft.Text != "a draft" || now.ClaimedBy != "anna" || now.Etag() == "1" {
		t.Errorf("the draft is %+v, held by %q, with etag %s", now.Draft, now.ClaimedBy, now.Etag())
	}
	a.correct(id, 0, "anna", "corrected")
	a.shows(id, catalog.AssuranceCorrected, catalog.AssuranceCorrected)
	a.must(a.signs(id, 1, "vera"))
	a.shows(id, catalog.AssuranceVerified, catalog.AssuranceVerified)
	if v := a.at(id, 0); v.State != catalog.Reviewed {
		t.Errorf("what two people stand behind awaits %d", v.State)
	}
}

func TestSignedAlthoughItWasSentBack(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	v := a.correct(id, 0, "anna", "corrected")
	_, err := a.SendBack(t.Context(), id, v.Key, "boris", v.Etag(), "look again")
	a.must(err)
	a.must(a.signs(id, 0, "vera"))
	if v := a.at(id, 0); v.State != catalog.Reviewed || v.Comment.Text != "" {
		t.Errorf("the signed text awaits %d, with the comment %q", v.State, v.Comment.Text)
	}
}

// A text that was signed while one of its documents was deleted is signed there too.
func TestSignedWhileTheDocumentWasDeleted(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(2)
	a.correct(id, 1, "anna", "corrected")
	_, err := a.UpdateDocument(t.Context(), id, "", "anna", catalog.Change{Statements: map[string][]catalog.Field{"addressee": {{Value: json.RawMessage(`"X"`)}}}})
	a.must(err)
	head, err := a.CreateDocument(t.Context(), catalog.NewDocument{
		Collection: "telegrams", Title: "other", Person: "anna", Regions: []catalog.Region{{Scan: a.at(id, 0).Shown.Scan, Page: 1}},
	})
	a.must(err)
	merged, err := a.MergeDocuments(t.Context(), head.ID, "", "anna", []string{id})
	a.must(err)
	fields, err := merged.Revision.Fields.List()
	a.must(err)
	a.must(a.signs(head.ID, 2, "vera"))
	_, err = a.SignFields(t.Context(), head.ID, "", "vera", []string{fields[0].Statement})
	a.must(err)
	_, err = a.UndeleteDocument(t.Context(), id, "", "anna")
	a.must(err)
	a.shows(id, catalog.AssuranceMachine, catalog.AssuranceVerified)
	if v := a.at(id, 1); v.State != catalog.Reviewed {
		t.Errorf("the signed text awaits %d", v.State)
	}
	// The statement is the same, and so is the signature.
	if _, err = a.SignFields(t.Context(), id, "", "vera", []string{fields[0].Statement}); err != nil {
		t.Errorf("the same person signs the same again: %v", err)
	}
	a.audit()
}

func TestOnePersonIsEnoughFromNowOn(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(2)
	a.correct(id, 0, "anna", "corrected")
	a.must(a.signs(id, 0, "vera"))
	a.correct(id, 1, "anna", "corrected too")
	enough := func(yes bool) {
		_, err := a.UpdateCollection(t.Context(), "telegrams", "local", catalog.CollectionChange{OnePerson: &yes})
		a.must(err)
	}
	enough(true)
	title := "another"
	_, err := a.UpdateDocument(t.Context(), id, "", "boris", catalog.Change{Title: &title})
	a.must(err)
	a.shows(id, catalog.AssuranceVerified, catalog.AssuranceCorrected) // signed texts stay so
	if reason(a.signs(id, 1, "vera")) != catalog.ReasonOnePerson {
		t.Error("somebody has signed where nothing is signed")
	}
	_, err = a.DeleteDocument(t.Context(), id, "", "anna")
	a.must(err)
	enough(false)
	_, err = a.UndeleteDocument(t.Context(), id, "", "anna")
	a.must(err)
	if v := a.at(id, 1); v.State != catalog.ToVerify {
		t.Errorf("what came back awaits %d", v.State)
	}
}

// Vera signs the upper half of Anna's page. The lower half is Anna's alone: who submits it
// unchanged does not make it another's, and Anna may not sign it.
func TestSignatureOnAPartSaysNothingOfTheRest(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	whole := a.correct(id, 0, "anna", "upper and lower").Shown
	halves := []catalog.Region{whole, whole}
	halves[0].Box, halves[1].Box = &catalog.Box{Width: 100, Height: 100}, &catalog.Box{Y: 100, Width: 100, Height: 100}
	heads, err := a.SplitDocument(t.Context(), id, "", "boris", []catalog.Part{{Regions: halves[:1]}, {Title: "second", Regions: halves[1:]}})
	a.must(err)
	a.must(a.signs(id, 0, "vera"))
	lower := heads[1].ID
	if v := a.correct(lower, 0, "cyril", "lower"); fmt.Sprint(v.Reading.Contributors) != "[anna cyril]" {
		t.Errorf("the lower half has the contributors %q", v.Reading.Contributors)
	}
	if reason(a.signs(lower, 0, "anna")) != catalog.ReasonOwnWork {
		t.Error("Anna has signed her own text")
	}
	// The upper half is signed: what is based on it begins anew.
	if v := a.correct(id, 0, "cyril", "upper"); fmt.Sprint(v.Reading.Contributors) != "[cyril]" {
		t.Errorf("the upper half has the contributors %q", v.Reading.Contributors)
	}
}

// Boris's draft is of the machine's text. Its region went away with Anna's correction of it
// and came back with that: who submits sees both.
func TestDraftOlderThanWhatIsShown(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(2)
	v := a.at(id, 1)
	_, err := a.SaveDraft(t.Context(), id, v.Key, "boris", "a draft", v.Etag())
	a.must(err)
	head, err := a.Document(t.Context(), id, 0)
	a.must(err)
	regions := head.Revision.Regions
	heads, err := a.SplitDocument(t.Context(), id, "", "vera", []catalog.Part{{Regions: regions[:1]}, {Title: "second", Regions: regions[1:]}})
	a.must(err)
	a.correct(heads[1].ID, 0, "anna", "corrected")
	a.clock = a.clock.Add(time.Hour)
	gone, err := a.Review(t.Context(), id, v.Key, "cyril")
	a.must(err)
	_, err = a.SubmitReview(t.Context(), id, v.Key, "cyril", gone.Etag(), catalog.Correction{BasedOn: gone.Draft.BasedOn})
	if gone.Draft.Text != "a draft" || reason(err) != catalog.ReasonContentChanged {
		t.Errorf("the draft of a region that is gone is %+v, and submitting it gives %v", gone.Draft, err)
	}
	_, err = a.MergeDocuments(t.Context(), id, "", "vera", []string{heads[1].ID})
	a.must(err)
	if got := a.correct(id, 1, "cyril", "corrected!"); fmt.Sprint(got.Reading.Contributors) != "[anna boris cyril]" {
		t.Errorf("contributors %q", got.Reading.Contributors)
	}
	if reason(a.signs(id, 1, "anna")) != catalog.ReasonOwnWork {
		t.Error("Anna has signed what came of her text")
	}
}

func TestEtagOfAReviewThatCameAgain(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(2)
	v := a.at(id, 1)
	head, err := a.Document(t.Context(), id, 0)
	a.must(err)
	_, err = a.UpdateDocument(t.Context(), id, "", "vera", catalog.Change{Regions: head.Revision.Regions[:1]})
	a.must(err)
	a.clock = a.clock.Add(time.Second)
	_, err = a.UpdateDocument(t.Context(), id, "", "vera", catalog.Change{Regions: head.Revision.Regions})
	a.must(err)
	if _, err = a.SaveDraft(t.Context(), id, v.Key, "anna", "a draft", v.Etag()); reason(err) != catalog.ReasonEtagMismatch {
		t.Errorf("a write over another life of the review: %v", err)
	}
}

func TestMergeIsADeletionInTheLog(t *testing.T) {
	a := newArchive(t)
	id := a.telegram(1)
	head, err := a.CreateDocument(t.Context(), catalog.NewDocument{
		Collection: "telegrams", Title: "other", Person: "anna", Regions: []catalog.Region{{Scan: a.at(id, 0).Shown.Scan, Page: 1}},
	})
	a.must(err)
	_, err = a.MergeDocuments(t.Context(), head.ID, "", "anna", []string{id})
	a.must(err)
	a.must(a.store.View(t.Context(), func(r catalog.Reader) error {
		acts, err := r.ActsOn("documents/" + id)
		if len(acts) != 1 || acts[0].Kind != catalog.ActDocumentDeleted || acts[0].Person != "anna" {
			t.Errorf("acts on the document that was merged: %+v", acts)
		}
		return err
	}))
}
