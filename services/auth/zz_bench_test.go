package auth

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

func BenchmarkGate(b *testing.B) {
	o := open(b)
	_, secrets := o.add("Anna", catalog.Reads)
	gate := &Gate{Accounts: o.Accounts, Limiter: NewLimiter(o.clock.now), AllowLocal: true}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(gate.Unary))
	fondsv1.RegisterCatalogServiceServer(server, &archive{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go server.Serve(l)
	defer server.Stop()
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	client := fondsv1.NewCatalogServiceClient(conn)
	for name, ctx := range map[string]context.Context{
		"local": b.Context(),
		"token": metadata.NewOutgoingContext(b.Context(), metadata.MD{header: {"Bearer " + secrets.Token}}),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := client.GetDocument(ctx, &fondsv1.GetDocumentRequest{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
