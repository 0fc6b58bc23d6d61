package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// printCampaign prints what a call has given. A campaign that was refused is an error: the
// output tells why.
func printCampaign(cmd *cobra.Command, c *fondsv1.Campaign, err error) error {
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		err = writeResource(cmd.OutOrStdout(), c)
	} else {
		err = writeCampaign(cmd.OutOrStdout(), c)
	}
	if err == nil && c.GetState() == fondsv1.CampaignState_CAMPAIGN_STATE_REFUSED {
		return &exitError{code: exitRefused, message: c.GetProblem()}
	}
	return err
}

func newReprocessShowCommand() *cobra.Command {
	pages, decision, comparison := false, "", ""
	cmd := campaignCommand("show", "Show a campaign, or what it decided page by page",
		`  fonds reprocess show last
  fonds reprocess show last --pages
  fonds reprocess show last --decision unsuccessful
  fonds reprocess show last --comparison worse --json | jq .why`,
		func(cmd *cobra.Command, c *client, name string) error {
			if !pages && decision == "" && comparison == "" {
				campaign, err := call(cmd.Context(), c.reprocess.GetCampaign, &fondsv1.GetCampaignRequest{Name: name})
				return printCampaign(cmd, campaign, err)
			}
			request := &fondsv1.ListCampaignPagesRequest{Parent: name}
			d, ok := fondsv1.CampaignDecision_value["CAMPAIGN_DECISION_"+strings.ToUpper(decision)]
			if decision != "" && !ok {
				return usagef("--decision %s: there are accepted, kept, protected, unsuccessful, skipped and given_up", shown(decision))
			}
			k, ok := fondsv1.CampaignComparison_value["CAMPAIGN_COMPARISON_"+strings.ToUpper(comparison)]
			if comparison != "" && !ok {
				return usagef("--comparison %s: there are better, worse and equal", shown(comparison))
			}
			request.Decision, request.Comparison = fondsv1.CampaignDecision(d), fondsv1.CampaignComparison(k)
			return showCampaignPages(cmd, c, request)
		})
	cmd.Flags().BoolVar(&pages, "pages", false, "list all pages")
	cmd.Flags().StringVar(&decision, "decision", "", "list the pages of which this was decided")
	cmd.Flags().StringVar(&comparison, "comparison", "", "list the pages that are better, worse or equal")
	return cmd
}

func showCampaignPages(cmd *cobra.Command, c *client, request *fondsv1.ListCampaignPagesRequest) error {
	t := table{header: []string{"PAGE", "COLLECTION", "STATE", "DECISION", "COMPARISON", "WHY"}}
	for {
		answer, err := call(cmd.Context(), c.reprocess.ListCampaignPages, request)
		if err != nil {
			return err
		}
		for _, p := range answer.GetPages() {
			if wantsJSON(cmd) {
				if err := writeLine(cmd.OutOrStdout(), p); err != nil {
					return err
				}
				continue
			}
			t.add(p.GetPage(), strings.TrimPrefix(p.GetCollection(), "collections/"),
				bareName(p.GetState().String(), "CAMPAIGN_PAGE_STATE_"), bareName(p.GetDecision().String(), "CAMPAIGN_DECISION_"),
				bareName(p.GetComparison().String(), "CAMPAIGN_COMPARISON_"), oneLine(p.GetWhy(), longestReason))
		}
		if request.PageToken = answer.GetNextPageToken(); request.GetPageToken() == "" {
			break
		}
	}
	if wantsJSON(cmd) {
		return nil
	}
	return t.write(cmd.OutOrStdout())
}

// bareName is a value of an enum without its prefix; "-" for none.
func bareName(name, prefix string) string {
	if name = strings.TrimPrefix(name, prefix); name == "UNSPECIFIED" {
		return "-"
	}
	return name
}

