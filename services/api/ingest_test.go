package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/recipe"
)

func TestBatch(t *testing.T) {
	t.Parallel()
	a := serve(t)
	b, err := a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{ResumeKey: "k", Files: []*fondsv1.NewFile{
		{Path: "a.png", Size: 4}, {Path: "b.png", Size: 4, Language: "rus", Collection: "collections/letters"},
	}})
	if err != nil || b.GetCollection() != "collections/default" || b.GetLanguage() != "eng" || b.GetFiles() != 2 ||
		b.GetPerson() != auth.LocalID || b.GetState() != fondsv1.BatchState_BATCH_STATE_OPEN {
		t.Fatalf("created: %v, %v", b, err)
	}
	again, err := a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{ResumeKey: "k", Files: []*fondsv1.NewFile{
		{Path: "a.png", Size: 4}, {Path: "c.png", Size: 4},
	}})
	if err != nil || again.GetName() != b.GetName() || again.GetFiles() != 3 {
		t.Fatalf("resumed: %v, %v", again, err)
	}
	list := &fondsv1.ListBatchFilesRequest{Parent: b.GetName(), PageSize: 2}
	files, err := a.ingest.ListBatchFiles(a.ctx(), list)
	if err != nil || len(files.GetFiles()) != 2 || files.GetFiles()[1].GetCollection() != "collections/letters" ||
		files.GetFiles()[1].GetLanguage() != "rus" || files.GetFiles()[0].GetLanguage() != "eng" {
		t.Fatalf("files: %v, %v", files, err)
	}
	list.PageToken = files.GetNextPageToken()
	rest, err := a.ingest.ListBatchFiles(a.ctx(), list)
	if err != nil || len(rest.GetFiles()) != 1 || rest.GetFiles()[0].GetPath() != "c.png" || rest.GetNextPageToken() != "" {
		t.Errorf("second page: %v, %v", rest, err)
	}
	list.OnlyFailed = true
	_, err = a.ingest.ListBatchFiles(a.ctx(), list)
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "page_token")
	batches, err := a.ingest.ListBatches(a.ctx(), &fondsv1.ListBatchesRequest{})
	if err != nil || len(batches.GetBatches()) != 1 || batches.GetBatches()[0].GetName() != b.GetName() {
		t.Errorf("batches: %v, %v", batches, err)
	}
	cancelled, err := a.ingest.CancelBatch(a.ctx(), &fondsv1.CancelBatchRequest{Name: b.GetName()})
	if err != nil || cancelled.GetState() != fondsv1.BatchState_BATCH_STATE_CANCELLED {
		t.Errorf("cancelled: %v, %v", cancelled, err)
	}
	_, err = a.send(header(b.GetName(), "a.png", []byte("late")), data([]byte("late")))
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonBatchEnded, "")
}

