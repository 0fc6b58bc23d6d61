package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// campaignOptions describe a new campaign.
type campaignOptions struct {
	recipe, language                          string
	collections, recipes, outcomes, languages []string
	after, before, engine                     string
	confidence, by                            float64
	failed, onlyBetter                        bool
	sample, inFlight                          int
	start, approve, noWait                    bool
}

func (o *campaignOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.recipe, "recipe", "", "name of the recipe to read with; `fonds recipe list` has them")
	f.StringVar(&o.language, "lang", "", "languages to read in, such as eng+rus (default those in which each page was read)")
	f.StringSliceVar(&o.collections, "collection", nil, "only pages of this collection; may be given again")
	f.StringVar(&o.after, "read-after", "", "only pages read on this day or at this time or later, such as 2026-01-31")
	f.StringVar(&o.before, "read-before", "", "only pages read before this day or time")
	f.StringSliceVar(&o.recipes, "shown-by", nil, "only pages shown by the recipe with this digest, or beginning of one")
	f.StringVar(&o.engine, "engine", "", "only pages read by this version of Tesseract, or beginning of one")
	f.StringSliceVar(&o.outcomes, "outcome", nil, "only pages with this outcome, such as TEXT or TIMEOUT")
	f.Float64Var(&o.confidence, "confidence-below", 0, "only pages whose words have a mean confidence below this, 0 to 1")
	f.StringSliceVar(&o.languages, "language", nil, "only pages read in this language, such as rus")
	f.BoolVar(&o.failed, "failed", false, "only pages that ended in neither TEXT nor BLANK")
	f.BoolVar(&o.onlyBetter, "only-better", false, "keep a text of whose words the new recipe is not surer")
	f.Float64Var(&o.by, "by", 0, "with --only-better: by how much surer it has to be, 0 to 1")
	countVar(f, &o.sample, "sample", 100, "score the recipe on at most so many verified pages, 500 at most")
	countVar(f, &o.inFlight, "in-flight", 32, "have so many pages recognised at a time, 512 at most")
	f.BoolVar(&o.noWait, "no-wait", false, "do not wait until the pages are selected, or the sample is scored")
}

func (o *campaignOptions) request() (*fondsv1.CreateCampaignRequest, error) {
	if o.recipe == "" {
		return nil, usagef("--recipe is needed: the name of the recipe to read with; `fonds recipe list` has them")
	}
	if o.by != 0 && !o.onlyBetter {
		return nil, usagef("--by says how much better it has to be: it goes with --only-better")
	}
	s := &fondsv1.CampaignSelection{
		Recipes: o.recipes, Engine: o.engine, ConfidenceBelow: float32(o.confidence), Languages: o.languages, Failed: o.failed,
	}
	for _, id := range o.collections {
		s.Collections = append(s.Collections, "collections/"+strings.TrimPrefix(id, "collections/"))
	}
	for _, written := range o.outcomes {
		value, ok := fondsv1.Outcome_value["OUTCOME_"+strings.ToUpper(written)]
		if !ok || value == 0 {
			return nil, usagef("--outcome %s: there are TEXT, BLANK, UNREADABLE, CORRUPT, TOO_LARGE, TIMEOUT, FAILED and REFUSED", shown(written))
		}
		s.Outcomes = append(s.Outcomes, fondsv1.Outcome(value))
	}
	var err error
	if s.ReadAfter, err = dayFlag("--read-after", o.after); err != nil {
		return nil, err
	}
	if s.ReadBefore, err = dayFlag("--read-before", o.before); err != nil {
		return nil, err
	}
	return &fondsv1.CreateCampaignRequest{
		Recipe: o.recipe, Language: o.language, Selection: s,
		Rule:        &fondsv1.CampaignRule{OnlyBetter: o.onlyBetter, By: float32(o.by)},
		SamplePages: uint32(o.sample), InFlight: uint32(o.inFlight), Start: o.start, Approve: o.approve,
	}, nil
}

// dayFlag reads a day, which begins at midnight here, or a time with its zone.
func dayFlag(flag, written string) (*timestamppb.Timestamp, error) {
	if written == "" {
		return nil, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, written, time.Local)
	if err != nil {
		t, err = time.Parse(time.RFC3339, written)
	}
	if err != nil {
		return nil, usagef("%s %s: write a day such as 2026-01-31, or a time such as 2026-01-31T18:00:00Z", flag, shown(written))
	}
	return timestamppb.New(t), nil
}

// create makes a campaign and waits until it waits for somebody, or ends.
func (o *campaignOptions) create(cmd *cobra.Command) error {
	request, err := o.request()
	if err != nil {
		return err
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	campaign, err := call(cmd.Context(), c.reprocess.CreateCampaign, request)
	if err != nil || o.noWait {
		return printCampaign(cmd, campaign, err)
	}
	if !wantsJSON(cmd) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: looking for pages\n", campaign.GetName())
	}
	return followCampaign(cmd, c, campaign.GetName(), true)
}
