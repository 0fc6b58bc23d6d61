package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/published"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// archive is a real server over a real database, on a real port. In the place of
// the workers stands a reader that follows the script in each scan: see page.
type archive struct {
	t       *testing.T
	address string
	catalog *catalog.Catalog
	blobs   *blob.Store
	letters *letters

	mu     sync.Mutex
	server *grpc.Server
	// fault may refuse a call or do something before it; set with setFault.
	fault func(method string, path string) error
	// headers has the path of each upload that has begun.
	headers []string
}

// page gives a file that is a PNG by its first bytes, followed by what the
// reader makes of it: a line for each page, such as "TEXT some words", "BLANK"
// or "CORRUPT why".
func page(lines ...string) []byte {
	return []byte("\x89PNG\r\n\x1a\n" + strings.Join(lines, "\n"))
}

func startArchive(t *testing.T) *archive {
	t.Helper()
	t.Parallel() // most of a test's time is waiting for syncs
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "fonds.db"))
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{
		t: t, blobs: blobs, letters: &letters{},
		catalog: catalog.New(store, time.Now, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.DefaultLimits()),
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.address = listener.Addr().String()
	a.serve(listener)
	reading, stop := context.WithCancel(context.Background())
	var reader sync.WaitGroup
	reader.Go(func() { a.read(reading) })
	t.Cleanup(func() {
		a.kill()
		stop()
		reader.Wait()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// serverOptions are made once: compiling the rules of the validation takes longer
// than most tests.
var serverOptions = sync.OnceValues(func() ([]grpc.ServerOption, error) { return api.ServerOptions(nil, nil) })

func (a *archive) serve(listener net.Listener) {
	options, err := serverOptions()
	if err != nil {
		a.t.Fatal(err)
	}
	options = append(slices.Clone(options),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if err := a.meet(info.FullMethod, ""); err != nil {
				return nil, err
			}
			return next(ctx, req)
		}),
		grpc.ChainStreamInterceptor(func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			return next(srv, &observed{ServerStream: ss, a: a})
		}))
	server := grpc.NewServer(options...)
	services, err := api.Register(server, api.Deps{
		Catalog: a.catalog, Blobs: a.blobs, Workers: a, DeadLetters: a.letters, Renderer: noPictures{}, KeyMaker: keys.Maker{}, Texts: published.Texts{Extractor: rules}, Names: agents.BuiltInIndex(),
		Statements: statement.Checker{Names: agents.BuiltInIndex}, Rules: (&node{catalog: a.catalog, names: agents.BuiltInIndex, log: slog.New(slog.DiscardHandler)}).rules(),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.mu.Lock()
	a.server = server
	a.mu.Unlock()
	go func() { _ = server.Serve(listener) }()
	a.t.Cleanup(services.Wait)
}

// kill cuts all connections, as a killed process does.
func (a *archive) kill() {
	a.mu.Lock()
	server := a.server
	a.mu.Unlock()
	server.Stop()
}

// restart kills the server and starts it again at the same address.
func (a *archive) restart() {
	a.kill()
	listener, err := net.Listen("tcp", a.address)
	if err != nil {
		a.t.Error(err)
		return
	}
	a.serve(listener)
}

func (a *archive) setFault(f func(method, path string) error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = f
}

func (a *archive) meet(method, path string) error {
	a.mu.Lock()
	fault := a.fault
	if path != "" {
		a.headers = append(a.headers, path)
	}
	a.mu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(method[strings.LastIndexByte(method, '/')+1:], path)
}

// uploads returns the paths whose upload was begun since the last call.
func (a *archive) uploads() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	headers := a.headers
	a.headers = nil
	return headers
}

// observed sees the headers of uploads.
type observed struct {
	grpc.ServerStream
	a *archive
}

func (o *observed) RecvMsg(m any) error {
	if err := o.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	if upload, ok := m.(*fondsv1.UploadScanRequest); ok && upload.GetHeader() != nil {
		return o.a.meet("UploadScan", upload.GetHeader().GetPath())
	}
	return nil
}

// Live offers models for English and Russian.
func (a *archive) Live(context.Context) ([]*fondsv1.Worker, error) {
	digest := func(s string) string { return hex.EncodeToString([]byte(strings.Repeat(s, 32))) }
	return []*fondsv1.Worker{{
		Id: "host/1", Children: 2, Engine: &fondsv1.Engine{Name: "tesseract", Tesseract: "5.3.0"},
		Models: []*fondsv1.Model{{Language: "eng", Sha256: digest("e")}, {Language: "osd", Sha256: digest("o")}, {Language: "rus", Sha256: digest("r")}},
	}}, nil
}

// read ends works as the scans' scripts say, until the context ends.
func (a *archive) read(ctx context.Context) {
	for ctx.Err() == nil {
		changed := a.catalog.Changed()
		jobs, err := a.catalog.IssueJobs(ctx, 100)
		if err != nil {
			if ctx.Err() == nil {
				a.t.Errorf("issue jobs: %v", err)
			}
			return
		}
		var results []catalog.Result
		for _, job := range jobs {
			results = append(results, a.result(ctx, job))
		}
		if len(results) > 0 {
			if _, err := a.catalog.StoreResults(ctx, results); err != nil && ctx.Err() == nil {
				a.t.Errorf("store results: %v", err)
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

var outcomes = map[string]catalog.Outcome{
	"TEXT": catalog.Text, "BLANK": catalog.Blank, "CORRUPT": catalog.Corrupt,
	"REFUSED": catalog.Refused, "TIMEOUT": catalog.Timeout,
}

func (a *archive) result(ctx context.Context, job catalog.Job) catalog.Result {
	r := catalog.Result{Key: job.Work.Key, Attempt: job.Work.Attempt, Outcome: catalog.Text}
	script, found := a.script(ctx, job.Work.Key.Scan)
	if !found {
		r.Outcome, r.Reason = catalog.Corrupt, "the file is empty or no image"
		return r
	}
	if r.Key.IsProbe() {
		r.MediaType = "image/png"
		for i := range script {
			r.Pages = append(r.Pages, catalog.Page{Scan: r.Key.Scan, Number: i + 1, Width: 100, Height: 100})
		}
		return r
	}
	word, rest, _ := strings.Cut(script[r.Key.Page-1], " ")
	if r.Outcome = outcomes[word]; r.Outcome == 0 {
		r.Outcome = catalog.Corrupt
	}
	if r.Outcome != catalog.Text {
		r.Reason = rest
		return r
	}
	body := &fondsv1.Body{Text: rest + "\n", Width: 100, Height: 100}
	raw, err := proto.Marshal(body)
	if err != nil {
		a.t.Error(err)
	}
	sum := sha256.Sum256(raw)
	r.Reading = &catalog.Reading{Text: body.GetText(), Body: raw, BodyDigest: catalog.Digest(hex.EncodeToString(sum[:]))}
	return r
}

// script returns the lines after the first bytes of a PNG.
func (a *archive) script(ctx context.Context, scan catalog.Digest) (lines []string, found bool) {
	file, err := a.blobs.Open(ctx, string(scan))
	if err != nil {
		a.t.Error(err)
		return nil, false
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, 1<<20))
	if err != nil {
		a.t.Error(err)
	}
	rest, found := bytes.CutPrefix(raw, page())
	if !found {
		return nil, false
	}
	text, _, _ := strings.Cut(string(rest), "\x00")
	return strings.Split(text, "\n"), true
}

// letters is a list of dead letters in memory.
type letters struct {
	mu   sync.Mutex
	list []*fondsv1.DeadLetter
}

func (l *letters) List(_ context.Context, after uint64, limit int) ([]*fondsv1.DeadLetter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var some []*fondsv1.DeadLetter
	for i, letter := range l.list {
		if uint64(i+1) > after && len(some) < limit {
			some = append(some, letter)
		}
	}
	return some, nil
}

func (l *letters) Get(_ context.Context, sequence uint64) (*fondsv1.DeadLetter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if sequence < 1 || sequence > uint64(len(l.list)) {
		return nil, errors.New("no such letter")
	}
	return l.list[sequence-1], nil
}

func (l *letters) Retry(_ context.Context, sequences []uint64, tried func(string, error)) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, sequence := range sequences {
		tried(fmt.Sprintf("deadLetters/%d", sequence), nil)
	}
	if len(sequences) == 0 {
		for _, letter := range l.list {
			tried(letter.GetName(), nil)
		}
		l.list = nil
	}
	return 0, nil
}

type noPictures struct{}

func (noPictures) Render(context.Context, string, int, uint32, bool) (string, uint32, uint32, func(), error) {
	return "", 0, 0, nil, errors.New("no pictures here")
}

// ran is what a command line did.
type ran struct {
	code           int
	stdout, stderr string
}

func (r ran) String() string {
	return fmt.Sprintf("exit %d\n--- stdout\n%s--- stderr\n%s", r.code, r.stdout, r.stderr)
}

// fonds runs a command line against the archive.
func (a *archive) fonds(args ...string) ran {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), 60*time.Second)
	defer cancel()
	return a.fondsIn(ctx, args...)
}

func (a *archive) fondsIn(ctx context.Context, args ...string) ran {
	a.t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(ctx, append(args, "--server", a.address), &stdout, &stderr)
	return ran{code, stdout.String(), stderr.String()}
}

// must runs a command line that has to end with a code.
func (a *archive) must(code int, args ...string) ran {
	a.t.Helper()
	r := a.fonds(args...)
	if r.code != code {
		a.t.Fatalf("fonds %s: exit %d wanted, got %s", strings.Join(args, " "), code, r)
	}
	return r
}

// tree writes files below a new folder and returns it.
func tree(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rules are those of the product, with its names.
func rules() *extract.Extractor { return extract.New(agents.BuiltInIndex()) }
