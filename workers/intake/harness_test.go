package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/workers/relay"
)

// archive is a catalog over a real database, a real NATS server, and in the place
// of the workers the test.
type archive struct {
	t       *testing.T
	catalog *catalog.Catalog
	store   *faulty
	bus     *bus.Bus
	nats    *bus.Embedded
	folder  string
	blobs   blobs
	config  Config
	stop    func()
	close   func()
}

// faulty is a real store that fails when told to, and counts transactions.
type faulty struct {
	catalog.Store
	mu   sync.Mutex
	fail int
	txs  int
}

func (f *faulty) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	f.mu.Lock()
	failing := f.fail > 0
	if failing {
		f.fail--
	}
	f.txs++
	f.mu.Unlock()
	if failing {
		return errors.New("the disk is full")
	}
	return f.Store.Tx(ctx, fn)
}

func (f *faulty) set(fail int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail, f.txs = fail, 0
}

func (f *faulty) counts() (fail, txs int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fail, f.txs
}

// blobs has bodies by digest.
type blobs map[string][]byte

func (b blobs) ReadBlob(_ context.Context, digest string, limit int64) ([]byte, error) {
	body, ok := b[digest]
	if !ok {
		return nil, errors.New("blob not found")
	}
	if int64(len(body)) > limit {
		return nil, errors.New("blob too large")
	}
	return body, nil
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	t.Parallel() // most of a test's time is waiting
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "fonds.db"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	a := &archive{t: t, store: &faulty{Store: store}, folder: t.TempDir(), blobs: blobs{}}
	// An hour late, so that every job was issued long ago.
	now := func() time.Time { return time.Now().Add(-time.Hour).UTC().Truncate(time.Microsecond) }
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	a.catalog = catalog.New(a.store, now, newID, catalog.Limits{MaxAttempts: 3, ClientTimeout: time.Hour})
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
	a.config = Config{
		Catalog: a.catalog, Bus: a.bus, Queue: a.bus.JobQueue(time.Minute), Blobs: a.blobs, Log: slog.New(slog.DiscardHandler),
		AckWait: time.Minute, RetryDelay: 2 * time.Millisecond, Reconcile: 100 * time.Millisecond,
	}
	a.stop = func() {}
	a.close = func() {
		a.stop()
		a.bus.Close()
		a.nats.Close()
	}
}

// run runs intake until stop or the end of the test.
func (a *archive) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	config := a.config
	go func() { ended <- Run(ctx, config) }()
	a.stop = func() {
		a.stop = func() {}
		cancel()
		must(a.t, <-ended)
	}
}

