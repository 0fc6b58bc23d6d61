package catalog_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
)

// counting counts what a transaction reads of scans and their texts.
type counting struct {
	catalog.Store
	reads map[string]int
}

func (c counting) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	return c.Store.Tx(ctx, func(tx catalog.Tx) error { return fn(countingTx{tx, c.reads}) })
}

func (c counting) View(ctx context.Context, fn func(catalog.Reader) error) error {
	return c.Store.View(ctx, func(r catalog.Reader) error { return fn(countingView{r, c.reads}) })
}

type countingView struct {
	catalog.Reader
	reads map[string]int
}

func (c countingView) ReadingTexts(ids []string) (map[string]string, error) {
	c.reads["ReadingTexts"] += len(ids)
	return c.Reader.ReadingTexts(ids)
}

type countingTx struct {
	catalog.Tx
	reads map[string]int
}

func (c countingTx) Scan(d catalog.Digest) (catalog.Scan, error) {
	c.reads["Scan"]++
	return c.Tx.Scan(d)
}

func (c countingTx) Pages(d catalog.Digest) ([]catalog.Page, error) {
	c.reads["Pages"]++
	return c.Tx.Pages(d)
}

func (c countingTx) Readings(d catalog.Digest, page int) ([]catalog.Reading, error) {
	c.reads["Readings"]++
	return c.Tx.Readings(d, page)
}

func (c countingTx) ReadingTexts(ids []string) (map[string]string, error) {
	c.reads["ReadingTexts"]++
	return c.Tx.ReadingTexts(ids)
}

// A text of 64 MB may be dealt to 20,000 regions, and a scan of as many pages: what
// they lie on is read once and not once for each.
func TestRegionsReadWhatTheyLieOnOnce(t *testing.T) {
	a := newArchive(t)
	scan := a.readScan("c", "a.tif", "A")
	kept, err := a.ImportText(t.Context(), catalog.Import{
		Collection: "c", Path: "a.txt", Digest: digest("text"), Size: 4, MediaType: "text/plain", Person: "anna",
		Reading: catalog.Reading{Text: strings.Repeat("text", 100), BodyDigest: digest("body")}, Parts: []catalog.ImportedPart{{Title: "A"}},
	})
	a.must(err)
	store := counting{a.store, map[string]int{}}
	a.Catalog = catalog.New(store, func() time.Time { return a.clock }, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.Limits{})
	n := catalog.NewDocument{Collection: "c", Title: "all of it", Person: "anna"}
	for i := range 100 {
		n.Regions = append(n.Regions,
			catalog.Region{Scan: scan, Page: 1 + i%2, Box: &catalog.Box{X: i, Width: 1, Height: 1}},
			catalog.Region{Scan: kept.Holding.Scan, Page: 1, Range: &catalog.Range{Start: 4 * i, End: 4 * (i + 1)}})
	}
	made, err := a.CreateDocument(t.Context(), n)
	a.must(err)
	for i, g := range made.Revision.Regions {
		if g.Reading == "" || (g.Origin == catalog.Imported) != (i%2 == 1) {
			t.Fatalf("region %d is %+v", i, g)
		}
	}
	most := map[string]int{"Scan": 2, "Pages": 1, "Readings": 5}
	if !maps.Equal(store.reads, most) {
		t.Errorf("200 regions on two scans and three pages read %v, want %v", store.reads, most)
	}
	for _, part := range []catalog.Range{{Start: 396, End: 401}, {Start: 4, End: 4}} {
		n.Regions = []catalog.Region{{Scan: kept.Holding.Scan, Page: 1, Range: &part}}
		if _, err := a.CreateDocument(t.Context(), n); reason(err) != catalog.ReasonInvalidArgument {
			t.Errorf("range %v: %v", part, err)
		}
	}
	n.Regions = []catalog.Region{{Scan: scan, Page: 1, Range: &catalog.Range{End: 2}}}
	if _, err := a.CreateDocument(t.Context(), n); reason(err) != catalog.ReasonInvalidArgument {
		t.Errorf("a range of a machine's page: %v", err)
	}
}

// Regions may show the same text again and again, and a document is held whole by who
// reads it.
func TestDocumentShowsSoMuch(t *testing.T) {
	a := newArchive(t)
	kept, err := a.ImportText(t.Context(), catalog.Import{
		Collection: "c", Path: "a.txt", Digest: digest("text"), Size: 4, MediaType: "text/plain", Person: "anna",
		Reading: catalog.Reading{Text: strings.Repeat("text", 1<<18), BodyDigest: digest("body")}, Parts: []catalog.ImportedPart{{Title: "A"}},
	})
	a.must(err)
	whole := func(n int) []catalog.Region {
		return slices.Repeat([]catalog.Region{{Scan: kept.Holding.Scan, Page: 1}}, n)
	}
	ranges := slices.Repeat([]catalog.Region{{Scan: kept.Holding.Scan, Page: 1, Range: &catalog.Range{End: 1 << 20}}}, 129)
	made, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "c", Title: "A", Person: "anna", Regions: whole(128)})
	a.must(err)
	for name, regions := range map[string][]catalog.Region{"whole": whole(129), "ranges": ranges, "many": whole(20_001)} {
		if _, err := a.CreateDocument(t.Context(), catalog.NewDocument{Collection: "c", Title: "A", Person: "anna", Regions: regions}); reason(err) != catalog.ReasonInvalidArgument {
			t.Errorf("made of too much, %s: %v", name, err)
		}
		if _, err := a.UpdateDocument(t.Context(), made.ID, "", "anna", catalog.Change{Regions: regions}); reason(err) != catalog.ReasonInvalidArgument {
			t.Errorf("changed to too much, %s: %v", name, err)
		}
	}
	if _, err := a.MergeDocuments(t.Context(), made.ID, "", "anna", []string{kept.Documents[0].ID}); reason(err) != catalog.ReasonInvalidArgument {
		t.Errorf("merged to too much: %v", err)
	}
	if d := a.documents(); len(d) != 2 {
		t.Errorf("%d documents are left of 2", len(d))
	}
}
