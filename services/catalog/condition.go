package catalog

import "time"

// Condition is what a document must meet to be selected: one of the types below. A nil
// Condition is met by every document. Those about text compare byte for byte.
type Condition interface{ condition() }

type (
	// And is met when all are; by every document when empty.
	And []Condition
	// Or is met when one is; by no document when empty.
	Or []Condition
	// Not is met when the other is not.
	Not struct{ Condition }
	// InCollection has a collection's ID.
	InCollection string
	// Titled has a whole title.
	Titled string
	// TitleContains has a part of a title, without regard to case.
	TitleContains string
	// AtPath has the whole path of the holding that the document was proposed for.
	AtPath string
	// IsComplete tells whether every region has its outcome.
	IsComplete bool
	// IsExtracted tells whether the rules have read the newest revision.
	IsExtracted bool
	// OfAssurance is the assurance of the newest revision; both ends are in it.
	OfAssurance struct{ Least, Most Assurance }
	// Created is when the document was made: from a time on, and before another. A
	// zero time is no end.
	Created struct{ From, Before time.Time }
	// Updated is when its newest revision was made, in the manner of Created.
	Updated struct{ From, Before time.Time }
)

// HasKey is met by a document that has a key of a kind whose text lies in a range or
// contains a part, and whose numbers meet a range.
type HasKey struct {
	Kind string
	// From and Before are a range of texts in the order of their bytes: From is in it,
	// Before is not. An empty Before is no end.
	From, Before string
	// Part must stand in the text; empty for no such condition.
	Part string
	// Low and High are a range of numbers, both ends in it, that the key's range
	// must meet. Both 0 for no such condition.
	Low, High int
	// Few tells that few documents have the same key, such as a telegram's number: a
	// store does well to begin with it.
	Few bool
}

// Exactly gives the range that holds one text.
func (h HasKey) Exactly(text string) HasKey {
	h.From, h.Before = text, text+"\x00"
	return h
}

// Exact returns the text when only one is in the range.
func (h HasKey) Exact() (text string, ok bool) { return h.From, h.Before == h.From+"\x00" }

func (And) condition()           {}
func (Or) condition()            {}
func (Not) condition()           {}
func (InCollection) condition()  {}
func (Titled) condition()        {}
func (TitleContains) condition() {}
func (AtPath) condition()        {}
func (IsComplete) condition()    {}
func (IsExtracted) condition()   {}
func (OfAssurance) condition()   {}
func (Created) condition()       {}
func (Updated) condition()       {}
func (HasKey) condition()        {}
