package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newReprocessWatchCommand() *cobra.Command {
	return campaignCommand("watch", "Follow a campaign until it ends or waits for somebody, with rate and time left",
		"  fonds reprocess watch last\n  fonds reprocess watch last --json   the campaign at its end",
		func(cmd *cobra.Command, c *client, name string) error { return followCampaign(cmd, c, name, true) })
}

// followCampaign shows how a campaign goes on until it ends or, where asked, waits for
// somebody, and prints it then. Refused, it is an error; a server that goes away is waited
// for.
func followCampaign(cmd *cobra.Command, c *client, name string, untilWaiting bool) error {
	d := newDisplay(cmd.ErrOrStderr(), wantsJSON(cmd))
	p := patience{lost: func(error) { d.note("the server is away: waiting for it") }}
	for {
		last, err := watchCampaign(cmd.Context(), c, &fondsv1.WatchCampaignRequest{Name: name, UntilWaiting: untilWaiting}, func(now *fondsv1.Campaign) {
			p.reset()
			d.campaign(time.Now(), now)
		})
		d.clear()
		if err == nil {
			return printCampaign(cmd, last, nil)
		}
		if err := p.wait(cmd.Context(), err); err != nil {
			return err
		}
	}
}

func watchCampaign(ctx context.Context, c *client, request *fondsv1.WatchCampaignRequest, tell func(*fondsv1.Campaign)) (*fondsv1.Campaign, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.reprocess.WatchCampaign(ctx, request)
	if err != nil {
		return nil, err
	}
	var last *fondsv1.Campaign
	for {
		now, err := stream.Recv()
		if errors.Is(err, io.EOF) && last != nil {
			return last, nil
		}
		if err != nil {
			return nil, err
		}
		last = now
		tell(now)
	}
}

// campaign brings the progress of a campaign up to date, if it is time to.
func (d *display) campaign(now time.Time, c *fondsv1.Campaign) {
	n := c.GetCounts()
	rate := 0.0
	if c.GetState() == fondsv1.CampaignState_CAMPAIGN_STATE_RUNNING {
		rate = d.meter.rate(now, n.GetRead()+n.GetDecided())
	}
	every := lineEvery
	if d.width != nil {
		every = redrawEvery
	}
	if now.Sub(d.last) < every {
		return
	}
	d.last = now
	line := campaignLine(c, rate)
	switch {
	case d.width != nil:
		fmt.Fprint(d.w, "\r\x1b[K", cutTo(line, d.width()-1))
		d.drawn = true
	case !d.quiet && line != d.said:
		fmt.Fprintln(d.w, line)
		d.said = line
	}
}

func cutTo(line string, width int) string {
	runes := []rune(line)
	return string(runes[:min(len(runes), max(width, 0))])
}

// campaignLine is the progress of a campaign in one line.
func campaignLine(c *fondsv1.Campaign, rate float64) string {
	n := c.GetCounts()
	switch c.GetState() {
	case fondsv1.CampaignState_CAMPAIGN_STATE_SELECTING:
		return fmt.Sprintf("selecting: %s so far", plural(c.GetPlan().GetPages(), "page"))
	case fondsv1.CampaignState_CAMPAIGN_STATE_SAMPLING:
		return fmt.Sprintf("reading %s of verified text", plural(c.GetPlan().GetSamplePages(), "page"))
	}
	parts := []string{
		fmt.Sprintf("%d/%d read", n.GetRead()+n.GetDecided(), n.GetPages()), fmt.Sprintf("%d accepted", n.GetAccepted()),
		fmt.Sprintf("%d kept", n.GetKept()+n.GetProtected()), fmt.Sprintf("%d unsuccessful", n.GetUnsuccessful()),
	}
	if c.GetPaused() {
		parts = append(parts, "paused")
	}
	if rate > 0 {
		parts = append(parts, fmt.Sprintf("%.1f pages/s", rate))
		if left := float64(n.GetWaiting()+n.GetWanted()) / rate; left >= 1 {
			parts = append(parts, shortDuration(time.Duration(left)*time.Second)+" left")
		}
	}
	return strings.Join(parts, ", ")
}
