package relay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/event"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// archive is a catalog over a real database, and a real NATS server.
type archive struct {
	t       *testing.T
	catalog *catalog.Catalog
	store   catalog.Store
	folder  string
	nats    *bus.Embedded
	bus     *bus.Bus
	js      jetstream.JetStream
	close   func()
	stop    func() // the relay
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	t.Parallel() // most of a test's time is waiting
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "fonds.db"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	a := &archive{t: t, store: store, folder: t.TempDir(), catalog: catalog.New(store, now, newID, catalog.DefaultLimits())}
	a.open()
	t.Cleanup(func() { a.close() })
	return a
}

func (a *archive) open() {
	a.t.Helper()
	var err error
	a.nats, err = bus.Embed(a.folder, "")
	must(a.t, err)
	a.bus, err = bus.Connect(a.ctx(), "", a.nats.Options()...)
	must(a.t, err)
	conn, err := nats.Connect("", a.nats.Options()...)
	must(a.t, err)
	a.js, err = jetstream.New(conn)
	must(a.t, err)
	a.stop = func() {}
	a.close = func() {
		a.stop()
		conn.Close()
		a.bus.Close()
		a.nats.Close()
	}
}

func (a *archive) ctx() context.Context {
	ctx, cancel := context.WithTimeout(a.t.Context(), 20*time.Second)
	a.t.Cleanup(cancel)
	return ctx
}

func (a *archive) config() Config {
	return Config{Catalog: a.catalog, Bus: a.bus, Queue: a.bus.JobQueue(time.Minute), Log: slog.New(slog.DiscardHandler), Window: 10}
}

// relay runs the relay until stop or the end of the test.
func (a *archive) relay(c Config) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Run(ctx, c)
	}()
	a.stop = func() {
		cancel()
		<-ended
		a.stop = func() {}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (a *archive) eventually(what string, holds func() bool) {
	a.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	a.t.Fatalf("%s: not within a minute", what)
}

func digest(s string) catalog.Digest {
	sum := sha256.Sum256([]byte(s))
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

func english(t *testing.T) catalog.Recipe {
	t.Helper()
	r, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digest("eng")}}, []catalog.Parameter{{Name: "a", Value: "b"}})
	must(t, err)
	return r
}

// ingest delivers files whose contents are their names.
func (a *archive) ingest(collection string, paths ...string) catalog.Batch {
	a.t.Helper()
	n := catalog.NewBatch{Collection: collection, Language: "eng", Recipes: map[string]catalog.Recipe{"eng": english(a.t)}}
	for _, p := range paths {
		n.Files = append(n.Files, catalog.NewFile{Path: p, Size: 7, Collection: collection, Language: "eng"})
	}
	b, err := a.catalog.CreateBatch(a.t.Context(), n)
	must(a.t, err)
	for _, p := range paths {
		_, err := a.catalog.Arrive(a.t.Context(), catalog.Arrival{Batch: b.ID, Path: p, Digest: digest(p), Size: 7})
		must(a.t, err)
	}
	return b
}

// read ends the probe and the one page of a scan: two events of its document.
func (a *archive) read(paths ...string) {
	a.t.Helper()
	for _, p := range paths {
		page := catalog.WorkKey{Scan: digest(p), Page: 1, Recipe: english(a.t).Digest}
		_, err := a.catalog.StoreResults(a.t.Context(), []catalog.Result{
			{Key: catalog.ProbeOf(digest(p)), Attempt: 1, Outcome: catalog.Text, Pages: []catalog.Page{{Number: 1}}},
			{Key: page, Attempt: 1, Outcome: catalog.Blank, Reason: "nothing there"},
		})
		must(a.t, err)
	}
}

func (a *archive) unsent() int {
	a.t.Helper()
	events, err := a.catalog.UnsentEvents(a.t.Context(), 0, 1000)
	must(a.t, err)
	return len(events)
}

func (a *archive) stream(name string) (jetstream.Stream, jetstream.StreamState) {
	a.t.Helper()
	s, err := a.js.Stream(a.ctx(), name)
	must(a.t, err)
	return s, s.CachedInfo().State
}

// published gives the events in the stream, in its order.
func (a *archive) published() []*fondsv1.Event {
	a.t.Helper()
	s, state := a.stream(bus.EventsStream)
	var events []*fondsv1.Event
	for sequence := state.FirstSeq; sequence <= state.LastSeq && sequence > 0; sequence++ {
		msg, err := s.GetMsg(a.ctx(), sequence)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		must(a.t, err)
		e := &fondsv1.Event{}
		must(a.t, proto.Unmarshal(msg.Data, e))
		events = append(events, e)
	}
	return events
}

