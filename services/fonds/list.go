package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// listOptions are the flags of list.
type listOptions struct {
	collection string
	filter     string
	deleted    bool
	limit      int
}

func newListCommand() *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List documents, newest first",
		Long: `List documents, newest first.

--filter takes an AIP-160 expression over collection, title, holding_path,
assurance and complete; ":" is "contains".`,
		Example: `  fonds list
  fonds list --collection telegrams --limit 0
  fonds list --filter 'title:"4117" AND complete = true'
  fonds list --json | jq -r .name`,
		Args: needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&o.collection, "collection", "", "only this collection's")
	cmd.Flags().StringVar(&o.filter, "filter", "", "only those that fit the expression")
	cmd.Flags().BoolVar(&o.deleted, "deleted", false, "deleted ones too")
	cmd.Flags().IntVar(&o.limit, "limit", 50, "list at most this many; 0 for all")
	return cmd
}

func (o listOptions) run(cmd *cobra.Command) error {
	filter, err := o.expression()
	if err != nil {
		return err
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	t := table{header: []string{"NAME", "REVISION", "ASSURANCE", "COMPLETE", "COLLECTION", "UPDATED", "TITLE"}}
	request := &fondsv1.ListDocumentsRequest{Filter: filter, ShowDeleted: o.deleted}
	for n := 0; ; {
		request.PageSize = pageSize(o.limit, n)
		ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
		answer, err := c.catalog.ListDocuments(ctx, request, zipped())
		cancel()
		if err != nil {
			return err
		}
		for _, d := range answer.GetDocuments() {
			n++
			if wantsJSON(cmd) {
				if err := writeLine(cmd.OutOrStdout(), d); err != nil {
					return err
				}
				continue
			}
			t.add(d.GetName(), strconv.Itoa(int(d.GetRevision())), assuranceName(d.GetAssurance()), yesNo(d.GetComplete()),
				strings.TrimPrefix(d.GetCollection(), "collections/"), moment(d.GetUpdateTime()), titleOf(d))
		}
		request.PageToken = answer.GetNextPageToken()
		if request.GetPageToken() == "" || o.limit > 0 && n >= o.limit {
			break
		}
	}
	if wantsJSON(cmd) {
		return nil
	}
	return t.write(cmd.OutOrStdout())
}

// expression joins the flags that select.
func (o listOptions) expression() (string, error) {
	id := strings.TrimPrefix(o.collection, "collections/")
	if id == "" {
		return o.filter, nil
	}
	if !collectionPattern.MatchString(id) {
		return "", usagef("--collection %s: %s", shown(o.collection), collectionRule)
	}
	own := `collection = "collections/` + id + `"`
	if strings.TrimSpace(o.filter) == "" {
		return own, nil
	}
	return own + " AND (" + o.filter + ")", nil
}

func titleOf(d *fondsv1.Document) string {
	title := shown(d.GetTitle())
	if d.GetDeleteTime() != nil {
		title += " (deleted " + moment(d.GetDeleteTime()) + ")"
	}
	return title
}

func assuranceName(a fondsv1.Assurance) string {
	if a == fondsv1.Assurance_ASSURANCE_UNSPECIFIED {
		return "-"
	}
	return strings.TrimPrefix(a.String(), "ASSURANCE_")
}

func outcomeName(o fondsv1.Outcome) string {
	if o == fondsv1.Outcome_OUTCOME_UNSPECIFIED {
		return "-"
	}
	return strings.TrimPrefix(o.String(), "OUTCOME_")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
