package catalog

import (
	"errors"
	"slices"
	"strings"
)

// held is a scan in a collection.
type held struct {
	collection string
	scan       Digest
}

// deciding decides pages of a campaign in one transaction. A page is decided once every
// document that shows it has all its selected pages read, and a document gets its revision
// with the last of them: so it has one of the campaign, not one for each page.
type deciding struct {
	catalog  *Catalog
	tx       Tx
	campaign Campaign
	foreseen *foresight
	// read are the pages that have come to an outcome.
	read []CampaignPage
	// pages of the campaign, and documents, by where they lie.
	pages map[held][]*CampaignPage
	heads map[held][]DocumentHead
}

// take looks at a page that the campaign waits for, and tells whether it still has to.
func (x *deciding) take(p CampaignPage) (waits bool, err error) {
	why, err := x.vain(p)
	if err != nil {
		return false, err
	}
	work, gone, err := x.catalog.bulkWork(x.tx, p.key(), x.campaign.ID, !x.campaign.Paused && why == "")
	if gone && why == "" {
		why = "the scan was purged"
	}
	switch {
	case err != nil:
		return false, err
	case why == "" && work.State != Ended || !x.foreseen.takes(p.Number):
		return true, nil
	case why != "":
		return false, x.skip(p, why)
	}
	if p.After, err = shownBy(x.tx, work); err != nil {
		return false, err
	}
	same, err := sameWords(x.tx, p.Before.Reading, p.After.Reading)
	if err != nil {
		return false, err
	}
	p.Decision, p.Comparison, p.Why = x.campaign.Terms.Rule.decide(p.Before, p.After, same)
	if p.After.Reading == "" && work.Reason != "" && !p.After.Outcome.Good() {
		p.Why += ": " + work.Reason
	}
	return false, x.put(p)
}

// vain tells why there is no point in reading a page any more; empty when there is.
func (x *deciding) vain(p CampaignPage) (string, error) {
	h, err := x.tx.HoldingIn(p.Collection, p.Scan)
	if errors.Is(err, ErrNotFound) {
		return "the collection does not hold the scan any more", nil
	}
	if err == nil && h.Recipe != p.Instead {
		return "the scan was delivered again meanwhile, to be read with another recipe", nil
	}
	return "", err
}

func (x *deciding) skip(p CampaignPage, why string) error {
	p.Decision, p.Comparison, p.Why = Skipped, 0, why
	return x.put(p)
}

func (x *deciding) put(p CampaignPage) error {
	p.State = PageRead
	x.read = append(x.read, p)
	return x.tx.PutCampaignPages([]CampaignPage{p})
}

// sameWords tells that two readings have the same words in the same order.
func sameWords(r Reader, a, b string) (bool, error) {
	if a == "" || b == "" {
		return false, nil
	}
	texts, err := r.ReadingTexts([]string{a, b})
	return err == nil && slices.Equal(strings.Fields(texts[a]), strings.Fields(texts[b])), err
}

// ask has more pages recognised.
func (x *deciding) ask(room int) error {
	if room <= 0 {
		return nil
	}
	waiting, err := x.tx.CampaignPages(CampaignPageQuery{Campaign: x.campaign.ID, State: PageWaiting, Limit: room})
	if err != nil {
		return err
	}
	for _, p := range waiting {
		// What there is no point in reading is skipped when its outcome is looked for.
		if _, _, err := x.catalog.bulkWork(x.tx, p.key(), x.campaign.ID, true); err != nil {
			return err
		}
		p.State = PageWanted
		if err := x.tx.PutCampaignPages([]CampaignPage{p}); err != nil {
			return err
		}
	}
	return nil
}

// decide looks at the scans on which all pages of the campaign are read by now.
func (x *deciding) decide() error {
	looked := map[held]bool{}
	for _, p := range x.read {
		at := held{p.Collection, p.Scan}
		if looked[at] {
			continue
		}
		looked[at] = true
		if err := x.examine(at); err != nil {
			return err
		}
	}
	return nil
}

func (x *deciding) examine(at held) error {
	pages, err := x.pagesOn(at)
	if err != nil || slices.ContainsFunc(pages, func(p *CampaignPage) bool { return p.State < PageRead }) {
		return err
	}
	heads, err := x.headsOn(at)
	if err != nil {
		return err
	}
	scans := []held{at}
	for _, head := range heads {
		ready, err := x.ready(head)
		if err != nil {
			return err
		}
		if ready {
			scans = append(scans, scansOf(head)...)
		}
	}
	slices.SortFunc(scans, func(a, b held) int { return strings.Compare(string(a.scan), string(b.scan)) })
	scans = slices.Compact(scans)
	for _, s := range scans {
		if err := x.decideOn(s); err != nil {
			return err
		}
	}
	return x.reviseOn(scans)
}

// reviseOn gives a revision to each document on scans of which the last page is decided:
// one of them may have waited for a page that it shares with another document.
func (x *deciding) reviseOn(scans []held) error {
	revised := map[string]bool{}
	for _, s := range scans {
		heads, err := x.headsOn(s)
		if err != nil {
			return err
		}
		for _, head := range heads {
			if revised[head.ID] {
				continue
			}
			revised[head.ID] = true
			if err := x.revise(head); err != nil {
				return err
			}
		}
	}
	return nil
}

