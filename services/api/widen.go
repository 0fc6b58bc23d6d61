package api

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
)

const (
	// maxMisreadings bounds the misreadings of one word that are looked for, and
	// maxNear the terms among which they are chosen.
	maxMisreadings = 16
	maxNear        = 2000
	// longestName is how many words of a query are tried as one name.
	longestName = 6
	// maxNames bounds the other names that one query looks for.
	maxNames = 200
)

// widen adds to the clauses of a query what the same words may stand as in a text:
// misreadings of a word, from the vocabulary of the archive, and other names of an
// agent. What is to be left out stays as it was typed.
func (s *catalogServer) widen(ctx context.Context, query string, clauses []text.Clause) ([]text.Clause, error) {
	wide := make([]text.Clause, len(clauses))
	for i, c := range clauses {
		wide[i] = text.Clause{Without: c.Without, Any: slices.Clone(c.Any)}
		for j := range wide[i].Any {
			wide[i].Any[j].Words = slices.Clone(wide[i].Any[j].Words)
		}
	}
	if err := s.addMisreadings(ctx, wide); err != nil {
		return nil, err
	}
	s.addNames(query, wide)
	return wide, nil
}

// misreadable is a form of a word that may be misread.
type misreadable struct {
	word *text.Word
	form string
}

// addMisreadings makes terms that are written nearly like a word further forms of it.
func (s *catalogServer) addMisreadings(ctx context.Context, clauses []text.Clause) error {
	forms := misreadables(clauses)
	questions := make([]catalog.Near, len(forms))
	for i, f := range forms {
		letters, distance := utf8.RuneCountInString(f.form), text.MaxDistance(f.form)
		questions[i] = catalog.Near{
			Trigrams: text.Trigrams(f.form), Shared: text.SharedTrigrams(f.form),
			Shortest: letters - distance, Longest: letters + distance, Limit: maxNear,
		}
	}
	near, err := s.Catalog.NearTerms(ctx, questions)
	if err != nil {
		return err
	}
	for i, f := range forms {
		for _, n := range text.Similar(f.form, slices.Values(near[i]), maxMisreadings) {
			if n.Distance > 0 {
				f.word.Wholes = append(slices.Clip(f.word.Wholes), n.Term)
			}
		}
	}
	return nil
}

// misreadables are the words as they stand, and compounds as a whole. A word of which
// only the beginning is known is taken as it is.
func misreadables(clauses []text.Clause) []misreadable {
	var found []misreadable
	add := func(w *text.Word, form string) {
		if text.MaxDistance(form) > 0 {
			found = append(found, misreadable{w, form})
		}
	}
	for _, c := range clauses {
		if c.Without {
			continue
		}
		for _, ph := range c.Any {
			for i := range ph.Words {
				w := &ph.Words[i]
				if w.Prefix {
					continue
				}
				if len(w.Parts) == 1 {
					add(w, w.Parts[0])
				}
				for _, whole := range w.Wholes {
					add(w, whole)
				}
			}
		}
	}
	return found
}

// addNames adds the other names of agents: where words one after another are a name,
// each of their clauses is answered by another name too, which is what "all of these
// words, or that name" comes to.
func (s *catalogServer) addNames(query string, clauses []text.Clause) {
	left := maxNames
	for i := 0; i < len(clauses); {
		n, phrases := s.nameAt(query, clauses[i:], left)
		for j := range n {
			clauses[i+j].Any = append(clauses[i+j].Any, phrases...)
		}
		left -= len(phrases)
		i += max(n, 1)
	}
}

// nameAt returns how many clauses are one name, the longest first, and the phrases
// that this agent's other names are.
func (s *catalogServer) nameAt(query string, clauses []text.Clause, limit int) (int, []text.Phrase) {
	if clauses[0].Without {
		return 0, nil
	}
	if len(clauses[0].Any) > 1 { // a OR b
		var phrases []text.Phrase
		for _, ph := range clauses[0].Any {
			phrases = append(phrases, s.phrasesOf(query[ph.Start:ph.End], limit-len(phrases))...)
		}
		return 1, phrases
	}
	for n := min(plain(clauses), longestName); n > 1; n-- {
		written := query[clauses[0].Any[0].Start:clauses[n-1].Any[0].End]
		if phrases := s.phrasesOf(written, limit); len(phrases) > 0 {
			return n, phrases
		}
	}
	return 1, s.phrasesOf(query[clauses[0].Any[0].Start:clauses[0].Any[0].End], limit)
}

// plain counts the clauses from the first on that are one word each.
func plain(clauses []text.Clause) int {
	for i, c := range clauses {
		if c.Without || len(c.Any) != 1 || len(c.Any[0].Words) != 1 || c.Any[0].Words[0].Prefix {
			return i
		}
	}
	return len(clauses)
}

// phrasesOf returns the other names of what is written as phrases, each once.
func (s *catalogServer) phrasesOf(written string, limit int) []text.Phrase {
	var phrases []text.Phrase
	seen := map[string]bool{}
	for _, name := range s.Names.OtherNames(written) {
		clauses, err := text.Query(`"` + strings.ReplaceAll(name, `"`, " ") + `"`)
		if err != nil || len(phrases) >= limit {
			continue // a name without letters, or more than anybody bears
		}
		ph := clauses[0].Any[0]
		if key := termsOf(ph); !seen[key] {
			seen[key] = true
			phrases = append(phrases, ph)
		}
	}
	return phrases
}

func termsOf(ph text.Phrase) string {
	var parts []string
	for _, w := range ph.Words {
		parts = append(parts, w.Parts...)
	}
	return strings.Join(parts, " ")
}

// matchOf says in terms of the index what clauses ask for. It asks for no more than
// that: what stands one after another, and what may not, the text decides. Without
// are single words that a document cannot have and answer.
func matchOf(clauses []text.Clause) (must catalog.Match, without []catalog.Match) {
	for _, c := range clauses {
		var phrases []catalog.Match
		for _, ph := range c.Any {
			if c.Without && len(ph.Words) == 1 {
				without = append(without, refused(ph.Words[0])...)
			}
			phrases = append(phrases, phraseMatch(ph))
		}
		if !c.Without {
			must.All = append(must.All, catalog.Match{Any: phrases})
		}
	}
	return must, without
}

func phraseMatch(ph text.Phrase) catalog.Match {
	var words catalog.Match
	for _, w := range ph.Words {
		var parts catalog.Match
		for i, p := range w.Parts {
			parts.All = append(parts.All, catalog.Match{Term: p, Prefix: w.Prefix && i == len(w.Parts)-1})
		}
		words.All = append(words.All, catalog.Match{Any: append([]catalog.Match{parts}, wholes(w)...)})
	}
	return words
}

func wholes(w text.Word) []catalog.Match {
	var all []catalog.Match
	for _, whole := range w.Wholes {
		all = append(all, catalog.Match{Term: whole, Prefix: w.Prefix})
	}
	return all
}

// refused are the terms each of which is the word.
func refused(w text.Word) []catalog.Match {
	all := wholes(w)
	if len(w.Parts) == 1 {
		all = append(all, catalog.Match{Term: w.Parts[0], Prefix: w.Prefix})
	}
	return all
}
