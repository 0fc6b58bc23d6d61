package extracttest

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mapping gives for each byte of the clean text, and for its end, the byte of the
// damaged text that stands in its place. It never falls, and it maps boundaries
// of runes to boundaries of runes; a byte within a rune goes where the rune goes.
type Mapping []int

// Range maps a half-open range. What damage put behind the last rune of the range
// is inside the result, what was lost makes it shorter.
func (m Mapping) Range(start, end int) (int, int) { return m[start], m[end] }

// edit replaces the runes from at by text; cost is the edit distance of that.
type edit struct {
	runes  int
	text   string
	cost   int
	weight float64 // how likely beside other edits
}

// Damage puts character errors into text, rate × its length in runes of them
// counted as edit distance, as recognition makes them: letters of like shape,
// blanks lost and doubled, words split and joined, marks lost and added, first
// letters of lines lost. Equal arguments give equal results. What is never done
// the package comment says. A rate of 0 or less returns the text as it is; what
// cannot be reached (a text of digits alone) is left undone.
func Damage(text string, rate float64, seed uint64) (string, Mapping) {
	runes := []rune(text)
	budget := int(math.Round(rate * float64(len(runes))))
	rng := rand.New(rand.NewPCG(seed, 0x0c2))
	p := page{runes: runes, safe: protected(runes)}
	edits := make(map[int]edit, max(budget, 0))
	taken := make([]bool, len(runes)+1)
	for _, at := range p.order(rng) {
		if budget <= 0 {
			break
		}
		e, ok := p.pick(at, budget, rng)
		if !ok || slices.Contains(taken[max(at-1, 0):min(at+e.runes+1, len(taken))], true) {
			continue // two edits side by side could undo each other
		}
		for i := range e.runes {
			taken[at+i] = true
		}
		edits[at] = e
		budget -= e.cost
	}
	return rewrite(text, edits)
}

func rewrite(text string, edits map[int]edit) (string, Mapping) {
	var out strings.Builder
	m := make(Mapping, len(text)+1)
	n, skip := 0, 0
	for i, r := range text {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(text[i:])
		}
		for k := range size {
			m[i+k] = out.Len()
		}
		e, hit := edits[n]
		switch {
		case hit:
			out.WriteString(e.text)
			skip = e.runes - 1
		case skip > 0:
			skip--
		default:
			out.WriteString(text[i : i+size])
		}
		n++
	}
	m[len(text)] = out.Len()
	return out.String(), m
}

// page answers what may happen to the rune at a place.
type page struct {
	runes []rune
	safe  []bool // never touched
}

// order draws places without replacement, confusable ones earlier.
func (p page) order(rng *rand.Rand) []int {
	type draw struct {
		at  int
		key float64
	}
	draws := make([]draw, 0, len(p.runes))
	for at := range p.runes {
		weight := 0.0
		for _, e := range p.options(at) {
			weight += e.weight
		}
		if weight > 0 {
			draws = append(draws, draw{at, math.Log(1-rng.Float64()) / weight})
		}
	}
	slices.SortFunc(draws, func(a, b draw) int {
		if a.key > b.key {
			return -1
		}
		return 1
	})
	out := make([]int, len(draws))
	for i, d := range draws {
		out[i] = d.at
	}
	return out
}

// pick chooses one of the edits at a place that the budget still pays.
func (p page) pick(at, budget int, rng *rand.Rand) (edit, bool) {
	var can []edit
	total := 0.0
	for _, e := range p.options(at) {
		if e.cost <= budget {
			can = append(can, e)
			total += e.weight
		}
	}
	x := rng.Float64() * total
	for _, e := range can {
		if x -= e.weight; x < 0 {
			return e, true
		}
	}
	return edit{}, false
}

func (p page) at(i int) rune {
	if i < 0 || i >= len(p.runes) {
		return '\n'
	}
	return p.runes[i]
}

// Weights. A letter that has a double is hit about ten times as often as one that
// has none, a blank or a mark about half as often as a confusable letter.
const (
	confusable = 1.0
	spacing    = 0.25
	mark       = 0.5
	extraMark  = 0.03
	splitWord  = 0.05
	lostFirst  = 0.8
	anyLetter  = 0.08
)

