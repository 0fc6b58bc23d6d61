package extracttest

import (
	"slices"
	"strings"
	"unicode"
)

// worded are the fields whose value is words as they stand in the text.
var worded = []string{
	"title", "summary", "classification", "handling_instruction", "transmission_mode", "issuing_body", "stamp",
	"rights", "publisher", "gloss", "omission", "lacuna", "declassification", "priority", "copying_restriction",
	"credits", "contents_form", "published_in", "translator", "contributor",
	"from_place", "to_place", "via", "addressee", "sender", "signatory", "distribution", "person", "place", "organisation",
}

// Worded reports whether a value of the field is words, so that Alike decides
// about it on damaged text; the values of all other fields must be equal.
func Worded(field string) bool { return slices.Contains(worded, field) }

// Alike reports whether got is what damage at rate may have left of want: the
// edit distance of the two is at most 2 × rate × the length of want + 1, in runes.
// Case, white space and marks at the ends do not count. At rate 0 they must be
// equal.
func Alike(want, got string, rate float64) bool {
	w, g := fold(want), fold(got)
	if rate <= 0 {
		return slices.Equal(w, g)
	}
	limit := int(2*rate*float64(len(w))) + 1
	return distance(w, g, limit) <= limit
}

func fold(s string) []rune {
	s = strings.Join(strings.Fields(strings.ToLower(s)), " ")
	return []rune(strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// distance is the Levenshtein distance of a and b, or limit+1 when it is greater.
// It looks only at the band within limit of the diagonal.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	above, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-limit), min(len(b), i+limit)
		row[from-1] = limit + 1
		if from == 1 {
			row[0] = i
		}
		for j := from; j <= to; j++ {
			replaced := above[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, row[j-1]+1)
			if j < i+limit { // beyond it the row above holds nothing
				row[j] = min(row[j], above[j]+1)
			}
		}
		above, row = row, above
	}
	return min(above[len(b)], limit+1)
}