// wantInOrder checks that of each document all events came, the first time in
// order, and gives the number of documents.
func (a *archive) wantInOrder(documents int) {
	a.t.Helper()
	last := map[string]uint64{}
	for _, e := range a.published() {
		if e.GetSequence() > last[e.GetDocument()]+1 {
			a.t.Errorf("%s came after %d", e.GetName(), last[e.GetDocument()])
		}
		last[e.GetDocument()] = max(last[e.GetDocument()], e.GetSequence())
	}
	if len(last) != documents {
		a.t.Errorf("events of %d documents, want %d", len(last), documents)
	}
	for d, n := range last {
		if n != 2 {
			a.t.Errorf("%s ends with event %d", d, n)
		}
	}
}

func TestJobsCarryWhatAWorkerNeeds(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("telegrams", "a.tif")
	a.relay(a.config())
	jobOf := func(n int) *fondsv1.Job {
		t.Helper()
		a.eventually("the job is published", func() bool { _, s := a.stream(bus.JobsStream); return s.LastSeq >= uint64(n) })
		s, _ := a.stream(bus.JobsStream)
		msg, err := s.GetMsg(a.ctx(), uint64(n))
		must(t, err)
		j := &fondsv1.Job{}
		must(t, proto.Unmarshal(msg.Data, j))
		return j
	}
	want := &fondsv1.Job{
		Work: &fondsv1.WorkKey{Scan: string(digest("a.tif"))}, Attempt: 1, Collections: []string{"telegrams"}, Batch: b.ID,
	}
	if got := jobOf(1); !proto.Equal(got, want) {
		t.Errorf("probe %v", got)
	}
	_, err := a.catalog.StoreResults(t.Context(), []catalog.Result{
		{Key: catalog.ProbeOf(digest("a.tif")), Attempt: 1, Outcome: catalog.Text, Pages: []catalog.Page{{Number: 1}}},
	})
	must(t, err)
	r := english(t)
	want.Work = &fondsv1.WorkKey{Scan: string(digest("a.tif")), Page: 1, Recipe: string(r.Digest)}
	want.Recipe = &fondsv1.Recipe{
		Digest: string(r.Digest), Languages: []string{"eng"}, Models: []*fondsv1.Model{{Language: "eng", Sha256: string(digest("eng"))}},
		Parameters: []*fondsv1.Parameter{{Name: "a", Value: "b"}},
	}
	if got := jobOf(2); !proto.Equal(got, want) {
		t.Errorf("page %v", got)
	}
	// The place of each is noted, so that the reconciler can look for it.
	a.eventually("places are noted", func() bool {
		works, err := a.catalog.QueuedBefore(t.Context(), time.Now().Add(time.Hour), 10)
		must(t, err)
		return len(works) == 1 && works[0].Sequence == 2
	})
}

func TestWindowIsKept(t *testing.T) {
	a := newArchive(t)
	var paths []string
	for n := range 30 {
		paths = append(paths, fmt.Sprintf("%02d.tif", n))
	}
	a.ingest("telegrams", paths...)
	c := a.config()
	for range 3 { // however often it looks
		_, err := c.jobs(a.ctx())
		must(t, err)
	}
	if _, s := a.stream(bus.JobsStream); s.Msgs != 10 {
		t.Errorf("%d jobs are queued, the window is 10", s.Msgs)
	}
	a.read(paths[:4]...) // four have ended, probe and page
	_, err := c.jobs(a.ctx())
	must(t, err)
	if _, s := a.stream(bus.JobsStream); s.Msgs != 14 {
		t.Errorf("%d jobs were published after four had ended", s.Msgs)
	}
}

func TestCancelledJobsAreTakenBack(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("telegrams", "a.tif", "b.tif")
	a.relay(a.config())
	a.eventually("jobs are queued", func() bool { _, s := a.stream(bus.JobsStream); return s.Msgs == 2 })
	_, err := a.catalog.CancelBatch(t.Context(), b.ID)
	must(t, err)
	a.eventually("the queue is empty", func() bool { _, s := a.stream(bus.JobsStream); return s.Msgs == 0 })
	a.eventually("all is noted", func() bool {
		dropped, err := a.catalog.DroppedJobs(t.Context(), 10)
		must(t, err)
		return len(dropped) == 0
	})
}

