package sqlite

import (
	"strings"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	campaignColumns = "id, state, ends_in, paused, rolled_back, person, cursor, problem, created_at, started_at, run_at, " +
		"ended_at, terms, plan, sample"
	campaignPageColumns = "campaign, number, collection, scan, page, instead, before_recipe, before_reading, before_outcome, " +
		"before_confidence, recipe, reading, outcome, confidence, state, decision, comparison, why"
	campaignSampleColumns   = "campaign, number, scan, page, rank, sample"
	campaignDocumentColumns = "campaign, document, before, after, restored"
)

var (
	putCampaign         = upsert("campaigns", "id", campaignColumns)
	putCampaignPage     = upsert("campaign_pages", "campaign, number", campaignPageColumns)
	putCampaignSample   = upsert("campaign_samples", "campaign, number", campaignSampleColumns)
	putCampaignDocument = upsert("campaign_documents", "campaign, document", campaignDocumentColumns)
	insertPageChoice    = insert("page_choices", "collection, scan, page, instead, campaign, recipe")
)

func readCampaign(r *row) catalog.Campaign {
	c := catalog.Campaign{
		ID: r.text(), State: catalog.CampaignState(r.int()), EndsIn: catalog.CampaignState(r.int()), Paused: r.bool(),
		RolledBack: r.bool(), Person: r.text(), Cursor: r.text(), Problem: r.text(),
		CreatedAt: r.time(), StartedAt: r.time(), RunAt: r.time(), EndedAt: r.time(),
	}
	of := " of campaign " + c.ID
	r.json("terms"+of, &c.Terms)
	r.json("plan"+of, &c.Plan)
	r.json("sample"+of, &c.Sample)
	return c
}

func readCampaignPage(r *row) catalog.CampaignPage {
	return catalog.CampaignPage{
		Campaign: r.text(), Number: r.int(), Collection: r.text(), Scan: r.digest(), Page: r.int(), Instead: r.digest(),
		Before: readShown(r), After: readShown(r),
		State: catalog.CampaignPageState(r.int()), Decision: catalog.Decision(r.int()), Comparison: catalog.Comparison(r.int()), Why: r.text(),
	}
}

func readShown(r *row) catalog.Shown {
	return catalog.Shown{Recipe: r.digest(), Reading: r.text(), Outcome: catalog.Outcome(r.int()), Confidence: r.int()}
}

func readCampaignSample(r *row) catalog.CampaignSample {
	var s catalog.CampaignSample
	r.json("sample of a campaign", &s)
	return s
}

func readCampaignDocument(r *row) catalog.CampaignDocument {
	return catalog.CampaignDocument{Campaign: r.text(), Document: r.text(), Before: r.int(), After: r.int(), Restored: r.int()}
}

func (v *view) Campaign(id string) (catalog.Campaign, error) {
	return one(v, `SELECT `+campaignColumns+` FROM campaigns WHERE id = ?`, readCampaign, id)
}

func (v *view) Campaigns(below string, limit int) ([]catalog.Campaign, error) {
	if below == "" {
		return all(v, `SELECT `+campaignColumns+` FROM campaigns ORDER BY id DESC LIMIT ?`, readCampaign, max(limit, 0))
	}
	return all(v, `SELECT `+campaignColumns+` FROM campaigns WHERE id < ? ORDER BY id DESC LIMIT ?`,
		readCampaign, below, max(limit, 0))
}

func (v *view) ActiveCampaigns() ([]catalog.Campaign, error) {
	return all(v, `SELECT `+campaignColumns+` FROM campaigns WHERE state < 7 ORDER BY id`, readCampaign)
}

// CampaignPages is one walk of an index: by state and number, or by number alone, where
// decision and comparison are looked at on the way.
func (v *view) CampaignPages(q catalog.CampaignPageQuery) ([]catalog.CampaignPage, error) {
	where, args := []string{"campaign = ?", "number > ?"}, []any{q.Campaign, q.After}
	for _, of := range []struct {
		column string
		value  int
	}{{"state", int(q.State)}, {"decision", int(q.Decision)}, {"comparison", int(q.Comparison)}} {
		if of.value > 0 {
			where, args = append(where, of.column+" = ?"), append(args, of.value)
		}
	}
	return all(v, `SELECT `+campaignPageColumns+` FROM campaign_pages WHERE `+strings.Join(where, " AND ")+
		` ORDER BY number LIMIT ?`, readCampaignPage, append(args, max(q.Limit, 0))...)
}

func (v *view) CampaignPagesOn(campaign, collection string, scan catalog.Digest) ([]catalog.CampaignPage, error) {
	return all(v, `SELECT `+campaignPageColumns+` FROM campaign_pages WHERE campaign = ? AND scan = ?
		AND (collection = ?3 OR ?3 = '') ORDER BY number`, readCampaignPage, campaign, scan, collection)
}

