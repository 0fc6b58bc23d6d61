package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// CampaignSample is a page whose text people stand behind: what the old and the new recipe
// make of it is scored against that text.
type CampaignSample struct {
	Campaign string
	// Number counts from 1 within the campaign.
	Number     int
	Collection string
	// Language that the page is read in, such as "eng+rus".
	Language string
	Scan     Digest
	Page     int
	// Gold is the reading that people stand behind.
	Gold string
	// Old is what the page's recipe made of it, New what the campaign's has made: without
	// outcome while that has not ended.
	Old, New Shown
	// OldScore and NewScore are set once the sample was judged.
	OldScore, NewScore Score
	// Rank orders pages by chance, the same at every try: the lowest are drawn.
	Rank Digest
}

func (s CampaignSample) key() WorkKey {
	return WorkKey{Scan: s.Scan, Page: s.Page, Recipe: s.New.Recipe}
}

// Score is how a text differs from another that is right.
type Score struct {
	// Errors of Characters, and WordErrors of Words, of the text that is right.
	Errors     int `json:"errors"`
	Characters int `json:"characters"`
	WordErrors int `json:"word_errors"`
	Words      int `json:"words"`
}

// Interval is a figure with its bounds of 95 %.
type Interval struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// SampleGroup is how both recipes did on a part of the sample: shares of characters and
// words that are wrong. Less is better.
type SampleGroup struct {
	// Collection and Language of the pages; both empty for all.
	Collection string `json:"collection,omitempty"`
	Language   string `json:"language,omitempty"`
	Pages      int    `json:"pages"`
	Characters int    `json:"characters"`
	// CER and WER, of the old recipe and of the new one.
	OldCER Interval `json:"old_cer"`
	NewCER Interval `json:"new_cer"`
	OldWER Interval `json:"old_wer"`
	NewWER Interval `json:"new_wer"`
	// Difference is the new CER less the old one, page by page.
	Difference Interval `json:"difference"`
}

// enough tells whether the group says anything of the recipe.
func (g SampleGroup) enough() bool { return g.Pages >= leastSample && g.Characters >= leastCharacters }

// worse tells that the new recipe did worse, and that chance does not explain it.
func (g SampleGroup) surelyWorse() bool { return g.Difference.Low > 0 }

const (
	// leastSample is the number of pages below which an interval means little.
	leastSample = 10
	// leastCharacters are about half a page of typescript.
	leastCharacters = 500
)

// SampleVerdict is what a sample says of a recipe. The numbers are those of the contract.
type SampleVerdict uint8

// The verdicts; zero is "not judged".
const (
	// SampleTooSmall: there is too little text that people stand behind.
	SampleTooSmall SampleVerdict = iota + 1
	// SampleWorse: the new recipe makes more errors.
	SampleWorse
	// SampleNoWorse: it makes no more errors, and chance may explain that it makes fewer.
	SampleNoWorse
	// SampleBetter: it makes fewer errors, and chance does not explain that.
	SampleBetter
)

// SampleResult is how the new recipe did on the sample.
type SampleResult struct {
	Verdict SampleVerdict `json:"verdict,omitempty"`
	// Why says so in a sentence, with the figures.
	Why string `json:"why,omitempty"`
	// Groups begin with that of all pages, then come those of collections and languages.
	Groups []SampleGroup `json:"groups,omitempty"`
	// OldCost and NewCost are the CPU time of both, where both are known.
	OldCost time.Duration `json:"old_cost,omitempty"`
	NewCost time.Duration `json:"new_cost,omitempty"`
}

// judged gives the verdict on the groups.
func (r SampleResult) judged() SampleResult {
	r.Verdict, r.Why = SampleTooSmall, "no page of these collections has text that people stand behind: there is nothing to score the recipe against"
	if len(r.Groups) == 0 || r.Groups[0].Pages == 0 {
		return r
	}
	all := r.Groups[0]
	if !all.enough() {
		r.Why = fmt.Sprintf("only %d pages with %d characters have text that people stand behind; %d pages with %d characters are the least",
			all.Pages, all.Characters, leastSample, leastCharacters)
		return r
	}
	figures := fmt.Sprintf("on %d verified pages %.2f %% of characters are wrong, before %.2f %%; difference %+.2f points, from %+.2f to %+.2f",
		all.Pages, 100*all.NewCER.Mean, 100*all.OldCER.Mean, 100*all.Difference.Mean, 100*all.Difference.Low, 100*all.Difference.High)
	r.Why = figures
	switch {
	case all.Difference.Mean > 0:
		r.Verdict = SampleWorse
	case all.Difference.High < 0:
		r.Verdict = SampleBetter
	default:
		r.Verdict = SampleNoWorse
	}
	for _, g := range r.Groups[1:] {
		if g.enough() && g.surelyWorse() && r.Verdict != SampleWorse {
			r.Verdict = SampleWorse
			r.Why = fmt.Sprintf("in %s it makes more errors: %.2f %% of characters wrong, before %.2f %%; over all %s",
				g.name(), 100*g.NewCER.Mean, 100*g.OldCER.Mean, figures)
		}
	}
	return r
}