func TestRetryFailed(t *testing.T) {
	t.Parallel()
	a := serve(t)
	content := []byte("scan 4117")
	b := a.batch("a.png")
	a.upload(b.GetName(), "a.png", content)
	a.probed(content, 1)
	a.store(catalog.Result{
		Key:     catalog.WorkKey{Scan: catalog.Digest(digestOf(content)), Page: 1, Recipe: english(t)},
		Attempt: 1, Outcome: catalog.Timeout, Reason: "the page took longer than 60 s",
	})
	got, err := a.ingest.GetBatch(a.ctx(), &fondsv1.GetBatchRequest{Name: b.GetName()})
	if err != nil || got.GetState() != fondsv1.BatchState_BATCH_STATE_DONE_WITH_FAILURES || got.GetCounts().GetTimeout() != 1 || got.GetEndTime() == nil {
		t.Fatalf("before: %v, %v", got, err)
	}
	files, err := a.ingest.ListBatchFiles(a.ctx(), &fondsv1.ListBatchFilesRequest{Parent: b.GetName(), OnlyFailed: true})
	if err != nil || len(files.GetFiles()) != 1 || files.GetFiles()[0].GetReason() == "" {
		t.Errorf("failed files: %v, %v", files, err)
	}
	m, err := a.ingest.RetryFailed(a.ctx(), &fondsv1.RetryFailedRequest{Name: b.GetName()})
	if err != nil || m.GetWorks() != 1 || m.GetBatch().GetState() != fondsv1.BatchState_BATCH_STATE_RUNNING {
		t.Errorf("retried: %v, %v", m, err)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	a := serve(t)
	create := func(language string) (*fondsv1.Batch, error) {
		return a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{
			Files: []*fondsv1.NewFile{{Path: "a", Language: language}},
		})
	}
	tests := map[string]struct {
		workers  []*fondsv1.Worker
		language string
		code     codes.Code
		reason   string
		packages string
	}{
		"nobody lives":     {nil, "eng", codes.Unavailable, recipe.ReasonNoWorker, ""},
		"missing":          {[]*fondsv1.Worker{worker("1", "eng", "e")}, "eng+rus", codes.FailedPrecondition, recipe.ReasonModelMissing, "tesseract-ocr-rus"},
		"underscore":       {[]*fondsv1.Worker{worker("1", "eng", "e")}, "chi_sim", codes.FailedPrecondition, recipe.ReasonModelMissing, "tesseract-ocr-chi-sim"},
		"scripts":          {[]*fondsv1.Worker{worker("1", "eng", "e")}, "script/Latin+script/HanS_vert", codes.FailedPrecondition, recipe.ReasonModelMissing, "tesseract-ocr-script-latn tesseract-ocr-script-hans-vert"},
		"not on one":       {[]*fondsv1.Worker{worker("1", "eng", "e"), worker("2", "rus", "r")}, "eng+rus", codes.FailedPrecondition, recipe.ReasonModelMissing, "tesseract-ocr-eng tesseract-ocr-rus"},
		"osd":              {[]*fondsv1.Worker{worker("1", "osd", "o")}, "osd", codes.InvalidArgument, catalog.ReasonInvalidArgument, ""},
		"osd among others": {[]*fondsv1.Worker{worker("1", "eng", "e", "osd", "o")}, "eng+osd", codes.InvalidArgument, catalog.ReasonInvalidArgument, ""},
		"twice":            {[]*fondsv1.Worker{worker("1", "eng", "e")}, "eng+eng", codes.InvalidArgument, catalog.ReasonInvalidArgument, ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			a.workers.set(nil, c.workers...)
			_, err := create(c.language)
			field := ""
			if c.code == codes.InvalidArgument {
				field = "language"
			}
			wantStatus(t, err, c.code, c.reason, field)
			if metadataOf(err)["packages"] != c.packages {
				t.Errorf("packages %q, want %q", metadataOf(err)["packages"], c.packages)
			}
		})
	}
	// The models that most workers have; among equals the lowest digests.
	for want, workers := range map[string][]*fondsv1.Worker{
		"b": {worker("1", "eng", "a"), worker("2", "eng", "b"), worker("3", "eng", "b")},
		"a": {worker("1", "eng", "b"), worker("2", "eng", "a")},
	} {
		a.workers.set(nil, workers...)
		b, err := create("eng")
		if err != nil {
			t.Fatal(err)
		}
		expected, err := recipe.Shipped().Resolve("", "eng", []*fondsv1.Worker{worker("3", "eng", want)})
		if err != nil {
			t.Fatal(err)
		}
		files, err := a.catalog.BatchFiles(t.Context(), strings.TrimPrefix(b.GetName(), "batches/"), 0, 1, false)
		if err != nil || files[0].Recipe != expected.Digest {
			t.Errorf("model %q was not chosen: %v, %v", want, files, err)
		}
	}
	if a.workers.deadline <= 0 || a.workers.deadline > 2*time.Minute {
		t.Errorf("a call had %v left, want a deadline", a.workers.deadline)
	}
	a.workers.set(errors.New("nats: no responders at 10.0.0.7"))
	_, err := a.ingest.ListWorkers(context.WithoutCancel(a.ctx()), &fondsv1.ListWorkersRequest{})
	wantStatus(t, err, codes.Internal, api.ReasonInternal, "")
	if strings.Contains(err.Error(), "10.0.0.7") {
		t.Errorf("told too much: %v", err)
	}
}

func TestListWorkers(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.workers.set(nil, worker("b/2", "eng", "e"), worker("a/1", "eng", "e"))
	m, err := a.ingest.ListWorkers(a.ctx(), &fondsv1.ListWorkersRequest{})
	if err != nil || len(m.GetWorkers()) != 2 || m.GetWorkers()[0].GetId() != "a/1" {
		t.Errorf("workers: %v, %v", m, err)
	}
}

func TestCreateBatchRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t)
	file := func(path string) *fondsv1.NewFile { return &fondsv1.NewFile{Path: path} }
	for field, req := range map[string]*fondsv1.CreateBatchRequest{
		"files":         {},
		"files[1].path": {Files: []*fondsv1.NewFile{file("a"), file("a")}},
		"files[0].path": {Files: []*fondsv1.NewFile{file("a\x00b")}},
		"files[0].size": {Files: []*fondsv1.NewFile{{Path: "a", Size: 1 << 63}}},
		"collection":    {Collection: "collections/A B", Files: []*fondsv1.NewFile{file("a")}},
		"language":      {Language: "eng;rm", Files: []*fondsv1.NewFile{file("a")}},
	} {
		_, err := a.ingest.CreateBatch(a.ctx(), req)
		wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, field)
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	a := serve(t)
	content := []byte("scan 4117")
	b := a.batch("a.png", "b.png")
	u := a.upload(b.GetName(), "a.png", content)
	if u.GetScan() != "scans/"+digestOf(content) || u.GetAlreadyHeld() || !strings.HasPrefix(u.GetHolding(), "collections/telegrams/holdings/") {
		t.Fatalf("uploaded: %v", u)
	}
	// Under another path the collection has the bytes: the answer comes before them.
	stream, err := a.ingest.UploadScan(a.ctx())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(header(b.GetName(), "b.png", content)); err != nil {
		t.Fatal(err)
	}
	early := &fondsv1.UploadScanResponse{}
	if err := stream.RecvMsg(early); err != nil || !early.GetAlreadyHeld() || early.GetHolding() == u.GetHolding() {
		t.Fatalf("early answer: %v, %v", early, err)
	}
	// Another collection's holding is not told of: there the bytes are asked for.
	other, err := a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{
		Collection: "collections/letters", Files: []*fondsv1.NewFile{{Path: "a.png"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.send(header(other.GetName(), "a.png", content))
	wantStatus(t, err, codes.InvalidArgument, api.ReasonSizeMismatch, "")
	if u := a.upload(other.GetName(), "a.png", content); u.GetAlreadyHeld() {
		t.Error("a collection was told what another one holds")
	}
}

func TestUploadRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t, func(d *api.Deps) { d.Limits.MaxScan = 3 << 20 })
	content := []byte("scan 4117")
	b := a.batch("a.png").GetName()
	big := make([]byte, 1<<20+1)
	huge := header(b, "a.png", content)
	huge.GetHeader().Size = 3<<20 + 1
	tests := map[string]struct {
		messages []*fondsv1.UploadScanRequest
		code     codes.Code
		reason   string
		field    string
	}{
		"nothing":         {nil, codes.InvalidArgument, catalog.ReasonInvalidArgument, "header"},
		"no header":       {[]*fondsv1.UploadScanRequest{data(content)}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "header"},
		"bad header":      {[]*fondsv1.UploadScanRequest{header("batches/7", "a.png", content)}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "header.batch"},
		"two headers":     {[]*fondsv1.UploadScanRequest{header(b, "a.png", content), header(b, "a.png", content)}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "data"},
		"other bytes":     {[]*fondsv1.UploadScanRequest{header(b, "a.png", content), data([]byte("scan 4118"))}, codes.InvalidArgument, api.ReasonDigestMismatch, ""},
		"too few bytes":   {[]*fondsv1.UploadScanRequest{header(b, "a.png", content), data(content[:4])}, codes.InvalidArgument, api.ReasonSizeMismatch, ""},
		"too many bytes":  {[]*fondsv1.UploadScanRequest{header(b, "a.png", content), data(content), data(content)}, codes.InvalidArgument, api.ReasonSizeMismatch, ""},
		"large chunk":     {[]*fondsv1.UploadScanRequest{header(b, "a.png", big), data(big)}, codes.InvalidArgument, api.ReasonChunkTooLarge, "data"},
		"too large":       {[]*fondsv1.UploadScanRequest{huge}, codes.InvalidArgument, api.ReasonScanTooLarge, "header.size"},
		"no such batch":   {[]*fondsv1.UploadScanRequest{header("batches/"+nobody[10:], "a.png", content)}, codes.NotFound, catalog.ReasonBatchNotFound, ""},
		"not in the list": {[]*fondsv1.UploadScanRequest{header(b, "z.png", content)}, codes.NotFound, catalog.ReasonFileNotInBatch, ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := a.send(c.messages...)
			wantStatus(t, err, c.code, c.reason, c.field)
		})
	}
	got, err := a.ingest.GetBatch(a.ctx(), &fondsv1.GetBatchRequest{Name: b})
	if err != nil || got.GetFilesArrived() != 0 {
		t.Errorf("after refused uploads: %v, %v", got, err)
	}
}

