package reviewtest

import (
	"fmt"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
)

// mostRegions bounds a document.
const mostRegions = 6

// etagOf is one that somebody has read, now or some time ago, or none, with what the
// catalog has to say to it.
func (w *world) etagOf(d *document) (etag, want string) {
	seen := sight{d.etag, d.head, d.deleted}
	d.seen = append(d.seen, seen)
	switch n := w.rng.IntN(10); {
	case n < 2:
		return "", ""
	case n < 4:
		seen = pick(w.rng, d.seen)
	}
	if seen.etag != d.etag {
		return seen.etag, catalog.ReasonEtagMismatch
	}
	if seen.head != d.head || seen.deleted != d.deleted {
		w.failf("document %s has the etag %s of its revision %d again", d.id, d.etag, seen.head)
	}
	return seen.etag, ""
}

// change is etagOf for a document that has to be there.
func (w *world) change(d *document) (etag, want string) {
	etag, want = w.etagOf(d)
	if d.deleted {
		want = catalog.ReasonDocumentDeleted
	}
	return etag, want
}

func (w *world) retitle() {
	d := w.document()
	person := w.somebody()
	etag, want := w.change(d)
	title := fmt.Sprintf("title %d", w.rng.IntN(1000))
	_, err := w.UpdateDocument(w.ctx, d.id, etag, person, catalog.Change{Title: &title})
	if w.ended("retitle "+d.id+" by "+person, err, want) {
		d.title = title
	}
	w.settle(d)
}

// rearrange gives a document other regions: in another order, without one, with one
// twice, with one of another page, or with a part of one.
func (w *world) rearrange() {
	d := w.document()
	person := w.somebody()
	etag, want := w.change(d)
	wanted := w.rearranged(d)
	var asked []catalog.Region
	for _, g := range wanted {
		asked = append(asked, catalog.Region{Scan: g.place.Scan, Page: g.place.Page, Box: g.place.Box, Range: g.place.Range})
	}
	_, err := w.UpdateDocument(w.ctx, d.id, etag, person, catalog.Change{Regions: asked})
	if w.ended(fmt.Sprintf("rearrange %s from %d to %d regions by %s", d.id, len(d.regions), len(wanted), person), err, want) {
		d.regions = wanted
		for _, v := range d.reviews {
			v.touched++
		}
	}
	w.settle(d)
}

func (w *world) rearranged(d *document) []region {
	wanted := slices.Clone(d.regions)
	at := w.rng.IntN(len(wanted))
	switch n := w.rng.IntN(6); {
	case n == 0:
		w.rng.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] })
	case n == 1 && len(wanted) > 1:
		wanted = slices.Delete(wanted, at, at+1)
	case n == 2 && len(wanted) < mostRegions:
		wanted = append(wanted, wanted[at])
	case n == 3 && wanted[at].place.Range == nil && w.importedOn(wanted[at].place.Scan) == "":
		place := wanted[at].place
		place.Box, _ = halves(place.Box)
		wanted[at] = regionAt(place)
	case len(wanted) < mostRegions:
		wanted = append(wanted, w.anyPage(d.collection))
	}
	return w.dealt(d.regions, wanted)
}

// dealt gives what is asked for at a place what the place showed: in order, without the
// least assured where fewer are asked for, and the last again where more are.
func (w *world) dealt(before, wanted []region) []region {
	at := func(list []region, key string) (found []int) {
		for i, g := range list {
			if g.key == key {
				found = append(found, i)
			}
		}
		return found
	}
	assurance := func(g region) catalog.Assurance {
		if g.origin == catalog.Person {
			return w.assured(g.reading, g.key)
		}
		return catalog.AssuranceMachine
	}
	dealt := slices.Clone(wanted)
	for _, g := range wanted {
		left, asked := at(before, g.key), at(wanted, g.key)
		for len(left) > len(asked) {
			least := 0
			for i := range left {
				if assurance(before[left[i]]) <= assurance(before[left[least]]) {
					least = i
				}
			}
			left = slices.Delete(left, least, least+1)
		}
		for n, i := range asked {
			if len(left) > 0 {
				dealt[i] = before[left[min(n, len(left)-1)]]
			}
		}
	}
	return dealt
}

// anyPage is one that a collection holds.
func (w *world) anyPage(collection string) region {
	for {
		f := pick(w.rng, w.files)
		if f.collection != collection {
			continue
		}
		g := regionAt(catalog.Place{Scan: f.scan, Page: 1 + w.rng.IntN(f.pages)})
		if f.imported != "" {
			start := w.rng.IntN(f.length / 2)
			g = regionAt(catalog.Place{Scan: f.scan, Page: 1, Range: &catalog.Range{Start: start, End: start + f.length/2}})
			g.origin, g.reading = catalog.Imported, f.imported
		}
		return g
	}
}

