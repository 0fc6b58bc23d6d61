package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const batchNameHelp = `NAME is batches/ID or ID as other commands print it, or "last" for the newest batch.`

func newBatchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "batch",
		Short: "List, show, watch, cancel or retry batches",
		Long:  "A batch is one ingest run.\n\n" + batchNameHelp,
		Example: `  fonds batch list
  fonds batch watch last
  fonds batch retry last --wait`,
		Args: verbs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBatchListCommand(), newBatchShowCommand(), newBatchWatchCommand(), newBatchCancelCommand(), newBatchRetryCommand())
	return cmd
}

func newBatchListCommand() *cobra.Command {
	list := listing[*fondsv1.Batch]{
		header: []string{"NAME", "STATE", "FILES", "PAGES", "FAILED", "CREATED", "COLLECTION"},
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.Batch, string, error) {
			answer, err := c.ingest.ListBatches(ctx, &fondsv1.ListBatchesRequest{PageSize: size, PageToken: token})
			return answer.GetBatches(), answer.GetNextPageToken(), err
		},
		row: func(b *fondsv1.Batch) []string {
			return []string{
				b.GetName(), stateName(b.GetState()), fmt.Sprintf("%d/%d", b.GetFilesEnded(), b.GetFiles()),
				fmt.Sprintf("%d/%d", ended(b.GetCounts()), b.GetCounts().GetPages()), fmt.Sprint(bad(b.GetCounts())),
				moment(b.GetCreateTime()), strings.TrimPrefix(b.GetCollection(), "collections/"),
			}
		},
	}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List batches, newest first",
		Example: "  fonds batch list\n  fonds batch list --limit 5 --json",
		Args:    needs(cobra.NoArgs, "no arguments"),
	}
	limit := list.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return list.print(cmd, *limit) }
	return cmd
}

// batchCommand makes a command that does something with one batch.
func batchCommand(use, short, example string, do func(*cobra.Command, *client, string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     use + " NAME",
		Short:   short,
		Long:    short + ".\n\n" + batchNameHelp,
		Example: example,
		Args:    needs(cobra.ExactArgs(1), "one batch NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			name, err := c.batchName(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return do(cmd, c, name)
		},
	}
	addServerFlag(cmd)
	return cmd
}

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// batchName gives the resource name for what a person wrote.
func (c *client) batchName(ctx context.Context, written string) (string, error) {
	if written == "last" {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		answer, err := c.ingest.ListBatches(ctx, &fondsv1.ListBatchesRequest{PageSize: 1})
		if err != nil {
			return "", err
		}
		if len(answer.GetBatches()) == 0 {
			return "", notFoundf("there is no batch yet: make one with `fonds ingest PATH`")
		}
		return answer.GetBatches()[0].GetName(), nil
	}
	id := strings.ToLower(strings.TrimPrefix(written, "batches/"))
	if !uuidPattern.MatchString(id) {
		return "", usagef("%s is no batch name: write batches/ID, ID or last; `fonds batch list` has them", shown(written))
	}
	return "batches/" + id, nil
}

func newBatchShowCommand() *cobra.Command {
	files := false
	cmd := batchCommand("show", "Show a batch and what failed in it",
		"  fonds batch show last\n  fonds batch show last --files\n  fonds batch show last --files --json | jq .path",
		func(cmd *cobra.Command, c *client, name string) error { return showBatch(cmd, c, name, files) })
	cmd.Flags().BoolVar(&files, "files", false, "list all files, not only those that failed")
	return cmd
}

