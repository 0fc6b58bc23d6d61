package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// checkedNames is what is told of a file of names.
type checkedNames struct {
	File     string        `json:"file"`
	Agents   int           `json:"agents"`
	Variants int           `json:"variants"`
	New      int           `json:"new_agents"`
	Errors   []nameProblem `json:"errors"`
	Warnings []string      `json:"warnings"`
}

// nameProblem is what is wrong at a place of the file, and what to do.
type nameProblem struct {
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem"`
}

func newAgentsCheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a file of names as the server would read it",
		Long: `Check a file of names as the server would read it, laid over the built-in ones and
those of --agents. Each error has its line and says what to do; up to 20 are told.

A form that names two agents of one kind is a warning: where it stands in a text it
names neither, unless a fuller form stands beside it.`,
		Example: `  fonds agents check names.csv
  fonds agents check places.json --agents names.csv --json`,
		Args: needs(cobra.ExactArgs(1), "one FILE"),
	}
	files := addAgentsFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		base, err := readAuthority(*files)
		if err != nil {
			return err
		}
		checked, err := checkNames(args[0], base)
		if err != nil {
			return err
		}
		return checked.write(cmd)
	}
	return cmd
}

// checkNames reads a file and lays it over others.
func checkNames(path string, base *agents.Authority) (checkedNames, error) {
	c := checkedNames{File: path, Errors: []nameProblem{}, Warnings: []string{}}
	own, err := readNames(path)
	if err != nil {
		if problems := problemsOf(err); len(problems) > 0 {
			c.Errors = problems
			return c, nil
		}
		return c, dataf("%s: %s", shown(path), err) // it cannot be read at all
	}
	c.Agents = len(own.Agents)
	for _, a := range own.Agents {
		c.Variants += len(a.Variants)
		if base.Agent(a.ID) == nil {
			c.New++
		}
	}
	merged, err := agents.Merge(base, own)
	if err != nil {
		c.Errors = append(c.Errors, mergeProblem(path, err))
		return c, nil
	}
	known := map[string]bool{}
	for _, conflict := range agents.Conflicts(base) {
		known[string(conflict.Kind)+conflict.Form] = true
	}
	for _, conflict := range agents.Conflicts(merged) {
		if !known[string(conflict.Kind)+conflict.Form] {
			c.Warnings = append(c.Warnings, fmt.Sprintf(
				"%q names %s: write yes under ambiguous for the ones that it names only beside a fuller form", conflict.Form, strings.Join(conflict.Agents, " and ")))
		}
	}
	return c, nil
}

// problemsOf gives what is wrong in a file; none for an error that has no place in it.
func problemsOf(err error) []nameProblem {
	switch e := err.(type) { //nolint:errorlint // it goes through what is wrapped itself: there may be several
	case *agents.FileError:
		return []nameProblem{{Line: e.Line, Column: e.Column, Field: e.Field, Problem: e.Problem}}
	case interface{ Unwrap() error }:
		return problemsOf(e.Unwrap())
	case interface{ Unwrap() []error }:
		var problems []nameProblem
		for _, inner := range e.Unwrap() {
			problems = append(problems, problemsOf(inner)...)
		}
		return problems
	}
	return nil
}

// mergeProblem finds the line of a file that cannot be laid over others: that of the
// variant where there is one, else the first that has the agent.
func mergeProblem(path string, err error) nameProblem {
	wrong, ok := errors.AsType[*agents.MergeError](err)
	if !ok {
		return nameProblem{Problem: err.Error()}
	}
	p := nameProblem{Problem: wrong.Error()}
	text, err := os.ReadFile(path)
	if err != nil {
		return p
	}
	variant := wrong.Variant
	for i, line := range strings.Split(string(text), "\n") {
		if p.Line == 0 && strings.Contains(line, wrong.Agent) {
			p.Line, p.Column = i+1, 1
		}
		if p.Line > 0 && variant != "" && strings.Contains(line, variant) {
			p.Line, p.Column = i+1, strings.Index(line, variant)+1
			break
		}
	}
	return p
}

// write prints what was found and returns the error for the exit code.
func (c checkedNames) write(cmd *cobra.Command) error {
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		if err := writeValue(w, c); err != nil {
			return err
		}
		return c.verdict()
	}
	for _, p := range c.Errors {
		where := shown(c.File)
		if p.Line > 0 {
			where += fmt.Sprintf(":%d:%d", p.Line, p.Column)
		}
		if p.Field != "" {
			where += " (" + oneLine(p.Field, longestShown) + ")"
		}
		if _, err := fmt.Fprintf(w, "%s: %s\n", where, oneLine(p.Problem, longestReason)); err != nil {
			return err
		}
	}
	for _, warning := range c.Warnings {
		if _, err := fmt.Fprintf(w, "%s: note: %s\n", shown(c.File), oneLine(warning, longestReason)); err != nil {
			return err
		}
	}
	if err := c.verdict(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %s, %d of them new, with %s: well\n",
		shown(c.File), plural(c.Agents, "agent"), c.New, plural(c.Variants, "other name"))
	return err
}

func (c checkedNames) verdict() error {
	if len(c.Errors) == 0 {
		return nil
	}
	return errFailedData
}
