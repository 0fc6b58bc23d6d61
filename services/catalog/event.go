package catalog

import "time"

// The types of events.
const (
	DocumentCreated   = "document.created"
	DocumentRevised   = "document.revised"
	DocumentDeleted   = "document.deleted"
	DocumentUndeleted = "document.undeleted"
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
	// Position is given by the store, in the order of commits: whoever has seen
	// a position will never see a lower one appear.
	Position int64
}

// SentEvent says where in the stream an event was published.
type SentEvent struct {
	Position int64
	Sequence uint64
}
