package main

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/watch"
)

const (
	// watchSettle is how long a file of the hot folder must stand still: scanners
	// and copies over a network pause for a second now and then.
	watchSettle = 2 * time.Second
	// watchRest is the first pause after the server did not take a file.
	watchRest = 5 * time.Second
)

// startWatch watches the hot folder, if there is one, as a client of the server
// at an address. own is the "authorization" by which the server knows this process.
func (n *node) startWatch(address, own string, start starter) error {
	if n.options.watch == "" {
		return nil
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithPerRPCCredentials(authorization(own)))
	if err != nil {
		return fmt.Errorf("reach the own server: %w", err)
	}
	n.onClose(func() { _ = conn.Close() })
	config := watch.Config{
		Folder: n.options.watch, Collection: "collections/" + n.options.watchTo, Language: n.options.watchLang,
		Ingest: fondsv1.NewIngestServiceClient(conn), Settle: watchSettle, Rest: watchRest,
		Log: n.log.With("role", "watch"),
	}
	start("watch", func(ctx context.Context) error { return watch.Run(ctx, config) })
	n.log.Info("watching the hot folder", "folder", n.options.watch, "collection", config.Collection, "language", config.Language)
	return nil
}
