package catalog

import (
	"context"
	"fmt"
)

// auditCampaigns checks that each campaign accounts for every page that it has selected.
func (c *Catalog) auditCampaigns(ctx context.Context, a *Audit) error {
	for below := ""; ; {
		campaigns, err := c.Campaigns(ctx, below, auditPage)
		if err != nil || len(campaigns) == 0 {
			return err
		}
		for _, listed := range campaigns {
			campaign, counts, err := c.Campaign(ctx, listed.ID)
			if err != nil {
				return err
			}
			a.campaign(campaign, counts)
		}
		below = campaigns[len(campaigns)-1].ID
	}
}

func (a *Audit) campaign(c Campaign, counts []CampaignCount) {
	pages, open := 0, 0
	for _, n := range counts {
		pages += n.Pages
		if n.State != PageDecided {
			open += n.Pages
		}
	}
	if pages != c.Plan.Pages {
		a.Found(CampaignSubject(c.ID), fmt.Sprintf("has selected %d pages and accounts for %d", c.Plan.Pages, pages))
	}
	if c.State.Terminal() && open > 0 {
		a.Found(CampaignSubject(c.ID), fmt.Sprintf("has ended, and %d of its pages are not decided", open))
	}
}
