package catalog

import (
	"encoding/json"
	"fmt"
	"time"
)

// Place is a page or a part of one: where a region lies, whatever it shows.
type Place struct {
	Scan  Digest `json:"scan"`
	Page  int    `json:"page"`
	Box   *Box   `json:"box,omitempty"`
	Range *Range `json:"range,omitempty"`
}

// Place of a region.
func (r Region) Place() Place { return Place{Scan: r.Scan, Page: r.Page, Box: r.Box, Range: r.Range} }

// Key is an ID of 16 hexadecimal digits that follows from the place alone.
func (p Place) Key() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("encode a place: %v", err)) // numbers and text have a form in JSON
	}
	return string(digestOf(b))[:16]
}

// ReviewState is what a region awaits. The numbers are those of the contract.
type ReviewState uint8

// The states.
const (
	ToCorrect ReviewState = iota + 1
	ToVerify
	Reviewed
)

// ReviewOrder says which review comes first.
type ReviewOrder uint8

// The orders. Where they make no difference the document and the key decide.
const (
	OldestFirst ReviewOrder = iota + 1
	LeastSureFirst
	MostDisputedFirst
)

// Review is the work that one region of a document awaits. It follows from the newest
// revision, but for claim, draft and comment, which are kept with it. It goes when the
// region goes, unless there is a draft.
type Review struct {
	Document string
	// Key is that of the region's place.
	Key string
	// Region is its number in the newest revision, from 1; 0 when it is not there now.
	Region     int
	Collection string
	State      ReviewState
	// Since is when it came to the state.
	Since time.Time
	// Reading shown; empty for none.
	Reading string
	Measure
	// Disagreement is the share of words that readings of other recipes have
	// differently, in thousandths.
	Disagreement int

	ClaimedBy  string
	ClaimUntil time.Time
	Draft      Draft
	Comment    Comment
	SkippedBy  []string
	// Version counts the writes; it is the etag.
	Version int
}

// Etag changes with every write. A review that has come again, with its region, counts
// from 1 again: since when it awaits something tells it from the one before.
func (r Review) Etag() string { return fmt.Sprintf("%d.%x", r.Version, r.Since.UnixMicro()) }

// HeldBy tells who holds the review at a time; empty for nobody.
func (r Review) HeldBy(now time.Time) string {
	if r.ClaimUntil.After(now) {
		return r.ClaimedBy
	}
	return ""
}

// Draft is text that is being worked on.
type Draft struct {
	Text string `json:"text,omitempty"`
	// BasedOn is the reading that it began from; empty for a page that had none.
	BasedOn string `json:"based_on"`
	// Editors have saved it, in order, or submitted what others saved.
	Editors []string  `json:"editors"`
	SavedAt time.Time `json:"saved_at"`
}

// Exists tells that there is a draft.
func (d Draft) Exists() bool { return len(d.Editors) > 0 }

// Comment is what somebody said who sent a text back.
type Comment struct {
	Text   string    `json:"text"`
	Person string    `json:"person"`
	At     time.Time `json:"at"`
}

// UnknownConfidence stands in a review for one that is not known: it is above all that
// are, so that a queue of the least sure comes to it last.
const UnknownConfidence = 1001

// Measure is how sure the words of a reading are.
type Measure struct {
	// Confidence is the mean, in thousandths; -1 where it is not known, and in a review
	// UnknownConfidence.
	Confidence int
	Words      int
	// Doubtful words are below a confidence of 0.6.
	Doubtful int
}

// ReviewQuery selects reviews of documents that are not deleted.
type ReviewQuery struct {
	// Collection and Document to stay within; empty for all.
	Collection, Document string
	// States that they are in; all when empty.
	States []ReviewState
	Order  ReviewOrder
	// FreeAt selects those that nobody but For holds at that time; zero for all.
	FreeAt time.Time
	// For selects those that the person has not skipped and may work on: nothing is signed
	// where one person's word is enough, nobody signs what they have contributed to, and who has no name of their own is not given again
	// what they have submitted. Empty for all.
	For string
	// After is the last review of the page before; nil from the start.
	After *Review
	Limit int
}

// ReviewCount counts reviews of documents that are not deleted.
type ReviewCount struct {
	Collection string
	State      ReviewState
	Reviews    int
	Doubtful   int
}
