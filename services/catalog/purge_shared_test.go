package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func TestPurgeOfASharedScan(t *testing.T) {
	a := newPurgeArchive(t)
	scan := a.readScan("c", "a.tif", "A")
	first := a.documents()[0]
	over := func(page int) catalog.DocumentHead {
		t.Helper()
		d, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "c", Title: "t", Person: "anna", Regions: []catalog.Region{{Scan: scan, Page: page}}})
		a.must(err)
		return d
	}
	second, third := over(2), over(1)
	// It lies on the scan no longer, and is deleted.
	other := a.readScan("c", "b.tif", "B")
	_, err := a.UpdateDocument(t.Context(), third.ID, "", "anna", catalog.Change{Regions: []catalog.Region{{Scan: other, Page: 1}}})
	a.must(err)
	_, err = a.DeleteDocument(t.Context(), third.ID, "", "olga")
	a.must(err)

	_, err = a.ask(false, first.ID)
	a.wants("alone", catalog.ReasonScanShared, err)
	for _, d := range []catalog.DocumentHead{second, third} {
		if !strings.Contains(err.Error(), "documents/"+d.ID) {
			t.Errorf("%s is not named: %v", d.ID, err)
		}
	}
	_, err = a.ask(false, first.ID, second.ID)
	a.wants("without the deleted one", catalog.ReasonScanShared, err)
	if len(a.documents()) != 3 {
		t.Error("a refused request has deleted something")
	}
	_, err = a.ask(false, first.ID, second.ID, third.ID)
	a.wants("without the one on the other scan", catalog.ReasonScanShared, err)

	p, err := a.ask(true, second.ID)
	a.must(err)
	_, err = a.CancelPurge(t.Context(), "purges/"+p.ID)
	a.must(err)
	last := a.documents()
	together := []string{first.ID, second.ID, third.ID}
	for _, d := range last {
		if !slices.Contains(together, d.ID) {
			together = append(together, d.ID)
		}
	}
	p = a.purged(false, together...)
	if len(p.Scans) != 2 || p.Scans[0].Kept || p.Scans[1].Kept {
		t.Errorf("scans %+v", p.Scans)
	}
	a.checked()
}

// With the scan everything stays that another document shows, or ever showed, or would
// show next; the rest of the document's pages goes.
func TestPurgeThatKeepsSharedScans(t *testing.T) {
	a := newPurgeArchive(t)
	scan := a.readScan("c", "a.tif", "A")
	doomed := a.documents()[0] // pages 1 and 2
	stays, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "c", Title: "stays", Person: "anna", Regions: []catalog.Region{{Scan: scan, Page: 2}}})
	a.must(err)
	onOne := a.write(doomed.ID, 1, "a person's text of page 1", true)
	onTwo := a.write(stays.ID, 1, "a person's text of page 2", true) // of machine's, which both show
	doomed, err = a.Document(t.Context(), doomed.ID, 0)
	a.must(err)
	machineOne, machineTwo := a.readingsOf(scan, 1)[0], a.readingsOf(scan, 2)[0]

	p := a.purged(true, doomed.ID)
	if len(p.Scans) != 1 || !p.Scans[0].Kept {
		t.Errorf("scans %+v", p.Scans)
	}
	for id, page := range map[string]int{onOne.Review.Reading: 1, machineOne.ID: 1} {
		_, err := a.Reading(t.Context(), scan, page, id)
		a.wants("a reading of page 1", catalog.ReasonWithdrawn, err)
	}
	if left := a.readingsOf(scan, 1); len(left) != 0 {
		t.Errorf("page 1 has %+v", left)
	}
	var two []string
	for _, r := range a.readingsOf(scan, 2) {
		two = append(two, r.ID)
	}
	if want := []string{machineTwo.ID, onTwo.Review.Reading}; !slices.Equal(two, want) {
		t.Errorf("page 2 has %v, want %v", two, want)
	}
	text, err := a.Text(t.Context(), stays.ID, 0, catalog.AssuranceVerified)
	a.must(err)
	if text.Regions[0].Text != "a person's text of page 2" {
		t.Errorf("what stays is %+v", text.Regions)
	}
	// Whoever wants page 1 hears why there is no text.
	later, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "c", Title: "later", Person: "anna", Regions: []catalog.Region{{Scan: scan, Page: 1}}})
	a.must(err)
	if g := later.Revision.Regions[0]; g.Outcome != catalog.Refused || !strings.Contains(g.Reason, "withdrawn") {
		t.Errorf("a new document shows %+v", g)
	}
	if verdict := a.store1(catalog.Result{Key: catalog.WorkKey{Scan: scan, Page: 1, Recipe: recipe(t, "eng").Digest}, Attempt: 1, Outcome: catalog.Text, Reading: &catalog.Reading{Text: "late"}}); verdict[0] == catalog.Stored {
		t.Error("a late text brings page 1 back")
	}
	a.checked()
}

