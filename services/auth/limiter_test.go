package auth

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

var (
	refused = unauthenticated(catalog.ReasonUnauthenticated, "no")
	refuse  = func() error { return refused }
	accept  = func() error { return nil }
)

func TestFailedAttemptsAreLimited(t *testing.T) {
	c := newClock()
	l := NewLimiter(c.now)
	const here, elsewhere = "192.0.2.1:1000", "192.0.2.2:1000"
	for i := range 10 {
		// Each from another port, and with another guess.
		if err := l.Attempt(fmt.Sprintf("192.0.2.1:%d", 2000+i), fmt.Sprint("guess", i), refuse); !errors.Is(err, refused) {
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	asked := func() error { t.Error("it was looked up all the same"); return nil }
	err := l.Attempt(here, "right", asked)
	wantReason(t, err, catalog.Exhausted, ReasonTooManyAttempts, "right")
	if RetryAfter(err) != 3 {
		t.Errorf("wait %d s, want 3", RetryAfter(err))
	}
	if err := l.Attempt(elsewhere, "right", accept); err != nil {
		t.Errorf("another address: %v", err)
	}
	c.pass(2999 * time.Millisecond)
	if err := l.Attempt(here, "right here", asked); RetryAfter(err) != 1 {
		t.Errorf("wait %d s, want 1: %v", RetryAfter(err), err)
	}
	c.pass(time.Millisecond)
	if err := l.Attempt(here, "right here", accept); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if RetryAfter(nil) != 0 || RetryAfter(refused) != 0 {
		t.Error("not every error says to wait")
	}
}

func TestSuccessAndFaultsCostNothing(t *testing.T) {
	l := NewLimiter(newClock().now)
	fault := errors.New("the disk is gone")
	for i := range 1000 {
		if err := l.Attempt("192.0.2.1:1", fmt.Sprint("good", i), accept); err != nil {
			t.Fatal(err)
		}
		if err := l.Attempt("192.0.2.1:1", fmt.Sprint("bad luck", i), func() error { return fault }); !errors.Is(err, fault) {
			t.Fatal(err)
		}
	}
}

func TestWhatWasTriedBeforeIsNoFurtherGuess(t *testing.T) {
	l := NewLimiter(newClock().now)
	const shared = "127.0.0.1:1"
	if err := l.Attempt(shared, "good", accept); err != nil {
		t.Fatal(err)
	}
	for range 1000 { // a program whose token was revoked goes on with it
		if err := l.Attempt(shared, "old", refuse); !errors.Is(err, refused) {
			t.Fatal(err)
		}
	}
	if err := l.Attempt(shared, "new", accept); err != nil {
		t.Errorf("it has kept others out: %v", err)
	}
	for i := range 100 {
		_ = l.Attempt(shared, fmt.Sprint("guess", i), refuse)
	}
	wantReason(t, l.Attempt(shared, "newer", accept), catalog.Exhausted, ReasonTooManyAttempts)
	for _, tried := range []string{"good", "new", "old"} { // old may have been let in again
		if err := l.Attempt(shared, tried, accept); err != nil {
			t.Errorf("%s is kept out by guesses of others: %v", tried, err)
		}
	}
}

func TestManyAddressesTogetherAreLimited(t *testing.T) {
	c := newClock()
	l := NewLimiter(c.now)
	tried := 0
	for i := range 1000 {
		_ = l.Attempt(fmt.Sprintf("10.0.%d.%d:1", i/250, i%250), fmt.Sprint(i), func() error { tried++; return refused })
	}
	if tried != serverAttempts {
		t.Errorf("%d attempts, want %d", tried, serverAttempts)
	}
	err := l.Attempt("10.9.9.9:1", "x", accept)
	wantReason(t, err, catalog.Exhausted, ReasonTooManyAttempts)
	if RetryAfter(err) != 1 {
		t.Errorf("wait %d s", RetryAfter(err))
	}
	c.pass(50 * time.Millisecond)
	if err := l.Attempt("10.9.9.9:1", "x", accept); err != nil {
		t.Error(err)
	}
}

func TestAddressesOfOneHostAreOne(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:80":          "192.0.2.1",
		"[::ffff:192.0.2.1]:80": "192.0.2.1",
		"[2001:db8::1]:80":      "2001:db8::/64",
		"[2001:db8::ffff:2]:81": "2001:db8::/64",
		"[2001:db8:0:1::1]:80":  "2001:db8:0:1::/64",
		"[fe80::1%eth0]:80":     "fe80::/64",
		"192.0.2.1":             "192.0.2.1",
		"2001:db8::1":           "2001:db8::/64",
		"bufconn":               "bufconn",
		"@":                     "@",
		"":                      "",
	} {
		if got := addressOf(remote); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}

func TestAttemptsAtOnceAreHeldToTheirDebt(t *testing.T) {
	c := newClock()
	l := NewLimiter(c.now)
	var waiting, done sync.WaitGroup
	waiting.Add(50)
	for range 50 { // all look before any has failed
		done.Go(func() {
			_ = l.Attempt("192.0.2.1:1", fmt.Sprint(rand.Int()), func() error {
				waiting.Done()
				waiting.Wait()
				return refused
			})
		})
	}
	done.Wait()
	err := l.Attempt("192.0.2.1:1", "x", accept)
	if wait := RetryAfter(err); wait != 33 { // eleven times three seconds
		t.Errorf("wait %d s", wait)
	}
}

func TestLimiterForgetsWhatMattersNoMore(t *testing.T) {
	c := newClock()
	l := NewLimiter(c.now)
	for i := range 2*maxSeen + 100 {
		c.pass(time.Second / time.Duration(perServer))
		_ = l.Attempt(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>8, i&0xff), fmt.Sprint(i), refuse)
		_ = l.Attempt("192.0.2.1:1", fmt.Sprint("good", i), accept)
	}
	if n := len(l.addresses.young) + len(l.addresses.former); n > 2*maxAddresses {
		t.Errorf("%d addresses are kept", n)
	}
	if n := len(l.seen.young) + len(l.seen.former); n > 2*maxSeen {
		t.Errorf("%d secrets are kept", n)
	}
}

func TestLimiterUnderManyHands(t *testing.T) {
	l := NewLimiter(time.Now)
	var tried atomic.Int64
	var done sync.WaitGroup
	for g := range 8 {
		done.Go(func() {
			for i := range 500 {
				remote := fmt.Sprintf("10.0.0.%d:1", i%4)
				_ = l.Attempt(remote, fmt.Sprint(g, i), func() error { tried.Add(1); return refused })
				_ = l.Attempt(remote, "good", accept)
			}
		})
	}
	done.Wait()
	if n := tried.Load(); n < 4*addressAttempts || n > 1000 {
		t.Errorf("%d of 4000 attempts were let through", n)
	}
}
