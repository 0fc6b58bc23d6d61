package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Candidate is a page of a collection that a campaign may read again.
type Candidate struct {
	Collection string
	Scan       Digest
	Page       int
	// Instead is the recipe that the holding names, Recipe the one that the page is shown by.
	Instead Digest
	Recipe  Recipe
	Work    Work
	// Reading that the work has made, without text and body; the zero value for none.
	Reading Reading
	// Shut tells that the page cannot be opened, whatever the recipe.
	Shut bool
	// Verified tells that a signed text is shown, Protected that nothing but texts of
	// people and imported ones are.
	Verified, Protected bool
	// Gold is the reading of the whole page that people stand behind; empty for none.
	Gold string
}

// CampaignCandidates gives the pages of scans above a digest ("" from the start), in the
// collections of a selection, and the last digest looked at; the same one at the end.
func (c *Catalog) CampaignCandidates(ctx context.Context, s Selection, after Digest, scans int) (found []Candidate, last Digest, err error) {
	err = c.store.View(ctx, func(r Reader) error {
		found, last = nil, after
		list, err := r.Scans(after, scans)
		if err != nil {
			return err
		}
		seen := candidates{reader: r, recipes: map[Digest]Recipe{}, onePerson: map[string]bool{}}
		for _, scan := range list {
			last = scan.Digest
			if !scan.PurgedAt.IsZero() || scan.PageCount == 0 {
				continue
			}
			if err := seen.add(s, scan.Digest); err != nil {
				return fmt.Errorf("pages of scan %s: %w", scan.Digest, err)
			}
		}
		found = seen.found
		return nil
	})
	return found, last, err
}

// candidates are gathered in one view.
type candidates struct {
	reader  Reader
	recipes map[Digest]Recipe
	// onePerson are the collections where one person's word is enough.
	onePerson map[string]bool
	found     []Candidate
}

func (x *candidates) add(s Selection, scan Digest) error {
	holdings, err := x.reader.Holdings(scan)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, h := range holdings {
		if done[h.Collection] || !s.Holds(h.Collection) {
			continue
		}
		done[h.Collection] = true
		newest, err := x.reader.HoldingIn(h.Collection, scan)
		if err != nil {
			return err
		}
		if newest.Recipe == "" {
			continue // an imported text is not read by any recipe
		}
		if err := x.addHolding(newest); err != nil {
			return err
		}
	}
	return nil
}

func (x *candidates) addHolding(h Holding) error {
	works, err := pageWorks(x.reader, Document{Holding: h.ID, Collection: h.Collection}, h.Scan)
	if err != nil {
		return err
	}
	pages, err := x.reader.Pages(h.Scan)
	if err != nil {
		return err
	}
	shown, err := x.shown(h)
	if err != nil {
		return err
	}
	for _, p := range pages {
		candidate := Candidate{
			Collection: h.Collection, Scan: h.Scan, Page: p.Number, Instead: h.Recipe,
			Work: works[p.Number], Shut: p.Outcome != 0,
		}
		recipe := candidate.Work.Key.Recipe
		if recipe == "" {
			recipe = h.Recipe
		}
		if candidate.Recipe, err = x.recipe(recipe); err != nil {
			return err
		}
		if id := candidate.Work.Reading; id != "" {
			if candidate.Reading, err = x.reader.ReadingEnvelope(id); err != nil {
				return err
			}
		}
		candidate.stand(shown[p.Number], x.onePerson[h.Collection])
		x.found = append(x.found, candidate)
	}
	return nil
}

func (x *candidates) recipe(digest Digest) (Recipe, error) {
	recipe, known := x.recipes[digest]
	if known {
		return recipe, nil
	}
	recipe, err := x.reader.Recipe(digest)
	x.recipes[digest] = recipe
	return recipe, err
}

