// Package web serves the review page: one embedded bundle of plain HTML, CSS and
// modules, a thin bridge that passes calls of an allow list on to the gRPC API with the
// browser's session, the pictures of pages whole and in tiles, and signing in by a link.
//
// It never decides who may do what, opens no store and keeps no state but a cache of
// tiles: each call is made over the connection it is given, so the rules of the API hold
// in the page unchanged. It never calls without a session: who has no cookie is not the
// local operator, but nobody.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"google.golang.org/grpc"
)

// Sessions lets people in. Its errors are gRPC statuses or errors of the catalog:
// UNAUTHENTICATED or NOT_FOUND for a link that is used up, unknown or too old,
// RESOURCE_EXHAUSTED for one who has tried too often.
type Sessions interface {
	// OpenLink uses a link up and returns the secret of a session. remote is the
	// caller's address without the port.
	OpenLink(ctx context.Context, secret, remote string) (session string, expires time.Time, err error)
	// EndSession makes a session void; one that is void already is no error.
	EndSession(ctx context.Context, session string) error
}

// Config is what the page needs.
type Config struct {
	// Conn reaches the API. The session goes along as "authorization: Session SECRET".
	Conn grpc.ClientConnInterface
	// Sessions lets people in.
	Sessions Sessions
	// Cache is a folder for tiles, emptied by New. Nobody else may use it.
	Cache string
	// CacheBytes bounds the tiles kept; 1 GiB when 0. What is in use may exceed it by
	// the page that came last.
	CacheBytes int64
	// MaxPixels bounds the pages that are cut into tiles; 300 million when 0, as
	// recognition has it.
	MaxPixels int64
	// PublicURL is where browsers reach the page when a proxy on this machine stands in
	// front, such as https://archive.example.org: no path, no port that goes without saying.
	// Where it is https cookies are marked for TLS only, its origin is taken for the page's
	// own, and failed attempts are counted by the last address in the proxy's
	// X-Forwarded-For. Empty where browsers come themselves.
	PublicURL string
	// Log takes what went wrong; secrets are never in it. Discarded when nil.
	Log *slog.Logger
}

const (
	// callTime bounds one call of the API.
	callTime = 30 * time.Second
	// pictureTime bounds a picture, the wait for its place included; the API gives up
	// after two minutes.
	pictureTime = 150 * time.Second
	// mostPictures are drawn at once: each holds a child of the engine for seconds.
	mostPictures = 4
	// mostBuilds are pages cut into tiles at once: each keeps a core busy and two bands
	// of 512 rows in memory, 55 MB for a page 20,000 pixels wide.
	mostBuilds = 2
)

// page serves everything.
type page struct {
	Config
	methods  map[string]method
	assets   map[string]asset
	tiles    *tileCache
	access   *accessMemo
	pictures chan struct{}
	decoding chan struct{} // places for large bodies being decoded
}

// New makes the handler of the page. Serve it by Server, or with its timeouts.
func New(c Config) (*Page, error) {
	if c.Conn == nil || c.Sessions == nil || c.Cache == "" {
		return nil, errors.New("web: a connection, sessions and a folder for tiles are needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = 1 << 30
	}
	if c.MaxPixels == 0 {
		c.MaxPixels = 300e6
	}
	methods, err := allowedMethods()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	assets, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	tiles, err := newTileCache(c.Cache, c.CacheBytes, c.MaxPixels)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	p := &page{
		Config: c, methods: methods, assets: assets, tiles: tiles,
		access: newAccessMemo(), pictures: make(chan struct{}, mostPictures),
		decoding: make(chan struct{}, mostDecoded),
	}
	handler, err := p.guard(p.routes())
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return &Page{Handler: handler, tiles: tiles, access: p.access}, nil
}

// Server gives a server for the handler with every wait bounded: 10 s for a header, a
// minute for a body, and for an answer as long as a picture may take.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: pictureTime + time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
}

func (p *page) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.shell("queue.html"))
	mux.HandleFunc("GET /review/documents/{document}/reviews/{review}", p.shell("workbench.html"))
	mux.HandleFunc("GET /documents/{document}", p.shell("document.html"))
	mux.HandleFunc("GET /assets/", p.asset)
	mux.HandleFunc("GET /login/{secret}", p.offerLogin)
	mux.HandleFunc("POST /login/{secret}", p.login)
	mux.HandleFunc("POST /logout", p.logout)
	mux.HandleFunc("POST /api/{service}/{method}", p.call)
	mux.HandleFunc("GET /pages/{scan}/{file}", p.picture)
	mux.HandleFunc("GET /pages/{scan}/{number}/info.json", p.pyramidInfo)
	mux.HandleFunc("GET /pages/{scan}/{number}/tiles/{level}/{x}/{file}", p.tile)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.writeError(w, problem{Status: http.StatusNotFound, Code: "NOT_FOUND", Reason: "NO_SUCH_PAGE", Message: "there is nothing at this address"})
	})
	return mux
}
