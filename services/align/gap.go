package align

import "slices"

// Bounds on comparing the words of gaps with each other. An effort is a cell of the
// table or a step of a distance, 20 ns; a page of 20,000 words with every fifth
// letter wrong took 8 million.
const (
	minEffort     = 1 << 22
	effortPerWord = 1 << 10
	maxEffort     = 1 << 26
	maxCells      = 1 << 20 // five bytes each
	minBand       = 65      // cells of a row; a narrower band finds nothing
	maxJoin       = 16      // words in one, such as a heading set with blanks between letters
)

// Costs, in halves of a letter, so that of ways with equally many letters changed the
// plainer one is taken.
const (
	perLetter   = 2
	putIn       = 1 // a word put in or left out, beside its letters
	replaced    = 2 // a word for one that is not like it, so that rather others stay
	joined      = 2 // so that a speck before a word is left out, not joined to it
	otherPlace  = 1 // one word begins a line and the other does not
	unreachable = 1 << 30
)

// How many tenths of the longer word may differ in words that are alike, and in words
// that are joined or split: there more ways are tried, so that more fit by chance.
const (
	likeOne     = 5
	likeSeveral = 4
)

// gap is a run of words of the text for which no word of the base is certain, and the
// words of the base that may have become them, in order.
type gap struct {
	base       []int32
	start, end int
	moved      bool // the words of the base do not all stand between the same neighbours
}

// way is how a cell of the table was reached.
type way uint8

const (
	unset   way                    = iota
	same                           // a word stayed
	alike                          // a word became one that shares most letters
	other                          // a word became another
	leftOut                        // a word of the base became nothing
	added                          // a word of the text was put in
	joinOf                         // joinOf+n: n words of the base became one
	splitTo = joinOf + maxJoin + 1 // splitTo+n: a word of the base became n
)

// table has the least cost of turning the first words of the base into the first of
// the text: row i, column j for i and j of them, of each row only a band of columns.
type table struct {
	rows, columns, width int
	cost                 []int32
	ways                 []way
}

func (t *table) first(row int) int {
	if t.width == t.columns {
		return 0
	}
	return min(max(row*(t.columns-1)/(t.rows-1)-t.width/2, 0), t.columns-t.width)
}

// at is the cell's place, or none outside the band.
func (t *table) at(row, column int) int {
	column -= t.first(row)
	if row < 0 || column < 0 || column >= t.width {
		return none
	}
	return row*t.width + column
}

// offer notes a way to a cell from another, when it costs less than those before.
func (t *table) offer(cell, row, column int, cost int, w way) {
	if from := t.at(row, column); from != none && t.cost[from]+int32(cost) < t.cost[cell] {
		t.cost[cell], t.ways[cell] = t.cost[from]+int32(cost), w
	}
}

// settle says what became of the words of a gap.
func (m *matcher) settle(g gap) {
	if len(g.base) == 0 {
		return
	}
	t := m.compare(g)
	if t == nil {
		m.replace(g, 0, len(g.base), g.start, g.end)
		return
	}
	var steps []way
	for i, j := t.rows-1, t.columns-1; i > 0 || j > 0; {
		w := t.ways[t.at(i, j)]
		steps = append(steps, w)
		base, after := w.words()
		i, j = i-base, j-after
	}
	m.take(g, steps)
}

// take keeps and pairs words as the steps say, from the last to the first.
func (m *matcher) take(g gap, steps []way) {
	i, j, fromBase, fromAfter := 0, g.start, 0, g.start
	for _, w := range slices.Backward(steps) {
		base, after := w.words()
		i, j = i+base, j+after
		if w == other || w == leftOut || w == added {
			continue
		}
		m.replace(g, fromBase, i-base, fromAfter, j-after)
		if w == same {
			m.keep(int(g.base[i-1]), j-1)
		} else {
			m.pair(pairing{base: g.base[i-base : i], start: j - after, end: j, alike: true})
		}
		fromBase, fromAfter = i, j
	}
	m.replace(g, fromBase, i, fromAfter, j)
}

// words is how many words of the base and of the text a way takes.
func (w way) words() (base, after int) {
	switch {
	case w > splitTo:
		return 1, int(w - splitTo)
	case w > joinOf:
		return int(w - joinOf), 1
	case w == leftOut:
		return 1, 0
	case w == added:
		return 0, 1
	}
	return 1, 1
}

func (m *matcher) pair(p pairing) {
	m.pairings = append(m.pairings, p)
	for _, b := range p.base {
		m.taken[b] = true
	}
}

// replace says that a run of words became another with few letters in common: one by
// one where there are as many of about the same length, else all of them together.
func (m *matcher) replace(g gap, base, baseEnd, start, end int) {
	if g.moved || base == baseEnd || start == end {
		return
	}
	olds := g.base[base:baseEnd]
	if len(olds) != end-start || !m.asLong(olds, start) {
		m.pair(pairing{base: olds, start: start, end: end})
		return
	}
	for n := range olds {
		m.pair(pairing{base: olds[n : n+1], start: start + n, end: start + n + 1, alike: true})
	}
}

