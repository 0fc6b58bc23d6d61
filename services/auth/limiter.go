package auth

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// From one address ten attempts may fail at once, and then one each three seconds:
	// a person who pastes the wrong line never notices.
	perAddress      = rate.Limit(1.0 / 3)
	addressAttempts = 10
	// From all addresses together: an attack from many is held to what costs a
	// thousandth of the processor.
	perServer      = rate.Limit(20)
	serverAttempts = 100

	// maxAddresses bounds the addresses that are remembered. A bucket is full again
	// after two times 10 attempts × 3 s, as it may go that far below zero; in this
	// minute the server lets 20/s × 60 s + 2 × 100 attempts fail, fewer than these, so
	// none is forgotten while it matters.
	maxAddresses = 2048
	// maxSeen bounds the secrets that are remembered, by digest: 32 bytes each.
	maxSeen = 4096
	// longestSecret bounds what is hashed or kept; a token has 54 characters.
	longestSecret = 256
)

// Limiter bounds how many secrets that let nobody in can be tried, by address and in
// all. One that was tried before is no further guess: it is looked up whatever others at
// the same address do, and costs nothing if it fails again, as that of a program with an
// old token does. It is safe for use by many goroutines.
type Limiter struct {
	now func() time.Time

	mu        sync.Mutex
	all       *rate.Limiter
	addresses recent[string, *rate.Limiter]
	seen      recent[[sha256.Size]byte, struct{}]
}

// NewLimiter returns a limiter by a clock.
func NewLimiter(now func() time.Time) *Limiter {
	return &Limiter{
		now: now, all: rate.NewLimiter(perServer, serverAttempts),
		addresses: recent[string, *rate.Limiter]{limit: maxAddresses},
		seen:      recent[[sha256.Size]byte, struct{}]{limit: maxSeen},
	}
}

// Attempt runs try, which is to find out whose secret it is. After too many failures
// from the remote address (with or without a port) it does not, and returns an error of
// the code Exhausted; RetryAfter tells how long to wait. A failure is an error of the
// code Unauthenticated.
func (l *Limiter) Attempt(remote, secret string, try func() error) error {
	address, key := addressOf(remote), keyOf(secret)
	if wait := l.wait(address, key); wait > 0 {
		return tooManyAttempts(wait)
	}
	err := try()
	if failed := hasCode(err, catalog.Unauthenticated); failed || err == nil {
		l.tried(address, key, failed)
	}
	return err
}

func (l *Limiter) wait(address string, key [sha256.Size]byte) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.seen.get(key); ok {
		return 0
	}
	now, wait := l.now(), time.Duration(0)
	if bucket, ok := l.addresses.get(address); ok {
		wait = untilOne(bucket, now)
	}
	return max(wait, untilOne(l.all, now))
}

func (l *Limiter) tried(address string, key [sha256.Size]byte, failed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, before := l.seen.get(key)
	l.seen.put(key, struct{}{})
	if before || !failed {
		return
	}
	bucket, ok := l.addresses.get(address)
	if !ok {
		bucket = rate.NewLimiter(perAddress, addressAttempts)
		l.addresses.put(address, bucket)
	}
	now := l.now()
	spend(bucket, now)
	spend(l.all, now)
}

// untilOne is how long it takes until a bucket has a token.
func untilOne(bucket *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - bucket.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(bucket.Limit()) * float64(time.Second))
}

// spend takes a token. Attempts that were under way together may take more than there
// are, and others wait for that; but no longer than another full bucket takes.
func spend(bucket *rate.Limiter, now time.Time) {
	if bucket.TokensAt(now) > -float64(bucket.Burst()) {
		bucket.ReserveN(now, 1)
	}
}

// keyOf is what a secret is remembered by.
func keyOf(secret string) [sha256.Size]byte {
	return sha256.Sum256([]byte(secret[:min(len(secret), longestSecret)]))
}

// addressOf leaves out the port, and of an IPv6 address the half that one host chooses
// as it likes.
func addressOf(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	address := at.Addr()
	if err != nil {
		address, err = netip.ParseAddr(remote)
	}
	if err != nil {
		return remote[:min(len(remote), longestSecret)]
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return address.String()
	}
	return network.String()
}
