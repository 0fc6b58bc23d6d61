package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// LookupDocuments returns the documents that have a key, deleted ones left out.
func (c *Catalog) LookupDocuments(ctx context.Context, l Lookup) ([]DocumentHead, error) {
	return c.heads(ctx, func(r Reader) ([]Document, error) { return r.DocumentsByKey(l) })
}

// DocumentsOn returns documents whose newest revision has a region on a scan, by ID,
// lowest first, after the given one, deleted ones left out.
func (c *Catalog) DocumentsOn(ctx context.Context, scan Digest, after string, limit int) ([]DocumentHead, error) {
	return c.heads(ctx, func(r Reader) ([]Document, error) {
		if _, err := r.Scan(scan); err != nil {
			return nil, orNotFound(err, ReasonScanNotFound, "scan", string(scan))
		}
		documents, err := r.DocumentsOn(scan)
		if err != nil {
			return nil, err
		}
		documents = slices.DeleteFunc(documents, func(d Document) bool { return d.ID <= after || !d.DeletedAt.IsZero() })
		return documents[:min(len(documents), limit)], nil
	})
}

// LinkedDocuments returns documents that one refers to or, if to is set, those that
// refer to it, by ID, lowest first, after the given one. Only links that are wanted
// count, and only those whose other end is known; of links to one document the first
// thousand.
func (c *Catalog) LinkedDocuments(ctx context.Context, id string, to bool, wanted func(Link) bool, after string, limit int) ([]DocumentHead, error) {
	return c.heads(ctx, func(r Reader) ([]Document, error) {
		if _, err := r.Document(id); err != nil {
			return nil, orNotFound(err, ReasonDocumentNotFound, "document", id)
		}
		links, err := linksAt(r, id, to)
		if err != nil {
			return nil, err
		}
		var documents []Document
		for _, other := range otherEnds(links, to, wanted, after, limit) {
			d, err := r.Document(other)
			if err != nil {
				return nil, err
			}
			documents = append(documents, d)
		}
		return documents, nil
	})
}

func linksAt(r Reader, id string, to bool) ([]Link, error) {
	if to {
		return r.LinksTo(id, mostLinksTo)
	}
	return r.LinksOf(id)
}

// otherEnds gives the IDs at the other ends of links, each once and in order.
func otherEnds(links []Link, to bool, wanted func(Link) bool, after string, limit int) []string {
	var ids []string
	for _, l := range links {
		other := l.Target
		if to {
			other = l.Document
		}
		if other > after && wanted(l) {
			ids = append(ids, other)
		}
	}
	slices.SortFunc(ids, strings.Compare)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), limit)]
}

// heads gives documents with their newest revisions, read in one snapshot.
func (c *Catalog) heads(ctx context.Context, find func(Reader) ([]Document, error)) ([]DocumentHead, error) {
	var heads []DocumentHead
	err := c.store.View(ctx, func(r Reader) error {
		documents, err := find(r)
		if err != nil {
			return err
		}
		heads = make([]DocumentHead, 0, len(documents))
		for _, d := range documents {
			revision, err := r.Revision(d.ID, d.Head)
			if err != nil {
				return fmt.Errorf("newest revision of document %s: %w", d.ID, err)
			}
			heads = append(heads, DocumentHead{Document: d, Revision: revision})
		}
		return nil
	})
	return heads, err
}
