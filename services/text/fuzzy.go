package text

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Near is a term of the vocabulary that may be a misreading of another.
type Near struct {
	Term string
	// Distance is the number of letters put in, left out or exchanged; two that are
	// read for one count as one.
	Distance int
}

// MaxDistance returns how many letters may be wrong for a term still to be taken
// for this one: none below 4 letters, where nearly every change gives another
// word; 1 below 8, 2 below 13, 3 above. A term with figures allows none: another
// number is another thing, not a misreading.
func MaxDistance(term string) int {
	n := 0
	for _, r := range term {
		if !unicode.IsLetter(r) || classOf(r) == ideograph {
			return 0
		}
		n++
	}
	switch {
	case n < 4:
		return 0
	case n < 8:
		return 1
	case n < 13:
		return 2
	}
	return 3
}

// MayBeMisread says whether a term of a text may stand for a word that Similar is
// asked for: it has three letters and not many figures among them. The others need
// no place in an index of the vocabulary.
func MayBeMisread(term string) bool {
	letters, others := 0, 0
	for _, r := range term {
		switch {
		case classOf(r) == ideograph:
			return false
		case unicode.IsLetter(r):
			letters++
		default:
			others++
		}
	}
	return letters >= 3 && 3*others <= letters
}

// Trigrams returns the different sequences of three letters in a term, with "_"
// for its beginning and its end, in order of their first place: "war" has _wa,
// war, ar_. An index of the vocabulary by trigrams finds candidates for Similar.
func Trigrams(term string) []string {
	if term == "" {
		return nil
	}
	padded := "_" + term + "_"
	var starts []int
	for i := range padded {
		starts = append(starts, i)
	}
	starts = append(starts, len(padded))
	grams := make([]string, 0, len(starts))
	seen := make(map[string]bool, len(starts))
	for i := 0; i+3 < len(starts); i++ {
		if g := padded[starts[i]:starts[i+3]]; !seen[g] {
			seen[g] = true
			grams = append(grams, g)
		}
	}
	return grams
}

// SharedTrigrams returns how many of its trigrams a term must share with another
// for that to be within MaxDistance, at least 1. One wrong letter spoils no more
// than three trigrams, so nothing within the distance is missed, save for terms
// that repeat a few letters over and over.
func SharedTrigrams(term string) int {
	return max(1, len(Trigrams(term))-3*MaxDistance(term))
}

// Similar returns the terms of a vocabulary that are within MaxDistance of term,
// the nearest first, then in order of their letters, term itself included; at
// most limit. The vocabulary may be all terms or the candidates that share
// enough trigrams, in any order.
func Similar(term string, vocabulary iter.Seq[string], limit int) []Near {
	bound := MaxDistance(term)
	want, joined := []rune(term), []rune(pairs.Replace(term))
	var found []Near
	var rows editRows
	for candidate := range vocabulary {
		d := rows.distance(want, candidate, bound)
		if d > bound && bound > 0 {
			d = 1 + rows.distance(joined, pairs.Replace(candidate), bound-1)
		}
		if d <= bound {
			found = append(found, Near{candidate, d})
			if len(found) >= 2*max(limit, 32) {
				found = nearest(found, limit)
			}
		}
	}
	return nearest(found, limit)
}

// pairs are two letters that recognition takes for one, and the other way round:
// cornmander, rnechanic.
var pairs = strings.NewReplacer("rn", "m", "cl", "d", "vv", "w", "ьг", "ы")

// nearest sorts and keeps the first of each term, at most limit of them.
func nearest(found []Near, limit int) []Near {
	slices.SortFunc(found, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), strings.Compare(a.Term, b.Term))
	})
	found = slices.Compact(found)
	return found[:min(len(found), max(limit, 0))]
}

// editRows are the two rows of the table of distances, kept between calls.
type editRows struct {
	last, row []int
}

// distance returns the Levenshtein distance of a to b, and bound+1 for any that
// is above bound. Only the cells within bound of the diagonal are worked out.
func (e *editRows) distance(a []rune, b string, bound int) int {
	if n := utf8.RuneCountInString(b); n < len(a)-bound || n > len(a)+bound {
		return bound + 1
	}
	if len(e.row) < len(a)+1 {
		e.last, e.row = make([]int, len(a)+1), make([]int, len(a)+1)
	}
	last, row := e.last, e.row
	for i := range a {
		last[i+1] = i + 1
	}
	last[0] = 0
	j := 0
	for _, r := range b {
		j++
		lo, hi := max(1, j-bound), min(len(a), j+bound)
		row[lo-1] = bound + 1
		if lo == 1 {
			row[0] = j
		}
		least := row[lo-1]
		for i := lo; i <= hi; i++ {
			d := last[i-1]
			if a[i-1] != r {
				d++
			}
			d = min(d, row[i-1]+1)
			if i < j+bound { // the cell above the band's edge was never worked out
				d = min(d, last[i]+1)
			}
			row[i] = d
			least = min(least, d)
		}
		if least > bound {
			return bound + 1
		}
		last, row = row, last
	}
	e.last, e.row = last, row
	return min(last[len(a)], bound+1)
}