func TestUploadStandsStill(t *testing.T) {
	t.Parallel()
	a := serve(t, func(d *api.Deps) { d.Limits.UploadIdle = 50 * time.Millisecond })
	content := []byte("scan 4117")
	stream, err := a.ingest.UploadScan(a.ctx())
	if err != nil {
		t.Fatal(err)
	}
	b := a.batch("a.png").GetName()
	for _, m := range []*fondsv1.UploadScanRequest{header(b, "a.png", content), data(content[:4])} {
		if err := stream.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	wantStatus(t, stream.RecvMsg(&fondsv1.UploadScanResponse{}), codes.Unavailable, api.ReasonUploadIdle, "")
	a.upload(b, "a.png", content)
}

func TestUploadAtShutdown(t *testing.T) {
	t.Parallel()
	a := serve(t)
	content := []byte("scan 4117")
	stream, err := a.ingest.UploadScan(a.ctx())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(header(a.batch("a.png").GetName(), "a.png", content)); err != nil {
		t.Fatal(err)
	}
	a.stop()
	wantStatus(t, stream.RecvMsg(&fondsv1.UploadScanResponse{}), codes.Unavailable, api.ReasonShuttingDown, "")
}

func TestRegisterScan(t *testing.T) {
	t.Parallel()
	root, elsewhere := t.TempDir(), t.TempDir()
	link := filepath.Join(t.TempDir(), "root")
	secret := filepath.Join(elsewhere, "secret")
	if err := errors.Join(
		os.Symlink(root, link),
		os.WriteFile(secret, []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(root, "a.png"), []byte("scan 4117"), 0o600),
		os.Mkdir(filepath.Join(root, "folder"), 0o700),
		os.Symlink("a.png", filepath.Join(root, "inside.png")),
		os.Symlink(secret, filepath.Join(root, "outside.png")),
		os.Symlink(elsewhere, filepath.Join(root, "away")),
		os.Symlink("loop", filepath.Join(root, "loop")),
		syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	a := serve(t, func(d *api.Deps) { d.ImportRoots = []string{link} })
	b := a.batch("a.png").GetName()
	register := func(path string) (*fondsv1.UploadScanResponse, error) {
		return a.ingest.RegisterScan(a.ctx(), &fondsv1.RegisterScanRequest{Batch: b, Path: "a.png", ServerPath: path})
	}
	tests := map[string]struct {
		path   string
		code   codes.Code
		reason string
	}{
		"plainly outside":    {secret, codes.PermissionDenied, api.ReasonOutsideImportRoot},
		"outside, not there": {filepath.Join(elsewhere, "x"), codes.PermissionDenied, api.ReasonOutsideImportRoot},
		"dots":               {root + "/../" + filepath.Base(elsewhere) + "/secret", codes.PermissionDenied, api.ReasonOutsideImportRoot},
		"link out":           {filepath.Join(root, "outside.png"), codes.PermissionDenied, api.ReasonOutsideImportRoot},
		"folder link out":    {filepath.Join(root, "away/secret"), codes.PermissionDenied, api.ReasonOutsideImportRoot},
		"link out, no file":  {filepath.Join(root, "away/nothing"), codes.PermissionDenied, api.ReasonOutsideImportRoot},
		"like a root":        {root + "x/a.png", codes.PermissionDenied, api.ReasonOutsideImportRoot},
		"not there":          {filepath.Join(root, "b.png"), codes.NotFound, api.ReasonFileNotFound},
		"not there by link":  {filepath.Join(link, "folder/b.png"), codes.NotFound, api.ReasonFileNotFound},
		"below a file":       {filepath.Join(root, "a.png/b"), codes.FailedPrecondition, api.ReasonFileNotFound},
		"link to itself":     {filepath.Join(root, "loop"), codes.FailedPrecondition, api.ReasonFileNotFound},
		"folder":             {filepath.Join(root, "folder"), codes.InvalidArgument, catalog.ReasonInvalidArgument},
		"the root itself":    {root, codes.InvalidArgument, catalog.ReasonInvalidArgument},
		"pipe":               {filepath.Join(root, "pipe"), codes.InvalidArgument, catalog.ReasonInvalidArgument},
		"relative":           {"a.png", codes.InvalidArgument, catalog.ReasonInvalidArgument},
		"NUL":                {root + "/a.png\x00", codes.InvalidArgument, catalog.ReasonInvalidArgument},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := register(c.path)
			wantStatus(t, err, c.code, c.reason, "server_path")
		})
	}
	for i, path := range []string{filepath.Join(root, "a.png"), filepath.Join(link, "a.png"), filepath.Join(root, "inside.png")} {
		u, err := register(path)
		if err != nil || u.GetScan() != "scans/"+digestOf([]byte("scan 4117")) || u.GetAlreadyHeld() != (i > 0) {
			t.Errorf("%s: %v, %v", path, u, err)
		}
	}
	_, err := a.ingest.RegisterScan(a.ctx(), &fondsv1.RegisterScanRequest{Batch: b, Path: "z.png", ServerPath: secret})
	wantStatus(t, err, codes.NotFound, catalog.ReasonFileNotInBatch, "")
}

