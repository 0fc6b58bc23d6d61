package api_test

import (
	"errors"
	"io"
	"log/slog"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/recipe"
	"github.com/fonds-archive/fonds/workers/reprocess"
)

// What a campaign is asked for is checked before it is made.
func TestCampaignsThatCannotBe(t *testing.T) {
	t.Parallel()
	a := serve(t)
	campaigns := fondsv1.NewReprocessServiceClient(a.conn)
	for name, c := range map[string]struct {
		req    *fondsv1.CreateCampaignRequest
		code   codes.Code
		reason string
		field  string
	}{
		"no such recipe": {&fondsv1.CreateCampaignRequest{Recipe: "other"}, codes.NotFound, catalog.ReasonRecipeNotFound, "recipe"},
		"no such language": {
			&fondsv1.CreateCampaignRequest{Recipe: "plain", Language: "tlh"}, codes.FailedPrecondition, recipe.ReasonModelMissing, "",
		},
		"no such collection": {
			&fondsv1.CreateCampaignRequest{Recipe: "plain", Selection: &fondsv1.CampaignSelection{Collections: []string{"collections/none"}}},
			codes.NotFound, catalog.ReasonCollectionNotFound, "",
		},
		"a bound without its rule": {
			&fondsv1.CreateCampaignRequest{Recipe: "plain", Rule: &fondsv1.CampaignRule{By: 0.1}},
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "rule.by",
		},
		"no time": {
			&fondsv1.CreateCampaignRequest{Recipe: "plain", Selection: &fondsv1.CampaignSelection{ReadBefore: &timestamppb.Timestamp{Seconds: 1 << 60}}},
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "selection.read_before",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := campaigns.CreateCampaign(a.ctx(), c.req)
			wantStatus(t, err, c.code, c.reason, c.field)
		})
	}
	_, err := campaigns.GetCampaign(a.ctx(), &fondsv1.GetCampaignRequest{Name: "campaigns/" + newID()})
	wantStatus(t, err, codes.NotFound, catalog.ReasonCampaignNotFound, "")
	if list, err := campaigns.ListCampaigns(a.ctx(), &fondsv1.ListCampaignsRequest{}); err != nil || len(list.GetCampaigns()) != 0 {
		t.Errorf("what cannot be was made: %v, %v", list, err)
	}
}

// A campaign goes over the wire as it is: planned, refused for want of verified text,
// cancelled, and found in lists.
func TestCampaignOverTheWire(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.telegram("a.png", []byte("scan a"), []string{"ONE", "TWO"})
	a.telegram("b.png", []byte("scan b"), []string{"THREE"})
	campaigns := fondsv1.NewReprocessServiceClient(a.conn)
	run := reprocess.Config{Catalog: a.catalog, Live: a.workers.Live, Resolve: recipe.Shipped().Resolve, Log: slog.New(slog.DiscardHandler)}
	step := func() {
		t.Helper()
		for more := true; more; {
			var err error
			if more, err = run.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	made, err := campaigns.CreateCampaign(a.ctx(), &fondsv1.CreateCampaignRequest{
		Recipe: "plain", SamplePages: 20, InFlight: 4, Rule: &fondsv1.CampaignRule{},
		Selection: &fondsv1.CampaignSelection{Languages: []string{"eng"}, Outcomes: []fondsv1.Outcome{fondsv1.Outcome_OUTCOME_TEXT}},
	})
	if err != nil || made.GetState() != fondsv1.CampaignState_CAMPAIGN_STATE_SELECTING || made.GetPerson() != "local" {
		t.Fatalf("made %v, %v", made, err)
	}
	step()
	stream, err := campaigns.WatchCampaign(a.ctx(), &fondsv1.WatchCampaignRequest{Name: made.GetName(), UntilWaiting: true})
	if err != nil {
		t.Fatal(err)
	}
	planned, err := stream.Recv()
	if err != nil || planned.GetState() != fondsv1.CampaignState_CAMPAIGN_STATE_PLANNED || planned.GetPlan().GetPages() != 2 ||
		planned.GetPlan().GetDocuments() != 2 || planned.GetCounts().GetWaiting() != 2 || planned.GetSelection().GetLanguages()[0] != "eng" {
		t.Fatalf("planned %v, %v", planned, err)
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("the watch goes on: %v", err)
	}
	pages, err := campaigns.ListCampaignPages(a.ctx(), &fondsv1.ListCampaignPagesRequest{Parent: made.GetName(), PageSize: 1})
	if err != nil || len(pages.GetPages()) != 1 || pages.GetPages()[0].GetBefore().GetReading() == "" || pages.GetPages()[0].GetAfter().Confidence != nil {
		t.Fatalf("pages %v, %v", pages, err)
	}
	rest, err := campaigns.ListCampaignPages(a.ctx(), &fondsv1.ListCampaignPagesRequest{Parent: made.GetName(), PageSize: 1, PageToken: pages.GetNextPageToken()})
	if err != nil || len(rest.GetPages()) != 1 || rest.GetPages()[0].GetNumber() != 2 || rest.GetNextPageToken() != "" {
		t.Fatalf("the rest %v, %v", rest, err)
	}
	_, err = campaigns.ApproveCampaign(a.ctx(), &fondsv1.ApproveCampaignRequest{Name: made.GetName()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonCampaignState, "")
	if _, err := campaigns.StartCampaign(a.ctx(), &fondsv1.StartCampaignRequest{Name: made.GetName()}); err != nil {
		t.Fatal(err)
	}
	step()
	_, err = campaigns.ApproveCampaign(a.ctx(), &fondsv1.ApproveCampaignRequest{Name: made.GetName()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonSampleTooSmall, "")
	running, err := campaigns.ApproveCampaign(a.ctx(), &fondsv1.ApproveCampaignRequest{Name: made.GetName(), Force: true})
	if err != nil || running.GetState() != fondsv1.CampaignState_CAMPAIGN_STATE_RUNNING {
		t.Fatalf("forced: %v, %v", running, err)
	}
	if paused, err := campaigns.PauseCampaign(a.ctx(), &fondsv1.PauseCampaignRequest{Name: made.GetName()}); err != nil || !paused.GetPaused() {
		t.Errorf("paused %v, %v", paused, err)
	}
	if resumed, err := campaigns.ResumeCampaign(a.ctx(), &fondsv1.ResumeCampaignRequest{Name: made.GetName()}); err != nil || resumed.GetPaused() {
		t.Errorf("resumed %v, %v", resumed, err)
	}
	step()
	if c, err := campaigns.CancelCampaign(a.ctx(), &fondsv1.CancelCampaignRequest{Name: made.GetName(), Reason: "enough"}); err != nil || c.GetCounts().GetGivenUp() != 2 {
		t.Errorf("cancelled %v, %v", c, err)
	}
	step()
	report, err := campaigns.ReportCampaign(a.ctx(), &fondsv1.ReportCampaignRequest{Name: made.GetName()})
	if err != nil || report.GetCampaign().GetState() != fondsv1.CampaignState_CAMPAIGN_STATE_CANCELLED || report.GetDocuments() != 0 {
		t.Errorf("report %v, %v", report, err)
	}
	list, err := campaigns.ListCampaigns(a.ctx(), &fondsv1.ListCampaignsRequest{})
	if err != nil || len(list.GetCampaigns()) != 1 || list.GetCampaigns()[0].GetCounts().GetPages() != 2 {
		t.Errorf("list %v, %v", list, err)
	}
}
