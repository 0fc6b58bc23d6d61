package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// campaigns proves that campaigns, their pages and their choices are kept as they are put.
func campaigns(t *testing.T, u suite) {
	u.run(t, "AreKeptWhole", keptCampaign)
	u.run(t, "ComeNewestFirst", newestCampaignFirst)
	u.run(t, "PagesByStateAndPlace", campaignPages)
	u.run(t, "PagesAreCountedAndGivenUp", campaignCounts)
	u.run(t, "SamplesAreReplaced", campaignSamples)
	u.run(t, "DocumentsAndExtent", campaignDocuments)
	u.run(t, "TheNewestChoiceCounts", pageChoices)
}

func campaign(id string) catalog.Campaign {
	return catalog.Campaign{ID: id, State: catalog.CampaignRunning, Person: "olga", Terms: catalog.CampaignTerms{Recipe: "adaptive"}, CreatedAt: begin}
}

func (f *fixture) putCampaigns(list ...catalog.Campaign) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, c := range list {
			if err := tx.PutCampaign(c); err != nil {
				return err
			}
		}
		return nil
	})
}

func keptCampaign(f *fixture) {
	c := catalog.Campaign{
		ID: "a", State: catalog.CampaignSettling, EndsIn: catalog.CampaignRolledBack, Paused: true, RolledBack: true, Person: "olga",
		Terms: catalog.CampaignTerms{
			Recipe: "adaptive", Language: "eng+rus", Sample: 7, InFlight: 3, Start: true, Approve: true,
			Rule: catalog.Rule{OnlyBetter: true, By: 50},
			Selection: catalog.Selection{
				Collections: []string{"main"}, ReadAfter: minute(1), ReadBefore: minute(2), Recipes: []string{"abcd"}, Engine: "5.",
				Outcomes: []catalog.Outcome{catalog.Text}, ConfidenceBelow: 700, Languages: []string{"rus"}, Failed: true,
			},
		},
		Plan: catalog.CampaignPlan{Pages: 1, Documents: 2, Verified: 3, Protected: 4, Already: 5, Unopened: 6, Unread: 7, Cost: time.Second, Costed: 8, Sample: 9},
		Sample: catalog.SampleResult{
			Verdict: catalog.SampleWorse, Why: "worse", OldCost: time.Second, NewCost: time.Minute,
			Groups: []catalog.SampleGroup{{Collection: "main", Language: "rus", Pages: 1, Characters: 2, OldCER: catalog.Interval{Mean: 0.1, Low: 0.05, High: 0.2}}},
		},
		Cursor: "17", Problem: "none", CreatedAt: minute(3), StartedAt: minute(4), RunAt: minute(5), EndedAt: minute(6),
	}
	f.putCampaigns(c)
	equal(f, "campaign", read(f, func(r catalog.Reader) (catalog.Campaign, error) { return r.Campaign("a") }), c)
	c = campaign("a")
	f.putCampaigns(c)
	equal(f, "put again", read(f, func(r catalog.Reader) (catalog.Campaign, error) { return r.Campaign("a") }), c)
	f.view(func(r catalog.Reader) error {
		if _, err := r.Campaign("b"); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("a campaign that is not there: %v", err)
		}
		return nil
	})
}

func newestCampaignFirst(f *fixture) {
	list := []catalog.Campaign{campaign("a"), campaign("b"), campaign("c")}
	list[1].State = catalog.CampaignDone
	f.putCampaigns(list...)
	ids := func(list []catalog.Campaign) []string {
		return each(list, func(c catalog.Campaign) string { return c.ID })
	}
	f.view(func(r catalog.Reader) error {
		two, err := r.Campaigns("", 2)
		equal(f, "two", ids(two), []string{"c", "b"})
		rest, err2 := r.Campaigns("b", 2)
		equal(f, "below b", ids(rest), []string{"a"})
		active, err3 := r.ActiveCampaigns()
		equal(f, "active", ids(active), []string{"a", "c"})
		return errors.Join(err, err2, err3)
	})
}

func campaignPage(number int, of string, page int, collection string) catalog.CampaignPage {
	return catalog.CampaignPage{
		Campaign: "a", Number: number, Collection: collection, Scan: digest(of), Page: page, Instead: digest("holding"),
		Before: catalog.Shown{Recipe: digest("old"), Reading: "r1", Outcome: catalog.Text, Confidence: 812},
		After:  catalog.Shown{Recipe: digest("new"), Confidence: -1}, State: catalog.PageWaiting,
	}
}

