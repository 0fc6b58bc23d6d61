package catalog

import (
	"context"
	"slices"
	"strconv"
)

// advanceAtOnce bounds the pages that one transaction looks at.
const advanceAtOnce = 128

// AdvanceCampaign does the next step of a campaign that was approved: takes the outcomes
// that have come, decides the pages of documents of which all are read, gives those
// documents a revision, and asks for more pages. It may run any number of times. more tells
// that there is more to be done at once.
func (c *Catalog) AdvanceCampaign(ctx context.Context, id string) (campaign Campaign, more bool, err error) {
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
	campaign, err = c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		more = false
		var err error
		switch campaign.State {
		case CampaignRunning:
			more, err = c.roll(tx, campaign)
		case CampaignSettling:
			more, err = c.settle(tx, campaign)
		default:
		}
		return err
	})
	return campaign, more, err
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

func (c *Catalog) roll(tx Tx, campaign *Campaign) (more bool, err error) {
	touched := &deciding{catalog: c, tx: tx, campaign: *campaign, pages: map[held][]*CampaignPage{}, heads: map[held][]DocumentHead{}}
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
func (c *Catalog) settle(tx Tx, campaign *Campaign) (more bool, err error) {
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
			if err := c.reviseFor(tx, *campaign, d); err != nil {
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
func (c *Catalog) reviseFor(tx Tx, campaign Campaign, d Document) error {
	made, err := c.caughtUp(tx, d)
	if err != nil || made == 0 {
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
