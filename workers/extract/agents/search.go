package agents

import "strings"

// Search returns the agents whose ID, name or any variant holds what is asked for, without
// regard to capitals, accents and marks, in the order of the file; all for an empty query.
func (a *Authority) Search(query string) []Agent {
	folded, small := Fold(query), strings.ToLower(strings.TrimSpace(query))
	var found []Agent
	for i := range a.Agents {
		g := &a.Agents[i]
		if small == "" || strings.Contains(g.ID, small) || folded != "" && g.goesBy(folded) {
			found = append(found, *g)
		}
	}
	return found
}

// goesBy tells that a form of an agent's name holds a folded text.
func (a *Agent) goesBy(folded string) bool {
	if strings.Contains(Fold(a.Name), folded) {
		return true
	}
	for _, v := range a.Variants {
		if v.Type != Withdrawn && strings.Contains(Fold(v.Text), folded) {
			return true
		}
	}
	return false
}
