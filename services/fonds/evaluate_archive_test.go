package main

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/evaluation"
)

// reads has a desk's pages read too, until the test ends.
func (d *desk) reads() {
	ctx, stop := context.WithCancel(context.Background())
	var reader sync.WaitGroup
	reader.Go(func() { d.read(ctx) })
	d.t.Cleanup(func() {
		stop()
		reader.Wait()
	})
}

// What two people have verified is what recipes are measured by, without a page being
// read again.
func TestEvaluateTheArchive(t *testing.T) {
	d := startDesk(t)
	d.reads()
	d.join("Anna", "Boris")
	has(t, "an archive without verified pages", d.must(exitData, "evaluate", "text", "--archive").stderr, "no verified page", "fonds review")

	in := tree(t, map[string][]byte{
		"a.png": page("TEXT the te1egram was sent"), "b.png": page("TEXT all is well"), "c.png": page("TEXT nobody has looked"),
		"right.txt": []byte("the telegram was sent\n"),
	})
	for _, recipe := range []string{"plain", "adaptive"} {
		for _, name := range []string{"a.png", "b.png", "c.png"} {
			d.must(exitOK, "ingest", filepath.Join(in, name), "--wait", "--recipe", recipe, "--collection", recipe)
		}
	}
	d.verify("a", filepath.Join(in, "right.txt"))
	d.verify("b", "")
	if document, _ := d.text("ship.txt", jenmark); document != "" { // an imported text has no machine reading
		d.mustAs(exitOK, "Anna", "review", "accept", document)
		d.mustAs(exitOK, "Boris", "review", "sign", document, "--yes")
	}

	out := d.must(exitOK, "evaluate", "text", "--archive").stdout
	has(t, "the report", out, "2 pages, 32 characters to read", "plain     2      3.12 %", "adaptive  2      3.12 %", "adaptive against plain: CER the same; fewer errors on 0 pages, more on 0, as many on 2",
		"PAGE", "COLLECTION", "a.png, page 1  plain       eng       21          4.76 %", "1 part of imported texts, which have no place on a page: not compared", "[-te1egram-] {+telegram+}")
	var e struct {
		Recipes []usedRecipe
		evaluation.Report
	}
	unmarshal(t, d.must(exitOK, "evaluate", "text", "--archive", "--json", "--recipe", "adaptive").stdout, &e)
	if len(e.Pages) != 2 || len(e.Recipes) != 1 || len(e.Recipes[0].Digests["eng"]) != 64 || e.Pages[0].Language != "eng" || len(e.Pages[0].Readings) != 1 {
		t.Errorf("got %+v of %+v", e.Recipes, e.Pages)
	}
	if !strings.HasPrefix(e.Pages[0].Name, "scans/") {
		t.Errorf("the page is called %q", e.Pages[0].Name)
	}
	has(t, "too high a limit", d.must(exitData, "evaluate", "text", "--archive", "--max-cer", "0.03").stderr, "of adaptive is 3.12 %, above --max-cer 3.00 %")
	has(t, "another collection", d.must(exitData, "evaluate", "text", "--archive", "--collection", "elsewhere").stderr, "no verified page")
	has(t, "another recipe", d.must(exitData, "evaluate", "text", "--archive", "--recipe", "mine").stderr, "under the recipe mine")
	has(t, "a filter", d.must(exitOK, "evaluate", "text", "--archive", "--filter", `title:"a" OR title:"x"`).stdout, "1 page, 21 characters")
}

// verify has two people stand behind the text of a document of the collection plain.
func (d *desk) verify(title, corrected string) {
	d.t.Helper()
	var doc struct{ Name string }
	unmarshal(d.t, d.must(exitOK, "list", "--collection", "plain", "--filter", `title = "`+title+`.png"`, "--json").stdout, &doc)
	if corrected == "" {
		d.mustAs(exitOK, "Anna", "review", "accept", doc.Name)
	} else {
		d.mustAs(exitOK, "Anna", "review", "correct", doc.Name, "--file", corrected)
	}
	d.mustAs(exitOK, "Boris", "review", "sign", doc.Name, "--yes")
}

// readBody answers with the readings of one page.
type readBody struct {
	fondsv1.CatalogServiceClient
	fondsv1.RecipeServiceClient
	readings []*fondsv1.Reading
}

