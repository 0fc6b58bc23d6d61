package feed

import (
	"cmp"
	"context"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

const (
	// atMost bounds the candidates of one reference, and the documents whose
	// references are looked for anew because of one that came.
	atMost = 50
	// mostTwins bounds the near copies that are kept of one document, and mostRead the
	// texts that are read to find them.
	mostTwins = 20
	mostRead  = 50
	// mostCompared bounds the bytes of a text that is compared with others: 500 pages.
	mostCompared = 1 << 20
)

// link finds what a document refers to, which are nearly the same, and what others
// refer to now that it is there.
func (c Config) link(ctx context.Context, head catalog.DocumentHead, derived *catalog.Derived) error {
	d, fields, err := correspondent(head)
	if err != nil {
		return err
	}
	if derived.Links, err = c.references(ctx, d); err != nil {
		return err
	}
	own := keys.OfAll(fields)
	twins, err := c.twins(ctx, head, d, own)
	if err != nil {
		return err
	}
	derived.Links = append(derived.Links, twins...)
	derived.References, err = c.affected(ctx, d, own)
	return err
}

func correspondent(head catalog.DocumentHead) (*link.Document, []catalog.Field, error) {
	fields, err := head.Revision.Fields.List()
	if err != nil {
		return nil, nil, err
	}
	return link.Read(head.ID, fields), fields, nil
}

// references resolves what a document says of others. What stays open keeps its
// words, so that it is found when the other comes.
func (c Config) references(ctx context.Context, d *link.Document) ([]catalog.Link, error) {
	var links []catalog.Link
	for _, r := range d.References() {
		documents, err := c.candidates(ctx, d, r)
		if err != nil {
			return nil, err
		}
		links = append(links, linkOf(d, r, documents))
	}
	return links, nil
}

// candidates reads the documents that a reference may mean.
func (c Config) candidates(ctx context.Context, d *link.Document, r link.Reference) ([]*link.Document, error) {
	ids, err := c.Catalog.HoldersOf(ctx, keys.Asked(d, r), atMost)
	if err != nil {
		return nil, err
	}
	heads, err := c.heads(ctx, ids, d.ID)
	if err != nil {
		return nil, err
	}
	var documents []*link.Document
	for _, head := range heads {
		candidate, _, err := correspondent(head)
		if err != nil {
			return nil, err
		}
		documents = append(documents, candidate)
	}
	return documents, nil
}

// heads reads documents, the one with the ID without left out.
func (c Config) heads(ctx context.Context, ids []string, without string) ([]catalog.DocumentHead, error) {
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == without })
	if len(ids) == 0 {
		return nil, ctx.Err()
	}
	return c.Catalog.Documents(ctx, ids)
}

func linkOf(d *link.Document, r link.Reference, documents []*link.Document) catalog.Link {
	l := catalog.Link{
		Document: d.ID, Kind: catalog.LinkReference, Reference: r.Field.Value, Date: r.Date(),
		Number: r.Number(), From: parties(r.From), To: parties(r.To), Raw: r.Field.Raw, Evidence: r.Field.Evidence,
	}
	found, sure := d.Choose(r, documents)
	if len(found) > 0 {
		l.Confidence, l.Why = found[0].Score, found[0].Why()
	}
	if sure {
		l.Target, found = found[0].ID, found[1:]
	}
	for _, f := range found {
		l.Candidates = append(l.Candidates, f.ID)
	}
	return l
}

func parties(names []link.Name) []catalog.Party {
	var list []catalog.Party
	for _, n := range names {
		list = append(list, catalog.Party{Key: n.Key(), Name: n.Shown})
	}
	return list
}

// affected looks anew for what the references of others mean that a document may
// answer, or that were taken to mean it.
func (c Config) affected(ctx context.Context, d *link.Document, own []catalog.Key) (map[string][]catalog.Link, error) {
	asking, err := c.Catalog.HoldersOf(ctx, keys.Answering(own), atMost)
	if err != nil {
		return nil, err
	}
	meaning, err := c.Catalog.LinkSources(ctx, d.ID, atMost)
	if err != nil {
		return nil, err
	}
	ids := append(asking, meaning...)
	slices.Sort(ids)
	heads, err := c.heads(ctx, slices.Compact(ids), d.ID)
	if err != nil {
		return nil, err
	}
	references := map[string][]catalog.Link{}
	for _, head := range heads {
		other, _, err := correspondent(head)
		if err != nil {
			return nil, err
		}
		if references[head.ID], err = c.references(ctx, other); err != nil {
			return nil, err
		}
	}
	return references, nil
}

// twins finds documents with nearly the same text, and those that number, date and
// people say to be the same.
func (c Config) twins(ctx context.Context, head catalog.DocumentHead, d *link.Document, own []catalog.Key) ([]catalog.Link, error) {
	t, err := c.compared(ctx, head)
	if err != nil {
		return nil, err
	}
	ids, err := c.Catalog.HoldersOf(ctx, append(keys.OfText(t), keys.Numbers(own)...), mostRead)
	if err != nil {
		return nil, err
	}
	heads, err := c.heads(ctx, ids, head.ID)
	if err != nil {
		return nil, err
	}
	print := text.NewFingerprint(t)
	var links []catalog.Link
	for _, h := range heads {
		other, _, err := correspondent(h)
		if err != nil {
			return nil, err
		}
		t, err := c.compared(ctx, h)
		if err != nil {
			return nil, err
		}
		kind, verdict := d.Twin(other, text.Similarity(print, text.NewFingerprint(t)))
		if kind != 0 {
			links = append(links, catalog.Link{
				Document: d.ID, Target: h.ID, Kind: kind, Confidence: verdict.Score, Why: verdict.Why(),
			})
		}
	}
	slices.SortStableFunc(links, func(a, b catalog.Link) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return links[:min(len(links), mostTwins)], nil
}

// compared is the text of a document by which it is compared with others.
func (c Config) compared(ctx context.Context, head catalog.DocumentHead) (string, error) {
	if len(head.Revision.Regions) > maxRegions {
		return "", nil
	}
	t, err := c.assemble(ctx, head)
	if err != nil {
		return "", err
	}
	return t.text[:min(len(t.text), mostCompared)], nil
}
