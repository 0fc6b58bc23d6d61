package citation

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// minNear is the length in letters from which an abbreviation with one wrong
// letter can still be told; many archives have four letters and differ in one.
const minNear = 4

// abbreviations are the short names of the table, bare as bareName makes them.
var abbreviations = buildAbbreviations()

type abbreviation struct {
	bare string
	form form
}

func buildAbbreviations() []abbreviation {
	var all []abbreviation
	for _, forms := range archiveNames {
		for _, f := range forms {
			if f.short && !f.wrong && !f.archive.other {
				all = append(all, abbreviation{bareName(strings.Join(f.words, "")), f})
			}
		}
	}
	slices.SortFunc(all, func(a, b abbreviation) int {
		return cmp.Or(strings.Compare(a.bare, b.bare), strings.Compare(a.form.then, b.form.then))
	})
	return all
}

// bareName folds a name to its letters, those as one that scans do not tell
// apart: l, I, 1 and O, 0.
func bareName(name string) string {
	return strings.Map(func(r rune) rune {
		switch r = fold(r); {
		case r == 'l' || r == '1' || r == '|':
			return 'i'
		case r == '0':
			return 'o'
		case isLetter(r) || unicode.IsDigit(r):
			return r
		}
		return -1
	}, name)
}

// near finds the archive whose abbreviation a name that is not in the table
// equals but for letters that look alike (same), or differs from in one letter.
// It finds none where two archives are equally near.
func near(name string) (f form, same, ok bool) {
	bare := bareName(name)
	for _, a := range abbreviations {
		if a.bare == bare {
			return a.form, true, true
		}
	}
	for _, a := range abbreviations {
		if !oneOff(bare, a.bare) {
			continue
		}
		if ok && a.form.archive != f.archive {
			return form{}, false, false
		}
		f, ok = a.form, true
	}
	return f, false, ok
}

// oneOff tells whether a and b differ in exactly one letter.
func oneOff(a, b string) bool {
	s, t := []rune(a), []rune(b)
	if len(s) != len(t) || len(s) < minNear {
		return false
	}
	n := 0
	for i := range s {
		if s[i] != t[i] {
			n++
		}
	}
	return n == 1
}

// setUnknown gives c an archive that is not in the table: under its name as
// written, or mended where only look-alikes are wrong.
func (c *Citation) setUnknown(name string) {
	if f, same, ok := near(name); ok && same {
		c.setArchive(f)
		c.flag(OCRDigit)
		return
	}
	c.Archive = name
	c.flag(UnknownArchive)
}

// nearArchive keeps the reading of the last citation with the archive that its
// unknown one is a letter away from.
func (r *reader) nearArchive() {
	last := r.last()
	if !last.Has(UnknownArchive) || last.Has(Inherited) {
		return
	}
	if f, _, ok := near(last.Archive); ok {
		c := *last
		c.setArchive(f)
		r.candidate(c, UnknownArchive, "the archive is one letter away from "+f.archive.Code)
	}
}
