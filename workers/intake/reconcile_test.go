package intake

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
)

// find runs one round of the reconciler.
func (a *archive) find() {
	a.t.Helper()
	feed, err := a.bus.TextFeed(a.ctx(), a.config.AckWait)
	must(a.t, err)
	c := a.config
	c.Reconcile = 0 // however lately the job was issued
	must(a.t, c.findLost(a.ctx(), feed))
}

// queued gives the attempts of the works that are queued.
func (a *archive) queued() []catalog.Work {
	a.t.Helper()
	works, err := a.catalog.QueuedBefore(a.t.Context(), time.Now().Add(time.Hour), 100)
	must(a.t, err)
	return works
}

// publishJobs publishes jobs and notes their places, as the relay does.
func (a *archive) publishJobs(jobs []catalog.Job) {
	a.t.Helper()
	for _, j := range jobs {
		m := &fondsv1.Job{
			Work: workKey(j.Work.Key), Attempt: uint32(j.Work.Attempt), Collections: j.Collections, Batch: j.Work.Batch,
		}
		p := a.config.Queue.Publish(a.ctx(), bus.Fresh, []*fondsv1.Job{m})[0]
		must(a.t, p.Err)
		must(a.t, a.catalog.JobsPublished(a.t.Context(), []catalog.Published{{Key: j.Work.Key, Attempt: j.Work.Attempt, Sequence: p.Sequence}}))
	}
}

func (a *archive) takeJob() *bus.Delivery {
	a.t.Helper()
	ctx := a.ctx()
	for set := range a.bus.ModelSets(ctx) {
		source, err := a.bus.Open(ctx, set)
		must(a.t, err)
		d, err := source.Next(10 * time.Second)
		must(a.t, err)
		if d != nil {
			return d
		}
	}
	a.t.Fatal("no job came")
	return nil
}

func TestJobInTheQueueOrInHandIsNotLost(t *testing.T) {
	a := newArchive(t)
	a.ingest("a.png", "b.png")
	a.publishJobs(a.issue())
	a.takeJob()
	a.find()
	if got := a.queued(); len(got) != 2 || got[0].Attempt != 1 || got[1].Attempt != 1 {
		t.Errorf("queued %+v", got)
	}
	if jobs := a.issue(); len(jobs) != 0 {
		t.Errorf("issued again: %+v", jobs)
	}
}

func TestJobThatWasNeverPublishedIsIssuedAgain(t *testing.T) {
	a := newArchive(t)
	a.ingest("a.png")
	a.issue() // and the relay dies
	a.find()
	if jobs := a.issue(); len(jobs) != 1 || jobs[0].Work.Attempt != 2 {
		t.Errorf("issued %+v", jobs)
	}
}

// TestTextInFlightIsNotALostJob ends a job as a worker does, with its text in the
// stream and not stored yet: that the job is gone means nothing then.
func TestTextInFlightIsNotALostJob(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("a.png")
	a.publishJobs(a.issue())
	d := a.takeJob()
	a.publish(probed("a.png", 1))
	must(t, d.Done())
	a.eventually("the job is gone", func() bool {
		there, err := a.config.Queue.Has(a.ctx(), d.Job.GetWork(), 1, 1)
		must(t, err)
		return !there
	})
	a.find()
	if got := a.queued(); len(got) != 1 || got[0].Attempt != 1 {
		t.Fatalf("taken for lost: %+v", got)
	}
	a.run() // and now it is stored
	a.eventually("the text is stored", func() bool { return a.batch(b.ID).Counts.Pages == 1 })
}