func campaignPages(f *fixture) {
	f.putCampaigns(campaign("a"))
	pages := []catalog.CampaignPage{
		campaignPage(1, "s", 1, "main"), campaignPage(2, "s", 2, "main"), campaignPage(3, "s", 2, "other"), campaignPage(4, "t", 1, "main"),
	}
	pages[1].State, pages[1].Decision, pages[1].Comparison, pages[1].Why = catalog.PageDecided, catalog.Accepted, catalog.Better, "surer"
	pages[1].After = catalog.Shown{Recipe: digest("new"), Reading: "r2", Outcome: catalog.Blank, Confidence: 900}
	f.tx(func(tx catalog.Tx) error { return tx.PutCampaignPages(pages) })
	ask := func(what string, q catalog.CampaignPageQuery, want ...catalog.CampaignPage) {
		f.Helper()
		q.Campaign = "a"
		if q.Limit == 0 {
			q.Limit = 10
		}
		equal(f, what, read(f, func(r catalog.Reader) ([]catalog.CampaignPage, error) { return r.CampaignPages(q) }), want)
	}
	ask("all", catalog.CampaignPageQuery{}, pages...)
	ask("after 1, two", catalog.CampaignPageQuery{After: 1, Limit: 2}, pages[1:3]...)
	ask("waiting", catalog.CampaignPageQuery{State: catalog.PageWaiting}, pages[0], pages[2], pages[3])
	ask("accepted", catalog.CampaignPageQuery{Decision: catalog.Accepted}, pages[1])
	ask("better and decided", catalog.CampaignPageQuery{State: catalog.PageDecided, Comparison: catalog.Better}, pages[1])
	ask("worse", catalog.CampaignPageQuery{Comparison: catalog.Worse})
	on := func(what, collection string, want ...catalog.CampaignPage) {
		f.Helper()
		equal(f, what, read(f, func(r catalog.Reader) ([]catalog.CampaignPage, error) {
			return r.CampaignPagesOn("a", collection, digest("s"))
		}), want)
	}
	on("on a scan", "", pages[:3]...)
	on("on a scan of a collection", "other", pages[2])

	twice := campaignPage(5, "s", 2, "main")
	if err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutCampaignPages([]catalog.CampaignPage{twice}) }); !exists(err) {
		f.Errorf("the same page under another number: %v", err)
	}
	orphan := campaignPage(1, "s", 1, "main")
	orphan.Campaign = "gone"
	if err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutCampaignPages([]catalog.CampaignPage{orphan}) }); err == nil {
		f.Error("a page of a campaign that is not there was stored")
	}
}

func campaignCounts(f *fixture) {
	f.putCampaigns(campaign("a"))
	pages := make([]catalog.CampaignPage, 6)
	for i := range pages {
		pages[i] = campaignPage(i+1, "s", i+1, "main")
	}
	pages[0].State, pages[0].Decision, pages[0].Comparison = catalog.PageDecided, catalog.Accepted, catalog.Better
	pages[1].State, pages[1].Decision, pages[1].Comparison = catalog.PageDecided, catalog.Accepted, catalog.Better
	pages[2].State, pages[2].Decision, pages[2].Comparison = catalog.PageRead, catalog.Kept, catalog.Worse
	pages[3].State = catalog.PageWanted
	f.tx(func(tx catalog.Tx) error { return tx.PutCampaignPages(pages) })
	counts := func() []catalog.CampaignCount {
		return read(f, func(r catalog.Reader) ([]catalog.CampaignCount, error) { return r.CampaignCounts("a") })
	}
	equal(f, "counts", counts(), []catalog.CampaignCount{
		{State: catalog.PageWaiting, Pages: 2},
		{State: catalog.PageWanted, Pages: 1},
		{State: catalog.PageRead, Decision: catalog.Kept, Comparison: catalog.Worse, Pages: 1},
		{State: catalog.PageDecided, Decision: catalog.Accepted, Comparison: catalog.Better, Pages: 2},
	})
	f.tx(func(tx catalog.Tx) error { return tx.GiveUpPages("a", "enough") })
	equal(f, "given up", counts(), []catalog.CampaignCount{
		{State: catalog.PageDecided, Decision: catalog.Accepted, Comparison: catalog.Better, Pages: 2},
		{State: catalog.PageDecided, Decision: catalog.GivenUp, Pages: 4},
	})
	given := read(f, func(r catalog.Reader) ([]catalog.CampaignPage, error) {
		return r.CampaignPages(catalog.CampaignPageQuery{Campaign: "a", Decision: catalog.GivenUp, Limit: 1})
	})
	if len(given) != 1 || given[0].Number != 3 || given[0].Why != "enough" {
		f.Errorf("given up: %+v", given)
	}
}

