package ocr

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
)

// blockedBlobs keeps nothing until it is opened.
type blockedBlobs struct {
	Blobs
	open atomic.Bool
}

func (b *blockedBlobs) Keep(ctx context.Context, digest string, body []byte) error {
	if !b.open.Load() {
		return context.DeadlineExceeded
	}
	return b.Blobs.Keep(ctx, digest, body)
}

// source opens the jobs of the one model set that was announced.
func (d *desk) source() *bus.Source {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.ctx())
	defer cancel()
	sets := d.bus.ModelSets(ctx)
	set := <-sets
	s, err := d.bus.Open(ctx, set)
	must(d.t, err)
	cancel()
	for range sets {
	}
	return s
}

// gate makes pages wait until it is opened, and tells which have begun.
type gate struct {
	mu    sync.Mutex
	begun []string
	open  chan struct{}
}

func (g *gate) answer(n int, r *enginev1.Recognize) (*enginev1.Recognition, error) {
	g.mu.Lock()
	g.begun = append(g.begun, r.GetImage().GetPath())
	g.mu.Unlock()
	<-g.open
	return says("CYPHER\n")(n, r)
}

// pages gives the pages that have begun, in order.
func (g *gate) pages() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.begun)
}

func TestSlotsAreTwoForEachChild(t *testing.T) {
	d := newDesk(t, time.Minute)
	g := &gate{open: make(chan struct{})}
	d.engine.set(g.answer)
	fetched := &countedBlobs{Blobs: d.config.Blobs}
	d.config.Blobs = fetched
	for n := range 12 {
		d.publish(bus.Fresh, page(d.scan(n)))
	}
	d.work()
	// Both children are busy, and for each one job more is fetched and waits.
	eventually(t, "two pages for each child are in hand", func() bool {
		_, now, _ := d.engine.counts()
		return now == children && fetched.n.Load() == 2*children
	})
	// The others are still in the queue, for other workers.
	source := d.source()
	other, err := source.Next(5 * time.Second)
	must(t, err)
	if other == nil {
		t.Fatal("the worker holds jobs that it cannot begin")
	}
	must(t, other.Later(time.Millisecond))
	if n := fetched.n.Load(); n != 2*children {
		t.Errorf("%d jobs were begun", n)
	}
	close(g.open)
	for range 12 {
		d.text()
	}
	if _, _, top := d.engine.counts(); top != children {
		t.Errorf("%d pages at once", top)
	}
	d.empty()
}

// countedBlobs counts the scans that were fetched.
type countedBlobs struct {
	Blobs
	n atomic.Int64
}

func (b *countedBlobs) Local(ctx context.Context, digest string) (string, func(), error) {
	b.n.Add(1)
	return b.Blobs.Local(ctx, digest)
}

func TestFreshGoesBeforeBulk(t *testing.T) {
	const bulk, fresh = 12, 4
	d := newDesk(t, time.Minute)
	add := func(lane bus.Lane, n int) string {
		scan := d.scan(n)
		d.publish(lane, page(scan))
		return scan
	}
	d.work()
	add(bus.Fresh, 40) // so that the worker knows of both lanes
	d.text()
	g := &gate{open: make(chan struct{})}
	d.engine.set(g.answer)
	for n := range bulk {
		add(bus.Bulk, n)
	}
	eventually(t, "bulk is at work", func() bool { _, now, _ := d.engine.counts(); return now == children })
	var wanted []string
	for n := range fresh {
		wanted = append(wanted, add(bus.Fresh, 20+n))
	}
	for n := range bulk + fresh { // one page after the other
		eventually(t, "the next page has begun", func() bool { return len(g.pages()) >= min(children+n, bulk+fresh) })
		g.open <- struct{}{}
	}
	for range bulk + fresh {
		d.text()
	}
	d.empty()
	last := 0
	for i, path := range g.pages() {
		if slices.Contains(wanted, filepath.Base(path)) {
			last = i
		}
	}
	// What was in hand when the first fresh one came may begin before it: children
	// and one more, one that the source had asked for, and one that overtakes.
	if before := last - (fresh - 1); before > children+3 {
		t.Errorf("%d of %d bulk pages began before the last fresh one", before, bulk)
	}
}