// TestLostJobIsFoundWhileOthersEnd keeps texts coming: there is no moment at which
// all of them are acknowledged.
func TestLostJobIsFoundWhileOthersEnd(t *testing.T) {
	a := newArchive(t)
	a.ingest("a.png")
	a.issue() // and never published
	feed, err := a.bus.TextFeed(a.ctx(), a.config.AckWait)
	must(t, err)
	ctx, cancel := context.WithCancel(a.ctx())
	texts := feed.Consume(ctx, 10, func(err error) { t.Error(err) })
	defer func() {
		cancel()
		for range texts {
		}
	}()
	m := probed("elsewhere.png", 1)
	next := func() *bus.TextDelivery {
		t.Helper()
		m.Attempt++
		a.publish(m)
		select {
		case d, open := <-texts:
			if open {
				return d
			}
		case <-ctx.Done():
		}
		t.Fatal("no text came")
		return nil
	}
	held := next()
	c := a.config
	c.Reconcile = 15 * time.Second
	found := make(chan error, 1)
	go func() { found <- c.findLost(ctx, feed) }()
	for range 1000 {
		d := next()
		must(t, held.Done())
		held = d
		select {
		case err := <-found:
			must(t, err)
			if n := len(a.queued()); n != 0 {
				t.Errorf("%d works are queued still", n)
			}
			return
		default:
		}
	}
	t.Error("the lost job was not found")
}

func TestJobsAreIssuedAgainAfterTheQueueIsLost(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("a.png", "b.png")
	stop := a.relay()
	a.eventually("jobs are queued", func() bool {
		states, err := a.bus.States(a.ctx())
		must(t, err)
		return states[0].Messages == 2
	})
	stop()
	a.close()
	must(t, os.RemoveAll(filepath.Join(a.folder, "jetstream")))
	a.open()
	stop = a.relay()
	defer stop()
	a.run()
	defer a.stop()
	for range 2 {
		d := a.takeJob()
		if d.Job.GetAttempt() != 2 {
			t.Errorf("attempt %d", d.Job.GetAttempt())
		}
		m := probed("", 1)
		m.Work, m.Attempt = d.Job.GetWork(), d.Job.GetAttempt()
		a.publish(m)
		must(t, d.Done())
	}
	a.eventually("both are open", func() bool { return a.batch(b.ID).Counts.Pages == 2 })
}

func TestLastLossEndsInFailed(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("a.png")
	for attempt := 1; attempt <= 3; attempt++ { // MaxAttempts of the test's catalog
		if jobs := a.issue(); len(jobs) != 1 || jobs[0].Work.Attempt != attempt {
			t.Fatalf("attempt %d: %+v", attempt, jobs)
		}
		a.find()
	}
	got := a.batch(b.ID)
	if got.State != catalog.BatchDoneWithFailures || got.Counts.Ended[catalog.Failed] != 1 {
		t.Errorf("batch %+v", got)
	}
	a.audit()
}

func TestWorksThatNobodyCanDoAreToldOf(t *testing.T) {
	a := newArchive(t)
	a.ingest("a.png")
	a.issue()
	a.stored(probed("a.png", 3))
	a.issue()
	var said strings.Builder
	c := a.config
	c.Log = slog.New(slog.NewTextHandler(&said, nil))
	must(t, c.unserved(a.ctx()))
	if got := said.String(); !strings.Contains(got, "languages=eng") || !strings.Contains(got, "works=3") {
		t.Errorf("said %q", got)
	}
	ctx, cancel := context.WithCancel(a.ctx())
	announced := make(chan struct{})
	go func() {
		defer close(announced)
		model := &fondsv1.Model{Language: "eng", Sha256: string(digest("eng"))}
		a.bus.Announce(ctx, &fondsv1.Worker{Id: "w", Models: []*fondsv1.Model{model}, Children: 1}, func(err error) { t.Error(err) })
	}()
	defer func() {
		cancel()
		<-announced
	}()
	a.eventually("the worker is live", func() bool {
		live, err := a.bus.Live(a.ctx())
		must(t, err)
		return len(live) == 1
	})
	said.Reset()
	must(t, c.unserved(a.ctx()))
	if said.Len() > 0 {
		t.Errorf("said %q although a worker can do them", said.String())
	}
}