func TestWatchBatch(t *testing.T) {
	t.Parallel()
	a := serve(t)
	b := a.batch("a.png", "b.png")
	stream, err := a.ingest.WatchBatch(a.ctx(), &fondsv1.WatchBatchRequest{Name: b.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := stream.Recv(); err != nil || !proto.Equal(m.GetBatch(), b) {
		t.Fatalf("first message: %v, %v", m, err)
	}
	for i, path := range []string{"a.png", "b.png"} {
		content := []byte("scan of " + path)
		a.upload(b.GetName(), path, content)
		a.probed(content, i+1)
		for page := range i + 1 {
			a.read(content, page+1, []string{"text"})
		}
	}
	ended, last := watched(t, stream)
	if !slices.Equal(ended, []string{"1 a.png", "2 b.png"}) || last.GetState() != fondsv1.BatchState_BATCH_STATE_DONE || last.GetCounts().GetText() != 3 {
		t.Errorf("ended: %v, last %v", ended, last)
	}
	// Resumed after the first file, on a batch that has ended.
	stream, err = a.ingest.WatchBatch(a.ctx(), &fondsv1.WatchBatchRequest{Name: b.GetName(), After: 1})
	if err != nil {
		t.Fatal(err)
	}
	if ended, _ := watched(t, stream); !slices.Equal(ended, []string{"2 b.png"}) {
		t.Errorf("resumed: %v", ended)
	}
	stream, err = a.ingest.WatchBatch(a.ctx(), &fondsv1.WatchBatchRequest{Name: "batches/" + nobody[10:]})
	if err == nil {
		_, err = stream.Recv()
	}
	wantStatus(t, err, codes.NotFound, catalog.ReasonBatchNotFound, "")
}

// watched reads a watch to its end.
func watched(t *testing.T, stream interface {
	Recv() (*fondsv1.WatchBatchResponse, error)
},
) (ended []string, last *fondsv1.Batch) {
	t.Helper()
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return ended, last
		}
		if err != nil {
			t.Fatal(err)
		}
		last = m.GetBatch()
		for _, f := range m.GetEnded() {
			if f.GetDocument() == "" || f.GetState() != fondsv1.FileState_FILE_STATE_ENDED {
				t.Errorf("ended file: %v", f)
			}
			ended = append(ended, fmt.Sprintf("%d %s", f.GetEndSequence(), f.GetPath()))
		}
	}
}

