package purge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/services/passage"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/workers/extract/feed"
	"github.com/fonds-archive/fonds/workers/relay"
)

// archive is a data folder with a real database, real blobs and a real NATS server. The
// test stands in the place of workers, intake and the role extract.
type archive struct {
	*catalog.Catalog
	t      *testing.T
	folder string
	store  *sqlite.Store
	blobs  *blob.Store
	nats   *bus.Embedded
	bus    *bus.Bus
	key    *ledger.Key
	recipe catalog.Recipe
	// forgotten are the documents and scans that caches were told to forget.
	forgotten []string
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func digestOf(b []byte) catalog.Digest {
	sum := sha256.Sum256(b)
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	t.Parallel() // most of a test's time is waiting for syncs
	a := &archive{t: t, folder: t.TempDir()}
	var err error
	a.recipe, err = catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digestOf([]byte("eng"))}}, nil)
	must(t, err)
	a.key, err = ledger.OpenKey(a.folder)
	must(t, err)
	a.open()
	t.Cleanup(func() { a.close() })
	must(t, a.store.Tx(a.ctx(), func(tx catalog.Tx) error {
		var failed error
		for id, role := range map[string]catalog.Role{"anna": catalog.Verifies, "vera": catalog.Verifies, "olga": catalog.Operates, "otto": catalog.Operates} {
			failed = errors.Join(failed, tx.PutUser(catalog.User{ID: id, DisplayName: id, Roles: []catalog.Role{role}}))
		}
		return failed
	}))
	return a
}

func (a *archive) open() {
	a.t.Helper()
	var err error
	a.store, err = sqlite.Open(a.ctx(), filepath.Join(a.folder, "fonds.db"))
	must(a.t, err)
	a.blobs, err = blob.Open(filepath.Join(a.folder, "blobs"))
	must(a.t, err)
	a.nats, err = bus.Embed(a.folder, "")
	must(a.t, err)
	a.bus, err = bus.Connect(a.ctx(), "", a.nats.Options()...)
	must(a.t, err)
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	a.Catalog = catalog.New(a.store, now, newID, catalog.DefaultLimits())
}

func (a *archive) close() {
	a.bus.Close()
	a.nats.Close()
	must(a.t, a.store.Close())
}

// restart is what a process sees that comes after one that was killed.
func (a *archive) restart() {
	a.close()
	a.open()
}

func (a *archive) ctx() context.Context {
	ctx, cancel := context.WithTimeout(a.t.Context(), 60*time.Second)
	a.t.Cleanup(cancel)
	return ctx
}

func (a *archive) config() Config {
	return Config{
		Catalog: a.Catalog, Streams: a.bus, Blobs: a.blobs, Log: slog.New(slog.DiscardHandler),
		Terms: func(text catalog.DocumentText) ([]catalog.Term, error) {
			t, err := passage.Assemble(text, nil)
			return feed.Terms(text.Head.Revision.Title, t.Text), err
		},
		Forget: func(documents []string, scans []catalog.Digest) {
			a.forgotten = append(a.forgotten, documents...)
			for _, s := range scans {
				a.forgotten = append(a.forgotten, string(s))
			}
		},
	}
}

func bodyOf(text string) *fondsv1.Body {
	body := &fondsv1.Body{Text: text, Width: 1000, Height: 1000}
	at := 0
	for word := range strings.FieldsSeq(text) {
		start := at + strings.Index(text[at:], word)
		at = start + len(word)
		body.Words = append(body.Words, &fondsv1.Word{Start: uint32(start), End: uint32(at), Box: &fondsv1.Box{X: uint32(start), Width: uint32(len(word)), Height: 10}})
	}
	return body
}

func encoded(t *testing.T, m proto.Message) []byte {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	must(t, err)
	return raw
}

