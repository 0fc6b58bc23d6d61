package main

import (
	"github.com/spf13/cobra"

	"github.com/fonds-archive/fonds/workers/extract/statement"
)

func newFieldsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "fields [FIELD...]",
		Short: "List the fields that a document may have, and what values they take",
		Long: `List the fields that a document may have, and what values they take.

The example of each is a value as ` + "`fonds set`" + ` takes it.`,
		Example: `  fonds fields
  fonds fields sent_at citation
  fonds fields --json | jq -r 'select(.form == "date").field'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			fields, err := fieldsNamed(args)
			if err != nil {
				return err
			}
			return writeFieldForms(cmd, fields)
		},
	}
}

// fieldsNamed gives the fields with the names, all without one.
func fieldsNamed(names []string) ([]statement.Field, error) {
	if len(names) == 0 {
		return statement.Fields, nil
	}
	var fields []statement.Field
	for _, name := range names {
		if _, err := statement.FormOf(name); err != nil {
			return nil, usagef("%v", err)
		}
		for _, f := range statement.Fields {
			if f.Name == name {
				fields = append(fields, f)
			}
		}
	}
	return fields, nil
}

func writeFieldForms(cmd *cobra.Command, fields []statement.Field) error {
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		for _, f := range fields {
			told := struct {
				statement.Field
				Takes string `json:"takes"`
			}{f, f.Takes()}
			if err := writeValue(w, told); err != nil {
				return err
			}
		}
		return nil
	}
	t := table{header: []string{"FIELD", "FORM", "MEANS", "EXAMPLE"}}
	takes := table{header: []string{"FORM", "TAKES"}}
	seen := map[string]bool{}
	for _, f := range fields {
		t.add(f.Name, string(f.Form), f.Means, f.Example)
		if !seen[f.Takes()] {
			seen[f.Takes()] = true
			form := string(f.Form)
			if f.Form == statement.Text && f.Takes() != takesWords() {
				form = f.Name
			}
			takes.add(form, f.Takes())
		}
	}
	if err := t.write(w); err != nil {
		return err
	}
	if _, err := w.Write([]byte("\n")); err != nil {
		return err
	}
	return takes.write(w)
}

// takesWords is what a field of plain text takes.
func takesWords() string { return statement.Field{Form: statement.Text}.Takes() }
