package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Field is one statement about a document: what it says, as written and in normal
// form, which words prove it, and who says so.
type Field struct {
	// Name is one of those that workers/extract gives, such as telegram_number.
	Name string `json:"name"`
	// Value is JSON in the normal form of the name; empty where a person says that
	// there is none.
	Value json.RawMessage `json:"value,omitempty"`
	// Raw is the value as written.
	Raw string `json:"raw,omitempty"`
	// Evidence has the words that prove it.
	Evidence []Evidence `json:"evidence,omitempty"`
	// Confidence is from 0 to 1; of a rule.
	Confidence float64 `json:"confidence,omitempty"`
	// Rule is the rule's name and version; empty for a person's statement.
	Rule string `json:"rule,omitempty"`
	// Person who says so; empty for a rule's.
	Person string `json:"person,omitempty"`
	// SaidAt is when the person said so; zero for a rule's.
	SaidAt    time.Time `json:"said_at,omitzero"`
	Assurance Assurance `json:"assurance"`
	// Statement is the ID of a person's statement, which stays with it through splits
	// and merges; empty for a rule's.
	Statement string `json:"statement,omitempty"`
	// SignedBy is the person who signed it.
	SignedBy string `json:"signed_by,omitempty"`
	// Instead are the statements of rules in whose place the person's stands, as they
	// were when a person first spoke; at the first of the person's under a name.
	Instead []Field `json:"instead,omitempty"`
}

// Fields are the statements of a revision. They stay encoded until somebody asks for
// them: most who read a revision want its text, and decoding them takes longer than
// all the rest.
type Fields struct {
	encoded json.RawMessage
}

// NewFields encodes statements; none for an empty list.
func NewFields(list []Field) (Fields, error) {
	if len(list) == 0 {
		return Fields{}, nil
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		return Fields{}, fmt.Errorf("encode fields: %w", err)
	}
	return Fields{encoded}, nil
}

// List decodes the statements.
func (f Fields) List() ([]Field, error) {
	if f.IsZero() {
		return nil, nil
	}
	var list []Field
	if err := json.Unmarshal(f.encoded, &list); err != nil {
		return nil, fmt.Errorf("decode fields: %w", err)
	}
	return list, nil
}

// IsZero tells that there is no statement.
func (f Fields) IsZero() bool { return len(f.encoded) == 0 }

// MarshalJSON gives the statements as they are kept.
func (f Fields) MarshalJSON() ([]byte, error) { return f.encoded, nil }

// UnmarshalJSON keeps the statements as they come.
func (f *Fields) UnmarshalJSON(b []byte) error {
	f.encoded = bytes.Clone(b)
	return nil
}

// Evidence is a stretch of a reading's text, and where its words stand.
type Evidence struct {
	Reading string `json:"reading"`
	// Start and End are bytes of the reading's text, End exclusive.
	Start int `json:"start"`
	End   int `json:"end"`
	// Boxes are x, y, width and height, a box for each line.
	Boxes [][4]int `json:"boxes,omitempty"`
}

// holds tells that a region shows the words of a proof.
func (r Region) holds(e Evidence) bool {
	box, part := r.Cut()
	if r.Reading != e.Reading || part != nil && (e.Start < part.Start || e.End > part.End) {
		return false
	}
	return box == nil || !slices.ContainsFunc(e.Boxes, func(b [4]int) bool {
		x, y := b[0]+b[2]/2-box.X, b[1]+b[3]/2-box.Y // of its middle
		return x < 0 || x >= box.Width || y < 0 || y >= box.Height
	})
}

// Key is what a document can be found by. Keys are derived from its fields and
// stand outside the revision.
type Key struct {
	// Kind is what is compared: telegram_number, registry_number, citation,
	// source_url, date, agent/ROLE, or field/NAME.
	Kind string
	// Text is the normal form.
	Text string
	// Low and High are a range of numbers, both ends in it: lists of a citation,
	// days since 1 January 1970. Both 0 for what has none.
	Low, High int
}

// Lookup selects documents by a key: those that have the kind and text and whose
// range meets the one given.
type Lookup struct {
	Key
	// Before makes Text the first of a range of texts, in the order of their bytes, and
	// is itself no longer in it; empty for Text alone.
	Before string
	// Also is a second key that they must have; nil for none.
	Also *Key
	// After is the ID of the last document of the page before; they come by ID,
	// lowest first.
	After string
	Limit int
}

