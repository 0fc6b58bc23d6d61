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
	// BasedOn is the reading that a person's corrects; empty for none.
	BasedOn string
	// Contributors are whoever had a part in a person's reading, and in what it is based
	// on, back to a machine's, an imported or a signed one.
	Contributors []string
	// Box and Range are the part of the page that a person's reading is of; nil for the
	// whole.
	Box   *Box
	Range *Range
	// Measure is how sure its words are.
	Measure Measure
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
