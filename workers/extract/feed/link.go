package feed

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

const (
	// atMost bounds what one key gives: of those with a number, those from somebody in
	// a month. mostCandidates bounds the candidates of one reference, by all its keys.
	atMost         = 50
	mostCandidates = 200
	// mostAsking bounds the documents whose references are looked at because of one
	// that came and has their number or their day; of vague ones atMost are.
	mostAsking = 500
	// mostTwins bounds the near copies that are kept of one document, and mostCompared
	// the bytes of a text that is compared with others: 500 pages.
	mostTwins    = 20
	mostCompared = 1 << 20
	// mostSources bounds the documents that are asked anew because one that they refer
	// to has changed.
	mostSources = 1000
)

// link finds what a document refers to, which are nearly the same, and what others
// refer to now that it is there.
func (c Config) link(ctx context.Context, head catalog.DocumentHead, derived *catalog.Derived) error {
	d, err := c.meet(head)
	if err != nil {
		return err
	}
	for _, r := range d.References() {
		l, err := c.resolve(ctx, d.Document, r)
		if err != nil {
			return err
		}
		derived.Links = append(derived.Links, l)
	}
	twins, err := c.twins(ctx, d)
	if err != nil {
		return err
	}
	derived.Links = append(derived.Links, twins...)
	if derived.References, err = c.affected(ctx, d); err != nil {
		return err
	}
	c.note(*derived)
	return nil
}

// note keeps what was found until it is stored: of two that come together one may
// complete a document to which the other has just been linked.
func (c Config) note(derived catalog.Derived) {
	if c.found == nil {
		return
	}
	c.found[derived.Document] = derived.Links
	maps.Copy(c.found, derived.References)
}

// resolve finds what a reference means. What stays open keeps its words, so that it is
// found when the other comes.
func (c Config) resolve(ctx context.Context, d *link.Document, r link.Reference) (catalog.Link, error) {
	ids, err := c.Catalog.HoldersOf(ctx, keys.Asked(d, r), atMost, mostCandidates)
	if err != nil {
		return catalog.Link{}, err
	}
	candidates, err := c.know(ctx, ids, d.ID)
	return linkOf(d, r, candidates), err
}

func linkOf(d *link.Document, r link.Reference, candidates []*known) catalog.Link {
	l := catalog.Link{
		Document: d.ID, Kind: catalog.LinkReference, Reference: r.Field.Value, Date: r.Date(), Number: r.Number(),
		From: parties(r.From), To: parties(r.To), Raw: r.Field.Raw, Evidence: r.Field.Evidence,
	}
	documents := make([]*link.Document, len(candidates))
	for i, k := range candidates {
		documents[i] = k.Document
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

// parties are named once each.
func parties(names []link.Name) []catalog.Party {
	var list []catalog.Party
	for _, n := range names {
		p := catalog.Party{Key: n.Key(), Name: n.Shown}
		if !slices.ContainsFunc(list, func(q catalog.Party) bool { return q.Key == p.Key }) {
			list = append(list, p)
		}
	}
	return list
}

// affected looks anew at the references of others that a document may answer, or that
// were taken to mean it. Only of those that change something is returned.
func (c Config) affected(ctx context.Context, d *known) (map[string][]catalog.Link, error) {
	certain, vague := keys.Answering(ownKeys(d))
	asking, err := c.Catalog.HoldersOf(ctx, certain, mostAsking, mostAsking)
	if err != nil {
		return nil, err
	}
	perhaps, err := c.Catalog.HoldersOf(ctx, vague, atMost, atMost)
	if err != nil {
		return nil, err
	}
	meaning, err := c.Catalog.LinkSources(ctx, d.ID, mostSources)
	if err != nil {
		return nil, err
	}
	ids := slices.Concat(asking, perhaps, meaning)
	slices.Sort(ids)
	others, err := c.know(ctx, slices.Compact(ids), d.ID)
	if err != nil {
		return nil, err
	}
	changed := map[string][]catalog.Link{}
	for _, other := range others {
		links, differ, err := c.reconsider(ctx, other, d)
		if err != nil {
			return nil, err
		}
		if differ {
			changed[other.ID] = links
		}
	}
	return changed, nil
}

// reconsider looks at the references of a document again because of another one. One
// that did not know of the other chooses between that and what it knew of; one that did
// is asked for anew.
func (c Config) reconsider(ctx context.Context, d, because *known) (links []catalog.Link, differ bool, err error) {
	references := d.References()
	stored, err := c.references(ctx, d.ID)
	if err != nil {
		return nil, false, err
	}
	if len(stored) != len(references) {
		return nil, false, nil // it waits for its own turn
	}
	for i, r := range references {
		l, ends := stored[i], append(slices.Clone(stored[i].Candidates), stored[i].Target)
		switch {
		case slices.Contains(ends, because.ID):
			l, err = c.resolve(ctx, d.Document, r)
		case d.Match(r, because.Document).Score >= link.Possible:
			ends = slices.DeleteFunc(ends, func(id string) bool { return id == "" })
			var candidates []*known
			candidates, err = c.know(ctx, append(ends, because.ID), d.ID)
			l = linkOf(d.Document, r, candidates)
		default:
			links = append(links, l)
			continue
		}
		if err != nil {
			return nil, false, err
		}
		links, differ = append(links, l), true
	}
	return links, differ, nil
}

// references are the links of a document to what it refers to, as they will be when
// what was found in this round is stored.
func (c Config) references(ctx context.Context, id string) ([]catalog.Link, error) {
	links, found := c.found[id]
	if !found {
		var err error
		if links, err = c.Catalog.LinksOf(ctx, id); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(links), func(l catalog.Link) bool { return !l.IsReference() }), nil
}

// twins finds documents with nearly the same text, and those that number, date and
// people say to be the same.
func (c Config) twins(ctx context.Context, d *known) ([]catalog.Link, error) {
	own, err := c.fingerprint(ctx, d)
	if err != nil {
		return nil, err
	}
	asked := append(keys.OfNumbers(d.Document), keys.OfFingerprint(own)...)
	ids, err := c.Catalog.HoldersOf(ctx, asked, atMost, atMost)
	if err != nil {
		return nil, err
	}
	others, err := c.know(ctx, ids, d.ID)
	if err != nil {
		return nil, err
	}
	var links []catalog.Link
	for _, other := range others {
		its, err := c.fingerprint(ctx, other)
		if err != nil {
			return nil, err
		}
		if kind, verdict := d.Twin(other.Document, text.Similarity(own, its)); kind != 0 {
			links = append(links, catalog.Link{
				Document: d.ID, Target: other.ID, Kind: kind, Confidence: verdict.Score, Why: verdict.Why(),
			})
		}
	}
	slices.SortStableFunc(links, func(a, b catalog.Link) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return links[:min(len(links), mostTwins)], nil
}
