package reprocess

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fonds-archive/fonds/services/accuracy"
	"github.com/fonds-archive/fonds/services/catalog"
)

// sample has the verified pages of a campaign recognised, and scores both recipes once all
// have ended.
func (c Config) sample(ctx context.Context, campaign catalog.Campaign) (more bool, err error) {
	samples, ended, err := c.Catalog.WantSamples(ctx, campaign.ID)
	if err != nil || !ended {
		return false, err
	}
	var result catalog.SampleResult
	for i := range samples {
		err := c.score(ctx, &samples[i], &result)
		if e, ok := errors.AsType[*catalog.Error](err); ok && e.Code == catalog.NotFound {
			samples[i].New.Outcome = 0 // the scan was purged meanwhile
			continue
		}
		if err != nil {
			return false, err
		}
	}
	result.Groups = groups(samples)
	now, err := c.Catalog.Judge(ctx, campaign.ID, samples, result)
	if err != nil {
		return false, err
	}
	c.Log.Info("campaign: the sample was scored", "campaign", campaign.ID, "recipe", campaign.Terms.Recipe, "verdict", now.Sample.Why)
	return true, nil
}

// score measures what both recipes made of a page against what people stand behind, and
// adds their cost where both are known. A page without text has the text "".
func (c Config) score(ctx context.Context, s *catalog.CampaignSample, result *catalog.SampleResult) error {
	gold, _, err := c.text(ctx, *s, s.Gold)
	if err != nil {
		return err
	}
	old, oldCost, err := c.text(ctx, *s, s.Old.Reading)
	if err != nil {
		return err
	}
	now, newCost, err := c.text(ctx, *s, s.New.Reading)
	if err != nil {
		return err
	}
	s.OldScore, s.NewScore = score(gold.Text, old.Text), score(gold.Text, now.Text)
	if oldCost > 0 && newCost > 0 {
		result.OldCost += oldCost
		result.NewCost += newCost
	}
	return nil
}

func score(gold, text string) catalog.Score {
	m := accuracy.Measure(gold, text)
	return catalog.Score{Errors: m.Errors, Characters: m.Characters, WordErrors: m.WordErrors, Words: m.Words}
}

// groups gives how both recipes did on all pages, then by collection and by language.
// Pages whose scan was purged meanwhile have no outcome and are left out.
func groups(samples []catalog.CampaignSample) []catalog.SampleGroup {
	samples = slices.DeleteFunc(slices.Clone(samples), func(s catalog.CampaignSample) bool { return s.New.Outcome == 0 })
	if len(samples) == 0 {
		return nil
	}
	list := []catalog.SampleGroup{group(samples)}
	for _, of := range []struct {
		key func(catalog.CampaignSample) string
		put func(*catalog.SampleGroup, string)
	}{
		{func(s catalog.CampaignSample) string { return s.Collection }, func(g *catalog.SampleGroup, key string) { g.Collection = key }},
		{func(s catalog.CampaignSample) string { return s.Language }, func(g *catalog.SampleGroup, key string) { g.Language = key }},
	} {
		parts := map[string][]catalog.CampaignSample{}
		for _, s := range samples {
			parts[of.key(s)] = append(parts[of.key(s)], s)
		}
		for _, key := range slices.SortedFunc(maps.Keys(parts), cmp.Compare) {
			g := group(parts[key])
			of.put(&g, key)
			list = append(list, g)
		}
	}
	return list
}

func group(samples []catalog.CampaignSample) catalog.SampleGroup {
	var pairs []accuracy.Pair
	var old, now []accuracy.Score
	for _, s := range samples {
		p := accuracy.Pair{Old: scored(s.OldScore), New: scored(s.NewScore)}
		pairs, old, now = append(pairs, p), append(old, p.Old), append(now, p.New)
	}
	return catalog.SampleGroup{
		Pages: len(samples), Characters: accuracy.Sum(old).Characters,
		OldCER: interval(accuracy.Estimated(old, accuracy.Score.CER)), NewCER: interval(accuracy.Estimated(now, accuracy.Score.CER)),
		OldWER: interval(accuracy.Estimated(old, accuracy.Score.WER)), NewWER: interval(accuracy.Estimated(now, accuracy.Score.WER)),
		Difference: interval(accuracy.Difference(pairs, accuracy.Score.CER)),
	}
}

func scored(s catalog.Score) accuracy.Score {
	return accuracy.Score{Errors: s.Errors, Characters: s.Characters, WordErrors: s.WordErrors, Words: s.Words}
}

func interval(e accuracy.Estimate) catalog.Interval {
	return catalog.Interval{Mean: e.Value, Low: e.Low, High: e.High}
}

// text gives a reading and its cost; an empty one where there is none.
func (c Config) text(ctx context.Context, s catalog.CampaignSample, id string) (catalog.Reading, time.Duration, error) {
	if id == "" {
		return catalog.Reading{}, 0, nil
	}
	reading, err := c.Catalog.Reading(ctx, s.Scan, s.Page, id)
	if err != nil || reading.Origin != catalog.Machine {
		return reading, 0, err
	}
	cost, err := costOf(reading)
	return reading, cost, err
}
