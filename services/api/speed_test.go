package api_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
)

// empty answers with the same bytes each time: what gRPC itself costs.
type empty struct {
	fondsv1.UnimplementedCatalogServiceServer
	document *fondsv1.Document
	text     *fondsv1.GetTextResponse
}

func (e *empty) GetDocument(context.Context, *fondsv1.GetDocumentRequest) (*fondsv1.Document, error) {
	return e.document, nil
}

func (e *empty) GetText(context.Context, *fondsv1.GetTextRequest) (*fondsv1.GetTextResponse, error) {
	return e.text, nil
}

// loopback serves over TCP, as callers of a real server see it.
func loopback(b *testing.B, server *grpc.Server) fondsv1.CatalogServiceClient {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = server.Serve(listener); close(ended) }()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(); server.Stop(); <-ended })
	return fondsv1.NewCatalogServiceClient(conn)
}

// encodedAs returns a message that carries another's encoding as it is.
func encodedAs[M proto.Message](b *testing.B, from proto.Message, to M) M {
	b.Helper()
	encoded, err := proto.Marshal(from)
	if err != nil {
		b.Fatal(err)
	}
	to.ProtoReflect().SetUnknown(encoded)
	return to
}

// rate makes calls from eight goroutines for a while and returns how many a second.
func rate(b *testing.B, call func(ctx context.Context) error) float64 {
	b.Helper()
	const callers, round = 8, 250 * time.Millisecond
	var made atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range callers {
		wg.Go(func() {
			for time.Since(start) < round {
				if err := call(b.Context()); err != nil {
					b.Error(err)
					return
				}
				made.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(made.Load()) / time.Since(start).Seconds()
}

// BenchmarkLookups prints calls a second against the empty handler, measured in
// turns within one run: when the revision was read before, with heads from the
// store's memory and from its file, and when it is read for the first time (a
// cache of one byte keeps nothing).
func BenchmarkLookups(b *testing.B) {
	kept := serveOver(b, keepHeads)
	known := serve(b)
	fresh := serve(b, func(d *api.Deps) { d.Limits.CacheBytes = 1 })
	line := strings.Fields(strings.Repeat("SECRET telegram ", 15))
	var lines [][]string
	for range 12 {
		lines = append(lines, line) // 12 lines of 240 bytes: a page of 3 KB
	}
	for name, a := range map[string]*archive{"read before, head kept": kept, "read before": known, "first read": fresh} {
		d := a.telegram("a/4117.png", []byte("scan 4117"), lines...)
		text, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: d.GetName()})
		if err != nil {
			b.Fatal(err)
		}
		plain := grpc.NewServer()
		fondsv1.RegisterCatalogServiceServer(plain, &empty{
			document: encodedAs(b, d, &fondsv1.Document{}), text: encodedAs(b, text, &fondsv1.GetTextResponse{}),
		})
		base := loopback(b, plain)
		ours := loopback(b, a.server)
		for method, call := range map[string]func(c fondsv1.CatalogServiceClient) func(context.Context) error{
			"GetDocument": func(c fondsv1.CatalogServiceClient) func(context.Context) error {
				return func(ctx context.Context) error {
					_, err := c.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: d.GetName()})
					return err
				}
			},
			"GetText": func(c fondsv1.CatalogServiceClient) func(context.Context) error {
				return func(ctx context.Context) error {
					_, err := c.GetText(ctx, &fondsv1.GetTextRequest{Name: d.GetName()})
					return err
				}
			},
		} {
			b.Run(fmt.Sprintf("%s/%s", method, name), func(b *testing.B) {
				var without, with float64
				for b.Loop() {
					without += rate(b, call(base))
					with += rate(b, call(ours))
				}
				b.ReportMetric(with/without, "ratio")
				b.ReportMetric(with/float64(b.N), "calls/s")
				b.ReportMetric(without/float64(b.N), "empty-calls/s")
			})
		}
	}
}