// ingest brings a scan in whose pages have the given texts, as uploads, relay, workers
// and intake would, and gives its document.
func (a *archive) ingest(path string, texts ...string) catalog.DocumentHead {
	a.t.Helper()
	bytes := []byte("bytes of " + path + " " + strings.Join(texts, " "))
	scan := digestOf(bytes)
	_, _, err := a.blobs.Put(a.ctx(), strings.NewReader(string(bytes)), string(scan), int64(len(bytes)))
	must(a.t, err)
	batch, err := a.CreateBatch(a.ctx(), catalog.NewBatch{
		Collection: "c", Language: "eng", Recipes: map[string]catalog.Recipe{"eng": a.recipe},
		Files: []catalog.NewFile{{Path: path, Size: int64(len(bytes)), Collection: "c", Language: "eng"}},
	})
	must(a.t, err)
	_, err = a.Arrive(a.ctx(), catalog.Arrival{Batch: batch.ID, Path: path, Digest: scan, Size: int64(len(bytes))})
	must(a.t, err)
	probe := catalog.Result{Key: catalog.ProbeOf(scan), Attempt: 1, Outcome: catalog.Text, MediaType: "image/png"}
	for n := range texts {
		probe.Pages = append(probe.Pages, catalog.Page{Number: n + 1, Width: 1000, Height: 1000})
	}
	verdicts, err := a.StoreResults(a.ctx(), []catalog.Result{probe})
	must(a.t, err)
	if verdicts[0] != catalog.Stored {
		a.t.Fatalf("probe of %s: verdict %d", path, verdicts[0])
	}
	for n, text := range texts {
		a.publish(scan, n+1, 1, text)
		must(a.t, a.deliver(scan, n+1, text, catalog.Stored))
	}
	heads, err := a.ListDocuments(a.ctx(), catalog.DocumentQuery{Where: catalog.AtPath(path), Limit: 1})
	must(a.t, err)
	return heads[0]
}

// publish puts the text of a page into the stream, as a worker does.
func (a *archive) publish(scan catalog.Digest, page, attempt int, text string) {
	a.t.Helper()
	body := bodyOf(text)
	must(a.t, a.bus.PublishText(a.ctx(), &fondsv1.Text{
		Work: &fondsv1.WorkKey{Scan: string(scan), Page: uint32(page), Recipe: string(a.recipe.Digest)}, Attempt: uint32(attempt),
		Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: body, BodyDigest: string(digestOf(encoded(a.t, body))), Collections: []string{"c"},
	}))
}

// deliver stores the text of a page, as intake does, and compares what becomes of it.
func (a *archive) deliver(scan catalog.Digest, page int, text string, want catalog.Verdict) error {
	raw := encoded(a.t, bodyOf(text))
	verdicts, err := a.StoreResults(a.ctx(), []catalog.Result{{
		Key: catalog.WorkKey{Scan: scan, Page: page, Recipe: a.recipe.Digest}, Attempt: 1, Outcome: catalog.Text,
		Reading: &catalog.Reading{Text: text, Body: raw, BodyDigest: digestOf(raw)},
	}})
	if err == nil && verdicts[0] != want {
		a.t.Errorf("page %d of %s: verdict %d, want %d", page, scan, verdicts[0], want)
	}
	return err
}

// derive indexes a document, as the role extract does.
func (a *archive) derive(id string) {
	a.t.Helper()
	head, err := a.Document(a.ctx(), id, 0)
	must(a.t, err)
	text, err := a.Text(a.ctx(), id, 0, 0)
	must(a.t, err)
	_, err = a.StoreFields(a.ctx(), []catalog.Extracted{{Document: id, Revision: head.Head, Keys: []catalog.Key{{Kind: "title", Text: head.Revision.Title}}}})
	must(a.t, err)
	terms, err := a.config().Terms(text)
	must(a.t, err)
	must(a.t, a.StoreDerived(a.ctx(), []catalog.Derived{{Document: id, Revision: head.Head, Terms: terms, Links: []catalog.Link{
		{Document: id, Kind: catalog.LinkReference, Raw: text.Regions[0].Text},
	}}}))
}

// correct has anna change the text of a document's first region, and vera sign it.
func (a *archive) correct(id, text string, sign bool) {
	a.t.Helper()
	views, err := a.Reviews(a.ctx(), catalog.ReviewQuery{Document: id, Order: catalog.OldestFirst, Limit: 1})
	must(a.t, err)
	v := views[0]
	_, err = a.SaveDraft(a.ctx(), id, v.Key, "anna", "a draft of "+text, "")
	must(a.t, err)
	raw := encoded(a.t, bodyOf(text))
	after, err := a.SubmitReview(a.ctx(), id, v.Key, "anna", "", catalog.Correction{
		BasedOn: v.Review.Reading, Text: text, Body: raw, BodyDigest: digestOf(raw), Words: []catalog.WordChange{{Before: "something", After: text}},
	})
	must(a.t, err)
	if sign {
		_, err = a.SignReview(a.ctx(), id, v.Key, "vera", "", after.Content)
		must(a.t, err)
	}
	_, err = a.SaveDraft(a.ctx(), id, v.Key, "anna", "a later draft of "+text, "")
	must(a.t, err)
}

