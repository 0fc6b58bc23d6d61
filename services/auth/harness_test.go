package auth

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// empty is the file of a store with nothing in it. It is made once: under the race
// detector its tables take a second.
var empty = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "fonds-auth")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "fonds.db")
	store, err := sqlite.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func open(t testing.TB) *office {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel() // each has a store of its own, and most of the time goes into opening it
	}
	file, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "fonds.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
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
	c := newClock()
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	return &office{Accounts: New(store, c.now, newID, nil), t: t, store: store, clock: c}
}

func (o *office) ctx() context.Context { return o.t.Context() }

// add adds a person with roles.
func (o *office) add(name string, roles ...catalog.Role) (catalog.User, Secrets) {
	o.t.Helper()
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
