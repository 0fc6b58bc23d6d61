package catalog

import "context"

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
		return heads.KeptHead(id)
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
	return d, orNotFound(err, ReasonDocumentNotFound, "document", id)
}

// Head returns the part of a document that changes without a new revision.
func (c *Catalog) Head(ctx context.Context, id string) (Document, error) {
	if heads, ok := c.store.(HeadReader); ok {
		d, err := heads.Head(ctx, id)
		return d, orNotFound(err, ReasonDocumentNotFound, "document", id)
	}
	var d Document
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		d, err = r.Document(id)
		return orNotFound(err, ReasonDocumentNotFound, "document", id)
	})
	return d, err
}
