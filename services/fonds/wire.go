package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/intake"
	"github.com/fonds-archive/fonds/workers/relay"
)

func newLog(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// node is one server process: what its roles share, opened in this order and
// closed in the reverse.
type node struct {
	options serveOptions
	log     *slog.Logger
	blobs   *blob.Store
	// store, catalog and accounts are nil unless the process owns the database.
	store    catalog.Store
	catalog  *catalog.Catalog
	accounts *auth.Accounts
	limiter  *auth.Limiter
	key      *ledger.Key
	// grpcAddress is where the API listens, once it does.
	grpcAddress string
	bus         *bus.Bus
	queue       *bus.JobQueue
	natsURL     string
	// names indexes the authority file: built when it is first asked for, and shared.
	names   func() *agents.Index
	closers []func()

	// mu guards forgetters, the caches that a purge empties.
	mu         sync.Mutex
	forgetters []func(documents, scans []string)
}

func (n *node) onClose(f func()) { n.closers = append(n.closers, f) }

func (n *node) close() {
	for _, v := range slices.Backward(n.closers) {
		v()
	}
}

// serve opens a node, runs its roles until ctx ends or one of them fails, and
// closes it after all have ended.
func serve(ctx context.Context, o serveOptions, log *slog.Logger) error {
	names, err := openNames(o.agents)
	if err != nil {
		return err
	}
	n := &node{options: o, log: log, names: names}
	defer n.close()
	if err := n.open(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	start := func(role string, run func(context.Context) error) {
		running.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", role, err))
			}
		})
	}
	if err := n.startRoles(ctx, start); err != nil {
		cancel(err)
	}
	<-ctx.Done()
	log.Info("stopping: what is under way is handed back")
	running.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

func (n *node) open(ctx context.Context) error {
	if err := os.MkdirAll(n.options.data, 0o750); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	var err error
	if n.blobs, err = blob.Open(filepath.Join(n.options.data, blobsFolder)); err != nil {
		return err
	}
	if n.options.owns() {
		if err := n.openCatalog(ctx); err != nil {
			return err
		}
	}
	return n.openBus(ctx)
}

func (n *node) openCatalog(ctx context.Context) error {
	unlock, err := lockFolder(n.options.data)
	if err != nil {
		return err
	}
	n.onClose(unlock)
	store, err := sqlite.Open(ctx, filepath.Join(n.options.data, databaseFile))
	if err != nil {
		return err
	}
	n.onClose(func() {
		if err := store.Close(); err != nil {
			n.log.Error("close database", "error", err)
		}
	})
	if _, err := n.blobs.CleanTemp(ctx, unfinishedAge); err != nil {
		n.log.Warn("remove unfinished uploads of before", "error", err)
	}
	limits := catalog.DefaultLimits()
	limits.ClientTimeout, limits.UndeleteWithin = n.options.clientTimeout, n.options.undeleteWithin
	n.store, n.catalog = store, newCatalog(store, limits)
	n.accounts, n.limiter = auth.New(store, present, newID, nil), auth.NewLimiter(present)
	n.key, err = ledger.OpenKey(n.options.data)
	return err
}

// What lies in a data folder.
const (
	databaseFile = "fonds.db"
	blobsFolder  = "blobs"
)

// unfinishedAge is when an upload that has not ended never will: a server that
// was killed has left it.
const unfinishedAge = 24 * time.Hour

func newCatalog(store catalog.Store, limits catalog.Limits) *catalog.Catalog {
	return catalog.New(store, present, newID, limits)
}

func present() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// openBus starts the embedded NATS server unless another one is named, and connects.
func (n *node) openBus(ctx context.Context) error {
	url, options := n.options.nats, bus.SecretOptions(n.options.data)
	if url == "" {
		if !n.options.owns() {
			return usagef("the roles %v need --nats: the URL of the server that the others use", n.options.roles)
		}
		embedded, err := bus.Embed(n.options.data, n.options.natsListen)
		if err != nil {
			return err
		}
		n.onClose(embedded.Close)
		if n.options.natsListen != "" {
			n.natsURL = embedded.URL()
		}
		options = embedded.Options()
	}
	options = append(options, nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
		if err != nil {
			n.log.Warn("NATS went away: connecting again", "error", err)
		}
	}))
	connecting, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	b, err := bus.Connect(connecting, url, options...)
	if err != nil {
		return err
	}
	n.onClose(b.Close)
	n.bus, n.queue = b, b.JobQueue(n.options.ackWait)
	return nil
}

// connectTime outlasts a server that is restarted and reads its streams again, with
// a few tries that are lost on the way.
const connectTime = time.Minute

// starter runs a role beside the others until its context ends.
type starter func(role string, run func(context.Context) error)

func (n *node) startRoles(ctx context.Context, start starter) error {
	o := n.options
	if o.has(roleIntake) {
		config := intake.Config{
			Catalog: n.catalog, Bus: n.bus, Queue: n.queue, Blobs: blobs{n.blobs},
			Log: n.log.With("role", roleIntake), AckWait: o.ackWait, RetryDelay: o.retryDelay, Reconcile: o.reconcile,
		}
		start(roleIntake, func(ctx context.Context) error { return intake.Run(ctx, config) })
	}
	if o.has(roleCatalog) {
		start("ledger", n.runLedger)
		start("reviews", n.makeReviews)
		start("collections", n.moveReviews)
		n.startPurge(start)
	}
	if o.has(roleRelay) {
		config := relay.Config{
			Catalog: n.catalog, Bus: n.bus, Queue: n.queue, Window: leastWindow, Widen: (&liveWindow{live: n.bus.Live}).ask,
			Log: n.log.With("role", roleRelay),
		}
		start(roleRelay, func(ctx context.Context) error { relay.Run(ctx, config); return nil })
	}
	pool, err := n.openEngine()
	if err != nil {
		return err
	}
	if o.has(roleExtract) {
		n.startExtract(start)
	}
	if o.has(roleOCR) {
		if err := n.startOCR(pool, start); err != nil {
			return err
		}
	}
	if o.has(roleCatalog) {
		scratch, err := n.scratch("images")
		if err != nil {
			return err
		}
		if err := n.startAPI(ctx, newImages(pool, scratch, n.children()), start); err != nil {
			return err
		}
	}
	if err := n.startProfiles(ctx, start); err != nil {
		return err
	}
	return n.startHTTP(ctx, start)
}

// runLedger gives acts their places in the log and signs checkpoints.
func (n *node) runLedger(ctx context.Context) error {
	return ledger.Run(ctx, ledger.Config{
		Store: n.store, Key: n.key, Log: n.log.With("role", "ledger"),
		Published: func(ctx context.Context, c catalog.Checkpoint) error {
			m, err := ledger.CheckpointMessage(c, n.key.Verifiers())
			if err != nil {
				return err
			}
			return n.bus.PublishCheckpoint(ctx, m)
		},
	})
}
