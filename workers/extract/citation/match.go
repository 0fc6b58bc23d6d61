package citation

import (
	"cmp"
	"strings"
)

// Match says how two citations stand to each other.
type Match uint8

const (
	// Differ means that they name different places.
	Differ Match = iota
	// Likely means that they name the same place if a number or an archive that the text
	// leaves open is meant so. A person should look; nothing may be merged.
	Likely
	// Agree means that nothing that one names contradicts the other, and their listy meet.
	Agree
)

// Key names the file: archive, fond, opis, papka and delo, folded for case and
// blanks only. 59a and 059a have different keys. A delo that is cited by its
// running or document number has that in the place of the delo.
func Key(c *Citation) string { return key(c, folded) }

// LooseKey is Key with leading zeros dropped: files that are likely one, such
// as those of fond 59a and fond 059a, have the same. Papka is left out, as many
// citations leave it out. Use it to find what Overlaps then judges.
func LooseKey(c *Citation) string {
	d := *c
	d.Papka = ""
	return key(&d, unpadded)
}

func key(c *Citation, fold func(string) string) string {
	file := fold(c.Delo)
	if c.Delo == "" && c.Por != "" {
		file = "por " + fold(c.Por)
	}
	if c.Delo == "" && c.Dok != "" {
		file = strings.TrimSpace(file + " dok " + fold(c.Dok))
	}
	return strings.Join([]string{folded(c.Archive), fold(c.Fond), fold(c.Opis), fold(c.Papka), file}, "|")
}

// folded folds case and blanks; the key's own separator is no part of a value.
func folded(s string) string {
	return strings.ToLower(strings.ReplaceAll(foldBlanks(s), "|", " "))
}

func unpadded(s string) string {
	s = folded(s)
	for len(s) > 1 && s[0] == '0' && isDigit(s[1]) {
		s = s[1:]
	}
	return s
}

// Overlaps tells whether a and b share a list: the same archive and the same
// numbers at the levels that both name, and listy that meet. A citation without
// listy stands for the whole file. why says in words what decided.
func Overlaps(a, b *Citation) (match Match, why string) {
	if a.Kind != Archival || b.Kind != Archival {
		if a.Kind == b.Kind && a.Kind != "" && folded(a.Archive) == folded(b.Archive) && folded(a.Reference) == folded(b.Reference) {
			return Agree, "the same reference"
		}
		return Differ, "not both shelfmarks, or another reference"
	}
	match, why = archivesMatch(a, b)
	if match == Differ {
		return match, why
	}
	for _, l := range [...]struct{ name, a, b string }{
		{"fond", a.Fond, b.Fond},
		{"opis", a.Opis, b.Opis},
		{"papka", a.Papka, b.Papka},
		{"delo", a.Delo, b.Delo},
		{"por", a.Por, b.Por},
		{"dok", a.Dok, b.Dok},
		{"tom", a.Tom, b.Tom},
	} {
		switch {
		case l.a == "" || l.b == "" || folded(l.a) == folded(l.b):
		case unpadded(l.a) == unpadded(l.b):
			match, why = Likely, l.name+" "+l.a+" beside "+l.b+": likely one, not merged"
		default:
			return Differ, l.name + " " + l.a + " is not " + l.b
		}
	}
	m, reason := listyMatch(a, b)
	if m < match || why == "" {
		why = reason
	}
	return min(m, match), why
}

func archivesMatch(a, b *Citation) (Match, string) {
	switch {
	case a.Archive == "" && b.Archive == "":
		return Likely, "neither names an archive"
	case a.Archive == "" || b.Archive == "":
		return Likely, "only one names an archive"
	case folded(a.Archive) != folded(b.Archive):
		return Differ, a.Archive + " is not " + b.Archive
	case a.Fond == "" && a.Delo == "" || b.Fond == "" && b.Delo == "":
		return Likely, "one names the archive only"
	}
	return Agree, ""
}

// listyMatch compares the listy. Ranges meet if they share a list; if each
// names only another side of it, that is likely.
func listyMatch(a, b *Citation) (Match, string) {
	if len(a.Listy) == 0 || len(b.Listy) == 0 {
		return Agree, "one names no listy and stands for the whole file"
	}
	best, why := Differ, "listy do not meet"
	for _, r := range a.Listy {
		for _, q := range b.Listy {
			if r.Unnumbered && q.Unnumbered {
				best, why = max(best, Likely), "both name a list without a number"
			}
			if r.Unnumbered || q.Unnumbered {
				continue
			}
			switch {
			case meet(r, q, side):
				return Agree, "listy meet"
			case best == Differ && meet(r, q, number):
				best, why = Likely, "two sides of one list"
			}
		}
	}
	return best, why
}

func meet(r, q Range, order func(a, b Leaf) int) bool {
	return order(first(r, order), last(q, order)) <= 0 && order(first(q, order), last(r, order)) <= 0
}

func first(r Range, order func(a, b Leaf) int) Leaf {
	if order(r.To, r.From) < 0 {
		return r.To
	}
	return r.From
}

func last(r Range, order func(a, b Leaf) int) Leaf {
	if order(r.To, r.From) < 0 {
		return r.From
	}
	return r.To
}

// number orders leaves by number and letter: 85, 85a, 86.
func number(a, b Leaf) int {
	m, x := leadingNumber(a.Number)
	n, y := leadingNumber(b.Number)
	return cmp.Or(cmp.Compare(m, n), strings.Compare(x, y))
}

// side orders leaves by number and letter, the recto before the verso.
func side(a, b Leaf) int {
	if c := number(a, b); c != 0 || a.Verso == b.Verso {
		return c
	}
	if b.Verso {
		return -1
	}
	return 1
}

// Spans gives the numbers of the listy as pairs of first and last, both
// included, for an index that finds what Overlaps then judges: letters and
// sides are left aside, and lists without a number out.
func (c *Citation) Spans() [][2]int {
	var spans [][2]int
	for _, r := range c.Listy {
		if r.Unnumbered {
			continue
		}
		from, _ := leadingNumber(r.From.Number)
		to, _ := leadingNumber(r.To.Number)
		spans = append(spans, [2]int{min(from, to), max(from, to)})
	}
	return spans
}
