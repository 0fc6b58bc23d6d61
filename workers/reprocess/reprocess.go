// Package reprocess runs campaigns: it looks for the pages that one selects, has its sample
// scored against texts that people stand behind, and advances it page by page until every
// page was decided. Where it stands is in the database alone, so it may be killed at any
// time and goes on from there.
//
// It never recognises anything, decides nothing itself (the catalog does), and never puts a
// machine's text in the place of a person's.
package reprocess

import (
	"context"
	"errors"
	"log/slog"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Config is what the role needs.
type Config struct {
	Catalog *catalog.Catalog
	// Live gives the live workers.
	Live func(ctx context.Context) ([]*fondsv1.Worker, error)
	// Resolve makes of a recipe's name and languages such as "eng+rus" what readings are
	// made with, by models that one of the workers has.
	Resolve func(name, language string, workers []*fondsv1.Worker) (catalog.Recipe, error)
	// Fields, unless nil, tells what rules say of a document, so that its revision of a
	// campaign has its fields; without it the role extract adds them.
	Fields catalog.FieldReader
	Log    *slog.Logger
}

const (
	// tick bounds how late a change of another process is seen, and how long what failed
	// rests.
	tick = 500 * time.Millisecond
	// pause bounds the looks at a campaign to ten a second, however many commits there
	// are: a page takes about a second to read.
	pause = 100 * time.Millisecond
)

// Run runs campaigns until ctx ends.
func Run(ctx context.Context, c Config) {
	for ctx.Err() == nil {
		changed := c.Catalog.Changed() // before looking: no commit falls between
		rested := time.After(pause)
		more, err := c.Step(ctx)
		if err != nil && ctx.Err() == nil {
			c.Log.Error("campaigns: trying again", "error", err)
			changed = nil
		}
		if more && err == nil {
			continue
		}
		wait(ctx, changed)
		select {
		case <-rested:
		case <-ctx.Done():
		}
	}
}

func wait(ctx context.Context, changed <-chan struct{}) {
	timer := time.NewTimer(tick)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer.C:
	}
}

// Step does the next thing for each campaign that has one to do, and tells whether there is
// more to be done at once. One that fails keeps no other waiting.
func (c Config) Step(ctx context.Context) (more bool, err error) {
	campaigns, err := c.Catalog.ActiveCampaigns(ctx)
	if err != nil {
		return false, err
	}
	for _, campaign := range campaigns {
		again, stepErr := c.step(ctx, campaign)
		more = more || again
		err = errors.Join(err, stepErr)
	}
	return more, err
}

func (c Config) step(ctx context.Context, campaign catalog.Campaign) (more bool, err error) {
	switch campaign.State {
	case catalog.CampaignSelecting:
		return c.choose(ctx, campaign)
	case catalog.CampaignSampling:
		return c.sample(ctx, campaign)
	case catalog.CampaignRunning, catalog.CampaignSettling:
		now, more, err := c.Catalog.AdvanceCampaign(ctx, campaign.ID, c.Fields)
		if err == nil && now.State != campaign.State {
			c.Log.Info("campaign", "campaign", campaign.ID, "recipe", campaign.Terms.Recipe, "pages", now.Plan.Pages, "ended", now.State.Terminal())
		}
		return more, err
	default:
		return false, nil
	}
}
