package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/fonds-archive/fonds/services/catalog"
)

// draftOf is text that a person has typed and that no bad call may touch.
const draftOf = "half a draft <b>é</b>"

// badCall is one request as no page sends it.
type badCall struct {
	name         string
	method, path string
	host, body   string
	// header is beside those of the page; a name with "-" before it is one that is left out.
	header []string
	status int
	reason string
}

// badBodies are what SaveDraft is sent in the place of {name, text, etag}.
func badBodies(name, etag string) []badCall {
	whole := func(text string) string { return fmt.Sprintf(`{"name":%q,"text":%s,"etag":%q}`, name, text, etag) }
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, whole(`"packed"`))
	_ = w.Close()
	deep := strings.Repeat("[", 10_000)
	bad := func(name, body string, header ...string) badCall {
		return badCall{name: name, body: body, header: header, status: http.StatusBadRequest, reason: "INVALID_ARGUMENT"}
	}
	return []badCall{
		bad("a number for a text", whole("7")), bad("an object for a text", whole(`{"a":1}`)), bad("a list for a text", whole(`["x"]`)),
		bad("true for a text", whole("true")), bad("an unknown field", `{"name":"x","nome":"y"}`), bad("a field twice", `{"name":"x","name":"y"}`),
		bad("a field by both its names", `{"name":"x","text":"a","text":"b"}`), bad("a list for an object", `[]`), bad("a text for an object", `"x"`),
		bad("null", `null`), bad("nothing", ``), bad("no JSON", `name=x&text=y`), bad("half of it", whole(`"x`)[:20]), bad("two of it", whole(`"x"`)+whole(`"y"`)),
		bad("deep", `{"text":`+deep), bad("deep and whole", `{"text":`+deep+strings.Repeat("]", 10_000)+"}"), bad("deep objects", strings.Repeat(`{"text":`, 10_000)),
		bad("invalid UTF-8", whole("\"\xff\xfe\"")), bad("half a character", whole(`"\ud800"`)), bad("a byte order mark", "\ufeff"+whole(`"x"`)),
		bad("NUL", "\x00"+whole(`"x"`)), bad("script", `<script>window.ran=1</script>`), bad("packed", packed.String(), "Content-Encoding", "gzip"),
		bad("a protocol buffer", "\x0a\x05hello"), bad("a name upwards", whole(`"x"`)[:0]+`{"name":"../../x","text":"x","etag":"1.1"}`),
		bad("no etag", fmt.Sprintf(`{"name":%q,"text":"x"}`, name)), bad("too long a text", whole(`"`+strings.Repeat("x", 1_000_001)+`"`)),
		{name: "too large", body: whole(`"` + strings.Repeat("я", 3<<20) + `"`), status: http.StatusRequestEntityTooLarge, reason: "REQUEST_TOO_LARGE"},
		{name: "a stale etag", body: fmt.Sprintf(`{"name":%q,"text":"x","etag":"1.1"}`, name), status: http.StatusConflict, reason: "ETAG_MISMATCH"},
	}
}

