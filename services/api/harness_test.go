package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
	"github.com/fonds-archive/fonds/services/recipe"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/services/store/sqlite/sqlitetest"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/published"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// archive is a server over a real store, real blobs and a real connection.
type archive struct {
	t        testing.TB
	catalog  *catalog.Catalog
	blobs    *blob.Store
	workers  *workers
	letters  *letters
	images   *renderer
	server   *grpc.Server
	services *api.Services
	conn     *grpc.ClientConn
	accounts *auth.Accounts
	docs     fondsv1.CatalogServiceClient
	ingest   fondsv1.IngestServiceClient
	log      *journal
	// stop closes Done; it may be called more than once.
	stop func()
}

// clock ticks in microseconds, as stores keep times.
func clock() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// option changes what the services are given.
type option func(*api.Deps)

func serve(t testing.TB, options ...option) *archive {
	t.Helper()
	return serveOver(t, func(s catalog.Store) catalog.Store { return s }, options...)
}

// serveOver is serve over what wrap makes of the store.
func serveOver(t testing.TB, wrap func(catalog.Store) catalog.Store, options ...option) *archive {
	t.Helper()
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlitetest.Put(t, filepath.Join(dir, "fonds.db")))
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	a := &archive{
		t: t, blobs: blobs, workers: newWorkers(), letters: &letters{}, images: &renderer{dir: dir},
		log: &journal{}, stop: sync.OnceFunc(func() { close(done) }),
		catalog: catalog.New(wrap(store), clock, newID, catalog.DefaultLimits()),
	}
	log := slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d := api.Deps{
		Catalog: a.catalog, Blobs: blobs, Workers: a.workers, DeadLetters: a.letters, Renderer: a.images,
		KeyMaker: keys.Maker{}, Texts: published.Texts{Extractor: rules},
		Names:      agents.BuiltInIndex(),
		Statements: statement.Checker{Names: agents.BuiltInIndex}, Rules: a.rules(),
		Done: done, Log: log,
	}
	for _, o := range options {
		o(&d)
	}
	a.accounts = auth.New(store, clock, newID, nil)
	d.Accounts = a.accounts
	serverOptions, err := api.ServerOptions(log, &auth.Gate{Accounts: a.accounts, Limiter: auth.NewLimiter(clock), AllowLocal: true})
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(serverOptions...)
	services, err := api.Register(server, d)
	if err != nil {
		t.Fatal(err)
	}
	a.server, a.services = server, services
	a.conn = connect(t, server)
	a.docs, a.ingest = fondsv1.NewCatalogServiceClient(a.conn), fondsv1.NewIngestServiceClient(a.conn)
	t.Cleanup(func() {
		services.Drain()
		a.stop()
		server.Stop()
		services.Wait()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// connect serves in memory and returns a connection that closes before the server.
func connect(t testing.TB, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-ended; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.Error(err)
		}
	})
	conn, err := grpc.NewClient("passthrough:///memory",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// ctx bounds one test's calls, so that a stream that hangs fails its test alone.
func (a *archive) ctx() context.Context {
	ctx, cancel := context.WithTimeout(a.t.Context(), 30*time.Second)
	a.t.Cleanup(cancel)
	return ctx
}

type workers struct {
	mu   sync.Mutex
	live []*fondsv1.Worker
	err  error
	// deadline is how long the last call had left.
	deadline time.Duration
}

func newWorkers() *workers {
	w := worker("host/1", "eng", "e1", "rus", "r1", "osd", "o1")
	return &workers{live: []*fondsv1.Worker{w}}
}

// worker announces models given as language, digest, language, digest …
func worker(id string, models ...string) *fondsv1.Worker {
	w := &fondsv1.Worker{Id: id, Children: 2}
	for i := 0; i < len(models); i += 2 {
		w.Models = append(w.Models, &fondsv1.Model{Language: models[i], Sha256: models[i+1]})
	}
	return w
}

func (w *workers) Live(ctx context.Context) ([]*fondsv1.Worker, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := ctx.Deadline(); ok {
		w.deadline = time.Until(at)
	}
	return w.live, w.err
}

func (w *workers) set(err error, live ...*fondsv1.Worker) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live, w.err = live, err
}

