package catalog

// CampaignReader gives campaigns and what they decided.
type CampaignReader interface {
	Campaign(id string) (Campaign, error)
	// Campaigns by ID, highest first, below the given one ("" from the top).
	Campaigns(below string, limit int) ([]Campaign, error)
	// ActiveCampaigns gives those whose state is not terminal, by ID, lowest first.
	ActiveCampaigns() ([]Campaign, error)
	// CampaignPages that the query selects, by number.
	CampaignPages(q CampaignPageQuery) ([]CampaignPage, error)
	// CampaignPagesOn gives the pages of a campaign on a scan, in one collection or (empty)
	// all, by number.
	CampaignPagesOn(campaign, collection string, scan Digest) ([]CampaignPage, error)
	// CampaignCounts counts the pages of a campaign by state, decision and comparison.
	CampaignCounts(campaign string) ([]CampaignCount, error)
	// CampaignExtent counts the documents, not deleted, whose newest revision has a region
	// on a scan of which the campaign has a page in their collection.
	CampaignExtent(campaign string) (documents int, err error)
	// CampaignSamples come by number.
	CampaignSamples(campaign string) ([]CampaignSample, error)
	// CampaignDocument tells what a campaign has made of a document.
	CampaignDocument(campaign, document string) (CampaignDocument, error)
	// CampaignDocuments by document, after the given one ("" from the start).
	CampaignDocuments(campaign, after string, limit int) ([]CampaignDocument, error)
	// PageChoices gives the recipe that counts for each page of a scan on which there is a
	// choice that is in effect: its campaign was not rolled back.
	PageChoices(collection string, scan, instead Digest) (map[int]Digest, error)
}

// CampaignWriter changes campaigns. Their choices are never changed.
type CampaignWriter interface {
	PutCampaign(c Campaign) error
	PutCampaignPages(pages []CampaignPage) error
	// GiveUpPages decides as GivenUp all pages of a campaign that are not decided.
	GiveUpPages(campaign, why string) error
	// PutCampaignSamples replaces all samples of a campaign.
	PutCampaignSamples(campaign string, samples []CampaignSample) error
	PutCampaignDocument(d CampaignDocument) error
	// InsertPageChoice fails with AlreadyExists when the campaign has chosen for the page
	// before.
	InsertPageChoice(p PageChoice) error
}
