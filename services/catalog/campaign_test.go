package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// target is the recipe that campaigns of these tests read with.
func (a *archive) target() catalog.Recipe {
	a.t.Helper()
	r, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digest("eng")}}, []catalog.Parameter{{Name: "better", Value: "1"}})
	a.must(err)
	return r
}

// campaign makes one and selects its pages, two scans at a time.
func (a *archive) campaign(terms catalog.CampaignTerms) catalog.Campaign {
	a.t.Helper()
	terms.Recipe = "better"
	made, err := a.CreateCampaign(a.t.Context(), "olga", terms)
	a.must(err)
	for made.State == catalog.CampaignSelecting {
		made = a.selectMore(made)
	}
	return made
}

func (a *archive) selectMore(c catalog.Campaign) catalog.Campaign {
	a.t.Helper()
	found, last, err := a.CampaignCandidates(a.t.Context(), c.Terms.Selection, catalog.Digest(c.Cursor), 2)
	a.must(err)
	s := catalog.Selected{Cursor: string(last), Done: string(last) == c.Cursor, Recipes: []catalog.Recipe{a.target()}}
	for _, candidate := range found {
		s.Consider(c.Terms.Selection, candidate, a.target().Digest, "5.3.0", time.Second)
	}
	c, err = a.AddSelected(a.t.Context(), c.ID, c.Cursor, s)
	a.must(err)
	return c
}

// judged has the sample recognised and says how many of 1,000 characters a page each
// recipe got wrong.
func (a *archive) judged(id string, old, now int) catalog.Campaign {
	a.t.Helper()
	for range 20 {
		samples, ended, err := a.WantSamples(a.t.Context(), id)
		a.must(err)
		if !ended {
			a.drain(1, allText)
			continue
		}
		rate := func(errors int) catalog.Interval {
			share := float64(errors) / 1000
			return catalog.Interval{Mean: share, Low: share, High: share}
		}
		var groups []catalog.SampleGroup
		if len(samples) > 0 {
			groups = []catalog.SampleGroup{{
				Pages: len(samples), Characters: 1000 * len(samples), OldCER: rate(old), NewCER: rate(now), Difference: rate(now - old),
			}}
		}
		c, err := a.Judge(a.t.Context(), id, samples, catalog.SampleResult{Groups: groups})
		a.must(err)
		return c
	}
	a.t.Fatal("the sample never ends")
	return catalog.Campaign{}
}

// roll advances a campaign to its end, answering jobs as told.
func (a *archive) roll(id string, end func(catalog.WorkKey) catalog.Outcome) catalog.Campaign {
	a.t.Helper()
	for range 10_000 {
		c, more, err := a.AdvanceCampaign(a.t.Context(), id, a.fields)
		a.must(err)
		if c.State.Terminal() {
			return c
		}
		if !more {
			a.drain(1, end)
		}
	}
	a.t.Fatal("the campaign never ends")
	return catalog.Campaign{}
}

// shownNow gives what every document shows, but for the numbers of revisions.
func (a *archive) shownNow() map[string]string {
	a.t.Helper()
	shown := map[string]string{}
	for _, head := range a.documents() {
		var b strings.Builder
		for _, g := range head.Revision.Regions {
			fmt.Fprintf(&b, "%+v box %v range %v; ", g.Reading+g.Outcome.String()+g.Assurance.String()+g.Reason, g.Box, g.Range)
		}
		shown[head.ID] = b.String()
	}
	return shown
}

func (a *archive) decisions(id string) map[catalog.Decision]int {
	a.t.Helper()
	c, counts, err := a.Campaign(a.t.Context(), id)
	a.must(err)
	decisions, pages := map[catalog.Decision]int{}, 0
	for _, n := range counts {
		decisions[n.Decision] += n.Pages
		pages += n.Pages
	}
	if pages != c.Plan.Pages {
		a.t.Errorf("%d of %d pages are accounted for", pages, c.Plan.Pages)
	}
	return decisions
}

// verified makes n scans of one page each whose text two people stand behind.
func (a *archive) verified(collection string, n int) (documents []string) {
	a.t.Helper()
	a.people("anna", "vera", "olga")
	for i := range n {
		name := fmt.Sprintf("%s-verified-%d", collection, i)
		a.arrive(a.batch(collection, "eng", "", name), name, name)
		a.drain(1, allText)
	}
	for _, head := range a.documents() {
		if strings.HasPrefix(head.Revision.Title, collection+"-verified-") {
			a.correct(head.ID, 0, "anna", "the right text of "+head.Revision.Title)
			a.must(a.signs(head.ID, 0, "vera"))
			documents = append(documents, head.ID)
		}
	}
	return documents
}

