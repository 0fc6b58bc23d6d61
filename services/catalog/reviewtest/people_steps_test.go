package reviewtest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/fonds-archive/fonds/services/catalog"
)

// refused is what the catalog has to say before it looks at what is asked of a review:
// either where the model cannot tell, "" where it goes on.
func (w *world) refused(d *document, key, person, etag string, seen glimpse) string {
	v := d.reviews[key]
	switch {
	case v == nil:
		return catalog.ReasonReviewNotFound
	case d.deleted:
		return catalog.ReasonDocumentDeleted
	}
	if holder := v.heldBy(w.clock); holder != "" && holder != person {
		if etag != "" {
			return catalog.ReasonNotClaimed
		}
		return catalog.ReasonClaimed
	}
	if etag == "" {
		return ""
	}
	switch must, mustNot := v.stale(seen); {
	case must:
		return catalog.ReasonEtagMismatch
	case mustNot:
		return ""
	}
	return either
}

// look reads a review as somebody does before they write, or remembers having done so.
func (w *world) look(d *document, key, person string) glimpse {
	v := d.reviews[key]
	place := d.id + "/" + key
	if old := w.glimpses[place]; len(old) > 0 && (v == nil || chance(w.rng, 25)) {
		return pick(w.rng, old)
	}
	if v == nil {
		return glimpse{etag: "1"}
	}
	view, err := w.Review(w.ctx, d.id, key, person)
	w.must(err)
	seen := v.glimpse(view.Etag())
	w.glimpses[place] = append(w.glimpses[place], seen)
	return seen
}

func (w *world) claim() {
	d, key := w.review(0)
	person := w.somebody()
	want := w.refused(d, key, person, "", glimpse{})
	_, err := w.ClaimReview(w.ctx, d.id, key, person)
	if w.ended(fmt.Sprintf("claim %s/%s by %s", d.id, key, person), err, want) {
		w.hold(d.reviews[key], person)
	}
	w.settle(d)
}

func (w *world) hold(v *review, person string) {
	if v.holder != person {
		v.touched++
	}
	v.holder, v.until = person, w.clock.Add(lease)
}

func (w *world) letGo(v *review) { v.holder, v.until, v.touched = "", w.clock, v.touched+1 }

// claimNext has somebody given what they may work on, and nothing only where there is
// nothing.
func (w *world) claimNext() {
	person := w.somebody()
	q := catalog.ReviewQuery{Order: catalog.ReviewOrder(1 + w.rng.IntN(3)), States: []catalog.ReviewState{catalog.ToCorrect, catalog.ToVerify}}
	if chance(w.rng, 50) {
		q.States = q.States[:1]
	}
	if chance(w.rng, 50) {
		q.Collection = pick(w.rng, collections)
	}
	could := func(d *document, key string) bool {
		v := d.reviews[key]
		own := v.state == catalog.ToVerify && w.written[v.shown].by[person]
		if v.state == catalog.ToCorrect && !v.sentBack && w.written[v.shown] != nil { // because nobody who has a name submitted it
			own = w.written[v.shown].by[person] && !slices.Contains(persons, person)
		}
		free := v.heldBy(w.clock) == "" || v.heldBy(w.clock) == person
		return !d.deleted && v.region > 0 && free && !v.skipped[person] && !own &&
			slices.Contains(q.States, v.state) && (q.Collection == "" || q.Collection == d.collection)
	}
	view, err := w.ClaimNext(w.ctx, q, person)
	if !w.ended(fmt.Sprintf("claimNext %v by %s", q.States, person), err, either) {
		for _, d := range w.live() {
			for _, key := range d.keys() {
				if could(d, key) {
					w.failf("%s is given nothing, and could work on %s/%s", person, d.id, key)
				}
			}
		}
		return
	}
	d := w.documents[view.Document]
	if !could(d, view.Key) {
		w.failf("%s is given %s/%s, which is not for them: %+v", person, d.id, view.Key, d.reviews[view.Key])
	}
	w.hold(d.reviews[view.Key], person)
	w.settle(d)
}

func (w *world) release() {
	d, key := w.review(0)
	person := w.somebody()
	want := w.refused(d, key, person, "", glimpse{})
	_, err := w.ReleaseReview(w.ctx, d.id, key, person)
	if w.ended("release "+key+" by "+person, err, want) && d.reviews[key].holder == person {
		w.letGo(d.reviews[key])
	}
	w.settle(d)
}

func (w *world) skip() {
	d, key := w.review(0)
	person := w.somebody()
	want := w.refused(d, key, person, "", glimpse{})
	_, err := w.SkipReview(w.ctx, d.id, key, person)
	if w.ended("skip "+key+" by "+person, err, want) {
		w.letGo(d.reviews[key])
		d.reviews[key].skipped[person] = true
	}
	w.settle(d)
}

