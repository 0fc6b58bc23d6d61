package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// browser is a client with cookies that does what a browser's page does.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

func (a *archive) browser(t *testing.T) *browser {
	t.Helper()
	server := httptest.NewServer(a.handler)
	t.Cleanup(server.Close)
	return newBrowser(t, server.URL)
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &browser{t: t, base: base, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type answer struct {
	*http.Response
	body []byte
}

func (b *browser) send(method, path, body string, header ...string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	must(b.t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := b.client.Do(r)
	must(b.t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	must(b.t, err)
	return answer{response, content}
}

var fromPage = []string{"Content-Type", "application/json", "X-Fonds-Request", "1", "Sec-Fetch-Site", "same-origin"}

func (b *browser) call(method, body string) answer {
	b.t.Helper()
	return b.send(http.MethodPost, "/api/fonds.v1."+method, body, fromPage...)
}

func (b *browser) signIn(link string) {
	b.t.Helper()
	if got := b.send(http.MethodPost, link, "", "Sec-Fetch-Site", "same-origin"); got.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("sign in: %d %s", got.StatusCode, got.body)
	}
}

// problem is an error as the page gets it.
type problem struct {
	Code, Reason, Message, Field string
	Metadata                     map[string]string
}

func (a answer) wants(t *testing.T, status int, code, reason string) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.StatusCode != status || p.Code != code || p.Reason != reason || p.Message == "" {
		t.Errorf("got %d %s (%v), want %d %s %s", a.StatusCode, a.body, err, status, code, reason)
	}
	return p
}

func TestLinkOpensOnce(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	link := a.person("Anna", catalog.Verifies)
	b := a.browser(t)
	b.call("AccountService/WhoAmI", "{}").wants(t, 401, "UNAUTHENTICATED", "UNAUTHENTICATED")
	for range 3 { // a mail scanner
		if got := b.send(http.MethodGet, link, ""); got.StatusCode != http.StatusOK || !bytes.Contains(got.body, []byte("<button")) || len(got.Cookies()) > 0 {
			t.Fatalf("the link shows %d %s", got.StatusCode, got.body)
		}
	}
	if got := b.send(http.MethodPost, link, "", "Sec-Fetch-Site", "cross-site"); got.StatusCode != http.StatusForbidden {
		t.Errorf("another site signs somebody in: %d", got.StatusCode)
	}
	got := b.send(http.MethodPost, link, "", "Sec-Fetch-Site", "same-origin", "Origin", "null")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/" || len(got.Cookies()) != 1 {
		t.Fatalf("sign in: %d %v %s", got.StatusCode, got.Header, got.body)
	}
	c := got.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure || c.Expires.IsZero() {
		t.Errorf("cookie %v", c)
	}
	if got := b.call("AccountService/WhoAmI", "{}"); got.StatusCode != http.StatusOK || !bytes.Contains(got.body, []byte(`"Anna"`)) {
		t.Errorf("who am I: %d %s", got.StatusCode, got.body)
	}
	if got := newBrowser(t, b.base).send(http.MethodPost, link, ""); got.StatusCode != http.StatusForbidden || len(got.Cookies()) > 0 || !bytes.Contains(got.body, []byte("does not open")) {
		t.Errorf("the second use of a link: %d %s", got.StatusCode, got.body)
	}

	if got := b.send(http.MethodPost, "/logout", "", "Sec-Fetch-Site", "same-origin"); got.StatusCode != http.StatusForbidden {
		t.Errorf("sign out without the header: %d", got.StatusCode)
	}
	if got := b.send(http.MethodPost, "/logout", "", fromPage...); got.StatusCode != http.StatusNoContent {
		t.Errorf("sign out: %d %s", got.StatusCode, got.body)
	}
	b.send(http.MethodPost, "/api/fonds.v1.AccountService/WhoAmI", "{}", append([]string{"Cookie", c.Name + "=" + c.Value}, fromPage...)...).
		wants(t, 401, "UNAUTHENTICATED", "SESSION_ENDED")
}

func TestGuessesAreLimited(t *testing.T) {
	t.Parallel()
	b := newArchive(t).browser(t)
	for i := range 100 {
		got := b.send(http.MethodPost, fmt.Sprintf("/login/guess-%03d-%s", i, strings.Repeat("x", 38)), "")
		if got.StatusCode == http.StatusTooManyRequests {
			if got.Header.Get("Retry-After") == "" || got.Header.Get("Retry-After") == "0" {
				t.Errorf("too many, and come again after %q", got.Header.Get("Retry-After"))
			}
			return
		}
		if got.StatusCode != http.StatusForbidden {
			t.Fatalf("a guess: %d %s", got.StatusCode, got.body)
		}
	}
	t.Error("100 guesses, and no end")
}

func TestSecureCookieOverTLS(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	server := httptest.NewTLSServer(a.handler)
	t.Cleanup(server.Close)
	b := newBrowser(t, server.URL)
	b.client.Transport = server.Client().Transport
	got := b.send(http.MethodPost, a.person("Anna"), "")
	if c := got.Cookies(); len(c) != 1 || !c[0].Secure || c[0].Name != "__Host-fonds_session" {
		t.Errorf("cookies over TLS: %v", c)
	}
}

func TestOnlySomeMethodsAreOffered(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	b.signIn(a.person("Anna", catalog.Operates, catalog.Verifies))
	for _, method := range []string{
		"AccountService/AddUser", "AccountService/IssueToken", "CatalogService/DeleteDocument", "CatalogService/WatchEvents",
		"CatalogService/GetScan", "IngestService/CreateBatch", "ReviewService/Nothing", "../CatalogService/GetDocument", "LedgerService/ListActs",
	} {
		if got := b.call(method, "{}"); got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%s answers %d %s", method, got.StatusCode, got.body)
		}
	}
	if got := b.call("CatalogService/ListCollections", "{}"); got.StatusCode != http.StatusOK {
		t.Errorf("collections: %d %s", got.StatusCode, got.body)
	}
}

