package align

import (
	"slices"
	"sort"
)

const (
	// closeBy is how many pairs of words a stretch may have to be left to comparing
	// words one by one, which is better there: a word that is found once on a page is
	// a sure sign, one found once in two lines is not.
	closeBy = 4096
	// maxDepth is how often a stretch is parted again; each time costs one pass.
	maxDepth = 6
	// tellingTriple is how many runes three words need to be known again elsewhere.
	tellingTriple = 8
)

// stretch is a run of words of the base and the run that it may have become.
type stretch struct{ base, baseEnd, after, afterEnd int }

func (s stretch) empty() bool { return s.base >= s.baseEnd || s.after >= s.afterEnd }

// number gives every run of three words a number, as words have one.
func (m *matcher) number() {
	numbers := map[[3]int32]int32{}
	for _, s := range []*side{&m.base, &m.after} {
		for n := 2; n < len(s.words); n++ {
			run := [3]int32(s.words[n-2 : n+1])
			number, ok := numbers[run]
			if !ok {
				number = int32(len(numbers))
				numbers[run] = number
			}
			s.triples = append(s.triples, number)
		}
	}
	m.seen = make([]seen, max(len(m.words.spellings), len(numbers)))
}

// anchor keeps the words at both ends of a stretch that are the same, then those found
// once in both its runs, as long as they are in the same order, and goes on between.
func (m *matcher) anchor(s stretch, depth int) {
	s = m.trim(s)
	if s.empty() || depth == 0 || (s.baseEnd-s.base)*(s.afterEnd-s.after) <= closeBy {
		return
	}
	pairs := rising(slices.DeleteFunc(m.once(m.base.words, m.after.words, s), func(p pair) bool { return !m.backed(p) }))
	if len(pairs) == 0 {
		pairs = rising(m.once(m.base.triples, m.after.triples, s))
	}
	if len(pairs) == 0 {
		return
	}
	for _, p := range pairs {
		m.keep(p.base, p.after)
		m.anchor(stretch{s.base, p.base, s.after, p.after}, depth-1)
		s.base, s.after = p.base+1, p.after+1
	}
	m.anchor(s, depth-1)
}

// backed tells that two of the four words around a word are alike in both texts. In a
// table a misread number is easily another line's.
func (m *matcher) backed(p pair) bool {
	backing := 0
	for _, by := range []int{-2, -1, 1, 2} {
		b, a := p.base+by, p.after+by
		if min(b, a) < 0 || b >= len(m.base.words) || a >= len(m.after.words) ||
			m.base.words[b] == m.after.words[a] || m.alike(m.word(&m.base, b), m.word(&m.after, a)) {
			backing++
		}
	}
	return backing >= 2
}

// trim keeps what is the same at both ends and returns the rest.
func (m *matcher) trim(s stretch) stretch {
	for !s.empty() && m.base.words[s.base] == m.after.words[s.after] {
		m.keep(s.base, s.after)
		s.base, s.after = s.base+1, s.after+1
	}
	for !s.empty() && m.base.words[s.baseEnd-1] == m.after.words[s.afterEnd-1] {
		s.baseEnd, s.afterEnd = s.baseEnd-1, s.afterEnd-1
		m.keep(s.baseEnd, s.afterEnd)
	}
	return s
}

// pair is a place in the base and one in the text.
type pair struct{ base, after int }

// seen is where a number stands in both runs of a stretch, and how often.
type seen struct{ base, times, timesAfter int32 }

// once pairs the numbers that each run of a stretch has once, in the text's order.
func (m *matcher) once(base, after []int32, s stretch) []pair {
	base = base[min(s.base, len(base)):min(s.baseEnd, len(base))]
	after = after[min(s.after, len(after)):min(s.afterEnd, len(after))]
	for n, number := range base {
		m.seen[number].base = int32(s.base + n)
		m.seen[number].times++
	}
	for _, number := range after {
		m.seen[number].timesAfter++
	}
	var pairs []pair
	for n, number := range after {
		if v := m.seen[number]; v.times == 1 && v.timesAfter == 1 {
			pairs = append(pairs, pair{int(v.base), s.after + n})
		}
	}
	for _, numbers := range [][]int32{base, after} {
		for _, number := range numbers {
			m.seen[number] = seen{}
		}
	}
	return pairs
}