func (w *world) save() {
	d, key := w.review(0)
	person := w.somebody()
	seen := w.look(d, key, person)
	want := w.refused(d, key, person, seen.etag, seen)
	text := words(w.rng, 1+w.rng.IntN(3))
	_, err := w.SaveDraft(w.ctx, d.id, key, person, text, seen.etag)
	if w.ended(fmt.Sprintf("save %s/%s by %s", d.id, key, person), err, want) {
		v := d.reviews[key]
		if !v.hasDraft() {
			v.basedOn = v.shown
		}
		v.draft = text
		if !slices.Contains(v.editors, person) {
			v.editors = append(v.editors, person)
		}
		w.hold(v, person)
		v.touched++
	}
	w.settle(d)
}

// submit has somebody end a correction, often without a draft, sometimes with the text
// that was there, and sometimes for a page that has none.
func (w *world) submit() {
	d, key := w.review(catalog.ToCorrect)
	person := w.somebody()
	seen := w.look(d, key, person)
	want := w.refused(d, key, person, seen.etag, seen)
	v := d.reviews[key]
	if v == nil {
		_, err := w.SubmitReview(w.ctx, d.id, key, person, seen.etag, catalog.Correction{})
		w.ended("submit of nothing by "+person, err, want)
		return
	}
	if want == "" && v.region == 0 {
		want = catalog.ReasonContentChanged
	}
	correction, place := w.correction(d, v)
	view, err := w.SubmitReview(w.ctx, d.id, key, person, seen.etag, correction)
	if w.ended(fmt.Sprintf("submit %s/%s by %s", d.id, key, person), err, want) {
		w.submitted(d, key, person, correction, view)
	}
	_ = place
	w.settle(d)
}

// correction makes a text for the place of a review.
func (w *world) correction(d *document, v *review) (catalog.Correction, catalog.Place) {
	c := catalog.Correction{BasedOn: v.base(), Text: words(w.rng, 1+w.rng.IntN(3))}
	if chance(w.rng, 4) {
		c.Text = ""
	}
	var place catalog.Place
	if v.region > 0 {
		place = d.regions[v.region-1].place
	}
	salt := make([]byte, 16)
	for i := range salt {
		salt[i] = byte(w.rng.Uint32())
	}
	var err error
	c.Body, c.Measure, err = body(c.Text, place.Box, 1, salt)
	w.must(err)
	c.BodyDigest = digestOf(c.Body)
	return c, place
}

func (v *review) base() string {
	if v.hasDraft() {
		return v.basedOn
	}
	return v.shown
}

// submitted takes a correction into the model: whoever saved the draft, submitted, or had
// a part in what it came from has a part in it.
func (w *world) submitted(d *document, key, person string, c catalog.Correction, view catalog.ReviewView) {
	w.t.Helper()
	v := d.reviews[key]
	by := map[string]bool{person: true}
	for _, editor := range v.editors {
		by[editor] = true
	}
	w.inherit(by, v.base(), key)
	w.inherit(by, v.shown, key)
	id := w.unknown(view.Head.Revision)
	reading, err := w.readingOf(id)
	w.must(err)
	if got := reading.Contributors; !slices.Equal(got, sorted(by)) {
		w.failf("reading %s has the contributors %q, model says %q", id, got, sorted(by))
	}
	if reading.Text != c.Text || reading.BodyDigest != c.BodyDigest || reading.BasedOn != c.BasedOn || digestOf(reading.Body) != c.BodyDigest {
		w.failf("reading %s has the text %q and is based on %q, given was %q on %q", id, reading.Text, reading.BasedOn, c.Text, c.BasedOn)
	}
	w.written[id] = newWriting(id, c.BodyDigest, c.Text, person, by)
	shown := v.shown
	for i := range d.regions {
		if g := &d.regions[i]; g.key == key && w.showing(d, i) == shown {
			g.origin, g.reading, g.whole = catalog.Person, id, g.place.Box != nil || g.place.Range != nil
		}
	}
	v.draft, v.basedOn, v.editors, v.sentBack = "", "", nil, false
	w.letGo(v)
}

// unknown is the one reading by a person in a revision that the model has not met.
func (w *world) unknown(r catalog.Revision) string {
	w.t.Helper()
	found := map[string]bool{}
	for _, g := range r.Regions {
		if g.Origin == catalog.Person && w.written[g.Reading] == nil {
			found[g.Reading] = true
		}
	}
	if len(found) != 1 {
		w.failf("document %s shows the new readings %q after one correction", r.Document, sorted(found))
	}
	return sorted(found)[0]
}

func (w *world) readingOf(id string) (reading catalog.Reading, err error) {
	w.view(func(r catalog.Reader) error {
		reading, err = r.Reading(id)
		return nil
	})
	return reading, err
}

// showing is the reading that a region showed when it was last looked at.
func (w *world) showing(d *document, at int) string {
	if g := d.regions[at]; g.origin != catalog.Machine {
		return g.reading
	}
	head, err := w.Document(w.ctx, d.id, d.head)
	w.must(err)
	return head.Revision.Regions[at].Reading
}

