package watch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/feed"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/published"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// rules are those of the product, with its names.
func rules() *extract.Extractor { return extract.New(agents.BuiltInIndex()) }

// archive is a real server with a hot folder. In the place of the workers stands
// a reader that does what the scans say: "text", "blank" or why they are corrupt.
type archive struct {
	t       *testing.T
	catalog *catalog.Catalog
	blobs   *blob.Store
	folder  string
	config  Config
	log     *journal
	stop    func()

	mu sync.Mutex
	// refuse may answer a call in the place of the server.
	refuse func(method string, request any) error
	// hold keeps the reader from reading.
	hold bool
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	t.Parallel()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "fonds.db"))
	must(t, err)
	blobs, err := blob.Open(t.TempDir())
	must(t, err)
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	a := &archive{
		t: t, blobs: blobs, folder: t.TempDir(), log: &journal{}, stop: func() {},
		catalog: catalog.New(store, now, newID, catalog.DefaultLimits()),
	}
	conn, stopServer := a.serve()
	ctx, cancel := context.WithCancel(context.Background())
	var reader sync.WaitGroup
	reader.Go(func() { a.read(ctx) })
	a.config = Config{
		Folder: a.folder, Collection: "collections/inbox", Language: "eng", Ingest: fondsv1.NewIngestServiceClient(conn),
		Settle: 40 * time.Millisecond, Rest: 20 * time.Millisecond, Log: slog.New(slog.NewTextHandler(a.log, nil)),
	}
	t.Cleanup(func() {
		a.stop()
		stopServer()
		cancel()
		reader.Wait()
		must(t, store.Close())
		if t.Failed() {
			t.Log(a.log.String())
		}
	})
	return a
}

func (a *archive) serve() (*grpc.ClientConn, func()) {
	a.t.Helper()
	options, err := api.ServerOptions(nil, nil)
	must(a.t, err)
	options = append(options, grpc.ChainUnaryInterceptor(
		func(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			a.mu.Lock()
			refuse := a.refuse
			a.mu.Unlock()
			if refuse != nil {
				if err := refuse(filepath.Base(info.FullMethod), request); err != nil {
					return nil, err
				}
			}
			return next(ctx, request)
		}))
	server := grpc.NewServer(options...)
	services, err := api.Register(server, api.Deps{
		Catalog: a.catalog, Blobs: a.blobs, Workers: a, DeadLetters: noLetters{}, Renderer: noPictures{}, KeyMaker: keys.Maker{}, Texts: published.Texts{Extractor: rules}, Names: agents.BuiltInIndex(),
		Statements: statement.Checker{Names: agents.BuiltInIndex}, Rules: feed.Config{Catalog: a.catalog, Extractor: rules(), Log: slog.New(slog.DiscardHandler)}, ImportRoots: []string{a.folder},
	})
	must(a.t, err)
	listener := bufconn.Listen(1 << 20)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///memory",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(a.t, err)
	return conn, func() {
		_ = conn.Close()
		server.Stop()
		<-ended
		services.Wait()
	}
}

// Live announces one worker with one model.
func (a *archive) Live(context.Context) ([]*fondsv1.Worker, error) {
	return []*fondsv1.Worker{{Id: "w", Models: []*fondsv1.Model{{Language: "eng", Sha256: strings.Repeat("e", 64)}}}}, nil
}

type noLetters struct{}

func (noLetters) List(context.Context, uint64, int) ([]*fondsv1.DeadLetter, error) { return nil, nil }

func (noLetters) Get(context.Context, uint64) (*fondsv1.DeadLetter, error) { return nil, nil }

func (noLetters) Retry(context.Context, []uint64, func(string, error)) (int, error) {
	return 0, nil
}

type noPictures struct{}

func (noPictures) Render(context.Context, string, int, uint32, bool) (string, uint32, uint32, func(), error) {
	return "", 0, 0, nil, errors.New("no pictures here")
}

