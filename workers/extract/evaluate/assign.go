package evaluate

import "math"

// pairing joins row and column of an assignment.
type pairing struct{ row, column int }

// assign pairs rows with columns one to one so that the sum of the weights is greatest, and returns
// the pairs whose weight is above 0 in order of their rows. Rows are taken in turn, each along the
// cheapest chain of changes to the pairs before (shortest augmenting paths with prices): time is
// rows² × columns at worst, rows × columns where few compete.
func assign(weights [][]float64) []pairing {
	if len(weights) == 0 || len(weights[0]) == 0 {
		return nil
	}
	if len(weights) > len(weights[0]) {
		return byRow(weights, assign(transpose(weights)))
	}
	m := newMarket(weights)
	for row := range weights {
		m.place(row)
	}
	var pairs []pairing
	for row, column := range m.columnOf {
		if weights[row][column] > 0 {
			pairs = append(pairs, pairing{row, column})
		}
	}
	return pairs
}

func transpose(weights [][]float64) [][]float64 {
	turned := make([][]float64, len(weights[0]))
	for k := range turned {
		turned[k] = make([]float64, len(weights))
		for i := range weights {
			turned[k][i] = weights[i][k]
		}
	}
	return turned
}

// byRow turns the pairs of the transposed weights back.
func byRow(weights [][]float64, turned []pairing) []pairing {
	columnOf := make([]int, len(weights))
	for i := range columnOf {
		columnOf[i] = nobody
	}
	for _, p := range turned {
		columnOf[p.column] = p.row
	}
	var pairs []pairing
	for row, column := range columnOf {
		if column != nobody {
			pairs = append(pairs, pairing{row, column})
		}
	}
	return pairs
}

const nobody = -1

// market holds a partial assignment and prices under which every pair in it is the best for its
// row: loss - rowPrice - columnPrice is 0 in a pair and nowhere below 0.
type market struct {
	weights     [][]float64
	rowPrice    []float64
	columnPrice []float64
	columnOf    []int
	rowOf       []int

	cost    []float64 // of the cheapest chain to each column
	via     []int     // the row before each column on that chain
	settled []bool
}

func newMarket(weights [][]float64) *market {
	rows, columns := len(weights), len(weights[0])
	m := &market{
		weights: weights, rowPrice: make([]float64, rows), columnPrice: make([]float64, columns),
		columnOf: make([]int, rows), rowOf: make([]int, columns),
		cost: make([]float64, columns), via: make([]int, columns), settled: make([]bool, columns),
	}
	for i := range m.columnOf {
		m.columnOf[i] = nobody
	}
	for k := range m.rowOf {
		m.rowOf[k] = nobody
	}
	return m
}

// place gives a row its column and moves other rows where that is better for all.
func (m *market) place(row int) {
	for k := range m.cost {
		m.cost[k], m.settled[k] = math.Inf(1), false
	}
	reached, at, end := 0.0, row, nobody
	for end == nobody { // each turn settles one more column, and there are as many as rows
		m.extend(at, reached)
		next := m.nearest()
		m.settled[next], reached = true, m.cost[next]
		if at = m.rowOf[next]; at == nobody {
			end = next
		}
	}
	m.reprice(row, reached)
	for column := end; ; {
		holder := m.via[column]
		m.rowOf[column] = holder
		column, m.columnOf[holder] = m.columnOf[holder], column
		if holder == row {
			return
		}
	}
}

// extend looks from a row at every column that is not settled.
func (m *market) extend(row int, reached float64) {
	for k, weight := range m.weights[row] {
		if m.settled[k] {
			continue
		}
		if c := reached - weight - m.rowPrice[row] - m.columnPrice[k]; c < m.cost[k] {
			m.cost[k], m.via[k] = c, row
		}
	}
}

// nearest returns the open column with the cheapest chain, a free one where several are equal.
func (m *market) nearest() int {
	best := nobody
	for k, c := range m.cost {
		if m.settled[k] {
			continue
		}
		free := best != nobody && c == m.cost[best] && m.rowOf[k] == nobody && m.rowOf[best] != nobody
		if best == nobody || c < m.cost[best] || free {
			best = k
		}
	}
	return best
}

// reprice makes the chains that were walked free of cost.
func (m *market) reprice(row int, reached float64) {
	m.rowPrice[row] += reached
	for k, settled := range m.settled {
		if !settled {
			continue
		}
		slack := reached - m.cost[k]
		m.columnPrice[k] -= slack
		if holder := m.rowOf[k]; holder != nobody {
			m.rowPrice[holder] += slack
		}
	}
}
