package purge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
)

// secret stands in all texts that are purged.
const secret = "zibeline"

// filled has two documents to purge, corrected, signed, stated and indexed, and one that
// stays.
func filled(t *testing.T) (a *archive, doomed []string, stays catalog.DocumentHead) {
	t.Helper()
	a = newArchive(t)
	for _, path := range []string{"x-" + secret + "-1.png", secret + "-2.png"} {
		d := a.ingest(path, "the "+secret+" was read by a machine "+path, secret+"s on page two")
		a.derive(d.ID)
		a.state(d.ID, secret+"town")
		a.correct(d.ID, "the "+secret+" as a person has it", true)
		a.derive(d.ID)
		doomed = append(doomed, d.ID)
	}
	stays = a.ingest("stays.png", "the sapphire stays where it is")
	a.derive(stays.ID)
	a.correct(stays.ID, "the sapphire stays", true)
	a.derive(stays.ID)
	a.relayed()
	return a, doomed, stays
}

func reasonOf(err error) string {
	if e, ok := errors.AsType[*catalog.Error](err); ok {
		return e.Reason
	}
	return fmt.Sprint(err)
}

func near(a *archive, word string) []string {
	found, err := a.NearTerms(a.ctx(), []catalog.Near{{Trigrams: trigrams(word), Shared: 1, Shortest: 1, Longest: 40, Limit: 50}})
	must(a.t, err)
	return found[0]
}

func trigrams(word string) []string {
	var grams []string
	for i := range len(word) - 2 {
		grams = append(grams, word[i:i+3])
	}
	return grams
}

// TestNothingIsLeft purges two of three documents and looks for a word of theirs in every
// file; what stays can be read and proved.
func TestNothingIsLeft(t *testing.T) {
	a, doomed, stays := filled(t)
	for _, where := range []string{"/fonds.db", "/blobs", "/jetstream"} {
		if !slices.ContainsFunc(a.holding(secret), func(path string) bool { return strings.HasPrefix(path, where) }) {
			t.Fatalf("the word is not in %s before: the test shows nothing", where)
		}
	}
	log := ledger.Log{Store: a.store, Keys: a.key.Verifiers()}
	a.sequence()
	if _, err := log.Proof(a.ctx(), doomed[0], 0); err != nil {
		t.Fatal(err)
	}
	p := a.confirmed(false, doomed...)
	a.relayed()
	a.carriedOut(p.ID)
	if found := a.holding(secret); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
	if found := near(a, secret); slices.ContainsFunc(found, func(term string) bool { return strings.HasPrefix(term, secret) }) {
		t.Errorf("the vocabulary has %v", found)
	}
	for _, id := range doomed {
		for revision := range 4 {
			_, err := a.Text(a.ctx(), id, revision, 0)
			if reasonOf(err) != catalog.ReasonWithdrawn {
				t.Errorf("text of revision %d: %v", revision, err)
			}
		}
		if _, err := log.Proof(a.ctx(), id, 0); reasonOf(err) != catalog.ReasonWithdrawn {
			t.Errorf("proof: %v", err)
		}
	}
	if len(a.forgotten) != 4 {
		t.Errorf("forgotten are %v", a.forgotten)
	}
	text, err := a.Text(a.ctx(), stays.ID, 0, catalog.AssuranceVerified)
	if must(t, err); text.Regions[0].Text != "the sapphire stays" {
		t.Errorf("what stays is %+v", text.Regions)
	}
	a.sound()
	bundle, err := log.Proof(a.ctx(), stays.ID, 0)
	must(t, err)
	if _, err := ledger.VerifyBundle(bundle, a.key.Verifiers()); err != nil {
		t.Errorf("proof of what stays: %v", err)
	}
}

