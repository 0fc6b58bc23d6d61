package catalog

import (
	"encoding/json"
	"fmt"
	"time"
)

// Digest is a SHA-256 in lower-case hex.
type Digest string

// Outcome is how a work ended. The numbers are those of the contract.
type Outcome uint8

// The outcomes; zero is "not ended".
const (
	Text Outcome = iota + 1
	Blank
	Unreadable
	Corrupt
	TooLarge
	Timeout
	Failed
	Refused
)

// String is the outcome's name in the contract, without its prefix.
func (o Outcome) String() string {
	names := [...]string{"NOT_ENDED", "TEXT", "BLANK", "UNREADABLE", "CORRUPT", "TOO_LARGE", "TIMEOUT", "FAILED", "REFUSED"}
	if int(o) >= len(names) {
		return fmt.Sprintf("OUTCOME_%d", uint8(o))
	}
	return names[o]
}

// Good tells whether the page was read as it should be.
func (o Outcome) Good() bool { return o == Text || o == Blank }

// Retryable tells whether another attempt could end otherwise: all other
// outcomes depend on the page and the recipe alone.
func (o Outcome) Retryable() bool { return o == Timeout || o == Failed }

// WorkKey is the identity of one recognition: page N of a scan under a recipe.
// Page 0 under the empty recipe is the probe, which counts the pages.
type WorkKey struct {
	Scan   Digest
	Page   int
	Recipe Digest
}

// ProbeOf is the key of a scan's probe.
func ProbeOf(scan Digest) WorkKey { return WorkKey{Scan: scan} }

// IsProbe tells whether the work counts pages rather than reads one.
func (k WorkKey) IsProbe() bool { return k.Page == 0 }

// WorkState is where a work stands.
type WorkState uint8

// The states of a work. Pending → Queued → Ended is the way of nearly all.
const (
	// Pending works wait for the relay to issue a job.
	Pending WorkState = iota + 1
	// Queued works have a job, as far as the database knows.
	Queued
	// Ended works have their outcome.
	Ended
	// Dropped works were cancelled, and nobody else wants them.
	Dropped
)

// Lane orders jobs: a lower lane goes first.
type Lane uint8

// The lanes.
const (
	// Fresh is for scans that people are waiting for.
	Fresh Lane = iota
	// Bulk is for reprocessing.
	Bulk
)

// Work is one recognition and how it ended.
type Work struct {
	Key   WorkKey
	State WorkState
	Lane  Lane
	// Batch is the batch that the job is issued for.
	Batch string
	// Attempt numbers the last job issued; 0 before the first.
	Attempt int
	// StaleAttempt is the attempt up to which outcomes are disregarded, because
	// a person asked for another try after it.
	StaleAttempt int
	// Sequence is the job's place in the stream; 0 while that is not known.
	Sequence uint64
	// QueuedAt is when the job was issued.
	QueuedAt time.Time
	Outcome  Outcome
	// Reason tells a person why the outcome is what it is.
	Reason string
	// Reading is the ID of the reading, if the outcome has one.
	Reading string
	// EndedAt is when the outcome was stored.
	EndedAt time.Time
}

// Model is a trained-data file that a recipe needs.
type Model struct {
	Language string `json:"language"`
	SHA256   Digest `json:"sha256"`
}

// Parameter is a named setting of a recipe.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Recipe says how pages are read. Its Digest names it.
type Recipe struct {
	Digest Digest `json:"-"`
	// Name and Version are empty for recipes of before they had names.
	Name       string      `json:"name,omitempty"`
	Version    int         `json:"version,omitempty"`
	Models     []Model     `json:"models"`
	Parameters []Parameter `json:"parameters,omitempty"`
	// Method is what it does besides choosing models, as canonical JSON; those who read
	// pages know what it means.
	Method json.RawMessage `json:"method,omitempty"`
}

// Counts tells how pages ended. Index 0 of Ended is unused.
type Counts struct {
	Pages int
	Ended [Refused + 1]int
}

// Total is the number of pages that have ended.
func (c Counts) Total() int {
	n := 0
	for _, v := range c.Ended {
		n += v
	}
	return n
}

// Bad is the number of pages that ended in neither TEXT nor BLANK.
func (c Counts) Bad() int { return c.Total() - c.Ended[Text] - c.Ended[Blank] }

// Plus returns the sum.
func (c Counts) Plus(o Counts) Counts {
	c.Pages += o.Pages
	for i := range c.Ended {
		c.Ended[i] += o.Ended[i]
	}
	return c
}

// Minus returns the difference.
func (c Counts) Minus(o Counts) Counts {
	c.Pages -= o.Pages
	for i := range c.Ended {
		c.Ended[i] -= o.Ended[i]
	}
	return c
}
