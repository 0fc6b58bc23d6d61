package feed

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

const (
	one = "CIPHERED TELEGRAM No. 5120\n\nFrom IRKUTSK\nReceived 07:05 2 March 1950\n\nTo Comrade LUNIN\n\nThe wells hold water until June and perhaps longer.\n\nSOROKIN\n"
	two = "CIPHERED TELEGRAM No. 5133\n\nFrom IRKUTSK\nReceived 11:40 4 March 1950\n\nTo Comrade LUNIN\n\nTwo wells have dried up since.\n\nSOROKIN\n"
)

// imported takes a text in whose documents begin where the ranges do.
func (a *archive) imported(path, text string, ranges ...*catalog.Range) []catalog.DocumentHead {
	a.t.Helper()
	body, err := proto.Marshal(bodyOf(text))
	must(a.t, err)
	i := catalog.Import{
		Collection: "c", Path: path, Digest: digest(text), Size: int64(len(text)), MediaType: "text/plain", Person: "anna",
		Reading: catalog.Reading{Text: text, Body: body, BodyDigest: digest(string(body))},
	}
	for _, r := range ranges {
		i.Parts = append(i.Parts, catalog.ImportedPart{Title: "t", Range: r})
	}
	result, err := a.ImportText(a.t.Context(), i)
	must(a.t, err)
	return result.Documents
}

// wantNumber checks that a document has one telegram number, proved by its words.
func (a *archive) wantNumber(id, want, text string) catalog.Evidence {
	a.t.Helper()
	found := a.field(id, "telegram_number")
	if len(found) != 1 || string(found[0].Value) != `"`+want+`"` {
		a.t.Fatalf("telegram number of %s: %+v, want %s", id, found, want)
	}
	e := found[0].Evidence[0]
	if got := text[e.Start:e.End]; got != "No. "+want {
		a.t.Errorf("it is proved by %q", got)
	}
	return e
}

// What an editor wrote before both telegrams is known when each is read.
func TestRangesAreReadAmongTheOthers(t *testing.T) {
	a := newArchive(t)
	text := one + "\n" + two
	heads := a.imported("a.txt", text, &catalog.Range{End: len(one) + 1}, &catalog.Range{Start: len(one) + 1, End: len(text)})
	a.extracted()
	a.wantNumber(heads[0].ID, "5120", text)
	if e := a.wantNumber(heads[1].ID, "5133", text); len(e.Boxes) != 0 {
		t.Errorf("an imported text has boxes: %v", e.Boxes)
	}
	// Where a person cut elsewhere than the rules would, the part is one document.
	middle := strings.Index(text, "The wells")
	heads = a.imported("b.txt", text+" ", &catalog.Range{End: middle}, &catalog.Range{Start: middle, End: len(text) + 1})
	a.extracted()
	a.wantNumber(heads[0].ID, "5120", text)
}

func TestBoxedRegionsAreReadByThemselves(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", one+two)
	a.extracted()
	g := d.Revision.Regions[0]
	upper, lower := g, g
	lines := strings.Count(one, "\n")
	upper.Box = &catalog.Box{Width: 1000, Height: 40 * lines}
	lower.Box = &catalog.Box{Y: 40 * lines, Width: 1000, Height: 2000 - 40*lines}
	parts, err := a.SplitDocument(t.Context(), d.ID, "", "anna", []catalog.Part{
		{Regions: []catalog.Region{upper}}, {Title: "Second", Regions: []catalog.Region{lower}},
	})
	must(t, err)
	a.extracted()
	a.wantNumber(parts[0].ID, "5120", one+two)
	e := a.wantNumber(parts[1].ID, "5133", one+two)
	if want := [4]int{180, 40 * lines, 80, 30}; len(e.Boxes) != 1 || e.Boxes[0] != want {
		t.Errorf("its box is %v, want %v on the whole page", e.Boxes, want)
	}
	for _, number := range []string{"5120", "5133"} {
		if got := a.lookup("telegram_number", number); len(got) != 1 {
			t.Errorf("No. %s finds %v", number, got)
		}
	}
	merged, err := a.MergeDocuments(t.Context(), d.ID, "", "anna", []string{parts[1].ID})
	must(t, err)
	a.extracted()
	if got := a.field(merged.ID, "telegram_number"); len(got) == 0 || string(got[0].Value) != `"5120"` {
		t.Errorf("merged it has the number %+v", got)
	}
	if got := a.lookup("telegram_number", "5133"); len(got) > 1 || len(got) == 1 && got[0] != d.ID {
		t.Errorf("No. 5133 finds %v, which was merged into %s", got, d.ID)
	}
}

// Nothing of another document comes in where people have said what one is.
func TestPartOfASplitHasNoFurtherDocuments(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", one, two)
	a.extracted()
	severalParts := func() []string {
		ids, err := a.HoldersOf(t.Context(), keys.OfParts(2), 5, 5)
		must(t, err)
		return ids
	}
	if got := severalParts(); len(got) != 1 || got[0] != d.ID {
		t.Errorf("%v hold two documents, want %s", got, d.ID)
	}
	parts, err := a.SplitDocument(t.Context(), d.ID, "", "anna", []catalog.Part{
		{Regions: d.Revision.Regions[:1]}, {Title: "Second", Regions: d.Revision.Regions[1:]},
	})
	must(t, err)
	a.extracted()
	a.wantNumber(parts[0].ID, "5120", one)
	a.wantNumber(parts[1].ID, "5133", two)
	if got := severalParts(); len(got) != 0 {
		t.Errorf("%v hold two documents still", got)
	}
}
