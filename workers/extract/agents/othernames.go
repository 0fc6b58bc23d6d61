package agents

import (
	"slices"
	"strings"
	"unicode"
)

// minAbbreviation is the number of letters below which an abbreviation is a word like any
// other where capitals do not count: US, UN.
const minAbbreviation = 3

// OtherNames returns the other forms under which the agent may stand in a text whose name is
// written, the authorised one first: for a search that knows no capitals. There are none for a
// name that the file does not have as a whole, that it gives to several agents, or that names
// one only where a fuller form stands beside it. Forms that are ambiguous are left out.
func (x *Index) OtherNames(written string) []string {
	i, ok := x.bearer(written)
	if !ok {
		return nil
	}
	a := &x.agents[i]
	names := []string{a.Name}
	for _, v := range a.Variants {
		common := v.Type == Abbreviation && letterCount(v.Text) < minAbbreviation
		if v.Type != Withdrawn && !v.Ambiguous && !common {
			names = append(names, v.Text)
		}
	}
	return slices.DeleteFunc(names, func(n string) bool { return n == written })
}

// bearer returns the number of the one agent that a name belongs to.
func (x *Index) bearer(written string) (agent int32, ok bool) {
	if len(written) > maxMatchBytes {
		return 0, false
	}
	s, _ := scratches.Get().(*scratch)
	defer s.release()
	s.glyphs = scan(s.glyphs[:0], written)
	n, last := int32(0), len(s.glyphs)-1
	for _, g := range s.glyphs[:last] {
		if n = x.trie.next(n, g.skel); n == 0 {
			return 0, false
		}
	}
	first := len(s.found)
	if n != 0 {
		x.agreeing(s, 0, reached{n, int32(last)}, false)
	}
	for _, f := range s.found[first:] {
		v := x.variantOf(f.form)
		if v.Ambiguous || v.Type == Abbreviation && written != strings.ToUpper(written) || ok && agent != f.form.agent {
			return 0, false
		}
		agent, ok = f.form.agent, true
	}
	return agent, ok
}

func letterCount(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}
