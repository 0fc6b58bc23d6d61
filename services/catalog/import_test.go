package catalog_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func imported(path, text string, parts ...int) catalog.Import {
	i := catalog.Import{
		Collection: "telegrams", Path: path, Digest: digest(text), Size: int64(len(text)), MediaType: "text/plain", Person: "local",
		Reading: catalog.Reading{Text: text, Body: []byte(text), BodyDigest: digest(text)}, Parts: []catalog.ImportedPart{{Title: "all"}},
	}
	if len(parts) > 0 {
		i.Parts = nil
	}
	start := 0
	for n, end := range parts {
		i.Parts = append(i.Parts, catalog.ImportedPart{Title: fmt.Sprint("part ", n), Range: &catalog.Range{Start: start, End: end}})
		start = end
	}
	return i
}

// digests are those of the documents' newest revisions.
func (a *archive) digests() (list []catalog.Digest) {
	for _, d := range a.documents() {
		list = append(list, d.Revision.Digest)
	}
	return list
}

// A text that people have worked on since is not imported over their work.
func TestImportAgainOverWhatPeopleMade(t *testing.T) {
	a := newArchive(t)
	a.people("anna", "vera")
	page := catalog.Region{Scan: a.readScan("telegrams", "a.tif", "A"), Page: 1}
	verify := func(id string) {
		a.correct(id, 0, "anna", "corrected")
		a.must(a.signs(id, 0, "vera"))
	}
	for name, c := range map[string]struct {
		i      catalog.Import
		people func(documents []catalog.DocumentHead)
		left   int
	}{
		"verified":           {imported("1.txt", "text 1"), func(d []catalog.DocumentHead) { verify(d[0].ID) }, 1},
		"verified all parts": {imported("2.txt", "text 2", 3, 6), func(d []catalog.DocumentHead) { verify(d[0].ID); verify(d[1].ID) }, 2},
		"verified and deleted": {imported("3.txt", "text 3"), func(d []catalog.DocumentHead) {
			verify(d[0].ID)
			_, err := a.DeleteDocument(t.Context(), d[0].ID, "", "anna")
			a.must(err)
		}, 0},
		"shows another page": {imported("4.txt", "text 4"), func(d []catalog.DocumentHead) {
			_, err := a.UpdateDocument(t.Context(), d[0].ID, "", "anna", catalog.Change{Regions: []catalog.Region{page}})
			a.must(err)
		}, 1},
		"nothing": {imported("5.txt", "text 5"), func([]catalog.DocumentHead) {}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			first, err := a.ImportText(t.Context(), c.i)
			a.must(err)
			c.people(first.Documents)
			before := a.digests()
			again, err := a.ImportText(t.Context(), c.i)
			a.must(err)
			if !again.AlreadyHeld || again.Reading != first.Reading || again.Holding.ID != first.Holding.ID || len(again.Documents) != c.left {
				t.Errorf("imported again: %+v, want reading %s and %d documents", again, first.Reading, c.left)
			}
			if after := a.digests(); !slices.Equal(after, before) {
				t.Errorf("documents are %q, were %q", after, before)
			}
		})
	}
	a.audit()
}

// A file that could not be read as a picture has a document already, which the text takes
// over unless somebody has worked on it, though the text is known from elsewhere.
func TestImportOfWhatCouldNotBeRead(t *testing.T) {
	a := newArchive(t)
	a.people("anna", "vera")
	unreadable := func(collection, path, text string) string {
		a.arrive(a.batch(collection, "eng", "", path), path, text)
		a.drain(1, func(catalog.WorkKey) catalog.Outcome { return catalog.Unreadable })
		d, err := a.DocumentsOn(t.Context(), digest(text), "", 9)
		a.must(err)
		return d[len(d)-1].ID
	}
	i := imported("1.txt", "text 1")
	other, taken := unreadable("side", "1.txt", "text 1"), unreadable("telegrams", "1.txt", "text 1")
	first, err := a.ImportText(t.Context(), i)
	a.must(err)
	if first.AlreadyHeld || first.Documents[0].ID != taken {
		t.Errorf("the document is %s, proposed was %s", first.Documents[0].ID, taken)
	}
	i.Collection = "side"
	second, err := a.ImportText(t.Context(), i)
	a.must(err)
	if second.AlreadyHeld || second.Documents[0].ID != other {
		t.Errorf("in the other collection: %+v, proposed was %s", second, other)
	}

	worked := unreadable("telegrams", "2.txt", "text 2")
	a.correct(worked, 0, "anna", "as I read it")
	a.must(a.signs(worked, 0, "vera"))
	third, err := a.ImportText(t.Context(), imported("2.txt", "text 2"))
	a.must(err)
	if third.AlreadyHeld || third.Documents[0].ID == worked {
		t.Errorf("imported over what people made: %+v", third)
	}
	a.shows(worked, catalog.AssuranceVerified)
}
