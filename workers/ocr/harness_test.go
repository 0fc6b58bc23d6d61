package ocr

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/bus"
)

// desk is a real NATS server and blob store, and a worker with a stub engine.
type desk struct {
	t      *testing.T
	nats   *bus.Embedded
	bus    *bus.Bus
	queue  *bus.JobQueue
	store  *blob.Store
	engine *stub
	config Config
	texts  <-chan *bus.TextDelivery
	stop   func()
}

// stub is an engine that does as it is told, and notes how many pages were in
// its hands at once.
type stub struct {
	mu       sync.Mutex
	answer   func(n int, r *enginev1.Recognize) (*enginev1.Recognition, error)
	calls    int
	now, top int
	children chan struct{}
}

func (s *stub) Recognize(ctx context.Context, r *enginev1.Recognize) (*enginev1.Recognition, error) {
	select {
	case s.children <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.children }()
	s.mu.Lock()
	s.calls++
	n := s.calls
	s.now++
	s.top = max(s.top, s.now)
	answer := s.answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now--
	}()
	return answer(n, r)
}

func (s *stub) set(answer func(n int, r *enginev1.Recognize) (*enginev1.Recognition, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *stub) counts() (calls, now, top int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls, s.now, s.top
}

// says answers every page with the same words.
func says(words string) func(int, *enginev1.Recognize) (*enginev1.Recognition, error) {
	return func(int, *enginev1.Recognize) (*enginev1.Recognition, error) {
		return &enginev1.Recognition{Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: &fondsv1.Body{Text: words}, CpuMicros: 5}, nil
	}
}

func fails(err error) func(int, *enginev1.Recognize) (*enginev1.Recognition, error) {
	return func(int, *enginev1.Recognize) (*enginev1.Recognition, error) { return nil, err }
}

// blobs is the blob store as a worker needs it.
type blobs struct{ *blob.Store }

func (b blobs) Local(ctx context.Context, digest string) (string, func(), error) {
	info, err := b.Stat(ctx, digest)
	return info.Path, func() {}, err
}

func (b blobs) Keep(ctx context.Context, digest string, body []byte) error {
	_, _, err := b.Put(ctx, bytes.NewReader(body), digest, int64(len(body)))
	return err
}

const children = 2

func newDesk(t *testing.T, ackWait time.Duration) *desk {
	t.Helper()
	t.Parallel() // most of a test's time is waiting
	return newSerialDesk(t, ackWait)
}

// newSerialDesk is for a test that changes what all tests share.
func newSerialDesk(t *testing.T, ackWait time.Duration) *desk {
	t.Helper()
	e, err := bus.Embed(t.TempDir(), "")
	must(t, err)
	t.Cleanup(e.Close)
	d := &desk{t: t, nats: e, engine: &stub{answer: says("CYPHER\n"), children: make(chan struct{}, children)}}
	d.bus, err = bus.Connect(d.ctx(), "", e.Options()...)
	must(t, err)
	t.Cleanup(d.bus.Close)
	d.queue = d.bus.JobQueue(ackWait)
	d.store, err = blob.Open(t.TempDir())
	must(t, err)
	d.config = Config{
		Bus: d.bus, Blobs: blobs{d.store}, Engine: d.engine, Host: "test", Scratch: t.TempDir(),
		Self:          &fondsv1.Worker{Id: "test-1", Models: model("eng", 1), Children: children, Engine: &fondsv1.Engine{Name: "stub"}},
		MaxDeliveries: 3, RetryDelay: 10 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
	}
	feed, err := d.bus.TextFeed(d.ctx(), time.Minute)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	texts := feed.Consume(ctx, 100, func(error) {})
	d.texts = texts
	t.Cleanup(func() {
		cancel()
		for range texts {
		}
	})
	d.stop = func() {}
	t.Cleanup(func() { d.stop() })
	return d
}

// work runs the worker until stop or the end of the test.
func (d *desk) work() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	config := d.config
	go func() { ended <- Run(ctx, config) }()
	d.stop = func() {
		d.stop = func() {}
		cancel()
		select {
		case err := <-ended:
			must(d.t, err)
		case <-time.After(60 * time.Second):
			d.t.Error("the worker does not stop")
		}
	}
}

