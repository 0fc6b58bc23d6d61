package intake

import (
	"context"
	"errors"
	"fmt"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

func (a *archive) dead() DeadLetters { return DeadLetters{Catalog: a.catalog, Bus: a.bus} }

// retry tries letters again and returns how many went well and the first error.
func (a *archive) retry(sequences ...uint64) (n int, first error) {
	a.t.Helper()
	left, err := a.dead().Retry(a.ctx(), sequences, func(_ string, err error) {
		switch {
		case err == nil:
			n++
		case first == nil:
			first = err
		}
	})
	if left != 0 {
		a.t.Errorf("%d letters were not come to", left)
	}
	return n, errors.Join(err, first)
}

func jobLetter(key catalog.WorkKey) *fondsv1.DeadLetter {
	return &fondsv1.DeadLetter{Kind: "job", Reason: "the engine crashed", Work: workKey(key), Subject: "fonds.jobs.v1.fresh.probe.b", Data: []byte("job")}
}

// failed brings a file to its end with a page that failed, and buries its job.
func (a *archive) failed(path string) catalog.WorkKey {
	a.t.Helper()
	m := read(a.t, path, 1, "")
	m.Outcome, m.Body, m.BodyDigest = fondsv1.Outcome_OUTCOME_FAILED, nil, ""
	a.stored(probed(path, 1), m)
	key := catalog.WorkKey{Scan: digest(path), Page: 1, Recipe: recipe(a.t).Digest}
	must(a.t, a.bus.Bury(a.ctx(), jobLetter(key), path))
	return key
}

func TestRetriedJobIsANewAttempt(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("a.png")
	key := a.failed("a.png")
	letters, err := a.dead().List(a.ctx(), 0, 10)
	must(t, err)
	if len(letters) != 1 || letters[0].GetName() != "deadLetters/1" {
		t.Fatalf("letters %v", letters)
	}
	n, err := a.retry(1)
	must(t, err)
	jobs := a.issue()
	if n != 1 || len(jobs) != 1 || jobs[0].Work.Key != key || len(a.letters()) != 0 {
		t.Errorf("retried %d: issued %+v, %d letters left", n, jobs, len(a.letters()))
	}
	if got := a.batch(b.ID).State; got != catalog.BatchRunning {
		t.Errorf("batch is in state %d", got)
	}
}

func TestRetriedTextIsStored(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("a.png")
	a.run()
	// It came before the scan was opened, and nobody knew its work.
	a.publish(read(t, "a.png", 1, "CYPHER\n"))
	a.eventually("it is buried", func() bool { return len(a.letters()) == 1 })
	a.publish(probed("a.png", 1))
	a.eventually("the scan is open", func() bool { return a.batch(b.ID).Counts.Pages == 1 })
	n, err := a.retry()
	must(t, err)
	a.eventually("the text is stored", func() bool { return a.batch(b.ID).State == catalog.BatchDone })
	if n != 1 || len(a.letters()) != 0 {
		t.Errorf("retried %d, %d letters left", n, len(a.letters()))
	}
}

func TestLetterThatCannotBeRetriedStays(t *testing.T) {
	a := newArchive(t)
	a.ingest("a.png", "b.png")
	// A page of two has failed; the other is still being read.
	m := read(t, "a.png", 1, "")
	m.Outcome, m.Body, m.BodyDigest = fondsv1.Outcome_OUTCOME_TIMEOUT, nil, ""
	a.stored(probed("a.png", 2), m)
	must(t, a.bus.Bury(a.ctx(), jobLetter(catalog.WorkKey{Scan: digest("a.png"), Page: 1, Recipe: recipe(t).Digest}), "a"))
	a.failed("b.png")

	var refused *catalog.Error
	if n, err := a.retry(1); n != 0 || !errors.As(err, &refused) || refused.Reason != catalog.ReasonFileNotEnded {
		t.Errorf("retried %d: %v", n, err)
	}
	// It does not stand in the way of others.
	if n, err := a.retry(); n != 1 || !errors.As(err, &refused) {
		t.Errorf("retried %d of all: %v", n, err)
	}
	if left := a.letters(); len(left) != 1 || left[0].GetName() != "deadLetters/1" {
		t.Errorf("left %v", left)
	}
	if n, err := a.retry(99); n != 0 || !errors.As(err, &refused) || refused.Code != catalog.NotFound {
		t.Errorf("a letter that is not there: %d, %v", n, err)
	}
}

func TestLetterOfAWorkThatEndedWellIsTakenOff(t *testing.T) {
	a := newArchive(t)
	a.ingest("a.png")
	a.stored(probed("a.png", 1), read(t, "a.png", 1, "read after all\n"))
	must(t, a.bus.Bury(a.ctx(), jobLetter(catalog.WorkKey{Scan: digest("a.png"), Page: 1, Recipe: recipe(t).Digest}), "a"))
	n, err := a.retry()
	must(t, err)
	if n != 1 || len(a.letters()) != 0 || len(a.issue()) != 0 {
		t.Errorf("retried %d", n)
	}
}

func TestWhatWasNoJobGoesBackToTheQueue(t *testing.T) {
	a := newArchive(t)
	l := jobLetter(catalog.WorkKey{})
	l.Work = nil
	must(t, a.bus.Bury(a.ctx(), l, "x"))
	n, err := a.retry()
	must(t, err)
	states, err := a.bus.States(a.ctx())
	must(t, err)
	if n != 1 || states[0].Messages != 1 {
		t.Errorf("retried %d, %d jobs", n, states[0].Messages)
	}
}

func TestAllLettersAreMoreThanAList(t *testing.T) {
	a := newArchive(t)
	l := jobLetter(catalog.WorkKey{})
	l.Work = nil
	// What comes back while all are retried, here by a subject of dead letters, is
	// not retried for ever.
	again := jobLetter(catalog.WorkKey{})
	again.Work, again.Subject = nil, "fonds.dead.v1.job"
	must(t, a.bus.Bury(a.ctx(), again, "again"))
	for n := range 1200 {
		must(t, a.bus.Bury(a.ctx(), l, fmt.Sprint(n)))
	}
	if n, err := a.retry(); n != 1201 || err != nil {
		t.Errorf("retried %d: %v", n, err)
	}
	if left := a.letters(); len(left) != 1 {
		t.Errorf("%d letters left", len(left))
	}
}

func TestRetryOfLettersHasItsTime(t *testing.T) {
	a := newArchive(t)
	l := jobLetter(catalog.WorkKey{})
	l.Work = nil
	for n := range 3 {
		must(t, a.bus.Bury(a.ctx(), l, fmt.Sprint(n)))
	}
	never := func(name string, _ error) { t.Errorf("tried %s", name) }
	hurried, cancel := context.WithTimeout(a.ctx(), retryMargin)
	defer cancel()
	for asked, want := range map[int]int{0: 3, 2: 2} {
		if left, err := a.dead().Retry(hurried, []uint64{1, 2, 3}[:asked], never); left != want || err != nil {
			t.Errorf("%d left of %d: %v", left, want, err)
		}
	}
}
