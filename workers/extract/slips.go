package extract

import (
	"strings"
	"unicode/utf8"
)

// slips finds the meaning of a word that recognition has misread: letters that look
// alike are one letter, and one further letter may be wrong, missing or too many.
// The zero meaning is none.
type slips[T ~uint8] struct {
	// alike has the keywords by their shape.
	alike map[string]T
	// near has the shapes with one letter less.
	near map[string]T
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
	s := &slips[T]{alike: map[string]T{}, near: map[string]T{}}
	for word, k := range words {
		n := utf8.RuneCountInString(word)
		if n < 4 {
			continue
		}
		shape := shapes.Replace(word)
		put(s.alike, shape, k)
		if n >= 5 {
			for _, less := range without(shape) {
				put(s.near, less, k)
			}
		}
	}
	return s
}

func put[T ~uint8](m map[string]T, shape string, k T) {
	if there, taken := m[shape]; taken && there != k {
		k = T(conflict)
	}
	m[shape] = k
}

// without returns a word with each of its letters left out.
func without(word string) []string {
	less := make([]string, 0, len(word))
	for i, r := range word {
		less = append(less, word[:i]+word[i+utf8.RuneLen(r):])
	}
	return less
}

// of returns the meaning of a word of four letters or more, none when there is no
// single one.
func (s *slips[T]) of(word string) T {
	n := utf8.RuneCountInString(word)
	if n < 4 || n > 40 || !utf8.ValidString(word) {
		return 0
	}
	shape := shapes.Replace(word)
	if k, ok := s.alike[shape]; ok {
		return single(k)
	}
	if n < 5 {
		return 0
	}
	found := s.near[shape]
	for _, less := range without(shape) {
		for _, m := range []map[string]T{s.alike, s.near} {
			k, ok := m[less]
			if !ok {
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
