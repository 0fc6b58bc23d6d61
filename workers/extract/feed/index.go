package feed

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
)

const (
	// titleWeight is how often a term of the title counts: who names a document by a
	// word means it.
	titleWeight = 3
	// maxTerms bounds the different terms of one document. A book has some twenty
	// thousand; ten times that is noise, and it is the words behind that are not found.
	maxTerms = 200_000
)

// indexTerms gives the terms by which a document is found, by their text.
func indexTerms(title, body string, log *slog.Logger) []catalog.Term {
	times := make(map[string]int, len(body)/12+8)
	count := func(s string, weight int) {
		for t := range text.Terms(s) {
			if n := times[t.Text]; n > 0 || len(times) < maxTerms {
				times[t.Text] = n + weight
			}
		}
	}
	count(title, titleWeight)
	count(body, 1)
	if len(times) == maxTerms {
		log.Warn("a document has too many different words: not all of them are found", "title", title, "words", maxTerms)
	}
	terms := make([]catalog.Term, 0, len(times))
	for word, n := range times {
		t := catalog.Term{Text: word, Times: n}
		if text.MayBeMisread(word) {
			t.Trigrams = text.Trigrams(word)
		}
		terms = append(terms, t)
	}
	slices.SortFunc(terms, func(a, b catalog.Term) int { return strings.Compare(a.Text, b.Text) })
	return terms
}