func (g SampleGroup) name() string {
	if g.Collection != "" {
		return "collection " + g.Collection
	}
	return "language " + g.Language
}

// WantSamples has the drawn pages recognised. It returns them with what they have come to,
// and whether all have ended.
func (c *Catalog) WantSamples(ctx context.Context, id string) (samples []CampaignSample, ended bool, err error) {
	err = c.store.Tx(ctx, func(tx Tx) error {
		ended = true
		campaign, err := tx.Campaign(id)
		if err != nil {
			return orNotFound(err, ReasonCampaignNotFound, "campaign", id)
		}
		if samples, err = tx.CampaignSamples(id); err != nil || campaign.State != CampaignSampling {
			return err
		}
		room := campaign.Terms.InFlight
		if campaign.Paused {
			room = 0
		}
		for i := range samples {
			work, gone, err := c.bulkWork(tx, samples[i].key(), id, room > 0)
			if err != nil {
				return err
			}
			if work.State != Ended && !gone {
				ended = false
				room--
				continue
			}
			if samples[i].New, err = shownBy(tx, work); err != nil {
				return err
			}
		}
		return nil
	})
	return samples, ended, err
}

// bulkWork gives a work of a campaign; where may is set it is made pending if nobody has
// asked for it, or if who has asked has given it up, or if it ended for another in a way
// that a new attempt may mend. gone tells that the scan was purged.
func (c *Catalog) bulkWork(tx Tx, key WorkKey, campaign string, may bool) (w Work, gone bool, err error) {
	w, err = tx.Work(key)
	switch {
	case errors.Is(err, ErrNotFound):
		w = Work{Key: key}
	case err != nil:
		return w, false, err
	case w.State == Ended && w.Outcome.Retryable() && w.Batch != campaign && may:
		w = w.retried(campaign)
	case w.State != Dropped:
		return w, false, nil
	}
	scan, err := tx.Scan(key.Scan)
	if err != nil || !scan.PurgedAt.IsZero() {
		return w, err == nil, err
	}
	if !may {
		return w, false, nil
	}
	w.State, w.Batch, w.Lane, w.Sequence = Pending, campaign, Bulk, 0
	return w, false, tx.PutWorks([]Work{w})
}

// shownBy gives what a work has made of its page.
func shownBy(r Reader, w Work) (Shown, error) {
	s := Shown{Recipe: w.Key.Recipe, Reading: w.Reading, Outcome: w.Outcome, Confidence: -1}
	if w.Reading == "" {
		return s, nil
	}
	reading, err := r.ReadingEnvelope(w.Reading)
	if err != nil {
		return s, fmt.Errorf("reading %s of page %d of scan %s: %w", w.Reading, w.Key.Page, w.Key.Scan, err)
	}
	s.Confidence = reading.Measure.Confidence
	return s, nil
}

// Judge stores how the new recipe did on the sample, and goes on where the campaign was
// asked to and the sample allows it. One that is not sampling stays as it is.
func (c *Catalog) Judge(ctx context.Context, id string, samples []CampaignSample, result SampleResult) (Campaign, error) {
	return c.changeCampaign(ctx, id, func(tx Tx, campaign *Campaign) error {
		if campaign.State != CampaignSampling {
			return nil
		}
		if err := tx.PutCampaignSamples(id, samples); err != nil {
			return err
		}
		campaign.Sample, campaign.State = result.judged(), CampaignSampled
		if !campaign.Terms.Approve || campaign.allowed() != nil {
			return nil
		}
		return c.approve(tx, campaign, campaign.Person, false)
	})
}

// drawn keeps the lowest of all ranks, so that chance and not order decides.
func drawn(samples []CampaignSample, most int) []CampaignSample {
	slices.SortFunc(samples, func(a, b CampaignSample) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.Page, b.Page))
	})
	samples = slices.CompactFunc(samples, func(a, b CampaignSample) bool {
		return a.Scan == b.Scan && a.Page == b.Page && a.Collection == b.Collection
	})
	samples = samples[:min(len(samples), most)]
	for i := range samples {
		samples[i].Number = i + 1
	}
	return samples
}
