package catalog

import (
	"context"
	"fmt"
	"time"
)

// The bounds of what a campaign may ask for.
const (
	mostSample      = 500
	defaultSample   = 100
	mostInFlight    = 512
	defaultInFlight = 32
)

// CreateCampaign makes a campaign, which looks for its pages next. What it then says of
// them is a dry run: nothing is recognised before it is started.
func (c *Catalog) CreateCampaign(ctx context.Context, person string, terms CampaignTerms) (Campaign, error) {
	if terms.Sample == 0 {
		terms.Sample = defaultSample
	}
	if terms.InFlight == 0 {
		terms.InFlight = defaultInFlight
	}
	switch {
	case terms.Sample < 1 || terms.Sample > mostSample:
		return Campaign{}, invalid("sample_pages", "a sample has 1 to %d pages, not %d", mostSample, terms.Sample)
	case terms.InFlight < 1 || terms.InFlight > mostInFlight:
		return Campaign{}, invalid("in_flight", "1 to %d pages are in flight at a time, not %d", mostInFlight, terms.InFlight)
	case terms.Recipe == "":
		return Campaign{}, invalid("recipe", "name the recipe to read the pages with")
	}
	var campaign Campaign
	err := c.store.Tx(ctx, func(tx Tx) error {
		for _, id := range terms.Selection.Collections {
			if _, err := tx.Collection(id); err != nil {
				return orNotFound(err, ReasonCollectionNotFound, "collection", id)
			}
		}
		campaign = Campaign{ID: c.newID(), State: CampaignSelecting, Person: person, Terms: terms, CreatedAt: c.now()}
		if terms.Start {
			if err := c.campaignAct(tx, ActCampaignStarted, person, campaign, false, ""); err != nil {
				return err
			}
		}
		return tx.PutCampaign(campaign)
	})
	return campaign, err
}

// changeCampaign changes a campaign in one transaction.
func (c *Catalog) changeCampaign(ctx context.Context, id string, change func(Tx, *Campaign) error) (Campaign, error) {
	var campaign Campaign
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		if campaign, err = tx.Campaign(id); err != nil {
			return orNotFound(err, ReasonCampaignNotFound, "campaign", id)
		}
		if err := change(tx, &campaign); err != nil {
			return err
		}
		if campaign.State.Terminal() && campaign.EndedAt.IsZero() {
			campaign.EndedAt = c.now()
		}
		return tx.PutCampaign(campaign)
	})
	return campaign, err
}

// campaignState refuses what the state of a campaign does not allow.
func campaignState(format string, args ...any) error {
	return &Error{Code: Precondition, Reason: ReasonCampaignState, Message: fmt.Sprintf(format, args...)}
}

// CampaignSubject is the subject of acts on a campaign.
func CampaignSubject(id string) string { return "campaigns/" + id }

// campaignFacts are the facts of a decision on a campaign.
type campaignFacts struct {
	Recipe string `json:"recipe"`
	Pages  int    `json:"pages"`
	Rule   Rule   `json:"rule"`
	// Verdict and Why are the sample's, where one was judged; Forced tells that it forbade
	// what was decided.
	Verdict SampleVerdict `json:"verdict,omitempty"`
	Why     string        `json:"why,omitempty"`
	Forced  bool          `json:"forced,omitempty"`
	Reason  string        `json:"reason,omitempty"`
}

func (c *Catalog) campaignAct(tx Tx, kind, person string, campaign Campaign, forced bool, reason string) error {
	return c.act(tx, kind, person, CampaignSubject(campaign.ID), campaignFacts{
		Recipe: campaign.Terms.Recipe, Pages: campaign.Plan.Pages, Rule: campaign.Terms.Rule,
		Verdict: campaign.Sample.Verdict, Why: campaign.Sample.Why, Forced: forced, Reason: reason,
	})
}

// StartCampaign goes on from the plan: the sample is recognised. One that is still
// selecting goes on as soon as its plan is made.
func (c *Catalog) StartCampaign(ctx context.Context, id, person string) (Campaign, error) {
	return c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		switch campaign.State {
		case CampaignSelecting, CampaignPlanned:
			if campaign.Terms.Start {
				return nil
			}
			campaign.Terms.Start = true
			if campaign.State == CampaignPlanned {
				c.start(campaign)
			}
			return c.campaignAct(tx, ActCampaignStarted, person, *campaign, false, "")
		case CampaignSampling, CampaignSampled, CampaignRunning:
			return nil
		default:
			return campaignState("the campaign has ended: make a new one")
		}
	})
}

func (c *Catalog) start(campaign *Campaign) {
	campaign.State, campaign.StartedAt = CampaignSampling, c.now()
	if campaign.Plan.Pages == 0 {
		campaign.State = CampaignDone
	}
}

