package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/evaluation"
	"github.com/fonds-archive/fonds/services/export"
	"github.com/fonds-archive/fonds/services/recipe"
)

// readings compares what machines read of an archive's verified pages.
func (o *evaluateTextOptions) readings(cmd *cobra.Command) (*evaluated, error) {
	c, err := dial(cmd)
	if err != nil {
		return nil, err
	}
	defer c.close()
	r := &archiveReader{
		client: c, only: o.recipes, used: map[string]usedRecipe{}, digests: map[string]madeWith{}, seen: map[string]bool{},
		display: newDisplay(cmd.ErrOrStderr(), true), // how many there will be is not known
	}
	defer r.display.clear()
	ctx := cmd.Context()
	verified := o.list
	verified.filter = strings.TrimSpace(strings.TrimSpace(o.list.filter) + " AND assurance = ASSURANCE_VERIFIED")
	verified.filter = strings.TrimPrefix(verified.filter, "AND ")
	err = verified.listing().each(ctx, c, 0, func(d *fondsv1.Document) error { return r.document(ctx, d) })
	if err != nil {
		return nil, err
	}
	names := o.recipes
	if len(names) == 0 {
		names = slices.SortedFunc(maps.Keys(r.used), plainFirst)
	}
	if len(r.pages) == 0 {
		return nil, dataf("no verified page that a machine has read%s: %s", under(o.recipes),
			cmp.Or(strings.Join(r.remarks(), "; "), "two people verify a text with `fonds review`"))
	}
	e := &evaluated{Remarks: r.remarks(), Report: evaluation.New(names, r.pages)}
	for _, name := range names {
		used := r.used[name]
		used.Name = name
		e.Recipes = append(e.Recipes, used)
	}
	return e, nil
}

func under(recipes []string) string {
	if len(recipes) == 0 {
		return ""
	}
	return " under the recipe " + shown(strings.Join(recipes, ", "))
}

// plainFirst puts what the others are compared with first.
func plainFirst(a, b string) int {
	if a == recipe.Plain || b == recipe.Plain {
		return cmp.Compare(btoi(b == recipe.Plain), btoi(a == recipe.Plain))
	}
	return cmp.Compare(a, b)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// archiveReader compares verified regions with machine readings of the same pages.
type archiveReader struct {
	client *client
	// only are names of recipes; all when empty.
	only []string
	// used are the recipes that had readings, by what they are called; digests tells
	// that of each.
	used    map[string]usedRecipe
	digests map[string]madeWith
	// seen are the pages, or parts of them, that were compared.
	seen    map[string]bool
	pages   []evaluation.Page
	display *display
	// imported parts have no place on a page, and unread regions no machine reading.
	imported, unread int
}

// longestTitle is how many letters of a document's title are shown.
const longestTitle = 40

// madeWith is what a recipe is called here, and the languages of its models.
type madeWith struct{ name, language string }

// remarks say what was not compared.
func (r *archiveReader) remarks() []string {
	var all []string
	if r.imported > 0 {
		all = append(all, plural(r.imported, "part")+" of imported texts, which have no place on a page: not compared")
	}
	if r.unread > 0 {
		all = append(all, plural(r.unread, "verified page")+" without a machine reading: not compared")
	}
	return all
}

// document compares the regions of a document.
func (r *archiveReader) document(ctx context.Context, d *fondsv1.Document) error {
	text, err := r.client.getText(ctx, &fondsv1.GetTextRequest{Name: d.GetName(), AsOf: d.GetRevision()})
	if err != nil {
		return err
	}
	for _, g := range text.GetRegions() {
		if g.GetRegion().GetAssurance() != fondsv1.Assurance_ASSURANCE_VERIFIED {
			continue // without an outcome of text or blank
		}
		if err := r.region(ctx, g, d); err != nil {
			return err
		}
		n := uint32(len(r.pages))
		r.display.show(time.Now(), snapshot{batch: &fondsv1.Batch{Counts: &fondsv1.Counts{Pages: n, Text: n}}})
	}
	return nil
}

func (r *archiveReader) region(ctx context.Context, g *fondsv1.RegionText, d *fondsv1.Document) error {
	place := placeWords(g.GetRegion())
	if r.seen[place] {
		return nil
	}
	r.seen[place] = true
	if g.GetRegion().GetRange() != nil {
		r.imported++
		return nil
	}
	_, number, _ := strings.Cut(g.GetRegion().GetPage(), "/pages/")
	page := evaluation.Page{
		Name: place, Title: oneLine(d.GetTitle(), longestTitle) + ", page " + number,
		Kind: strings.TrimPrefix(d.GetCollection(), "collections/"), Images: 1, Gold: g.GetText(),
	}
	token := ""
	for {
		answer, err := call(ctx, r.client.catalog.ListReadings, &fondsv1.ListReadingsRequest{Parent: g.GetRegion().GetPage(), PageToken: token})
		if err != nil {
			return err
		}
		for _, reading := range answer.GetReadings() {
			if err := r.reading(ctx, &page, reading, g.GetRegion().GetBox()); err != nil {
				return err
			}
		}
		if token = answer.GetNextPageToken(); token == "" {
			break
		}
	}
	if len(page.Readings) == 0 {
		r.unread++
		return nil
	}
	r.pages = append(r.pages, page)
	return nil
}

// reading adds a machine's reading to a page; of several under one name the newest stays.
func (r *archiveReader) reading(ctx context.Context, page *evaluation.Page, reading *fondsv1.Reading, box *fondsv1.Box) error {
	if reading.GetOrigin() != fondsv1.Origin_ORIGIN_MACHINE {
		return nil
	}
	made, err := r.made(ctx, reading.GetRecipe())
	if err != nil || len(r.only) > 0 && !slices.Contains(r.only, made.name) {
		return err
	}
	whole, err := call(ctx, r.client.catalog.GetReading, &fondsv1.GetReadingRequest{Name: reading.GetName()})
	if err != nil {
		return err
	}
	body := whole.GetBody()
	if box != nil {
		body = export.Cut(body, box)
	}
	page.Language = made.language
	page.Readings = slices.DeleteFunc(page.Readings, func(before evaluation.Reading) bool { return before.Recipe == made.name })
	read := evaluation.Reading{Recipe: made.name, Text: body.GetText(), CPU: whole.GetEnvelope().GetCost().GetCpu().AsDuration().Seconds()}
	read.Measure(page.Gold)
	page.Readings = append(page.Readings, read)
	return nil
}

// made tells what the recipe of a digest is called.
func (r *archiveReader) made(ctx context.Context, digest string) (madeWith, error) {
	if made, known := r.digests[digest]; known {
		return made, nil
	}
	answer, err := call(ctx, r.client.recipes.GetRecipe, &fondsv1.GetRecipeRequest{Name: "recipes/" + digest})
	if err != nil {
		return madeWith{}, err
	}
	made := madeWith{name: answer.GetName(), language: strings.Join(answer.GetLanguages(), "+")}
	switch {
	case made.name == "":
		made.name = digest[:min(len(digest), 12)] // of before recipes had names
	case answer.GetVersion() > 1:
		made.name = fmt.Sprintf("%s-v%d", made.name, answer.GetVersion())
	}
	r.digests[digest] = made
	u, known := r.used[made.name]
	if !known {
		u = usedRecipe{Name: made.name, Version: answer.GetVersion(), Digests: map[string]string{}}
	}
	u.Digests[made.language] = digest
	r.used[made.name] = u
	return made, nil
}
