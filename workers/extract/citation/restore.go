package citation

import "strings"

// Citation makes of a stored value a citation that prints and compares as the one that
// it was taken of. What a value does not have, flags and the words as written, is left
// empty.
func (v Value) Citation() Citation {
	c := Citation{
		Kind: v.Kind, Archive: v.Archive, ThenArchive: v.ThenArchive, Fond: v.Fond, Opis: v.Opis, Delo: v.Delo,
		Papka: v.Papka, Por: v.Por, Dok: v.Dok, Tom: v.Tom, CopyStatus: v.CopyStatus, Reference: v.Reference,
	}
	if c.Kind == "" {
		c.Kind = Archival
	}
	for _, l := range v.Listy {
		c.Listy = append(c.Listy, l.listRange())
	}
	return c
}

func (l ListValue) listRange() Range {
	if l.Unnumbered {
		return Range{Unnumbered: true}
	}
	r := Range{From: leafOf(l.From), To: leafOf(l.To)}
	if l.Side == "ob" {
		r.From.Verso, r.To.Verso = true, true
	}
	return r
}

func leafOf(plain string) Leaf {
	number, verso := strings.CutSuffix(plain, "ob")
	return Leaf{Number: number, Verso: verso}
}
