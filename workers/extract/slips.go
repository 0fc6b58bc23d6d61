package extract

import (
	"strings"
	"unicode/utf8"
)

// slips finds the meaning of a word that recognition has misread: letters that look
// alike are one letter, and one further letter may be wrong, missing or too many.
// The zero meaning is none.
type slips[T ~uint8] struct {
	shapes map[string]shaped[T]
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

// shapes maps letters that are taken for one another to one of them. Pairs of
// letters come first: rn for m.
var shapes = strings.NewReplacer(
	"rn", "m", "vv", "w", "cl", "d", "ii", "u", "li", "u",
	"1", "i", "l", "i", "|", "i", "!", "i", "j", "i", "і", "i",
	"0", "o", "о", "o", "q", "o",
	"c", "e", "с", "e", "е", "e", "ё", "e",
	"u", "n", "п", "н", "и", "н", "й", "н", "ц", "н",
	"h", "b", "6", "b", "8", "b", "5", "s", "$", "s", "9", "g",
	"а", "a", "р", "p", "у", "y", "х", "x", "к", "k", "т", "t", "в", "b", "м", "m",
	"f", "t", "г", "t", "з", "э", "3", "э", "щ", "ш", "ъ", "ь", "ы", "ь", "д", "л",
)

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
		shape := shapes.Replace(word)
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
	return s
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
	shape := shapes.Replace(word)
	m := s.shapes[shape]
	if m.alike != 0 || n < 5 {
		return single(m.alike)
	}
	found := m.near
	var less [256]byte // no string is made for a question
	for i, r := range shape {
		rest := append(append(less[:0], shape[:i]...), shape[i+utf8.RuneLen(r):]...)
		m := s.shapes[string(rest)]
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
