package main

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// errorRate sums character errors over pages.
type errorRate struct{ distance, length int }

// add counts the errors of one page.
func (e *errorRate) add(truth, read string) {
	want, got := []rune(normalise(truth)), []rune(normalise(read))
	e.distance += distance(want, got)
	e.length += len(want)
}

// percent is the character error rate of all pages together.
func (e *errorRate) percent() float64 { return 100 * float64(e.distance) / float64(max(e.length, 1)) }

// folded characters differ between transcribers, not between readings.
var folded = strings.NewReplacer(
	"\u00ad", "", "\ufeff", "",
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "′", "'", "`", "'",
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`, "«", `"`, "»", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-",
	"…", "...",
)

// leaders are dotted and drawn lines, which nobody transcribes.
var leaders = regexp.MustCompile(`([._·,] ?){4,}|-{4,}`)

// normalise brings both texts to a form in which only reading errors differ:
// NFC, one kind of quote and dash, leaders dropped, white space to one blank.
func normalise(s string) string {
	s = blanks(folded.Replace(norm.NFC.String(s)))
	return blanks(leaders.ReplaceAllString(s, " "))
}

func blanks(s string) string { return strings.Join(strings.Fields(s), " ") }

// distance is Levenshtein's: the fewest insertions, deletions and replacements
// that make b of a. Time is the product of the lengths: 10 ms for two pages of
// 3,000 characters.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			above := row[j+1]
			replaced := diagonal
			if x != y {
				replaced++
			}
			row[j+1] = min(replaced, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}
