package catalog

import (
	"context"
	"errors"
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
	return c.heads(ctx, func(r Reader) ([]Document, error) { return r.UnderivedDocuments(limit) })
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
	if gone, err := meansWhatIsGone(tx, d.Links); err != nil {
		return err
	} else if gone {
		head.Derived = 0
	}
	if err := tx.PutDocument(head); err != nil {
		return err
	}
	for document, references := range d.References {
		if gone, err := meansWhatIsGone(tx, references); err != nil {
			return err
		} else if !gone {
			continue
		}
		if err := deriveAnew(tx, document); err != nil {
			return err
		}
	}
	return nil
}

// meansWhatIsGone tells that a document to which links go was deleted after it had been
// found: when that happened the store did not yet have the links, so that relink could
// not know of them.
func meansWhatIsGone(r Reader, links []Link) (bool, error) {
	looked := map[string]bool{"": true}
	for _, l := range links {
		for _, id := range append([]string{l.Target}, l.Candidates...) {
			if looked[id] {
				continue
			}
			looked[id] = true
			d, err := r.Document(id)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return false, err
			}
			if err == nil && !d.DeletedAt.IsZero() {
				return true, nil
			}
		}
	}
	return false, nil
}

// deriveAnew has the links and the index of a document made again.
func deriveAnew(tx Tx, id string) error {
	d, err := tx.Document(id)
	if err != nil {
		return err
	}
	d.Derived = 0
	return tx.PutDocument(d)
}