// split cuts a document between two regions, or through one.
func (w *world) split() {
	if len(w.live()) > mostDocuments {
		w.merge()
		return
	}
	d := w.document()
	person := w.somebody()
	etag, want := w.change(d)
	head, err := w.Document(w.ctx, d.id, 0)
	w.must(err)
	shown, mine := slices.Clone(head.Revision.Regions), slices.Clone(d.regions)
	at := w.rng.IntN(len(shown))
	if at == 0 || chance(w.rng, 30) {
		upper, lower, ok := w.cut(shown[at], mine[at])
		if !ok {
			return
		}
		shown = slices.Replace(shown, at, at+1, upper.of, lower.of)
		mine = slices.Replace(mine, at, at+1, upper.region, lower.region)
		at++
	}
	parts := []catalog.Part{{Regions: shown[:at]}, {Title: fmt.Sprintf("part %d", w.rng.IntN(1000)), Regions: shown[at:]}}
	heads, err := w.SplitDocument(w.ctx, d.id, etag, person, parts)
	if !w.ended(fmt.Sprintf("split %s before %d of %d by %s", d.id, at+1, len(shown), person), err, want) {
		w.settle(d)
		return
	}
	d.regions = mine[:at]
	for _, v := range d.reviews {
		v.touched++
	}
	other := w.add(heads[1].ID, d.collection, parts[1].Title)
	other.regions = mine[at:]
	w.settle(d, other)
}

// half is a part of a region, as the catalog and as the model have it.
type half struct {
	of     catalog.Region
	region region
}

// cut parts a region in two, as a split within a page does.
func (w *world) cut(g catalog.Region, mine region) (upper, lower half, ok bool) {
	upper, lower = half{g, mine}, half{g, mine}
	switch {
	case g.Range != nil && g.Origin == catalog.Imported:
		middle := (g.Range.Start + g.Range.End) / 2
		if middle == g.Range.Start {
			return upper, lower, false
		}
		upper.of.Range, lower.of.Range = &catalog.Range{Start: g.Range.Start, End: middle}, &catalog.Range{Start: middle, End: g.Range.End}
	case g.Range != nil || g.Box != nil && g.Box.Height < 8:
		return upper, lower, false
	default:
		upper.of.Box, lower.of.Box = halves(g.Box)
		upper.of.Whole, lower.of.Whole = false, false
	}
	for _, h := range []*half{&upper, &lower} {
		h.region.place, h.region.key, h.region.whole = h.of.Place(), h.of.Place().Key(), h.of.Whole
	}
	return upper, lower, true
}

// merge puts a document behind another.
func (w *world) merge() {
	d, other := w.document(), w.document()
	for range 5 {
		if other.collection == d.collection && other != d && !other.deleted {
			break
		}
		other = w.document()
	}
	if len(d.regions)+len(other.regions) > mostRegions {
		return
	}
	person := w.somebody()
	etag, want := w.change(d)
	if want == "" {
		switch {
		case other.deleted:
			want = catalog.ReasonDocumentDeleted
		case other == d:
			want = catalog.ReasonInvalidArgument
		case other.collection != d.collection:
			want = catalog.ReasonOtherCollection
		}
	}
	_, err := w.MergeDocuments(w.ctx, d.id, etag, person, []string{other.id})
	if w.ended(fmt.Sprintf("merge %s into %s by %s", other.id, d.id, person), err, want) {
		d.regions = append(slices.Clone(d.regions), other.regions...)
		other.deleted = true
		for name, statements := range other.fields {
			if len(d.fields[name]) == 0 {
				d.fields[name] = statements
			}
		}
		for _, v := range d.reviews {
			v.touched++
		}
	}
	w.settle(d, other)
}

func (w *world) remove() {
	d := w.document()
	person := w.somebody()
	etag, want := w.etagOf(d)
	_, err := w.DeleteDocument(w.ctx, d.id, etag, person)
	if w.ended("delete "+d.id+" by "+person, err, want) {
		d.deleted = true
	}
	w.settle(d)
}

func (w *world) bringBack() {
	d := w.documents[pick(w.rng, w.order)]
	for range 5 {
		if d.deleted {
			break
		}
		d = w.documents[pick(w.rng, w.order)]
	}
	person := w.somebody()
	etag, want := w.etagOf(d)
	_, err := w.UndeleteDocument(w.ctx, d.id, etag, person)
	if w.ended("undelete "+d.id+" by "+person, err, want) {
		d.deleted = false
		for _, v := range d.reviews {
			v.touched++
		}
	}
	w.settle(d)
}