func showBatch(cmd *cobra.Command, c *client, name string, files bool) error {
	batch, err := c.getBatch(cmd.Context(), name)
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		if !files {
			return writeResource(w, batch)
		}
		return c.eachBatchFile(cmd.Context(), name, false, func(f *fondsv1.BatchFile) error { return writeLine(w, f) })
	}
	if err := writeBatch(w, batch); err != nil {
		return err
	}
	t := table{header: []string{"FILE", "STATE", "PAGES", "DOCUMENT", "REASON"}}
	err = c.eachBatchFile(cmd.Context(), name, !files, func(f *fondsv1.BatchFile) error {
		t.add(shown(f.GetPath()), fileOutcome(f), fmt.Sprintf("%d/%d", ended(f.GetCounts()), f.GetCounts().GetPages()),
			orDash(f.GetDocument()), oneLine(f.GetReason(), longestReason))
		return nil
	})
	if err != nil || len(t.rows) == 0 {
		return err
	}
	fmt.Fprintln(w)
	return t.write(w)
}

func writeBatch(w io.Writer, b *fondsv1.Batch) error {
	language := b.GetLanguage()
	if language == "" {
		language = "eng"
	}
	_, err := fmt.Fprintf(w, `%s
  state       %s
  collection  %s
  languages   %s
  files       %d, %d arrived, %d ended
  pages       %d: %s
  reused      %s had been read before
  created     %s by %s
  ended       %s
`, b.GetName(), stateName(b.GetState()), strings.TrimPrefix(b.GetCollection(), "collections/"), language,
		b.GetFiles(), b.GetFilesArrived(), b.GetFilesEnded(),
		b.GetCounts().GetPages(), countsText(b.GetCounts()), plural(b.GetPagesReused(), "page"),
		moment(b.GetCreateTime()), orDash(b.GetPerson()), moment(b.GetEndTime()))
	return err
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func newBatchWatchCommand() *cobra.Command {
	return batchCommand("watch", "Follow a batch to its end",
		"  fonds batch watch last\n  fonds batch watch last --json   one line for each file as it ends", watchBatch)
}

// watchBatch follows a batch as `ingest --wait` does.
func watchBatch(cmd *cobra.Command, c *client, name string) error {
	s := &session{
		client: c, batch: name, wait: true, json: wantsJSON(cmd),
		stdout: cmd.OutOrStdout(), display: newDisplay(cmd.ErrOrStderr(), wantsJSON(cmd)),
	}
	if err := s.run(cmd.Context()); err != nil {
		return s.broken(cmd.Context(), err)
	}
	return s.finish(cmd.Context(), finishing{})
}

func newBatchCancelCommand() *cobra.Command {
	return batchCommand("cancel", "Cancel a batch: drop the pages that no other batch wants",
		"  fonds batch cancel last",
		func(cmd *cobra.Command, c *client, name string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
			defer cancel()
			batch, err := c.ingest.CancelBatch(ctx, &fondsv1.CancelBatchRequest{Name: name})
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return writeResource(cmd.OutOrStdout(), batch)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s; %d of %s had ended\n", batch.GetName(), stateName(batch.GetState()),
				ended(batch.GetCounts()), plural(batch.GetCounts().GetPages(), "page"))
			return err
		})
}

func newBatchRetryCommand() *cobra.Command {
	wait := false
	cmd := batchCommand("retry", "Try the pages again that ended in TIMEOUT or FAILED",
		"  fonds batch retry last\n  fonds batch retry last --wait",
		func(cmd *cobra.Command, c *client, name string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
			defer cancel()
			answer, err := c.ingest.RetryFailed(ctx, &fondsv1.RetryFailedRequest{Name: name})
			switch {
			case err != nil:
				return err
			case wait && answer.GetWorks() > 0:
				return watchBatch(cmd, c, name)
			case wantsJSON(cmd):
				return writeResource(cmd.OutOrStdout(), answer)
			case answer.GetWorks() == 0:
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: no page ended in TIMEOUT or FAILED, nothing is tried again\n", name)
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s tried again\n  follow them: fonds batch watch %s\n",
				name, plural(answer.GetWorks(), "page"), name)
			return err
		})
	cmd.Flags().BoolVarP(&wait, "wait", "w", false, "wait until they have ended")
	return cmd
}
