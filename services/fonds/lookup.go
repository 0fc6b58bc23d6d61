package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// lookupOptions are the flags of lookup; one of those that name something is set.
type lookupOptions struct {
	telegram, registry, citation, url, agent, role, date string
}

func newLookupCommand() *cobra.Command {
	var o lookupOptions
	list := listing[*fondsv1.Document]{
		header: []string{"NAME", "NUMBER", "DATE", "FROM", "TO", "TITLE"},
		none:   "no document found",
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.Document, string, error) {
			request, err := o.request()
			if err != nil {
				return nil, "", err
			}
			request.PageSize, request.PageToken = size, token
			answer, err := c.catalog.LookupDocuments(ctx, request, zipped())
			return answer.GetDocuments(), answer.GetNextPageToken(), err
		},
		row: func(d *fondsv1.Document) []string {
			return []string{
				d.GetName(), rawOf(d, "telegram_number"), rawOf(d, "document_date", "received_at", "sent_at", "catalogue_date"),
				rawOf(d, "signatory", "sender"), rawOf(d, "addressee"), titleOf(d),
			}
		},
	}
	cmd := &cobra.Command{
		Use:   "lookup",
		Short: "Find documents by number, citation, address, agent or date",
		Long: `Find documents by what they are known by: a number, an archival reference in any
spelling (documents on any of its sheets are found), an address on the web, a
person, place or body, a day or two days with / between.`,
		Example: `  fonds lookup --telegram 4117
  fonds lookup --citation 'APRF, f. 45, op. 1, d. 339, ll. 30-40'
  fonds lookup --agent person:molotov --role addressee
  fonds lookup --date 1951-06-01/1951-06-30 --json | jq -r .title`,
		Args: needs(cobra.NoArgs, "no arguments: say with a flag what to look for"),
	}
	limit := list.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.telegram, "telegram", "", "number in the heading")
	f.StringVar(&o.registry, "registry", "", "sender's or receiver's number")
	f.StringVar(&o.citation, "citation", "", "archival reference")
	f.StringVar(&o.url, "url", "", "address of the document on the web")
	f.StringVar(&o.agent, "agent", "", "ID of a person, place or body, such as person:molotov")
	f.StringVar(&o.role, "role", "", "with --agent: the field it stands in, such as addressee or signatory")
	f.StringVar(&o.date, "date", "", "a day such as 1951-06-13, or two with / between")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := o.request(); err != nil {
			return err
		}
		return list.print(cmd, *limit)
	}
	return cmd
}

func (o *lookupOptions) request() (*fondsv1.LookupDocumentsRequest, error) {
	r := &fondsv1.LookupDocumentsRequest{}
	named := 0
	for _, value := range []string{o.telegram, o.registry, o.citation, o.url, o.agent, o.date} {
		if value != "" {
			named++
		}
	}
	switch {
	case named != 1:
		return nil, usagef("say what to look for with one of --telegram, --registry, --citation, --url, --agent and --date")
	case o.role != "" && o.agent == "":
		return nil, usagef("--role needs --agent")
	case o.telegram != "":
		r.By = &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: o.telegram}
	case o.registry != "":
		r.By = &fondsv1.LookupDocumentsRequest_RegistryNumber{RegistryNumber: o.registry}
	case o.citation != "":
		r.By = &fondsv1.LookupDocumentsRequest_Citation{Citation: o.citation}
	case o.url != "":
		r.By = &fondsv1.LookupDocumentsRequest_SourceUrl{SourceUrl: o.url}
	case o.agent != "":
		r.By = &fondsv1.LookupDocumentsRequest_Agent{Agent: &fondsv1.AgentInRole{Agent: o.agent, Role: o.role}}
	default:
		r.By = &fondsv1.LookupDocumentsRequest_Date{Date: o.date}
	}
	return r, nil
}

// writtenOf returns a field as written, or the value where a person has stated one
// that the text does not have.
func writtenOf(f *fondsv1.Field) string {
	if f.GetRaw() != "" || f.GetPerson() == "" {
		return f.GetRaw()
	}
	return fieldShown(f)
}

// rawOf returns a field as written: the first of the names that the document has.
func rawOf(d *fondsv1.Document, names ...string) string {
	for _, name := range names {
		var found []string
		for _, f := range d.GetFields() {
			if f.GetName() == name {
				found = append(found, writtenOf(f))
			}
		}
		if len(found) > 0 {
			return oneLine(strings.Join(found, "; "), 40)
		}
	}
	return "-"
}
