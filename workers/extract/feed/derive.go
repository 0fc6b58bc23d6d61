package feed

import (
	"context"

	"github.com/fonds-archive/fonds/services/catalog"
)

// derive makes links and index of the documents that wait for them and stores all in
// one commit, or one by one when that fails. It returns how many there were.
func (c Config) derive(ctx context.Context) (n int, failed bool) {
	waiting, err := c.Catalog.UnderivedDocuments(ctx, atOnce)
	if err != nil || len(waiting) == 0 {
		if err != nil && ctx.Err() == nil {
			c.Log.Error("look for documents without links", "error", err)
		}
		return 0, err != nil
	}
	c.found = map[string][]catalog.Link{}
	derived := make([]catalog.Derived, 0, len(waiting))
	for _, head := range waiting {
		d, err := c.deriveOne(ctx, head)
		if ctx.Err() != nil {
			return len(waiting), failed
		}
		if err != nil {
			c.Log.Error("make links and index", "document", head.ID, "error", err)
			failed = true
			continue
		}
		derived = append(derived, d)
	}
	if err := c.Catalog.StoreDerived(ctx, derived); err == nil || ctx.Err() != nil {
		return len(waiting), failed
	}
	for _, d := range derived {
		if err := c.Catalog.StoreDerived(ctx, []catalog.Derived{d}); err != nil && ctx.Err() == nil {
			c.Log.Error("store links and index", "document", d.Document, "error", err)
			failed = true
		}
	}
	return len(waiting), failed
}

func (c Config) deriveOne(ctx context.Context, head catalog.DocumentHead) (catalog.Derived, error) {
	d := catalog.Derived{Document: head.ID, Revision: head.Head}
	t, err := c.assemble(ctx, head)
	if err != nil {
		return d, err
	}
	d.Terms = indexTerms(head.Revision.Title, t.text, c.Log)
	if err := c.link(ctx, head, &d); err != nil {
		return d, err
	}
	return d, ctx.Err()
}
