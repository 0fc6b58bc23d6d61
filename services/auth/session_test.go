package auth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func TestLinkOpensOnce(t *testing.T) {
	o := open(t)
	user, secrets := o.add("Anna", catalog.Corrects)
	caller, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil || caller.ID != user.ID {
		t.Fatalf("%+v, %v", caller, err)
	}
	for range 2 {
		_, _, err = o.OpenLink(o.ctx(), secrets.Link)
		wantReason(t, err, catalog.Unauthenticated, ReasonLinkUsed, secrets.Link, session)
		if !strings.Contains(err.Error(), "2026-11-02 09:00:00") {
			t.Errorf("the error should say when: %v", err)
		}
		o.clock.pass(25 * time.Hour) // and it says so after the link's own time
	}
}

func TestRacedLinkHasOneWinner(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Corrects)
	const racers = 20
	sessions, failures := make([]string, racers), make([]error, racers)
	var ready, done sync.WaitGroup
	ready.Add(racers)
	for i := range racers {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			_, sessions[i], failures[i] = o.OpenLink(o.ctx(), secrets.Link)
		})
	}
	done.Wait()
	won := 0
	for i, err := range failures {
		if err != nil {
			wantReason(t, err, catalog.Unauthenticated, ReasonLinkUsed, secrets.Link)
			if sessions[i] != "" {
				t.Error("a session for one who lost")
			}
			continue
		}
		won++
		if _, err := o.AuthenticateSession(o.ctx(), sessions[i]); err != nil {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d have opened the link, want 1", won)
	}
}

func TestLinkRunsOut(t *testing.T) {
	o := openNew(t)
	_, secrets := o.add("Anna", catalog.Corrects)
	_, later := o.add("Boris", catalog.Corrects)
	o.clock.pass(linkLife - time.Microsecond)
	if _, _, err := o.OpenLink(o.ctx(), later.Link); err != nil {
		t.Fatal(err)
	}
	o.clock.pass(time.Microsecond)
	_, _, err := o.OpenLink(o.ctx(), secrets.Link)
	wantReason(t, err, catalog.Unauthenticated, ReasonLinkExpired, secrets.Link)
	o.clock.pass(keptFor + time.Microsecond)
	_, more := o.add("Vera", catalog.Corrects) // sweeps
	_, _, err = o.OpenLink(o.ctx(), secrets.Link)
	wantReason(t, err, catalog.Unauthenticated, catalog.ReasonUnauthenticated, secrets.Link)
	if _, _, err := o.OpenLink(o.ctx(), more.Link); err != nil {
		t.Error(err)
	}
	if _, err := o.Authenticate(o.ctx(), secrets.Token); err != nil {
		t.Errorf("a token does not run out: %v", err)
	}
}

func TestSessionEndsWhenNobodyUsesIt(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Corrects)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		o.clock.pass(11 * time.Hour)
		if _, err := o.AuthenticateSession(o.ctx(), session); err != nil {
			t.Fatal(err)
		}
	}
	o.clock.pass(12 * time.Hour)
	_, err = o.AuthenticateSession(o.ctx(), session)
	wantReason(t, err, catalog.Unauthenticated, ReasonSessionEnded, session)
}

func TestSessionEndsAfterAWeek(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Corrects)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	hours := 0
	for range 100 {
		o.clock.pass(6 * time.Hour)
		if _, err = o.AuthenticateSession(o.ctx(), session); err != nil {
			break
		}
		hours += 6
	}
	wantReason(t, err, catalog.Unauthenticated, ReasonSessionEnded, session)
	if hours != 7*24-6 {
		t.Errorf("the session lasted %d hours", hours)
	}
}

func TestSessionIsProlongedByOneWriteAnHour(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Corrects)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	writes := &writeCounter{Store: o.store}
	o.Accounts.store = writes
	for range 12 {
		o.clock.pass(10 * time.Minute)
		for range 3 { // what a page asks for together
			if _, err := o.AuthenticateSession(o.ctx(), session); err != nil {
				t.Fatal(err)
			}
		}
	}
	if writes.n != 2 {
		t.Errorf("%d writes in two hours, want 2", writes.n)
	}
	// A full disk keeps nobody out.
	writes.fail = errors.New("no room")
	o.clock.pass(2 * time.Hour)
	if _, err := o.AuthenticateSession(o.ctx(), session); err != nil {
		t.Error(err)
	}
}

// writeCounter counts transactions, or refuses them.
type writeCounter struct {
	catalog.Store
	n    int
	fail error
}

func (w *writeCounter) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	w.n++
	if w.fail != nil {
		return w.fail
	}
	return w.Store.Tx(ctx, fn)
}

// between runs something before a transaction begins, as another caller might.
type between struct {
	catalog.Store
	before func()
}

func (b *between) Tx(ctx context.Context, fn func(catalog.Tx) error) error {
	if before := b.before; before != nil {
		b.before = nil
		before()
	}
	return b.Store.Tx(ctx, fn)
}

func TestRevokedSessionIsNotProlonged(t *testing.T) {
	o := open(t)
	user, secrets := o.add("Anna", catalog.Corrects)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	o.clock.pass(2 * time.Hour)
	o.Accounts.store = &between{Store: o.store, before: func() {
		if _, err := o.RevokeTokens(o.ctx(), Local(), user.ID); err != nil {
			t.Error(err)
		}
	}}
	for range 2 {
		_, err = o.AuthenticateSession(o.ctx(), session)
		wantReason(t, err, catalog.Unauthenticated, ReasonSessionEnded, session)
	}
}

func TestEndedSession(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Corrects)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	for _, none := range []string{"", "x", secrets.Token, secrets.Link} {
		if err := o.EndSession(o.ctx(), none); err != nil {
			t.Error(err)
		}
	}
	if _, err := o.Authenticate(o.ctx(), secrets.Token); err != nil {
		t.Errorf("only a session may be ended so: %v", err)
	}
	for range 2 {
		if err := o.EndSession(o.ctx(), session); err != nil {
			t.Fatal(err)
		}
		_, err = o.AuthenticateSession(o.ctx(), session)
		wantReason(t, err, catalog.Unauthenticated, ReasonSessionEnded, session)
	}
}

func TestSecretsOfOneKindAreNoOthers(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Corrects)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	_, more := o.add("Boris", catalog.Corrects)
	bare := strings.TrimPrefix(secrets.Token, tokenPrefix)
	for _, s := range []string{session, tokenPrefix + session, more.Link, tokenPrefix + more.Link, bare, ""} {
		_, err := o.Authenticate(o.ctx(), s)
		wantReason(t, err, catalog.Unauthenticated, ReasonSecretMistyped, s)
	}
	for _, s := range []string{secrets.Token, bare, more.Link, ""} {
		_, err := o.AuthenticateSession(o.ctx(), s)
		wantReason(t, err, catalog.Unauthenticated, ReasonSecretMistyped, s)
	}
	for _, s := range []string{secrets.Token, bare, session, ""} {
		_, _, err := o.OpenLink(o.ctx(), s)
		wantReason(t, err, catalog.Unauthenticated, ReasonSecretMistyped, s)
	}
	// Nor does the checksum alone hold them apart.
	digest := digestOf(more.Link)
	err = o.store.View(o.ctx(), func(r catalog.Reader) error {
		_, _, err := o.check(r, catalog.BrowserSession, digest)
		return err
	})
	wantReason(t, err, catalog.Unauthenticated, ReasonSessionEnded)
}
