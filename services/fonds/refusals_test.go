package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestMissingModelIsNamedWithItsPackage(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start()
	in := fakePages(t, "plain", 1)
	has(t, "ingest --lang xyz", s.ends(exitRefused, "ingest", in, "--lang", "eng+xyz"), "MODEL_MISSING", "tesseract-ocr-xyz")
	if out := s.want("batch", "list"); batchIn.MatchString(out) {
		t.Errorf("a batch was made all the same:\n%s", out)
	}
	has(t, "ingest --lang rus", s.want("ingest", in, "--lang", "rus", "--wait"), "1 text")
	s.stop(server)
}

func TestNoWorkerIsSaid(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start("--roles", "catalog,intake,relay")
	in := fakePages(t, "plain", 1)
	has(t, "ingest without a worker", s.ends(exitUnreachable, "ingest", in), "no worker is live", "fonds serve --roles ocr")
	if out := s.want("batch", "list"); batchIn.MatchString(out) {
		t.Errorf("a batch was made all the same:\n%s", out)
	}
	s.startWorker()
	has(t, "ingest with a worker that has just started", s.want("ingest", in, "--wait"), "1 text")
	s.stop(server)
}

func TestServeRefusesAddressesOfOtherMachines(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	for _, flag := range []string{"--listen", "--http", "--nats-listen"} {
		for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:7443", "example.org:7443"} {
			out := s.ends(exitUsage, "serve", "--data", s.data, flag, address)
			has(t, flag+" "+address, out, "--insecure", "loopback")
		}
	}
	has(t, `--listen ""`, s.ends(exitUsage, "serve", "--data", s.data, "--listen", ""), "--listen")
	if _, err := os.Stat(s.data); err == nil {
		t.Error("a refused server made its data folder")
	}
	_, port, err := net.SplitHostPort(s.grpc)
	if err != nil {
		t.Fatal(err)
	}
	server := s.start("--listen", "0.0.0.0:"+port, "--insecure")
	has(t, "without a token", s.ends(exitRefused, "batch", "list"), "UNAUTHENTICATED", "FONDS_TOKEN")
	s.stop(server)
	server = s.start("--listen", "0.0.0.0:"+port, "--insecure", "--require-token=false")
	s.want("batch", "list")
	s.stop(server)
}

func TestSecondServerOnAFolderIsRefused(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start()
	ports := freePorts(t, 3)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, code := s.fonds(ctx, "serve", "--data", s.data, "--engine", s.engine, "--listen", ports[0], "--http", ports[1], "--nats-listen", ports[2])
	if code != exitData {
		t.Errorf("the second server ended with %d", code)
	}
	has(t, "the second server", out, "another process owns the data folder", "--data")
	out, code = s.fonds(ctx, "serve", "--data", filepath.Join(t.TempDir(), "other"), "--engine", s.engine, "--listen", s.grpc, "--http", ports[1], "--nats-listen", ports[2])
	if code != exitData {
		t.Errorf("a server on a taken address ended with %d", code)
	}
	has(t, "a server on a taken address", out, "--listen")
	has(t, "the first server", s.want("ingest", fakePages(t, "plain", 1), "--wait"), "1 text")
	s.stop(server)
}

func TestRegisterScanReadsBelowItsRootOnly(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	root, elsewhere := t.TempDir(), t.TempDir()
	content := fakePage("a registered page")
	for _, path := range []string{filepath.Join(root, "in.pgm"), filepath.Join(elsewhere, "out.pgm")} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"leads-out.pgm": filepath.Join(elsewhere, "out.pgm"), "leads-in.pgm": filepath.Join(root, "in.pgm")} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	server := s.start("--import-root", root)
	c := s.dial()
	s.worker(c)
	batch, err := c.ingest.CreateBatch(t.Context(), &fondsv1.CreateBatchRequest{Files: []*fondsv1.NewFile{
		{Path: "in.pgm", Size: uint64(len(content))}, {Path: "leads-in.pgm", Size: uint64(len(content))},
	}})
	if err != nil {
		t.Fatal(err)
	}
	register := func(path, serverPath string) error {
		_, err := c.ingest.RegisterScan(t.Context(), &fondsv1.RegisterScanRequest{Batch: batch.GetName(), Path: path, ServerPath: serverPath})
		return err
	}
	for _, path := range []string{
		filepath.Join(elsewhere, "out.pgm"), filepath.Join(root, "leads-out.pgm"), filepath.Join(root, "..", filepath.Base(elsewhere), "out.pgm"),
		filepath.Join(s.data, "nats.secret"), "/etc/passwd", filepath.Join(elsewhere, "not-there"),
	} {
		if err := register("in.pgm", path); status.Code(err) != codes.PermissionDenied || reasonCode(err) != "OUTSIDE_IMPORT_ROOT" {
			t.Errorf("registering %s: %v", path, err)
		}
	}
	for path, code := range map[string]codes.Code{"in.pgm": codes.InvalidArgument, root: codes.InvalidArgument, filepath.Join(root, "gone.pgm"): codes.NotFound} {
		if err := register("in.pgm", path); status.Code(err) != code {
			t.Errorf("registering %s: %v, want %s", path, err, code)
		}
	}
	for _, name := range []string{"in.pgm", "leads-in.pgm"} {
		if err := register(name, filepath.Join(root, name)); err != nil {
			t.Errorf("registering %s: %v", name, err)
		}
	}
	if b := s.awaitState(c, batch.GetName(), fondsv1.BatchState_BATCH_STATE_DONE); b.GetCounts().GetText() != 2 {
		t.Errorf("the batch ended as %v", b)
	}
	s.stop(server)
}

// TestReflectionAndHealth asks as grpcurl and a health probe do.
func TestReflectionAndHealth(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start()
	conn := s.dial().conn
	stream, err := reflection.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(r *reflection.ServerReflectionRequest) *reflection.ServerReflectionResponse {
		t.Helper()
		if err := stream.Send(r); err != nil {
			t.Fatal(err)
		}
		answer, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	var services []string
	list := &reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_ListServices{}}
	for _, service := range ask(list).GetListServicesResponse().GetService() {
		services = append(services, service.GetName())
	}
	for _, want := range []string{"fonds.v1.CatalogService", "fonds.v1.IngestService", "grpc.health.v1.Health"} {
		if !slices.Contains(services, want) {
			t.Errorf("reflection lists %v, not %s", services, want)
			continue
		}
		symbol := &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: want}
		files := ask(&reflection.ServerReflectionRequest{MessageRequest: symbol}).GetFileDescriptorResponse().GetFileDescriptorProto()
		var file descriptorpb.FileDescriptorProto
		if len(files) == 0 || proto.Unmarshal(files[0], &file) != nil || len(file.GetService()) == 0 {
			t.Errorf("reflection does not describe %s", want)
		}
		answer, err := grpc_health_v1.NewHealthClient(conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: want})
		if want != "grpc.health.v1.Health" && (err != nil || answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING) {
			t.Errorf("health of %s: %v, %v", want, answer, err)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Error(err)
	}
	s.stop(server)
}
