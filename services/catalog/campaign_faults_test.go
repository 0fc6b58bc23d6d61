package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
)

// dying is a store whose process dies at transactions: before the commit, or after it
// without the caller's knowing.
type dying struct {
	catalog.Store
	// strike tells what happens at the next transaction.
	strike func() (before, after bool)
}

var errDied = errors.New("the process died")

func (d dying) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	before, after := d.strike()
	err := d.Store.Tx(ctx, func(tx catalog.Tx) error {
		if err := fn(tx); err != nil || !before {
			return err
		}
		return errDied
	})
	if err == nil && after {
		return errDied
	}
	return err
}

// over has the catalog work over a store that dies as told.
func (a *archive) over(strike func() (before, after bool)) {
	a.Catalog = catalog.New(dying{a.store, strike}, func() time.Time { return a.clock },
		func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.Limits{MaxAttempts: 2, ClientTimeout: time.Minute})
}

// chance is an archive in which nearly everything is left to chance, the same for a seed.
type chance struct {
	*archive
	rng *rand.Rand
	// ends are how works end.
	ends map[catalog.WorkKey]catalog.Result
}

func chanceArchive(t *testing.T, seed uint64) *chance {
	c := &chance{archive: newArchive(t), rng: rand.New(rand.NewPCG(seed, 3)), ends: map[catalog.WorkKey]catalog.Result{}}
	c.people("anna", "boris", "vera", "olga")
	for i := range 14 {
		name := fmt.Sprintf("scan%d", i)
		pages := 1 + c.rng.IntN(3)
		for _, collection := range []string{"telegrams", "letters"} {
			if collection == "letters" && c.rng.IntN(4) > 0 {
				continue
			}
			c.arrive(c.batch(collection, "eng", "", name), name, name)
			c.answerAll(pages, 0)
		}
	}
	for range 6 {
		heads := c.documents()
		one, other := heads[c.rng.IntN(len(heads))], heads[c.rng.IntN(len(heads))]
		if one.ID == other.ID || one.Collection != other.Collection {
			continue
		}
		if c.rng.IntN(2) == 0 {
			_, err := c.MergeDocuments(t.Context(), one.ID, "", "boris", []string{other.ID})
			c.must(err)
			continue
		}
		// A page that two documents show.
		_, err := c.CreateDocument(t.Context(), catalog.NewDocument{Collection: one.Collection, Title: "both", Person: "boris", Regions: []catalog.Region{
			{Scan: one.Revision.Regions[0].Scan, Page: one.Revision.Regions[0].Page},
			{Scan: other.Revision.Regions[0].Scan, Page: other.Revision.Regions[0].Page},
		}})
		c.must(err)
	}
	for range 6 {
		c.person()
	}
	if seed%2 == 1 {
		c.fields = func(_ context.Context, head catalog.DocumentHead) (catalog.Extracted, error) {
			e := catalog.Extracted{Document: head.ID, Revision: head.Head, Rules: "rules@1"}
			if g := head.Revision.Regions[0]; g.Reading != "" && g.Origin == catalog.Machine {
				e.Fields = []catalog.Field{rule("first", `"page"`, g.Reading, 0, 4)}
			}
			return e, nil
		}
	}
	return c
}

// person corrects a region that a machine has read, and another one signs every second.
func (c *chance) person() {
	c.t.Helper()
	heads := c.documents()
	head := heads[c.rng.IntN(len(heads))]
	n := c.rng.IntN(len(head.Revision.Regions))
	if g := head.Revision.Regions[n]; g.Assurance != catalog.AssuranceMachine || g.Origin != catalog.Machine {
		return
	}
	c.correct(head.ID, n, "anna", fmt.Sprint("corrected ", c.rng.Int()))
	if c.rng.IntN(2) == 0 {
		c.must(c.signs(head.ID, n, "vera"))
	}
}

// answerAll answers jobs until there are none, but for one in leave.
func (c *chance) answerAll(pages, leave int) {
	c.t.Helper()
	for {
		jobs, err := c.IssueJobs(c.t.Context(), 1000)
		if errors.Is(err, errDied) {
			continue
		}
		c.must(err)
		if len(jobs) == 0 {
			// Jobs that died with who had issued them.
			works, err := c.QueuedBefore(c.t.Context(), c.clock.Add(time.Hour), 1000)
			c.must(err)
			if len(works) == 0 {
				return
			}
			lost := make([]catalog.Published, len(works))
			for i, w := range works {
				lost[i] = catalog.Published{Key: w.Key, Attempt: w.Attempt}
			}
			if _, err := c.JobsLost(c.t.Context(), lost); err != nil && !errors.Is(err, errDied) {
				c.t.Fatal(err)
			}
			continue
		}
		for _, j := range jobs {
			if leave > 0 && c.rng.IntN(leave) == 0 {
				// Its message is lost, and the reconciler finds that out.
				_, err := c.JobsLost(c.t.Context(), []catalog.Published{{Key: j.Work.Key, Attempt: j.Work.Attempt}})
				if err != nil && !errors.Is(err, errDied) {
					c.t.Fatal(err)
				}
				continue
			}
			r := c.end(j, pages)
			for {
				_, err := c.StoreResults(c.t.Context(), []catalog.Result{r})
				if err == nil {
					break
				}
				if !errors.Is(err, errDied) {
					c.t.Fatal(err)
				}
			}
		}
	}
}

