package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

func newSignFieldsCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "sign-fields NAME [FIELD...]",
		Short: "Put your name under what another person has stated of a document",
		Long: `Show what people have stated of a document with ` + "`fonds set`" + ` and nobody has signed, and
put your name under it when you say so: all of it, or that of the FIELDs. It is then
VERIFIED. Nobody signs what they have stated themselves, and what rules say has to be
stated by a person first.

NAME is documents/ID or ID.`,
		Example: `  fonds review sign-fields documents/0199…
  fonds review sign-fields documents/0199… telegram_number sent_at --yes`,
		Args: needs(cobra.MinimumNArgs(1), "one document NAME, and FIELDs where not all are meant"),
		RunE: func(cmd *cobra.Command, args []string) error { return signFields(cmd, args[0], args[1:], yes) },
	}
	addServerFlag(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "sign without asking")
	return cmd
}

func signFields(cmd *cobra.Command, written string, names []string, yes bool) error {
	name, err := documentName(written)
	if err != nil {
		return err
	}
	for _, n := range names {
		if _, err := statement.FormOf(n); err != nil {
			return usagef("%v", err)
		}
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	d, err := c.getDocument(cmd.Context(), name, 0)
	if err != nil {
		return err
	}
	unsigned := unsignedStatements(d, names)
	if len(unsigned) == 0 {
		return refusedf("nobody has stated anything of %s that could be signed: `fonds set` states it, and another person signs", nameOrFields(name, names))
	}
	request := &fondsv1.SignFieldsRequest{Name: name, Etag: d.GetEtag()}
	t := table{header: []string{"FIELD", "VALUE", "STATED BY", "STATED", "PROVED BY"}}
	called := c.people(cmd.Context(), name)
	for _, f := range unsigned {
		request.Statements = append(request.Statements, f.GetStatement())
		t.add(f.GetName(), fieldShown(f), called(f.GetPerson()), moment(f.GetSaidTime()), proofShown(f))
	}
	if !wantsJSON(cmd) || !yes {
		if err := t.write(cmd.ErrOrStderr()); err != nil {
			return err
		}
	}
	if !yes {
		agreed, err := putsName(cmd)
		switch {
		case err != nil:
			return err
		case !agreed:
			return dataf("nothing is signed")
		}
	}
	after, err := call(cmd.Context(), c.reviews.SignFields, request)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return writeResource(cmd.OutOrStdout(), after)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s revision %d: signed %s\n", name, after.GetRevision(), strings.Join(fieldNames(unsigned), ", "))
	return err
}

// nameOrFields says what nothing was found of.
func nameOrFields(document string, fields []string) string {
	if len(fields) == 0 {
		return document
	}
	return strings.Join(fields, ", ")
}

// unsignedStatements are what people have stated and nobody has signed.
func unsignedStatements(d *fondsv1.Document, names []string) []*fondsv1.Field {
	var found []*fondsv1.Field
	for _, f := range d.GetFields() {
		if f.GetStatement() != "" && f.GetSignedBy() == "" && (len(names) == 0 || slices.Contains(names, f.GetName())) {
			found = append(found, f)
		}
	}
	return found
}

func fieldNames(fields []*fondsv1.Field) []string {
	var names []string
	for _, f := range fields {
		if !slices.Contains(names, f.GetName()) {
			names = append(names, f.GetName())
		}
	}
	return names
}