func campaignSamples(f *fixture) {
	f.putCampaigns(campaign("a"), campaign("b"))
	sample := func(campaign string, number int) catalog.CampaignSample {
		return catalog.CampaignSample{
			Campaign: campaign, Number: number, Collection: "main", Language: "rus", Scan: digest("s"), Page: number, Gold: "g",
			Old: catalog.Shown{Recipe: digest("old"), Reading: "r", Outcome: catalog.Text, Confidence: 1}, New: catalog.Shown{Recipe: digest("new")},
			OldScore: catalog.Score{Errors: 1, Characters: 2, WordErrors: 3, Words: 4}, Rank: digest(fmt.Sprint(number)),
		}
	}
	samples := func(campaign string) []catalog.CampaignSample {
		return read(f, func(r catalog.Reader) ([]catalog.CampaignSample, error) { return r.CampaignSamples(campaign) })
	}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutCampaignSamples("a", []catalog.CampaignSample{sample("a", 2), sample("a", 1), sample("a", 3)}),
			tx.PutCampaignSamples("b", []catalog.CampaignSample{sample("b", 1)}),
		)
	})
	equal(f, "by number", samples("a"), []catalog.CampaignSample{sample("a", 1), sample("a", 2), sample("a", 3)})
	f.tx(func(tx catalog.Tx) error { return tx.PutCampaignSamples("a", []catalog.CampaignSample{sample("a", 9)}) })
	equal(f, "replaced", samples("a"), []catalog.CampaignSample{sample("a", 9)})
	equal(f, "the other's", samples("b"), []catalog.CampaignSample{sample("b", 1)})
}

func campaignDocuments(f *fixture) {
	f.putCampaigns(campaign("a"))
	f.putScans("s", "t")
	f.tx(func(tx catalog.Tx) error {
		for id, of := range map[string]string{"1": "s", "2": "s", "3": "t", "4": "s", "5": "s"} {
			d := document(id)
			switch id {
			case "4":
				d.Collection = "other"
			case "5":
				d.DeletedAt = minute(1)
			}
			if err := errors.Join(tx.PutDocument(d), tx.InsertRevision(revision(id, 1, id, catalog.Region{Scan: digest(of), Page: 1}))); err != nil {
				return err
			}
		}
		return tx.PutCampaignPages([]catalog.CampaignPage{campaignPage(1, "s", 1, "main"), campaignPage(2, "s", 2, "main")})
	})
	if n := read(f, func(r catalog.Reader) (int, error) { return r.CampaignExtent("a") }); n != 2 {
		f.Errorf("%d documents show pages of the campaign, want 2", n)
	}
	made := []catalog.CampaignDocument{{Campaign: "a", Document: "1", Before: 1, After: 2}, {Campaign: "a", Document: "2", Before: 3, After: 4, Restored: 5}}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutCampaignDocument(made[1]), tx.PutCampaignDocument(made[0]))
	})
	f.view(func(r catalog.Reader) error {
		first, err := r.CampaignDocuments("a", "", 1)
		equal(f, "first", first, made[:1])
		rest, err2 := r.CampaignDocuments("a", "1", 10)
		equal(f, "rest", rest, made[1:])
		one, err3 := r.CampaignDocument("a", "2")
		equal(f, "one", one, made[1])
		if _, err := r.CampaignDocument("a", "3"); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("a document that has no revision of the campaign: %v", err)
		}
		return errors.Join(err, err2, err3)
	})
}

func pageChoices(f *fixture) {
	f.putCampaigns(campaign("b"), campaign("a"))
	choice := func(campaign string, page int, instead, recipe string) catalog.PageChoice {
		return catalog.PageChoice{Collection: "main", Scan: digest("s"), Page: page, Instead: digest(instead), Campaign: campaign, Recipe: digest(recipe)}
	}
	insert := func(c catalog.PageChoice) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertPageChoice(c) })
	}
	chosen := func(what string, want map[int]catalog.Digest) {
		f.Helper()
		equal(f, what, read(f, func(r catalog.Reader) (map[int]catalog.Digest, error) {
			return r.PageChoices("main", digest("s"), digest("holding"))
		}), want)
	}
	chosen("none", map[int]catalog.Digest{})
	elsewhere := choice("a", 1, "holding", "elsewhere")
	elsewhere.Collection = "other"
	// The later one counts, whatever the campaigns are called.
	for _, c := range []catalog.PageChoice{
		choice("b", 1, "holding", "first"), choice("a", 1, "holding", "second"), choice("b", 2, "holding", "first"),
		choice("b", 3, "another holding", "first"), elsewhere,
	} {
		if err := insert(c); err != nil {
			f.Fatal(err)
		}
	}
	chosen("the newest", map[int]catalog.Digest{1: digest("second"), 2: digest("first")})
	if err := insert(choice("a", 1, "holding", "third")); !exists(err) {
		f.Errorf("a second choice of one campaign: %v", err)
	}
	back := campaign("a")
	back.RolledBack = true
	f.putCampaigns(back)
	chosen("without that which was rolled back", map[int]catalog.Digest{1: digest("first"), 2: digest("first")})
	back.ID = "b"
	f.putCampaigns(back)
	chosen("without any", map[int]catalog.Digest{})
	if err := insert(choice("gone", 1, "holding", "x")); err == nil {
		f.Error("a choice of a campaign that is not there was stored")
	}
}
