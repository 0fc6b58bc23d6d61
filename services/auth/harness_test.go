package auth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// clock stands still until it is told to go on.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// office is accounts over a real store.
type office struct {
	*Accounts
	t     testing.TB
	store catalog.Store
	clock *clock
}

// shared is the store of all tests that look at nobody but their own users, and empty
// the file of one with nobody in it: under the race detector its tables take a second.
var shared struct {
	empty []byte
	store catalog.Store
	users atomic.Int64
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "fonds-auth")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "fonds.db")
	if shared.empty, err = emptyFile(path); err != nil {
		panic(err)
	}
	store, err := sqlite.Open(context.Background(), path)
	if err != nil {
		panic(err)
	}
	defer store.Close()
	shared.store = store
	return m.Run()
}

func emptyFile(path string) ([]byte, error) {
	store, err := sqlite.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// open returns the office that tests share, each with a clock of its own.
func open(t testing.TB) *office {
	t.Helper()
	return over(t, shared.store)
}

// openNew returns one in which nobody was before.
func openNew(t testing.TB) *office {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fonds.db")
	if err := os.WriteFile(path, shared.empty, 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return over(t, store)
}

func over(t testing.TB, store catalog.Store) *office {
	c := newClock()
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	return &office{Accounts: New(store, c.now, newID, nil), t: t, store: store, clock: c}
}

func (o *office) ctx() context.Context { return o.t.Context() }

// add adds a person with roles, and with a number behind the name where tests share
// the store.
func (o *office) add(name string, roles ...catalog.Role) (catalog.User, Secrets) {
	o.t.Helper()
	if o.store == shared.store {
		name = fmt.Sprint(name, " ", shared.users.Add(1))
	}
	user, secrets, err := o.AddUser(o.ctx(), Local(), name, roles, false)
	if err != nil {
		o.t.Fatal(err)
	}
	return user, secrets
}

// acts returns all acts that wait for a leaf, which here are all.
func (o *office) acts() []catalog.Act {
	o.t.Helper()
	var acts []catalog.Act
	err := o.store.View(o.ctx(), func(r catalog.Reader) (err error) {
		acts, err = r.WaitingActs(1000)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return acts
}

// wantReason holds an error to a code and a reason of the closed set, and to holding
// no secret.
func wantReason(t testing.TB, err error, code catalog.Code, reason string, secrets ...string) {
	t.Helper()
	e, ok := errors.AsType[*catalog.Error](err)
	if !ok || e.Code != code || e.Reason != reason {
		t.Fatalf("got %v, want code %d, reason %s", err, code, reason)
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(err.Error(), s) {
			t.Fatalf("the error %q has a secret", err)
		}
	}
}
