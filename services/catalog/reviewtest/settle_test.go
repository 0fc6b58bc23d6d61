package reviewtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fonds-archive/fonds/services/catalog"
)

// settle compares documents that a step has touched with the model, remembers their new
// revisions, and takes over what follows from them: which region a review is of.
func (w *world) settle(documents ...*document) {
	w.t.Helper()
	for _, d := range documents {
		var head catalog.DocumentHead
		var reviews []catalog.Review
		w.view(func(r catalog.Reader) error {
			var err error
			if head.Document, err = r.Document(d.id); err != nil {
				return err
			}
			if head.Revision, err = r.Revision(d.id, head.Head); err != nil {
				return err
			}
			reviews, err = r.ReviewsOf(d.id)
			return err
		})
		w.freeze(d, head.Head)
		d.etag = head.Etag()
		if head.DeletedAt.IsZero() == d.deleted {
			w.failf("document %s: deleted at %v, model says %v", d.id, head.DeletedAt, d.deleted)
		}
		if d.deleted {
			w.drafts(d, reviews)
			continue
		}
		w.shows(d, head.Revision)
		w.states(d, head.Revision)
		w.awaits(d, head.Revision, reviews)
	}
}

// freeze remembers the revisions that have come.
func (w *world) freeze(d *document, head int) {
	w.t.Helper()
	for d.head < head {
		d.head++
		w.frozen = append(w.frozen, w.asOf(d.id, d.head))
	}
	if d.head != head {
		w.failf("document %s has %d revisions, it had %d", d.id, head, d.head)
	}
}

// asOf digests what a revision is and shows.
func (w *world) asOf(id string, number int) frozen {
	w.t.Helper()
	text, err := w.Text(w.ctx, id, number, 0)
	if err != nil {
		w.failf("text of document %s as of %d: %v", id, number, err)
	}
	manifest, err := text.Head.Revision.Manifest()
	w.must(err)
	f := frozen{document: id, number: number, manifest: digestOf(manifest), verified: len(text.Regions) > 0}
	if f.manifest != text.Head.Revision.Digest {
		w.failf("document %s revision %d: its digest is %s, kept was %s", id, number, f.manifest, text.Head.Revision.Digest)
	}
	sum := sha256.New()
	for _, part := range text.Regions {
		f.verified = f.verified && part.Region.Assurance == catalog.AssuranceVerified
		shown, err := json.Marshal(part)
		w.must(err)
		_, _ = sum.Write(shown)
	}
	f.texts = catalog.Digest(hex.EncodeToString(sum.Sum(nil)))
	return f
}

// shows compares title, regions and assurance.
func (w *world) shows(d *document, r catalog.Revision) {
	w.t.Helper()
	if r.Title != d.title || len(r.Regions) != len(d.regions) {
		w.failf("document %s shows %q with %d regions, model says %q with %d", d.id, r.Title, len(r.Regions), d.title, len(d.regions))
	}
	lowest := catalog.Assurance(0)
	for i, want := range d.regions {
		g := r.Regions[i]
		if g.Place().Key() != want.key {
			w.failf("document %s region %d is %+v, model says %+v", d.id, i+1, g.Place(), want.place)
		}
		assurance := catalog.AssuranceMachine
		switch {
		case want.origin == catalog.Machine:
			if g.Origin > catalog.Machine || w.written[g.Reading] != nil {
				w.failf("document %s region %d shows %+v, model says what a machine read", d.id, i+1, g)
			}
			if !g.Outcome.Good() {
				assurance = 0
			}
		case g.Origin != want.origin || g.Reading != want.reading || g.Whole != want.whole:
			w.failf("document %s region %d shows %+v, model says %+v", d.id, i+1, g, want)
		case want.origin == catalog.Person:
			assurance = w.assured(want.reading, want.key)
		}
		if g.Assurance != assurance {
			w.failf("document %s region %d has %s, model says %s: %+v", d.id, i+1, g.Assurance, assurance, g)
		}
		if assurance != 0 && (lowest == 0 || assurance < lowest) {
			lowest = assurance
		}
	}
	if r.Assurance() != lowest {
		w.failf("document %s has %s, its regions have %s", d.id, r.Assurance(), lowest)
	}
}

// states compares what people have stated.
func (w *world) states(d *document, r catalog.Revision) {
	w.t.Helper()
	list, err := r.Fields.List()
	w.must(err)
	found := map[string][]said{}
	for _, f := range list {
		if f.Person == "" {
			continue
		}
		verified := f.Assurance == catalog.AssuranceVerified
		if verified && len(w.written[f.Statement].signed[""]) == 0 || verified != (f.SignedBy != "") {
			w.failf("document %s: %s is %s, signed by %q, and nobody signed it", d.id, f.Name, f.Assurance, f.SignedBy)
		}
		found[f.Name] = append(found[f.Name], said{f.Statement, f.Person, string(f.Value), verified})
	}
	if !maps.EqualFunc(found, d.fields, slices.Equal) {
		w.failf("document %s states %+v, model says %+v", d.id, found, d.fields)
	}
}

