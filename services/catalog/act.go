package catalog

import (
	"encoding/json"
	"fmt"
	"time"
)

// The kinds of acts.
const (
	ActTextCorrected     = "text.corrected"
	ActTextSigned        = "text.signed"
	ActFieldStated       = "field.stated"
	ActFieldSigned       = "field.signed"
	ActFieldWithdrawn    = "field.withdrawn"
	ActDocumentDeleted   = DocumentDeleted
	ActDocumentUndeleted = DocumentUndeleted
	ActUserAdded         = "user.added"
	ActUserChanged       = "user.changed"
	ActTokenIssued       = "token.issued"
	ActTokensRevoked     = "tokens.revoked"
	ActReadingsStored    = "readings.stored"
	ActCollectionChanged = "collection.changed"
	ActKeyRotated        = "key.rotated"

	ActCampaignStarted    = "campaign.started"
	ActCampaignApproved   = "campaign.approved"
	ActCampaignCancelled  = "campaign.cancelled"
	ActCampaignRolledBack = "campaign.rolled_back"
)

// Act is something that the log proves. It is written in the transaction of what was
// done, and gets a leaf once that has been committed.
type Act struct {
	// ID is given by the store, in the order of commits.
	ID     int64
	Kind   string
	Person string
	// Subject is what it was done to, as a resource name.
	Subject string
	At      time.Time
	// Facts are canonical JSON of what was done. They hold digests and names, never
	// texts and never secrets.
	Facts json.RawMessage
	// Leaf is its number in the log, from 0; -1 while it has none.
	Leaf int64
}

// ReadingSubject is the subject of acts on a reading, StatementSubject that of acts on a
// person's statement. They stay with it through splits and merges.
func ReadingSubject(id string) string { return "readings/" + id }

// StatementSubject is the subject of acts on a statement.
func StatementSubject(id string) string { return "statements/" + id }

// Data is the leaf's bytes: canonical JSON of all but ID and Leaf.
func (a Act) Data() ([]byte, error) {
	b, err := json.Marshal(struct {
		Kind    string          `json:"kind"`
		Person  string          `json:"person"`
		Subject string          `json:"subject"`
		At      time.Time       `json:"at"`
		Facts   json.RawMessage `json:"facts"`
	}{a.Kind, a.Person, a.Subject, a.At.UTC(), a.Facts})
	if err != nil {
		return nil, fmt.Errorf("encode act %s: %w", a.Kind, err)
	}
	return b, nil
}

// Checkpoint is a signed statement of the size and the root of the log.
type Checkpoint struct {
	Size int64
	Root Digest
	// Note is the signed text.
	Note     string
	SignedAt time.Time
}