func TestErrorsKeepTheirReasons(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	b.signIn(a.person("Anna", catalog.Corrects))
	name := "documents/0192f0c5-0000-7000-8000-000000000000"
	b.call("CatalogService/GetDocument", `{"name":"`+name+`"}`).wants(t, 404, "NOT_FOUND", "DOCUMENT_NOT_FOUND")
	if p := b.call("CatalogService/GetDocument", `{"name":"x"}`).wants(t, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"); p.Field != "name" {
		t.Errorf("wrong field %q", p.Field)
	}
	b.call("CatalogService/GetDocument", `{"name":`).wants(t, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
	b.call("CatalogService/GetDocument", `{"nome":"x"}`).wants(t, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
	b.call("CatalogService/GetDocument", "{\"name\":\"\xff\"}").wants(t, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
	b.call("CatalogService/SearchDocuments", `{"query":"\"open"}`).wants(t, 400, "INVALID_ARGUMENT", "QUERY_INVALID")
	b.call("ReviewService/SignReview", `{"name":"`+name+`/reviews/0123456789abcdef","contentDigest":"`+strings.Repeat("0", 64)+`"}`).
		wants(t, 403, "PERMISSION_DENIED", "ROLE_MISSING")
	b.call("ReviewService/GetReview", `{"name":"`+name+`/reviews/0123456789abcdef"}`).wants(t, 404, "NOT_FOUND", "REVIEW_NOT_FOUND")
}

func TestCallsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	b.signIn(a.person("Anna"))
	const path = "/api/fonds.v1.CatalogService/ListCollections"
	for name, header := range map[string][]string{
		"a form":              {"Content-Type", "application/json"},
		"no JSON":             {"Content-Type", "text/plain", "X-Fonds-Request", "1"},
		"another site":        {"Content-Type", "application/json", "X-Fonds-Request", "1", "Sec-Fetch-Site", "cross-site"},
		"another subdomain":   {"Content-Type", "application/json", "X-Fonds-Request", "1", "Sec-Fetch-Site", "same-site"},
		"another origin":      {"Content-Type", "application/json", "X-Fonds-Request", "1", "Origin", "http://elsewhere.example"},
		"an origin of a file": {"Content-Type", "application/json", "X-Fonds-Request", "1", "Origin", "null"},
	} {
		if got := b.send(http.MethodPost, path, "{}", header...); got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s gets %d %s", name, got.StatusCode, got.body)
		}
	}
	if got := b.send(http.MethodGet, path, "", fromPage...); got.StatusCode == http.StatusOK {
		t.Error("a call by GET is answered")
	}
	big := `{"query":"` + strings.Repeat("x", 5<<20) + `"}`
	b.call("CatalogService/SearchDocuments", big).wants(t, 413, "INVALID_ARGUMENT", "REQUEST_TOO_LARGE")
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	for _, path := range []string{
		"/", "/assets/style.css", "/assets/queue.js", "/documents/x", "/review/documents/x/reviews/y", "/login/abcdefgh", "/nothing",
		"/assets/queue.html", "/assets/../web.go", "/pages/x/1.png",
	} {
		got := b.send(http.MethodGet, path, "")
		policy := got.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; ") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: headers %v", path, got.Header)
		}
		if bytes.Contains(got.body, []byte("style=\"")) || bytes.Contains(got.body, []byte("onclick=")) || bytes.Contains(got.body, []byte("<script>")) {
			t.Errorf("%s has a style or script in it", path)
		}
	}
	first := b.send(http.MethodGet, "/assets/queue.js", "")
	if got := b.send(http.MethodGet, "/assets/queue.js", "", "If-None-Match", first.Header.Get("ETag")); got.StatusCode != http.StatusNotModified {
		t.Errorf("the same module again: %d", got.StatusCode)
	}
}