func TestCampaignShowsWhatItAccepts(t *testing.T) {
	a := newArchive(t)
	signed := a.verified("telegrams", 10)
	for i := range 4 {
		name := fmt.Sprint("p", i)
		a.arrive(a.batch("telegrams", "eng", "", name), name, name)
	}
	a.drain(3, allText)
	before := a.shownNow()
	revisions := map[string]int{}
	for _, head := range a.documents() {
		revisions[head.ID] = head.Head
	}
	c := a.campaign(catalog.CampaignTerms{Selection: catalog.Selection{Collections: []string{"telegrams"}}, InFlight: 5})
	if c.State != catalog.CampaignPlanned || c.Plan.Pages != 22 || c.Plan.Documents != 14 || c.Plan.Verified != 10 || c.Plan.Sample != 10 {
		t.Fatalf("planned %d: %+v", c.State, c.Plan)
	}
	if jobs := a.issue(); len(jobs) > 0 {
		t.Fatalf("a dry run asks for %d jobs", len(jobs))
	}
	_, err := a.StartCampaign(t.Context(), c.ID, "olga")
	a.must(err)
	if c = a.judged(c.ID, 20, 10); c.State != catalog.CampaignSampled || c.Sample.Verdict != catalog.SampleBetter {
		t.Fatalf("sampled %d: %+v", c.State, c.Sample)
	}
	_, err = a.ApproveCampaign(t.Context(), c.ID, "olga", false)
	a.must(err)
	if c = a.roll(c.ID, allText); c.State != catalog.CampaignDone || c.EndedAt.IsZero() {
		t.Fatalf("ended %+v", c)
	}
	if got := a.decisions(c.ID); got[catalog.Accepted] != 12 || got[catalog.Protected] != 10 {
		t.Errorf("decisions %v", got)
	}
	after := a.shownNow()
	for _, head := range a.documents() {
		made := head.Head - revisions[head.ID]
		switch isSigned := slices.Contains(signed, head.ID); {
		case isSigned && (made != 0 || after[head.ID] != before[head.ID]):
			t.Errorf("a signed document got %d revisions, shows %s", made, after[head.ID])
		case !isSigned && (made != 1 || after[head.ID] == before[head.ID]):
			t.Errorf("a document got %d revisions, shows %s", made, after[head.ID])
		}
	}
	a.checked()

	_, err = a.RollbackCampaign(t.Context(), c.ID, "olga", "not what we want")
	a.must(err)
	if c = a.roll(c.ID, allText); c.State != catalog.CampaignRolledBack {
		t.Fatalf("ended %+v", c)
	}
	for id, shown := range a.shownNow() {
		if shown != before[id] {
			t.Errorf("document %s shows\n%s, before the campaign\n%s", id, shown, before[id])
		}
	}
	a.checked()
}