// badEnvelopes send what would be right in a way that is wrong.
func badEnvelopes(name, etag, address string) []badCall {
	right := fmt.Sprintf(`{"name":%q,"text":"over it","etag":%q}`, name, etag)
	bad := func(what string, status int, reason string, header ...string) badCall {
		return badCall{name: what, body: right, header: header, status: status, reason: reason}
	}
	return []badCall{
		bad("a form", 415, "INVALID_ARGUMENT", "Content-Type", "application/x-www-form-urlencoded"),
		bad("plain text", 415, "INVALID_ARGUMENT", "Content-Type", "text/plain"),
		bad("no content type", 415, "INVALID_ARGUMENT", "-Content-Type", ""),
		bad("a content type that is none", 415, "INVALID_ARGUMENT", "Content-Type", "application/json;;;<script>"),
		bad("without the page's header", 403, "CROSS_SITE", "-X-Fonds-Request", ""),
		bad("another person's page", 401, "OTHER_PERSON", "X-Fonds-Person", "users/0192f0c5-0000-7000-8000-000000000000"),
		bad("nobody's page", 401, "OTHER_PERSON", "X-Fonds-Person", "<script>"),
		bad("from another site", 403, "CROSS_SITE", "Sec-Fetch-Site", "cross-site"),
		bad("from a neighbour", 403, "CROSS_SITE", "Sec-Fetch-Site", "same-site"),
		bad("another origin", 403, "CROSS_SITE", "-Sec-Fetch-Site", "", "Origin", "https://elsewhere.example"),
		bad("no origin", 403, "CROSS_SITE", "-Sec-Fetch-Site", "", "Origin", "null"),
		bad("an origin that is none", 403, "CROSS_SITE", "-Sec-Fetch-Site", "", "Origin", "%%%"),
		{name: "another host", host: "elsewhere.example", body: right, header: []string{"-Sec-Fetch-Site", "", "Origin", address}, status: 403, reason: "CROSS_SITE"},
		{name: "another host's page", host: "elsewhere.example", body: right, header: []string{"Origin", "http://elsewhere.example", "-Cookie", ""}, status: 401, reason: "UNAUTHENTICATED"},
		bad("no session", 401, "UNAUTHENTICATED", "-Cookie", ""),
		bad("a made-up session", 401, "SECRET_MISTYPED", "Cookie", "fonds_session="+strings.Repeat("x", 48)),
		bad("a long session", 401, "UNAUTHENTICATED", "Cookie", "fonds_session="+strings.Repeat("x", 4000)),
		{name: "GET", method: http.MethodGet, body: "", status: 404, reason: "NO_SUCH_PAGE"},
		{name: "PUT", method: http.MethodPut, body: right, status: 404, reason: "NO_SUCH_PAGE"},
		{name: "DELETE", method: http.MethodDelete, status: 404, reason: "NO_SUCH_PAGE"},
		{name: "no such method", path: "/api/fonds.v1.ReviewService/Nothing", body: right, status: 404, reason: "METHOD_NOT_OFFERED"},
		{name: "no such service", path: "/api/nothing/SaveDraft", body: right, status: 404, reason: "METHOD_NOT_OFFERED"},
		{name: "a method that is not offered", path: "/api/fonds.v1.CatalogService/DeleteDocument", body: right, status: 404, reason: "METHOD_NOT_OFFERED"},
		{name: "a script for a method", path: "/api/%3Cscript%3E/%22%27%00", body: right, status: 404, reason: "METHOD_NOT_OFFERED"},
		{name: "nothing behind", path: "/api/", body: right, status: 404, reason: "NO_SUCH_PAGE"},
	}
}

// parserWords are those of Go's parsers and types, which nobody who reads the page knows.
var parserWords = regexp.MustCompile(`(?i)\bproto\b|protojson|fondsv1|\bjson:|\*\w+\.|goroutine|unmarshal|%!|\bEOF\b|line \d+:\d+`)

// send makes the request with the cookie and the headers of the page, but for what the
// call has otherwise.
func (c badCall) send(t *testing.T, b *browser) answer {
	t.Helper()
	method, path := c.method, c.path
	if method == "" {
		method = http.MethodPost
	}
	if path == "" {
		path = "/api/fonds.v1.ReviewService/SaveDraft"
	}
	r, err := http.NewRequestWithContext(t.Context(), method, b.base+path, strings.NewReader(c.body))
	must(t, err)
	for i := 0; i < len(fromPage); i += 2 {
		r.Header.Set(fromPage[i], fromPage[i+1])
	}
	for _, cookie := range b.client.Jar.Cookies(r.URL) {
		r.AddCookie(cookie)
	}
	for i := 0; i < len(c.header); i += 2 {
		if left, out := strings.CutPrefix(c.header[i], "-"); out {
			r.Header.Del(left)
			continue
		}
		r.Header.Set(c.header[i], c.header[i+1])
	}
	r.Host = c.host
	response, err := (&http.Client{}).Do(r) // the jar would put the cookie back
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	must(t, err)
	return answer{response, content}
}

