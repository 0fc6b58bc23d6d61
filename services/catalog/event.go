package catalog

import (
	"slices"
	"time"
)

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

// mostTold bounds the bytes of the words that one event tells, over all its regions: a
// message has room for 1 MB, and whoever wants a new text whole asks for it.
const mostTold = 64 << 10

// told leaves out the words that one event has no room for. A run of words is told whole
// or not at all.
func told(regions []RegionChange) []RegionChange {
	regions = slices.Clone(regions)
	left := mostTold
	for i := range regions {
		g := &regions[i]
		n := 0
		for n < len(g.Words) && len(g.Words[n].Before)+len(g.Words[n].After) <= left {
			left -= len(g.Words[n].Before) + len(g.Words[n].After)
			n++
		}
		if n < len(g.Words) {
			g.Words, g.Truncated, left = g.Words[:n], true, 0
		}
	}
	return regions
}

// WordChange is a run of words that was changed, put in (no Before) or taken out (no
// After).
type WordChange struct {
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}
