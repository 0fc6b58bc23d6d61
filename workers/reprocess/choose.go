package reprocess

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// scansAtOnce bounds the scans of one look and one commit: most have one page, a few have
// some hundreds.
const scansAtOnce = 200

// choose adds the pages of the next scans to a campaign.
func (c Config) choose(ctx context.Context, campaign catalog.Campaign) (more bool, err error) {
	selection := campaign.Terms.Selection
	found, last, err := c.Catalog.CampaignCandidates(ctx, selection, catalog.Digest(campaign.Cursor), scansAtOnce)
	if err != nil {
		return false, err
	}
	selected := catalog.Selected{Cursor: string(last), Done: string(last) == campaign.Cursor}
	targets, err := c.targets(ctx, campaign, found)
	switch problem, refused := errors.AsType[*catalog.Error](err); {
	case refused:
		selected = catalog.Selected{Problem: problem.Message}
	case err != nil:
		return false, err
	}
	for _, r := range targets {
		selected.Recipes = append(selected.Recipes, r)
	}
	for _, candidate := range found {
		if selected.Problem != "" {
			break
		}
		engine, cost, err := made(candidate.Reading)
		if err != nil {
			return false, err
		}
		target := targets[language(campaign, candidate)]
		selected.Consider(selection, candidate, target.Digest, engine, cost)
	}
	now, err := c.Catalog.AddSelected(ctx, campaign.ID, campaign.Cursor, selected)
	if err == nil && now.State == catalog.CampaignRefused {
		c.Log.Warn("campaign refused", "campaign", now.ID, "problem", now.Problem)
	}
	return err == nil && now.State == catalog.CampaignSelecting, err
}

// language in which a campaign reads a page.
func language(campaign catalog.Campaign, candidate catalog.Candidate) string {
	if campaign.Terms.Language != "" {
		return campaign.Terms.Language
	}
	return candidate.Recipe.Languages()
}

// targets gives what the campaign reads each language with. An error of the catalog's says
// why there is no such recipe.
func (c Config) targets(ctx context.Context, campaign catalog.Campaign, found []catalog.Candidate) (map[string]catalog.Recipe, error) {
	targets := map[string]catalog.Recipe{}
	if len(found) == 0 {
		return targets, nil
	}
	workers, err := c.Live(ctx)
	if err != nil {
		return nil, fmt.Errorf("list live workers: %w", err)
	}
	for _, candidate := range found {
		spoken := language(campaign, candidate)
		if _, known := targets[spoken]; known {
			continue
		}
		if targets[spoken], err = c.Resolve(campaign.Terms.Recipe, spoken, workers); err != nil {
			return nil, err
		}
	}
	return targets, nil
}

// made tells by which version of the engine a reading was made, and at what cost.
func made(r catalog.Reading) (engine string, cost time.Duration, err error) {
	if r.ID == "" || r.Origin != catalog.Machine {
		return "", 0, nil
	}
	var by fondsv1.Engine
	if err := proto.Unmarshal(r.Engine, &by); err != nil {
		return "", 0, fmt.Errorf("engine of reading %s: %w", r.ID, err)
	}
	cost, err = costOf(r)
	return by.GetTesseract(), cost, err
}

func costOf(r catalog.Reading) (time.Duration, error) {
	var envelope fondsv1.Envelope
	if err := proto.Unmarshal(r.Envelope, &envelope); err != nil {
		return 0, fmt.Errorf("envelope of reading %s: %w", r.ID, err)
	}
	return envelope.GetCost().GetCpu().AsDuration(), nil
}
