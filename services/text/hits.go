package text

import (
	"slices"
	"strings"
)

// Hits says whether the text answers the clauses of a query, and returns the
// places that do, in order of their start; each carries the index of its
// clause. A database finds candidates by their terms; this decides, in the same
// way for every database, and gives the places to draw.
func Hits(s string, clauses []Clause) ([]Span, bool) {
	f := newFinder(clauses)
	f.read(s)
	var spans []Span
	answers := len(clauses) > 0
	for i, c := range clauses {
		found := false
		for _, ph := range c.Any {
			for _, span := range f.phrase(ph) {
				found = true
				if !c.Without {
					span.Clause = i
					spans = append(spans, span)
				}
			}
		}
		answers = answers && found != c.Without
	}
	slices.SortFunc(spans, func(a, b Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		if a.End != b.End {
			return a.End - b.End
		}
		return a.Clause - b.Clause
	})
	return slices.Compact(spans), answers
}

// place is where a term stands.
type place struct {
	position, width int
	start, end      int
}

// finder holds the places of the terms that a query asks for, in order of
// their positions.
type finder struct {
	exact  map[string][]place
	begins map[string][]place // by the beginning of a term
	// prefixes are the keys of begins: quicker to go through.
	prefixes []string
}

func newFinder(clauses []Clause) *finder {
	f := &finder{exact: map[string][]place{}, begins: map[string][]place{}}
	for _, c := range clauses {
		for _, ph := range c.Any {
			for i := range ph.Words {
				f.want(&ph.Words[i])
			}
		}
	}
	return f
}

func (f *finder) want(w *Word) {
	for i, part := range w.Parts {
		f.wantTerm(part, w.Prefix && i == len(w.Parts)-1)
	}
	for _, whole := range w.Wholes {
		f.wantTerm(whole, w.Prefix)
	}
}

func (f *finder) wantTerm(term string, prefix bool) {
	if !prefix {
		f.exact[term] = nil
		return
	}
	if _, ok := f.begins[term]; !ok {
		f.begins[term] = nil
		f.prefixes = append(f.prefixes, term)
	}
}

// read goes once over the text.
func (f *finder) read(s string) {
	for t := range Terms(s) {
		p := place{t.Position, t.Width, t.Start, t.End}
		if places, ok := f.exact[t.Text]; ok {
			f.exact[t.Text] = append(places, p)
		}
		for _, prefix := range f.prefixes {
			if strings.HasPrefix(t.Text, prefix) {
				f.begins[prefix] = append(f.begins[prefix], p)
			}
		}
	}
}

// phrase returns where all words of a phrase stand one after another.
func (f *finder) phrase(ph Phrase) []Span {
	if len(ph.Words) == 0 {
		return nil
	}
	var spans []Span
	for _, first := range f.first(&ph.Words[0]) {
		reached := map[int]int{}
		f.from(&ph.Words[0], first.position, reached)
		for i := range ph.Words[1:] {
			next := map[int]int{}
			for position := range reached {
				f.from(&ph.Words[i+1], position, next)
			}
			reached = next
		}
		end := 0
		for _, e := range reached {
			end = max(end, e)
		}
		if end > 0 && (len(spans) == 0 || spans[len(spans)-1].Start != first.start) {
			spans = append(spans, Span{Start: first.start, End: end})
		}
	}
	return spans
}

// first returns where a word may begin, in order, each position once.
func (f *finder) first(w *Word) []place {
	begins := slices.Clone(f.part(w, 0))
	for _, whole := range w.Wholes {
		begins = append(begins, f.whole(w, whole)...)
	}
	slices.SortFunc(begins, func(a, b place) int { return a.position - b.position })
	return slices.CompactFunc(begins, func(a, b place) bool { return a.position == b.position })
}

// from adds to reached, for each way in which the word stands at position, the
// position after it and the byte where it ends.
func (f *finder) from(w *Word, position int, reached map[int]int) {
	end := 0
	for i := range w.Parts {
		places := at(f.part(w, i), position+i)
		if len(places) == 0 {
			end = 0
			break
		}
		end = places[0].end
	}
	if end > 0 {
		reached[position+w.Width] = end
	}
	for _, whole := range w.Wholes {
		for _, p := range at(f.whole(w, whole), position) {
			reached[p.position+p.width] = max(p.end, reached[p.position+p.width])
		}
	}
	// A simple word of the query can be a compound in the text.
	if len(w.Parts) == 1 {
		for _, p := range at(f.part(w, 0), position) {
			reached[p.position+p.width] = max(p.end, reached[p.position+p.width])
		}
	}
}

func (f *finder) part(w *Word, i int) []place {
	if w.Prefix && i == len(w.Parts)-1 {
		return f.begins[w.Parts[i]]
	}
	return f.exact[w.Parts[i]]
}

func (f *finder) whole(w *Word, whole string) []place {
	if w.Prefix {
		return f.begins[whole]
	}
	return f.exact[whole]
}

// at returns the places at one position.
func at(places []place, position int) []place {
	i, _ := slices.BinarySearchFunc(places, position, func(p place, position int) int { return p.position - position })
	n := i
	for n < len(places) && places[n].position == position {
		n++
	}
	return places[i:n]
}
