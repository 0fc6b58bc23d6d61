package feed

import (
	"context"
	"slices"
	"sync"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

// mostKnown bounds the correspondents that are kept: one takes some 5 kB, and as much again
// until the collector comes by.
const mostKnown = 1000

// known is a document of a correspondence as of a revision.
type known struct {
	*link.Document
	revision int
	// print is that of its text, once it was asked for.
	print *text.Fingerprint
}

// correspondents keeps what documents say about themselves: those of one file, and
// those of one week, are compared with one another again and again. The zero value is
// ready.
type correspondents struct {
	mu   sync.Mutex
	kept map[string]*known
}

func (k *correspondents) get(id string, revision int) *known {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if d := k.kept[id]; d != nil && d.revision == revision {
		return d
	}
	return nil
}

// keep forgets all when there are too many: what is asked for is soon there again.
func (k *correspondents) keep(d *known) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= mostKnown {
		k.kept = map[string]*known{}
	}
	k.kept[d.ID] = d
}

// correspondent is what a document with the given statements says about itself.
func correspondent(head catalog.DocumentHead, stated []catalog.Field) *link.Document {
	d := link.Read(head.ID, stated)
	first, last := head.Revision.Regions[0], head.Revision.Regions[len(head.Revision.Regions)-1]
	_, from := first.Cut()
	_, to := last.Cut()
	if first.Reading != "" && first.Reading == last.Reading && from != nil && to != nil {
		d.SetPrinted(link.Printed{Reading: first.Reading, Start: from.Start, End: to.End})
	}
	return d
}

// know gives documents of a correspondence in the order of their IDs. Deleted ones are
// left out, and the one with the ID without.
func (c Config) know(ctx context.Context, ids []string, without string) ([]*known, error) {
	var found []*known
	for _, id := range ids {
		if id == without {
			continue
		}
		head, err := c.Catalog.Head(ctx, id)
		if err != nil {
			return nil, err
		}
		if !head.DeletedAt.IsZero() {
			continue
		}
		d := c.known.get(id, head.Head)
		if d == nil {
			full, err := c.Catalog.Document(ctx, id, 0)
			if err != nil {
				return nil, err
			}
			if d, err = c.meet(full); err != nil {
				return nil, err
			}
		}
		found = append(found, d)
	}
	return found, nil
}

// meet reads what a document says about itself.
func (c Config) meet(head catalog.DocumentHead) (*known, error) {
	if d := c.known.get(head.ID, head.Head); d != nil {
		return d, nil
	}
	fields, err := head.Revision.Fields.List()
	if err != nil {
		return nil, err
	}
	d := &known{Document: correspondent(head, fields), revision: head.Head}
	c.known.keep(d)
	return d, nil
}

// fingerprint is that of a document's text, as far as it is compared with others.
func (c Config) fingerprint(ctx context.Context, d *known) (text.Fingerprint, error) {
	if d.print != nil {
		return *d.print, nil
	}
	fingerprint := text.Fingerprint{}
	head, err := c.Catalog.Document(ctx, d.ID, d.revision)
	if err != nil {
		return fingerprint, err
	}
	if len(head.Revision.Regions) <= maxRegions {
		t, err := c.assemble(ctx, head)
		if err != nil {
			return fingerprint, err
		}
		fingerprint = text.NewFingerprint(t.text[:min(len(t.text), mostCompared)])
	}
	d.print = &fingerprint
	return fingerprint, nil
}

// ownKeys are those by which a document may be what others refer to, or the same as
// others by number.
func ownKeys(d *known) []catalog.Key {
	return slices.Concat(keys.OfNumbers(d.Document), keys.OfPeople(d.Document))
}
