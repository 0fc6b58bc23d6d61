package catalog

import (
	"context"
	"errors"
)

// HeadReader is what a Store may offer beside its contract: a document's head
// without a snapshot around it, as lookups need it on every call.
//
// Only a store whose process alone writes the database may answer from memory,
// and what a transaction changes must be gone from there before Tx returns.
type HeadReader interface {
	// Head gives a document as of the newest commit, or ErrNotFound.
	Head(ctx context.Context, id string) (Document, error)
	// KeptHead is Head where it can be answered from memory.
	KeptHead(id string) (d Document, kept bool)
	// Newest gives a document with its newest revision, or ErrNotFound, and keeps the
	// head that it reads.
	Newest(ctx context.Context, id string) (DocumentHead, error)
}

// KeptHead returns the part of a document that changes without a new revision, where
// it is at hand.
func (c *Catalog) KeptHead(id string) (d Document, kept bool) {
	if heads, ok := c.store.(HeadReader); ok {
		d, kept := heads.KeptHead(id)
		return d, kept && d.PurgedAt.IsZero()
	}
	return Document{}, false
}

// Newest returns a document as of its newest revision.
func (c *Catalog) Newest(ctx context.Context, id string) (DocumentHead, error) {
	heads, ok := c.store.(HeadReader)
	if !ok {
		return c.Document(ctx, id, 0)
	}
	d, err := heads.Newest(ctx, id)
	if errors.Is(err, ErrNotFound) || !d.PurgedAt.IsZero() {
		return c.Document(ctx, id, 0) // which says what became of it
	}
	return d, err
}

// Head returns the part of a document that changes without a new revision.
func (c *Catalog) Head(ctx context.Context, id string) (Document, error) {
	if heads, ok := c.store.(HeadReader); ok {
		d, err := heads.Head(ctx, id)
		if err != nil {
			return d, orNotFound(err, ReasonDocumentNotFound, "document", id)
		}
		return d, d.Withdrawn()
	}
	var d Document
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		if d, err = r.Document(id); err != nil {
			return orNotFound(err, ReasonDocumentNotFound, "document", id)
		}
		return d.Withdrawn()
	})
	return d, err
}
