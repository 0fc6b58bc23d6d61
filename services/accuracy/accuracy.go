// Package accuracy tells how far a text lies from the gold text of the same page: its
// character, word and bag-of-words error rates (Measure), how sure a rate over pages is
// (Estimated) and by how much two recipes differ on the same pages (Difference), and
// where the texts differ (Diff).
//
// Both texts are brought to one form first, so that only reading errors count (Normal).
// Rates over pages are micro averages: sums of errors over sums of lengths. Memory is
// linear in the length of the texts. All of it is pure: the same input gives the same
// figures, on any machine and in any order of the pages.
//
// It never reads a file, knows no recipe, document or engine, and imports nothing of
// the project.
package accuracy

import "strings"

// Score counts the errors of a text. Scores of pages add up.
type Score struct {
	// Errors is the Levenshtein distance to the gold text in code points, and
	// Characters the length of the gold text.
	Errors     int `json:"errors"`
	Characters int `json:"characters"`
	// WordErrors is the same distance over words, and Words how many there are.
	WordErrors int `json:"wordErrors"`
	Words      int `json:"words"`
	// MissingWords counts the gold words, with repetition, that stand nowhere in the
	// text: few of them beside many WordErrors tell of a wrong order.
	MissingWords int `json:"missingWords"`
}

// CER is the character error rate, 0 for none; above 1 where more was read than there
// is. Over no characters it is 1 when anything was read, else 0.
func (s Score) CER() float64 { return rate(s.Errors, s.Characters) }

// WER is the word error rate, as CER.
func (s Score) WER() float64 { return rate(s.WordErrors, s.Words) }

// Missing is the share of gold words that stand nowhere in the text, 0 to 1.
func (s Score) Missing() float64 { return rate(s.MissingWords, s.Words) }

func rate(errors, length int) float64 {
	if length == 0 {
		return float64(min(errors, 1))
	}
	return float64(errors) / float64(length)
}

// Add gives the score of the pages of both.
func (s Score) Add(o Score) Score {
	return Score{
		Errors: s.Errors + o.Errors, Characters: s.Characters + o.Characters,
		WordErrors: s.WordErrors + o.WordErrors, Words: s.Words + o.Words,
		MissingWords: s.MissingWords + o.MissingWords,
	}
}

// Sum gives the score of all pages together; its rates are the micro averages.
func Sum(scores []Score) Score {
	var all Score
	for _, s := range scores {
		all = all.Add(s)
	}
	return all
}

// Measure compares a text with the gold text of the same page. Time grows with the
// product of the lengths: two texts of 20,000 characters that have nothing in common
// take some 20 ms.
func Measure(gold, text string) Score {
	g, t := normalised(gold).letters, normalised(text).letters
	var words numbers[string]
	gw, tw := words.all(strings.Fields(string(g))), words.all(strings.Fields(string(t)))
	return Score{
		Errors: distance(letters(g, t)), Characters: len(g),
		WordErrors: distance(gw, tw, words.count()), Words: len(gw),
		MissingWords: missing(gw, tw, words.count()),
	}
}

// missing counts what stands in a and not in b, with repetition.
func missing(a, b []int32, count int) int {
	there := make([]int, count)
	for _, n := range b {
		there[n]++
	}
	lost := 0
	for _, n := range a {
		if there[n]--; there[n] < 0 {
			lost++
		}
	}
	return lost
}

// numbers gives things numbers from 0 in the order in which they come.
type numbers[T comparable] struct{ of map[T]int32 }

func (n *numbers[T]) all(things []T) []int32 {
	if n.of == nil {
		n.of = map[T]int32{}
	}
	numbered := make([]int32, len(things))
	for i, thing := range things {
		number, known := n.of[thing]
		if !known {
			number = int32(len(n.of))
			n.of[thing] = number
		}
		numbered[i] = number
	}
	return numbered
}

func (n *numbers[T]) count() int { return len(n.of) }

// letters numbers the code points of two texts.
func letters(a, b []rune) (x, y []int32, count int) {
	var n numbers[rune]
	return n.all(a), n.all(b), n.count()
}
