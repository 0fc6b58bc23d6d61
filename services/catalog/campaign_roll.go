package catalog

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// advanceAtOnce bounds the pages that one transaction looks at.
const advanceAtOnce = 128

// FieldReader tells what rules say of a document whose revision is yet to be made.
type FieldReader func(ctx context.Context, head DocumentHead) (Extracted, error)

// AdvanceCampaign does the next step of a campaign that was approved: takes the outcomes
// that have come, decides the pages of documents of which all are read, gives those
// documents a revision, and asks for more pages. It may run any number of times. more tells
// that there is more to be done at once.
//
// With read, which may be nil, a document's revision has the fields that rules find in the
// accepted readings; where they cannot, or the document was changed while they read, the
// role extract adds them later.
func (c *Catalog) AdvanceCampaign(ctx context.Context, id string, read FieldReader) (campaign Campaign, more bool, err error) {
	idle := false
	err = c.store.View(ctx, func(r Reader) error {
		var err error
		if campaign, err = r.Campaign(id); err != nil {
			return orNotFound(err, ReasonCampaignNotFound, "campaign", id)
		}
		idle, err = campaignIdle(r, campaign)
		return err
	})
	if err != nil || idle {
		return campaign, false, err
	}
	foreseen := &foresight{}
	if read != nil {
		if err := c.foresee(ctx, id, foreseen, read); err != nil {
			return campaign, false, err
		}
	}
	campaign, err = c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		var err error
		more, err = c.advance(tx, campaign, foreseen)
		return err
	})
	return campaign, more, err
}

func (c *Catalog) advance(tx Tx, campaign *Campaign, foreseen *foresight) (more bool, err error) {
	switch campaign.State {
	case CampaignRunning:
		return c.roll(tx, campaign, foreseen)
	case CampaignSettling:
		return c.settle(tx, campaign, foreseen)
	default:
		return false, nil
	}
}

// foresight is what a step will make of documents: it is looked for in a transaction that
// is given up, since rules take longer to read a text than a transaction may last.
type foresight struct {
	// looking tells that revisions are noted instead of made.
	looking bool
	// taken are the pages that the step takes, by number; nil for whatever has come. Those
	// that come while the rules read wait for the next step, which they are read for.
	taken map[int]bool
	heads []DocumentHead
	// said is what rules say of them, by document.
	said map[string]said
}

// said is what rules say of regions.
type said struct {
	head      DocumentHead
	extracted Extracted
}

// takes tells whether a step takes a page that has come to its outcome.
func (f *foresight) takes(number int) bool {
	if f.looking {
		f.taken[number] = true
	}
	return f.taken == nil || f.taken[number]
}

var errForeseen = errors.New("this was to see what will be")

// foresee finds the revisions that the next step will make, and what rules say of them.
func (c *Catalog) foresee(ctx context.Context, id string, f *foresight, read FieldReader) error {
	err := c.store.Tx(ctx, func(tx Tx) error {
		f.looking, f.heads, f.taken = true, nil, map[int]bool{}
		campaign, err := tx.Campaign(id)
		if err != nil {
			return err
		}
		if _, err := c.advance(tx, &campaign, f); err != nil {
			return err
		}
		return errForeseen
	})
	if f.looking = false; !errors.Is(err, errForeseen) {
		return err
	}
	f.said = map[string]said{}
	for _, head := range f.heads {
		if !head.Revision.Complete() {
			continue
		}
		extracted, err := read(ctx, head)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue // the role extract tells why
		}
		f.said[head.ID] = said{head, extracted}
	}
	return nil
}

// campaignIdle tells that nothing has come for a campaign and that it may ask for no more.
func campaignIdle(r Reader, campaign Campaign) (bool, error) {
	if campaign.State != CampaignRunning {
		return campaign.State != CampaignSettling, nil
	}
	wanted, err := r.CampaignPages(CampaignPageQuery{Campaign: campaign.ID, State: PageWanted, Limit: mostInFlight})
	if err != nil {
		return false, err
	}
	for _, p := range wanted {
		w, err := r.Work(p.key())
		if err != nil || w.State == Ended || w.State == Dropped {
			return false, ignoreNotFound(err)
		}
	}
	if len(wanted) >= campaign.Terms.InFlight || campaign.Paused && len(wanted) > 0 {
		return true, nil
	}
	waiting, err := r.CampaignPages(CampaignPageQuery{Campaign: campaign.ID, State: PageWaiting, Limit: 1})
	if err != nil {
		return false, err
	}
	if len(waiting) > 0 {
		return campaign.Paused, nil
	}
	return len(wanted) > 0, nil
}

