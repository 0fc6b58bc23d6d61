package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// desk is a server in this process, with its store on the disk and its log of acts, and
// the pages that wait in it.
type desk struct {
	catalog  *catalog.Catalog
	accounts *auth.Accounts
	store    *sqlite.Store
	address  string
	pages    []page
	// stop ends what runs; stops are undone in reverse.
	stops []func() error
}

// page is one that people correct: its document has nothing else.
type page struct {
	document, review string
	scan             catalog.Digest
}

// unused are what a server has that does nothing for review.
type unused struct {
	api.Workers
	api.DeadLetters
	api.Renderer
	api.KeyMaker
	api.Statements
	api.Rules
}

type (
	unusedTexts struct{ api.Texts }
	unusedNames struct{ api.Names }
)

// openDesk starts the server and fills it.
func openDesk(ctx context.Context, folder string, s settings) (d *desk, err error) {
	d = &desk{}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if err := os.Mkdir(folder, 0o700); err != nil {
		return d, fmt.Errorf("make the data folder: %w", err)
	}
	if d.store, err = sqlite.Open(ctx, filepath.Join(folder, "fonds.db")); err != nil {
		return d, err
	}
	d.stops = append(d.stops, d.store.Close)
	began := time.Now()
	fast := func() time.Time {
		return began.Add(time.Duration(s.speed * float64(time.Since(began)))).UTC().Truncate(time.Microsecond)
	}
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	d.catalog = catalog.New(d.store, fast, newID, catalog.DefaultLimits())
	// Who may come in is asked by the true clock: what was found out holds for a while.
	d.accounts = auth.New(d.store, present, newID, nil)
	if d.pages, err = fill(ctx, d.catalog, s.pages); err != nil {
		return d, err
	}
	if err := d.sequence(ctx, folder); err != nil {
		return d, err
	}
	return d, d.serve(folder)
}

func present() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// sequence numbers acts as a server does: it takes the writer once a second.
func (d *desk) sequence(ctx context.Context, folder string) error {
	key, err := ledger.OpenKey(folder)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- ledger.Run(ctx, ledger.Config{Store: d.store, Key: key, Log: slog.New(slog.DiscardHandler)})
	}()
	d.stops = append(d.stops, func() error {
		end()
		return <-ended
	})
	return nil
}

func (d *desk) serve(folder string) error {
	blobs, err := blob.Open(filepath.Join(folder, "blobs"))
	if err != nil {
		return err
	}
	options, err := api.ServerOptions(nil, &auth.Gate{Accounts: d.accounts, Limiter: auth.NewLimiter(present)})
	if err != nil {
		return err
	}
	server := grpc.NewServer(options...)
	none := unused{}
	services, err := api.Register(server, api.Deps{
		Catalog: d.catalog, Blobs: blobs, Accounts: d.accounts,
		Workers: none, DeadLetters: none, Renderer: none, KeyMaker: none, Statements: none, Rules: none,
		Texts: unusedTexts{}, Names: unusedNames{},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	d.address = listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	d.stops = append(d.stops, func() error {
		server.GracefulStop()
		services.Wait()
		return <-ended
	})
	return nil
}

func (d *desk) close() error {
	var failed error
	for _, stop := range slices.Backward(d.stops) {
		failed = errors.Join(failed, stop())
	}
	return failed
}

// seat gives each editor an account and a connection.
func (d *desk) seat(ctx context.Context, s settings) ([]*editor, error) {
	editors := make([]*editor, s.editors)
	for i := range editors {
		name := fmt.Sprintf("editor %d", i)
		user, secrets, err := d.accounts.AddUser(ctx, auth.Local(), name, []catalog.Role{catalog.Corrects}, false)
		if err != nil {
			return nil, err
		}
		conn, err := grpc.NewClient(d.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
		d.stops = append(d.stops, conn.Close)
		editors[i] = &editor{
			number: i, name: name, id: user.ID, token: secrets.Token, reviews: fondsv1.NewReviewServiceClient(conn),
			pages: d.pages, pause: s.pause, rng: rand.New(rand.NewPCG(s.seed, uint64(i))), conflicts: map[string]int{},
		}
	}
	return editors, nil
}
