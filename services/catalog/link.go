package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
)

// LinkKind says how two documents hang together.
type LinkKind uint8

// The kinds.
const (
	// LinkReference is of a document that names the other.
	LinkReference LinkKind = iota + 1
	// LinkCopy is of texts that are nearly the same.
	LinkCopy
	// LinkSameDocument is of documents that number, date and people say to be one.
	LinkSameDocument
)

// Link is a proposed connection of a document to another. Links are derived and may
// be made anew at any time.
type Link struct {
	Document string `json:"-"`
	// Target is empty while the document that is referred to is not there, is deleted,
	// or is not told from others.
	Target string   `json:"-"`
	Kind   LinkKind `json:"-"`
	// Reference is the value of the telegram_reference; empty for other kinds.
	Reference json.RawMessage `json:"reference,omitempty"`
	// Date is the day or minute that a reference names, as far as it is known: its year
	// may come from the document. ISO 8601.
	Date string `json:"date,omitempty"`
	// Number of what is referred to, in the form in which numbers are compared, and
	// between whom it passed, as far as the document tells.
	Number string  `json:"number,omitempty"`
	From   []Party `json:"from,omitempty"`
	To     []Party `json:"to,omitempty"`
	// Raw are the words of a reference, and Evidence where they stand.
	Raw      string     `json:"raw,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	// Confidence is from 0 to 1.
	Confidence float64 `json:"confidence"`
	// Why is for a person: what fits and what does not.
	Why string `json:"why,omitempty"`
	// Candidates are other documents that a reference could mean, best first.
	Candidates []string `json:"-"`
}

// Party is one of those between whom something passed: under what the name is
// compared, and how it is written.
type Party struct {
	Key  string `json:"key,omitempty"`
	Name string `json:"name"`
}

// IsReference tells that a link is one that a correspondence goes along.
func (l Link) IsReference() bool { return l.Kind == LinkReference }

// LinkReader gives links. Links of deleted documents are given to nobody, and a
// deleted target or candidate is none.
type LinkReader interface {
	// LinksOf gives the links that go out from a document, in the order in which
	// they were put.
	LinksOf(document string) ([]Link, error)
	// LinksTo gives the first links whose target is the document, by document and
	// order.
	LinksTo(document string, limit int) ([]Link, error)
	// LinkSources gives documents that have a link whose target or candidate is the
	// document, by ID.
	LinkSources(document string, limit int) ([]string, error)
}

// LinkWriter changes links.
type LinkWriter interface {
	// PutLinks replaces the links that go out from a document, whose ID is that of
	// each link. Targets need not exist.
	PutLinks(document string, links []Link) error
}

// mostLinksTo bounds the links to one document that are looked at.
const mostLinksTo = 1000

// Links returns the links of a document to others, and the first thousand of others
// to it.
func (c *Catalog) Links(ctx context.Context, id string) (of, to []Link, err error) {
	err = c.store.View(ctx, func(r Reader) error {
		d, err := r.Document(id)
		if err != nil {
			return orNotFound(err, ReasonDocumentNotFound, "document", id)
		}
		if err := d.Withdrawn(); err != nil {
			return err
		}
		if of, err = r.LinksOf(id); err != nil {
			return err
		}
		to, err = r.LinksTo(id, mostLinksTo)
		return err
	})
	return of, to, err
}

// LinksOf returns the links that go out from a document.
func (c *Catalog) LinksOf(ctx context.Context, id string) ([]Link, error) {
	var links []Link
	err := c.store.View(ctx, func(r Reader) (err error) {
		links, err = r.LinksOf(id)
		return err
	})
	return links, err
}

// LinkSources returns documents that have a link to a document, or take it for a
// candidate.
func (c *Catalog) LinkSources(ctx context.Context, id string, limit int) ([]string, error) {
	var ids []string
	err := c.store.View(ctx, func(r Reader) (err error) {
		ids, err = r.LinkSources(id, limit)
		return err
	})
	return ids, err
}

// HoldersOf returns the IDs of documents that have any of the keys: those first that
// have most of them, then those that have one that stands further in front. Each key
// gives up to each, all together up to limit.
func (c *Catalog) HoldersOf(ctx context.Context, keys []Key, each, limit int) ([]string, error) {
	var ids []string
	err := c.store.View(ctx, func(r Reader) error {
		counts, first := map[string]int{}, map[string]int{}
		for i, k := range keys {
			documents, err := r.DocumentsByKey(Lookup{Key: k, Limit: each})
			if err != nil {
				return err
			}
			for _, d := range documents {
				if counts[d.ID]++; counts[d.ID] == 1 {
					first[d.ID] = i
				}
			}
		}
		ids = slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(first[a], first[b]), cmp.Compare(a, b))
		})
		ids = ids[:min(len(ids), limit)]
		return nil
	})
	return ids, err
}

// storeLinks replaces the links of a document, and what the same work found out about
// the references of others. A pair of documents that are alike is kept once, with the
// one that was compared last.
func storeLinks(tx Tx, d Derived) error {
	alike, err := tx.LinksTo(d.Document, mostLinksTo)
	if err != nil {
		return err
	}
	for _, l := range alike {
		if l.IsReference() {
			continue
		}
		if err := replaceLinks(tx, l.Document, nil, func(m Link) bool { return m.IsReference() || m.Target != d.Document }); err != nil {
			return err
		}
	}
	for document, references := range d.References {
		if err := replaceLinks(tx, document, references, func(m Link) bool { return !m.IsReference() }); err != nil {
			return err
		}
	}
	return tx.PutLinks(d.Document, d.Links)
}

// relink has the documents that referred to one that is gone look for what else they
// may mean.
func relink(tx Tx, gone string) error {
	sources, err := tx.LinkSources(gone, mostLinksTo)
	if err != nil {
		return err
	}
	for _, id := range sources {
		if err := deriveAnew(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// replaceLinks puts links before those of a document that are kept.
func replaceLinks(tx Tx, document string, links []Link, kept func(Link) bool) error {
	before, err := tx.LinksOf(document)
	if err != nil {
		return err
	}
	for _, l := range before {
		if kept(l) {
			links = append(links, l)
		}
	}
	return tx.PutLinks(document, links)
}
