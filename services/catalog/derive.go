package catalog

import (
	"context"
	"fmt"
)

// Derived is what is derived from a revision beside its fields and stands outside
// of it: links and the index of its text. It may be made anew at any time.
type Derived struct {
	Document string
	Revision int
	// Terms of its title and text.
	Terms []Term
	// Links go out from the document.
	Links []Link
	// References are links of other documents, by their IDs: all that each refers to,
	// looked for anew because this document is there or has changed.
	References map[string][]Link
}

// UnderivedDocuments returns documents whose fields are stored and that wait for
// their links and index.
func (c *Catalog) UnderivedDocuments(ctx context.Context, limit int) ([]DocumentHead, error) {
	return c.waiting(ctx, func(r Reader) ([]Document, error) { return r.UnderivedDocuments(limit) })
}

// waiting gives the documents of a list with their newest revisions.
func (c *Catalog) waiting(ctx context.Context, list func(Reader) ([]Document, error)) ([]DocumentHead, error) {
	var heads []DocumentHead
	err := c.store.View(ctx, func(r Reader) error {
		documents, err := list(r)
		if err != nil {
			return err
		}
		heads = make([]DocumentHead, len(documents))
		for i, d := range documents {
			if heads[i], err = documentAt(r, d.ID, 0); err != nil {
				return err
			}
		}
		return nil
	})
	return heads, err
}

// StoreDerived stores what was derived from documents, in one transaction. Where a
// newer revision has come meanwhile nothing is stored: that one will be derived from.
func (c *Catalog) StoreDerived(ctx context.Context, derived []Derived) error {
	return c.store.Tx(ctx, func(tx Tx) error {
		for _, d := range derived {
			if err := storeDerived(tx, d); err != nil {
				return fmt.Errorf("links and index of document %s: %w", d.Document, err)
			}
		}
		return nil
	})
}

func storeDerived(tx Tx, d Derived) error {
	head, err := tx.Document(d.Document)
	if err != nil || head.Head != d.Revision || !head.DeletedAt.IsZero() {
		return err
	}
	if err := tx.PutTerms(d.Document, d.Terms); err != nil {
		return err
	}
	if err := storeLinks(tx, d); err != nil {
		return err
	}
	head.Derived = head.Head
	return tx.PutDocument(head)
}