func TestWorkerTakesOnlyWhatItHasModelsFor(t *testing.T) {
	d := newDesk(t, time.Minute)
	other := page(d.scan(1))
	other.Recipe.Models = model("eng", 2) // the same language, another file
	russian := page(d.scan(2))
	russian.Recipe.Models = append(model("eng", 1), model("rus", 3)...)
	d.publish(bus.Fresh, other, russian, page(d.scan(3)), probe(d.scan(4)))
	d.work()
	scans := []string{d.text().GetWork().GetScan(), d.text().GetWork().GetScan()}
	want := []string{d.scan(3), d.scan(4)}
	slices.Sort(scans)
	slices.Sort(want)
	if !slices.Equal(scans, want) {
		t.Error("other jobs were done than those that the worker has models for")
	}
	d.stop()
	if n := d.queued(); n != 2 {
		t.Errorf("%d jobs are left for workers with other models", n)
	}
}

func TestModelSetThatComesLaterIsTaken(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.work()
	d.publish(bus.Fresh, probe(d.scan(1)))
	d.text()
	d.publish(bus.Bulk, page(d.scan(2)))
	if got := d.text(); got.GetWork().GetPage() != 1 {
		t.Errorf("ended %v", got.GetWork())
	}
}

func TestHeartbeatKeepsASlowPage(t *testing.T) {
	const ackWait = 2 * time.Second
	d := newDesk(t, ackWait)
	g := &gate{open: make(chan struct{})}
	d.engine.set(g.answer)
	for n := range 2*children + 1 { // as many wait for a child, one in the queue
		d.publish(bus.Fresh, page(d.scan(n)))
	}
	d.work()
	eventually(t, "all children are at work", func() bool { _, now, _ := d.engine.counts(); return now == children })
	source := d.source()
	for end := time.Now().Add(2 * ackWait); time.Now().Before(end); {
		m, err := source.Next(50 * time.Millisecond)
		must(t, err)
		if m == nil {
			continue
		}
		if m.Count > 1 {
			t.Fatalf("%v was taken away although it is worked on", m.Job.GetWork())
		}
		must(t, m.Later(time.Hour)) // the one from the queue
	}
	close(g.open)
	for range 2 * children {
		d.text()
	}
	if calls, _, _ := d.engine.counts(); calls != 2*children {
		t.Errorf("%d recognitions of %d pages", calls, 2*children)
	}
}

func TestStoppedWorkerGivesItsJobsBackAtOnce(t *testing.T) {
	d := newDesk(t, time.Hour) // nothing comes back by itself
	g := &gate{open: make(chan struct{})}
	defer close(g.open)
	d.engine.set(g.answer)
	d.config.Engine = cancellable{d.engine}
	for n := range 6 {
		d.publish(bus.Fresh, page(d.scan(n)))
		d.publish(bus.Bulk, page(d.scan(10+n)))
	}
	d.work()
	eventually(t, "all children are at work", func() bool { _, now, _ := d.engine.counts(); return now == children })
	d.stop()
	if live, err := d.bus.Live(d.ctx()); err != nil || len(live) != 0 {
		t.Errorf("still announced: %v, %v", live, err)
	}
	d.engine = &stub{answer: says("CYPHER\n"), children: make(chan struct{}, children)}
	d.config.Engine = d.engine
	d.work()
	for range 12 {
		d.text()
	}
	d.empty()
}

// cancellable gives up waiting for a page when its context ends, as the pool does.
type cancellable struct{ Engine }

func (c cancellable) Recognize(ctx context.Context, r *enginev1.Recognize) (*enginev1.Recognition, error) {
	type result struct {
		r   *enginev1.Recognition
		err error
	}
	ended := make(chan result, 1)
	go func() {
		r, err := c.Engine.Recognize(ctx, r)
		ended <- result{r, err}
	}()
	select {
	case r := <-ended:
		return r.r, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestPageThatWasReadIsToldAlthoughTheWorkerStops(t *testing.T) {
	d := newDesk(t, time.Hour)
	g := &gate{open: make(chan struct{})}
	d.engine.set(g.answer)
	d.publish(bus.Fresh, page(d.scan(1)))
	d.work()
	eventually(t, "it is at work", func() bool { _, now, _ := d.engine.counts(); return now == 1 })
	stopped := make(chan struct{})
	stop := d.stop
	go func() {
		defer close(stopped)
		stop()
	}()
	eventually(t, "the worker is stopping", func() bool {
		live, err := d.bus.Live(d.ctx())
		must(t, err)
		return len(live) == 0
	})
	close(g.open)
	<-stopped
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT || d.queued() != 0 {
		t.Errorf("ended as %v, %d jobs left", got, d.queued())
	}
}