func (d *desk) ctx() context.Context {
	ctx, cancel := context.WithTimeout(d.t.Context(), 25*time.Second)
	d.t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: not within a minute", what)
}

func model(language string, file int) []*fondsv1.Model {
	digest := make([]byte, 64)
	for i := range digest {
		digest[i] = byte('0' + file)
	}
	return []*fondsv1.Model{{Language: language, Sha256: string(digest)}}
}

// scan puts a picture into the blob store and gives its digest; n makes it one of
// its own.
func (d *desk) scan(n int) string {
	d.t.Helper()
	var b bytes.Buffer
	must(d.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 10+n, 20))))
	return d.put(b.Bytes())
}

func (d *desk) put(content []byte) string {
	d.t.Helper()
	digest, _, err := d.store.Put(d.ctx(), bytes.NewReader(content), "", int64(len(content)))
	must(d.t, err)
	return digest
}

// page is a job for page 1 of a scan.
func page(scan string) *fondsv1.Job {
	recipe := model("eng", 9)[0].GetSha256()
	return &fondsv1.Job{
		Work: &fondsv1.WorkKey{Scan: scan, Page: 1, Recipe: recipe}, Attempt: 1,
		Recipe: &fondsv1.Recipe{Digest: recipe, Models: model("eng", 1)}, Collections: []string{"telegrams"}, Batch: "b1",
	}
}

func probe(scan string) *fondsv1.Job {
	return &fondsv1.Job{Work: &fondsv1.WorkKey{Scan: scan}, Attempt: 1, Collections: []string{"telegrams"}, Batch: "b1"}
}

func (d *desk) publish(lane bus.Lane, jobs ...*fondsv1.Job) {
	d.t.Helper()
	for _, p := range d.queue.Publish(d.ctx(), lane, jobs) {
		must(d.t, p.Err)
	}
}

// text waits for the next outcome.
func (d *desk) text() *fondsv1.Text {
	d.t.Helper()
	select {
	case m := <-d.texts:
		must(d.t, m.Err)
		must(d.t, m.Done())
		return m.Text
	case <-time.After(60 * time.Second):
		d.t.Fatal("no outcome came")
	}
	return nil
}

func (d *desk) queued() uint64 {
	d.t.Helper()
	states, err := d.bus.States(d.ctx())
	must(d.t, err)
	return states[0].Messages
}

func (d *desk) texted() uint64 {
	d.t.Helper()
	states, err := d.bus.States(d.ctx())
	must(d.t, err)
	return states[1].Messages
}

func (d *desk) letters() []*fondsv1.DeadLetter {
	d.t.Helper()
	letters, err := d.bus.DeadLetters(d.ctx(), 0, 100)
	must(d.t, err)
	for i, l := range letters { // the list has no bytes
		letters[i], err = d.bus.DeadLetter(d.ctx(), placeOf(d.t, l))
		must(d.t, err)
	}
	return letters
}

func (d *desk) empty() {
	d.t.Helper()
	eventually(d.t, "the queue is empty", func() bool { return d.queued() == 0 })
}

func readAll(t *testing.T, s *blob.Store, digest string) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), digest)
	must(t, err)
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	must(t, err)
	return b
}

func wantBody(t *testing.T, encoded []byte, words string) {
	t.Helper()
	body := &fondsv1.Body{}
	must(t, proto.Unmarshal(encoded, body))
	if body.GetText() != words {
		t.Errorf("the body has %d bytes of text", len(body.GetText()))
	}
}

// placeOf gives the number in the name of a letter.
func placeOf(t *testing.T, l *fondsv1.DeadLetter) uint64 {
	t.Helper()
	var place uint64
	_, err := fmt.Sscanf(l.GetName(), "deadLetters/%d", &place)
	must(t, err)
	return place
}