// rising returns a longest part of pairs whose places in the base rise too: the
// longest rising subsequence, by the piles of a game of patience.
func rising(pairs []pair) []pair {
	piles := make([]int, 0, len(pairs)) // the pair on top of each pile
	under := make([]int, len(pairs))    // of each pair, the top of the pile to its left
	for n, p := range pairs {
		pile := sort.Search(len(piles), func(i int) bool { return pairs[piles[i]].base >= p.base })
		under[n] = none
		if pile > 0 {
			under[n] = piles[pile-1]
		}
		if pile == len(piles) {
			piles = append(piles, n)
		}
		piles[pile] = n
	}
	chosen := make([]pair, len(piles))
	if len(piles) > 0 {
		for n, at := len(piles)-1, piles[len(piles)-1]; n >= 0; n, at = n-1, under[at] {
			chosen[n] = pairs[at]
		}
	}
	return chosen
}

// maxSlide is how many words a run is moved at most.
const maxSlide = 100

// slide moves runs of words that were put in or taken out up to where a line begins,
// when the words passed are the same as those at its end: of two lines that begin alike
// one was taken out, not the end of one and the beginning of the other.
func (m *matcher) slide() {
	for n := 1; n < len(m.from); n++ {
		if m.from[n-1] == none {
			continue
		}
		end := n // of the words put in behind the word n-1
		for end < len(m.from) && m.from[end] == none {
			end++
		}
		base, behind := int(m.from[n-1]), len(m.base.words)
		if end < len(m.from) {
			behind = int(m.from[end])
		}
		switch {
		case end > n && behind == base+1:
			m.slideAdded(n, end)
		case end == n && behind > base+1:
			m.slideLeftOut(n, base+1, behind)
		}
		n = end
	}
}

// slideAdded moves the run of words put in from start to end.
func (m *matcher) slideAdded(start, end int) {
	by := m.slideBy(&m.after, start, end, start)
	for n := range by {
		m.from[end-1-n], m.from[start-1-n] = m.from[start-1-n], none
	}
}

// slideLeftOut moves the words of the base from start to end that were left out before
// the word of the text after.
func (m *matcher) slideLeftOut(after, start, end int) {
	by := m.slideBy(&m.base, start, end, after)
	for n := range by {
		m.taken[start-1-n] = false
		m.keep(end-1-n, after-1-n)
	}
}

// slideBy counts the words that a run of one side can be moved up to begin a line; the
// word after of the text and those before it stand before the run.
func (m *matcher) slideBy(s *side, start, end, after int) int {
	for by := range maxSlide {
		if s.opens(start - by) {
			return by
		}
		word := after - 1 - by
		if start-1-by < 0 || word < 0 || m.from[word] == none || s.words[start-1-by] != s.words[end-1-by] ||
			by > 0 && m.from[word] != m.from[word+1]-1 {
			return 0
		}
	}
	return 0
}

// moved keeps the runs of three words and more that both texts have once and that
// nothing has been found for in the order of the text: a column that was read before
// another, a heading that came at the end.
func (m *matcher) moved() {
	for _, p := range m.once(m.base.triples, m.after.triples, m.whole()) {
		if m.free(p.base, p.after, 3) && m.letters(p.after, 3) >= tellingTriple {
			m.keepRun(p.base, p.after)
		}
	}
}

func (m *matcher) whole() stretch {
	return stretch{baseEnd: len(m.base.words), afterEnd: len(m.after.words)}
}

func (m *matcher) free(base, after, length int) bool {
	for n := range length {
		if m.taken[base+n] || m.from[after+n] != none {
			return false
		}
	}
	return true
}

func (m *matcher) letters(after, length int) int {
	sum := 0
	for _, w := range m.after.words[after : after+length] {
		sum += m.words.spellings[w].runes
	}
	return sum
}

// keepRun keeps two words and what is the same and free on both sides of them.
func (m *matcher) keepRun(base, after int) {
	same := func(b, a int) bool {
		return b >= 0 && a >= 0 && b < len(m.taken) && a < len(m.from) &&
			m.base.words[b] == m.after.words[a] && m.free(b, a, 1)
	}
	for b, a := base-1, after-1; same(b, a); b, a = b-1, a-1 {
		m.keep(b, a)
	}
	for b, a := base, after; same(b, a); b, a = b+1, a+1 {
		m.keep(b, a)
	}
}