// letters has dead letters 1 to 7, and remembers which were asked to be retried.
type letters struct {
	retried []uint64
	// fail are errors of single letters, err one of all.
	fail map[uint64]error
	err  error
	left int
}

func (l *letters) List(_ context.Context, after uint64, limit int) ([]*fondsv1.DeadLetter, error) {
	var found []*fondsv1.DeadLetter
	for n := after + 1; n <= 7 && len(found) < limit; n++ {
		found = append(found, &fondsv1.DeadLetter{Name: fmt.Sprintf("deadLetters/%d", n), Kind: "job"})
	}
	return found, nil
}

func (l *letters) Get(_ context.Context, sequence uint64) (*fondsv1.DeadLetter, error) {
	return &fondsv1.DeadLetter{Name: fmt.Sprintf("deadLetters/%d", sequence), Data: []byte("job")}, l.err
}

func (l *letters) Retry(_ context.Context, sequences []uint64, tried func(string, error)) (int, error) {
	l.retried = sequences
	if len(sequences) == 0 {
		sequences = []uint64{1, 2, 3, 4, 5, 6, 7}
	}
	for _, n := range sequences {
		tried(fmt.Sprintf("deadLetters/%d", n), l.fail[n])
	}
	return l.left, l.err
}

// renderer draws an empty picture, fails or panics.
type renderer struct {
	dir      string
	fail     func() error
	released bool
}

func (r *renderer) Render(_ context.Context, scanPath string, _ int, maxSide uint32, _ bool) (string, uint32, uint32, func(), error) {
	if r.fail != nil {
		return "", 0, 0, nil, r.fail()
	}
	if _, err := os.Stat(scanPath); err != nil {
		return "", 0, 0, nil, err
	}
	side := int(max(maxSide, 1))
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		return "", 0, 0, nil, err
	}
	path := filepath.Join(r.dir, "page.png")
	return path, uint32(side), uint32(side), func() { r.released = true }, os.WriteFile(path, b.Bytes(), 0o600)
}

// journal keeps what was logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// batch opens a batch for files.
func (a *archive) batch(paths ...string) *fondsv1.Batch {
	a.t.Helper()
	req := &fondsv1.CreateBatchRequest{Collection: "collections/telegrams"}
	for _, p := range paths {
		req.Files = append(req.Files, &fondsv1.NewFile{Path: p, Size: 10})
	}
	b, err := a.ingest.CreateBatch(a.ctx(), req)
	if err != nil {
		a.t.Fatal(err)
	}
	return b
}

func header(batch, path string, content []byte) *fondsv1.UploadScanRequest {
	return &fondsv1.UploadScanRequest{Part: &fondsv1.UploadScanRequest_Header{Header: &fondsv1.UploadHeader{
		Batch: batch, Path: path, Sha256: digestOf(content), Size: uint64(len(content)),
	}}}
}

func data(b []byte) *fondsv1.UploadScanRequest {
	return &fondsv1.UploadScanRequest{Part: &fondsv1.UploadScanRequest_Data{Data: b}}
}

// send uploads messages and returns the answer.
func (a *archive) send(messages ...*fondsv1.UploadScanRequest) (*fondsv1.UploadScanResponse, error) {
	a.t.Helper()
	stream, err := a.ingest.UploadScan(a.ctx())
	if err != nil {
		a.t.Fatal(err)
	}
	for _, m := range messages {
		if err := stream.Send(m); err != nil {
			break // the answer says why
		}
	}
	return stream.CloseAndRecv()
}

func (a *archive) upload(batch, path string, content []byte) *fondsv1.UploadScanResponse {
	a.t.Helper()
	messages := []*fondsv1.UploadScanRequest{header(batch, path, content)}
	for some := range slices.Chunk(content, 1<<20) {
		messages = append(messages, data(some))
	}
	m, err := a.send(messages...)
	if err != nil {
		a.t.Fatalf("upload %s: %v", path, err)
	}
	return m
}

// probed tells the catalog that a scan has pages.
func (a *archive) probed(content []byte, pages int) {
	a.t.Helper()
	r := catalog.Result{Key: catalog.ProbeOf(catalog.Digest(digestOf(content))), Attempt: 1, Outcome: catalog.Text, MediaType: "image/png"}
	for i := range pages {
		r.Pages = append(r.Pages, catalog.Page{Scan: r.Key.Scan, Number: i + 1, Width: 1000, Height: 1400, Resolution: 300})
	}
	a.store(r)
}

