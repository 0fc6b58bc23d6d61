package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

func newAgentsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "agents",
		Short: "The authority file: names of people, places and organisations",
		Long: `The authority file: names of people, places and organisations, with the other forms
that papers use. It needs no server.

The program carries one. An archive lays its own file over it, CSV or JSON: export,
edit, check, and give it to the server. Only what is new or different need stand in
it. Then the documents that were read before are brought up to date.`,
		Example: `  fonds agents export > names.csv
  fonds agents check names.csv
  fonds serve --agents names.csv
  fonds reextract --apply`,
		Args: verbs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAgentsMatchCommand(), newAgentsListCommand(), newAgentsExportCommand(), newAgentsCheckCommand())
	return cmd
}

// addAgentsFlag gives a command the flag --agents and returns where its values go.
func addAgentsFlag(cmd *cobra.Command) *[]string {
	return cmd.Flags().StringArray("agents", nil, "CSV or JSON file of names to lay over the built-in ones; may be given several times")
}

func newAgentsMatchCommand() *cobra.Command {
	var date, kind string
	cmd := &cobra.Command{
		Use:   "match NAME",
		Short: "Tell whom a name may mean, and why",
		Long: `Tell whom a name may mean, and why: which form of whose name it is, how many letters
differ, and whether a pseudonym was in use at the time. The likeliest comes first.`,
		Example: `  fonds agents match Filippov --date 1951-06-13
  fonds agents match "Kim II Sung"
  fonds agents match Пекин --kind place --json`,
		Args: needs(cobra.ExactArgs(1), "one NAME: quote it for the shell"),
	}
	files := addAgentsFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&date, "date", "", "date of the text: 1951, 1951-06 or 1951-06-13")
	f.StringVar(&kind, "kind", "", "only a person, place or organisation")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		at, err := agents.ParseDate(date)
		if err != nil {
			return usagef("--date %v", err)
		}
		if !slices.Contains([]string{"", string(agents.Person), string(agents.Place), string(agents.Organisation)}, kind) {
			return usagef("--kind %s: write person, place or organisation", shown(kind))
		}
		names, err := openNames(*files)
		if err != nil {
			return err
		}
		return writeCandidates(cmd, args[0], names().Match(args[0], at, agents.Kind(kind)))
	}
	return cmd
}

func writeCandidates(cmd *cobra.Command, name string, candidates []agents.Candidate) error {
	w := cmd.OutOrStdout()
	if len(candidates) == 0 {
		return notFoundf("no name is like %s: `fonds agents list` has all there are", shown(name))
	}
	t := table{header: []string{"SCORE", "AGENT", "NAME", "LETTERS OFF", "WHY"}}
	for _, c := range candidates {
		if wantsJSON(cmd) {
			if err := writeValue(w, c); err != nil {
				return err
			}
			continue
		}
		t.add(fmt.Sprintf("%.2f", c.Score), c.Agent, oneLine(c.Name, longestShown), strconv.Itoa(c.Distance), oneLine(c.Why, longestReason))
	}
	if wantsJSON(cmd) {
		return nil
	}
	return t.write(w)
}

func newAgentsListCommand() *cobra.Command {
	limit := 50
	cmd := &cobra.Command{
		Use:   "list [QUERY]",
		Short: "List agents by a part of any of their names or of their ID",
		Example: `  fonds agents list
  fonds agents list peking
  fonds agents list person: --limit 0 --json | jq -r .wikidata`,
		Args: needs(cobra.MaximumNArgs(1), "at most one QUERY"),
	}
	files := addAgentsFlag(cmd)
	countVar(cmd.Flags(), &limit, "limit", limit, "list at most this many; 0 for all")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		authority, err := readAuthority(*files)
		if err != nil {
			return err
		}
		return writeAgents(cmd, authority.Search(strings.Join(args, "")), limit)
	}
	return cmd
}

func writeAgents(cmd *cobra.Command, found []agents.Agent, limit int) error {
	w := cmd.OutOrStdout()
	left := 0
	if limit > 0 && len(found) > limit {
		found, left = found[:limit], len(found)-limit
	}
	t := table{header: []string{"AGENT", "NAME", "WIKIDATA", "VIAF", "OTHER NAMES"}}
	for _, a := range found {
		if wantsJSON(cmd) {
			if err := writeValue(w, a); err != nil {
				return err
			}
			continue
		}
		var others []string
		for _, v := range a.Variants {
			others = append(others, v.Text)
		}
		t.add(a.ID, oneLine(a.Name, longestShown), orDash(a.Wikidata), orDash(a.VIAF), orDash(oneLine(strings.Join(others, ", "), longestShown)))
	}
	if wantsJSON(cmd) {
		return nil
	}
	if err := t.write(w); err != nil || left == 0 {
		return err
	}
	_, err := fmt.Fprintf(w, "and %d more: --limit 0 lists all\n", left)
	return err
}

func newAgentsExportCommand() *cobra.Command {
	asCSV := false
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print all names as a file to edit: CSV, or JSON with --json",
		Long: `Print all names as a file to edit: CSV, or JSON with --json. Both say the same, and
` + "`fonds serve --agents`" + ` reads both.

Each agent has a row without a variant, with its VIAF and Wikidata identifiers, and
then a row for each other form of its name: a pseudonym with the time of its use, a
transliteration, the form in its own script, a slip of recognition.`,
		Example: `  fonds agents export > names.csv
  fonds agents export --json > names.json
  fonds agents export --agents ours.csv > all.csv`,
		Args: needs(cobra.NoArgs, "no arguments: redirect it to a file"),
	}
	files := addAgentsFlag(cmd)
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV (default)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if asCSV && wantsJSON(cmd) {
			return usagef("say --csv or --json, not both")
		}
		authority, err := readAuthority(*files)
		if err != nil {
			return err
		}
		if wantsJSON(cmd) {
			return agents.WriteJSON(cmd.OutOrStdout(), authority)
		}
		return agents.WriteCSV(cmd.OutOrStdout(), authority)
	}
	return cmd
}
