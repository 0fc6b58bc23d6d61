package catalog_test

import (
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// readScan ingests one scan of two pages and returns its digest.
func (a *archive) readScan(collection, path, content string) catalog.Digest {
	a.t.Helper()
	b := a.batch(collection, "eng", "", path)
	a.arrive(b, path, content)
	a.drain(2, allText)
	return digest(content)
}

func TestDocumentOverPagesOfTwoScans(t *testing.T) {
	a := newArchive(t)
	one, two := a.readScan("telegrams", "a.tif", "A"), a.readScan("telegrams", "b.tif", "B")
	n := catalog.NewDocument{
		Collection: "telegrams", Title: "Telegram No. 2967", Person: "anna", RequestID: "r1",
		Regions: []catalog.Region{{Scan: one, Page: 2}, {Scan: two, Page: 1, Box: &catalog.Box{Width: 50, Height: 60}}},
	}
	made, err := a.CreateDocument(t.Context(), n)
	a.must(err)
	if !made.Revision.Complete() || made.Revision.Assurance() != catalog.AssuranceMachine || made.Revision.Author != "anna" {
		t.Errorf("made %+v", made)
	}
	again, err := a.CreateDocument(t.Context(), n)
	a.must(err)
	if again.ID != made.ID {
		t.Error("the same request made another document")
	}
	text, err := a.Text(t.Context(), made.ID, 0, 0)
	a.must(err)
	if text.Regions[0].Text == "" || text.Regions[1].Body == nil || text.Regions[1].Text != "" {
		t.Errorf("text %+v", text.Regions)
	}
	a.audit()
}

func TestDocumentOverPagesThatAreNotThere(t *testing.T) {
	a := newArchive(t)
	scan := a.readScan("telegrams", "a.tif", "A")
	for name, c := range map[string]struct {
		n      catalog.NewDocument
		reason string
	}{
		"page":       {catalog.NewDocument{Collection: "telegrams", Title: "x", Regions: []catalog.Region{{Scan: scan, Page: 3}}}, catalog.ReasonPageNotFound},
		"collection": {catalog.NewDocument{Collection: "letters", Title: "x", Regions: []catalog.Region{{Scan: scan, Page: 1}}}, catalog.ReasonScanNotInCollection},
		"title":      {catalog.NewDocument{Collection: "telegrams", Title: " ", Regions: []catalog.Region{{Scan: scan, Page: 1}}}, catalog.ReasonInvalidArgument},
		"regions":    {catalog.NewDocument{Collection: "telegrams", Title: "x"}, catalog.ReasonInvalidArgument},
	} {
		if _, err := a.CreateDocument(t.Context(), c.n); reason(err) != c.reason {
			t.Errorf("%s: %v, want reason %s", name, err, c.reason)
		}
	}
}

func TestUpdateNeedsThePresentEtag(t *testing.T) {
	a := newArchive(t)
	a.readScan("telegrams", "a.tif", "A")
	before := a.documents()[0]
	title := "Ciphered telegram"
	after, err := a.UpdateDocument(t.Context(), before.ID, before.Etag(), "anna", catalog.Change{Title: &title})
	a.must(err)
	if after.Head != before.Head+1 || after.Revision.Title != title || after.Revision.Regions[0].Reading != before.Revision.Regions[0].Reading {
		t.Errorf("updated %+v", after)
	}
	if _, err := a.UpdateDocument(t.Context(), before.ID, before.Etag(), "anna", catalog.Change{Title: &title}); reason(err) != catalog.ReasonEtagMismatch {
		t.Errorf("update with an old etag: %v", err)
	}
	swapped := []catalog.Region{{Scan: digest("A"), Page: 2}, {Scan: digest("A"), Page: 1}}
	after, err = a.UpdateDocument(t.Context(), before.ID, "", "anna", catalog.Change{Regions: swapped})
	a.must(err)
	if after.Revision.Regions[0].Reading != before.Revision.Regions[1].Reading {
		t.Error("reordered regions do not keep what they show")
	}
	a.audit()
}

func TestDeletedDocumentIsHiddenAndComesBack(t *testing.T) {
	a := newArchive(t)
	a.readScan("telegrams", "a.tif", "A")
	d := a.documents()[0]
	gone, err := a.DeleteDocument(t.Context(), d.ID, d.Etag(), "anna")
	a.must(err)
	if gone.DeletedAt.IsZero() || len(a.documents()) != 0 {
		t.Errorf("deleted %+v, still listed %d", gone, len(a.documents()))
	}
	if _, err := a.Text(t.Context(), d.ID, d.Head, 0); err != nil {
		t.Errorf("revision of a deleted document: %v", err)
	}
	title := "x"
	if _, err := a.UpdateDocument(t.Context(), d.ID, "", "anna", catalog.Change{Title: &title}); reason(err) != catalog.ReasonDocumentDeleted {
		t.Errorf("update of a deleted document: %v", err)
	}
	back, err := a.UndeleteDocument(t.Context(), d.ID, gone.Etag(), "anna")
	a.must(err)
	if !back.DeletedAt.IsZero() || len(a.documents()) != 1 {
		t.Errorf("undeleted %+v", back)
	}
	events, err := a.Events(t.Context(), 0, d.ID, "", 100)
	a.must(err)
	want := []string{catalog.DocumentCreated, catalog.DocumentRevised, catalog.DocumentDeleted, catalog.DocumentUndeleted}
	for i, e := range events {
		if e.Type != want[i] || e.Sequence != i+1 {
			t.Errorf("event %d is %+v, want %s", i, e, want[i])
		}
	}
	if len(events) != len(want) {
		t.Errorf("%d events, want %d", len(events), len(want))
	}
	a.audit()
}

func TestTextIsNeverLessThanAskedFor(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.drain(3, func(k catalog.WorkKey) catalog.Outcome {
		return [...]catalog.Outcome{catalog.Text, catalog.Blank, catalog.Failed}[k.Page-1]
	})
	d := a.documents()[0]
	text, err := a.Text(t.Context(), d.ID, 0, 0)
	a.must(err)
	if len(text.Regions) != 3 {
		t.Errorf("%d regions", len(text.Regions))
	}
	for _, least := range []catalog.Assurance{catalog.AssuranceMachine, catalog.AssuranceCorrected, catalog.AssuranceVerified} {
		if _, err := a.Text(t.Context(), d.ID, 0, least); reason(err) != catalog.ReasonAssuranceNotReached {
			t.Errorf("min assurance %s: %v", least, err)
		}
	}
}

func TestBoxOutsideItsPage(t *testing.T) {
	a := newArchive(t)
	scan := a.readScan("c", "1", "one")
	n := catalog.NewDocument{Collection: "c", Title: "A", Person: "p"}
	for box, wanted := range map[catalog.Box]string{
		{X: 99, Y: 199, Width: 500, Height: 500}: "",
		{X: 100, Y: 0, Width: 5, Height: 5}:      catalog.ReasonInvalidArgument,
		{X: 0, Y: 200, Width: 5, Height: 5}:      catalog.ReasonInvalidArgument,
	} {
		n.Regions = []catalog.Region{{Scan: scan, Page: 1, Box: &box}}
		if _, err := a.CreateDocument(t.Context(), n); reason(err) != wanted {
			t.Errorf("box %+v: %v", box, err)
		}
	}
}
