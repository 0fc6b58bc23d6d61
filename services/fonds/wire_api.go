package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"google.golang.org/grpc"

	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/services/recipe"
	"github.com/fonds-archive/fonds/services/web"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/published"
	"github.com/fonds-archive/fonds/workers/extract/statement"
	"github.com/fonds-archive/fonds/workers/intake"
)

// stopTimeout is how long calls under way may go on when the server stops.
const stopTimeout = 5 * time.Second

func (n *node) startAPI(ctx context.Context, images api.Renderer, start starter) error {
	log := n.log.With("role", roleCatalog)
	gate := &auth.Gate{Accounts: n.accounts, Limiter: n.limiter, AllowLocal: !n.options.requireToken, Own: rand.Text()}
	options, err := api.ServerOptions(log, gate)
	if err != nil {
		return err
	}
	recipes, err := recipe.Open(n.options.recipes, n.options.recipe)
	if err != nil {
		return err
	}
	server := grpc.NewServer(options...)
	services, err := api.Register(server, api.Deps{
		Catalog: n.catalog, Blobs: n.blobs, Workers: n.bus,
		DeadLetters: intake.DeadLetters{Catalog: n.catalog, Bus: n.bus},
		Renderer:    images, KeyMaker: keys.Maker{Names: n.names}, Texts: published.Texts{Extractor: n.extractor}, Names: lateNames(n.names),
		Statements: statement.Checker{Names: n.names}, Rules: n.rules(), Recipes: recipes,
		Accounts: n.accounts, PublicURL: n.options.publicURL, Ledger: ledger.Log{Store: n.store, Keys: n.key.Verifiers()}, ImportRoots: n.options.importRoots, Done: ctx.Done(), Log: log,
	})
	if err != nil {
		return err
	}
	n.onForget(func(documents, _ []string) { services.Forget(documents) })
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.options.listen)
	if err != nil {
		return fmt.Errorf("listen for gRPC: %w: is another server running? Take another address with --listen", err)
	}
	if err := n.startWatch(listener.Addr().String(), gate.OwnHeader(), start); err != nil {
		return errors.Join(err, listener.Close())
	}
	n.grpcAddress = listener.Addr().String()
	n.startReprocess(recipes, start)
	start("gRPC", func(ctx context.Context) error {
		// It ends with the server's context, or when the server ends by itself.
		serving, ended := context.WithCancel(ctx)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			<-serving.Done()
			services.Drain()
			force := time.AfterFunc(stopTimeout, server.Stop)
			defer force.Stop()
			server.GracefulStop()
		}()
		err := server.Serve(listener)
		ended()
		<-stopped
		services.Wait()
		return err
	})
	n.log.Info("fonds is ready", "grpc", listener.Addr(), "nats", n.natsURL, "data", n.options.data)
	return n.remindOfOperator(ctx)
}

// remindOfOperator says what to do where nobody can be let in, nor let others in.
func (n *node) remindOfOperator(ctx context.Context) error {
	if !n.options.requireToken {
		return nil
	}
	users, err := n.accounts.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.DisabledAt.IsZero() && u.May(catalog.Operates) {
			return nil
		}
	}
	n.log.Warn("a token is required and nobody is an operator: stop the server and add one", "command", "fonds user add NAME --role operator --data "+n.options.data)
	return nil
}

// lateNames are those of the authority file, whose index takes a part of a second to
// make: the first that asks for one waits.
type lateNames func() *agents.Index

func (n lateNames) OtherNames(written string) []string { return n().OtherNames(written) }

// startHTTP serves what machines ask about the process. It starts last: /readyz
// answers once everything else does.
func (n *node) startHTTP(ctx context.Context, start starter) error {
	if n.options.http == "" {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", n.ready)
	if n.options.has(roleCatalog) {
		page, err := n.reviewPage()
		if err != nil {
			return err
		}
		mux.Handle("/", page)
	}
	return n.listenHTTP(ctx, "--http", n.options.http, mux, start)
}

// startProfiles serves profiles at an address of their own: what stands in them is not
// for who reads the review page, and a profile keeps a core busy.
func (n *node) startProfiles(ctx context.Context, start starter) error {
	if n.options.pprof == "" {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return n.listenHTTP(ctx, "--pprof", n.options.pprof, mux, start)
}

// listenHTTP serves a handler at the address that a flag has, until the server ends.
func (n *node) listenHTTP(ctx context.Context, flag, address string, handler http.Handler, start starter) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen for HTTP: %w: take another address with %s", err, flag)
	}
	server := web.Server(handler)
	start("HTTP", func(ctx context.Context) error {
		stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stopped()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return nil
}

func (n *node) ready(w http.ResponseWriter, _ *http.Request) {
	if !n.bus.Connected() {
		http.Error(w, "NATS cannot be reached", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintln(w, "ok")
}