// asLong tells that words are about as long as those that they replace. One for one may
// be twice as long: there is less to doubt.
func (m *matcher) asLong(olds []int32, start int) bool {
	for n, b := range olds {
		x, y := m.word(&m.base, int(b)).runes, m.word(&m.after, start+n).runes
		allowed := max(x, y) / 3
		if len(olds) == 1 {
			allowed = min(x, y)
		}
		if max(x-y, y-x) > max(1, allowed) {
			return false
		}
	}
	return true
}

func (m *matcher) word(s *side, n int) spelling { return m.words.spellings[s.words[n]] }

// newTable makes a table as wide as may be; nil where that would be too narrow.
func (m *matcher) newTable(base, after int) *table {
	t := &table{rows: base + 1, columns: after + 1}
	cells := min(maxCells, m.effort)
	if t.width = min(t.columns, cells/t.rows); t.width < min(t.columns, minBand) {
		return nil
	}
	// A band that is steeper than wide has holes.
	if t.width < t.columns && t.columns/t.rows >= t.width/2 {
		return nil
	}
	t.cost, t.ways = make([]int32, t.rows*t.width), make([]way, t.rows*t.width)
	m.effort -= len(t.cost)
	return t
}

// compare compares all words of a gap; nil when that is too much.
func (m *matcher) compare(g gap) *table {
	t := m.newTable(len(g.base), g.end-g.start)
	if t == nil {
		return nil
	}
	for i := range t.rows {
		for j := t.first(i); j < t.first(i)+t.width; j++ {
			cell := t.at(i, j)
			if i == 0 && j == 0 {
				continue
			}
			if m.effort < 0 {
				return nil
			}
			t.cost[cell] = unreachable
			if i > 0 {
				t.offer(cell, i-1, j, putIn+perLetter*m.word(&m.base, int(g.base[i-1])).runes, leftOut)
			}
			if j > 0 {
				t.offer(cell, i, j-1, putIn+perLetter*m.word(&m.after, g.start+j-1).runes, added)
			}
			if i > 0 && j > 0 {
				m.one(t, g, cell, i, j)
				m.several(t, g, cell, i, j)
			}
		}
	}
	return t
}

// one offers that a word became a word.
func (m *matcher) one(t *table, g gap, cell, i, j int) {
	base, after := int(g.base[i-1]), g.start+j-1
	a, b := m.word(&m.base, base), m.word(&m.after, after)
	place := 0
	if m.base.opens(base) != m.after.opens(after) {
		place = otherPlace
	}
	if m.base.words[base] == m.after.words[after] {
		t.offer(cell, i-1, j-1, place, same)
		return
	}
	longer := max(a.runes, b.runes)
	if a.far(b, likeOne) {
		t.offer(cell, i-1, j-1, place+replaced+perLetter*longer, other)
		return
	}
	d := m.distance(a, b)
	if near(d, a, b, likeOne) {
		t.offer(cell, i-1, j-1, place+perLetter*d, alike)
	} else {
		t.offer(cell, i-1, j-1, place+replaced+perLetter*d, other)
	}
}

// several offers that words were joined or a word split, where the letters are alike.
func (m *matcher) several(t *table, g gap, cell, i, j int) {
	one, many := m.word(&m.after, g.start+j-1), m.word(&m.base, int(g.base[i-1]))
	for n := 2; n <= min(i, maxJoin) && g.base[i-n+1] == g.base[i-n]+1; n++ {
		many = many.behind(m.word(&m.base, int(g.base[i-n])))
		if many.runes > 2*one.runes {
			break
		}
		if t.at(i-n, j-1) != none && !many.far(one, likeSeveral) {
			m.offerJoined(t, cell, i-n, j-1, m.joined(&m.base, int(g.base[i-n]), n), one, joinOf+way(n))
		}
	}
	one, many = m.word(&m.base, int(g.base[i-1])), one
	for n := 2; n <= min(j, maxJoin); n++ {
		many = many.behind(m.word(&m.after, g.start+j-n))
		if many.runes > 2*one.runes {
			break
		}
		if t.at(i-1, j-n) != none && !many.far(one, likeSeveral) {
			m.offerJoined(t, cell, i-1, j-n, m.joined(&m.after, g.start+j-n, n), one, splitTo+way(n))
		}
	}
}

func (m *matcher) offerJoined(t *table, cell, row, column int, many, one spelling, w way) {
	if d := m.distance(many, one); near(d, many, one, likeSeveral) {
		t.offer(cell, row, column, joined+perLetter*d, w)
	}
}

// joined is the spelling of some words in one.
func (m *matcher) joined(s *side, start, length int) spelling {
	var all spelling
	for n := start; n < start+length; n++ {
		next := m.word(s, n)
		if all.runes < headLength {
			all.head = spell(all.head + next.head).head
		}
		all.runes += next.runes
		all.letters |= next.letters
	}
	return all
}

func (m *matcher) distance(a, b spelling) int {
	m.effort -= min(a.runes, headLength) * min(b.runes, headLength)
	return a.distance(b)
}