// shown gives what documents of the holding's collection show of each page of its scan.
func (x *candidates) shown(h Holding) (map[int][]Region, error) {
	if _, known := x.onePerson[h.Collection]; !known {
		collection, err := x.reader.Collection(h.Collection)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		x.onePerson[h.Collection] = collection.OnePerson
	}
	heads, err := headsOn(x.reader, h.Collection, h.Scan)
	if err != nil {
		return nil, err
	}
	shown := map[int][]Region{}
	for _, head := range heads {
		for _, g := range head.Revision.Regions {
			if g.Scan == h.Scan && head.DeletedAt.IsZero() {
				shown[g.Page] = append(shown[g.Page], g)
			}
		}
	}
	return shown, nil
}

// headsOn gives the documents of a collection that have a region on a scan, deleted ones
// too.
func headsOn(r Reader, collection string, scan Digest) ([]DocumentHead, error) {
	documents, err := r.DocumentsOn(scan)
	if err != nil {
		return nil, err
	}
	var heads []DocumentHead
	for _, d := range documents {
		if d.Collection != collection || !d.PurgedAt.IsZero() {
			continue
		}
		head, err := r.Revision(d.ID, d.Head)
		if err != nil {
			return nil, err
		}
		heads = append(heads, DocumentHead{Document: d, Revision: head})
	}
	return heads, nil
}

// stand tells how far people stand behind what the regions of a page show.
func (c *Candidate) stand(regions []Region, onePerson bool) {
	c.Protected = protected(regions)
	for _, g := range regions {
		good := g.Assurance == AssuranceVerified || onePerson && g.Assurance == AssuranceCorrected
		if g.Assurance == AssuranceVerified {
			c.Verified = true
		}
		if good && g.Box == nil && g.Range == nil && g.Reading != "" {
			c.Gold = g.Reading
		}
	}
}

// protected tells that the regions of a page show nothing that a machine may replace.
func protected(regions []Region) bool {
	for _, g := range regions {
		if g.machineMayReplace() {
			return false
		}
	}
	return len(regions) > 0
}

// Selected is what a stretch of the archive has for a campaign.
type Selected struct {
	Pages   []CampaignPage
	Samples []CampaignSample
	// Recipes that pages and samples are to be read with.
	Recipes []Recipe
	// Plan counts what was seen, but for documents and the sample.
	Plan CampaignPlan
	// Cursor is how far selecting has come; Done that this was the end.
	Cursor string
	Done   bool
	// Problem ends the campaign before it began; nothing else counts then.
	Problem string
}

// AddSelected stores what was found behind a cursor. Where the campaign has come further
// meanwhile, or is no longer selecting, nothing changes: what it has is returned.
func (c *Catalog) AddSelected(ctx context.Context, id, after string, s Selected) (Campaign, error) {
	return c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		if campaign.State != CampaignSelecting || campaign.Cursor != after {
			return nil
		}
		if s.Problem != "" {
			campaign.State, campaign.Problem = CampaignRefused, s.Problem
			return nil
		}
		for _, r := range s.Recipes {
			if err := tx.PutRecipe(r); err != nil {
				return err
			}
		}
		for i := range s.Pages {
			s.Pages[i].Campaign, s.Pages[i].Number = id, campaign.Plan.Pages+i+1
			s.Pages[i].State = PageWaiting
		}
		if err := tx.PutCampaignPages(s.Pages); err != nil {
			return err
		}
		if err := addSamples(tx, *campaign, s.Samples); err != nil {
			return err
		}
		s.Plan.Pages = len(s.Pages)
		campaign.Plan, campaign.Cursor = campaign.Plan.plus(s.Plan), s.Cursor
		if !s.Done {
			return nil
		}
		return c.planned(tx, campaign)
	})
}

func addSamples(tx Tx, campaign Campaign, more []CampaignSample) error {
	if len(more) == 0 {
		return nil
	}
	samples, err := tx.CampaignSamples(campaign.ID)
	if err != nil {
		return err
	}
	for i := range more {
		more[i].Campaign = campaign.ID
	}
	return tx.PutCampaignSamples(campaign.ID, drawn(append(samples, more...), campaign.Terms.Sample))
}