func (r readBody) ListReadings(context.Context, *fondsv1.ListReadingsRequest, ...grpc.CallOption) (*fondsv1.ListReadingsResponse, error) {
	return &fondsv1.ListReadingsResponse{Readings: r.readings}, nil
}

func (r readBody) GetReading(_ context.Context, request *fondsv1.GetReadingRequest, _ ...grpc.CallOption) (*fondsv1.Reading, error) {
	return r.readings[slices.IndexFunc(r.readings, func(m *fondsv1.Reading) bool { return m.GetName() == request.GetName() })], nil
}

func (readBody) GetRecipe(_ context.Context, request *fondsv1.GetRecipeRequest, _ ...grpc.CallOption) (*fondsv1.Recipe, error) {
	known := map[string]*fondsv1.Recipe{
		"recipes/one": {Name: "plain", Version: 1, Languages: []string{"eng"}},
		"recipes/two": {Name: "plain", Version: 2, Languages: []string{"eng", "rus"}},
	}
	if r, ok := known[request.GetName()]; ok {
		return r, nil
	}
	return &fondsv1.Recipe{Languages: []string{"eng"}}, nil
}

// A part of a page is compared with what stands in its box, under each recipe once, with
// the newest reading; what people wrote is not measured.
func TestPartsOfPagesAreCompared(t *testing.T) {
	body := func(first, second string) *fondsv1.Body {
		box := func(y uint32) *fondsv1.Box { return &fondsv1.Box{X: 10, Y: y, Width: 50, Height: 10} }
		n, all := uint32(len(first)), uint32(len(first)+1+len(second))
		return &fondsv1.Body{
			Text: first + "\n" + second + "\n", Width: 100, Height: 100,
			Words:      []*fondsv1.Word{{End: n, Box: box(10)}, {Start: n + 1, End: all, Box: box(60)}},
			Lines:      []*fondsv1.Line{{WordEnd: 1, Box: box(10)}, {WordStart: 1, WordEnd: 2, Box: box(60)}},
			Paragraphs: []*fondsv1.Paragraph{{LineEnd: 2, Box: &fondsv1.Box{X: 10, Y: 10, Width: 50, Height: 60}}},
			Blocks:     []*fondsv1.Block{{ParagraphEnd: 1, Box: &fondsv1.Box{X: 10, Y: 10, Width: 50, Height: 60}}},
		}
	}
	machine := fondsv1.Origin_ORIGIN_MACHINE
	server := readBody{readings: []*fondsv1.Reading{
		{Name: "1", Origin: machine, Recipe: "one", Body: body("above", "bel0w")},
		{Name: "2", Origin: machine, Recipe: "two", Body: body("above", "below")},
		{Name: "3", Origin: fondsv1.Origin_ORIGIN_PERSON, Body: body("", "below")},
		{Name: "4", Origin: machine, Recipe: strings.Repeat("c", 64), Body: body("above", "")},
		{Name: "5", Origin: machine, Recipe: "one", Body: body("above", "b3l0w")},
	}}
	r := &archiveReader{
		client: &client{catalog: server, recipes: server}, used: map[string]usedRecipe{}, digests: map[string]madeWith{}, seen: map[string]bool{},
	}
	part := &fondsv1.RegionText{Text: "below\n", Region: &fondsv1.Region{Page: "scans/x/pages/3", Box: &fondsv1.Box{Y: 50, Width: 100, Height: 50}}}
	for range 2 { // a page of two documents counts once
		if err := r.region(t.Context(), part, &fondsv1.Document{Title: "a letter", Collection: "collections/letters"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.pages) != 1 || r.pages[0].Title != "a letter, page 3" || r.pages[0].Kind != "letters" {
		t.Fatalf("the pages are %+v", r.pages)
	}
	got := map[string]int{}
	for _, reading := range r.pages[0].Readings {
		got[reading.Recipe] = reading.Errors
	}
	if want := map[string]int{"plain": 2, "plain-v2": 0, "cccccccccccc": 5}; !maps.Equal(got, want) {
		t.Errorf("the errors are %v, want %v", got, want)
	}
	if names := slices.SortedFunc(maps.Keys(r.used), plainFirst); !slices.Equal(names, []string{"plain", "cccccccccccc", "plain-v2"}) {
		t.Errorf("the recipes are %q", names)
	}
}
