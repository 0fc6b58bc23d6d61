package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// lookupOptions are the flags of lookup. One of by is set, or a date.
type lookupOptions struct {
	by             map[string]*string
	role           string
	date, from, to string
	// mask is what is asked for of each document: all where it goes on as JSON.
	mask *fieldmaskpb.FieldMask
	// told is set once the readings of a citation were told.
	told   bool
	stderr io.Writer
}

// lookupFlags are what names something to look for, in the order of the help.
var lookupFlags = []struct{ name, usage string }{
	{"telegram", "number in the heading; with --date only of that time"},
	{"registry", "sender's or receiver's number; with --date only of that time"},
	{"citation", "archival reference in any spelling; one that ends above the file finds all below"},
	{"url", "address of the document on the web"},
	{"agent", "person, place or body: an ID such as person:molotov, or a name in any of its forms"},
	{"scan", "file, or digest of one that was ingested: documents on any of its pages"},
	{"answers", "document NAME: those that answer it"},
	{"answered-by", "document NAME: those that it answers"},
	{"refers-to", "document NAME: those that refer to it"},
	{"referred-to-by", "document NAME: those that it refers to"},
}

func newLookupCommand() *cobra.Command {
	o := lookupOptions{by: map[string]*string{}}
	list := o.listing()
	cmd := &cobra.Command{
		Use:   "lookup",
		Short: "Find documents by number, citation, address, agent, date, scan or correspondence",
		Long: `Find documents by what they are known by: a number, an archival reference in any
spelling (documents on any of its sheets are found), an address on the web, a
person, place or body, a date, a scan, or the document that they answer or refer to.

A date is a day, a month or a year, or two with / between: 1951-06-13, 1951-06,
13.6.1951, 1951-06-01/1951-07. A citation that can be read in several ways is looked
for in all of them, and they are told on standard error.`,
		Example: `  fonds lookup --telegram 4117
  fonds lookup --telegram 302/sh --date 1951-06
  fonds lookup --citation 'APRF, f. 45, op. 1, d. 339, ll. 30-40'
  fonds lookup --agent Молотов --role addressee
  fonds lookup --from 1951-06-01 --to 1951-07-15 --json | jq -r .title
  fonds lookup --scan inbox/4117.png
  fonds lookup --answers documents/01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d`,
		Args: needs(cobra.NoArgs, "no arguments: say with a flag what to look for"),
	}
	limit := list.flags(cmd)
	f := cmd.Flags()
	for _, flag := range lookupFlags {
		o.by[flag.name] = f.String(flag.name, "", flag.usage)
	}
	f.StringVar(&o.role, "role", "", "with --agent: the field it stands in, such as addressee or signatory")
	f.StringVar(&o.date, "date", "", "date, or two with / between")
	f.StringVar(&o.from, "from", "", "first date")
	f.StringVar(&o.to, "to", "", "last date")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := o.request(); err != nil {
			return err
		}
		o.stderr = cmd.ErrOrStderr()
		if !wantsJSON(cmd) {
			o.mask = lookupColumns
		}
		return list.print(cmd, *limit)
	}
	return cmd
}

// lookupColumns are what the table shows.
var lookupColumns = &fieldmaskpb.FieldMask{Paths: []string{
	"name", "title", "delete_time", "fields.telegram_number", "fields.document_date", "fields.received_at", "fields.sent_at",
	"fields.catalogue_date", "fields.signatory", "fields.sender", "fields.addressee",
}}

// listing asks with the flags as they are when it is printed.
func (o *lookupOptions) listing() listing[*fondsv1.Document] {
	return listing[*fondsv1.Document]{
		header: []string{"NAME", "NUMBER", "DATE", "FROM", "TO", "TITLE"},
		none:   "no document found",
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.Document, string, error) {
			request, err := o.request()
			if err != nil {
				return nil, "", err
			}
			request.PageSize, request.PageToken, request.ReadMask = size, token, o.mask
			answer, err := c.catalog.LookupDocuments(ctx, request, zipped())
			if err != nil {
				return nil, "", err
			}
			return answer.GetDocuments(), answer.GetNextPageToken(), o.tell(answer.GetCitations())
		},
		row: func(d *fondsv1.Document) []string {
			return []string{
				d.GetName(), rawOf(d, "telegram_number"), dateOf(d, "document_date", "received_at", "sent_at", "catalogue_date"),
				rawOf(d, "signatory", "sender"), rawOf(d, "addressee"), titleOf(d),
			}
		},
	}
}

// tell names the readings of a citation that is not plain, once.
func (o *lookupOptions) tell(readings []*fondsv1.CitationReading) error {
	plain := true
	for _, r := range readings {
		plain = plain && r.GetWhy() == ""
	}
	if plain || o.told {
		return nil
	}
	o.told = true
	for _, r := range readings {
		line := "looked for " + safeText(r.GetShort())
		if why := r.GetWhy(); why != "" {
			line += " (" + safeText(why) + ")"
		}
		if _, err := fmt.Fprintln(o.stderr, line); err != nil {
			return err
		}
	}
	return nil
}

