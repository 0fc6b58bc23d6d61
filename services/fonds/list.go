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
}

func newListCommand() *cobra.Command {
	var o listOptions
	list := o.listing()
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List documents, newest first",
		Long: `List documents, newest first.

--filter takes comparisons, joined with AND, OR (which binds more closely than AND),
NOT and parentheses:

` + filterHelp,
		Example: `  fonds list
  fonds list --collection telegrams --limit 0
  fonds list --filter 'title:"4117" AND complete = true'
  fonds list --filter 'fields.addressee = "Stalin" AND fields.received_at = "1951-06"'
  fonds list --filter 'fields.citation:"RGASPI, f. 558" AND NOT fields.telegram_number:*'
  fonds list --json | jq -r .name`,
		Args: needs(cobra.NoArgs, "no arguments"),
	}
	cmd.Flags().StringVar(&o.collection, "collection", "", "only this collection's")
	cmd.Flags().StringVar(&o.filter, "filter", "", "only those that fit the expression")
	cmd.Flags().BoolVar(&o.deleted, "deleted", false, "deleted ones too")
	limit := list.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return list.print(cmd, *limit) }
	return cmd
}

// filterHelp shows by examples what a filter compares.
const filterHelp = `  title:"4117"                          a part of the title; title = "…" the whole
  collection = "collections/telegrams"  holding_path = "inbox/4117.png"
  complete = true                       extracted = false; parts > 1
  assurance >= ASSURANCE_CORRECTED      =, !=, <, <=, > and >=
  create_time >= "2026-02-28"           or "2026-02-28T12:00:00Z"; update_time
  fields.telegram_number = "302/Ш"      numbers in any spelling
  fields.signatory = "Сталин"           any name in the authority file, or an ID
  fields.received_at >= "1951-06-13"    a year, month, day or minute; = "1951-06"
                                        is all of June
  fields.citation = "APRF, f. 45, op. 1, d. 339, ll. 30-40"
                                        ranges that meet; :"APRF, f. 45" all below
  fields.classification:"secret"        a part, whatever the case; = the whole
  fields.copy_count > 2                 numbers
  fields.summary:*                      whether there is one

All fields can be compared; a name that is none is answered with the list of them.
--json has neither regions nor fields; ` + "`fonds get`" + ` and ` + "`fonds lookup`" + ` have.`

// listing asks with the flags as they are when it is printed.
func (o *listOptions) listing() listing[*fondsv1.Document] {
	return listing[*fondsv1.Document]{
		header: []string{"NAME", "REVISION", "ASSURANCE", "COMPLETE", "COLLECTION", "UPDATED", "TITLE"},
		heads:  true,
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.Document, string, error) {
			filter, err := o.expression()
			if err != nil {
				return nil, "", err
			}
			request := &fondsv1.ListDocumentsRequest{Filter: filter, ShowDeleted: o.deleted, PageSize: size, PageToken: token}
			answer, err := c.catalog.ListDocuments(ctx, request, zipped())
			return answer.GetDocuments(), answer.GetNextPageToken(), err
		},
		row: func(d *fondsv1.Document) []string {
			return []string{
				d.GetName(), strconv.Itoa(int(d.GetRevision())), assuranceName(d.GetAssurance()), yesNo(d.GetComplete()),
				strings.TrimPrefix(d.GetCollection(), "collections/"), moment(d.GetUpdateTime()), titleOf(d),
			}
		},
	}
}

// expression joins the flags that select.
func (o *listOptions) expression() (string, error) {
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
	// Behind it, for the places that errors name are those of what was written. It
	// needs no parentheses: OR binds more closely than AND.
	return o.filter + " AND " + own, nil
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
