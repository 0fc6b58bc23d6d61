package main

import (
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	// defaultServer is where `fonds serve` listens unless told otherwise.
	defaultServer = "127.0.0.1:7443"
	serverEnv     = "FONDS_SERVER"

	// maxAnswer bounds one answer: the text of a document of 10,000 dense pages
	// of 5 KB is 50 MB.
	maxAnswer = 128 << 20
	// callTime bounds one unary call, CreateBatch of thousands of files included.
	callTime = 2 * time.Minute
)

// client holds the connection to one server.
type client struct {
	address   string
	catalog   fondsv1.CatalogServiceClient
	ingest    fondsv1.IngestServiceClient
	reviews   fondsv1.ReviewServiceClient
	accounts  fondsv1.AccountServiceClient
	ledger    fondsv1.LedgerServiceClient
	purges    fondsv1.PurgeServiceClient
	recipes   fondsv1.RecipeServiceClient
	reprocess fondsv1.ReprocessServiceClient
	conn      *grpc.ClientConn
	// named tells that calls go out with a token.
	named bool
}

func (c *client) close() { _ = c.conn.Close() }

// addServerFlag gives a command the flags that say which server it speaks to, and as whom.
func addServerFlag(cmd *cobra.Command) {
	cmd.Flags().String("server", "", "address of the server (default $"+serverEnv+", else "+defaultServer+")")
	addTokenFlags(cmd)
}

// serverAddress tells which server a command speaks to.
func serverAddress(cmd *cobra.Command) string {
	if cmd != nil {
		if f := cmd.Flags().Lookup("server"); f != nil && f.Value.String() != "" {
			return f.Value.String()
		}
	}
	if env := os.Getenv(serverEnv); env != "" {
		return env
	}
	return defaultServer
}

// dial prepares the connection that a command's flags ask for. Nothing is sent
// yet: whether a server answers shows at the first call.
func dial(cmd *cobra.Command) (*client, error) {
	address := serverAddress(cmd)
	token, err := tokenOf(cmd)
	switch {
	case err != nil:
		return nil, err
	case token == "":
		return dialAddress(address)
	}
	if err := mayHaveToken(cmd, address); err != nil {
		return nil, err
	}
	c, err := dialAddress(address, grpc.WithPerRPCCredentials(bearer(token)))
	if err != nil {
		return nil, err
	}
	c.named = true
	return c, nil
}

func dialAddress(address string, more ...grpc.DialOption) (*client, error) {
	if scheme, _, found := strings.Cut(address, "://"); found && scheme != "unix" && scheme != "dns" {
		return nil, usagef("server address %q: write HOST:PORT, such as %s", address, defaultServer)
	}
	conn, err := grpc.NewClient(address, append(more,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUserAgent("fonds-cli/"+version()),
		// A server that restarts is found again within two seconds.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		}),
		// A host that is gone without a word is found within 45 seconds.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 15 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer)),
	)...)
	if err != nil {
		return nil, usagef("server address %q: %v", address, err)
	}
	return &client{
		address: address, conn: conn,
		catalog: fondsv1.NewCatalogServiceClient(conn),
		ingest:  fondsv1.NewIngestServiceClient(conn),
		reviews: fondsv1.NewReviewServiceClient(conn), accounts: fondsv1.NewAccountServiceClient(conn),
		reprocess: fondsv1.NewReprocessServiceClient(conn),
		recipes:   fondsv1.NewRecipeServiceClient(conn), ledger: fondsv1.NewLedgerServiceClient(conn), purges: fondsv1.NewPurgeServiceClient(conn),
	}, nil
}

// call makes one call and bounds it.
func call[Q, A any](ctx context.Context, method func(context.Context, Q, ...grpc.CallOption) (A, error), request Q) (A, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return method(ctx, request, zipped())
}

// zipped asks for compressed transfer: text shrinks to a third, scans do not shrink.
func zipped() grpc.CallOption { return grpc.UseCompressor(gzip.Name) }

// longestLoss bounds how long a lost server is waited for: a restart with a
// large archive takes seconds, an update of its package a minute.
const longestLoss = 2 * time.Minute

// patience waits for a server that has gone away, with growing pauses.
type patience struct {
	// lost is told of each failure that is waited for; it may be nil.
	lost  func(error)
	since time.Time
	delay time.Duration
}

// reset is called when the server has answered.
func (p *patience) reset() { p.since, p.delay = time.Time{}, 0 }

// wait pauses after a failed call, or returns the error that ends the trying:
// one that waiting does not mend, or any after longestLoss.
func (p *patience) wait(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !transient(err) {
		return err
	}
	if p.since.IsZero() {
		p.since, p.delay = time.Now(), 100*time.Millisecond
	}
	if time.Since(p.since) > longestLoss {
		return err
	}
	if p.lost != nil {
		p.lost(err)
	}
	pauseFor := p.delay + rand.N(p.delay/2)
	p.delay = min(2*p.delay, 5*time.Second)
	return pause(ctx, pauseFor)
}

// persist runs call until it succeeds or patience ends.
func persist(ctx context.Context, lost func(error), call func(context.Context) error) error {
	p := patience{lost: lost}
	for {
		err := call(ctx)
		if err == nil {
			return nil
		}
		if err := p.wait(ctx, err); err != nil {
			return err
		}
	}
}

// pause waits, or returns the context's error when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// transient tells whether the same call may succeed a little later.
func transient(err error) bool {
	return status.Code(err) == codes.Unavailable
}