// Each request that no page sends is answered in JSON, by the right status, in words that
// a person understands; and what somebody has typed is as it was.
func TestBridgeWithBadCalls(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	document := a.ingested("northern-sea-route", "01-telegram-4117.png", "4117")
	b := a.browser(t)
	b.signIn(a.person("Anna", catalog.Verifies))
	review := a.review(document)
	if got := b.call("ReviewService/ClaimReview", fmt.Sprintf(`{"name":%q}`, review.GetName())); got.StatusCode != http.StatusOK {
		t.Fatalf("claim: %s", got.body)
	}
	if got := b.call("ReviewService/SaveDraft", fmt.Sprintf(`{"name":%q,"text":%q,"etag":%q}`, review.GetName(), draftOf, a.review(document).GetEtag())); got.StatusCode != http.StatusOK {
		t.Fatalf("save: %s", got.body)
	}
	before := a.review(document)
	calls := append(badBodies(review.GetName(), before.GetEtag()), badEnvelopes(review.GetName(), before.GetEtag(), b.base)...)
	for _, c := range calls {
		got := c.send(t, b)
		var p problem
		err := json.Unmarshal(got.body, &p)
		if err != nil || got.StatusCode != c.status || p.Reason != c.reason || !strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %s %.300s (%v), want %d %s", c.name, got.StatusCode, got.Header.Get("Content-Type"), got.body, err, c.status, c.reason)
			continue
		}
		if len(p.Message) < 10 || len(p.Message) > 500 || parserWords.MatchString(p.Message) || strings.ContainsFunc(p.Message, unicode.IsControl) {
			t.Errorf("%s: the message is %q", c.name, p.Message)
		}
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: the headers are %v", c.name, got.Header)
		}
		if after := a.review(document); after.GetDraft().GetText() != draftOf || after.GetEtag() != before.GetEtag() {
			t.Fatalf("%s: there is now %v, there was %v", c.name, after, before)
		}
	}
	t.Logf("%d bad calls", len(calls))
	if got := b.call("ReviewService/SaveDraft", fmt.Sprintf(`{"name":%q,"text":"go on","etag":%q}`, review.GetName(), before.GetEtag())); got.StatusCode != http.StatusOK {
		t.Errorf("after all of them: %d %s", got.StatusCode, got.body)
	}
}

// Whatever addresses are asked for, the answer is a page or a problem and never a file or
// a folder of the server.
func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	b.signIn(a.person("Anna", catalog.Verifies))
	digest := strings.Repeat("0", 64)
	for _, path := range []string{
		"/assets/..%2f..%2fweb.go", "/assets/%2e%2e/%2e%2e/go.mod", "/assets/", "/assets/%00", "/assets/x%0d%0aX-Injected:1",
		"/pages/..%2f..%2fetc/passwd", "/pages/" + digest + "/1.png%00", "/pages/" + digest + "/-1.png", "/pages/" + digest + "/99999999999999999999.png",
		"/pages/" + digest + "/1.png?max_side=-1", "/pages/" + digest + "/1.png?max_side=99999999999", "/pages/" + digest + "/1.png?max_side=<script>",
		"/pages/%3Cscript%3E/1.png", "/pages/" + digest + "/1/tiles/99/-1/0.webp", "/pages/" + digest + "/1/tiles/0/0/..%2f..%2fx", "/pages/" + digest + "/x/info.json",
		"/" + strings.Repeat("x", 8000), "/%ff%fe", "/login/%3Cscript%3Ewindow.ran=1%3C%2Fscript%3E", "/login/" + strings.Repeat("x", 4000), "/login/%00",
	} {
		got := b.send(http.MethodGet, path, "")
		switch {
		case strings.HasPrefix(path, "/login/"):
			if got.StatusCode != http.StatusOK || bytes.Contains(got.body, []byte("window.ran")) || !bytes.Contains(got.body, []byte("not complete")) {
				t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
			}
		case got.StatusCode < 400 || got.StatusCode >= 500 || got.Header.Get("X-Injected") != "":
			t.Errorf("%.100s: %d %.300s", path, got.StatusCode, got.body)
		default:
			var p problem
			if err := json.Unmarshal(got.body, &p); err != nil || p.Message == "" || len(p.Message) > 500 || parserWords.MatchString(p.Message) {
				t.Errorf("%.100s: %d %.300s", path, got.StatusCode, got.body)
			}
		}
	}
}
