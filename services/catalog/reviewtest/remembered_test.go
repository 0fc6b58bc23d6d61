package reviewtest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
)

// remembered reads revisions again that were read before: what they say stays for ever.
func (w *world) remembered(some int) {
	w.t.Helper()
	for range min(some, len(w.frozen)) {
		w.unchanged(pick(w.rng, w.frozen))
	}
}

func (w *world) unchanged(f frozen) {
	w.t.Helper()
	if now := w.asOf(f.document, f.number); now != f {
		w.failf("document %s as of %d was %+v, and is %+v", f.document, f.number, f, now)
	}
}

// demanded asks for the text of a document that two people stand behind.
func (w *world) demanded() {
	w.t.Helper()
	d := w.document()
	newest := 0
	for _, f := range w.frozen {
		if f.document == d.id && f.verified {
			newest = max(newest, f.number)
		}
	}
	verified := newest == d.head
	_, err := w.Text(w.ctx, d.id, 0, catalog.AssuranceVerified)
	var refused *catalog.Error
	switch {
	case verified && err != nil, !verified && !errors.As(err, &refused):
		w.failf("verified text of document %s: %v; model says verified %v", d.id, err, verified)
	case !verified:
		instead := ""
		if newest > 0 {
			instead = fmt.Sprint(newest)
		}
		if refused.Reason != catalog.ReasonAssuranceNotReached || refused.Metadata["revision_reaching"] != instead {
			w.failf("verified text of document %s: %v %v; model says revision %s has it", d.id, refused, refused.Metadata, instead)
		}
	}
}

// queues compares the lists of what awaits people, and their lengths, with the model.
func (w *world) queues() {
	w.t.Helper()
	for _, collection := range collections {
		want := map[catalog.ReviewState][]string{}
		for _, d := range w.live() {
			for _, key := range d.keys() {
				if v := d.reviews[key]; d.collection == collection && v.region > 0 {
					want[v.state] = append(want[v.state], d.id+"/"+key)
				}
			}
		}
		counts, err := w.ReviewCounts(w.ctx, collection)
		w.must(err)
		counted := map[catalog.ReviewState]int{}
		for _, c := range counts {
			counted[c.State] = c.Reviews
		}
		for _, state := range []catalog.ReviewState{catalog.ToCorrect, catalog.ToVerify, catalog.Reviewed} {
			views, err := w.Reviews(w.ctx, catalog.ReviewQuery{
				Collection: collection, States: []catalog.ReviewState{state}, Order: catalog.OldestFirst, Limit: 10_000,
			})
			w.must(err)
			var got []string
			for _, v := range views {
				got = append(got, v.Document+"/"+v.Key)
			}
			slices.Sort(got)
			slices.Sort(want[state])
			if !slices.Equal(got, want[state]) || counted[state] != len(got) {
				w.failf("collection %s in state %d: %d counted, listed %q, model says %q", collection, state, counted[state], got, want[state])
			}
		}
	}
}

// prove exports the proof of a revision, preferably one that people signed, and checks it
// as somebody does who has nothing but the file and the key.
func (w *world) prove() {
	w.sequence()
	f := pick(w.rng, w.frozen)
	for range 20 {
		if f.verified {
			break
		}
		f = pick(w.rng, w.frozen)
	}
	head, err := w.Document(w.ctx, f.document, f.number)
	w.must(err)
	want := catalog.ReasonNothingSigned
	for _, g := range head.Revision.Regions {
		if g.Origin == catalog.Person {
			want = ""
		}
	}
	bundle, err := ledger.Log{Store: w.store, Keys: w.key.Verifiers()}.Proof(w.ctx, f.document, f.number)
	if !w.ended(fmt.Sprintf("prove %s as of %d", f.document, f.number), err, want) {
		return
	}
	report, err := ledger.VerifyBundle(bundle, w.key.Verifiers())
	if err != nil {
		w.failf("proof of document %s revision %d: %v", f.document, f.number, err)
	}
	for i, g := range head.Revision.Regions {
		proved := report.Regions[i]
		if g.Origin != catalog.Person {
			continue
		}
		written := w.written[g.Reading]
		slices.Sort(proved.Contributors)
		if !slices.Equal(proved.Contributors, sorted(written.by)) {
			w.failf("the proof of %s says that %q made it, model says %q", g.Reading, proved.Contributors, sorted(written.by))
		}
		var signed []string
		for _, s := range proved.Signed {
			signed = append(signed, s.Person)
		}
		slices.Sort(signed)
		if signed = slices.Compact(signed); !slices.Equal(signed, sorted(written.signed[g.Place().Key()])) {
			w.failf("the proof of %s says that %q signed it, model says %v", g.Reading, signed, written.signed)
		}
	}
}

// audit is what fsck does, with the log, and against every checkpoint that was kept.
func (w *world) audit() {
	w.t.Helper()
	w.sequence()
	found := func(name, problem string) { w.failf("audit: %s: %s", name, problem) }
	faults, err := w.store.Check(w.ctx)
	w.must(err)
	for _, fault := range faults {
		found("store", fault)
	}
	w.must(w.Audit(w.ctx, &catalog.Audit{Found: found, Body: checkBody, Scan: func(catalog.Scan) error { return nil }}))
	leaves, err := ledger.Check(w.ctx, w.store, w.key.Verifiers(), found)
	w.must(err)
	for leaf := int64(0); leaf < leaves; leaf += 500 {
		w.view(func(r catalog.Reader) error {
			acts, err := r.Acts(leaf, 500)
			if err != nil {
				return err
			}
			for _, a := range acts {
				if problem, err := catalog.CheckAct(r, a); err != nil || problem != "" {
					w.failf("act %d, %s: %s %v", a.ID, a.Kind, problem, err)
				}
			}
			return nil
		})
	}
	for _, kept := range w.kept {
		w.must(ledger.CheckAgainst(w.ctx, w.store, w.key.Verifiers(), kept, found))
	}
}
