// Package catalog is the domain: the nouns that the archive keeps, the states
// they pass through, the rules between them, and the contract that a store has
// to keep. One verb is one method of Catalog and one transaction.
//
// It imports the standard library alone: it knows no database, no network, no
// protobuf and no engine, and it reads neither a clock nor a source of chance,
// which are passed in. It never looks inside a reading's body.
package catalog

import (
	"time"
)

// Catalog offers the verbs of the domain over a Store.
type Catalog struct {
	store  Store
	now    func() time.Time
	newID  func() string
	limits Limits
}

// Limits are the numbers that the rules need.
type Limits struct {
	// MaxAttempts bounds how often a job for one work is issued before the work
	// ends as FAILED. Each issued job is itself delivered a bounded number of
	// times; five issues cover five losses of the whole queue.
	MaxAttempts int
	// ClientTimeout is how long a batch waits for its next file before it is
	// taken that the client has left.
	ClientTimeout time.Duration
	// UndeleteWithin is how long a deleted document may be undeleted; 0 for ever.
	UndeleteWithin time.Duration
}

// DefaultLimits are the limits used where none are set.
func DefaultLimits() Limits {
	return Limits{MaxAttempts: 5, ClientTimeout: 2 * time.Minute, UndeleteWithin: 30 * 24 * time.Hour}
}

// New returns a Catalog over a store. now gives the present time and newID a
// fresh UUIDv7; both are called inside transactions and may be called again
// when a transaction is tried again.
func New(store Store, now func() time.Time, newID func() string, limits Limits) *Catalog {
	return &Catalog{store: store, now: now, newID: newID, limits: limits}
}

// Changed returns a channel that is closed at the next commit of this store.
// It is a hint for those who wait; another process's commits do not show.
func (c *Catalog) Changed() <-chan struct{} { return c.store.Changed() }