// signText has somebody put their name under a text, or try to.
func (w *world) signText() {
	d, key := w.review(catalog.ToVerify)
	person := w.somebody()
	seen := w.look(d, key, person)
	if chance(w.rng, 50) {
		seen = glimpse{} // the digest says what is signed
	}
	content := w.content(d, key)
	wrong := chance(w.rng, 5)
	if wrong {
		content = digestOf([]byte("another text"))
	}
	want := w.refused(d, key, person, seen.etag, seen)
	if want == "" {
		want = w.mayNot(d, key, person, wrong)
	}
	_, err := w.SignReview(w.ctx, d.id, key, person, seen.etag, content)
	if !w.ended(fmt.Sprintf("sign %s/%s by %s", d.id, key, person), err, want) {
		w.settle(d)
		return
	}
	shown := d.reviews[key].shown
	written := w.written[shown]
	if reason := w.maySign(written, person); reason != "" {
		w.failf("%s has signed %s, to which %q contributed: %s", person, shown, sorted(written.by), reason)
	}
	w.sign(written, key, person)
	for _, other := range w.live() {
		if slices.ContainsFunc(other.regions, func(g region) bool { return g.reading == shown }) {
			w.settle(other)
		}
	}
	w.settle(d)
}

// content is the digest of what a signature is put under, as the model has it.
func (w *world) content(d *document, key string) catalog.Digest {
	v := d.reviews[key]
	if v == nil || v.region == 0 || w.written[v.shown] == nil {
		return digestOf(nil)
	}
	place := d.regions[v.region-1].place
	content, err := catalog.Content{Reading: v.shown, BodyDigest: w.written[v.shown].digest, Place: &place}.Digest()
	w.must(err)
	return content
}

// mayNot is why a person may not sign what a review shows.
func (w *world) mayNot(d *document, key, person string, wrong bool) string {
	v := d.reviews[key]
	switch {
	case v.region == 0:
		return catalog.ReasonContentChanged
	case w.written[v.shown] == nil:
		return catalog.ReasonNotCorrected
	case wrong:
		return catalog.ReasonContentChanged
	case w.assured(v.shown, key) == catalog.AssuranceVerified:
		return catalog.ReasonNotCorrected
	case w.onePerson[d.collection]:
		return catalog.ReasonOnePerson
	}
	return w.maySign(w.written[v.shown], person)
}

func (w *world) sendBack() {
	d, key := w.review(catalog.ToVerify)
	person := w.somebody()
	seen := w.look(d, key, person)
	want := w.refused(d, key, person, seen.etag, seen)
	if v := d.reviews[key]; want == "" {
		switch {
		case v.region == 0:
			want = catalog.ReasonContentChanged
		case w.written[v.shown] == nil || w.assured(v.shown, key) == catalog.AssuranceVerified:
			want = catalog.ReasonNotCorrected
		}
	}
	_, err := w.SendBack(w.ctx, d.id, key, person, seen.etag, "look again")
	if w.ended(fmt.Sprintf("sendBack %s/%s by %s", d.id, key, person), err, want) {
		v := d.reviews[key]
		v.sentBack, v.state = true, catalog.ToCorrect
		v.skipped = map[string]bool{person: true}
		w.letGo(v)
	}
	w.settle(d)
}

// wait lets time pass, so that claims run out.
func (w *world) wait() {
	minutes := 1 + w.rng.IntN(20)
	w.clock = w.clock.Add(seconds(60 * minutes))
	w.ended(fmt.Sprintf("wait %d minutes", minutes), nil, "")
}

func (w *world) restartAll() {
	w.restart()
	w.ended("restart", nil, "")
	w.remembered(50)
}

func (w *world) sequenceActs() {
	w.sequence()
	w.ended("sequence", nil, "")
}

// toggle has one person's word be enough in a collection, or not any more.
func (w *world) toggle() {
	id := pick(w.rng, collections)
	enough := !w.onePerson[id]
	_, err := w.UpdateCollection(w.ctx, id, "local", catalog.CollectionChange{OnePerson: &enough})
	if !w.ended(fmt.Sprintf("toggle %s %v", id, enough), err, "") {
		return
	}
	w.onePerson[id] = enough
	for _, d := range w.live() {
		if d.collection != id {
			continue
		}
		for _, v := range d.reviews {
			v.touched++
		}
		w.settle(d)
	}
}

// bar shuts a person out, or lets them in again.
func (w *world) bar() {
	person := pick(w.rng, persons)
	if !w.barred[person] && len(w.barred) > 0 {
		person = slices.Sorted(maps.Keys(w.barred))[0]
	}
	w.tx(func(tx catalog.Tx) error { return tx.PutUser(user(person, w, !w.barred[person])) })
	if w.barred[person] {
		delete(w.barred, person)
	} else {
		w.barred[person] = true
	}
	w.ended("bar "+person, nil, "")
}
