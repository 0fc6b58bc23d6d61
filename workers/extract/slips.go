package extract

import (
	"iter"
	"unicode/utf8"
)

// slips finds the meaning of a word that recognition has misread: letters that look
// alike are one letter, and one further letter may be wrong, missing or too many.
// The zero meaning is none.
type slips[T ~uint8] struct {
	shapes map[string]shaped[T]
	// hashes has a bit for the hash of each shape: most words are near to none, which
	// is known without a look-up for each of their letters.
	hashes [1 << 10]uint64
}

// shaped is what a shape means.
type shaped[T ~uint8] struct {
	// alike is the keyword that has the shape.
	alike T
	// near is one that has it with one letter less.
	near T
}

// conflict stands for shapes that two meanings share.
const conflict = ^uint8(0)

// alikes are letters that are taken for one another, all for the first.
var alikes = [...]string{
	"i1l|!jі", "o0оq", "ecсеё", "nuпнийц", "bh68в", "s5$", "g9",
	"aа", "pр", "yу", "xх", "kк", "tтfг", "mм", "эз3", "шщ", "ьъы", "лд",
}

// shapes has the first of its alikes for each letter that has any.
var shapes = makeShapes()

func makeShapes() (of [0x460]rune) {
	for _, set := range alikes {
		first, _ := utf8.DecodeRuneInString(set)
		for _, r := range set {
			of[r] = first
		}
	}
	return of
}

// appendShape adds the shape of a word: its letters without what tells those apart
// that are taken for one another, pairs first.
func appendShape(shape []byte, word string) []byte {
	for i := 0; i < len(word); {
		if i+1 < len(word) {
			if one := pairShape(word[i], word[i+1]); one != 0 {
				shape = append(shape, one)
				i += 2
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(word[i:])
		if int(r) < len(shapes) && shapes[r] != 0 {
			r = shapes[r]
		}
		shape = utf8.AppendRune(shape, r)
		i += n
	}
	return shape
}

// pairShape is the shape of one letter that two are taken for, 0 for none.
func pairShape(a, b byte) byte {
	switch {
	case a == 'r' && b == 'n':
		return 'm'
	case a == 'v' && b == 'v':
		return 'w'
	case a == 'c' && b == 'l':
		return 'd'
	case (a == 'i' || a == 'l') && b == 'i':
		return 'n' // u
	}
	return 0
}

var (
	misread      = makeSlips(lexicon)
	misreadLabel = makeSlips(labels)
)

func makeSlips[T ~uint8](words map[string]T) *slips[T] {
	s := &slips[T]{shapes: map[string]shaped[T]{}}
	for word, k := range words {
		n := utf8.RuneCountInString(word)
		if n < 4 {
			continue
		}
		shape := string(appendShape(nil, word))
		m := s.shapes[shape]
		m.alike = agreed(m.alike, k)
		s.shapes[shape] = m
		if n >= 5 {
			for i, r := range shape {
				less := shape[:i] + shape[i+utf8.RuneLen(r):]
				m := s.shapes[less]
				m.near = agreed(m.near, k)
				s.shapes[less] = m
			}
		}
	}
	for shape := range s.shapes {
		word, bit := slot(hash(shape))
		s.hashes[word] |= bit
	}
	return s
}

// hashBase is an odd number without a pattern. A hash is that of the letters before,
// times it, plus the letter, so that those of a word's parts give that of the word.
const hashBase = 0x9e3779b97f4a7c15

// inverse of hashBase, modulo 2⁶⁴: it takes the last letter of a hash away.
const inverse = 0xf1de83e19937733d

func hash(s string) uint64 {
	h := uint64(0)
	for _, r := range s {
		h = h*hashBase + uint64(r)
	}
	return h
}

// slot is the place of a hash in hashes.
func slot(h uint64) (word int, bit uint64) {
	h *= hashBase
	return int(h >> 54), 1 << (h >> 48 & 63)
}

// agreed is a meaning that a shape gets beside the one that it has.
func agreed[T ~uint8](there, k T) T {
	if there != 0 && there != k {
		return T(conflict)
	}
	return k
}

// of returns the meaning of a word of four letters or more, none when there is no
// single one.
func (s *slips[T]) of(word string) T {
	n := utf8.RuneCountInString(word)
	if n < 4 || n > 40 || !utf8.ValidString(word) {
		return 0
	}
	var whole, less [256]byte // no string is made for a question
	shape := appendShape(whole[:0], word)
	m := s.shapes[string(shape)]
	if m.alike != 0 || n < 5 {
		return single(m.alike)
	}
	found := m.near
	for i := range s.mayLack(shape) {
		_, size := utf8.DecodeRune(shape[i:])
		m := s.shapes[string(append(append(less[:0], shape[:i]...), shape[i+size:]...))]
		for _, k := range [2]T{m.alike, m.near} {
			if k == 0 {
				continue
			}
			if found != 0 && found != k {
				return 0
			}
			found = k
		}
	}
	return single(found)
}

// mayLack gives the offsets of letters without which a shape may be another's.
func (s *slips[T]) mayLack(shape []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		before, behind, power := hash(string(shape)), uint64(0), uint64(1)
		for i := len(shape); i > 0; {
			r, size := utf8.DecodeLastRune(shape[:i])
			i -= size
			before = (before - uint64(r)) * inverse
			if word, bit := slot(before*power + behind); s.hashes[word]&bit != 0 && !yield(i) {
				return
			}
			behind += uint64(r) * power
			power *= hashBase
		}
	}
}

func single[T ~uint8](k T) T {
	if k == T(conflict) {
		return 0
	}
	return k
}

// formLine is the length up to which a line may be one of a form, in bytes.
const formLine = 160

// shortWords are what is left of the short words that begin a form's lines.
var shortWords = map[string]key{
	"t0": kTo, "io": kTo, "t o": kTo, "т0": kTo, "rom": kFrom, "frorn": kFrom, "fr0m": kFrom, "fron": kFrom, "fiom": kFrom,
	"f0r": kFor, "n0": kNumber, "ho": kNumber, "nn": kNumber,
}

// mend gives misread words their meaning: in lines short enough to be a form's, and
// beside figures everywhere, where months stand.
func (p *page) mend() {
	for _, l := range p.lines {
		short := l.End-l.Start <= formLine
		for i := l.first; i < l.last; i++ {
			t := &p.tokens[i]
			if t.key != none || !t.word() {
				continue
			}
			if short || p.at(i-1).num >= 0 || p.at(i+1).num >= 0 {
				t.key = misread.of(p.lower[t.Start:t.End])
			}
			if t.key == none && i == l.first && short {
				t.key = shortWords[p.lower[t.Start:t.End]]
			}
		}
	}
}