// read does the jobs of the catalog until ctx ends.
func (a *archive) read(ctx context.Context) {
	for ctx.Err() == nil {
		changed := a.catalog.Changed()
		a.mu.Lock()
		hold := a.hold
		a.mu.Unlock()
		var jobs []catalog.Job
		if !hold {
			jobs, _ = a.catalog.IssueJobs(ctx, 1000)
		}
		for _, j := range jobs {
			_, _ = a.catalog.StoreResults(ctx, []catalog.Result{a.result(ctx, j)})
		}
		if len(jobs) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (a *archive) result(ctx context.Context, j catalog.Job) catalog.Result {
	r := catalog.Result{Key: j.Work.Key, Attempt: j.Work.Attempt, Outcome: catalog.Text}
	blob, err := a.blobs.Open(ctx, string(j.Work.Key.Scan))
	if err != nil {
		return catalog.Result{Key: r.Key, Attempt: r.Attempt, Outcome: catalog.Failed, Reason: err.Error()}
	}
	defer func() { _ = blob.Close() }()
	content, _ := io.ReadAll(blob)
	switch {
	case r.Key.IsProbe():
		r.Pages = []catalog.Page{{Number: 1, Width: 1, Height: 1}}
	case bytes.HasPrefix(content, []byte("text")):
		r.Reading = &catalog.Reading{Text: "t", Body: content, BodyDigest: j.Work.Key.Scan}
	case bytes.HasPrefix(content, []byte("blank")):
		r.Outcome = catalog.Blank
	default:
		r.Outcome, r.Reason = catalog.Corrupt, string(content)
	}
	return r
}

// set changes what the server and the reader do.
func (a *archive) set(hold bool, refuse func(method string, request any) error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hold, a.refuse = hold, refuse
}

// watch runs the watcher until stop or the end of the test.
func (a *archive) watch() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	config := a.config
	go func() { ended <- Run(ctx, config) }()
	a.stop = func() {
		a.stop = func() {}
		cancel()
		select {
		case err := <-ended:
			must(a.t, err)
		case <-time.After(60 * time.Second):
			a.t.Error("the watcher does not stop")
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

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

func (a *archive) write(path, content string) {
	a.t.Helper()
	full := filepath.Join(a.folder, path)
	must(a.t, os.MkdirAll(filepath.Dir(full), 0o750))
	must(a.t, os.WriteFile(full, []byte(content), 0o600))
}

// files gives the files below the folder with their contents, in order.
func (a *archive) files() []string {
	a.t.Helper()
	var files []string
	_ = filepath.WalkDir(a.folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // moved meanwhile
		}
		below, _ := filepath.Rel(a.folder, path)
		content, _ := os.ReadFile(path)
		if strings.HasSuffix(path, reasonSuffix) {
			content = []byte("reason")
		}
		files = append(files, filepath.ToSlash(below)+": "+string(content))
		return nil
	})
	slices.Sort(files)
	return files
}

// want waits until the folder holds exactly these files.
func (a *archive) want(files ...string) {
	a.t.Helper()
	slices.Sort(files)
	var got []string
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if got = a.files(); slices.Equal(got, files) {
			return
		}
	}
	a.t.Fatalf("after 15 s the folder holds\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(files, "\n  "))
}

func (a *archive) reason(path string) string {
	a.t.Helper()
	b, err := os.ReadFile(filepath.Join(a.folder, path+reasonSuffix))
	must(a.t, err)
	return string(b)
}

func TestFilesAreReadAndMoved(t *testing.T) {
	a := newArchive(t)
	a.write("a.tif", "text a")
	a.write("1953/april/b.tif", "blank b")
	a.write("1953/c.tif", "the file is cut off")
	a.write("with \"quotes\"\nand ленин.tif", "text q")
	a.watch()
	a.want("done/a.tif: text a", "done/1953/april/b.tif: blank b",
		"failed/1953/c.tif: the file is cut off", "failed/1953/c.tif.reason.txt: reason",
		"done/with \"quotes\"\nand ленин.tif: text q")
	if r := a.reason("failed/1953/c.tif"); !strings.HasPrefix(r, "1 of 1 pages failed: the file is cut off\nscan: scans/") || !strings.Contains(r, "documents/") {
		t.Errorf("reason %q", r)
	}
	collections, err := a.catalog.Collections(t.Context())
	must(t, err)
	if len(collections) != 1 || collections[0].ID != "inbox" {
		t.Errorf("collections %+v", collections)
	}
}

func TestUnfinishedFilesAreLeftAlone(t *testing.T) {
	a := newArchive(t)
	unfinished := []string{".hidden.tif", "a.tif.part", "b.TMP", "c.tif~", "d.tif.crdownload", "e.filepart", ".Trash/f.tif"}
	var want []string
	for _, name := range unfinished {
		a.write(name, "text")
		want = append(want, name+": text")
	}
	must(t, os.Symlink("/etc/passwd", filepath.Join(a.folder, "link.tif")))
	passwd, err := os.ReadFile("/etc/passwd")
	must(t, err)
	a.write("whole.tif", "text")
	a.watch()
	a.want(append(want, "done/whole.tif: text", "link.tif: "+string(passwd))...)
	must(t, os.Rename(filepath.Join(a.folder, "a.tif.part"), filepath.Join(a.folder, "a.tif")))
	want[1] = "done/a.tif: text"
	a.want(append(want, "done/whole.tif: text", "link.tif: "+string(passwd))...)
}

func TestFileSettlesBeforeItIsTaken(t *testing.T) {
	w := &watcher{
		Config: Config{Folder: t.TempDir(), Settle: time.Minute, Log: slog.New(slog.DiscardHandler)},
		seen:   map[string]sight{}, inHand: map[string]bool{}, resting: map[string]rest{},
	}
	path := filepath.Join(w.Folder, "a.tif")
	now := time.Now()
	taken := func(after time.Duration) int { return len(w.settled(now.Add(after))) }
	must(t, os.WriteFile(path, []byte("1"), 0o600))
	if taken(0) != 0 || taken(59*time.Second) != 0 {
		t.Error("taken before it stood still")
	}
	must(t, os.WriteFile(path, []byte("12"), 0o600)) // it grows
	if taken(61*time.Second) != 0 || taken(119*time.Second) != 0 {
		t.Error("taken although it grew")
	}
	must(t, os.Chtimes(path, now, now.Add(time.Second))) // same size, other bytes
	if taken(122*time.Second) != 0 || taken(181*time.Second) != 0 {
		t.Error("taken although it was written again")
	}
	if taken(183*time.Second) != 1 || taken(300*time.Second) != 0 {
		t.Error("not taken once when it had stood still")
	}
	w.leave("a.tif") // and the server did not want it
	w.release([]file{{path: "a.tif"}})
	w.resting["a.tif"] = rest{1, now.Add(time.Hour)}
	if taken(400*time.Second) != 0 || taken(time.Hour-time.Second) != 0 || taken(time.Hour+time.Second) != 1 {
		t.Error("a file does not rest")
	}
}

func TestRestGrowsToTenMinutes(t *testing.T) {
	w := &watcher{Config: Config{Rest: 5 * time.Second}, resting: map[string]rest{}}
	for n, want := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		w.leave("a")
		if got := time.Until(w.resting["a"].until).Round(time.Second); got != want {
			t.Errorf("after %d failures %s", n+1, got)
		}
	}
	for range 100 {
		w.leave("a")
	}
	if got := time.Until(w.resting["a"].until).Round(time.Second); got != 10*time.Minute {
		t.Errorf("in the end %s", got)
	}
}

func TestNamesThatAreTakenAreKept(t *testing.T) {
	a := newArchive(t)
	a.write("done/a.tif", "older")
	a.write("done/a.2.tif", "older still")
	a.write("failed/b.tif.reason.txt", "somebody's")
	a.write("a.tif", "text")
	a.write("b.tif", "torn")
	a.watch()
	a.want("done/a.tif: older", "done/a.2.tif: older still", "done/a.3.tif: text",
		"failed/b.tif.reason.txt: reason", "failed/b.2.tif: torn", "failed/b.2.tif.reason.txt: reason")
	if r := a.reason("failed/b.tif"); r != "somebody's" {
		t.Errorf("overwrote a file with %q", r)
	}
}

func TestFilesOfBeforeARestartAreTaken(t *testing.T) {
	a := newArchive(t)
	a.set(true, nil) // nothing is read
	a.write("a.tif", "text a")
	a.write("b.tif", "torn")
	a.watch()
	a.eventually("the files are ingested", func() bool {
		batches, err := a.catalog.Batches(t.Context(), "", 10)
		must(t, err)
		return len(batches) == 1 && batches[0].FilesArrived == 2
	})
	a.stop()
	a.want("a.tif: text a", "b.tif: torn")
	a.set(false, nil)
	a.watch()
	a.want("done/a.tif: text a", "failed/b.tif: torn", "failed/b.tif.reason.txt: reason")
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

func TestServerThatRefusesIsAskedAgain(t *testing.T) {
	a := newArchive(t)
	var mu sync.Mutex
	calls := 0
	a.set(false, func(method string, request any) error {
		mu.Lock()
		defer mu.Unlock()
		calls++
		r, ok := request.(*fondsv1.RegisterScanRequest)
		switch {
		case method == "CreateBatch" && calls <= 2:
			return status.Error(codes.FailedPrecondition, "no live worker has the model")
		case ok && r.GetPath() == "b.tif" && calls <= 8:
			return status.Error(codes.Unavailable, "another time")
		case ok && r.GetPath() == "large.tif":
			return status.Error(codes.InvalidArgument, "the file is too large")
		}
		return nil
	})
	a.write("a.tif", "text a")
	a.write("b.tif", "text b")
	a.write("large.tif", "text l")
	a.watch()
	a.want("done/a.tif: text a", "done/b.tif: text b", "failed/large.tif: text l", "failed/large.tif.reason.txt: reason")
	if r := a.reason("failed/large.tif"); !strings.Contains(r, "the file is too large") {
		t.Errorf("reason %q", r)
	}
}

func TestNameThatIsNoTextDoesNotStopTheOthers(t *testing.T) {
	a := newArchive(t)
	a.write("bad\xff.tif", "text x")
	a.write("good.tif", "text g")
	a.watch()
	a.want("done/good.tif: text g", "failed/bad\xff.tif: text x", "failed/bad\xff.tif.reason.txt: reason")
	if r := a.reason("failed/bad\xff.tif"); !strings.Contains(r, "UTF-8") {
		t.Errorf("reason %q", r)
	}
}

func TestFileThatChangedWhileItWasReadIsTakenAgain(t *testing.T) {
	a := newArchive(t)
	a.set(true, nil)
	a.write("a.tif", "torn")
	a.watch()
	a.eventually("the file is ingested", func() bool {
		batches, err := a.catalog.Batches(t.Context(), "", 10)
		must(t, err)
		return len(batches) == 1 && batches[0].FilesArrived == 1
	})
	a.write("a.tif", "text, whole this time")
	a.set(false, nil)
	a.want("done/a.tif: text, whole this time")
}

func TestFilesOfACancelledBatchFail(t *testing.T) {
	a := newArchive(t)
	a.set(true, nil)
	a.write("a.tif", "text a")
	a.watch()
	var id string
	a.eventually("the file is ingested", func() bool {
		batches, err := a.catalog.Batches(t.Context(), "", 10)
		must(t, err)
		if len(batches) == 1 {
			id = batches[0].ID
		}
		return len(batches) == 1 && batches[0].FilesArrived == 1
	})
	_, err := a.catalog.CancelBatch(t.Context(), id)
	must(t, err)
	a.want("failed/a.tif: text a", "failed/a.tif.reason.txt: reason")
	if r := a.reason("failed/a.tif"); !strings.Contains(r, "cancelled") {
		t.Errorf("reason %q", r)
	}
}

func TestFolderOnAnotherDiskIsSaidAndLeavesNoLitter(t *testing.T) {
	w := &watcher{Config: Config{Folder: t.TempDir(), Log: slog.New(slog.DiscardHandler)}}
	failed := filepath.Join(w.Folder, failedFolder)
	must(t, os.Mkdir(failed, 0o700))
	if err := syscall.Mount("tmpfs", failed, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no other disk here: %v", err)
	}
	defer func() { _ = syscall.Unmount(failed, 0) }()
	path := filepath.Join(w.Folder, "a.tif")
	must(t, os.WriteFile(path, []byte("torn"), 0o600))
	info, err := os.Stat(path)
	must(t, err)
	err = w.move(file{"a.tif", sight{size: info.Size(), modTime: info.ModTime()}}, failedFolder, "why")
	if err == nil || !strings.Contains(err.Error(), "failed/ lies on another disk") {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(failed); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFolderThatMayNotBeReadDoesNotStopTheOthers(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads every folder")
	}
	a := newArchive(t)
	a.write("locked/a.tif", "text a")
	a.write("open/b.tif", "text b")
	locked := filepath.Join(a.folder, "locked")
	must(t, os.Chmod(locked, 0))
	t.Cleanup(func() { _ = os.Chmod(locked, 0o700) })
	a.watch()
	a.want("done/open/b.tif: text b")
}
