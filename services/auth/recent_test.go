package auth

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// afterwards runs something between the end of a view and its return.
type afterwards struct {
	catalog.Store
	then  func()
	views int
}

func (a *afterwards) View(ctx context.Context, fn func(catalog.Reader) error) error {
	a.views++
	err := a.Store.View(ctx, fn)
	if then := a.then; then != nil {
		a.then = nil
		then()
	}
	return err
}

func TestLookUpThatRevocationOvertakesIsNotKept(t *testing.T) {
	o := open(t)
	user, secrets := o.add("Anna", catalog.Reads)
	o.Accounts.store = &afterwards{Store: o.store, then: func() {
		if _, err := o.RevokeTokens(o.ctx(), Local(), user.ID); err != nil {
			t.Error(err)
		}
	}}
	if _, err := o.Authenticate(o.ctx(), secrets.Token); err != nil {
		t.Fatalf("it was looked up before: %v", err)
	}
	_, err := o.Authenticate(o.ctx(), secrets.Token)
	wantReason(t, err, catalog.Unauthenticated, catalog.ReasonUnauthenticated)
}

func TestWhatAnotherProcessDoesShowsWithinASecond(t *testing.T) {
	o := open(t)
	user, secrets := o.add("Anna", catalog.Reads)
	views := &afterwards{Store: o.store}
	o.Accounts.store = views
	for range 10 {
		if _, err := o.Authenticate(o.ctx(), secrets.Token); err != nil {
			t.Fatal(err)
		}
	}
	if views.views != 1 {
		t.Errorf("looked up %d times", views.views)
	}
	err := o.store.Tx(o.ctx(), func(tx catalog.Tx) error {
		_, err := tx.DeleteCredentials(user.ID, time.Time{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.clock.pass(admittedFor)
	for range 2 {
		_, err = o.Authenticate(o.ctx(), secrets.Token)
		wantReason(t, err, catalog.Unauthenticated, catalog.ReasonUnauthenticated)
	}
	if views.views != 3 {
		t.Errorf("failures have to be looked up each time: %d", views.views)
	}
}

func TestRememberedSessionEndsInTime(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Reads)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	for range 27 {
		o.clock.pass(6 * time.Hour)
		if _, err := o.AuthenticateSession(o.ctx(), session); err != nil {
			t.Fatal(err)
		}
	}
	o.clock.pass(6*time.Hour - time.Millisecond) // to the end of its week
	if _, err := o.AuthenticateSession(o.ctx(), session); err != nil {
		t.Fatal(err)
	}
	o.clock.pass(time.Millisecond)
	_, err = o.AuthenticateSession(o.ctx(), session)
	wantReason(t, err, catalog.Unauthenticated, ReasonSessionEnded)
}

func TestRecentKeepsWhatIsUsed(t *testing.T) {
	m := recent[string, int]{limit: 10}
	m.put("used", 1)
	m.put("dropped", 1)
	for i := range 100 {
		m.put(fmt.Sprint(i), i)
		if _, ok := m.get("used"); !ok {
			t.Fatalf("forgotten after %d others", i)
		}
	}
	if n := len(m.young) + len(m.former); n > 20 {
		t.Errorf("%d are kept", n)
	}
	if _, ok := m.get("dropped"); ok {
		t.Error("what nobody uses is kept")
	}
	if _, ok := m.get("99"); !ok {
		t.Error("the last is not kept")
	}
	m.drop("99")
	if _, ok := m.get("99"); ok {
		t.Error("what was dropped is kept")
	}
}
