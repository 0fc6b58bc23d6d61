package align

import (
	"math/bits"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// none stands where there is no word.
const none = -1

// headLength is how many runes of a word are compared one by one; of longer ones the
// rest counts by its length alone, so that one word of megabytes costs nothing.
const headLength = 32

// spelling is what has to be known of a word to compare it with another.
type spelling struct {
	head    string // the first headLength runes
	runes   int
	letters uint64 // the runes that it has, one bit for each modulo 64
}

// lexicon numbers words by how they are spelt, from 0.
type lexicon struct {
	numbers   map[string]int32
	spellings []spelling
}

func (l *lexicon) number(word string) int32 {
	if n, ok := l.numbers[word]; ok {
		return n
	}
	n := int32(len(l.spellings))
	l.numbers[word] = n
	l.spellings = append(l.spellings, spell(word))
	return n
}

func spell(word string) spelling {
	s := spelling{head: word}
	for at, r := range word {
		if s.runes == headLength {
			s.head = word[:at]
			s.runes += utf8.RuneCountInString(word[at:])
			break
		}
		s.letters |= 1 << (r % 64)
		s.runes++
	}
	return s
}

// behind is what can be told of a word and the one before it as one, without its head.
func (s spelling) behind(before spelling) spelling {
	return spelling{head: s.head, runes: s.runes + before.runes, letters: s.letters | before.letters}
}

// far tells, from the letters alone, that words are not near: a letter that only one of
// them has costs a change.
func (s spelling) far(t spelling, tenths int) bool {
	changes := max(bits.OnesCount64(s.letters&^t.letters), bits.OnesCount64(t.letters&^s.letters))
	return !near(max(changes, s.runes-t.runes, t.runes-s.runes), s, t, tenths)
}

// near tells that so many changes are no more than so many tenths of the longer word.
func near(changes int, s, t spelling, tenths int) bool {
	return 10*changes <= tenths*max(s.runes, t.runes)
}

// distance is how many runes are to be changed.
func (s spelling) distance(t spelling) int {
	rest := max(s.runes-headLength, 0) - max(t.runes-headLength, 0)
	return levenshtein.ComputeDistance(s.head, t.head) + max(rest, -rest)
}

// alike tells that two words share at least half of their letters.
func (m *matcher) alike(s, t spelling) bool {
	return !s.far(t, likeOne) && near(m.distance(s, t), s, t, likeOne)
}

// side is one of the two texts, as numbers of its words.
type side struct {
	words   []int32
	lines   []int
	triples []int32 // of each word but the last two, the number of the three beginning there
}

func (s *side) add(word int32, line int) {
	s.words = append(s.words, word)
	s.lines = append(s.lines, line)
}

// opens tells that a word is the first of its line.
func (s *side) opens(n int) bool { return n == 0 || s.lines[n] != s.lines[n-1] }

func (s *side) runes(l *lexicon) []int {
	all := make([]int, len(s.words))
	for n, w := range s.words {
		all[n] = l.spellings[w].runes
	}
	return all
}

// pairing says that words of the base became words of the text, other ones.
type pairing struct {
	base       []int32 // in order, at least one
	start, end int     // in the text, at least one
	alike      bool    // what is known of them says that they stand in the same place
}

// matcher finds out what became of each word of the base.
type matcher struct {
	words       lexicon
	base, after side
	// from is, for each word of the text, the same word of the base, or none.
	from []int32
	// taken are the words of the base that have become one of the text.
	taken []bool
	// pairings are of words that did not stay.
	pairings []pairing
	effort   int    // what may still be spent on comparing
	seen     []seen // of each number; empty between uses
}

func newMatcher(base, after int) *matcher {
	m := &matcher{
		words: lexicon{numbers: make(map[string]int32, base)},
		from:  make([]int32, after), taken: make([]bool, base),
		effort: min(minEffort+effortPerWord*(base+after), maxEffort),
	}
	for n := range m.from {
		m.from[n] = none
	}
	return m
}

func (m *matcher) keep(base, after int) {
	m.from[after] = int32(base)
	m.taken[base] = true
}

// match goes from what is certain to what is likely: words and runs of words that are
// found once in both texts, then what lies between them.
func (m *matcher) match(moves bool) {
	m.number()
	m.anchor(m.whole(), maxDepth)
	m.slide()
	if moves {
		m.moved()
	}
	for start := 0; start < len(m.from); {
		if m.from[start] != none {
			start++
			continue
		}
		end := start + 1
		for end < len(m.from) && m.from[end] == none {
			end++
		}
		m.settle(m.gap(start, end))
		start = end
	}
}

// gap lists the words of the base that may have become a run of words of the text:
// those behind what became of the word before, and those before the word behind. They
// are the same ones unless something was moved.
func (m *matcher) gap(start, end int) gap {
	before, behind := none, len(m.taken)
	if start > 0 {
		before = int(m.from[start-1])
	}
	if end < len(m.from) {
		behind = int(m.from[end])
	}
	g := gap{start: start, end: end}
	i := before + 1
	for ; i < len(m.taken) && !m.taken[i]; i++ {
		g.base = append(g.base, int32(i))
	}
	if i == behind {
		return g
	}
	g.moved = true
	first := behind
	for first > 0 && !m.taken[first-1] {
		first--
	}
	for ; first < behind; first++ {
		g.base = append(g.base, int32(first))
	}
	return g
}
