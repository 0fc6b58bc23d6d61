package catalog

import (
	"encoding/json"
	"fmt"
	"time"
)

// Content is what a signature is put under: one reading's text over one region, or one
// statement of a field. It says nothing of the document: a title, a split, a merge or
// another order leaves it as it is, and with it its signatures.
type Content struct {
	// Reading and BodyDigest say which text, Place which part of it.
	Reading    string `json:"reading,omitempty"`
	BodyDigest Digest `json:"body_digest,omitempty"`
	Place      *Place `json:"place,omitempty"`
	// Statement and StatementDigest say which statement.
	Statement       string `json:"statement,omitempty"`
	StatementDigest Digest `json:"statement_digest,omitempty"`
}

// Digest is the SHA-256 of the content's canonical JSON.
func (c Content) Digest() (Digest, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode what is signed: %w", err)
	}
	return digestOf(b), nil
}

// Subject is the ID of what the content is: a reading or a statement.
func (c Content) Subject() string { return c.Reading + c.Statement }

// acted is the subject of the acts on it.
func (c Content) acted() string {
	if c.Statement != "" {
		return StatementSubject(c.Statement)
	}
	return ReadingSubject(c.Reading)
}

// Signature is an act of a named person: the text is what the page says, the statement
// is true. The store refuses one by a contributor to its subject, by a service, by
// anybody who is no user, and under what no person with a name has submitted.
type Signature struct {
	ID string
	// Subject is the reading's or the statement's ID.
	Subject string
	// Content is the digest of what is signed.
	Content  Digest
	Person   string
	SignedAt time.Time
}

// Statement is a field of a document as a person stated it. It never changes.
type Statement struct {
	ID string
	// BasedOn is the person's statement that this one takes the place of; empty for none.
	BasedOn string
	// Contributors are whoever had a part in it, as for readings.
	Contributors []string
	// Body is the canonical JSON of name, value, words and proof.
	Body      []byte
	Digest    Digest
	CreatedAt time.Time
}