// TestOrderHoldsWhilePublishingFails lets the stream refuse the second event of
// some documents, whose type it does not take, and then take it.
func TestOrderHoldsWhilePublishingFails(t *testing.T) {
	a := newArchive(t)
	paths := []string{"a.tif", "b.tif", "c.tif"}
	a.ingest("telegrams", paths...)
	a.read(paths...)
	subjects := func(s ...string) {
		t.Helper()
		stream, _ := a.stream(bus.EventsStream)
		config := stream.CachedInfo().Config
		config.Subjects = s
		_, err := a.js.UpdateStream(a.ctx(), config)
		must(t, err)
	}
	s := sender{Config: a.config()}
	// The first events are refused: the second ones, which would be taken, wait.
	subjects("fonds.events.v1.telegrams.document-revised")
	if _, err := s.send(a.ctx()); err == nil {
		t.Fatal("a refused publish is no error")
	}
	if got := a.published(); len(got) != 0 {
		t.Fatalf("event %s overtook the one before it", got[0].GetName())
	}
	// Now the first ones pass and the second ones are refused.
	subjects("fonds.events.v1.telegrams.document-created")
	if _, err := s.send(a.ctx()); err == nil {
		t.Fatal("a refused publish is no error")
	}
	if n := len(a.published()); n != 3 || a.unsent() != 3 {
		t.Fatalf("%d events are published, %d are not", n, a.unsent())
	}
	subjects("fonds.events.v1.>")
	_, err := s.send(a.ctx())
	must(t, err)
	a.wantInOrder(3)
	if n := len(a.published()); n != 6 || a.unsent() != 0 {
		t.Errorf("%d events, %d unsent", n, a.unsent())
	}
}

func TestEventsPublishedAndNotMarkedAreNotDoubled(t *testing.T) {
	a := newArchive(t)
	a.ingest("telegrams", "a.tif")
	a.read("a.tif")
	events, err := a.catalog.UnsentEvents(t.Context(), 0, 10)
	must(t, err)
	for _, p := range a.bus.PublishEvents(a.ctx(), []*fondsv1.Event{event.Message(events[0])}) { // and the relay dies
		must(t, p.Err)
	}
	a.relay(a.config())
	a.eventually("all is sent", func() bool { return a.unsent() == 0 })
	if got := a.published(); len(got) != 2 || got[1].GetSequence() != 2 || got[1].GetType() != catalog.DocumentRevised {
		t.Errorf("published %v", got)
	}
}

func TestLostEventsAreSentAgain(t *testing.T) {
	for name, restore := range map[string]bool{"the folder was deleted": false, "the folder is an older copy": true} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			send := func(path string) {
				t.Helper()
				a.relay(a.config())
				a.ingest("telegrams", path)
				a.read(path)
				a.eventually("all is sent", func() bool { return a.unsent() == 0 })
				a.close()
			}
			send("a.tif")
			jetstream := filepath.Join(a.folder, "jetstream")
			older := filepath.Join(t.TempDir(), "older")
			must(t, os.CopyFS(older, os.DirFS(jetstream)))
			a.open()
			send("b.tif")
			must(t, os.RemoveAll(jetstream))
			if restore {
				must(t, os.CopyFS(jetstream, os.DirFS(older)))
			}
			// New events come before the relay looks: they must not hide the loss.
			a.open()
			a.ingest("telegrams", "c.tif")
			a.read("c.tif")
			a.relay(a.config())
			a.eventually("all is sent", func() bool { return a.unsent() == 0 })
			a.wantInOrder(3)
			if n := len(a.published()); n != 6 {
				t.Errorf("%d events, want each once", n)
			}
		})
	}
}

func TestStreamLostWhileRunningIsFilledAgain(t *testing.T) {
	folder := t.TempDir()
	outside, err := bus.Embed(folder, "127.0.0.1:0")
	must(t, err)
	a := newArchive(t)
	b, err := bus.Connect(a.ctx(), outside.URL(), bus.SecretOptions(folder)...)
	must(t, err)
	defer b.Close()
	c := a.config()
	c.Bus, c.Queue = b, b.JobQueue(time.Minute)
	a.relay(c)
	defer a.stop()
	a.ingest("telegrams", "a.tif")
	a.read("a.tif")
	a.eventually("all is sent", func() bool { return a.unsent() == 0 })

	address := outside.URL()[len("nats://"):]
	outside.Close()
	must(t, os.RemoveAll(filepath.Join(folder, "jetstream")))
	outside, err = bus.Embed(folder, address)
	must(t, err)
	defer outside.Close()
	a.eventually("the events are there again", func() bool {
		last, err := b.LastEvent(a.ctx())
		return err == nil && last == 2
	})
}

func TestRoundsDealEachDocumentInOrder(t *testing.T) {
	e := func(document string, sequence int) catalog.Event {
		return catalog.Event{Document: document, Sequence: sequence}
	}
	got := rounds([]catalog.Event{e("a", 1), e("a", 2), e("b", 5), e("a", 3), e("c", 1), e("b", 6)})
	want := [][]catalog.Event{{e("a", 1), e("b", 5), e("c", 1)}, {e("a", 2), e("b", 6)}, {e("a", 3)}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rounds %v", got)
	}
}
