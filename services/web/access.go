package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// accessTime is how long it is taken for granted that who could read a page still can.
// Tiles come from the cache, 30 and more for one look at a page, without asking the
// database for each. Whether the session itself still holds is asked every time: the gate
// answers out of its memory, and is told at once of a session that is ended.
const accessTime = 15 * time.Second

// mostAccess bounds what is remembered; when it is full all is asked again.
const mostAccess = 10_000

// accessMemo remembers who may read which page.
type accessMemo struct {
	mu    sync.Mutex
	until map[accessKey]time.Time
}

type accessKey struct {
	session [sha256.Size]byte // not the secret itself
	page    pageKey
}

func newAccessMemo() *accessMemo { return &accessMemo{until: map[accessKey]time.Time{}} }

func (m *accessMemo) known(key accessKey) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Before(m.until[key])
}

func (m *accessMemo) remember(key accessKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.until) >= mostAccess {
		clear(m.until)
	}
	m.until[key] = time.Now().Add(accessTime)
}

func (m *accessMemo) forget(session string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	digest := sha256.Sum256([]byte(session))
	for key := range m.until {
		if key.session == digest {
			delete(m.until, key)
		}
	}
}

// admit lets those in who may read a page, or answers why not. The context speaks for
// them. The API decides: whoever may list a page's readings may see it.
func (p *page) admit(ctx context.Context, w http.ResponseWriter, r *http.Request, page pageKey) (context.Context, bool) {
	session := p.session(r)
	if session == "" {
		p.writeError(w, signedOut)
		return ctx, false
	}
	ctx = withSession(ctx, session)
	key := accessKey{session: sha256.Sum256([]byte(session)), page: page}
	if p.access.known(key) {
		_, err := fondsv1.NewAccountServiceClient(p.Conn).WhoAmI(ctx, &fondsv1.WhoAmIRequest{})
		if err != nil {
			p.access.forget(session)
			p.writeError(w, problemOf(err))
		}
		return ctx, err == nil
	}
	_, err := fondsv1.NewCatalogServiceClient(p.Conn).ListReadings(ctx, &fondsv1.ListReadingsRequest{Parent: page.name(), PageSize: 1})
	if err != nil {
		p.writeError(w, problemOf(err))
		return ctx, false
	}
	p.access.remember(key)
	return ctx, true
}
