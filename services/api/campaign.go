package api

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// campaignOf translates a campaign; children are those that would recognise its pages.
func campaignOf(c catalog.Campaign, counts []catalog.CampaignCount, children int) *fondsv1.Campaign {
	return &fondsv1.Campaign{
		Name: catalog.CampaignSubject(c.ID), State: fondsv1.CampaignState(c.State), Paused: c.Paused,
		Recipe: c.Terms.Recipe, Language: c.Terms.Language, Selection: selectionOf(c.Terms.Selection),
		Rule:        &fondsv1.CampaignRule{OnlyBetter: c.Terms.Rule.OnlyBetter, By: float32(c.Terms.Rule.By) / 1000},
		SamplePages: number(c.Terms.Sample), InFlight: number(c.Terms.InFlight),
		Plan: planOf(c, children), Sample: sampleResultOf(c.Sample), Counts: campaignCountsOf(counts),
		Person: c.Person, Problem: c.Problem, CreateTime: timestamp(c.CreatedAt), StartTime: timestamp(c.StartedAt),
		ApproveTime: timestamp(c.RunAt), EndTime: timestamp(c.EndedAt),
	}
}

func selectionOf(s catalog.Selection) *fondsv1.CampaignSelection {
	m := &fondsv1.CampaignSelection{
		ReadAfter: timestamp(s.ReadAfter), ReadBefore: timestamp(s.ReadBefore), Recipes: s.Recipes, Engine: s.Engine,
		ConfidenceBelow: float32(s.ConfidenceBelow) / 1000, Languages: s.Languages, Failed: s.Failed,
	}
	for _, id := range s.Collections {
		m.Collections = append(m.Collections, "collections/"+id)
	}
	for _, o := range s.Outcomes {
		m.Outcomes = append(m.Outcomes, fondsv1.Outcome(o))
	}
	return m
}

func planOf(c catalog.Campaign, children int) *fondsv1.CampaignPlan {
	p := c.Plan
	m := &fondsv1.CampaignPlan{
		Pages: number(p.Pages), Documents: number(p.Documents), VerifiedPages: number(p.Verified), ProtectedPages: number(p.Protected),
		AlreadyPages: number(p.Already), UnopenedPages: number(p.Unopened), UnreadPages: number(p.Unread),
		CostedPages: number(p.Costed), SamplePages: number(p.Sample), Children: number(children),
	}
	cpu := c.CPU()
	if cpu > 0 {
		m.Cpu = durationpb.New(cpu)
	}
	if cpu > 0 && children > 0 {
		m.Wall = durationpb.New(cpu / time.Duration(children))
	}
	return m
}

func sampleResultOf(r catalog.SampleResult) *fondsv1.CampaignSampleResult {
	if r.Verdict == 0 {
		return nil
	}
	m := &fondsv1.CampaignSampleResult{Verdict: fondsv1.SampleVerdict(r.Verdict), Why: r.Why}
	for _, g := range r.Groups {
		m.Groups = append(m.Groups, &fondsv1.SampleGroup{
			Collection: named("collections/", g.Collection), Language: g.Language, Pages: number(g.Pages), Characters: number(g.Characters),
			OldCer: rateOf(g.OldCER), NewCer: rateOf(g.NewCER), OldWer: rateOf(g.OldWER), NewWer: rateOf(g.NewWER),
			Difference: rateOf(g.Difference),
		})
	}
	if r.OldCost > 0 && r.NewCost > 0 {
		m.OldCpu, m.NewCpu = durationpb.New(r.OldCost), durationpb.New(r.NewCost)
	}
	return m
}

func rateOf(i catalog.Interval) *fondsv1.Rate {
	return &fondsv1.Rate{Mean: i.Mean, Low: i.Low, High: i.High}
}

func campaignCountsOf(counts []catalog.CampaignCount) *fondsv1.CampaignCounts {
	m := &fondsv1.CampaignCounts{}
	for _, c := range counts {
		n := number(c.Pages)
		m.Pages += n
		if to := stateCount(m, c.State); to != nil {
			*to += n
		}
		if to := decisionCount(m, c.Decision); to != nil && c.State == catalog.PageDecided {
			*to += n
		}
		if to := comparisonCount(m, c.Comparison); to != nil {
			*to += n
		}
	}
	return m
}

func stateCount(m *fondsv1.CampaignCounts, s catalog.CampaignPageState) *uint32 {
	return map[catalog.CampaignPageState]*uint32{
		catalog.PageWaiting: &m.Waiting, catalog.PageWanted: &m.Wanted, catalog.PageRead: &m.Read, catalog.PageDecided: &m.Decided,
	}[s]
}

func decisionCount(m *fondsv1.CampaignCounts, d catalog.Decision) *uint32 {
	return map[catalog.Decision]*uint32{
		catalog.Accepted: &m.Accepted, catalog.Kept: &m.Kept, catalog.Protected: &m.Protected,
		catalog.Unsuccessful: &m.Unsuccessful, catalog.Skipped: &m.Skipped, catalog.GivenUp: &m.GivenUp,
	}[d]
}

func comparisonCount(m *fondsv1.CampaignCounts, c catalog.Comparison) *uint32 {
	return map[catalog.Comparison]*uint32{
		catalog.Better: &m.Better, catalog.Worse: &m.Worse, catalog.Equal: &m.Equal,
	}[c]
}

func campaignPageOf(p catalog.CampaignPage) *fondsv1.CampaignPage {
	name := pageNameOf(p.Scan, p.Page)
	return &fondsv1.CampaignPage{
		Number: number(p.Number), Collection: "collections/" + p.Collection, Page: name,
		Before: shownOf(name, p.Before), After: shownOf(name, p.After), State: fondsv1.CampaignPageState(p.State),
		Decision: fondsv1.CampaignDecision(p.Decision), Comparison: fondsv1.CampaignComparison(p.Comparison), Why: p.Why,
	}
}

func shownOf(page string, s catalog.Shown) *fondsv1.ShownReading {
	m := &fondsv1.ShownReading{
		Recipe: string(s.Recipe), Reading: named(page+"/readings/", s.Reading), Outcome: fondsv1.Outcome(s.Outcome),
	}
	if s.Confidence >= 0 {
		m.Confidence = new(float32(s.Confidence) / 1000)
	}
	return m
}

func campaignSampleOf(s catalog.CampaignSample) *fondsv1.CampaignSample {
	name := pageNameOf(s.Scan, s.Page)
	return &fondsv1.CampaignSample{
		Collection: "collections/" + s.Collection, Language: s.Language, Page: name, Gold: named(name+"/readings/", s.Gold),
		Old: shownOf(name, s.Old), New: shownOf(name, s.New), OldScore: scoreOf(s.OldScore), NewScore: scoreOf(s.NewScore),
	}
}

func scoreOf(s catalog.Score) *fondsv1.Score {
	if s == (catalog.Score{}) {
		return nil
	}
	return &fondsv1.Score{
		Errors: number(s.Errors), Characters: number(s.Characters), WordErrors: number(s.WordErrors), Words: number(s.Words),
	}
}
