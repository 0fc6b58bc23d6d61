package catalog_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/services/store/sqlite/sqlitetest"
)

// archive is a catalog over a real store, with a clock that the test moves.
type archive struct {
	*catalog.Catalog
	t     *testing.T
	store catalog.Store
	clock time.Time
	// fields is what campaigns ask for the fields of a document.
	fields catalog.FieldReader
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlitetest.Put(t, filepath.Join(t.TempDir(), "fonds.db")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	a := &archive{t: t, store: store, clock: time.Date(1953, 4, 6, 8, 30, 0, 0, time.UTC)}
	a.Catalog = catalog.New(store, func() time.Time { return a.clock }, func() string { return uuid.Must(uuid.NewV7()).String() },
		catalog.Limits{MaxAttempts: 2, ClientTimeout: time.Minute})
	return a
}

func (a *archive) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func digest(s string) catalog.Digest {
	sum := sha256.Sum256([]byte(s))
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

func recipe(t *testing.T, language string) catalog.Recipe {
	t.Helper()
	r, err := catalog.NewRecipe([]catalog.Model{{Language: language, SHA256: digest(language)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// batch opens a batch of files in a collection.
func (a *archive) batch(collection, language, key string, paths ...string) catalog.Batch {
	a.t.Helper()
	n := catalog.NewBatch{
		Collection: collection, Language: language, ResumeKey: key, Person: "local",
		Recipes: map[string]catalog.Recipe{language: recipe(a.t, language)},
	}
	for _, p := range paths {
		n.Files = append(n.Files, catalog.NewFile{Path: p, Size: 7, Collection: collection, Language: language})
	}
	b, err := a.CreateBatch(a.t.Context(), n)
	a.must(err)
	return b
}

// arrive delivers a file whose bytes are its content's name.
func (a *archive) arrive(batch catalog.Batch, path, content string) catalog.Arrived {
	a.t.Helper()
	r, err := a.Arrive(a.t.Context(), catalog.Arrival{Batch: batch.ID, Path: path, Digest: digest(content), Size: 7})
	a.must(err)
	return r
}

// answer makes the result of a job as a worker would.
func answer(j catalog.Job, outcome catalog.Outcome, pages int) catalog.Result {
	r := catalog.Result{Key: j.Work.Key, Attempt: j.Work.Attempt, Outcome: outcome, Reason: "because"}
	switch {
	case outcome != catalog.Text:
	case j.Work.Key.IsProbe():
		r.MediaType = "image/tiff"
		for n := 1; n <= pages; n++ {
			r.Pages = append(r.Pages, catalog.Page{Scan: j.Work.Key.Scan, Number: n, Width: 100, Height: 200})
		}
	default:
		text := fmt.Sprintf("page %d of %.8s in %.8s", j.Work.Key.Page, j.Work.Key.Scan, j.Work.Key.Recipe)
		r.Reading = &catalog.Reading{Text: text, Body: []byte(text), BodyDigest: digest(text)}
	}
	return r
}

func (a *archive) store1(results ...catalog.Result) []catalog.Verdict {
	a.t.Helper()
	v, err := a.StoreResults(a.t.Context(), results)
	a.must(err)
	return v
}

func (a *archive) issue() []catalog.Job {
	a.t.Helper()
	jobs, err := a.IssueJobs(a.t.Context(), 1000)
	a.must(err)
	return jobs
}

// drain answers jobs until there are none: every scan has the given pages, every
// page ends as told.
func (a *archive) drain(pages int, end func(catalog.WorkKey) catalog.Outcome) int {
	a.t.Helper()
	recognised := 0
	for range 20 {
		jobs := a.issue()
		if len(jobs) == 0 {
			return recognised
		}
		for _, j := range jobs {
			outcome := catalog.Text
			if !j.Work.Key.IsProbe() {
				recognised++
				outcome = end(j.Work.Key)
			}
			a.store1(answer(j, outcome, pages))
		}
	}
	a.t.Fatal("jobs without end")
	return 0
}

func allText(catalog.WorkKey) catalog.Outcome { return catalog.Text }

func (a *archive) state(id string) catalog.Batch {
	a.t.Helper()
	b, err := a.Batch(a.t.Context(), id)
	a.must(err)
	return b
}

func (a *archive) documents() []catalog.DocumentHead {
	a.t.Helper()
	heads, err := a.ListDocuments(a.t.Context(), catalog.DocumentQuery{Limit: 100})
	a.must(err)
	return heads
}

func (a *archive) audit() {
	a.t.Helper()
	audit := &catalog.Audit{
		Scan:  func(catalog.Scan) error { return nil },
		Body:  func([]byte, string) error { return nil },
		Found: func(name, problem string) { a.t.Errorf("audit: %s: %s", name, problem) },
	}
	a.must(a.Audit(context.Background(), audit))
}

func reason(err error) string {
	if e, ok := errors.AsType[*catalog.Error](err); ok {
		return e.Reason
	}
	return ""
}

func TestFileGoesFromArrivalToText(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "in/a.tif")
	if b.State != catalog.BatchOpen {
		t.Errorf("new batch is in state %d", b.State)
	}
	a.arrive(b, "in/a.tif", "A")
	if got := a.state(b.ID).State; got != catalog.BatchRunning {
		t.Errorf("batch with an arrived file is in state %d", got)
	}
	if n := a.drain(3, allText); n != 3 {
		t.Errorf("recognised %d pages, want 3", n)
	}
	got := a.state(b.ID)
	if got.State != catalog.BatchDone || got.Counts.Ended[catalog.Text] != 3 || got.EndedAt.IsZero() {
		t.Errorf("batch ended as %+v", got)
	}
	heads := a.documents()
	if len(heads) != 1 || heads[0].Revision.Title != "a.tif" || heads[0].Head != 2 || !heads[0].Revision.Complete() {
		t.Fatalf("documents %+v", heads)
	}
	text, err := a.Text(t.Context(), heads[0].ID, 0, catalog.AssuranceMachine)
	a.must(err)
	if len(text.Regions) != 3 || text.Regions[2].Text == "" {
		t.Errorf("text %+v", text.Regions)
	}
	first, err := a.Text(t.Context(), heads[0].ID, 1, 0)
	a.must(err)
	if first.Head.Revision.Complete() || first.Regions[0].Text != "" {
		t.Error("revision 1 shows what came after it")
	}
	a.audit()
}

func TestSecondIngestRecognisesNothing(t *testing.T) {
	a := newArchive(t)
	first := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(first, "a.tif", "A")
	a.drain(2, allText)
	second := a.batch("telegrams", "eng", "", "a.tif")
	if r := a.arrive(second, "a.tif", "A"); !r.AlreadyHeld {
		t.Error("the second arrival was not told that the scan is held")
	}
	if jobs := a.issue(); len(jobs) != 0 {
		t.Errorf("%d jobs for a scan that was read", len(jobs))
	}
	if b := a.state(second.ID); b.State != catalog.BatchDone || b.Reused != 2 {
		t.Errorf("second batch %+v", b)
	}
	if n := len(a.documents()); n != 1 {
		t.Errorf("%d documents for one holding", n)
	}
	a.audit()
}

func TestOneScanInTwoCollectionsAndBatches(t *testing.T) {
	a := newArchive(t)
	one, two := a.batch("telegrams", "eng", "", "a.tif"), a.batch("letters", "eng", "", "x.tif", "y.tif")
	a.arrive(one, "a.tif", "A")
	a.arrive(two, "x.tif", "A")
	a.arrive(two, "y.tif", "A")
	jobs := a.issue()
	if len(jobs) != 1 || len(jobs[0].Collections) != 2 {
		t.Fatalf("one scan gave the jobs %+v", jobs)
	}
	a.store1(answer(jobs[0], catalog.Text, 1))
	if n := a.drain(1, allText); n != 1 {
		t.Errorf("recognised %d pages, want 1", n)
	}
	for id, pages := range map[string]int{one.ID: 1, two.ID: 2} {
		if b := a.state(id); b.State != catalog.BatchDone || b.Counts.Pages != pages {
			t.Errorf("batch %+v", b)
		}
	}
	if n := len(a.documents()); n != 3 {
		t.Errorf("%d documents for three holdings", n)
	}
	a.audit()
}

func TestFirstOutcomeWins(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	probe := a.issue()[0]
	a.store1(answer(probe, catalog.Text, 1))
	page := a.issue()[0]
	good, other := answer(page, catalog.Text, 0), answer(page, catalog.Text, 0)
	other.Reading = &catalog.Reading{Text: "other", Body: []byte("other"), BodyDigest: digest("other")}
	unknown := good
	unknown.Key.Page = 9
	want := []catalog.Verdict{catalog.Stored, catalog.Repeated, catalog.Differs, catalog.Differs, catalog.Unknown}
	got := a.store1(good, good, other, answer(page, catalog.Failed, 0), unknown)
	if !slices.Equal(got, want) {
		t.Errorf("verdicts %v, want %v", got, want)
	}
	readings, err := a.Readings(t.Context(), page.Work.Key.Scan, 1)
	a.must(err)
	if len(readings) != 1 {
		t.Errorf("%d readings for one work", len(readings))
	}
	a.audit()
}

func TestScanThatCannotBeOpened(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "bad.tif")
	a.arrive(b, "bad.tif", "B")
	a.store1(answer(a.issue()[0], catalog.Corrupt, 0))
	got := a.state(b.ID)
	if got.State != catalog.BatchDoneWithFailures || got.Counts.Ended[catalog.Corrupt] != 1 {
		t.Errorf("batch %+v", got)
	}
	files, err := a.BatchFiles(t.Context(), b.ID, 0, 10, true)
	a.must(err)
	if len(files) != 1 || files[0].Reason != "because" || files[0].Document == "" {
		t.Errorf("files %+v", files)
	}
	if jobs := a.issue(); len(jobs) != 0 {
		t.Errorf("jobs %+v for a scan that cannot be opened", jobs)
	}
	a.audit()
}

func TestAnotherLanguageMakesARevision(t *testing.T) {
	a := newArchive(t)
	for _, language := range []string{"eng", "rus"} {
		b := a.batch("telegrams", language, "", "a.tif")
		a.arrive(b, "a.tif", "A")
		a.drain(1, allText)
	}
	heads := a.documents()
	if len(heads) != 1 || heads[0].Head != 3 {
		t.Fatalf("documents %+v", heads)
	}
	before, err := a.Text(t.Context(), heads[0].ID, 2, 0)
	a.must(err)
	after, err := a.Text(t.Context(), heads[0].ID, 3, 0)
	a.must(err)
	if before.Regions[0].Text == after.Regions[0].Text {
		t.Error("revision 3 does not show the new reading")
	}
	a.audit()
}

func TestBatchIsIncompleteAndResumed(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "key", "a.tif", "b.tif")
	a.arrive(b, "a.tif", "A")
	a.drain(1, allText)
	if got := a.state(b.ID).State; got != catalog.BatchRunning {
		t.Errorf("batch that waits for a file is in state %d", got)
	}
	a.clock = a.clock.Add(2 * time.Minute)
	_, err := a.SweepBatches(t.Context(), 10)
	a.must(err)
	if got := a.state(b.ID).State; got != catalog.BatchIncomplete {
		t.Fatalf("batch whose client left is in state %d", got)
	}
	again := a.batch("telegrams", "eng", "key", "a.tif", "b.tif", "c.tif")
	if again.ID != b.ID || again.Files != 3 {
		t.Fatalf("the same key gave %+v", again)
	}
	a.arrive(again, "b.tif", "B")
	a.arrive(again, "c.tif", "C")
	a.drain(1, allText)
	if got := a.state(b.ID); got.State != catalog.BatchDone || got.Counts.Pages != 3 {
		t.Errorf("resumed batch %+v", got)
	}
	if other := a.batch("telegrams", "eng", "key", "a.tif"); other.ID == b.ID {
		t.Error("a batch that is done was opened again")
	}
	a.audit()
}

func TestCancelDropsOnlyWhatNobodyElseWants(t *testing.T) {
	a := newArchive(t)
	one, two := a.batch("telegrams", "eng", "", "a.tif", "b.tif"), a.batch("letters", "eng", "", "x.tif")
	a.arrive(one, "a.tif", "A")
	a.arrive(one, "b.tif", "B")
	a.arrive(two, "x.tif", "A")
	for _, j := range a.issue() {
		a.store1(answer(j, catalog.Text, 1))
	}
	_, err := a.CancelBatch(t.Context(), one.ID)
	a.must(err)
	jobs := a.issue()
	if len(jobs) != 1 || jobs[0].Work.Key.Scan != digest("A") {
		t.Fatalf("jobs after the cancel: %+v", jobs)
	}
	a.store1(answer(jobs[0], catalog.Text, 0))
	if got := a.state(two.ID).State; got != catalog.BatchDone {
		t.Errorf("the other batch is in state %d", got)
	}
	if got := a.state(one.ID).State; got != catalog.BatchCancelled {
		t.Errorf("the cancelled batch is in state %d", got)
	}
	_, err = a.Arrive(t.Context(), catalog.Arrival{Batch: one.ID, Path: "b.tif", Digest: digest("B"), Size: 7})
	if reason(err) != catalog.ReasonBatchEnded {
		t.Errorf("a file for a cancelled batch: %v", err)
	}
	third := a.batch("letters", "eng", "", "b.tif")
	a.arrive(third, "b.tif", "B")
	a.drain(1, allText)
	if got := a.state(third.ID).State; got != catalog.BatchDone {
		t.Errorf("a batch that wants a dropped work is in state %d", got)
	}
	a.audit()
}

func TestRetryMakesANewAttempt(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	var late catalog.Result
	a.drain(2, func(k catalog.WorkKey) catalog.Outcome {
		if k.Page == 2 {
			return catalog.Timeout
		}
		return catalog.Text
	})
	if got := a.state(b.ID).State; got != catalog.BatchDoneWithFailures {
		t.Fatalf("batch is in state %d", got)
	}
	_, works, err := a.RetryFailed(t.Context(), b.ID)
	a.must(err)
	if works != 1 || a.state(b.ID).State != catalog.BatchRunning {
		t.Fatalf("retried %d works, batch %+v", works, a.state(b.ID))
	}
	a.audit()
	job := a.issue()[0]
	late = answer(job, catalog.Text, 0)
	late.Attempt = job.Work.Attempt - 1
	if v := a.store1(late)[0]; v != catalog.Stale {
		t.Errorf("an outcome of before the retry: verdict %d", v)
	}
	a.store1(answer(job, catalog.Text, 0))
	if got := a.state(b.ID); got.State != catalog.BatchDone || got.Counts.Ended[catalog.Text] != 2 {
		t.Errorf("batch after the retry %+v", got)
	}
	if h := a.documents()[0]; h.Revision.Regions[1].Outcome != catalog.Text {
		t.Errorf("document after the retry %+v", h)
	}
	a.audit()
}

func TestRetryOfAFailedProbe(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.store1(answer(a.issue()[0], catalog.Failed, 0))
	if got := a.state(b.ID).State; got != catalog.BatchDoneWithFailures {
		t.Fatalf("batch is in state %d", got)
	}
	_, works, err := a.RetryFailed(t.Context(), b.ID)
	a.must(err)
	if works != 1 {
		t.Fatalf("retried %d works", works)
	}
	a.drain(2, allText)
	if got := a.state(b.ID); got.State != catalog.BatchDone || got.Counts.Pages != 2 {
		t.Errorf("batch after the retry %+v", got)
	}
	if h := a.documents()[0]; len(h.Revision.Regions) != 2 || !h.Revision.Complete() {
		t.Errorf("document after the retry %+v", h)
	}
	a.audit()
}

func TestLostJobsAreIssuedAgainAndAtLastFail(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.store1(answer(a.issue()[0], catalog.Text, 1))
	for attempt := 1; attempt <= 2; attempt++ {
		jobs := a.issue()
		if len(jobs) != 1 || jobs[0].Work.Attempt != attempt {
			t.Fatalf("jobs of attempt %d: %+v", attempt, jobs)
		}
		lost := []catalog.Published{{Key: jobs[0].Work.Key, Attempt: attempt}}
		for i, want := range []int{1, 0} {
			if n, err := a.JobsLost(t.Context(), lost); err != nil || n != want {
				t.Errorf("told %d times: %d works were waiting (%v), want %d", i+1, n, err, want)
			}
		}
	}
	if got := a.state(b.ID); got.State != catalog.BatchDoneWithFailures || got.Counts.Ended[catalog.Failed] != 1 {
		t.Errorf("batch after the last attempt %+v", got)
	}
	if jobs := a.issue(); len(jobs) != 0 {
		t.Errorf("a work that failed has the jobs %+v", jobs)
	}
	a.audit()
}

func TestWindowBoundsQueuedWorks(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.store1(answer(a.issue()[0], catalog.Text, 9))
	jobs, err := a.IssueJobs(t.Context(), 4)
	a.must(err)
	if len(jobs) != 4 {
		t.Fatalf("issued %d jobs in a window of 4", len(jobs))
	}
	if more, err := a.IssueJobs(t.Context(), 4); err != nil || len(more) != 0 {
		t.Errorf("issued %d more, %v", len(more), err)
	}
	a.store1(answer(jobs[0], catalog.Text, 0))
	if more, err := a.IssueJobs(t.Context(), 4); err != nil || len(more) != 1 {
		t.Errorf("issued %d after one ended, %v", len(more), err)
	}
}

func TestJobThatWasNotPublishedCostsNoAttempt(t *testing.T) {
	a := newArchive(t)
	a.arrive(a.batch("telegrams", "eng", "", "a.tif"), "a.tif", "A")
	for range 5 {
		job := a.issue()[0]
		if job.Work.Attempt != 1 {
			t.Fatalf("attempt %d", job.Work.Attempt)
		}
		a.must(a.JobsUnpublished(t.Context(), []catalog.Published{{Key: job.Work.Key, Attempt: 1}}))
	}
	job := a.issue()[0]
	a.store1(answer(job, catalog.Text, 1))
	a.must(a.JobsUnpublished(t.Context(), []catalog.Published{{Key: job.Work.Key, Attempt: 1}}))
	if v := a.store1(answer(job, catalog.Text, 1))[0]; v != catalog.Repeated {
		t.Errorf("a work that ended was taken back: verdict %d", v)
	}
	a.audit()
}
