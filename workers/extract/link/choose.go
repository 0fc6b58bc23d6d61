package link

import (
	"cmp"
	"slices"
)

// Candidate is a document that a reference may mean.
type Candidate struct {
	*Document
	Verdict
}

// MostCandidates bounds those that are kept of one reference.
const MostCandidates = 10

// Choose rates documents for a reference. It returns those that may be meant, best
// first, and whether the best is the one: it is sure, and no other comes near it
// that is not the same document once more.
func (d *Document) Choose(r Reference, documents []*Document) (found []Candidate, sure bool) {
	for _, c := range documents {
		if v := d.Match(r, c); v.Score >= Possible {
			found = append(found, Candidate{c, v})
		}
	}
	slices.SortStableFunc(found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	found = found[:min(len(found), MostCandidates)]
	if len(found) == 0 || found[0].Score < Sure || found[0].Doubtful {
		return found, false
	}
	for _, c := range found[1:] {
		if found[0].Score-c.Score < Lead && !found[0].again(c.Document) {
			return found, false
		}
	}
	return found, true
}

// again tells that another document is the same one once more, by what both say or,
// where they say less, by nothing that speaks against it.
func (d *Document) again(c *Document) bool {
	v := d.Same(c)
	return v.Score >= Sure && len(v.Against) == 0
}
