package catalog

import (
	"context"
	"fmt"
	"slices"
)

// Part is what one of several documents gets of another.
type Part struct {
	// Title of the part; of the first one empty for the title that there is.
	Title   string
	Regions []Region
}

// SplitDocument gives the first part to a document and makes a new one of each
// other. The regions show what they showed. What people have stated goes with the part
// that shows the words which prove it; the rest stays with the first. It returns the
// documents in order.
func (c *Catalog) SplitDocument(ctx context.Context, id, etag, person string, parts []Part) ([]DocumentHead, error) {
	var heads []DocumentHead
	err := c.store.Tx(ctx, func(tx Tx) error {
		heads = nil
		present, err := c.present(tx, id, etag)
		if err != nil {
			return err
		}
		if len(parts) < 2 {
			return invalid("cuts", "a split needs at least two parts")
		}
		stated, err := present.Revision.Fields.List()
		if err != nil {
			return err
		}
		stays := dealt(peoplesFields(stated), parts)
		from := []RevisionName{{Document: id, Number: present.Head}}
		for n, part := range parts {
			d, event, title := present.Document, DocumentRevised, part.Title
			if n == 0 && title == "" {
				title = present.Revision.Title
			}
			if n > 0 {
				event = DocumentCreated
				d = Document{ID: c.newID(), Collection: present.Collection, Holding: present.Holding, CreatedAt: c.now()}
			}
			r, err := c.compose(tx, present.Document, title, part.Regions, person)
			if err != nil {
				return err
			}
			r.MadeOf = from
			// What rules have stated is left out: of another text it is of no use.
			if r.Fields, err = NewFields(stays[n]); err != nil {
				return err
			}
			if err := c.revise(tx, d, r, event); err != nil {
				return err
			}
			head, err := documentAt(tx, d.ID, 0)
			if err != nil {
				return err
			}
			heads = append(heads, head)
		}
		return nil
	})
	return heads, err
}

// dealt gives the statements that go with each of the parts: one goes with the first
// that shows all words of its proof, and with the first of all where none does.
func dealt(stated []Field, parts []Part) [][]Field {
	own := make([][]Field, len(parts))
	for _, f := range stated {
		at := slices.IndexFunc(parts, func(p Part) bool {
			return !slices.ContainsFunc(f.Evidence, func(e Evidence) bool {
				return !slices.ContainsFunc(p.Regions, func(g Region) bool { return g.holds(e) })
			})
		})
		own[max(at, 0)] = append(own[max(at, 0)], f)
	}
	return own
}

// MergeDocuments appends the regions of other documents to one and deletes these.
// What people have stated about the others is added under names that nobody has
// stated about the first.
func (c *Catalog) MergeDocuments(ctx context.Context, id, etag, person string, others []string) (DocumentHead, error) {
	var head DocumentHead
	err := c.store.Tx(ctx, func(tx Tx) error {
		present, err := c.present(tx, id, etag)
		if err != nil {
			return err
		}
		next := Revision{Title: present.Revision.Title, Author: person, Regions: slices.Clone(present.Revision.Regions)}
		stated, err := present.Revision.Fields.List()
		if err != nil {
			return err
		}
		stated = peoplesFields(stated)
		for _, other := range others {
			if len(next.Regions) > mostRegions {
				break // and is refused
			}
			if stated, err = c.absorb(tx, present, other, person, &next, stated); err != nil {
				return err
			}
		}
		if err := checkExtent(tx, "others", next.Regions); err != nil {
			return err
		}
		if next.Fields, err = NewFields(stated); err != nil {
			return err
		}
		if err := c.revise(tx, present.Document, next, DocumentRevised); err != nil {
			return err
		}
		head, err = documentAt(tx, id, 0)
		return err
	})
	return head, err
}

// absorb puts another document's regions into a revision, and deletes it.
func (c *Catalog) absorb(tx Tx, into DocumentHead, id, person string, next *Revision, stated []Field) ([]Field, error) {
	other, err := c.present(tx, id, "")
	if err != nil {
		return nil, err
	}
	switch {
	case id == into.ID:
		return nil, invalid("others", "documents/%s cannot be merged with itself", id)
	case other.Collection != into.Collection:
		return nil, &Error{
			Code: Precondition, Reason: ReasonOtherCollection, Field: "others",
			Message: fmt.Sprintf("documents/%s lies in collection %q, not in %q", id, other.Collection, into.Collection),
		}
	}
	next.Regions = append(next.Regions, other.Revision.Regions...)
	next.MadeOf = append(next.MadeOf, RevisionName{Document: id, Number: other.Head})
	more, err := other.Revision.Fields.List()
	if err != nil {
		return nil, err
	}
	stated = Stated(stated, peoplesFields(more))
	d := other.Document
	d.DeletedAt = c.now()
	d.Events++
	if err := tx.PutDocument(d); err != nil {
		return nil, err
	}
	if err := relink(tx, id); err != nil {
		return nil, err
	}
	if err := c.appendEvent(tx, d, DocumentDeleted, person, nil); err != nil {
		return nil, err
	}
	return stated, c.act(tx, ActDocumentDeleted, person, "documents/"+id, deletedFacts{d.Head})
}