func TestWatchBatchAtShutdown(t *testing.T) {
	t.Parallel()
	a := serve(t)
	stream, err := a.ingest.WatchBatch(a.ctx(), &fondsv1.WatchBatchRequest{Name: a.batch("a.png").GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	a.stop()
	_, err = stream.Recv()
	wantStatus(t, err, codes.Unavailable, api.ReasonShuttingDown, "")
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	a := serve(t)
	var seen []string
	req := &fondsv1.ListDeadLettersRequest{PageSize: 3}
	for range 4 {
		m, err := a.ingest.ListDeadLetters(a.ctx(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range m.GetDeadLetters() {
			seen = append(seen, strings.TrimPrefix(d.GetName(), "deadLetters/"))
		}
		if req.PageToken = m.GetNextPageToken(); req.GetPageToken() == "" {
			break
		}
	}
	if got := strings.Join(seen, ""); got != "1234567" {
		t.Errorf("pages gave %s", got)
	}
	m, err := a.ingest.RetryDeadLetters(a.ctx(), &fondsv1.RetryDeadLettersRequest{Names: []string{"deadLetters/2", "deadLetters/5"}})
	if err != nil || m.GetRetried() != 2 || !slices.Equal(a.letters.retried, []uint64{2, 5}) {
		t.Errorf("retried: %v, %v, %v", m, err, a.letters.retried)
	}
	if m, err = a.ingest.RetryDeadLetters(a.ctx(), &fondsv1.RetryDeadLettersRequest{}); err != nil || m.GetRetried() != 7 {
		t.Errorf("retried all: %v, %v", m, err)
	}
	_, err = a.ingest.RetryDeadLetters(a.ctx(), &fondsv1.RetryDeadLettersRequest{Names: []string{"deadLetters/x"}})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "names[0]")
	l, err := a.ingest.GetDeadLetter(a.ctx(), &fondsv1.GetDeadLetterRequest{Name: "deadLetters/3"})
	if err != nil || l.GetName() != "deadLetters/3" || string(l.GetData()) != "job" {
		t.Errorf("letter: %v, %v", l, err)
	}
}

func TestDeadLettersThatCannotBeRetried(t *testing.T) {
	t.Parallel()
	a := serve(t)
	refused := &catalog.Error{Code: catalog.Precondition, Reason: catalog.ReasonFileNotEnded, Message: "the file is still being read"}
	a.letters.fail = map[uint64]error{2: refused, 5: errors.New("nats: no responders at 10.0.0.7")}
	a.letters.left = 3
	m, err := a.ingest.RetryDeadLetters(a.ctx(), &fondsv1.RetryDeadLettersRequest{})
	if err != nil || m.GetRetried() != 5 || m.GetFailed() != 2 || m.GetReason() != "deadLetters/2: the file is still being read" || m.GetRemaining() != 3 {
		t.Errorf("retried: %v, %v", m, err)
	}
	// What is no caller's business stands in the log.
	m, err = a.ingest.RetryDeadLetters(a.ctx(), &fondsv1.RetryDeadLettersRequest{Names: []string{"deadLetters/5", "deadLetters/6"}})
	if err != nil || m.GetFailed() != 1 || strings.Contains(m.GetReason(), "10.0.0.7") || !strings.Contains(a.log.String(), "10.0.0.7") {
		t.Errorf("retried: %v, %v", m, err)
	}
	_, err = a.ingest.RetryDeadLetters(a.ctx(), &fondsv1.RetryDeadLettersRequest{Names: []string{"deadLetters/2"}})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonFileNotEnded, "")
}

// TestQueueIsAway asks a real bus whose server is gone.
func TestQueueIsAway(t *testing.T) {
	t.Parallel()
	nats, err := bus.Embed(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Connect(t.Context(), "", nats.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	nats.Close()
	a := serve(t, func(d *api.Deps) { d.Workers = b })
	_, err = a.ingest.ListWorkers(a.ctx(), &fondsv1.ListWorkersRequest{})
	wantStatus(t, err, codes.Unavailable, api.ReasonQueueUnavailable, "")
	_, err = a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{Files: []*fondsv1.NewFile{{Path: "a.png"}}})
	wantStatus(t, err, codes.Unavailable, api.ReasonQueueUnavailable, "")
	_, a.letters.err = b.DeadLetter(t.Context(), 1)
	_, err = a.ingest.RetryDeadLetters(a.ctx(), &fondsv1.RetryDeadLettersRequest{})
	wantStatus(t, err, codes.Unavailable, api.ReasonQueueUnavailable, "")
	_, err = a.ingest.GetDeadLetter(a.ctx(), &fondsv1.GetDeadLetterRequest{Name: "deadLetters/1"})
	wantStatus(t, err, codes.Unavailable, api.ReasonQueueUnavailable, "")
}
