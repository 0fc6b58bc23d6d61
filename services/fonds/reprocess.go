package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const campaignNameHelp = `NAME is campaigns/ID or ID as other commands print it, or "last" for the newest campaign.`

func newReprocessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reprocess",
		Short: "Read collections again with another recipe, proven on verified pages first",
		Long: `Read collections again with another recipe. A campaign goes through these steps, each
of which waits for a word from you unless told otherwise:

  plan      selects the pages and says how many, how long, at what cost: a dry run
  start     has a sample of verified pages recognised and scores both recipes on them
  approve   recognises the rest and shows what is better; refused where the sample says
            that the recipe is worse

What people have corrected or signed, and imported texts, are never replaced: the new
reading stands beside them. Every reading stays, and ` + "`rollback`" + ` has each document
show what it showed before. New scans go first all the while.

` + campaignNameHelp,
		Example: `  fonds reprocess plan --recipe adaptive --collection telegrams
  fonds reprocess start last
  fonds reprocess approve last && fonds reprocess watch last
  fonds reprocess report last
  fonds reprocess rollback last --reason "worse on carbon copies"`,
		Args: verbs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newReprocessPlanCommand(), newReprocessStartCommand(), newReprocessSampleCommand(), newReprocessApproveCommand(),
		newReprocessPauseCommand(true), newReprocessPauseCommand(false), newReprocessCancelCommand(), newReprocessRollbackCommand(),
		newReprocessListCommand(), newReprocessShowCommand(), newReprocessWatchCommand(), newReprocessReportCommand(),
	)
	return cmd
}

// campaignCommand makes a command that does something with one campaign.
func campaignCommand(use, short, example string, do func(*cobra.Command, *client, string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     use + " NAME",
		Short:   short,
		Long:    short + ".\n\n" + campaignNameHelp,
		Example: example,
		Args:    needs(cobra.ExactArgs(1), "one campaign NAME"),
		RunE:    func(cmd *cobra.Command, args []string) error { return onCampaign(cmd, args[0], do) },
	}
	addServerFlag(cmd)
	return cmd
}

func onCampaign(cmd *cobra.Command, written string, do func(*cobra.Command, *client, string) error) error {
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	name, err := c.campaignName(cmd.Context(), written)
	if err != nil {
		return err
	}
	return do(cmd, c, name)
}

// campaignName gives the resource name for what a person wrote.
func (c *client) campaignName(ctx context.Context, written string) (string, error) {
	if written == "last" {
		answer, err := call(ctx, c.reprocess.ListCampaigns, &fondsv1.ListCampaignsRequest{PageSize: 1})
		if err != nil {
			return "", err
		}
		if len(answer.GetCampaigns()) == 0 {
			return "", notFoundf("there is no campaign yet: make one with `fonds reprocess plan --recipe NAME`")
		}
		return answer.GetCampaigns()[0].GetName(), nil
	}
	id := strings.ToLower(strings.TrimPrefix(written, "campaigns/"))
	if !uuidPattern.MatchString(id) {
		return "", usagef("%s is no campaign name: write campaigns/ID, ID or last; `fonds reprocess list` has them", shown(written))
	}
	return "campaigns/" + id, nil
}

func newReprocessPlanCommand() *cobra.Command {
	var o campaignOptions
	cmd := &cobra.Command{
		Use:   "plan --recipe NAME",
		Short: "Select pages for a recipe and say what it would take: a dry run",
		Long: `Select pages for a recipe and say how many there are, how many show text that people
stand behind, and what CPU time and how long it would take: as much as what is shown
now has cost. Nothing is recognised. The campaign that is made can be started, and
selects nothing further.`,
		Example: `  fonds reprocess plan --recipe adaptive
  fonds reprocess plan --recipe adaptive --collection telegrams --confidence-below 0.8
  fonds reprocess plan --recipe adaptive --failed --only-better
  fonds reprocess plan --recipe adaptive --engine 4. --read-before 2025-01-01`,
		Args: needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.create(cmd) },
	}
	o.flags(cmd)
	addServerFlag(cmd)
	return cmd
}

func newReprocessStartCommand() *cobra.Command {
	o := campaignOptions{start: true}
	cmd := &cobra.Command{
		Use:   "start {NAME | --recipe NAME}",
		Short: "Recognise and score the sample of a planned campaign, or of a new one",
		Long: `Recognise the sample of a campaign that was planned, or of a new one that is described
as for ` + "`plan`" + `, and score both recipes against the text that people stand behind.
With --approve a new one goes on by itself where the sample allows it.

` + campaignNameHelp,
		Example: `  fonds reprocess start last
  fonds reprocess start --recipe adaptive --collection telegrams
  fonds reprocess start --recipe adaptive --only-better --by 0.05 --approve`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 && o.recipe != "":
				return o.create(cmd)
			case len(args) != 1 || o.recipe != "":
				return usagef("%s needs one campaign NAME, or --recipe and what else describes a new one", cmd.CommandPath())
			}
			return onCampaign(cmd, args[0], func(cmd *cobra.Command, c *client, name string) error {
				campaign, err := call(cmd.Context(), c.reprocess.StartCampaign, &fondsv1.StartCampaignRequest{Name: name})
				if err != nil || o.noWait {
					return printCampaign(cmd, campaign, err)
				}
				return followCampaign(cmd, c, name, true)
			})
		},
	}
	o.flags(cmd)
	cmd.Flags().BoolVar(&o.approve, "approve", false, "go on to the rollout where the sample allows it")
	addServerFlag(cmd)
	return cmd
}

