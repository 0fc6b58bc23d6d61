package bus

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// embed starts a real server in a folder; listen is "" or 127.0.0.1:0.
func embed(t *testing.T, folder, listen string) *Embedded {
	t.Helper()
	e, err := Embed(folder, listen)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func connect(t *testing.T, e *Embedded) *Bus {
	t.Helper()
	b, err := Connect(bounded(t), "", e.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func newBus(t *testing.T) *Bus {
	t.Helper()
	t.Parallel() // most of a test's time is waiting
	return connect(t, embed(t, t.TempDir(), ""))
}

// bounded ends a test that hangs.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: not within a minute", what)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// digest is a digest of the right form.
func digest(n int) string { return fmt.Sprintf("%064x", n) }

func english(file int) []*fondsv1.Model {
	return []*fondsv1.Model{{Language: "eng", Sha256: digest(file)}}
}

// page is a job for page 1 of scan n.
func page(n int, models []*fondsv1.Model) *fondsv1.Job {
	return &fondsv1.Job{
		Work: &fondsv1.WorkKey{Scan: digest(n), Page: 1, Recipe: digest(1000)}, Attempt: 1,
		Recipe: &fondsv1.Recipe{Models: models}, Collections: []string{"telegrams"}, Batch: "b1",
	}
}

func probe(n int) *fondsv1.Job {
	return &fondsv1.Job{Work: &fondsv1.WorkKey{Scan: digest(n)}, Attempt: 1, Collections: []string{"telegrams"}, Batch: "b1"}
}

func publish(t *testing.T, q *JobQueue, lane Lane, jobs ...*fondsv1.Job) []uint64 {
	t.Helper()
	var places []uint64
	for _, p := range q.Publish(bounded(t), lane, jobs) {
		must(t, p.Err)
		places = append(places, p.Sequence)
	}
	return places
}

func open(t *testing.T, b *Bus, lane Lane, models []*fondsv1.Model) *Source {
	t.Helper()
	s, err := b.Open(bounded(t), ModelSet{Lane: lane, Models: models, token: modelsToken(models)})
	must(t, err)
	return s
}

func take(t *testing.T, s *Source) *Delivery {
	t.Helper()
	d, err := s.Next(10 * time.Second)
	must(t, err)
	if d == nil {
		t.Fatal("no job came")
	}
	return d
}

func state(t *testing.T, b *Bus, name string) jetstream.StreamState {
	t.Helper()
	s, err := b.js.Stream(bounded(t), name)
	must(t, err)
	return s.CachedInfo().State
}

func text(n int) *fondsv1.Text {
	return &fondsv1.Text{
		Work: &fondsv1.WorkKey{Scan: digest(n), Page: 1, Recipe: digest(1000)}, Attempt: 1,
		Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: &fondsv1.Body{Text: "CYPHER TELEGRAM", Words: []*fondsv1.Word{{End: 6, Confidence: 0.5}}},
		BodyDigest: digest(7), Collections: []string{"telegrams", "letters"}, Batch: "b1",
	}
}

// stranger connects over the network and says nothing of itself. Refusals of
// subscriptions and publishes come to the channel.
func stranger(t *testing.T, e *Embedded) (*nats.Conn, <-chan string) {
	t.Helper()
	refused := make(chan string, 64)
	conn, err := nats.Connect(e.URL(), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		if strings.Contains(strings.ToLower(err.Error()), "permissions violation") {
			refused <- err.Error()
		}
	}))
	must(t, err)
	t.Cleanup(conn.Close)
	return conn, refused
}
