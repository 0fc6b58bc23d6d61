package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/web"
)

// behind makes another page over an archive, which browsers reach at an address.
func (a *archive) behind(t *testing.T, public string) http.Handler {
	t.Helper()
	page, err := web.New(web.Config{
		Conn: a.conn, Sessions: &sessions{a.accounts, auth.NewLimiter(a.clock.now)}, Cache: filepath.Join(t.TempDir(), "tiles"), PublicURL: public,
	})
	must(t, err)
	return page
}

// asked answers a request that came from an address.
func asked(t *testing.T, page http.Handler, remote, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("{}"))
	r.RemoteAddr, r.Host = remote, "127.0.0.1:7480"
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	return w
}

const (
	proxy  = "127.0.0.1:1000"
	public = "https://archive.example.org"
)

// Behind a proxy that ends TLS the cookie is one for TLS, and what a browser sends from
// the public address is the page's own, whatever host the proxy asks for.
func TestPageBehindAProxy(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	page := a.behind(t, public)
	got := asked(t, page, proxy, http.MethodPost, a.person("Anna", catalog.Verifies), "Origin", public)
	cookie, err := http.ParseSetCookie(got.Header().Get("Set-Cookie"))
	if got.Code != http.StatusSeeOther || err != nil || !cookie.Secure || cookie.Name != "__Host-fonds_session" {
		t.Fatalf("sign in: %d, %v, %v", got.Code, cookie, err)
	}
	call := func(page http.Handler, header ...string) int {
		header = append(header, "Cookie", cookie.Name+"="+cookie.Value, "Content-Type", "application/json", "X-Fonds-Request", "1")
		return asked(t, page, proxy, http.MethodPost, "/api/fonds.v1.AccountService/WhoAmI", header...).Code
	}
	if code := call(page, "Origin", public); code != http.StatusOK {
		t.Errorf("from the public address: %d", code)
	}
	for _, origin := range []string{"https://elsewhere.example", "http://archive.example.org", public + ".example", "null"} {
		if code := call(page, "Origin", origin); code != http.StatusForbidden {
			t.Errorf("from %s: %d", origin, code)
		}
	}
	if code := call(a.handler, "Origin", public); code != http.StatusForbidden {
		t.Errorf("from an address that nobody has named: %d", code)
	}
	if _, err := web.New(web.Config{Conn: a.conn, Sessions: &sessions{}, Cache: t.TempDir(), PublicURL: public + "/fonds"}); err == nil {
		t.Error("a public address with a path is taken")
	}
}

// Failed attempts are counted by the address that the proxy was asked from. What browsers
// say of themselves, and what others than a proxy on this machine say, does not count.
func TestAttemptsBehindAProxy(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	n := 0
	guess := func(page http.Handler, remote string, header ...string) int {
		n++
		return asked(t, page, remote, http.MethodPost, fmt.Sprintf("/login/guess-%04d-%s", n, strings.Repeat("x", 37)), header...).Code
	}
	use := func(page http.Handler, remote string, header ...string) {
		t.Helper()
		for range 10 {
			if code := guess(page, remote, header...); code != http.StatusForbidden {
				t.Fatalf("%s %v: a guess gets %d", remote, header, code)
			}
		}
	}
	const forwarded = "X-Forwarded-For"
	page := a.behind(t, public)
	use(page, proxy, forwarded, "203.0.113.9, 192.0.2.1")
	for _, header := range [][]string{
		{forwarded, "192.0.2.1"},
		{forwarded, "203.0.113.10,192.0.2.1"},
		{forwarded, "203.0.113.10", forwarded, "192.0.2.1:4711"},
	} {
		if code := guess(page, proxy, header...); code != http.StatusTooManyRequests {
			t.Errorf("%v: %d", header, code)
		}
	}
	for _, header := range [][]string{{forwarded, "192.0.2.2"}, {forwarded, "192.0.2.1, 192.0.2.3"}, {forwarded, "192.0.2.1, [2001:db8::1]:80"}} {
		if code := guess(page, proxy, header...); code != http.StatusForbidden {
			t.Errorf("%v: %d", header, code)
		}
	}

	page = a.behind(t, public) // with a limit of its own
	use(page, "192.0.2.7:1", forwarded, "192.0.2.8")
	if code := guess(page, "192.0.2.7:2", forwarded, "192.0.2.9"); code != http.StatusTooManyRequests {
		t.Errorf("another machine names another address: %d", code)
	}
	for _, header := range [][]string{nil, {forwarded, "unknown"}, {forwarded, ""}} {
		use(page, proxy, header...)
		if code := guess(page, proxy, header...); code != http.StatusTooManyRequests {
			t.Errorf("a proxy that names nobody: %d", code)
		}
		a.clock.forward(time.Minute)
	}
	use(a.handler, proxy, forwarded, "192.0.2.20")
	if code := guess(a.handler, proxy, forwarded, "192.0.2.21"); code != http.StatusTooManyRequests {
		t.Errorf("without a public address: %d", code)
	}
}
