package api

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

type reprocessServer struct {
	fondsv1.UnimplementedReprocessServiceServer
	Deps
}

// CreateCampaign makes a campaign with a recipe that there is.
func (s *reprocessServer) CreateCampaign(ctx context.Context, req *fondsv1.CreateCampaignRequest) (*fondsv1.Campaign, error) {
	terms, err := termsAsked(req)
	if err != nil {
		return nil, err
	}
	if _, err := s.Recipes.Recipe(terms.Recipe); err != nil {
		return nil, err
	}
	if terms.Language != "" {
		workers, err := s.Workers.Live(ctx)
		if err != nil {
			return nil, fmt.Errorf("list live workers: %w", err)
		}
		if _, err := s.Recipes.Resolve(terms.Recipe, terms.Language, workers); err != nil {
			return nil, err
		}
	}
	made, err := s.Catalog.CreateCampaign(ctx, person(ctx), terms)
	return s.changed(ctx, made, err)
}

func termsAsked(req *fondsv1.CreateCampaignRequest) (catalog.CampaignTerms, error) {
	terms := catalog.CampaignTerms{
		Recipe: req.GetRecipe(), Language: req.GetLanguage(), Sample: int(req.GetSamplePages()), InFlight: int(req.GetInFlight()),
		Start: req.GetStart(), Approve: req.GetApprove(),
		Rule: catalog.Rule{OnlyBetter: req.GetRule().GetOnlyBetter(), By: inThousandths(req.GetRule().GetBy())},
	}
	if terms.Rule.By > 0 && !terms.Rule.OnlyBetter {
		return terms, invalid("rule.by", "by how much a reading has to be better counts only with only_better")
	}
	var err error
	terms.Selection, err = selectionAsked(req.GetSelection())
	return terms, err
}

func inThousandths(share float32) int { return int(math.Round(float64(share) * 1000)) }

func selectionAsked(m *fondsv1.CampaignSelection) (catalog.Selection, error) {
	s := catalog.Selection{
		Recipes: m.GetRecipes(), Engine: m.GetEngine(), ConfidenceBelow: inThousandths(m.GetConfidenceBelow()),
		Languages: m.GetLanguages(), Failed: m.GetFailed(),
	}
	for i, name := range m.GetCollections() {
		id, err := collectionID(fmt.Sprintf("selection.collections[%d]", i), name)
		if err != nil {
			return s, err
		}
		s.Collections = append(s.Collections, id)
	}
	for _, o := range m.GetOutcomes() {
		s.Outcomes = append(s.Outcomes, catalog.Outcome(o))
	}
	var err error
	if s.ReadAfter, err = timeAsked("selection.read_after", m.GetReadAfter()); err != nil {
		return s, err
	}
	s.ReadBefore, err = timeAsked("selection.read_before", m.GetReadBefore())
	return s, err
}

// timeAsked translates a time that may be unset.
func timeAsked(field string, t *timestamppb.Timestamp) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	if err := t.CheckValid(); err != nil {
		return time.Time{}, invalid(field, "this is not a time from year 1 to 9999")
	}
	return t.AsTime(), nil
}

func campaignID(name string) (string, error) { return uuidAfter("campaigns", "name", name) }

// GetCampaign returns one with its counts.
func (s *reprocessServer) GetCampaign(ctx context.Context, req *fondsv1.GetCampaignRequest) (*fondsv1.Campaign, error) {
	id, err := campaignID(req.GetName())
	if err != nil {
		return nil, err
	}
	return s.campaign(ctx, id)
}

func (s *reprocessServer) campaign(ctx context.Context, id string) (*fondsv1.Campaign, error) {
	c, counts, err := s.Catalog.Campaign(ctx, id)
	if err != nil {
		return nil, err
	}
	return campaignOf(c, counts, s.children(ctx)), nil
}

// children counts those of live workers; none while they cannot be seen.
func (s *reprocessServer) children(ctx context.Context) int {
	workers, err := s.Workers.Live(ctx)
	if err != nil {
		s.Log.Warn("look for live workers", "error", err)
	}
	children := 0
	for _, w := range workers {
		children += int(w.GetChildren())
	}
	return children
}

// changed answers with a campaign that was changed.
func (s *reprocessServer) changed(ctx context.Context, c catalog.Campaign, err error) (*fondsv1.Campaign, error) {
	if err != nil {
		return nil, err
	}
	return s.campaign(ctx, c.ID)
}