// end gives how a work ends: always the same.
func (c *chance) end(j catalog.Job, pages int) catalog.Result {
	if r, known := c.ends[j.Work.Key]; known {
		r.Attempt = j.Work.Attempt
		return r
	}
	outcome := catalog.Text
	if !j.Work.Key.IsProbe() {
		outcome = []catalog.Outcome{
			catalog.Text, catalog.Text, catalog.Text, catalog.Text, catalog.Blank, catalog.Unreadable, catalog.Corrupt,
		}[c.rng.IntN(7)]
	}
	r := answer(j, outcome, pages)
	if r.Reading != nil {
		r.Reading.Measure = catalog.Measure{Confidence: c.rng.IntN(1001), Words: 5}
	}
	c.ends[j.Work.Key] = r
	return r
}

// region is what one place of a document shows.
type region struct {
	document string
	number   int
}

func (c *chance) regions() map[region]catalog.Region {
	c.t.Helper()
	shown := map[region]catalog.Region{}
	for _, head := range c.documents() {
		for i, g := range head.Revision.Regions {
			shown[region{head.ID, i}] = g
		}
	}
	return shown
}

// revisionsOf counts those that the system made of each document.
func (c *chance) revisionsOf() map[string]int {
	c.t.Helper()
	made := map[string]int{}
	for _, head := range c.documents() {
		history, err := c.History(c.t.Context(), head.ID, 0, 1000)
		c.must(err)
		for _, e := range history {
			if e.Revision.Author == catalog.SystemPerson {
				made[head.ID]++
			}
		}
	}
	return made
}

// Whatever dies and when, and whatever people do meanwhile: every page of a campaign is
// accounted for, no text of a person changes, each document gets one revision, it shows
// what was decided, and a rollback gives back what was shown before.
func TestCampaignWhateverHappens(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c := chanceArchive(t, seed)
			terms := catalog.CampaignTerms{InFlight: 1 + c.rng.IntN(6)}
			if c.rng.IntN(2) == 0 {
				terms.Rule = catalog.Rule{OnlyBetter: true, By: 100 * c.rng.IntN(4)}
			}
			before, revisions := c.regions(), c.revisionsOf()
			made := c.campaign(terms)
			_, err := c.StartCampaign(t.Context(), made.ID, "olga")
			c.must(err)
			c.judged(made.ID, 20, 10)
			_, err = c.ApproveCampaign(t.Context(), made.ID, "olga", true)
			c.must(err)

			c.dies(made.ID, true)
			c.settledWell(made.ID, before, revisions)
			after := c.regions()
			_, err = c.RollbackCampaign(t.Context(), made.ID, "olga", "")
			c.must(err)
			c.dies(made.ID, false)
			for at, now := range c.regions() {
				was := before[at]
				if now.Origin == catalog.Person {
					was = after[at] // what a person said meanwhile stays
				}
				if now != was {
					t.Errorf("%v shows %+v, before the campaign %+v", at, now, was)
				}
			}
			c.checked()
		})
	}
}

// dies advances a campaign to its end, dying at every third transaction or so.
func (c *chance) dies(id string, people bool) {
	c.t.Helper()
	quiet := c.Catalog
	defer func() { c.Catalog = quiet }()
	c.over(func() (before, after bool) { return c.rng.IntN(5) == 0, c.rng.IntN(5) == 0 })
	for range 3000 {
		campaign, _, err := c.AdvanceCampaign(c.t.Context(), id, c.fields)
		if err != nil && !errors.Is(err, errDied) {
			c.t.Fatal(err)
		}
		if err == nil && campaign.State.Terminal() {
			return
		}
		switch c.rng.IntN(8) {
		case 0:
			_, _ = c.PauseCampaign(c.t.Context(), id, c.rng.IntN(2) == 0)
		case 1:
			if people {
				inner := c.Catalog
				c.Catalog = quiet
				c.person()
				c.Catalog = inner
			}
		case 2, 3, 4:
			c.answerAll(1, 4)
		}
		if c.rng.IntN(3) == 0 {
			_, _ = c.PauseCampaign(c.t.Context(), id, false)
		}
	}
	c.t.Fatal("the campaign never ends")
}

// settledWell checks what a campaign has made of the archive.
func (c *chance) settledWell(id string, before map[region]catalog.Region, revisions map[string]int) {
	c.t.Helper()
	c.decisions(id)
	pages, err := c.CampaignPages(c.t.Context(), catalog.CampaignPageQuery{Campaign: id, Limit: 1000})
	c.must(err)
	type place struct {
		collection string
		scan       catalog.Digest
		page       int
	}
	decided := map[place]catalog.CampaignPage{}
	for _, p := range pages {
		decided[place{p.Collection, p.Scan, p.Page}] = p
		if p.State != catalog.PageDecided || p.Decision == 0 || p.Decision == catalog.GivenUp || p.Why == "" {
			c.t.Errorf("page %+v", p)
		}
	}
	collections := map[string]string{}
	for _, head := range c.documents() {
		collections[head.ID] = head.Collection
	}
	for at, now := range c.regions() {
		was := before[at]
		p := decided[place{collections[at.document], now.Scan, now.Page}]
		switch {
		case was.Origin == catalog.Person:
			if now.Reading != was.Reading || now.Assurance < was.Assurance {
				c.t.Errorf("%v showed a person's text %+v, now %+v", at, was, now)
			}
		case now.Origin == catalog.Person:
		case p.Decision == catalog.Accepted && (now.Reading != p.After.Reading || now.Outcome != p.After.Outcome):
			c.t.Errorf("%v was accepted (%+v) and shows %+v", at, p, now)
		case p.Decision != catalog.Accepted && now != was:
			c.t.Errorf("%v was not accepted (%+v) and shows %+v, before %+v", at, p, now, was)
		}
	}
	for document, made := range c.revisionsOf() {
		if made > revisions[document]+1 {
			c.t.Errorf("document %s got %d revisions", document, made-revisions[document])
		}
	}
	c.checked()
}