// state has anna state a field of a document.
func (a *archive) state(id, value string) {
	a.t.Helper()
	_, err := a.UpdateDocument(a.ctx(), id, "", "anna", catalog.Change{Statements: map[string][]catalog.Field{"place": {{Value: []byte(`"` + value + `"`), Raw: value}}}})
	must(a.t, err)
}

// relayed sends all events, as the relay does.
func (a *archive) relayed() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.ctx())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		relay.Run(ctx, relay.Config{Catalog: a.Catalog, Bus: a.bus, Queue: a.bus.JobQueue(time.Minute), Log: slog.New(slog.DiscardHandler), Window: 100})
	}()
	defer func() {
		cancel()
		<-ended
	}()
	a.eventually("all events are sent", func() bool {
		unsent, err := a.UnsentEvents(a.ctx(), 0, 1)
		must(a.t, err)
		return len(unsent) == 0
	})
}

func (a *archive) eventually(what string, holds func() bool) {
	a.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	a.t.Fatalf("%s: not within half a minute", what)
}

// confirmed has olga ask for a purge and otto confirm it.
func (a *archive) confirmed(keepShared bool, ids ...string) catalog.Purge {
	a.t.Helper()
	p, err := a.RequestPurge(a.ctx(), catalog.NewPurge{Documents: ids, Reason: "why", KeepShared: keepShared, Person: "olga"})
	must(a.t, err)
	p, err = a.ConfirmPurge(a.ctx(), "purges/"+p.ID, "otto")
	must(a.t, err)
	return p
}

func (a *archive) stateOf(id string) catalog.PurgeState {
	a.t.Helper()
	p, err := a.Purge(a.ctx(), "purges/"+id)
	must(a.t, err)
	return p.State
}

// carriedOut runs the purger until it is done with a purge.
func (a *archive) carriedOut(id string) {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.ctx())
	ended := make(chan struct{})
	config := a.config()
	go func() {
		defer close(ended)
		Run(ctx, config)
	}()
	a.eventually("the purge is done", func() bool { return a.stateOf(id) == catalog.PurgeDone })
	cancel()
	<-ended
}

// holding names the files of the archive that have some bytes.
func (a *archive) holding(word string) []string {
	a.t.Helper()
	var found []string
	must(a.t, filepath.WalkDir(a.folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil && bytes.Contains(content, []byte(word)) {
			found = append(found, strings.TrimPrefix(path, a.folder))
		}
		return err
	}))
	return found
}

// sound fails for whatever an audit, the store's own check or one of the log finds.
func (a *archive) sound() {
	a.t.Helper()
	found := func(name, problem string) { a.t.Errorf("%s: %s", name, problem) }
	must(a.t, a.Audit(a.ctx(), &catalog.Audit{
		Found: found, Body: func([]byte, string) error { return nil },
		Scan: func(s catalog.Scan) error { _, err := a.blobs.Stat(a.ctx(), string(s.Digest)); return err },
	}))
	faults, err := a.store.Check(a.ctx())
	must(a.t, err)
	for _, f := range faults {
		a.t.Errorf("store: %s", f)
	}
	a.sequence()
	_, err = ledger.Check(a.ctx(), a.store, a.key.Verifiers(), found)
	must(a.t, err)
	must(a.t, a.store.View(a.ctx(), func(r catalog.Reader) error {
		acts, err := r.Acts(0, 10_000)
		for _, act := range acts {
			problem, actErr := catalog.CheckAct(r, act)
			if err = errors.Join(err, actErr); problem != "" {
				found(act.Kind, problem)
			}
		}
		return err
	}))
}

// sequence gives all acts their leaves.
func (a *archive) sequence() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.ctx())
	ended := make(chan error, 1)
	go func() {
		ended <- ledger.Run(ctx, ledger.Config{Store: a.store, Key: a.key, Every: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	}()
	a.eventually("all acts have leaves, and a checkpoint", func() bool {
		done := false
		must(a.t, a.store.View(a.ctx(), func(r catalog.Reader) error {
			waiting, err := r.WaitingActs(1)
			if err != nil || len(waiting) > 0 {
				return err
			}
			c, err := r.Checkpoint()
			acts, actErr := r.Acts(c.Size, 1)
			done = err == nil && len(acts) == 0
			return actErr
		}))
		return done
	})
	cancel()
	must(a.t, <-ended)
}

// short is how long a test waits for a server that is away.
func (a *archive) short() time.Duration { return 500 * time.Millisecond }
