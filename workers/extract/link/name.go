package link

import (
	"slices"
	"strings"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// Name is a person, a place or a body: by its ID in the authority file, or by its
// written forms where that does not have it.
type Name struct {
	ID string
	// Forms are in Latin letters, folded.
	Forms []string
	// Shown is the name for a person to read.
	Shown string
}

func (n Name) empty() bool { return n.ID == "" && len(n.Forms) == 0 }

// Key is under what an index keeps the name: the ID, or the beginning of the
// surname, which is the same in all cases and most spellings. Empty for no name.
func (n Name) Key() string {
	if n.ID != "" {
		return n.ID
	}
	for _, f := range n.Forms {
		if s := surname(f); len(s) >= shortest {
			return "name:" + s[:min(len(s), keyLength)]
		}
	}
	return ""
}

const (
	// shortest surname that says anything.
	shortest = 3
	// keyLength is how many letters of a surname its endings leave alone.
	keyLength = 5
)

func nameOf(a extract.Agent) Name {
	n := Name{ID: a.ID, Shown: a.Written}
	n.add(a.Written)
	if !a.Bracketed {
		n.add(a.Gloss)
	}
	if n.Shown == "" {
		n.Shown = a.Name
	}
	return n
}

func nameOfMention(m extract.Mention) Name {
	n := Name{ID: m.ID, Shown: m.Name}
	n.add(m.Name)
	for _, v := range m.Variants {
		n.add(v)
	}
	return n
}

func (n *Name) add(written string) {
	if f := agents.Latin(written); f != "" && !holds(n.Forms, f) {
		n.Forms = append(n.Forms, f)
	}
}

// nameIn reads a name that has no ID of its own, such as that of a reference: what
// the document says elsewhere tells who it is.
func (d *Document) nameIn(written string) []Name {
	n := Name{Shown: written}
	n.add(written)
	if n.empty() {
		return nil
	}
	for _, list := range [][]Name{d.From, d.To, d.Named} {
		for _, known := range list {
			if known.ID == "" {
				continue
			}
			if _, ok := meet(known.Forms, n.Forms); ok {
				n.ID = known.ID
				return []Name{n}
			}
		}
	}
	return []Name{n}
}

// surname is the last word, or the longest of a Chinese or Korean name's first.
func surname(form string) string {
	words := strings.Fields(form)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// same tells whether two names can be one person's.
func (n Name) same(m Name) bool {
	if n.ID != "" && m.ID != "" {
		return n.ID == m.ID
	}
	for _, a := range n.Forms {
		for _, b := range m.Forms {
			if a == b || alike(surname(a), surname(b)) {
				return true
			}
		}
	}
	return false
}

// alike tells that two surnames are one but for the ending of a case, "Lunin" and
// "Luninu", or but for one letter of many.
func alike(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(a) < shortest:
		return false
	case a == b:
		return true
	case len(a) >= 4 && strings.HasPrefix(b, a) && len(b)-len(a) <= 3:
		return true
	}
	return len(a) == len(b) && len(a) >= 6 && oneOff(a, b)
}

// common finds a name that both lists have.
func common(a, b []Name) (Name, bool) {
	for _, x := range a {
		if slices.ContainsFunc(b, x.same) {
			return x, true
		}
	}
	return Name{}, false
}

func shown(names []Name) string {
	var list []string
	for _, n := range names {
		if n.Shown != "" && !holds(list, n.Shown) {
			list = append(list, n.Shown)
		}
	}
	return strings.Join(list, ", ")
}

// foldWords folds a text as names are folded.
func foldWords(s string) string { return agents.Latin(s) }
