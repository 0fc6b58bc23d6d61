package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/draw"
	_ "image/jpeg"
	"image/png"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	xdraw "golang.org/x/image/draw"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
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
	"github.com/fonds-archive/fonds/services/web"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/feed"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/published"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// samples are where the sample pages lie.
const samples = "../../scripts/samples"

// archive is the page over a real API with a real store. In the place of recognition
// stand readings of the sample pages that Tesseract 5.3 made once.
type archive struct {
	t        testing.TB
	catalog  *catalog.Catalog
	accounts *auth.Accounts
	conn     *grpc.ClientConn
	images   *painter
	handler  http.Handler
	docs     fondsv1.CatalogServiceClient
	ingest   fondsv1.IngestServiceClient
	reviews  fondsv1.ReviewServiceClient
	clock    *clock
}

// clock is the archive's, in microseconds as stores keep times; tests put it forward.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead).UTC().Truncate(time.Microsecond)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newArchive(t testing.TB) *archive {
	t.Helper()
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlitetest.Put(t, filepath.Join(dir, "fonds.db")))
	must(t, err)
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	must(t, err)
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	a := &archive{t: t, images: &painter{dir: dir}, clock: &clock{}}
	a.catalog = catalog.New(store, a.clock.now, newID, catalog.DefaultLimits())
	a.accounts = auth.New(store, a.clock.now, newID, nil)
	log := slog.New(slog.DiscardHandler)
	options, err := api.ServerOptions(log, &auth.Gate{Accounts: a.accounts, Limiter: auth.NewLimiter(a.clock.now), AllowLocal: true})
	must(t, err)
	server := grpc.NewServer(options...)
	done := make(chan struct{})
	services, err := api.Register(server, api.Deps{
		Catalog: a.catalog, Blobs: blobs, Workers: workers{}, DeadLetters: noLetters{}, Renderer: a.images,
		KeyMaker: keys.Maker{}, Texts: published.Texts{Extractor: rules}, Names: agents.BuiltInIndex(),
		Statements: statement.Checker{Names: agents.BuiltInIndex}, Rules: a.rules(), Accounts: a.accounts, Done: done, Log: log,
	})
	must(t, err)
	a.conn = connect(t, server)
	a.docs, a.ingest = fondsv1.NewCatalogServiceClient(a.conn), fondsv1.NewIngestServiceClient(a.conn)
	a.reviews = fondsv1.NewReviewServiceClient(a.conn)
	a.handler, err = web.New(web.Config{
		Conn: a.conn, Sessions: &sessions{a.accounts, auth.NewLimiter(a.clock.now)}, Cache: filepath.Join(dir, "tiles"),
	})
	must(t, err)
	t.Cleanup(func() {
		services.Drain()
		close(done)
		server.Stop()
		services.Wait()
		must(t, store.Close())
	})
	return a
}

func connect(t testing.TB, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///memory",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		<-ended
	})
	return conn
}

// rules are those of the product, with its names.
func rules() *extract.Extractor { return extract.New(agents.BuiltInIndex()) }

func (a *archive) rules() feed.Config {
	return feed.Config{Catalog: a.catalog, Extractor: rules(), Log: slog.New(slog.DiscardHandler)}
}

// sessions are the archive's own, with its limit on failures.
type sessions struct {
	accounts *auth.Accounts
	limiter  *auth.Limiter
}

func (s *sessions) OpenLink(ctx context.Context, secret, remote string) (session string, expires time.Time, err error) {
	err = s.limiter.Attempt(remote, secret, func() (err error) {
		_, session, err = s.accounts.OpenLink(ctx, secret)
		return err
	})
	return session, time.Now().Add(7 * 24 * time.Hour), err
}

func (s *sessions) EndSession(ctx context.Context, session string) error {
	return s.accounts.EndSession(ctx, session)
}

// workers announce the models that the readings were made with.
type workers struct{}

func (workers) Live(context.Context) ([]*fondsv1.Worker, error) {
	return []*fondsv1.Worker{{Id: "host/1", Models: []*fondsv1.Model{{Language: "eng", Sha256: "e1"}, {Language: "rus", Sha256: "r1"}}}}, nil
}

type noLetters struct{}

func (noLetters) List(context.Context, uint64, int) ([]*fondsv1.DeadLetter, error) { return nil, nil }

func (noLetters) Get(context.Context, uint64) (*fondsv1.DeadLetter, error) { return nil, nil }

func (noLetters) Retry(context.Context, []uint64, func(string, error)) (int, error) { return 0, nil }

