package catalog_test

import (
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// probesFail makes probes end in FAILED and pages in TEXT, so long as there are jobs.
func (a *archive) probesFail() {
	a.t.Helper()
	for _, j := range a.issue() {
		outcome := catalog.Text
		if j.Work.Key.IsProbe() {
			outcome = catalog.Failed
		}
		a.store1(answer(j, outcome, 0))
	}
}

func TestWindowIsForEachRecipe(t *testing.T) {
	a := newArchive(t)
	for _, p := range []string{"1", "2", "3"} {
		a.arrive(a.batch("c", "rus", "", p), p, p)
	}
	for _, j := range a.issue() {
		a.store1(answer(j, catalog.Text, 1))
	}
	stuck, err := a.IssueJobs(t.Context(), 2) // no worker will do these
	a.must(err)
	if len(stuck) != 2 {
		t.Fatalf("%d jobs, want the window of 2", len(stuck))
	}
	english := a.batch("c", "eng", "", "e")
	a.arrive(english, "e", "e")
	for range 2 {
		jobs, err := a.IssueJobs(t.Context(), 2)
		a.must(err)
		if len(jobs) != 1 {
			t.Fatalf("%d jobs beside those that nobody can do, want 1", len(jobs))
		}
		a.store1(answer(jobs[0], catalog.Text, 1))
	}
	if b := a.state(english.ID); b.State != catalog.BatchDone {
		t.Errorf("batch is %v", b.State)
	}
}

// Both batches had their page 1 fail with the probe. Whoever retries first opens
// the scan; the other must not miss the pages that are found then.
func TestRetryOfAFailedProbeUnderTwoRecipes(t *testing.T) {
	for name, between := range map[string]func(a *archive){
		"one after the other": func(a *archive) { a.drain(10, allText) },
		"at once":             func(*archive) {},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			eng, rus := a.batch("c", "eng", "", "f.pdf"), a.batch("c", "rus", "", "f.pdf")
			a.arrive(eng, "f.pdf", "f")
			a.arrive(rus, "f.pdf", "f")
			a.probesFail()
			for _, b := range []catalog.Batch{eng, rus} {
				if _, n, err := a.RetryFailed(t.Context(), b.ID); err != nil || n != 1 {
					t.Fatalf("retried %d works, %v", n, err)
				}
				between(a)
			}
			a.drain(10, allText)
			for _, b := range []catalog.Batch{eng, rus} {
				if s := a.state(b.ID); s.State != catalog.BatchDone || s.Counts.Pages != 10 {
					t.Errorf("batch is %v with %d pages, want DONE with 10", s.State, s.Counts.Pages)
				}
			}
			a.audit()
		})
	}
}

func TestCancelledBatchStaysCancelled(t *testing.T) {
	a := newArchive(t)
	b := a.batch("c", "eng", "", "1", "2")
	a.arrive(b, "1", "one")
	a.arrive(b, "2", "two")
	jobs := a.issue()
	a.store1(answer(jobs[0], catalog.Failed, 0))
	_, err := a.CancelBatch(t.Context(), b.ID)
	a.must(err)
	if _, _, err := a.RetryFailed(t.Context(), b.ID); reason(err) != catalog.ReasonBatchEnded {
		t.Errorf("retry of the batch: %v", err)
	}
	page := catalog.WorkKey{Scan: jobs[0].Work.Key.Scan, Page: 1, Recipe: recipe(t, "eng").Digest}
	if _, err := a.RetryWork(t.Context(), page); reason(err) != catalog.ReasonBatchEnded {
		t.Errorf("retry of its page: %v", err)
	}
	// The other probe was in a worker's hands. What it found starts nothing.
	a.store1(answer(jobs[1], catalog.Text, 500))
	if jobs := a.issue(); len(jobs) != 0 {
		t.Errorf("%d jobs for a cancelled batch", len(jobs))
	}
	if s := a.state(b.ID); s.State != catalog.BatchCancelled {
		t.Errorf("batch is %v", s.State)
	}
	a.audit()
}