func writeCampaign(w io.Writer, c *fondsv1.Campaign) error {
	p, n := c.GetPlan(), c.GetCounts()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  state      %s\n  recipe     %s\n  rule       %s\n", c.GetName(), campaignStateName(c), c.GetRecipe(), ruleText(c.GetRule()))
	fmt.Fprintf(&b, "  pages      %d in %s; %d show verified text, %d text of people or imported: these keep it\n",
		p.GetPages(), plural(p.GetDocuments(), "document"), p.GetVerifiedPages(), p.GetProtectedPages())
	fmt.Fprintf(&b, "  left out   %d read by the recipe already, %d that cannot be opened, %d not read yet\n",
		p.GetAlreadyPages(), p.GetUnopenedPages(), p.GetUnreadPages())
	fmt.Fprintf(&b, "  estimated  %s\n", estimate(p))
	if c.GetProblem() != "" {
		fmt.Fprintf(&b, "  problem    %s\n", oneLine(c.GetProblem(), longestReason))
	}
	if s := c.GetSample(); s != nil {
		fmt.Fprintf(&b, "  sample     %s: %s\n", strings.TrimPrefix(s.GetVerdict().String(), "SAMPLE_VERDICT_"), s.GetWhy())
	} else {
		fmt.Fprintf(&b, "  sample     %s of verified text to score the recipe on\n", plural(p.GetSamplePages(), "page"))
	}
	if c.GetApproveTime() != nil {
		fmt.Fprintf(&b, "  decided    %d of %d: %d accepted, %d kept, %d protected, %d unsuccessful, %d skipped, %d given up\n",
			n.GetDecided(), n.GetPages(), n.GetAccepted(), n.GetKept(), n.GetProtected(), n.GetUnsuccessful(), n.GetSkipped(), n.GetGivenUp())
		fmt.Fprintf(&b, "  compared   %d better, %d worse, %d equal\n", n.GetBetter(), n.GetWorse(), n.GetEqual())
	}
	fmt.Fprintf(&b, "  created    %s by %s\n", moment(c.GetCreateTime()), orDash(c.GetPerson()))
	if next := nextStep(c); next != "" {
		fmt.Fprintf(&b, "  next       %s\n", next)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func ruleText(r *fondsv1.CampaignRule) string {
	switch {
	case !r.GetOnlyBetter():
		return "replace wherever the recipe reads the page"
	case r.GetBy() == 0:
		return "replace only what is better"
	}
	return fmt.Sprintf("replace only what is better by %.3f", r.GetBy())
}

func estimate(p *fondsv1.CampaignPlan) string {
	switch {
	case p.GetCpu() == nil:
		return "not known: nothing that is shown says what it has cost"
	case p.GetWall() == nil:
		return fmt.Sprintf("%s of CPU; no worker is live", shortDuration(p.GetCpu().AsDuration()))
	}
	return fmt.Sprintf("%s of CPU, %s with %d engine children when nothing else is to do", shortDuration(p.GetCpu().AsDuration()),
		shortDuration(p.GetWall().AsDuration()), p.GetChildren())
}

// nextStep names the command that a campaign waits for.
func nextStep(c *fondsv1.Campaign) string {
	switch c.GetState() {
	case fondsv1.CampaignState_CAMPAIGN_STATE_PLANNED:
		return "fonds reprocess start " + c.GetName()
	case fondsv1.CampaignState_CAMPAIGN_STATE_SAMPLED:
		return "fonds reprocess approve " + c.GetName()
	case fondsv1.CampaignState_CAMPAIGN_STATE_DONE:
		return "fonds reprocess report " + c.GetName()
	}
	return ""
}

func newReprocessSampleCommand() *cobra.Command {
	return campaignCommand("sample", "Show how both recipes did on verified pages, by collection and language",
		"  fonds reprocess sample last\n  fonds reprocess sample last --json   one line for each page with its scores",
		func(cmd *cobra.Command, c *client, name string) error {
			if wantsJSON(cmd) {
				answer, err := call(cmd.Context(), c.reprocess.ListCampaignSamples, &fondsv1.ListCampaignSamplesRequest{Parent: name})
				for _, s := range answer.GetSamples() {
					if err == nil {
						err = writeLine(cmd.OutOrStdout(), s)
					}
				}
				return err
			}
			campaign, err := call(cmd.Context(), c.reprocess.GetCampaign, &fondsv1.GetCampaignRequest{Name: name})
			if err != nil {
				return err
			}
			return writeSample(cmd.OutOrStdout(), campaign)
		})
}

func writeSample(w io.Writer, c *fondsv1.Campaign) error {
	s := c.GetSample()
	if s == nil {
		_, err := fmt.Fprintf(w, "%s: no sample was scored yet\n", c.GetName())
		return err
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n\n", strings.TrimPrefix(s.GetVerdict().String(), "SAMPLE_VERDICT_"), s.GetWhy()); err != nil {
		return err
	}
	t := table{header: []string{"PART", "PAGES", "CHARACTERS", "CER BEFORE", "CER NOW", "DIFFERENCE", "WER BEFORE", "WER NOW"}}
	for _, g := range s.GetGroups() {
		part := "all"
		switch {
		case g.GetCollection() != "":
			part = g.GetCollection()
		case g.GetLanguage() != "":
			part = "language " + g.GetLanguage()
		}
		t.add(part, fmt.Sprint(g.GetPages()), fmt.Sprint(g.GetCharacters()), shareText(g.GetOldCer()), shareText(g.GetNewCer()),
			shareText(g.GetDifference()), shareText(g.GetOldWer()), shareText(g.GetNewWer()))
	}
	return t.write(w)
}

func shareText(r *fondsv1.Rate) string {
	return fmt.Sprintf("%.2f %% (%.2f to %.2f)", 100*r.GetMean(), 100*r.GetLow(), 100*r.GetHigh())
}

func newReprocessReportCommand() *cobra.Command {
	return campaignCommand("report", "Say what a campaign has changed: pages, documents and fields",
		"  fonds reprocess report last\n  fonds reprocess report last --json",
		func(cmd *cobra.Command, c *client, name string) error {
			return reportCampaign(cmd.Context(), cmd, c, name)
		})
}

func reportCampaign(ctx context.Context, cmd *cobra.Command, c *client, name string) error {
	r, err := call(ctx, c.reprocess.ReportCampaign, &fondsv1.ReportCampaignRequest{Name: name})
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return writeResource(cmd.OutOrStdout(), r)
	}
	if err := writeCampaign(cmd.OutOrStdout(), r.GetCampaign()); err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	fmt.Fprintf(w, "  documents  %d got a revision, %d were given back what they had shown\n", r.GetDocuments(), r.GetDocumentsRestored())
	fmt.Fprintf(w, "  fields     %d gained, %d lost, %d changed\n", r.GetFieldsGained(), r.GetFieldsLost(), r.GetFieldsChanged())
	if n := r.GetDocumentsUnread(); n > 0 {
		fmt.Fprintf(w, "             without those of %s whose fields are still being looked for\n", plural(n, "document"))
	}
	return nil
}