// painter draws the sample pages, whose files Go can read.
type painter struct {
	dir string
	mu  sync.Mutex
	// drawn counts the pictures.
	drawn int
	// fail is given in the place of the next picture.
	fail error
	// hold, where it is set, keeps whole pages back until it is closed; held counts them.
	hold chan struct{}
	held int
}

func (p *painter) Render(ctx context.Context, scanPath string, _ int, maxSide uint32, _ bool) (string, uint32, uint32, func(), error) {
	if err := p.wait(ctx, maxSide); err != nil {
		return "", 0, 0, nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.fail; err != nil {
		p.fail = nil
		return "", 0, 0, nil, err
	}
	f, err := os.Open(scanPath)
	if err != nil {
		return "", 0, 0, nil, err
	}
	defer func() { _ = f.Close() }()
	page, _, err := image.Decode(f)
	if err != nil {
		return "", 0, 0, nil, err
	}
	page = shrunk(page, int(maxSide))
	p.drawn++
	path := filepath.Join(p.dir, "page-"+strconv.Itoa(p.drawn)+".png")
	out, err := os.Create(path)
	if err != nil {
		return "", 0, 0, nil, err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err = errors.Join(encoder.Encode(out, page), out.Close())
	return path, uint32(page.Bounds().Dx()), uint32(page.Bounds().Dy()), func() { _ = os.Remove(path) }, err
}

// wait is for whole pages, which are long in coming when they are large.
func (p *painter) wait(ctx context.Context, maxSide uint32) error {
	p.mu.Lock()
	hold := p.hold
	if hold != nil && maxSide == 0 {
		p.held++
	}
	p.mu.Unlock()
	if hold == nil || maxSide != 0 {
		return nil
	}
	select {
	case <-hold:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waiting tells how many whole pages are, or were, kept back.
func (p *painter) waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held
}

func shrunk(page image.Image, side int) image.Image {
	b := page.Bounds()
	longest := max(b.Dx(), b.Dy())
	if side == 0 || side >= longest {
		gray := image.NewGray(b)
		draw.Draw(gray, b, page, b.Min, draw.Src)
		return gray
	}
	small := image.NewGray(image.Rect(0, 0, b.Dx()*side/longest, b.Dy()*side/longest))
	xdraw.BiLinear.Scale(small, small.Bounds(), page, b, xdraw.Src, nil)
	return small
}

// --- bringing pages in

// ingested brings a sample into a collection with the words that were read, and returns
// its document.
func (a *archive) ingested(collection, file, readings string) string {
	a.t.Helper()
	return a.delivered(collection, file, readWords(a.t, readings))
}

// delivered brings in a sample and what was read in it.
func (a *archive) delivered(collection, file string, body *fondsv1.Body) string {
	a.t.Helper()
	content, err := os.ReadFile(filepath.Join(samples, file))
	must(a.t, err)
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	batch, err := a.ingest.CreateBatch(a.t.Context(), &fondsv1.CreateBatchRequest{
		Collection: "collections/" + collection, Files: []*fondsv1.NewFile{{Path: file, Size: uint64(len(content))}},
	})
	must(a.t, err)
	stream, err := a.ingest.UploadScan(a.t.Context())
	must(a.t, err)
	must(a.t, stream.Send(&fondsv1.UploadScanRequest{Part: &fondsv1.UploadScanRequest_Header{Header: &fondsv1.UploadHeader{
		Batch: batch.GetName(), Path: file, Sha256: digest, Size: uint64(len(content)),
	}}}))
	for part := range slices.Chunk(content, 200<<10) {
		must(a.t, stream.Send(&fondsv1.UploadScanRequest{Part: &fondsv1.UploadScanRequest_Data{Data: part}}))
	}
	_, err = stream.CloseAndRecv()
	must(a.t, err)
	probe := catalog.Result{Key: catalog.ProbeOf(catalog.Digest(digest)), Attempt: 1, Outcome: catalog.Text, MediaType: "image/png"}
	probe.Pages = []catalog.Page{{Scan: probe.Key.Scan, Number: 1, Width: int(body.GetWidth()), Height: int(body.GetHeight()), Resolution: 200}}
	a.store(probe)
	a.read(digest, body)
	files, err := a.ingest.ListBatchFiles(a.t.Context(), &fondsv1.ListBatchFilesRequest{Parent: batch.GetName()})
	must(a.t, err)
	return files.GetFiles()[0].GetDocument()
}

func (a *archive) store(r catalog.Result) {
	a.t.Helper()
	verdicts, err := a.catalog.StoreResults(a.t.Context(), []catalog.Result{r})
	if err != nil || verdicts[0] != catalog.Stored {
		a.t.Fatalf("store %+v: %v, %v", r.Key, verdicts, err)
	}
}

// read stores what was recognised on the first page of a scan.
func (a *archive) read(scan string, body *fondsv1.Body) {
	a.t.Helper()
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	must(a.t, err)
	engine, err := proto.Marshal(&fondsv1.Engine{Name: "tesseract", Tesseract: "5.3.0"})
	must(a.t, err)
	live, err := workers{}.Live(a.t.Context())
	must(a.t, err)
	read, err := recipe.Shipped().Resolve("", "eng", live)
	must(a.t, err)
	sum := sha256.Sum256(encoded)
	a.store(catalog.Result{
		Key: catalog.WorkKey{Scan: catalog.Digest(scan), Page: 1, Recipe: read.Digest}, Attempt: 1, Outcome: catalog.Text,
		Reading: &catalog.Reading{
			Text: body.GetText(), Body: encoded, BodyDigest: catalog.Digest(hex.EncodeToString(sum[:])),
			Measure: passage.Measured(body), Engine: engine,
		},
	})
}

// readWords makes a body of what Tesseract said: a line each for the page and its words.
func readWords(t testing.TB, name string) *fondsv1.Body {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name+".tsv"))
	must(t, err)
	body := &fondsv1.Body{}
	line, paragraph := "", ""
	for _, row := range strings.Split(strings.TrimSpace(string(content)), "\n")[1:] {
		cells := strings.Split(row, "\t")
		box := &fondsv1.Box{X: number(t, cells[5]), Y: number(t, cells[6]), Width: number(t, cells[7]), Height: number(t, cells[8])}
		if cells[0] == "1" {
			body.Width, body.Height = box.GetWidth(), box.GetHeight()
			continue
		}
		confidence, err := strconv.ParseFloat(cells[9], 32)
		must(t, err)
		inLine, inParagraph := strings.Join(cells[2:5], "."), strings.Join(cells[2:4], ".")
		switch {
		case inParagraph != paragraph && paragraph != "":
			body.Text += "\n\n"
		case inLine != line && line != "":
			body.Text += "\n"
		case line != "":
			body.Text += " "
		}
		if inLine != line {
			body.Lines = append(body.Lines, &fondsv1.Line{WordStart: uint32(len(body.Words)), Box: box})
		}
		line, paragraph = inLine, inParagraph
		start := uint32(len(body.Text))
		body.Text += cells[10]
		body.Words = append(body.Words, &fondsv1.Word{Start: start, End: uint32(len(body.Text)), Box: box, Confidence: float32(confidence / 100)})
		body.Lines[len(body.Lines)-1].WordEnd = uint32(len(body.Words))
	}
	for _, w := range body.GetWords() {
		body.Confidence += w.GetConfidence() / float32(len(body.GetWords()))
	}
	body.Text += "\n"
	body.Paragraphs = []*fondsv1.Paragraph{{LineEnd: uint32(len(body.Lines))}}
	body.Blocks = []*fondsv1.Block{{ParagraphEnd: 1}}
	return body
}

func number(t testing.TB, text string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 32)
	must(t, err)
	return uint32(n)
}

