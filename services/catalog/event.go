package catalog

import "time"

// The types of events.
const (
	DocumentCreated   = "document.created"
	DocumentRevised   = "document.revised"
	DocumentDeleted   = "document.deleted"
	DocumentUndeleted = "document.undeleted"
	// DocumentPurged: it was destroyed; whoever has a copy should do the same.
	DocumentPurged = "document.purged"
	// TextCorrected: a person has corrected a text.
	TextCorrected = "text.corrected"
	// TextVerified: a second person has signed it.
	TextVerified = "text.verified"
	// TextSuperseded: a verified text was corrected; the new one nobody has signed.
	TextSuperseded = "text.superseded"
)

// Event is something that happened to a document.
type Event struct {
	Document string
	// Sequence counts from 1 within the document.
	Sequence   int
	Type       string
	Collection string
	Revision   int
	Person     string
	CreatedAt  time.Time
	// Regions say what became of texts; of text events only.
	Regions []RegionChange
	// Position is given by the store, in the order of commits: whoever has seen
	// a position will never see a lower one appear.
	Position int64
}

// SentEvent says where in the stream an event was published.
type SentEvent struct {
	Position int64
	Sequence uint64
}

// RegionChange says what became of a region's text.
type RegionChange struct {
	// Region is its number in the revision, from 1.
	Region    int       `json:"region"`
	Scan      Digest    `json:"scan"`
	Page      int       `json:"page"`
	Assurance Assurance `json:"assurance"`
	// Words are the runs that changed; none where they are the same.
	Words []WordChange `json:"words,omitempty"`
	// Truncated tells that there were more.
	Truncated bool `json:"truncated,omitempty"`
}

// WordChange is a run of words that was changed, put in (no Before) or taken out (no
// After).
type WordChange struct {
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}