// Between the two calls the model was replaced by another file of its name.
func TestResumeTakesTheRecipeOfToday(t *testing.T) {
	a := newArchive(t)
	before := a.batch("c", "eng", "key", "1", "2")
	a.arrive(before, "1", "one")
	now, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digest("eng, newer")}}, nil)
	a.must(err)
	n := catalog.NewBatch{Collection: "c", Language: "eng", ResumeKey: "key", Person: "local", Recipes: map[string]catalog.Recipe{"eng": now}}
	for _, p := range []string{"1", "2", "3"} {
		n.Files = append(n.Files, catalog.NewFile{Path: p, Size: 7, Collection: "c", Language: "eng"})
	}
	again, err := a.CreateBatch(t.Context(), n)
	a.must(err)
	if again.ID != before.ID || again.Files != 3 {
		t.Fatalf("batch %s of %d files, want %s of 3", again.ID, again.Files, before.ID)
	}
	files, err := a.BatchFiles(t.Context(), again.ID, 0, 10, false)
	a.must(err)
	for i, want := range []catalog.Digest{recipe(t, "eng").Digest, now.Digest, now.Digest} {
		if files[i].Recipe != want {
			t.Errorf("file %d has the recipe %.8s, want %.8s", i+1, files[i].Recipe, want)
		}
	}
	n.Collection = "other"
	if _, err := a.CreateBatch(t.Context(), n); reason(err) != catalog.ReasonResumeMismatch {
		t.Errorf("resumed with another collection: %v", err)
	}
	n.Person = "somebody else"
	if b, err := a.CreateBatch(t.Context(), n); err != nil || b.ID == before.ID {
		t.Errorf("another person's key opens the batch, %v", err)
	}
}

func TestOtherBytesForAPathThatHasArrived(t *testing.T) {
	a := newArchive(t)
	b := a.batch("c", "eng", "", "1")
	a.arrive(b, "1", "one")
	_, err := a.Arrive(t.Context(), catalog.Arrival{Batch: b.ID, Path: "1", Digest: digest("other"), Size: 7})
	if reason(err) != catalog.ReasonFileChanged {
		t.Errorf("got %v", err)
	}
	if a.arrive(b, "1", "one"); a.drain(1, allText) != 1 { // the same again is fine
		t.Error("the page was not read once")
	}
}

func TestDocumentDeletedWhileItWasRead(t *testing.T) {
	a := newArchive(t)
	b := a.batch("c", "eng", "", "1")
	a.arrive(b, "1", "one")
	for _, j := range a.issue() {
		a.store1(answer(j, catalog.Text, 2))
	}
	id := a.documents()[0].ID
	_, err := a.DeleteDocument(t.Context(), id, "", "p")
	a.must(err)
	a.drain(2, allText)
	head, err := a.UndeleteDocument(t.Context(), id, "", "p")
	a.must(err)
	if !head.Revision.Complete() || head.Head != 2 {
		t.Errorf("revision %d, complete %v: it does not show what was read meanwhile", head.Head, head.Revision.Complete())
	}
	a.audit()
}

func TestRequestIDMakesOneDocumentForADay(t *testing.T) {
	a := newArchive(t)
	scan := a.readScan("c", "1", "one")
	n := catalog.NewDocument{Collection: "c", Title: "A", Regions: []catalog.Region{{Scan: scan, Page: 1}}, Person: "p", RequestID: "r"}
	first, err := a.CreateDocument(t.Context(), n)
	a.must(err)
	if again, err := a.CreateDocument(t.Context(), n); err != nil || again.ID != first.ID {
		t.Errorf("the same request made %s, %v", again.ID, err)
	}
	other := n
	other.Title = "B"
	if _, err := a.CreateDocument(t.Context(), other); reason(err) != catalog.ReasonRequestReused {
		t.Errorf("another request under the ID: %v", err)
	}
	other.Person = "q"
	if d, err := a.CreateDocument(t.Context(), other); err != nil || d.ID == first.ID {
		t.Errorf("another person's request: %v", err)
	}
	a.clock = a.clock.Add(25 * time.Hour)
	if d, err := a.CreateDocument(t.Context(), n); err != nil || d.ID == first.ID {
		t.Errorf("a day later: %v", err)
	}
}

func TestSweepIsNotHeldUpByBatchesThatAreRead(t *testing.T) {
	a := newArchive(t)
	for _, p := range []string{"1", "2", "3"} {
		a.arrive(a.batch("c", "eng", "", p), p, p)
	}
	left := a.batch("c", "eng", "", "never")
	a.clock = a.clock.Add(time.Hour)
	if n, err := a.SweepBatches(t.Context(), 2); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if s := a.state(left.ID); s.State != catalog.BatchIncomplete {
		t.Errorf("the batch whose client left is %v", s.State)
	}
}
