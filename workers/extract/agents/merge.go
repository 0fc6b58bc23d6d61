package agents

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MergeError says what of a file cannot be laid over another, and what to do.
type MergeError struct {
	Agent   string // ID
	Variant string // empty for the agent itself
	Problem string
}

func (e *MergeError) Error() string {
	if e.Variant == "" {
		return e.Agent + " " + e.Problem
	}
	return e.Agent + ": the variant " + quote(e.Variant) + " " + e.Problem
}

// Merge lays an archivist's file over a base file and returns the result; neither is changed. Agents
// are joined by ID: what the upper file states replaces what the base says, a variant with the same
// text replaces the base's, other variants are added. A withdrawn variant or agent is removed; to
// withdraw what is not there is an error, as it is most likely a slip.
func Merge(base, over *Authority) (*Authority, error) {
	out := &Authority{Agents: make([]Agent, 0, len(base.Agents)+len(over.Agents))}
	seat := make(map[string]int, len(base.Agents))
	for _, a := range base.Agents {
		a.Variants = slices.Clone(a.Variants)
		seat[a.ID] = len(out.Agents)
		out.Agents = append(out.Agents, a)
	}
	gone := map[string]bool{}
	for i := range over.Agents {
		a := &over.Agents[i]
		n, known := seat[a.ID]
		if !known {
			n = len(out.Agents)
			seat[a.ID] = n
			out.Agents = append(out.Agents, Agent{ID: a.ID})
		}
		if a.Withdrawn {
			if !known {
				return nil, fmt.Errorf("merge authority files: %w", &MergeError{a.ID, "", "is withdrawn and not in the file below: check its id"})
			}
			gone[a.ID] = true
			continue
		}
		if err := out.Agents[n].lay(a); err != nil {
			return nil, fmt.Errorf("merge authority files: %w", err)
		}
	}
	out.Agents = slices.DeleteFunc(out.Agents, func(a Agent) bool { return gone[a.ID] })
	return out, nil
}

// lay puts what the upper agent states over this one.
func (a *Agent) lay(upper *Agent) error {
	for to, v := range map[*string]string{&a.Name: upper.Name, &a.VIAF: upper.VIAF, &a.Wikidata: upper.Wikidata, &a.Note: upper.Note} {
		if v != "" {
			*to = v
		}
	}
	a.Kind = upper.Kind
	seat := make(map[string]int, len(a.Variants))
	for i, v := range a.Variants {
		seat[v.Text] = i
	}
	gone := map[string]bool{}
	for _, v := range upper.Variants {
		i, known := seat[v.Text]
		switch {
		case v.Type == Withdrawn && !known:
			return &MergeError{a.ID, v.Text, "is withdrawn and not in the file below: write it as it stands there"}
		case v.Type == Withdrawn:
			gone[v.Text] = true
		case known:
			a.Variants[i] = v
		default:
			a.Variants = append(a.Variants, v)
		}
	}
	a.Variants = slices.DeleteFunc(a.Variants, func(v Variant) bool { return gone[v.Text] })
	return nil
}

// Conflict is a form that names two or more agents of one kind though none of them marks it as
// ambiguous.
type Conflict struct {
	Kind   Kind     `json:"kind"`
	Form   string   `json:"form"` // folded
	Agents []string `json:"agents"`
}

// Conflicts lists the forms of a file that are neither unique within their kind nor marked as
// ambiguous, in order of kind and form.
func Conflicts(a *Authority) []Conflict {
	type claim struct {
		kind Kind
		form string
	}
	owners := map[claim][]string{}
	for i := range a.Agents {
		g := &a.Agents[i]
		forms := []string{g.Name}
		for _, v := range g.Variants {
			if !v.Ambiguous && v.Type != Withdrawn {
				forms = append(forms, v.Text)
			}
		}
		for _, f := range forms {
			c := claim{g.Kind, Fold(f)}
			if !slices.Contains(owners[c], g.ID) {
				owners[c] = append(owners[c], g.ID)
			}
		}
	}
	var out []Conflict
	for c, ids := range owners {
		if len(ids) > 1 {
			out = append(out, Conflict{c.kind, c.form, ids})
		}
	}
	slices.SortFunc(out, func(x, y Conflict) int {
		return cmp.Or(strings.Compare(string(x.Kind), string(y.Kind)), strings.Compare(x.Form, y.Form))
	})
	return out
}
