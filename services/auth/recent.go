package auth

import (
	"sync"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// recent is a map that keeps at least the limit of its last used entries, and at most
// twice that.
type recent[K comparable, V any] struct {
	limit         int
	young, former map[K]V
}

func (m *recent[K, V]) get(k K) (V, bool) {
	if v, ok := m.young[k]; ok {
		return v, true
	}
	v, ok := m.former[k]
	if ok {
		m.put(k, v)
	}
	return v, ok
}

func (m *recent[K, V]) put(k K, v V) {
	if m.young == nil || len(m.young) >= m.limit {
		m.young, m.former = map[K]V{}, m.young
	}
	m.young[k] = v
}

func (m *recent[K, V]) drop(k K) {
	delete(m.young, k)
	delete(m.former, k)
}

const (
	// admittedFor is how long a look-up is good for when another process may have
	// shut the caller out; what this process does shows at once. A caller who asks all
	// the time then costs one look-up a second.
	admittedFor = time.Second
	// maxAdmitted bounds the callers that are remembered: 4,096 of 300 bytes, twice.
	maxAdmitted = 4096
)

// admission is what a secret was found to let in.
type admission struct {
	user       catalog.User
	credential catalog.Credential
	// changes is how many there had been before it was looked up.
	changes uint64
	at      time.Time
}

// admissions are the recent ones. Failures are not kept.
type admissions struct {
	mu       sync.Mutex
	byDigest recent[catalog.Digest, admission]
}

// get returns what was found for a digest, if nothing has happened since that could
// make it another thing.
func (a *admissions) get(digest catalog.Digest, changes uint64, now time.Time) (admission, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found, ok := a.byDigest.get(digest)
	fresh := ok && found.changes == changes && now.Sub(found.at) < admittedFor
	expires := found.credential.ExpiresAt
	return found, fresh && (expires.IsZero() || now.Before(expires))
}

func (a *admissions) put(found admission) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.byDigest.put(found.credential.Digest, found)
}

func (a *admissions) drop(digest catalog.Digest) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.byDigest.drop(digest)
}