func scansOf(head DocumentHead) []held {
	var scans []held
	for _, g := range head.Revision.Regions {
		scans = append(scans, held{head.Collection, g.Scan})
	}
	slices.SortFunc(scans, func(a, b held) int { return strings.Compare(string(a.scan), string(b.scan)) })
	return slices.Compact(scans)
}

func (x *deciding) pagesOn(at held) ([]*CampaignPage, error) {
	if pages, known := x.pages[at]; known {
		return pages, nil
	}
	list, err := x.tx.CampaignPagesOn(x.campaign.ID, at.collection, at.scan)
	if err != nil {
		return nil, err
	}
	pages := make([]*CampaignPage, len(list))
	for i := range list {
		pages[i] = &list[i]
	}
	x.pages[at] = pages
	return pages, nil
}

func (x *deciding) headsOn(at held) ([]DocumentHead, error) {
	if heads, known := x.heads[at]; known {
		return heads, nil
	}
	heads, err := headsOn(x.tx, at.collection, at.scan)
	x.heads[at] = heads
	return heads, err
}

// ready tells that all pages of a document that the campaign has are read.
func (x *deciding) ready(head DocumentHead) (bool, error) {
	return x.allOf(head, PageRead)
}

func (x *deciding) allOf(head DocumentHead, least CampaignPageState) (bool, error) {
	shows := map[Digest]map[int]bool{}
	for _, g := range head.Revision.Regions {
		if shows[g.Scan] == nil {
			shows[g.Scan] = map[int]bool{}
		}
		shows[g.Scan][g.Page] = true
	}
	for _, at := range scansOf(head) {
		pages, err := x.pagesOn(at)
		if err != nil {
			return false, err
		}
		for _, p := range pages {
			if p.State < least && shows[at.scan][p.Page] {
				return false, nil
			}
		}
	}
	return true, nil
}

// decideOn decides those read pages of a scan that no document keeps waiting.
func (x *deciding) decideOn(at held) error {
	pages, err := x.pagesOn(at)
	if err != nil {
		return err
	}
	heads, err := x.headsOn(at)
	if err != nil {
		return err
	}
	waiting := map[int]bool{}
	for _, head := range heads {
		ready, err := x.ready(head)
		if err != nil {
			return err
		}
		for _, g := range head.Revision.Regions {
			waiting[g.Page] = waiting[g.Page] || !ready && g.Scan == at.scan
		}
	}
	for _, p := range pages {
		if p.State != PageRead || waiting[p.Page] {
			continue
		}
		if err := x.decidePage(p, heads); err != nil {
			return err
		}
	}
	return nil
}

// decidePage makes the decision on a page count.
func (x *deciding) decidePage(p *CampaignPage, heads []DocumentHead) error {
	var regions []Region
	for _, head := range heads {
		for _, g := range head.Revision.Regions {
			if g.Scan == p.Scan && g.Page == p.Page {
				regions = append(regions, g)
			}
		}
	}
	if p.Decision != Skipped && protected(regions) {
		p.Decision, p.Why = Protected, "what is shown is a person's or imported, and stays"
	}
	p.State = PageDecided
	if err := x.tx.PutCampaignPages([]CampaignPage{*p}); err != nil || p.Decision != Accepted {
		return err
	}
	return x.tx.InsertPageChoice(PageChoice{
		Collection: p.Collection, Scan: p.Scan, Page: p.Page, Instead: p.Instead,
		Campaign: x.campaign.ID, Recipe: p.After.Recipe,
	})
}

// revise gives a document its revision once the last of its pages is decided.
func (x *deciding) revise(head DocumentHead) error {
	all, err := x.allOf(head, PageDecided)
	if err != nil || !all {
		return err
	}
	now, err := x.tx.Document(head.ID)
	if err != nil {
		return err
	}
	return x.catalog.reviseFor(x.tx, x.campaign, now, x.foreseen)
}

// rest tells whether anything is open. Pages that were read and that no document has let
// go by the end, since documents were split or merged meanwhile, are decided for
// themselves.
func (x *deciding) rest() (open bool, err error) {
	for _, state := range []CampaignPageState{PageWaiting, PageWanted} {
		some, err := x.tx.CampaignPages(CampaignPageQuery{Campaign: x.campaign.ID, State: state, Limit: 1})
		if err != nil || len(some) > 0 {
			return true, err
		}
	}
	left, err := x.tx.CampaignPages(CampaignPageQuery{Campaign: x.campaign.ID, State: PageRead, Limit: advanceAtOnce})
	if err != nil {
		return false, err
	}
	for i := range left {
		heads, err := headsOn(x.tx, left[i].Collection, left[i].Scan)
		if err != nil {
			return false, err
		}
		if err := x.decidePage(&left[i], heads); err != nil {
			return false, err
		}
		for _, head := range heads {
			now, err := x.tx.Document(head.ID)
			if err != nil {
				return false, err
			}
			if err := x.catalog.reviseFor(x.tx, x.campaign, now, x.foreseen); err != nil {
				return false, err
			}
		}
	}
	return len(left) > 0, nil
}
