package catalog

import (
	"encoding/json"
	"fmt"
	"time"
)

// SystemPerson is the author of what machines do.
const SystemPerson = "system"

// Box is a rectangle in pixels of a page's original raster.
type Box struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Range is a stretch of a reading's text in bytes, End exclusive.
type Range struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Region is a page or a part of one, and the reading shown for it.
type Region struct {
	Scan Digest `json:"scan"`
	Page int    `json:"page"`
	// Box is nil for the whole page, and for a part of an imported one.
	Box *Box `json:"box,omitempty"`
	// Range is a part of an imported page's text; nil for the whole. Such a text is
	// never read anew, so its bytes stay where they are.
	Range *Range `json:"range,omitempty"`
	// Reading is the ID of the reading shown; empty while there is none.
	Reading   string    `json:"reading,omitempty"`
	Origin    Origin    `json:"origin,omitempty"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Assurance Assurance `json:"assurance,omitempty"`
	// Whole tells that the reading is of this part alone: all of its text is the
	// region's, and Box and Range cut nothing out of it.
	Whole bool `json:"whole,omitempty"`
}

// Cut gives the part of the reading's text that the region shows, by box or by bytes;
// both nil where it shows all of it.
func (r Region) Cut() (*Box, *Range) {
	if r.Whole {
		return nil, nil
	}
	return r.Box, r.Range
}

// machineMayReplace tells whether recognition may change what the region shows:
// never what a person corrected, never an imported edition.
func (r Region) machineMayReplace() bool {
	return r.Assurance <= AssuranceMachine && r.Origin != Imported && r.Origin != Person
}

// Document is the part of a document that changes without a new revision.
type Document struct {
	ID         string
	Collection string
	// Holding that it was proposed for; empty when a person made it.
	Holding string
	// Head is the number of the newest revision, from 1.
	Head int
	// Extracted is the newest revision whose fields were looked for; 0 for none.
	Extracted int
	// Derived is the newest revision of which links and index were made; 0 for none.
	Derived int
	// Events is the number of events so far.
	Events    int
	CreatedAt time.Time
	// DeletedAt is zero while the document is not deleted.
	DeletedAt time.Time
	// PurgedAt is zero while the document has not been destroyed.
	PurgedAt time.Time
}

// Etag changes with every revision, deletion and return.
func (d Document) Etag() string { return fmt.Sprintf("%d.%d", d.Head, d.Events) }

// RevisionName names a revision of a document.
type RevisionName struct {
	Document string `json:"document"`
	Number   int    `json:"revision"`
}

// Revision is an immutable manifest of a document.
type Revision struct {
	Document string `json:"-"`
	// Number counts from 1.
	Number  int      `json:"-"`
	Title   string   `json:"title"`
	Regions []Region `json:"regions"`
	Fields  Fields   `json:"fields,omitzero"`
	// MadeOf are the revisions that a split, a merge or another choice of regions made
	// the document of, the last time that there was one. It stays with later revisions:
	// a document that has it begins and ends where a person said.
	MadeOf []RevisionName `json:"made_of,omitempty"`
	// Salt is random where a person made the revision: its digest is in the log for
	// ever, and tells nothing of what stood there once that is destroyed.
	Salt      string    `json:"salt,omitempty"`
	Author    string    `json:"-"`
	CreatedAt time.Time `json:"-"`
	// Digest is the SHA-256 of the manifest's canonical JSON: title, regions, fields and
	// what it was made of.
	Digest Digest `json:"-"`
}

// Manifest is the canonical JSON that Digest is taken of, and that a store keeps.
func (r Revision) Manifest() ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode manifest of %s: %w", r.Document, err)
	}
	return b, nil
}

// ReadManifest sets title, regions, fields and digest from a manifest.
func (r *Revision) ReadManifest(manifest []byte) error {
	if err := json.Unmarshal(manifest, r); err != nil {
		return fmt.Errorf("decode manifest of %s revision %d: %w", r.Document, r.Number, err)
	}
	r.Digest = digestOf(manifest)
	return nil
}

// Complete tells whether every region has its outcome.
func (r Revision) Complete() bool {
	for _, g := range r.Regions {
		if g.Outcome == 0 {
			return false
		}
	}
	return true
}

// Assurance is the lowest of the regions that have text or are blank; zero when
// none is.
func (r Revision) Assurance() Assurance {
	var lowest Assurance
	for _, g := range r.Regions {
		if g.Assurance != 0 && (lowest == 0 || g.Assurance < lowest) {
			lowest = g.Assurance
		}
	}
	return lowest
}

// DocumentQuery selects documents; the zero value selects all that are not deleted.
type DocumentQuery struct {
	// Where is what they must meet; nil for all.
	Where Condition
	// Deleted ones too.
	Deleted bool
	// After is the ID of the last document of the page before. Documents come
	// by ID, newest first: a UUIDv7 begins with its time.
	After string
	Limit int
}

// DocumentHead is a document with its newest revision.
type DocumentHead struct {
	Document
	Revision Revision
}