// UnreadDocuments returns documents that are complete and wait for their fields.
func (c *Catalog) UnreadDocuments(ctx context.Context, limit int) ([]DocumentHead, error) {
	return c.heads(ctx, func(r Reader) ([]Document, error) { return r.UnreadDocuments(limit) })
}

// Extracted is what rules say about a revision of a document, and what the document
// is to be found by.
type Extracted struct {
	Document string
	Revision int
	Fields   []Field
	Keys     []Key
	// Rules is the version of the rules and of the names that they know; empty for a
	// document that they could not read.
	Rules string
}

// rulesKey is the kind of the key by which a document is known to have been read by a
// version of the rules. It is derived and changes without a revision, as all keys do.
const rulesKey = "rules"

// StoreFields stores what rules say about documents, in one transaction. Statements
// of people stay, and a rule's statement under the name of one gives way to it.
// Where they say what was said before there is no new revision, and where a newer
// revision has come meanwhile nothing is stored: that one will be read. It returns the
// number of new revisions.
func (c *Catalog) StoreFields(ctx context.Context, extracted []Extracted) (int, error) {
	stored, err := c.StoreEachFields(ctx, extracted)
	revised := 0
	for _, s := range stored {
		if s.Revision > 0 {
			revised++
		}
	}
	return revised, err
}

// StoredFields is what became of the fields of one document.
type StoredFields struct {
	// Revision that was made; 0 where nothing differs from the one before.
	Revision int
	// Stale tells that nothing was stored: a newer revision has come meanwhile, or the
	// document was deleted.
	Stale bool
}

// StoreEachFields is StoreFields, and tells of each document what became of it, in
// their order.
func (c *Catalog) StoreEachFields(ctx context.Context, extracted []Extracted) ([]StoredFields, error) {
	var stored []StoredFields
	err := c.store.Tx(ctx, func(tx Tx) error {
		stored = make([]StoredFields, len(extracted))
		for i, e := range extracted {
			var err error
			if stored[i], err = c.storeFields(tx, e); err != nil {
				return fmt.Errorf("fields of document %s: %w", e.Document, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

func (c *Catalog) storeFields(tx Tx, e Extracted) (done StoredFields, err error) {
	head, err := documentAt(tx, e.Document, 0)
	if err != nil {
		return done, err
	}
	if head.Head != e.Revision || !head.DeletedAt.IsZero() {
		return StoredFields{Stale: true}, nil
	}
	before, err := head.Revision.Fields.List()
	if err != nil {
		return done, err
	}
	stated := Stated(before, e.Fields)
	if len(CompareFields(before, stated)) == 0 {
		head.Extracted = head.Head
		err = tx.PutDocument(head.Document)
	} else {
		next := head.Revision
		if next.Fields, err = NewFields(stated); err != nil {
			return done, err
		}
		next.Author = SystemPerson
		done.Revision = head.Head + 1
		head.Extracted = done.Revision
		err = c.revise(tx, head.Document, next, DocumentRevised)
	}
	if err != nil {
		return StoredFields{}, err
	}
	return done, tx.PutKeys(e.Document, e.keys())
}

// keys are those that the document is found by, and that of the rules.
func (e Extracted) keys() []Key {
	keys := slices.Clone(e.Keys)
	if e.Rules != "" {
		keys = append(keys, Key{Kind: rulesKey, Text: e.Rules})
	}
	return keys
}

// ReadBy tells which of the documents a version of the rules has read as they are now.
func (c *Catalog) ReadBy(ctx context.Context, rules string, heads []DocumentHead) (map[string]bool, error) {
	read := map[string]bool{}
	err := c.store.View(ctx, func(r Reader) error {
		for _, head := range heads {
			has, err := r.HasKey(head.ID, rulesKey, rules)
			if err != nil {
				return err
			}
			read[head.ID] = has && head.Extracted == head.Head
		}
		return nil
	})
	return read, err
}

// Stated lays rules' statements under those of people, which are found among what was
// stated before. A person's statement without a value says that there is none.
func Stated(before, rules []Field) []Field {
	own := peoplesFields(before)
	taken := map[string]bool{}
	for _, f := range own {
		taken[f.Name] = true
	}
	stated := append([]Field{}, own...)
	for _, f := range rules {
		if !taken[f.Name] {
			stated = append(stated, f)
		}
	}
	return stated
}

// peoplesFields are those that a person has stated.
func peoplesFields(fields []Field) []Field {
	var own []Field
	for _, f := range fields {
		if f.Person != "" {
			own = append(own, f)
		}
	}
	return own
}
