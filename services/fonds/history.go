package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newHistoryCommand() *cobra.Command {
	var parent string
	list := listing[*fondsv1.RevisionSummary]{
		header: []string{"REVISION", "MADE", "BY", "ASSURANCE", "WHAT CHANGED"},
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.RevisionSummary, string, error) {
			answer, err := c.reviews.ListRevisions(ctx, &fondsv1.ListRevisionsRequest{Parent: parent, PageSize: min(size, mostReviewsAtOnce), PageToken: token}, zipped())
			return answer.GetRevisions(), answer.GetNextPageToken(), err
		},
		row: func(r *fondsv1.RevisionSummary) []string {
			return []string{
				strconv.Itoa(int(r.GetRevision())), moment(r.GetCreateTime()), orDash(oneLine(r.GetPersonName(), 40)),
				assuranceName(r.GetAssurance()), oneLine(strings.Join(r.GetChanges(), "; "), longestReason),
			}
		},
	}
	cmd := &cobra.Command{
		Use:   "history NAME",
		Short: "Show who has changed a document, when, and what",
		Long: `Show who has changed a document, when, and what, newest first. A revision never changes:
` + "`fonds text --as-of`" + ` and ` + "`fonds get --revision`" + ` show what it was, and ` + "`fonds diff`" + ` how two
differ. "system" is the machines, "local" who has called without a token.

NAME is documents/ID or ID.`,
		Example: `  fonds history documents/0199…
  fonds history 0199… --limit 0 --json | jq -r 'select(.personName != "system")'`,
		Args: needs(cobra.ExactArgs(1), "one document NAME"),
	}
	limit := list.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if parent, err = documentName(args[0]); err != nil {
			return err
		}
		return list.print(cmd, *limit)
	}
	return cmd
}
