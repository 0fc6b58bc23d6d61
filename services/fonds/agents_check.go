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
		c.Errors = problemsOf(err)
		if c.Errors[0].Line == 0 {
			return c, dataf("%s: %s", shown(path), err) // it cannot be opened, or is no such file
		}
		return c, nil
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
				"%q names %s: write yes under ambiguous for the ones that it names only beside a fuller form", conflict.Form, andList(conflict.Agents)))
		}
	}
	return c, nil
}

// problemsOf takes the errors of a file apart.
func problemsOf(err error) []nameProblem {
	if f, ok := err.(*agents.FileError); ok { //nolint:errorlint // this one alone: wrapped ones are taken apart below
		return []nameProblem{{Line: f.Line, Column: f.Column, Field: f.Field, Problem: f.Problem}}
	}
	var problems []nameProblem
	switch wrapped := err.(type) { //nolint:errorlint // both kinds of wrapping are taken apart
	case interface{ Unwrap() []error }:
		for _, e := range wrapped.Unwrap() {
			problems = append(problems, problemsOf(e)...)
		}
	case interface{ Unwrap() error }:
		if inner := wrapped.Unwrap(); inner != nil {
			if found := problemsOf(inner); found[0].Line > 0 {
				return found
			}
		}
	}
	if len(problems) == 0 || problems[0].Line == 0 {
		return []nameProblem{{Problem: err.Error()}}
	}
	return problems
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

func andList(words []string) string {
	text := words[0]
	for _, w := range words[1:] {
		text += " and " + w
	}
	return text
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
