package agents

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The cases of a Russian name beside the nominative.
var caseNames = [5]string{"genitive", "dative", "accusative", "instrumental", "prepositional"}

// paradigm gives the endings of the five cases for words with one ending in the nominative. The
// instrumental may have two. An empty row means that the word stays as it is.
type paradigm struct {
	nominative   string // what is cut off must be the whole of it
	keep         int    // runes of the nominative that stay
	cases        [5]string
	instrumental string // another one
}

// paradigms are tried in order; the first whose nominative ends the word is taken.
var paradigms = []paradigm{
	{"ский", 2, [5]string{"ого", "ому", "ого", "им", "ом"}, ""},
	{"цкий", 2, [5]string{"ого", "ому", "ого", "им", "ом"}, ""},
	{"кий", 1, [5]string{"ого", "ому", "ого", "им", "ом"}, ""},
	{"ший", 1, [5]string{"его", "ему", "его", "им", "ем"}, ""},
	{"ний", 1, [5]string{"его", "ему", "его", "им", "ем"}, ""},
	{"ий", 1, [5]string{"я", "ю", "я", "ем", "и"}, ""},
	{"ый", 0, [5]string{"ого", "ому", "ого", "ым", "ом"}, ""},
	{"ой", 0, [5]string{"ого", "ому", "ого", "ым", "ом"}, ""},
	{"ая", 0, [5]string{"ой", "ой", "ую", "ой", "ой"}, ""},
	{"ое", 0, [5]string{"ого", "ому", "ое", "ым", "ом"}, ""},
	{"ые", 0, [5]string{"ых", "ым", "ые", "ыми", "ых"}, ""},
	{"ие", 1, [5]string{"я", "ю", "е", "ем", "и"}, ""},
	{"й", 0, [5]string{"я", "ю", "я", "ем", "е"}, ""},
	{"ия", 1, [5]string{"и", "и", "ю", "ей", "и"}, ""},
	{"я", 0, [5]string{"и", "е", "ю", "ей", "е"}, ""},
	{"га", 1, [5]string{"и", "е", "у", "ой", "е"}, ""},
	{"ка", 1, [5]string{"и", "е", "у", "ой", "е"}, ""},
	{"ха", 1, [5]string{"и", "е", "у", "ой", "е"}, ""},
	{"ша", 1, [5]string{"и", "е", "у", "ей", "е"}, ""},
	{"жа", 1, [5]string{"и", "е", "у", "ей", "е"}, ""},
	{"а", 0, [5]string{"ы", "е", "у", "ой", "е"}, ""},
	{"во", 1, [5]string{"а", "у", "о", "ом", "е"}, ""},
	{"ние", 2, [5]string{"я", "ю", "е", "ем", "и"}, ""},
	{"ье", 1, [5]string{"я", "ю", "е", "ем", "е"}, ""},
	{"оре", 2, [5]string{"я", "ю", "е", "ем", "е"}, ""},
	{"ов", 2, [5]string{"а", "у", "а", "ым", "е"}, "ом"},
	{"ев", 2, [5]string{"а", "у", "а", "ым", "е"}, "ом"},
	{"ин", 2, [5]string{"а", "у", "а", "ым", "е"}, "ом"},
	{"ын", 2, [5]string{"а", "у", "а", "ым", "е"}, "ом"},
	{"ец", 0, [5]string{"ца", "цу", "ца", "цем", "це"}, "цом"},
}

// Endings of masculine words: after a consonant and, for a soft sign, masculine or feminine.
var (
	hardMasculine  = paradigm{"", 0, [5]string{"а", "у", "а", "ом", "е"}, ""}
	hushMasculine  = paradigm{"", 0, [5]string{"а", "у", "а", "ем", "е"}, "ом"}
	softMasculine  = paradigm{"ь", 0, [5]string{"я", "ю", "я", "ем", "е"}, ""}
	softFeminine   = paradigm{"ь", 0, [5]string{"и", "и", "ь", "ью", "и"}, ""}
	pluralPlace    = paradigm{"ы", 0, [5]string{"", "ам", "ы", "ами", "ах"}, ""} // Афины
	consonants     = "бвгджзклмнпрстфхцчшщ"
	hushConsonants = "жчшщц"
)

// decline returns the forms of one word in a case (0 to 4); the word itself if it does not change.
func decline(word string, c int, kind Kind) []string {
	if strings.ToUpper(word) == word { // an abbreviation or an initial
		return []string{word}
	}
	for i := range paradigms {
		if p := &paradigms[i]; strings.HasSuffix(word, p.nominative) {
			return p.form(word, c)
		}
	}
	last, size := utf8.DecodeLastRuneInString(word)
	switch {
	case size == len(word):
		return []string{word}
	case last == 'ы' && kind == Place:
		return pluralPlace.form(word, c)
	case last == 'ь' && kind == Person:
		return softMasculine.form(word, c)
	case last == 'ь':
		return append(softMasculine.form(word, c), softFeminine.form(word, c)...)
	case strings.ContainsRune(hushConsonants, last):
		return hushMasculine.form(word, c)
	case strings.ContainsRune(consonants, last):
		return hardMasculine.form(word, c)
	}
	return []string{word}
}

func (p *paradigm) form(word string, c int) []string {
	cut := len(p.nominative) - 2*p.keep // Cyrillic letters take two bytes
	stem := word[:len(word)-cut]
	out := []string{stem + p.cases[c]}
	if c == 3 && p.instrumental != "" {
		out = append(out, stem+p.instrumental)
	}
	return out
}

// declined is a name in a case.
type declined struct {
	text string
	name string // of the case
}

// declineName returns the case forms of a Russian name: with all words declined (Вячеславу
// Молотову), with the last alone (Ким Ир Сену) and, for an organisation, with its head alone
// (Министерству иностранных дел). It makes some forms that nobody uses; they do no harm.
func declineName(name string, kind Kind) []declined {
	words := strings.Fields(name)
	forms := make([][5][]string, len(words)) // each word in each case, made once
	for i, w := range words {
		for c := range caseNames {
			forms[i][c] = decline(w, c, kind)
		}
	}
	out := make([]declined, 0, 12)
	spans := declinedSpans(words, kind)
	for c, label := range caseNames {
		for _, span := range spans {
			for _, text := range declineWords(words, forms, span, c) {
				if text != name && !slices.ContainsFunc(out, func(d declined) bool { return d.text == text }) {
					out = append(out, declined{text, label})
				}
			}
		}
	}
	return out
}

// declinedSpans are the ranges of words that change together.
func declinedSpans(words []string, kind Kind) [][2]int {
	n := len(words)
	spans := [][2]int{{0, n}, {n - 1, n}}
	if kind == Person {
		return spans
	}
	for i, w := range words { // the head: adjectives, then the first noun
		if !adjective(w) {
			return append(spans, [2]int{0, i + 1})
		}
	}
	return spans
}

func adjective(w string) bool {
	for _, e := range []string{"ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// declineWords declines the words of a span; where a word has two forms, the last word's are both
// given and of the others the first.
func declineWords(words []string, forms [][5][]string, span [2]int, c int) []string {
	parts := slices.Clone(words)
	for i := span[0]; i < span[1]-1; i++ {
		parts[i] = forms[i][c][0]
	}
	var out []string
	for _, form := range forms[span[1]-1][c] {
		parts[span[1]-1] = form
		out = append(out, strings.Join(parts, " "))
	}
	return out
}