// relay runs the relay until the returned function is called.
func (a *archive) relay() func() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	config := relay.Config{Catalog: a.catalog, Bus: a.bus, Queue: a.config.Queue, Log: a.config.Log, Window: 100}
	go func() {
		defer close(ended)
		relay.Run(ctx, config)
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (a *archive) ctx() context.Context {
	ctx, cancel := context.WithTimeout(a.t.Context(), 20*time.Second)
	a.t.Cleanup(cancel)
	return ctx
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

func recipe(t testing.TB) catalog.Recipe {
	t.Helper()
	r, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digest("eng")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ingest delivers files whose contents are their names.
func (a *archive) ingest(paths ...string) catalog.Batch {
	a.t.Helper()
	n := catalog.NewBatch{Collection: "telegrams", Language: "eng", Recipes: map[string]catalog.Recipe{"eng": recipe(a.t)}}
	for _, p := range paths {
		n.Files = append(n.Files, catalog.NewFile{Path: p, Size: 7, Collection: "telegrams", Language: "eng"})
	}
	b, err := a.catalog.CreateBatch(a.t.Context(), n)
	must(a.t, err)
	for _, p := range paths {
		_, err := a.catalog.Arrive(a.t.Context(), catalog.Arrival{Batch: b.ID, Path: p, Digest: digest(p), Size: 7})
		must(a.t, err)
	}
	return b
}

func (a *archive) batch(id string) catalog.Batch {
	a.t.Helper()
	b, err := a.catalog.Batch(a.t.Context(), id)
	must(a.t, err)
	return b
}

// issue takes the jobs that are to be done, without any queue.
func (a *archive) issue() []catalog.Job {
	a.t.Helper()
	jobs, err := a.catalog.IssueJobs(a.t.Context(), 10_000)
	must(a.t, err)
	return jobs
}

// probed says that a scan has pages.
func probed(path string, pages int) *fondsv1.Text {
	t := &fondsv1.Text{
		Work: &fondsv1.WorkKey{Scan: string(digest(path))}, Attempt: 1, Outcome: fondsv1.Outcome_OUTCOME_TEXT,
		Probe: &fondsv1.Probe{MediaType: "image/png"}, Collections: []string{"telegrams"},
	}
	for range pages {
		t.Probe.Pages = append(t.Probe.Pages, &fondsv1.ProbedPage{Width: 100, Height: 200, Resolution: 300})
	}
	return t
}

// read says how a page was read.
func read(t testing.TB, path string, page int, words string) *fondsv1.Text {
	t.Helper()
	body := &fondsv1.Body{Text: words, Width: 100, Height: 200}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return &fondsv1.Text{
		Work:    &fondsv1.WorkKey{Scan: string(digest(path)), Page: uint32(page), Recipe: string(recipe(t).Digest)},
		Attempt: 1, Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: body, BodyDigest: string(digest(string(encoded))),
		Engine: &fondsv1.Engine{Name: "tesseract"}, Collections: []string{"telegrams"},
	}
}

func (a *archive) publish(texts ...*fondsv1.Text) {
	a.t.Helper()
	for _, t := range texts {
		must(a.t, a.bus.PublishText(a.ctx(), t))
	}
}

// stored brings files to where their pages are wanted, without the queue.
func (a *archive) stored(texts ...*fondsv1.Text) {
	a.t.Helper()
	for _, m := range texts {
		r, err := a.config.result(a.t.Context(), &bus.TextDelivery{Text: m})
		must(a.t, err)
		v, err := a.catalog.StoreResults(a.t.Context(), []catalog.Result{r})
		must(a.t, err)
		if v[0] != catalog.Stored {
			a.t.Fatalf("verdict %d", v[0])
		}
	}
}

// text gives the text of the one document.
func (a *archive) text() []string {
	a.t.Helper()
	heads, err := a.catalog.ListDocuments(a.t.Context(), catalog.DocumentQuery{Limit: 10})
	must(a.t, err)
	var texts []string
	for _, h := range heads {
		doc, err := a.catalog.Text(a.t.Context(), h.ID, 0, 0)
		must(a.t, err)
		for _, g := range doc.Regions {
			texts = append(texts, g.Text)
		}
	}
	return texts
}

func (a *archive) letters() []*fondsv1.DeadLetter {
	a.t.Helper()
	letters, err := a.bus.DeadLetters(a.ctx(), 0, 1000)
	must(a.t, err)
	for i, l := range letters { // the list has no bytes
		letters[i], err = a.bus.DeadLetter(a.ctx(), placeOf(a.t, l))
		must(a.t, err)
	}
	return letters
}

// settled waits until intake has nothing in hand and nothing before it.
func (a *archive) settled() {
	a.t.Helper()
	feed, err := a.bus.TextFeed(a.ctx(), a.config.AckWait)
	must(a.t, err)
	last, err := feed.Last(a.ctx())
	must(a.t, err)
	a.eventually("every text is stored", func() bool {
		passed, err := feed.Passed(a.ctx(), last)
		must(a.t, err)
		return passed
	})
}

func (a *archive) audit() {
	a.t.Helper()
	must(a.t, a.catalog.Audit(a.t.Context(), &catalog.Audit{
		Scan:  func(catalog.Scan) error { return nil },
		Body:  func([]byte, string) error { return nil },
		Found: func(name, problem string) { a.t.Errorf("audit: %s: %s", name, problem) },
	}))
}

func files(n int) []string {
	paths := make([]string, n)
	for i := range paths {
		paths[i] = fmt.Sprintf("%03d.png", i)
	}
	return paths
}

// placeOf gives the number in the name of a letter.
func placeOf(t *testing.T, l *fondsv1.DeadLetter) uint64 {
	t.Helper()
	var place uint64
	_, err := fmt.Sscanf(l.GetName(), "deadLetters/%d", &place)
	must(t, err)
	return place
}