func (c *Catalog) roll(tx Tx, campaign *Campaign, foreseen *foresight) (more bool, err error) {
	touched := &deciding{
		catalog: c, tx: tx, campaign: *campaign, foreseen: foreseen,
		pages: map[held][]*CampaignPage{}, heads: map[held][]DocumentHead{},
	}
	wanted, err := tx.CampaignPages(CampaignPageQuery{Campaign: campaign.ID, State: PageWanted, Limit: mostInFlight})
	if err != nil {
		return false, err
	}
	under := 0
	for _, p := range wanted {
		if len(touched.read) >= advanceAtOnce {
			more = true
			under++
			continue
		}
		waits, err := touched.take(p)
		if err != nil {
			return false, err
		}
		if waits {
			under++
		}
	}
	if !campaign.Paused {
		if err := touched.ask(campaign.Terms.InFlight - under); err != nil {
			return false, err
		}
	}
	if err := touched.decide(); err != nil {
		return false, err
	}
	open, err := touched.rest()
	if err != nil {
		return false, err
	}
	if !open {
		campaign.State, more = CampaignDone, false
	}
	return more, nil
}

// settle brings documents up to what counts now, a stretch of pages at a time.
func (c *Catalog) settle(tx Tx, campaign *Campaign, foreseen *foresight) (more bool, err error) {
	after, err := settledTo(campaign.Cursor)
	if err != nil {
		return false, err
	}
	pages, err := tx.CampaignPages(CampaignPageQuery{
		Campaign: campaign.ID, State: PageDecided, Decision: Accepted, After: after, Limit: advanceAtOnce,
	})
	if err != nil {
		return false, err
	}
	if len(pages) == 0 {
		campaign.State, campaign.Cursor = campaign.EndsIn, ""
		return false, nil
	}
	seen := map[string]bool{}
	for _, p := range pages {
		documents, err := tx.DocumentsOn(p.Scan)
		if err != nil {
			return false, err
		}
		for _, d := range documents {
			if d.Collection != p.Collection || seen[d.ID] {
				continue
			}
			seen[d.ID] = true
			if err := c.reviseFor(tx, *campaign, d, foreseen); err != nil {
				return false, err
			}
		}
	}
	campaign.Cursor = strconv.Itoa(pages[len(pages)-1].Number)
	return true, nil
}

func settledTo(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	return strconv.Atoi(cursor)
}

// reviseFor makes a revision of a document that does not show what counts now, and notes
// it with the campaign.
func (c *Catalog) reviseFor(tx Tx, campaign Campaign, d Document, foreseen *foresight) error {
	next, behind, err := c.behind(tx, d)
	if err != nil || !behind {
		return err
	}
	if foreseen.looking {
		foreseen.heads = append(foreseen.heads, DocumentHead{Document: d, Revision: next})
		return nil
	}
	made := d.Head + 1
	if err := c.reviseSaid(tx, d, next, foreseen.said[d.ID]); err != nil {
		return err
	}
	noted, err := tx.CampaignDocument(campaign.ID, d.ID)
	if ignoreNotFound(err) != nil {
		return err
	}
	if err != nil {
		noted = CampaignDocument{Campaign: campaign.ID, Document: d.ID, Before: d.Head}
	}
	if campaign.RolledBack {
		noted.Restored = made
	} else {
		noted.After = made
	}
	return tx.PutCampaignDocument(noted)
}

// reviseSaid makes a revision with what rules said of it, if they read what it shows.
func (c *Catalog) reviseSaid(tx Tx, d Document, next Revision, s said) error {
	if s.head.Head != d.Head || s.head.Events != d.Events || !sameRegions(s.head.Revision.Regions, next.Regions) {
		return c.revise(tx, d, next, DocumentRevised)
	}
	before, err := next.Fields.List()
	if err != nil {
		return err
	}
	if next.Fields, err = NewFields(Stated(before, s.extracted.Fields)); err != nil {
		return err
	}
	d.Extracted = d.Head + 1
	if err := c.revise(tx, d, next, DocumentRevised); err != nil {
		return err
	}
	return tx.PutKeys(d.ID, s.extracted.keys())
}

// dropUnwanted drops a work that a campaign has asked for and that no batch waits for.
func dropUnwanted(tx Tx, key WorkKey, campaign string) error {
	w, err := tx.Work(key)
	if err != nil {
		return ignoreNotFound(err)
	}
	if w.Batch != campaign || w.State != Pending && w.State != Queued {
		return nil
	}
	files, err := tx.FilesOf(key.Scan, key.Recipe)
	if err != nil {
		return err
	}
	waits := func(f BatchFile) bool { return f.State == FileArrived }
	if slices.ContainsFunc(files, waits) {
		return nil
	}
	w.State = Dropped
	return tx.PutWorks([]Work{w})
}

// addCampaignsOf names the collections for which the campaign of a work wants its page.
func addCampaignsOf(r Reader, w Work, add func(collection string)) error {
	pages, err := r.CampaignPagesOn(w.Batch, "", w.Key.Scan)
	if err != nil {
		return err
	}
	for _, p := range pages {
		if p.key() == w.Key {
			add(p.Collection)
		}
	}
	samples, err := r.CampaignSamples(w.Batch)
	if err != nil {
		return err
	}
	for _, s := range samples {
		if s.key() == w.Key {
			add(s.Collection)
		}
	}
	return nil
}
