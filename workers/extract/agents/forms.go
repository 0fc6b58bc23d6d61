package agents

import (
	"slices"
	"strings"
	"unicode"
)

// how says by what way a form comes from a variant in the data.
type how uint8

const (
	asWritten how = iota
	byInitials
	byTransliteration
	byCase
)

// form is one spelling under which the index knows an agent.
type form struct {
	agent   int32
	variant int32 // in the agent's variants; -1 is the authorised name
	how     how
	detail  string // the case or the system of transliteration
	text    string // the spelling
	plain   []uint16
	gaps    []gap
	upper   []bool
}

// spelling is a form before its agent is known.
type spelling struct {
	text   string
	how    how
	detail string
}

// spellings derives from one name what texts may have in its place: initials for given names, Russian
// case endings, Latin letters for Cyrillic ones. The name itself comes first. A foreign name that
// Russian letters transliterate is not put back into Latin ones: Фор is Faure, and For a word.
func spellings(text string, typ Type, kind Kind, surnames []string, foreign bool) []spelling {
	out := []spelling{{text, asWritten, ""}}
	if typ == Abbreviation {
		return out
	}
	if kind == Person {
		for _, s := range initials(text, surnames) {
			out = append(out, spelling{s, byInitials, ""})
		}
	}
	if !cyrillic(text) {
		return out
	}
	for _, s := range slices.Clone(out) {
		for _, d := range declineName(s.text, kind) {
			out = append(out, spelling{d.text, byCase, d.name})
		}
		if foreign {
			continue
		}
		for _, system := range []string{bgn, press, ala} {
			out = append(out, spelling{transliterate(s.text, system), byTransliteration, system})
		}
	}
	return out
}

func cyrillic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}

// initials shortens the given names of "Given Father's Surname", where the end of the name is one of
// the agent's short forms: G. F. Surname, G. Surname, Given Surname, Given F. Surname, Surname G. F.
func initials(name string, surnames []string) []string {
	words := strings.Fields(name)
	for _, surname := range surnames {
		n := len(words) - len(strings.Fields(surname))
		if n < 1 || n > 3 || !strings.HasSuffix(Fold(name), " "+Fold(surname)) {
			continue
		}
		given, rest := words[:n], strings.Join(words[n:], " ")
		letters := make([]string, n)
		for i, g := range given {
			r := []rune(g)
			letters[i] = string(r[0]) + "."
		}
		all := strings.Join(letters, " ")
		out := []string{all + " " + rest, letters[0] + " " + rest, rest + " " + all}
		if n > 1 {
			out = append(out, given[0]+" "+rest, given[0]+" "+strings.Join(letters[1:], " ")+" "+rest)
		}
		return out
	}
	return nil
}

// newEntry prepares a spelling for comparison and returns it with its folded form. The glyphs are
// working memory, used again for the next.
func newEntry(s spelling, agent, variant int, working *[]glyph) (*entry, string) {
	*working = scan((*working)[:0], s.text)
	glyphs := (*working)[:len(*working)-1]
	n := len(glyphs)
	letters := make([]uint16, 2*n)
	e := &entry{
		skel: letters[:n:n],
		form: form{
			agent: int32(agent), variant: int32(variant), how: s.how, detail: s.detail, text: s.text,
			plain: letters[n:], gaps: make([]gap, n), upper: make([]bool, n),
		},
	}
	for i, g := range glyphs {
		e.skel[i], e.form.plain[i], e.form.gaps[i], e.form.upper[i] = g.skel, g.plain, g.gap, g.upper
	}
	return e, foldGlyphs(glyphs)
}
