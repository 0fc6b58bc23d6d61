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
