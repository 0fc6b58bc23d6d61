package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"
)

func total(weights [][]float64, pairs []pairing) float64 {
	sum := 0.0
	for _, p := range pairs {
		sum += weights[p.row][p.column]
	}
	return sum
}

// best tries every assignment of the rows from the given one on.
func best(weights [][]float64, row int, taken []bool) float64 {
	if row == len(weights) {
		return 0
	}
	most := best(weights, row+1, taken)
	for k, w := range weights[row] {
		if !taken[k] {
			taken[k] = true
			most = max(most, w+best(weights, row+1, taken))
			taken[k] = false
		}
	}
	return most
}

func TestAssignIsTheGreatest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 500 {
		rows, columns := random.IntN(7), random.IntN(7)
		weights := make([][]float64, rows)
		for i := range weights {
			weights[i] = make([]float64, columns)
			for k := range weights[i] {
				weights[i][k] = max(0, random.Float64()*1.5-0.5) // a third earn nothing
				if round%2 == 0 {
					weights[i][k] = float64(random.IntN(4)) / 2 // many are equal
				}
			}
		}
		pairs := assign(weights)
		rowSeen, columnSeen := map[int]bool{}, map[int]bool{}
		for _, p := range pairs {
			if rowSeen[p.row] || columnSeen[p.column] || weights[p.row][p.column] == 0 {
				t.Fatalf("%v: pairs %v use something twice, or for nothing", weights, pairs)
			}
			rowSeen[p.row], columnSeen[p.column] = true, true
		}
		if got, want := total(weights, pairs), best(weights, 0, make([]bool, columns)); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%v: pairs %v weigh %v, the best weigh %v", weights, pairs, got, want)
		}
	}
}

func TestAssignOfNothing(t *testing.T) {
	if got := assign(nil); got != nil {
		t.Errorf("no rows: %v", got)
	}
	if got := assign([][]float64{{}, {}}); got != nil {
		t.Errorf("no columns: %v", got)
	}
}