// request makes the question of the flags.
func (o *lookupOptions) request() (*fondsv1.LookupDocumentsRequest, error) {
	given := o.given()
	date, err := o.dates()
	if err != nil {
		return nil, err
	}
	switch {
	case len(given) > 1:
		return nil, usagef("--%s and --%s: look for one thing at a time", given[0], given[1])
	case len(given) == 0 && date == "":
		return nil, usagef("say what to look for with one of %s, --date, --from and --to", flagList())
	case o.role != "" && *o.by["agent"] == "":
		return nil, usagef("--role needs --agent")
	case len(given) == 0:
		return &fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Date{Date: date}}, nil
	case date != "" && given[0] != "telegram" && given[0] != "registry":
		return nil, usagef("dates go with --telegram and --registry, or alone, and not with --%s", given[0])
	}
	r := &fondsv1.LookupDocumentsRequest{OnDate: date}
	return r, o.name(r, given[0], *o.by[given[0]])
}

// given are the flags that name something, in the order of the help.
func (o *lookupOptions) given() []string {
	var names []string
	for _, flag := range lookupFlags {
		if *o.by[flag.name] != "" {
			names = append(names, flag.name)
		}
	}
	return names
}

func flagList() string {
	var names []string
	for _, flag := range lookupFlags {
		names = append(names, "--"+flag.name)
	}
	return strings.Join(names, ", ")
}

// The ends of a time that has none.
const beginning, endOfTime = "1000", "9999"

// dates gives what --date, --from and --to say together.
func (o *lookupOptions) dates() (string, error) {
	switch {
	case o.date != "" && (o.from != "" || o.to != ""):
		return "", usagef("--date says all: leave out --from and --to")
	case o.date != "":
		return o.date, nil
	case o.from == "" && o.to == "":
		return "", nil
	case o.from == "":
		return beginning + "/" + o.to, nil
	case o.to == "":
		return o.from + "/" + endOfTime, nil
	}
	return o.from + "/" + o.to, nil
}

// name puts what a flag names into the question.
func (o *lookupOptions) name(r *fondsv1.LookupDocumentsRequest, flag, value string) error {
	switch flag {
	case "telegram":
		r.By = &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: value}
	case "registry":
		r.By = &fondsv1.LookupDocumentsRequest_RegistryNumber{RegistryNumber: value}
	case "citation":
		r.By = &fondsv1.LookupDocumentsRequest_Citation{Citation: value}
	case "url":
		r.By = &fondsv1.LookupDocumentsRequest_SourceUrl{SourceUrl: value}
	case "agent":
		r.By = &fondsv1.LookupDocumentsRequest_Agent{Agent: &fondsv1.AgentInRole{Agent: value, Role: o.role}}
	case "scan":
		scan, err := scanOf(value)
		r.By = &fondsv1.LookupDocumentsRequest_Scan{Scan: scan}
		return err
	}
	return nameDocument(r, flag, value)
}

// nameDocument puts a document into the question, for the flags that take one.
func nameDocument(r *fondsv1.LookupDocumentsRequest, flag, value string) error {
	if r.GetBy() != nil {
		return nil
	}
	name, err := documentName(value)
	switch flag {
	case "answers":
		r.By = &fondsv1.LookupDocumentsRequest_Answering{Answering: name}
	case "answered-by":
		r.By = &fondsv1.LookupDocumentsRequest_AnsweredBy{AnsweredBy: name}
	case "refers-to":
		r.By = &fondsv1.LookupDocumentsRequest_ReferringTo{ReferringTo: name}
	case "referred-to-by":
		r.By = &fondsv1.LookupDocumentsRequest_ReferredToBy{ReferredToBy: name}
	}
	return err
}

// scanOf gives the name of a scan for a digest, or for a file with its bytes.
func scanOf(written string) (string, error) {
	if digest := strings.ToLower(strings.TrimPrefix(written, "scans/")); digestPattern.MatchString(digest) {
		return "scans/" + digest, nil
	}
	file, err := os.Open(written)
	if err != nil {
		return "", notFoundf("--scan %s is neither a digest of 64 hexadecimal figures nor a file that can be read: %s", shown(written), reasonOf(err))
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", dataf("read %s: %s", shown(written), reasonOf(err))
	}
	return "scans/" + hex.EncodeToString(h.Sum(nil)), nil
}

// writtenOf returns a field as written, or the value where a person has stated one
// that the text does not have.
func writtenOf(f *fondsv1.Field) string {
	if f.GetRaw() != "" || f.GetPerson() == "" {
		return f.GetRaw()
	}
	return fieldShown(f)
}

// dateOf returns a date such as 1951-06-13 19:55: the first of the names that the
// document has. As written it may lack the year.
func dateOf(d *fondsv1.Document, names ...string) string {
	for _, name := range names {
		for _, f := range d.GetFields() {
			if iso := f.GetValue().GetDate().GetIso(); f.GetName() == name && iso != "" {
				return oneLine(strings.Replace(iso, "T", " ", 1), 40)
			}
		}
	}
	return "-"
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