func (v *view) CampaignCounts(campaign string) ([]catalog.CampaignCount, error) {
	return all(v, `SELECT state, decision, comparison, count(*) FROM campaign_pages INDEXED BY campaign_pages_counts
		WHERE campaign = ? GROUP BY state, decision, comparison ORDER BY state, decision, comparison`,
		func(r *row) catalog.CampaignCount {
			return catalog.CampaignCount{
				State: catalog.CampaignPageState(r.int()), Decision: catalog.Decision(r.int()),
				Comparison: catalog.Comparison(r.int()), Pages: r.int(),
			}
		}, campaign)
}

func (v *view) CampaignExtent(campaign string) (int, error) {
	return one(v, `SELECT count(*) FROM (SELECT DISTINCT s.document FROM campaign_pages p
		CROSS JOIN document_scans s ON s.scan = p.scan
		CROSS JOIN documents d ON d.id = s.document AND d.collection = p.collection AND d.deleted_at = 0
		WHERE p.campaign = ?)`, (*row).int, campaign)
}

func (v *view) CampaignSamples(campaign string) ([]catalog.CampaignSample, error) {
	return all(v, `SELECT sample FROM campaign_samples WHERE campaign = ? ORDER BY number`, readCampaignSample, campaign)
}

func (v *view) CampaignDocument(campaign, document string) (catalog.CampaignDocument, error) {
	return one(v, `SELECT `+campaignDocumentColumns+` FROM campaign_documents WHERE campaign = ? AND document = ?`,
		readCampaignDocument, campaign, document)
}

func (v *view) CampaignDocuments(campaign, after string, limit int) ([]catalog.CampaignDocument, error) {
	return all(v, `SELECT `+campaignDocumentColumns+` FROM campaign_documents WHERE campaign = ? AND document > ?
		ORDER BY document LIMIT ?`, readCampaignDocument, campaign, after, max(limit, 0))
}

func (v *view) PageChoices(collection string, scan, instead catalog.Digest) (map[int]catalog.Digest, error) {
	choices := map[int]catalog.Digest{}
	_, err := all(v, `SELECT p.page, p.recipe FROM page_choices p CROSS JOIN campaigns c ON c.id = p.campaign
		WHERE p.scan = ? AND p.collection = ? AND p.instead = ? AND c.rolled_back = 0 ORDER BY p.id`,
		func(r *row) struct{} {
			page := r.int()
			choices[page] = r.digest()
			return struct{}{}
		}, scan, collection, instead)
	return choices, err
}

func (t *tx) PutCampaign(c catalog.Campaign) error {
	return t.put("campaign", c.ID, putCampaign, c.ID, int(c.State), int(c.EndsIn), c.Paused, c.RolledBack, c.Person, c.Cursor,
		c.Problem, c.CreatedAt, c.StartedAt, c.RunAt, c.EndedAt, jsonText{c.Terms}, jsonText{c.Plan}, jsonText{c.Sample})
}

func (t *tx) PutCampaignPages(pages []catalog.CampaignPage) error {
	for _, p := range pages {
		if err := t.put("page of a campaign", string(p.Scan), putCampaignPage, p.Campaign, p.Number, p.Collection, p.Scan, p.Page,
			p.Instead, p.Before.Recipe, p.Before.Reading, p.Before.Outcome, p.Before.Confidence,
			p.After.Recipe, p.After.Reading, p.After.Outcome, p.After.Confidence,
			int(p.State), int(p.Decision), int(p.Comparison), p.Why); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) GiveUpPages(campaign, why string) error {
	_, err := t.exec(`UPDATE campaign_pages SET state = ?, decision = ?, comparison = 0, why = ? WHERE campaign = ? AND state < ?`,
		int(catalog.PageDecided), int(catalog.GivenUp), why, campaign, int(catalog.PageDecided))
	return err
}

func (t *tx) PutCampaignSamples(campaign string, samples []catalog.CampaignSample) error {
	if _, err := t.exec(`DELETE FROM campaign_samples WHERE campaign = ?`, campaign); err != nil {
		return err
	}
	for _, s := range samples {
		if err := t.put("sample of a campaign", string(s.Scan), putCampaignSample, campaign, s.Number, s.Scan, s.Page, s.Rank,
			jsonText{s}); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutCampaignDocument(d catalog.CampaignDocument) error {
	return t.put("document of a campaign", d.Document, putCampaignDocument, d.Campaign, d.Document, d.Before, d.After, d.Restored)
}

func (t *tx) InsertPageChoice(p catalog.PageChoice) error {
	return t.put("choice for a page", string(p.Scan), insertPageChoice, p.Collection, p.Scan, p.Page, p.Instead, p.Campaign, p.Recipe)
}