func (a *archive) readingsOf(scan catalog.Digest, page int) []catalog.Reading {
	a.t.Helper()
	readings, err := a.Readings(a.t.Context(), scan, page)
	a.must(err)
	return readings
}

// Statements that went with a part of a split stay with it.
func TestPurgeKeepsStatementsOfOthers(t *testing.T) {
	a := newPurgeArchive(t)
	a.readScan("c", "a.tif", "A")
	d := a.documents()[0]
	onTwo := d.Revision.Regions[1].Reading
	proved := value(`"here"`)
	proved.Evidence = []catalog.Evidence{{Reading: onTwo, Start: 0, End: 4}}
	a.say(d.ID, "anna", "place", proved)
	a.say(d.ID, "anna", "date", value(`"then"`))
	parts, err := a.SplitDocument(t.Context(), d.ID, "", "anna", []catalog.Part{
		{Regions: d.Revision.Regions[:1]}, {Title: "second", Regions: d.Revision.Regions[1:]},
	})
	a.must(err)
	a.purged(true, parts[0].ID)
	if f := a.first("place", parts[1]); f.Statement == "" {
		t.Fatal("the part has no statement")
	}
	after, err := a.UpdateDocument(t.Context(), parts[1].ID, "", "anna", catalog.Change{Statements: map[string][]catalog.Field{"place": {value(`"there"`)}}})
	a.must(err)
	if got := said(t, after, "place"); got != `"there"/anna` {
		t.Errorf("the part says %s", got)
	}
	a.checked()
}

// A file whose name is the one that purged files get keeps none of them from being purged.
func TestPurgeWithMisleadingPaths(t *testing.T) {
	a := newPurgeArchive(t)
	b := a.batch("c", "eng", "", "withdrawn/2", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.store1(answer(a.issue()[0], catalog.Text, 1))
	a.store1(answer(a.issue()[0], catalog.Text, 0))
	p := a.purged(false, a.documents()[0].ID)
	again := a.batch("c", "eng", "", "withdrawn/2", "a.tif")
	a.must(a.EndWithdrawn(t.Context(), again.ID, "a.tif", p.Scans[0].Digest))
	a.must(a.EndWithdrawn(t.Context(), again.ID, "a.tif", p.Scans[0].Digest))            // it has ended
	a.must(a.EndWithdrawn(t.Context(), again.ID, "withdrawn/2", digest("another file"))) // that was never purged
	for _, id := range []string{b.ID, again.ID} {
		files, err := a.BatchFiles(t.Context(), id, 0, 9, false)
		a.must(err)
		if len(files) != 2 || files[0].Path != "withdrawn/2" || files[0].State != catalog.FileExpected ||
			!strings.HasPrefix(files[1].Path, "withdrawn/2/") || files[1].State != catalog.FileEnded {
			t.Errorf("the batch has %+v", files)
		}
	}
	a.checked()
}

// The last document on a scan is purged while what an earlier purge found there is still
// to be destroyed: each purge has its own tombstones, whichever is carried out first.
func TestPurgeWhileAnotherIsCarriedOut(t *testing.T) {
	for _, firstFirst := range []bool{true, false} {
		a := newPurgeArchive(t)
		scan := a.readScan("c", "a.tif", "A")
		first := a.documents()[0] // pages 1 and 2
		last, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "c", Title: "last", Person: "anna", Regions: []catalog.Region{{Scan: scan, Page: 2}}})
		a.must(err)
		a.write(first.ID, 1, "a person's text of page 1", true)
		a.say(last.ID, "anna", "place", value(`"there"`))
		confirmed := func(keepShared bool, id string) catalog.Purge {
			p, err := a.ask(keepShared, id)
			a.must(err)
			p, err = a.confirm("purges/"+p.ID, "otto")
			a.must(err)
			return p
		}
		purges := []catalog.Purge{confirmed(true, first.ID), confirmed(false, last.ID)}
		if !purges[0].Scans[0].Kept || purges[1].Scans[0].Kept {
			t.Fatalf("kept are %+v, %+v", purges[0].Scans, purges[1].Scans)
		}
		a.checked()
		if !firstFirst {
			slices.Reverse(purges)
		}
		for _, p := range purges {
			a.must(a.DestroyRows(t.Context(), p, func([]catalog.Tombstone) error { return nil }))
			done, err := a.PurgeCarriedOut(t.Context(), p)
			a.must(err)
			if !done {
				t.Fatal("a purge is not done")
			}
			a.checked()
		}
		a.must(a.store.View(t.Context(), func(r catalog.Reader) error {
			readings, err := r.ReadingsOn(scan)
			if len(readings) > 0 {
				t.Errorf("left are %+v", readings)
			}
			return err
		}))
	}
}