func newReprocessApproveCommand() *cobra.Command {
	force, wait := false, false
	cmd := campaignCommand("approve", "Start the rollout of a campaign whose sample was scored",
		"  fonds reprocess approve last --wait\n  fonds reprocess approve last --force   although the sample speaks against it; the log says so",
		func(cmd *cobra.Command, c *client, name string) error {
			campaign, err := call(cmd.Context(), c.reprocess.ApproveCampaign, &fondsv1.ApproveCampaignRequest{Name: name, Force: force})
			if err != nil || !wait {
				return printCampaign(cmd, campaign, err)
			}
			return followCampaign(cmd, c, name, false)
		})
	cmd.Flags().BoolVar(&force, "force", false, "go on although the sample speaks against it, or says too little")
	cmd.Flags().BoolVarP(&wait, "wait", "w", false, "wait until every page is decided")
	return cmd
}

func newReprocessPauseCommand(pause bool) *cobra.Command {
	use, short := "resume", "Go on with a paused campaign"
	if pause {
		use, short = "pause", "Ask for no more pages of a campaign; what is under way ends"
	}
	return campaignCommand(use, short, "  fonds reprocess "+use+" last", func(cmd *cobra.Command, c *client, name string) error {
		if pause {
			campaign, err := call(cmd.Context(), c.reprocess.PauseCampaign, &fondsv1.PauseCampaignRequest{Name: name})
			return printCampaign(cmd, campaign, err)
		}
		campaign, err := call(cmd.Context(), c.reprocess.ResumeCampaign, &fondsv1.ResumeCampaignRequest{Name: name})
		return printCampaign(cmd, campaign, err)
	})
}

func newReprocessCancelCommand() *cobra.Command {
	reason := ""
	cmd := campaignCommand("cancel", "Give up what a campaign has not decided; what it accepted stays",
		"  fonds reprocess cancel last --reason \"the machine is needed\"",
		func(cmd *cobra.Command, c *client, name string) error {
			campaign, err := call(cmd.Context(), c.reprocess.CancelCampaign, &fondsv1.CancelCampaignRequest{Name: name, Reason: reason})
			if err != nil {
				return err
			}
			return followCampaign(cmd, c, campaign.GetName(), false)
		})
	cmd.Flags().StringVar(&reason, "reason", "", "why; it stands in the log of acts for ever")
	return cmd
}

func newReprocessRollbackCommand() *cobra.Command {
	reason := ""
	cmd := campaignCommand("rollback", "Have each document show what it would show without a campaign",
		"  fonds reprocess rollback last --reason \"worse on carbon copies\"",
		func(cmd *cobra.Command, c *client, name string) error {
			campaign, err := call(cmd.Context(), c.reprocess.RollbackCampaign, &fondsv1.RollbackCampaignRequest{Name: name, Reason: reason})
			if err != nil {
				return err
			}
			return followCampaign(cmd, c, campaign.GetName(), false)
		})
	cmd.Flags().StringVar(&reason, "reason", "", "why; it stands in the log of acts for ever")
	return cmd
}

func newReprocessListCommand() *cobra.Command {
	list := listing[*fondsv1.Campaign]{
		header: []string{"NAME", "STATE", "RECIPE", "DECIDED", "ACCEPTED", "CREATED"},
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.Campaign, string, error) {
			answer, err := c.reprocess.ListCampaigns(ctx, &fondsv1.ListCampaignsRequest{PageSize: size, PageToken: token})
			return answer.GetCampaigns(), answer.GetNextPageToken(), err
		},
		row: func(c *fondsv1.Campaign) []string {
			n := c.GetCounts()
			return []string{
				c.GetName(), campaignStateName(c), c.GetRecipe(), fmt.Sprintf("%d/%d", n.GetDecided(), n.GetPages()),
				fmt.Sprint(n.GetAccepted()), moment(c.GetCreateTime()),
			}
		},
		none: "there is no campaign yet",
	}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List campaigns, newest first",
		Example: "  fonds reprocess list\n  fonds reprocess list --limit 5 --json",
		Args:    needs(cobra.NoArgs, "no arguments"),
	}
	limit := list.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return list.print(cmd, *limit) }
	return cmd
}

func campaignStateName(c *fondsv1.Campaign) string {
	name := strings.TrimPrefix(c.GetState().String(), "CAMPAIGN_STATE_")
	if c.GetPaused() {
		name += ", PAUSED"
	}
	return name
}