// derive runs the role extract until all documents have fields and can be found.
func (a *archive) derive() {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), 20*time.Second)
	ended := make(chan error, 1)
	go func() { ended <- feed.Run(ctx, a.rules()) }()
	defer func() {
		cancel()
		must(a.t, <-ended)
	}()
	for {
		changed := a.catalog.Changed()
		unread, err := a.catalog.UnreadDocuments(ctx, 1)
		must(a.t, err)
		underived, err := a.catalog.UnderivedDocuments(ctx, 1)
		must(a.t, err)
		if len(unread)+len(underived) == 0 {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			a.t.Fatal("documents wait for ever")
		}
	}
}

// person adds a user and returns the path of a link.
func (a *archive) person(name string, roles ...catalog.Role) string {
	a.t.Helper()
	_, secrets, err := a.accounts.AddUser(a.t.Context(), auth.Local(), name, roles, false)
	must(a.t, err)
	return auth.LoginPath + secrets.Link
}

// review gives the only review of a document, whatever it awaits.
func (a *archive) review(document string) *fondsv1.Review {
	a.t.Helper()
	for _, state := range []fondsv1.ReviewState{0, fondsv1.ReviewState_REVIEW_STATE_DONE} {
		list, err := a.reviews.ListReviews(a.t.Context(), &fondsv1.ListReviewsRequest{Parent: document, State: state})
		must(a.t, err)
		if len(list.GetReviews()) == 1 {
			r, err := a.reviews.GetReview(a.t.Context(), &fondsv1.GetReviewRequest{Name: list.GetReviews()[0].GetName()})
			must(a.t, err)
			return r
		}
	}
	a.t.Fatalf("%s has no review", document)
	return nil
}