// TestInterruptedAfterEachStep stops after each step, as a killed process does, and begins
// again with everything opened anew.
func TestInterruptedAfterEachStep(t *testing.T) {
	a, doomed, _ := filled(t)
	p := a.confirmed(false, doomed...)
	a.relayed()
	killed := errors.New("killed")
	var steps []string
	for {
		c := a.config()
		last := ""
		c.between = func(step string) error {
			if slices.Contains(steps, step) {
				return nil
			}
			last = step
			return killed
		}
		err := c.round(a.ctx())
		if err == nil {
			break
		}
		if !errors.Is(err, killed) {
			t.Fatal(err)
		}
		if got := a.stateOf(p.ID); got != catalog.Purging {
			t.Fatalf("after %s the purge is in state %d", last, got)
		}
		if _, err := a.Text(a.ctx(), doomed[0], 1, 0); reasonOf(err) != catalog.ReasonWithdrawn {
			t.Errorf("after %s the text is given: %v", last, err)
		}
		steps = append(steps, last)
		a.restart()
		a.sound()
	}
	if want := []string{"words", "rows", "streams", "blobs", "caches", "scrub"}; !slices.Equal(steps, want) {
		t.Errorf("interrupted after %v, want %v", steps, want)
	}
	if got := a.stateOf(p.ID); got != catalog.PurgeDone {
		t.Errorf("at last the purge is in state %d", got)
	}
	if found := a.holding(secret); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
	a.sound()
}

// TestEventsAreSentFirst proves that words which the relay may have in hand do not come
// into the stream behind the purger.
func TestEventsAreSentFirst(t *testing.T) {
	a := newArchive(t)
	d := a.ingest("a.png", "words")
	a.correct(d.ID, secret, false)
	inHand, err := a.UnsentEvents(a.ctx(), 0, 100)
	must(t, err)
	if !slices.ContainsFunc(inHand, func(e catalog.Event) bool { return len(e.Regions) > 0 }) {
		t.Fatal("no event has words")
	}
	p := a.confirmed(false, d.ID)
	if err := a.config().round(a.ctx()); !errors.Is(err, errUnsent) {
		t.Fatalf("got %v", err)
	}
	a.relayed()
	must(t, a.config().round(a.ctx()))
	if got := a.stateOf(p.ID); got != catalog.PurgeDone {
		t.Errorf("the purge is in state %d", got)
	}
	if found := a.holding(secret); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
}

// TestLateTexts proves that a text which a worker had in hand is not stored, and goes from
// the stream too: while the purge is carried out and after it is done.
func TestLateTexts(t *testing.T) {
	a := newArchive(t)
	d := a.ingest("a.png", "words")
	scan := d.Revision.Regions[0].Scan
	p := a.confirmed(false, d.ID)
	a.relayed()
	late := func() {
		a.publish(scan, 1, 2, secret+" that comes late")
		must(t, a.deliver(scan, 1, secret+" that comes late", catalog.Withdrawn))
	}
	c := a.config()
	c.between = func(step string) error {
		if step == "blobs" {
			late()
			c.between = nil
		}
		return nil
	}
	must(t, c.round(a.ctx()))
	if got := a.stateOf(p.ID); got != catalog.Purging {
		t.Errorf("with a late text the purge is in state %d", got)
	}
	a.carriedOut(p.ID)
	a.publish(scan, 1, 3, secret+" that comes later")
	if len(a.holding(secret)) == 0 {
		t.Fatal("the late text is in no file: the test shows nothing")
	}
	must(t, a.deliver(scan, 1, secret+" that comes later", catalog.Withdrawn))
	if got := a.stateOf(p.ID); got != catalog.Purging {
		t.Errorf("after a later text the purge is in state %d", got)
	}
	a.carriedOut(p.ID)
	if found := a.holding(secret); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
	a.sound()
}