// A document's one revision of a campaign has the fields that rules find in the accepted
// readings, and that of the rollback those of the readings before. Where a document was
// changed while the rules read, they are left to the role extract.
func TestCampaignReadsFieldsAnew(t *testing.T) {
	a := newArchive(t)
	for i := range 3 {
		name := fmt.Sprint("p", i)
		a.arrive(a.batch("telegrams", "eng", "", name), name, name)
	}
	a.drain(1, allText)
	heads := a.documents()
	slices.SortFunc(heads, func(x, y catalog.DocumentHead) int { return strings.Compare(x.Revision.Title, y.Revision.Title) })
	said := func(g catalog.Region, better bool) []catalog.Field {
		fields := []catalog.Field{rule("stays", `"alike"`, g.Reading, 0, 4), rule("changes", fmt.Sprintf(`"%t"`, better), g.Reading, 0, 4)}
		if better {
			return append(fields, rule("comes", `"new"`, g.Reading, 0, 4))
		}
		return append(fields, rule("goes", `"old"`, g.Reading, 0, 4))
	}
	for _, head := range heads {
		a.extract(head.ID, "rules@1", said(head.Revision.Regions[0], false)...)
	}
	a.say(heads[0].ID, "anna", "stays", value(`"by anna"`))
	before := map[string]catalog.DocumentHead{}
	for _, head := range a.documents() {
		before[head.ID] = head
	}
	c := a.campaign(catalog.CampaignTerms{InFlight: 2, Start: true})
	a.judged(c.ID, 0, 0)
	_, err := a.ApproveCampaign(t.Context(), c.ID, "olga", true)
	a.must(err)
	disturbed := ""
	a.fields = func(ctx context.Context, head catalog.DocumentHead) (catalog.Extracted, error) {
		text, err := a.TextShown(ctx, head)
		a.must(err)
		better := strings.Contains(text.Regions[0].Text, string(a.target().Digest[:8]))
		switch {
		case head.ID == heads[1].ID:
			return catalog.Extracted{}, errors.New("the rules panicked")
		case head.ID == heads[2].ID && disturbed == "":
			disturbed = "another title"
			_, err := a.UpdateDocument(ctx, head.ID, "", "boris", catalog.Change{Title: &disturbed})
			a.must(err)
		}
		return catalog.Extracted{
			Document: head.ID, Revision: head.Head, Rules: "rules@2", Fields: said(head.Revision.Regions[0], better),
			Keys: []catalog.Key{{Kind: "number", Text: "17"}},
		}, nil
	}
	a.roll(c.ID, allText)
	now := map[string]catalog.DocumentHead{}
	for _, head := range a.documents() {
		now[head.ID] = head
	}
	first := now[heads[0].ID]
	if got := statements(t, first); first.Head != before[first.ID].Head+1 || first.Extracted != first.Head || got != `changes="true" comes="new" stays="by anna"` {
		t.Errorf("revision %d, extracted %d: %s", first.Head, first.Extracted, got)
	}
	if found, err := a.LookupDocuments(t.Context(), catalog.Lookup{Key: catalog.Key{Kind: "number", Text: "17"}, Limit: 10}); err != nil || len(found) != 1 {
		t.Errorf("found %d by what the rules said, %v", len(found), err)
	}
	for _, left := range []string{heads[1].ID, heads[2].ID} {
		if d := now[left]; d.Extracted == d.Head || statements(t, d) != "" {
			t.Errorf("fields that nobody has read: %s", statements(t, d))
		}
	}
	report, err := a.ReportCampaign(t.Context(), c.ID)
	a.must(err)
	if report.Documents != 3 || report.Unread != 2 || report.Gained != 1 || report.Lost != 1 || report.Changed != 1 {
		t.Errorf("report %+v", report)
	}
	_, err = a.RollbackCampaign(t.Context(), c.ID, "olga", "")
	a.must(err)
	a.roll(c.ID, allText)
	back, err := a.Document(t.Context(), heads[0].ID, 0)
	a.must(err)
	if got := statements(t, back); back.Head != first.Head+1 || got != `changes="false" goes="old" stays="by anna"` {
		t.Errorf("rolled back, revision %d: %s", back.Head, got)
	}
	a.checked()
}

// statements lists all statements by name, as NAME=VALUE.
func statements(t *testing.T, head catalog.DocumentHead) string {
	t.Helper()
	list, err := head.Revision.Fields.List()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range list {
		all = append(all, f.Name+"="+string(f.Value))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// The audit tells of a campaign that has lost a page, or has ended before one was decided.
func TestAuditOfCampaigns(t *testing.T) {
	a := newArchive(t)
	for i := range 2 {
		name := fmt.Sprint("p", i)
		a.arrive(a.batch("telegrams", "eng", "", name), name, name)
	}
	a.drain(1, allText)
	c := a.campaign(catalog.CampaignTerms{})
	a.checked()
	put := func(change func(*catalog.Campaign)) {
		changed := c
		change(&changed)
		a.must(a.store.Tx(t.Context(), func(tx catalog.Tx) error { return tx.PutCampaign(changed) }))
	}
	put(func(c *catalog.Campaign) { c.Plan.Pages = 3 })
	if found := a.problems(); len(found) != 1 || !strings.Contains(found[0], "has selected 3 pages and accounts for 2") {
		t.Errorf("found %q", found)
	}
	put(func(c *catalog.Campaign) { c.State = catalog.CampaignDone })
	if found := a.problems(); len(found) != 1 || !strings.Contains(found[0], "2 of its pages are not decided") {
		t.Errorf("found %q", found)
	}
}