func (a *archive) store(r catalog.Result) {
	a.t.Helper()
	verdicts, err := a.catalog.StoreResults(a.t.Context(), []catalog.Result{r})
	if err != nil || verdicts[0] != catalog.Stored {
		a.t.Fatalf("store result %+v: %v, %v", r.Key, verdicts, err)
	}
}

// english is what the workers of newWorkers read English with.
func english(t testing.TB) catalog.Digest {
	t.Helper()
	r, err := recipe.Shipped().Resolve("", "eng", []*fondsv1.Worker{worker("1", "eng", "e1")})
	if err != nil {
		t.Fatal(err)
	}
	return r.Digest
}

// read tells the catalog how a page was read: each line of the text becomes a
// line of words 100 pixels wide and apart, lines 50 pixels high.
func (a *archive) read(content []byte, page int, lines ...[]string) {
	a.t.Helper()
	body := bodyOf(lines...)
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	engine, err := proto.Marshal(&fondsv1.Engine{Name: "tesseract", Tesseract: "5.3.0"})
	if err != nil {
		a.t.Fatal(err)
	}
	a.store(catalog.Result{
		Key:     catalog.WorkKey{Scan: catalog.Digest(digestOf(content)), Page: page, Recipe: english(a.t)},
		Attempt: 1, Outcome: catalog.Text,
		Reading: &catalog.Reading{
			Text: body.GetText(), Body: encoded, BodyDigest: catalog.Digest(digestOf(encoded)), Measure: passage.Measured(body), Engine: engine,
		},
	})
}

func bodyOf(lines ...[]string) *fondsv1.Body {
	body := &fondsv1.Body{Width: 1000, Height: 1400}
	for row, words := range lines {
		first := uint32(len(body.Words))
		for column, w := range words {
			if column > 0 {
				body.Text += " "
			}
			start := uint32(len(body.Text))
			body.Text += w
			body.Words = append(body.Words, &fondsv1.Word{
				Start: start, End: start + uint32(len(w)), Confidence: 0.9,
				Box: &fondsv1.Box{X: uint32(100 * column), Y: uint32(50 * row), Width: 90, Height: 40},
			})
		}
		body.Text += "\n"
		body.Lines = append(body.Lines, &fondsv1.Line{
			WordStart: first, WordEnd: uint32(len(body.Words)),
			Box: &fondsv1.Box{Y: uint32(50 * row), Width: uint32(100 * len(words)), Height: 40},
		})
	}
	body.Paragraphs = []*fondsv1.Paragraph{{LineEnd: uint32(len(body.Lines))}}
	body.Blocks = []*fondsv1.Block{{ParagraphEnd: 1}}
	return body
}

// telegram ingests a scan of one page, has it read, and returns its document.
func (a *archive) telegram(path string, content []byte, lines ...[]string) *fondsv1.Document {
	a.t.Helper()
	b := a.batch(path)
	a.upload(b.GetName(), path, content)
	a.probed(content, 1)
	a.read(content, 1, lines...)
	files, err := a.ingest.ListBatchFiles(a.ctx(), &fondsv1.ListBatchFilesRequest{Parent: b.GetName()})
	if err != nil {
		a.t.Fatal(err)
	}
	d, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: files.GetFiles()[0].GetDocument()})
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// wantStatus checks code and reason, and the field when one is given.
func wantStatus(t testing.TB, err error, code codes.Code, reason, field string) {
	t.Helper()
	st := status.Convert(err)
	info, violated := &errdetails.ErrorInfo{}, ""
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			violated = d.GetFieldViolations()[0].GetField()
		}
	}
	if st.Code() != code || info.GetReason() != reason || info.GetDomain() != api.Domain {
		t.Errorf("got %v %s/%s (%s), want %v %s", st.Code(), info.GetDomain(), info.GetReason(), st.Message(), code, reason)
	}
	if violated != field {
		t.Errorf("%s: got field %q, want %q", reason, violated, field)
	}
}

func metadataOf(err error) map[string]string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetMetadata()
		}
	}
	return nil
}

// rules are those of the product, with its names.
func rules() *extract.Extractor { return extract.New(agents.BuiltInIndex()) }