// allowed refuses the rollout that the sample speaks against.
func (c Campaign) allowed() error {
	switch {
	case c.Sample.Verdict == SampleWorse:
		return &Error{
			Code: Precondition, Reason: ReasonSampleWorse,
			Message:  "the recipe is worse on the sample: " + c.Sample.Why + "; only force lets it go on",
			Metadata: map[string]string{"why": c.Sample.Why},
		}
	case c.Sample.Verdict == SampleTooSmall && !c.Terms.Rule.OnlyBetter:
		return &Error{
			Code: Precondition, Reason: ReasonSampleTooSmall,
			Message:  c.Sample.Why + ": verify more pages, take the rule that replaces only what is better, or force it",
			Metadata: map[string]string{"why": c.Sample.Why},
		}
	}
	return nil
}

// ApproveCampaign starts the rollout. A recipe that is worse on the sample, or of which the
// sample says too little, is refused unless forced; the act says that it was.
func (c *Catalog) ApproveCampaign(ctx context.Context, id, person string, force bool) (Campaign, error) {
	return c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		switch {
		case campaign.State == CampaignRunning:
			return nil
		case campaign.State.Terminal():
			return campaignState("the campaign has ended: make a new one")
		case campaign.State != CampaignSampled:
			return campaignState("the sample was not judged yet: the campaign is approved after that")
		}
		refused := campaign.allowed()
		if refused != nil && !force {
			return refused
		}
		return c.approve(tx, campaign, person, refused != nil)
	})
}

func (c *Catalog) approve(tx Tx, campaign *Campaign, person string, forced bool) error {
	campaign.State, campaign.RunAt = CampaignRunning, c.now()
	return c.campaignAct(tx, ActCampaignApproved, person, *campaign, forced, "")
}

// PauseCampaign asks for no more pages, or lets the campaign go on. What is under way ends
// and is decided all the same.
func (c *Catalog) PauseCampaign(ctx context.Context, id string, paused bool) (Campaign, error) {
	return c.changeCampaign(ctx, id, func(_ Tx, campaign *Campaign) error {
		if campaign.State.Terminal() || campaign.State == CampaignSettling {
			return campaignState("the campaign has ended")
		}
		campaign.Paused = paused
		return nil
	})
}

// CancelCampaign gives up what is not decided. What was accepted stays, until the campaign
// is rolled back.
func (c *Catalog) CancelCampaign(ctx context.Context, id, person, reason string) (Campaign, error) {
	return c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		if campaign.State.Terminal() || campaign.State == CampaignSettling {
			return campaignState("the campaign has ended")
		}
		if err := c.campaignAct(tx, ActCampaignCancelled, person, *campaign, false, reason); err != nil {
			return err
		}
		return c.giveUp(tx, campaign, CampaignCancelled, "the campaign was cancelled")
	})
}

// RollbackCampaign takes the choices of a campaign out of effect: every page shows what it
// would show without it. Readings stay, and so does what people have made of them.
func (c *Catalog) RollbackCampaign(ctx context.Context, id, person, reason string) (Campaign, error) {
	return c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		switch {
		case campaign.RolledBack:
			return nil
		case campaign.RunAt.IsZero():
			return campaignState("the campaign has changed nothing: there is nothing to go back to")
		}
		if err := c.campaignAct(tx, ActCampaignRolledBack, person, *campaign, false, reason); err != nil {
			return err
		}
		campaign.RolledBack = true
		return c.giveUp(tx, campaign, CampaignRolledBack, "the campaign was rolled back")
	})
}

// giveUp decides what is open and settles what was decided.
func (c *Catalog) giveUp(tx Tx, campaign *Campaign, endsIn CampaignState, why string) error {
	if err := c.dropWanted(tx, campaign.ID); err != nil {
		return err
	}
	if err := tx.GiveUpPages(campaign.ID, why); err != nil {
		return err
	}
	campaign.State, campaign.EndsIn, campaign.Cursor, campaign.Paused = CampaignSettling, endsIn, "", false
	campaign.EndedAt = time.Time{}
	return nil
}

// dropWanted drops the works that a campaign waits for, unless a batch wants them too.
// Another campaign that wants one makes it pending again.
func (c *Catalog) dropWanted(tx Tx, id string) error {
	wanted, err := tx.CampaignPages(CampaignPageQuery{Campaign: id, State: PageWanted, Limit: mostInFlight})
	if err != nil {
		return err
	}
	keys := make([]WorkKey, 0, len(wanted))
	for _, p := range wanted {
		keys = append(keys, p.key())
	}
	samples, err := tx.CampaignSamples(id)
	if err != nil {
		return err
	}
	for _, s := range samples {
		keys = append(keys, s.key())
	}
	for _, key := range keys {
		if err := dropUnwanted(tx, key, id); err != nil {
			return err
		}
	}
	return nil
}