// awaits compares the reviews with what the revision shows: one for each place that can
// be read, in the state that the place is in.
func (w *world) awaits(d *document, r catalog.Revision, rows []catalog.Review) {
	w.t.Helper()
	places := map[string][]int{}
	for i, g := range r.Regions {
		switch g.Outcome {
		case 0, catalog.Corrupt, catalog.TooLarge, catalog.Refused:
			if g.Origin != catalog.Person {
				continue
			}
		}
		key := g.Place().Key()
		places[key] = append(places[key], i)
	}
	w.come(d, places)
	byKey := map[string]catalog.Review{}
	for _, row := range rows {
		byKey[row.Key] = row
		if d.reviews[row.Key] == nil {
			w.failf("document %s has the review %+v, model has none", d.id, row)
		}
	}
	for _, key := range d.keys() {
		row, ok := byKey[key]
		if !ok {
			w.failf("document %s has no review %s", d.id, key)
		}
		w.awaitsOne(d, r, row, places[key])
		w.keepsDraft(d, row)
	}
}

// come takes reviews away whose places are gone, unless there is a draft, and adds those
// of new places.
func (w *world) come(d *document, places map[string][]int) {
	for _, key := range d.keys() {
		if v := d.reviews[key]; places[key] == nil && !v.hasDraft() {
			delete(d.reviews, key)
		}
	}
	for key := range places {
		if d.reviews[key] == nil {
			d.lives[key]++
			d.reviews[key] = &review{life: d.lives[key], skipped: map[string]bool{}}
		}
	}
}

// awaitsOne compares one review with the regions at its place, counted from 0.
func (w *world) awaitsOne(d *document, r catalog.Revision, row catalog.Review, at []int) {
	w.t.Helper()
	v := d.reviews[row.Key]
	if len(at) == 0 {
		if row.Region != 0 {
			w.failf("document %s review %s is of region %d, which is not there", d.id, row.Key, row.Region)
		}
		if v.region != 0 {
			v.region, v.touched = 0, v.touched+1
		}
		return
	}
	if !slices.Contains(at, row.Region-1) {
		w.failf("document %s review %s is of region %d, its place has those at %v", d.id, row.Key, row.Region, at)
	}
	g := r.Regions[row.Region-1]
	if row.Reading != g.Reading || row.Collection != d.collection {
		w.failf("document %s review %s is of reading %q in %s, and region %d shows %q", d.id, row.Key, row.Reading, row.Collection, row.Region, g.Reading)
	}
	if v.region != row.Region {
		v.region, v.touched = row.Region, v.touched+1
	}
	if v.shown != row.Reading {
		v.shown, v.sentBack, v.touched = row.Reading, false, v.touched+1
	}
	state := w.awaited(d, g)
	if state == catalog.Reviewed {
		for _, other := range at {
			if w.awaited(d, r.Regions[other]) != catalog.Reviewed {
				w.failf("document %s review %s is of region %d, and region %d at the same place awaits somebody", d.id, row.Key, row.Region, other+1)
			}
		}
	}
	if g.Assurance == catalog.AssuranceVerified {
		v.sentBack = false
	}
	if v.sentBack {
		state = catalog.ToCorrect
	}
	if row.State != state || (row.Comment.Text != "") != v.sentBack {
		w.failf("document %s review %s is in state %d with comment %q, model says %d, sent back %v; it shows %+v", d.id, row.Key, row.State, row.Comment.Text, state, v.sentBack, g)
	}
	if v.state != state {
		v.state, v.skipped, v.touched = state, map[string]bool{}, v.touched+1
	}
}

// awaited is what a region awaits, unless it was sent back.
func (w *world) awaited(d *document, g catalog.Region) catalog.ReviewState {
	switch {
	case g.Origin != catalog.Person:
		return catalog.ToCorrect
	case w.onePerson[d.collection] || w.assured(g.Reading, g.Place().Key()) == catalog.AssuranceVerified:
		return catalog.Reviewed
	case !w.written[g.Reading].named():
		return catalog.ToCorrect
	}
	return catalog.ToVerify
}

// drafts compares the drafts of a document.
func (w *world) drafts(d *document, rows []catalog.Review) {
	w.t.Helper()
	found := 0
	for _, row := range rows {
		if row.Draft.Exists() {
			found++
			w.keepsDraft(d, row)
		}
	}
	for _, v := range d.reviews {
		if v.hasDraft() {
			found--
		}
	}
	if found != 0 {
		w.failf("document %s has %d drafts more than the model", d.id, found)
	}
}

func (w *world) keepsDraft(d *document, row catalog.Review) {
	w.t.Helper()
	v := d.reviews[row.Key]
	if v == nil || row.Draft.Text != v.draft || row.Draft.BasedOn != v.basedOn || !slices.Equal(row.Draft.Editors, v.editors) {
		w.failf("document %s review %s has the draft %+v, model says %+v", d.id, row.Key, row.Draft, v)
	}
	if !v.hasDraft() && row.Draft.Exists() || row.HeldBy(w.clock) != v.heldBy(w.clock) || !slices.Equal(slices.Sorted(slices.Values(row.SkippedBy)), sorted(v.skipped)) {
		w.failf("document %s review %s is %+v, model says %+v", d.id, row.Key, row, v)
	}
}

func (w *world) failf(format string, args ...any) {
	w.t.Helper()
	for _, line := range w.trail {
		w.t.Log(line)
	}
	w.t.Fatalf("step %d of seed %d: %s", w.steps, w.seed, strings.ReplaceAll(fmt.Sprintf(format, args...), idStart, "…"))
}
