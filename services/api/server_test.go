package api_test

import (
	"context"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding/gzip"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/published"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	a := serve(t)
	for _, service := range []string{"", "fonds.v1.CatalogService", "fonds.v1.IngestService"} {
		m, err := healthv1.NewHealthClient(a.conn).Check(a.ctx(), &healthv1.HealthCheckRequest{Service: service})
		if err != nil || m.GetStatus() != healthv1.HealthCheckResponse_SERVING {
			t.Errorf("%q: %v, %v", service, m, err)
		}
	}
	a.services.Drain()
	m, err := healthv1.NewHealthClient(a.conn).Check(a.ctx(), &healthv1.HealthCheckRequest{})
	if err != nil || m.GetStatus() != healthv1.HealthCheckResponse_NOT_SERVING {
		t.Errorf("while draining: %v, %v", m, err)
	}
}

func TestReflection(t *testing.T) {
	t.Parallel()
	a := serve(t)
	stream, err := reflectionv1.NewServerReflectionClient(a.conn).ServerReflectionInfo(a.ctx())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&reflectionv1.ServerReflectionRequest{
		MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{},
	}); err != nil {
		t.Fatal(err)
	}
	m, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range m.GetListServicesResponse().GetService() {
		names = append(names, s.GetName())
	}
	for _, want := range []string{"fonds.v1.CatalogService", "fonds.v1.IngestService", "grpc.health.v1.Health"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among %v", want, names)
		}
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"})
	m, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName()}, grpc.UseCompressor(gzip.Name))
	if err != nil || !proto.Equal(m, d) {
		t.Errorf("compressed: %v, %v", m, err)
	}
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t)
	good := api.Deps{Catalog: a.catalog, Blobs: a.blobs, Workers: a.workers, DeadLetters: a.letters, Renderer: a.images, KeyMaker: keys.Maker{}, Texts: published.Texts{}, Names: agents.BuiltInIndex()}
	good.Statements, good.Rules = statement.Checker{}, a.rules()
	lacking, outside := good, good
	lacking.Renderer = nil
	outside.ImportRoots = []string{"/nowhere/at/all"}
	for name, d := range map[string]api.Deps{"dependency missing": lacking, "import root missing": outside} {
		if _, err := api.Register(grpc.NewServer(), d); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestKeptHeads runs deletions against lookups: once a call that changes a
// document has been answered, no lookup may answer from before.
func TestKeptHeads(t *testing.T) {
	t.Parallel()
	a := serveOver(t, keepHeads)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"})
	ctx, cancel := context.WithCancel(a.ctx())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			_, _ = a.docs.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: d.GetName()})
		}
	}()
	for range 20 {
		deleted, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: d.GetName()})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName()}); err != nil || !proto.Equal(got, deleted) {
			t.Fatalf("after deletion: %v, %v; want %v", got, err, deleted)
		}
		back, err := a.docs.UndeleteDocument(a.ctx(), &fondsv1.UndeleteDocumentRequest{Name: d.GetName()})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName()}); err != nil || !proto.Equal(got, back) {
			t.Fatalf("after its return: %v, %v; want %v", got, err, back)
		}
	}
	cancel()
	<-ended
}
