// Package api serves the contract over gRPC: each handler translates a request,
// calls one verb of the catalog, and translates the answer. Errors become
// statuses in one place (errors.go), and what holds for every call stands in one
// chain of interceptors (guard.go).
//
// It never touches a database, holds no rule of the domain, and tells a caller
// nothing of an internal fault but the ID under which the log has it.
//
// Documents and texts of a revision never change, so they are encoded once and
// kept (cache.go). Such an answer carries its encoded fields as unknown fields of
// the message: on the wire nothing differs, but code in this process that reads
// answers of GetDocument or GetText without going over the wire sees only the
// fields that are set anew for each call.
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/recipe"
)

// Workers tells which workers live.
type Workers interface {
	Live(ctx context.Context) ([]*fondsv1.Worker, error)
}

// DeadLetters keeps messages that were given up.
type DeadLetters interface {
	// List returns letters above a stream sequence, oldest first, without data.
	List(ctx context.Context, after uint64, limit int) ([]*fondsv1.DeadLetter, error)
	// Get returns one letter with its data.
	Get(ctx context.Context, sequence uint64) (*fondsv1.DeadLetter, error)
	// Retry sends letters again, all when sequences is empty, and tells tried of
	// each. left is how many it did not come to in the time that it takes.
	Retry(ctx context.Context, sequences []uint64, tried func(name string, err error)) (left int, err error)
}

// Renderer makes pictures of pages.
type Renderer interface {
	// Render writes page N of the scan at a path as PNG, its longest side at most
	// maxSide pixels (0: as it is), and upright by EXIF when asked. The file at
	// pngPath is there until release is called.
	Render(ctx context.Context, scanPath string, page int, maxSide uint32, upright bool) (pngPath string, width, height uint32, release func(), err error)
}

// Limits are the numbers that bound what one caller can use up. Zero means the default.
type Limits struct {
	// MaxScan is the largest scan taken, in bytes: 2 GiB.
	MaxScan int64
	// UploadIdle is how long an upload may stand still: a minute.
	UploadIdle time.Duration
	// CacheBytes bounds the encoded revisions that are kept: 64 MiB, some 20,000 pages.
	CacheBytes int
}

func (l Limits) orDefaults() Limits {
	if l.MaxScan == 0 {
		l.MaxScan = blob.DefaultMaxSize
	}
	if l.UploadIdle == 0 {
		l.UploadIdle = time.Minute
	}
	if l.CacheBytes == 0 {
		l.CacheBytes = 64 << 20
	}
	return l
}

// Deps is what the services need.
type Deps struct {
	Catalog     *catalog.Catalog
	Blobs       *blob.Store
	Workers     Workers
	DeadLetters DeadLetters
	Renderer    Renderer
	KeyMaker    KeyMaker
	Texts       Texts
	Names       Names
	Statements  Statements
	Rules       Rules
	// Recipes are those that batches may name; the shipped ones where nil.
	Recipes *recipe.Book
	// Accounts are those of who is let in; nil where nobody is asked.
	Accounts *auth.Accounts
	// PublicURL is where browsers reach the review page, without a slash at the end; empty
	// where that is not known. Links are whole where it is.
	PublicURL string
	// Ledger is the log of what people did; nil where none is kept.
	Ledger Ledger
	// ImportRoots are folders below which RegisterScan may read.
	ImportRoots []string
	Limits      Limits
	// Done is closed when the server is about to stop: streams then end with
	// UNAVAILABLE. Nil means never.
	Done <-chan struct{}
	Log  *slog.Logger
}

// Services are the services of one server.
type Services struct {
	health  *health.Server
	uploads sync.WaitGroup
	roots   []importRoot
	cache   *cache
}

// Register adds CatalogService, IngestService, ReviewService, PurgeService, RecipeService,
// AccountService and LedgerService where there are accounts and a log, health and
// reflection to a server that was made with ServerOptions. It fails when an import root is not a
// folder.
func Register(s *grpc.Server, d Deps) (*Services, error) {
	if slices.Contains([]any{d.Catalog, d.Blobs, d.Workers, d.DeadLetters, d.Renderer, d.KeyMaker, d.Texts, d.Names, d.Statements, d.Rules}, nil) {
		return nil, errors.New("register services: a dependency is missing")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Recipes == nil {
		d.Recipes = recipe.Shipped()
	}
	d.Limits = d.Limits.orDefaults()
	roots, err := openRoots(d.ImportRoots)
	if err != nil {
		return nil, fmt.Errorf("register services: %w", err)
	}
	services := &Services{health: health.NewServer(), roots: roots, cache: newCache(d.Limits.CacheBytes)}
	fondsv1.RegisterCatalogServiceServer(s, &catalogServer{Deps: d, cache: services.cache})
	fondsv1.RegisterIngestServiceServer(s, &ingestServer{Deps: d, roots: roots, uploads: &services.uploads, importing: semaphore.NewWeighted(maxImporting)})
	fondsv1.RegisterReviewServiceServer(s, &reviewServer{Deps: d})
	fondsv1.RegisterPurgeServiceServer(s, &purgeServer{Deps: d})
	fondsv1.RegisterReprocessServiceServer(s, &reprocessServer{Deps: d})
	fondsv1.RegisterRecipeServiceServer(s, &recipeServer{Deps: d})
	if d.Accounts != nil {
		fondsv1.RegisterAccountServiceServer(s, &accountServer{Accounts: d.Accounts, PublicURL: d.PublicURL})
	}
	if d.Ledger != nil {
		fondsv1.RegisterLedgerServiceServer(s, &ledgerServer{ledger: d.Ledger})
	}
	healthv1.RegisterHealthServer(s, services.health)
	for name := range s.GetServiceInfo() {
		services.health.SetServingStatus(name, healthv1.HealthCheckResponse_SERVING)
	}
	reflection.Register(s)
	return services, nil
}

// Drain makes the health service answer NOT_SERVING, so that no new callers
// come. Call it before the server stops.
func (s *Services) Drain() { s.health.Shutdown() }

// Wait returns when all that handlers have started has ended, and lets go of the
// import roots. Call it after the server has stopped, and before the store is closed.
func (s *Services) Wait() {
	s.uploads.Wait()
	for _, r := range s.roots {
		_ = r.root.Close() // was only read
	}
}

type catalogServer struct {
	fondsv1.UnimplementedCatalogServiceServer
	Deps
	cache *cache
}

type ingestServer struct {
	fondsv1.UnimplementedIngestServiceServer
	Deps
	roots   []importRoot
	uploads *sync.WaitGroup
	// importing bounds the bytes of the texts in hand.
	importing *semaphore.Weighted
}
