package catalog

import "time"

// Origin is who made a reading. The numbers are those of the contract.
type Origin uint8

// The origins.
const (
	Machine Origin = iota + 1
	Person
	Imported
)

// Assurance is how far people stand behind a text; more is stronger.
type Assurance uint8

// The assurances; zero is "no text".
const (
	AssuranceMachine Assurance = iota + 1
	AssuranceCorrected
	AssuranceVerified
)

func (a Assurance) String() string {
	return [...]string{"none", "MACHINE", "CORRECTED", "VERIFIED"}[a]
}

// Reading is one immutable text of a page. Body, Engine and Envelope are
// serialised messages of the contract that this package does not look into.
type Reading struct {
	ID     string
	Scan   Digest
	Page   int
	Origin Origin
	// Recipe is set for machine readings.
	Recipe Digest
	// Text is the body's text.
	Text string
	// Body is what BodyDigest is the digest of; Engine is that of a machine reading,
	// the Edition of an imported one.
	Body       []byte
	BodyDigest Digest
	Engine     []byte
	Envelope   []byte
	CreatedAt  time.Time
}
