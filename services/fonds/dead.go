package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newDeadCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dead",
		Short: "List or retry messages that were given up",
		Long: `Dead letters are messages that were given up: jobs whose attempts are exhausted,
and texts that could not be stored. The pages have their outcome all the same.`,
		Example: "  fonds dead list\n  fonds dead retry deadLetters/17",
		Args:    verbs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDeadListCommand(), newDeadRetryCommand())
	return cmd
}

func newDeadListCommand() *cobra.Command {
	list := listing[*fondsv1.DeadLetter]{
		header: []string{"NAME", "KIND", "GIVEN UP", "SCAN", "PAGE", "REASON"},
		none:   "no dead letters",
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.DeadLetter, string, error) {
			answer, err := c.ingest.ListDeadLetters(ctx, &fondsv1.ListDeadLettersRequest{PageSize: size, PageToken: token})
			return answer.GetDeadLetters(), answer.GetNextPageToken(), err
		},
		row: func(l *fondsv1.DeadLetter) []string {
			return []string{
				l.GetName(), l.GetKind(), moment(l.GetCreateTime()), scanShort(l.GetWork().GetScan()),
				pageOf(l.GetWork()), oneLine(l.GetReason(), longestReason),
			}
		},
	}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List dead letters, oldest first",
		Example: "  fonds dead list\n  fonds dead list --json | jq -r .reason | sort | uniq -c",
		Args:    needs(cobra.NoArgs, "no arguments"),
	}
	limit := list.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return list.print(cmd, *limit) }
	return cmd
}

func scanShort(digest string) string {
	if len(digest) < 12 {
		return "-"
	}
	return digest[:12] + "…"
}

func pageOf(work *fondsv1.WorkKey) string {
	switch {
	case work == nil:
		return "-"
	case work.GetPage() == 0:
		return "probe"
	}
	return strconv.Itoa(int(work.GetPage()))
}

func newDeadRetryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "retry [NAME...]",
		Short:   "Send dead letters once more: those named, or all",
		Long:    "Send dead letters once more: those named, or all.\n\nNAME is deadLetters/N or N, as `fonds dead list` prints it.",
		Example: "  fonds dead retry\n  fonds dead retry deadLetters/17 18",
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := letterNames(args)
			if err != nil {
				return err
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
			defer cancel()
			answer, err := c.ingest.RetryDeadLetters(ctx, &fondsv1.RetryDeadLettersRequest{Names: names})
			if err != nil {
				return err
			}
			return tellRetried(cmd, answer)
		},
	}
	addServerFlag(cmd)
	return cmd
}

// tellRetried prints what became of dead letters; one that could not be sent makes
// the exit code 1.
func tellRetried(cmd *cobra.Command, answer *fondsv1.RetryDeadLettersResponse) error {
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		if err := writeResource(w, answer); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(w, "%s sent once more\n", plural(answer.GetRetried(), "dead letter"))
		if answer.GetFailed() > 0 {
			fmt.Fprintf(w, "%d could not be sent and stay on the list: %s\n", answer.GetFailed(), oneLine(answer.GetReason(), longestReason))
		}
		if answer.GetRemaining() > 0 {
			fmt.Fprintf(w, "%d were not come to in the time of one call: run it again\n", answer.GetRemaining())
		}
	}
	if answer.GetFailed() > 0 {
		return errFailedData
	}
	return nil
}

func letterNames(args []string) ([]string, error) {
	names := make([]string, len(args))
	for i, arg := range args {
		number := strings.TrimPrefix(arg, "deadLetters/")
		if _, err := strconv.ParseUint(number, 10, 63); err != nil {
			return nil, usagef("%s is no dead letter: write deadLetters/N or N; `fonds dead list` has them", shown(arg))
		}
		names[i] = "deadLetters/" + number
	}
	return names, nil
}