func (p page) options(at int) []edit {
	r := p.runes[at]
	if p.safe[at] || r == '\n' || r == '\f' || r == '\r' || r == utf8.RuneError {
		return nil
	}
	prev, next := p.at(at-1), p.at(at+1)
	betweenDigits := unicode.IsDigit(prev) && unicode.IsDigit(next)
	switch {
	case r == ' ':
		return p.blankEdits(at)
	case unicode.IsDigit(r):
		return swaps(string(r), 1, confusable/2)
	case unicode.IsLetter(r):
		return p.letterEdits(at)
	case strings.ContainsRune(".,:;-/", r) && betweenDigits:
		if r == '.' || r == ',' {
			return swaps(string(r), 1, mark)
		}
		return nil
	case strings.ContainsRune(".,:;'’", r):
		out := swaps(string(r), 1, mark/2)
		if !unicode.IsDigit(prev) || !unicode.IsDigit(p.at(at+2)) { // "5. 7" stays two numbers
			out = append(out, edit{runes: 1, cost: 1, weight: mark / 2})
		}
		return out
	}
	return swaps(string(r), 1, mark/2)
}

func (p page) blankEdits(at int) []edit {
	prev, next := p.at(at-1), p.at(at+1)
	if unicode.IsSpace(prev) || unicode.IsSpace(next) {
		return nil
	}
	out := []edit{{runes: 1, text: "  ", cost: 1, weight: spacing}}
	alone := unicode.IsLetter(prev) && !unicode.IsLetter(p.at(at-2)) || unicode.IsLetter(next) && !unicode.IsLetter(p.at(at+2))
	if !alone && !p.safe[at-1] && !p.safe[at+1] && !unicode.IsDigit(prev) && !unicode.IsDigit(next) {
		out = append(out, edit{runes: 1, cost: 1, weight: spacing})
	}
	return out
}

func (p page) letterEdits(at int) []edit {
	r := p.runes[at]
	prev, next := p.at(at-1), p.at(at+1)
	inWord, wordGoesOn := unicode.IsLetter(prev), unicode.IsLetter(next)
	if !inWord && !wordGoesOn {
		return nil // a series letter, an initial: nothing is left to tell it by
	}
	out := swaps(string(r), 1, confusable)
	if wordGoesOn && !p.safe[at+1] {
		out = append(out, swaps(string([]rune{r, next}), 2, confusable)...)
	}
	if alike := sameShape(r); alike != "" {
		for _, other := range alike {
			if other != r {
				out = append(out, edit{runes: 1, text: string(other), cost: 1, weight: anyLetter / float64(len(alike))})
			}
		}
	}
	switch {
	case inWord && wordGoesOn && unicode.IsLetter(p.at(at+2)):
		out = append(out, edit{runes: 1, text: string(r) + " ", cost: 1, weight: splitWord})
	case !inWord && wordGoesOn && unicode.IsLetter(p.at(at+2)) && prev == '\n':
		out = append(out, edit{runes: 1, cost: 1, weight: lostFirst})
	case inWord && !wordGoesOn && next == ' ' && !unicode.IsDigit(p.at(at+2)):
		for _, m := range []string{".", ",", "'"} {
			out = append(out, edit{runes: 1, text: string(r) + m, cost: 1, weight: extraMark})
		}
	}
	return out
}

// swaps are the confusions of from, which is n runes long, each as likely.
func swaps(from string, n int, weight float64) []edit {
	to := confusions[from]
	if to == nil {
		return nil
	}
	out := make([]edit, len(to))
	for i, t := range to {
		out[i] = edit{runes: n, text: t, cost: swapCost(n, t), weight: weight / float64(len(to))}
	}
	return out
}

// swapCost is the edit distance of a confusion: no rune of it stays.
func swapCost(n int, to string) int { return max(n, utf8.RuneCountInString(to)) }

// protected marks the runes of web and mail addresses, and the letters that are
// part of a number: 302/sh, 059a, P74/212.
func protected(runes []rune) []bool {
	safe := make([]bool, len(runes))
	for start := 0; start < len(runes); {
		end := start
		for end < len(runes) && !unicode.IsSpace(runes[end]) {
			end++
		}
		word := string(runes[start:end])
		address := strings.Contains(word, "://") || strings.Contains(word, "@")
		number := strings.ContainsFunc(word, unicode.IsDigit)
		for i := start; i < end; i++ {
			safe[i] = address || number && unicode.IsLetter(runes[i])
		}
		start = end + 1
	}
	return safe
}