// ListCampaigns returns campaigns, newest first.
func (s *reprocessServer) ListCampaigns(ctx context.Context, req *fondsv1.ListCampaignsRequest) (*fondsv1.ListCampaignsResponse, error) {
	below, err := readIDToken(req.GetPageToken(), "campaigns")
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	campaigns, err := s.Catalog.Campaigns(ctx, below, size+1)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListCampaignsResponse{}
	campaigns, m.NextPageToken = page(campaigns, size, func(c catalog.Campaign) string { return c.ID }, "campaigns")
	children := s.children(ctx)
	for _, c := range campaigns {
		_, counts, err := s.Catalog.Campaign(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		m.Campaigns = append(m.Campaigns, campaignOf(c, counts, children))
	}
	return m, nil
}

// ListCampaignPages returns pages of a campaign by number.
func (s *reprocessServer) ListCampaignPages(ctx context.Context, req *fondsv1.ListCampaignPagesRequest) (*fondsv1.ListCampaignPagesResponse, error) {
	id, err := uuidAfter("campaigns", "parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	query := []string{"campaign-pages", id, req.GetState().String(), req.GetDecision().String(), req.GetComparison().String()}
	after, err := readNumberToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 500)
	pages, err := s.Catalog.CampaignPages(ctx, catalog.CampaignPageQuery{
		Campaign: id, State: catalog.CampaignPageState(req.GetState()), Decision: catalog.Decision(req.GetDecision()),
		Comparison: catalog.Comparison(req.GetComparison()), After: int(after), Limit: size + 1,
	})
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListCampaignPagesResponse{}
	pages, m.NextPageToken = page(pages, size, func(p catalog.CampaignPage) string { return strconv.Itoa(p.Number) }, query...)
	for _, p := range pages {
		m.Pages = append(m.Pages, campaignPageOf(p))
	}
	return m, nil
}

// ListCampaignSamples returns the sample of a campaign.
func (s *reprocessServer) ListCampaignSamples(ctx context.Context, req *fondsv1.ListCampaignSamplesRequest) (*fondsv1.ListCampaignSamplesResponse, error) {
	id, err := uuidAfter("campaigns", "parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	samples, err := s.Catalog.CampaignSamples(ctx, id)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListCampaignSamplesResponse{}
	for _, sample := range samples {
		m.Samples = append(m.Samples, campaignSampleOf(sample))
	}
	return m, nil
}

// WatchCampaign streams a campaign as it changes.
func (s *reprocessServer) WatchCampaign(req *fondsv1.WatchCampaignRequest, stream grpc.ServerStreamingServer[fondsv1.Campaign]) error {
	id, err := campaignID(req.GetName())
	if err != nil {
		return err
	}
	ctx := stream.Context()
	var told *fondsv1.Campaign
	return watch(ctx, s.Deps, func() (more, over bool, err error) {
		c, counts, err := s.Catalog.Campaign(ctx, id)
		if err != nil {
			return false, false, err
		}
		over = c.State.Terminal() || req.GetUntilWaiting() && c.Waits()
		now := campaignOf(c, counts, s.children(ctx))
		if told != nil && proto.Equal(told, now) {
			return false, over, nil
		}
		told = now
		return false, over, stream.Send(now)
	})
}

// StartCampaign has the sample recognised.
func (s *reprocessServer) StartCampaign(ctx context.Context, req *fondsv1.StartCampaignRequest) (*fondsv1.Campaign, error) {
	id, err := campaignID(req.GetName())
	if err != nil {
		return nil, err
	}
	c, err := s.Catalog.StartCampaign(ctx, id, person(ctx))
	return s.changed(ctx, c, err)
}

// ApproveCampaign starts the rollout.
func (s *reprocessServer) ApproveCampaign(ctx context.Context, req *fondsv1.ApproveCampaignRequest) (*fondsv1.Campaign, error) {
	id, err := campaignID(req.GetName())
	if err != nil {
		return nil, err
	}
	c, err := s.Catalog.ApproveCampaign(ctx, id, person(ctx), req.GetForce())
	return s.changed(ctx, c, err)
}

// PauseCampaign asks for no more pages.
func (s *reprocessServer) PauseCampaign(ctx context.Context, req *fondsv1.PauseCampaignRequest) (*fondsv1.Campaign, error) {
	return s.pause(ctx, req.GetName(), true)
}

// ResumeCampaign goes on with a paused campaign.
func (s *reprocessServer) ResumeCampaign(ctx context.Context, req *fondsv1.ResumeCampaignRequest) (*fondsv1.Campaign, error) {
	return s.pause(ctx, req.GetName(), false)
}

func (s *reprocessServer) pause(ctx context.Context, name string, paused bool) (*fondsv1.Campaign, error) {
	id, err := campaignID(name)
	if err != nil {
		return nil, err
	}
	c, err := s.Catalog.PauseCampaign(ctx, id, paused)
	return s.changed(ctx, c, err)
}

// CancelCampaign gives up what is not decided.
func (s *reprocessServer) CancelCampaign(ctx context.Context, req *fondsv1.CancelCampaignRequest) (*fondsv1.Campaign, error) {
	id, err := campaignID(req.GetName())
	if err != nil {
		return nil, err
	}
	c, err := s.Catalog.CancelCampaign(ctx, id, person(ctx), strings.TrimSpace(req.GetReason()))
	return s.changed(ctx, c, err)
}

// RollbackCampaign has documents show what they would show without the campaign.
func (s *reprocessServer) RollbackCampaign(ctx context.Context, req *fondsv1.RollbackCampaignRequest) (*fondsv1.Campaign, error) {
	id, err := campaignID(req.GetName())
	if err != nil {
		return nil, err
	}
	c, err := s.Catalog.RollbackCampaign(ctx, id, person(ctx), strings.TrimSpace(req.GetReason()))
	return s.changed(ctx, c, err)
}

// ReportCampaign says what a campaign has changed.
func (s *reprocessServer) ReportCampaign(ctx context.Context, req *fondsv1.ReportCampaignRequest) (*fondsv1.CampaignReport, error) {
	id, err := campaignID(req.GetName())
	if err != nil {
		return nil, err
	}
	r, err := s.Catalog.ReportCampaign(ctx, id)
	if err != nil {
		return nil, err
	}
	return &fondsv1.CampaignReport{
		Campaign: campaignOf(r.Campaign, r.Counts, s.children(ctx)), Documents: number(r.Documents),
		DocumentsRestored: number(r.Restored), DocumentsUnread: number(r.Unread),
		FieldsGained: number(r.Gained), FieldsLost: number(r.Lost), FieldsChanged: number(r.Changed),
	}, nil
}
