package catalog

import (
	"context"
)

// Campaign returns a campaign and how its pages stand, as of one moment.
func (c *Catalog) Campaign(ctx context.Context, id string) (campaign Campaign, counts []CampaignCount, err error) {
	err = c.store.View(ctx, func(r Reader) error {
		var err error
		if campaign, err = r.Campaign(id); err != nil {
			return orNotFound(err, ReasonCampaignNotFound, "campaign", id)
		}
		counts, err = r.CampaignCounts(id)
		return err
	})
	return campaign, counts, err
}

// Campaigns returns campaigns below an ID ("" from the newest), newest first.
func (c *Catalog) Campaigns(ctx context.Context, below string, limit int) ([]Campaign, error) {
	var campaigns []Campaign
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		campaigns, err = r.Campaigns(below, limit)
		return err
	})
	return campaigns, err
}

// ActiveCampaigns returns those that have something to do.
func (c *Catalog) ActiveCampaigns(ctx context.Context) ([]Campaign, error) {
	var campaigns []Campaign
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		campaigns, err = r.ActiveCampaigns()
		return err
	})
	return campaigns, err
}

// CampaignPages returns pages of a campaign by number.
func (c *Catalog) CampaignPages(ctx context.Context, q CampaignPageQuery) ([]CampaignPage, error) {
	var pages []CampaignPage
	err := c.store.View(ctx, func(r Reader) error {
		if _, err := r.Campaign(q.Campaign); err != nil {
			return orNotFound(err, ReasonCampaignNotFound, "campaign", q.Campaign)
		}
		var err error
		pages, err = r.CampaignPages(q)
		return err
	})
	return pages, err
}

// CampaignSamples returns the sample of a campaign, with scores once it was judged.
func (c *Catalog) CampaignSamples(ctx context.Context, id string) ([]CampaignSample, error) {
	var samples []CampaignSample
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		samples, err = r.CampaignSamples(id)
		return err
	})
	return samples, err
}

// CampaignReport says what a campaign has changed.
type CampaignReport struct {
	Campaign Campaign
	Counts   []CampaignCount
	// Documents got a revision, Restored were given back what they had shown.
	Documents int
	Restored  int
	// Unread documents wait for their fields, so that these counts are not complete.
	Unread int
	// Gained, Lost and Changed count the fields of all documents.
	Gained, Lost, Changed int
}

// reportAtOnce bounds the documents of one view.
const reportAtOnce = 100

// ReportCampaign compares what documents say of themselves before and after a campaign.
func (c *Catalog) ReportCampaign(ctx context.Context, id string) (CampaignReport, error) {
	var report CampaignReport
	var err error
	if report.Campaign, report.Counts, err = c.Campaign(ctx, id); err != nil {
		return report, err
	}
	for after := ""; ; {
		var documents []CampaignDocument
		err := c.store.View(ctx, func(r Reader) error {
			var err error
			if documents, err = r.CampaignDocuments(id, after, reportAtOnce); err != nil {
				return err
			}
			for _, d := range documents {
				if err := report.add(r, d); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(documents) == 0 {
			return report, err
		}
		after = documents[len(documents)-1].Document
	}
}

func (p *CampaignReport) add(r Reader, d CampaignDocument) error {
	if d.Restored > 0 {
		p.Restored++
	}
	if d.After == 0 {
		return nil
	}
	p.Documents++
	document, err := r.Document(d.Document)
	if err != nil || !document.PurgedAt.IsZero() {
		return err
	}
	before, err := r.Revision(d.Document, d.Before)
	if err != nil {
		return err
	}
	after, read, err := readFrom(r, document, d.After)
	if err != nil {
		return err
	}
	if !read {
		p.Unread++
		return nil
	}
	was, err := before.Fields.List()
	if err != nil {
		return err
	}
	is, err := after.Fields.List()
	if err != nil {
		return err
	}
	for _, change := range CompareFields(values(was), values(is)) {
		switch {
		case change.Before == nil:
			p.Gained++
		case change.After == nil:
			p.Lost++
		default:
			p.Changed++
		}
	}
	return nil
}

// values are statements without the words that prove them: another reading has other
// words, in other places, for the same value.
func values(fields []Field) []Field {
	bare := make([]Field, len(fields))
	for i, f := range fields {
		bare[i] = Field{Name: f.Name, Value: f.Value, Person: f.Person}
	}
	return bare
}

// readFrom gives a revision with the fields that were looked for in it: a newer revision
// has them where any were found. read is false while nobody has looked.
func readFrom(r Reader, d Document, number int) (revision Revision, read bool, err error) {
	if revision, err = r.Revision(d.ID, number); err != nil || d.Head == number {
		return revision, d.Extracted >= number, err
	}
	next, err := r.Revision(d.ID, number+1)
	if err != nil {
		return revision, false, err
	}
	if next.Author == SystemPerson && sameRegions(revision.Regions, next.Regions) {
		return next, true, nil
	}
	return revision, true, nil
}
