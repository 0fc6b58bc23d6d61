package text

import (
	"iter"
	"slices"
	"strings"
)

// Term is one entry for the index.
type Term struct {
	// Text is prepared and holds no blank. It may share memory with the text.
	Text string
	// Start and End are the bytes of the word in the text as it was given.
	Start, End int
	// Position counts the words from 0, the parts of a compound each as one.
	Position int
	// Width is how many positions the term covers: 1, and more for a compound as
	// a whole, which stands at the position of its first part.
	Width int
}

// Analyse returns the terms of a text in order of their positions; each position
// from 0 on has at least one. The first term of a position is the word as it
// stands, others are further forms of it.
//
//   - Words in Latin and Cyrillic letters come as stems, with stop words.
//   - "MIG-15s" comes as mig, 15, s one after another and as mig15s, which covers
//     all three: so MiG15, MIG 15 and MIG-15 meet. Between numbers the joiner
//     stays, so that 31-32 is not 3132. A word that is divided at the end of a
//     line comes in the same way.
//   - "22 973" comes as 22, 973 and as 22973.
//   - A number with leading zeros comes without them too.
//   - Chinese, Japanese and Korean come as overlapping pairs of characters and,
//     at the end of a run, as the last one alone: any piece of a run is a
//     sequence of pairs, and one character is the beginning of a pair.
func Analyse(s string) []Term {
	return slices.AppendSeq(make([]Term, 0, len(s)/8+4), Terms(s))
}

// Terms is Analyse for those who need no slice.
func Terms(s string) iter.Seq[Term] {
	return func(yield func(Term) bool) {
		sc := scanner{s: s}
		var w word
		for position := 0; sc.next(&w); {
			words, ok := w.terms(position, yield)
			if !ok {
				return
			}
			position += words
		}
	}
}

// terms yields the terms of a word and returns the number of positions that it
// takes; false when nobody wants more.
func (w *word) terms(position int, yield func(Term) bool) (int, bool) {
	if w.parts[0].kind == ideograph {
		return w.pairTerm(position, yield)
	}
	for i := range w.parts[:w.n] {
		p := &w.parts[i]
		t := Term{Text: p.form.stem, Start: p.start, End: p.end, Position: position + i, Width: 1}
		if !yield(t) {
			return 0, false
		}
		if t.Text = withoutZeros(t.Text); t.Text != "" && !yield(t) {
			return 0, false
		}
		if i == 0 && w.n > 1 && !w.wholeTerms(position, yield) {
			return 0, false
		}
	}
	return w.n, true
}

// pairTerm yields an East Asian character with the one after it.
func (w *word) pairTerm(position int, yield func(Term) bool) (int, bool) {
	p := &w.parts[0]
	t := Term{Text: character(p.raw), Start: p.start, End: p.end, Position: position, Width: 1}
	if t.Text == "" {
		return 0, true
	}
	if next := character(w.pair); next != "" {
		t.Text += next
		t.End += len(w.pair)
	}
	return 1, yield(t)
}

// wholeTerms yields a compound as a whole.
func (w *word) wholeTerms(position int, yield func(Term) bool) bool {
	for _, whole := range w.wholes() {
		if !yield(Term{Text: whole, Start: w.start(), End: w.end(), Position: position, Width: w.n}) {
			return false
		}
	}
	return true
}

// wholes returns the forms of a compound as a whole: its parts without what
// joins them and, where all are numbers and one has leading zeros, without these.
func (w *word) wholes() []string {
	if w.n < 2 {
		return nil
	}
	var whole, short strings.Builder
	letters, numbers, zeros := true, true, false
	for i := range w.parts[:w.n] {
		p := &w.parts[i]
		if p.joiner != 0 {
			whole.WriteByte(p.joiner)
			short.WriteByte(p.joiner)
		}
		folded := p.form.folded
		whole.WriteString(folded)
		if less := withoutZeros(folded); less != "" {
			folded, zeros = less, true
		}
		short.WriteString(folded)
		letters = letters && p.kind == letter
		numbers = numbers && p.kind == digit
	}
	switch {
	case letters:
		return []string{prepare(whole.String()).stem}
	case numbers && zeros:
		return []string{whole.String(), short.String()}
	}
	return []string{whole.String()}
}