// TestFailuresKeepNothingBack proves that an old purge is carried out although more newer
// ones than are read at once fail.
func TestFailuresKeepNothingBack(t *testing.T) {
	a := newArchive(t)
	var purges []catalog.Purge
	for n := range atOnce + 2 {
		purges = append(purges, a.confirmed(false, a.ingest(fmt.Sprintf("%d.png", n), fmt.Sprintf("page %d", n)).ID))
	}
	a.relayed()
	c := a.config()
	terms := c.Terms
	c.Terms = func(text catalog.DocumentText) ([]catalog.Term, error) {
		if text.Head.ID != purges[0].Documents[0] {
			return nil, errors.New("not this one")
		}
		return terms(text)
	}
	if err := c.round(a.ctx()); err == nil || !strings.Contains(err.Error(), "not this one") {
		t.Errorf("got %v", err)
	}
	for i, p := range purges {
		if done := a.stateOf(p.ID) == catalog.PurgeDone; done != (i == 0) {
			t.Errorf("purge %d is done: %v", i, done)
		}
	}
	must(t, a.config().round(a.ctx()))
	if got := a.stateOf(purges[atOnce+1].ID); got != catalog.PurgeDone {
		t.Errorf("at last the newest is in state %d", got)
	}
}

// TestLastDocumentOfASharedScan purges one document of a scan that another lies on, and the
// other one before the first purge is carried out.
func TestLastDocumentOfASharedScan(t *testing.T) {
	a := newArchive(t)
	first := a.ingest("a.png", secret+" on page one", secret+" on page two")
	a.derive(first.ID)
	last, err := a.CreateDocument(a.ctx(), catalog.NewDocument{Collection: "c", Title: secret, Person: "anna", Regions: []catalog.Region{{Scan: first.Revision.Regions[0].Scan, Page: 2}}})
	must(t, err)
	purges := []catalog.Purge{a.confirmed(true, first.ID), a.confirmed(false, last.ID)}
	a.relayed()
	must(t, a.config().round(a.ctx()))
	for i, p := range purges {
		if got := a.stateOf(p.ID); got != catalog.PurgeDone {
			t.Errorf("purge %d is in state %d", i, got)
		}
	}
	if found := a.holding(secret); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
	a.sound()
}

// TestStreamsThatAreAway proves that the purge waits for them and loses nothing.
func TestStreamsThatAreAway(t *testing.T) {
	a := newArchive(t)
	d := a.ingest("a.png", secret)
	p := a.confirmed(false, d.ID)
	a.relayed()
	a.nats.Close()
	c := a.config()
	ctx, cancel := context.WithTimeout(a.ctx(), a.short())
	defer cancel()
	if err := c.round(ctx); err == nil {
		t.Error("the purge was carried out without the streams")
	}
	if got := a.stateOf(p.ID); got != catalog.Purging {
		t.Errorf("the purge is in state %d", got)
	}
	a.restart()
	a.carriedOut(p.ID)
	if found := a.holding(secret); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
}

// TestSharedScanStays purges a document of two pages, on the second of which another lies:
// that page, the picture and its message stay.
func TestSharedScanStays(t *testing.T) {
	a := newArchive(t)
	d := a.ingest("a.png", secret+" on page one", "the sapphire on page two")
	scan := d.Revision.Regions[0].Scan
	a.derive(d.ID)
	other, err := a.CreateDocument(a.ctx(), catalog.NewDocument{Collection: "c", Title: "other", Person: "anna", Regions: []catalog.Region{{Scan: scan, Page: 2}}})
	must(t, err)
	_, err = a.RequestPurge(a.ctx(), catalog.NewPurge{Documents: []string{d.ID}, Reason: "why", Person: "olga"})
	if reasonOf(err) != catalog.ReasonScanShared {
		t.Fatalf("got %v", err)
	}
	p := a.confirmed(true, d.ID)
	a.relayed()
	a.carriedOut(p.ID)
	found := a.holding(secret)
	if len(found) != 1 || !strings.HasPrefix(found[0], "/blobs") {
		t.Errorf("the word is in %v, and stays in the picture alone", found)
	}
	if found := a.holding("sapphire"); !slices.ContainsFunc(found, func(path string) bool { return strings.HasPrefix(path, "/jetstream") }) {
		t.Errorf("what the other document shows is only in %v", found)
	}
	text, err := a.Text(a.ctx(), other.ID, 0, 0)
	if must(t, err); text.Regions[0].Text != "the sapphire on page two" {
		t.Errorf("got %+v", text.Regions)
	}
	a.sound()
}
