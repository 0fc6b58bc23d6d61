package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newDeleteCommand() *cobra.Command {
	return hiding("delete", "deleted", "Hide documents from lists, search, links and the queue of reviews",
		`Hide documents from lists, search, links and the queue of reviews. Their revisions stay
readable by number, and `+"`fonds undelete`"+` brings them back, for 30 days unless the server
was told otherwise. `+"`fonds purge`"+` destroys documents for good.`,
		func(ctx context.Context, c *client, name string) (*fondsv1.Document, error) {
			return call(ctx, c.catalog.DeleteDocument, &fondsv1.DeleteDocumentRequest{Name: name})
		})
}

func newUndeleteCommand() *cobra.Command {
	return hiding("undelete", "back", "Bring deleted documents back",
		`Bring deleted documents back, unless they were deleted too long ago, or are to be purged.`,
		func(ctx context.Context, c *client, name string) (*fondsv1.Document, error) {
			return call(ctx, c.catalog.UndeleteDocument, &fondsv1.UndeleteDocumentRequest{Name: name})
		})
}

// hiding is a verb on whether documents are shown.
func hiding(verb, done, short, long string, do func(context.Context, *client, string) (*fondsv1.Document, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: verb + " NAME...", Short: short, Long: long + "\n\nNAME is documents/ID or ID.",
		Example: fmt.Sprintf("  fonds %s documents/01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d", verb),
		Args:    needs(cobra.MinimumNArgs(1), "the NAME of a document or more"),
		RunE: func(cmd *cobra.Command, args []string) error {
			names := make([]string, len(args))
			for i, written := range args {
				var err error
				if names[i], err = documentName(written); err != nil {
					return err
				}
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			for _, name := range names {
				d, err := do(cmd.Context(), c, name)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if wantsJSON(cmd) {
					err = writeLine(cmd.OutOrStdout(), d)
				} else {
					_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s  %s  %s\n", d.GetName(), done, shown(d.GetTitle()))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	addServerFlag(cmd)
	return cmd
}
