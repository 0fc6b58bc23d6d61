package accuracy

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// FewPages is below how many pages an interval says too little to decide by. Of samples of
// real pages, where a few are very bad, the intervals of 20 held the rate of all pages 8 to
// 9 times in 10, of 40 9 times, of 10 only 7 to 8 times; see DESIGN.md.
const FewPages = 20

// Estimate is a figure over pages and its 95 % confidence interval: what it might be
// over other pages of the same sort. 1 is 100 %.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Pages that it was taken from. With one, or none, Low and High are Value.
	Pages int `json:"pages"`
}

// Few tells that there are too few pages for the interval to mean much.
func (e Estimate) Few() bool { return e.Pages < FewPages }

// String is "2.31 % (1.80 to 3.02 %)", or says that there are too few pages.
func (e Estimate) String() string {
	if e.Few() {
		pages := "pages"
		if e.Pages == 1 {
			pages = "page"
		}
		return fmt.Sprintf("%.2f %% (%d %s: too few for an interval)", 100*e.Value, e.Pages, pages)
	}
	return fmt.Sprintf("%.2f %% (%.2f to %.2f %%)", 100*e.Value, 100*e.Low, 100*e.High)
}

// Estimated gives a rate over pages, such as Score.CER, by the bootstrap over pages: the
// pages are drawn anew with repetition, 2,000 times, from a fixed seed.
func Estimated(scores []Score, rate func(Score) float64) Estimate {
	sorted := slices.SortedFunc(slices.Values(scores), compareScores)
	return drawn(len(sorted), rate(Sum(sorted)), func(pick func() int) float64 {
		var sum Score
		for range sorted {
			sum = sum.Add(sorted[pick()])
		}
		return rate(sum)
	})
}

// Pair holds the scores of one page as two recipes read it.
type Pair struct{ Old, New Score }

// Difference gives by how much a rate changes from old to new: below 0 the new one is
// better, and surely so when High is below 0 too. Both of a pair are drawn together, so
// that what makes a page hard for both does not blur the difference.
func Difference(pairs []Pair, rate func(Score) float64) Estimate {
	sorted := slices.SortedFunc(slices.Values(pairs), func(a, b Pair) int {
		return cmp.Or(compareScores(a.Old, b.Old), compareScores(a.New, b.New))
	})
	change := func(all Pair) float64 { return rate(all.New) - rate(all.Old) }
	var whole Pair
	for _, p := range sorted {
		whole = Pair{whole.Old.Add(p.Old), whole.New.Add(p.New)}
	}
	return drawn(len(sorted), change(whole), func(pick func() int) float64 {
		var sum Pair
		for range sorted {
			p := &sorted[pick()]
			sum = Pair{sum.Old.Add(p.Old), sum.New.Add(p.New)}
		}
		return change(sum)
	})
}

func compareScores(a, b Score) int {
	return cmp.Or(
		cmp.Compare(a.Errors, b.Errors), cmp.Compare(a.Characters, b.Characters),
		cmp.Compare(a.WordErrors, b.WordErrors), cmp.Compare(a.Words, b.Words),
		cmp.Compare(a.MissingWords, b.MissingWords),
	)
}

const (
	// draws is enough for the ends of an interval to stand to a twentieth of its width.
	draws = 2000
	// tail is how many of the draws lie outside, at either end: 2.5 %.
	tail = draws / 40
	// seed is any number, always the same.
	seed = 1870
)

// drawn repeats a draw from n pages and takes the middle 95 % of what comes out.
func drawn(n int, value float64, draw func(pick func() int) float64) Estimate {
	e := Estimate{Value: value, Low: value, High: value, Pages: n}
	if n < 2 {
		return e
	}
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	pick := func() int { return random.IntN(n) }
	values := make([]float64, draws)
	for i := range values {
		values[i] = draw(pick)
	}
	slices.Sort(values)
	e.Low, e.High = values[tail], values[draws-1-tail]
	return e
}
