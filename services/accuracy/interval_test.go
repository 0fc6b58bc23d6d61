package accuracy

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// pagesOf are scores of pages, some of them much worse than the others.
func pagesOf(random *rand.Rand, n int, usual float64) []Score {
	scores := make([]Score, n)
	for i := range scores {
		length := 500 + random.IntN(2500)
		share := usual * random.ExpFloat64()
		scores[i] = Score{Errors: int(share * float64(length)), Characters: length, WordErrors: 1, Words: length / 6}
	}
	return scores
}

func TestEstimated(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	scores := pagesOf(random, 60, 0.04)
	e := Estimated(scores, Score.CER)
	if e.Value != Sum(scores).CER() || e.Pages != 60 || e.Few() {
		t.Errorf("Estimated = %+v; the rate is %v", e, Sum(scores).CER())
	}
	if !(e.Low < e.Value && e.Value < e.High) || e.High-e.Low > e.Value || e.High-e.Low < e.Value/10 {
		t.Errorf("the interval is %v to %v of %v", e.Low, e.High, e.Value)
	}
	mixed := slices.Clone(scores)
	random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	if again := Estimated(mixed, Score.CER); again != e {
		t.Errorf("in another order it is %+v, not %+v", again, e)
	}
	if more := Estimated(append(pagesOf(random, 540, 0.04), scores...), Score.CER); more.High-more.Low > (e.High-e.Low)/2 {
		t.Errorf("ten times the pages have an interval of %v to %v", more.Low, more.High)
	}
}

func TestFewPagesAreToldPlainly(t *testing.T) {
	for _, c := range []struct {
		scores []Score
		want   Estimate
		said   string
	}{
		{nil, Estimate{}, "0.00 % (0 pages: too few for an interval)"},
		{[]Score{{Errors: 1, Characters: 40}}, Estimate{0.025, 0.025, 0.025, 1}, "2.50 % (1 page: too few for an interval)"},
	} {
		e := Estimated(c.scores, Score.CER)
		if e != c.want || !e.Few() || e.String() != c.said {
			t.Errorf("Estimated = %+v, %q; want %+v, %q", e, e, c.want, c.said)
		}
	}
	scores := pagesOf(rand.New(rand.NewPCG(7, 8)), FewPages, 0.04)
	if e := Estimated(scores[1:], Score.CER); !e.Few() || !strings.HasSuffix(e.String(), "(19 pages: too few for an interval)") {
		t.Errorf("Estimated = %q of %d pages", e, FewPages-1)
	}
	if e := Estimated(scores, Score.CER); e.Few() || e.String() != fmt.Sprintf("%.2f %% (%.2f to %.2f %%)", 100*e.Value, 100*e.Low, 100*e.High) {
		t.Errorf("Estimated = %q of %d pages", e, FewPages)
	}
}

// A page that is hard for both recipes does not hide that one is better on each.
func TestDifferenceIsOfThePages(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	var pairs, mirrored []Pair
	var same []Pair
	for _, old := range pagesOf(random, 40, 0.08) {
		better := old
		better.Errors = better.Errors * 9 / 10
		pairs = append(pairs, Pair{old, better})
		mirrored = append(mirrored, Pair{better, old})
		same = append(same, Pair{old, old})
	}
	d := Difference(pairs, Score.CER)
	if d.Value >= 0 || d.High >= 0 || d.Low >= d.Value || d.Pages != 40 {
		t.Errorf("a tenth fewer errors on each page are a difference of %+v", d)
	}
	alone := Estimated(scoresOf(pairs, func(p Pair) Score { return p.Old }), Score.CER)
	if d.High-d.Low > (alone.High-alone.Low)/3 {
		t.Errorf("the difference is known to %v, the rate to %v", d.High-d.Low, alone.High-alone.Low)
	}
	if m := Difference(mirrored, Score.CER); math.Abs(m.Value+d.Value) > 1e-15 || m.Low <= 0 {
		t.Errorf("the other way round it is %+v", m)
	}
	if s := Difference(same, Score.CER); s != (Estimate{Pages: 40}) {
		t.Errorf("the same readings differ by %+v", s)
	}
	random.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	if again := Difference(pairs, Score.CER); again != d {
		t.Errorf("in another order it is %+v, not %+v", again, d)
	}
}

func scoresOf(pairs []Pair, of func(Pair) Score) []Score {
	scores := make([]Score, len(pairs))
	for i, p := range pairs {
		scores[i] = of(p)
	}
	return scores
}

// The interval holds the rate of all pages about as often as it says: of 150 samples of
// 60 pages, nearly nine in ten at least. It is a little too narrow where few bad pages make
// most of the errors, as here.
func TestIntervalHoldsWhatItShould(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	all := pagesOf(random, 20_000, 0.05)
	truth := Sum(all).CER()
	held := 0
	for range 150 {
		sample := make([]Score, 60)
		for i := range sample {
			sample[i] = all[random.IntN(len(all))]
		}
		if e := Estimated(sample, Score.CER); e.Low <= truth && truth <= e.High {
			held++
		}
	}
	if held < 133 || held > 149 {
		t.Errorf("%d of 150 intervals hold the rate", held)
	}
	t.Logf("%d of 150 intervals hold the rate", held)
}