// planned ends the selection.
func (c *Catalog) planned(tx Tx, campaign *Campaign) error {
	samples, err := tx.CampaignSamples(campaign.ID)
	if err != nil {
		return err
	}
	campaign.Plan.Sample = len(samples)
	if campaign.Plan.Documents, err = tx.CampaignExtent(campaign.ID); err != nil {
		return err
	}
	campaign.State, campaign.Cursor = CampaignPlanned, ""
	if campaign.Terms.Start {
		c.start(campaign)
	}
	return nil
}

// Consider adds a candidate as far as the selection takes it. target is the recipe that it
// would be read with, engine the version that has read what is shown, cost the CPU time of
// that; 0 where it is not known.
func (s *Selected) Consider(selection Selection, c Candidate, target Digest, engine string, cost time.Duration) {
	spoken := selection.spoken(c)
	ended := c.Work.State == Ended && !c.Shut
	if ended && spoken && c.Gold != "" && c.Recipe.Digest != target {
		s.Samples = append(s.Samples, c.sample(target))
	}
	switch {
	case c.Shut:
		s.Plan.Unopened++
	case !ended:
		s.Plan.Unread++
	case !spoken || !selection.takes(c, engine):
	case c.Recipe.Digest == target:
		s.Plan.Already++
	default:
		s.Pages = append(s.Pages, CampaignPage{
			Collection: c.Collection, Scan: c.Scan, Page: c.Page, Instead: c.Instead, Before: c.shown(),
			After: Shown{Recipe: target, Confidence: -1},
		})
		s.count(c, cost)
	}
}

func (s *Selected) count(c Candidate, cost time.Duration) {
	if c.Verified {
		s.Plan.Verified++
	}
	if c.Protected {
		s.Plan.Protected++
	}
	if cost > 0 {
		s.Plan.Cost += cost
		s.Plan.Costed++
	}
}

func (c Candidate) shown() Shown {
	shown := Shown{Recipe: c.Recipe.Digest, Reading: c.Work.Reading, Outcome: c.Work.Outcome, Confidence: -1}
	if c.Reading.ID != "" {
		shown.Confidence = c.Reading.Measure.Confidence
	}
	return shown
}

func (c Candidate) sample(target Digest) CampaignSample {
	return CampaignSample{
		Collection: c.Collection, Language: c.Recipe.Languages(), Scan: c.Scan, Page: c.Page, Gold: c.Gold,
		Old: c.shown(), New: Shown{Recipe: target, Confidence: -1},
		Rank: digestOf(fmt.Appendf(nil, "%s %d %s", c.Scan, c.Page, c.Collection)),
	}
}

// spoken tells whether the page was read in one of the languages asked for.
func (s Selection) spoken(c Candidate) bool {
	return len(s.Languages) == 0 || slices.ContainsFunc(c.Recipe.Models, func(m Model) bool {
		return slices.Contains(s.Languages, m.Language)
	})
}

// takes tells whether what is shown of a page is what the selection asks for.
func (s Selection) takes(c Candidate, engine string) bool {
	at := c.Work.EndedAt
	if c.Reading.ID != "" {
		at = c.Reading.CreatedAt
	}
	recipe := func(beginning string) bool { return strings.HasPrefix(string(c.Recipe.Digest), beginning) }
	switch {
	case s.Failed && c.Work.Outcome.Good(),
		len(s.Outcomes) > 0 && !slices.Contains(s.Outcomes, c.Work.Outcome),
		!s.ReadAfter.IsZero() && at.Before(s.ReadAfter),
		!s.ReadBefore.IsZero() && !at.Before(s.ReadBefore),
		len(s.Recipes) > 0 && !slices.ContainsFunc(s.Recipes, recipe),
		!strings.HasPrefix(engine, s.Engine):
		return false
	}
	confidence := c.shown().Confidence
	return s.ConfidenceBelow == 0 || confidence >= 0 && confidence < s.ConfidenceBelow
}
