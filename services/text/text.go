// Package text prepares text for search and for comparing. It folds spellings
// (Fold), cuts text into terms with stems (Analyse), reads what people type
// into a search box (Query), finds what it asks for (Hits, Snippet), meets OCR
// noise over a vocabulary (Trigrams, Similar), and tells whether two texts are
// the same text (Digest) or nearly the same (Fingerprint).
//
// Its functions are pure: the same input gives the same output, whatever ran
// before and on whatever machine. Any bytes are accepted, run time and memory
// are linear in their number, and every offset is a byte in the text as it was
// given.
//
// It never reads or writes anything, knows no document, field, agent or
// language setting, and imports nothing else of the project: a database
// indexes what comes from here and may not prepare a term of its own.
package text

// Span is a half-open range of bytes, Start <= b < End.
type Span struct {
	Start, End int
	// Clause is the index of the query's clause that this span answers; 0 where
	// there is no query.
	Clause int
}
