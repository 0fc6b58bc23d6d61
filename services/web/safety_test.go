package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// allocated tells how much memory a deed takes, in bytes, freed again or not. Tests that
// use it are not parallel.
func allocated(deed func()) uint64 {
	var before, after goruntime.MemStats
	goruntime.GC()
	goruntime.ReadMemStats(&before)
	deed()
	goruntime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Objects of 3 bytes become messages of 450: 4 MiB of them took 635 MB, of a browser that
// had a cookie of that name and nothing else.
func TestBodiesCostLittle(t *testing.T) {
	a := newArchive(t)
	b := a.browser(t)
	const path = "/api/fonds.v1.CatalogService/UpdateDocument"
	bomb := `{"document":{"fields":[` + strings.TrimSuffix(strings.Repeat("{},", 1_390_000), ",") + `]}}`
	stranger := allocated(func() {
		b.send(http.MethodPost, path, bomb, append([]string{"Cookie", "fonds_session=nobody"}, fromPage...)...).
			wants(t, 401, "UNAUTHENTICATED", "SECRET_MISTYPED")
	})
	b.signIn(a.person("Anna", catalog.Corrects))
	known := allocated(func() {
		b.send(http.MethodPost, path, bomb, fromPage...).wants(t, 413, "INVALID_ARGUMENT", "REQUEST_TOO_LARGE")
	})
	t.Logf("%d bytes from a stranger take %d MB, from one who is signed in %d MB", len(bomb), stranger>>20, known>>20)
	if stranger > 8<<20 || known > 64<<20 {
		t.Errorf("%d bytes take %d of a stranger, %d of one who is signed in", len(bomb), stranger, known)
	}
	// What looks like objects within a text is text.
	text, err := json.Marshal(map[string]string{"name": "documents/x/reviews/y", "text": strings.Repeat(`{["\`, 200_000), "etag": "1"})
	must(t, err)
	if got := b.call("ReviewService/SaveDraft", string(text)); strings.Contains(string(got.body), "REQUEST_TOO_LARGE") {
		t.Errorf("a text of braces: %d %s", got.StatusCode, got.body)
	}
}

// Only texts and documents may be long.
func TestBodiesAreLimited(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	b.signIn(a.person("Anna", catalog.Corrects))
	long := strings.Repeat("x", 100<<10)
	for method, large := range map[string]bool{
		"ReviewService/SaveDraft": true, "ReviewService/SubmitReview": true, "CatalogService/UpdateDocument": true,
		"ReviewService/SendBack": false, "CatalogService/GetDocument": false,
	} {
		body := fmt.Sprintf(`{"name":%q}`, long)
		if method == "CatalogService/UpdateDocument" {
			body = fmt.Sprintf(`{"document":{"title":%q}}`, long)
		}
		got := b.call(method, body)
		if large == bytes.Contains(got.body, []byte("REQUEST_TOO_LARGE")) {
			t.Errorf("%s of 100 KiB: %d %s", method, got.StatusCode, got.body)
		}
	}
	b.call("ReviewService/SaveDraft", `{"text":"`+strings.Repeat("x", 5<<20)+`"}`).wants(t, 413, "INVALID_ARGUMENT", "REQUEST_TOO_LARGE")
}

// A parser's words are nothing for people.
func TestBrokenRequestsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	b.signIn(a.person("Anna", catalog.Corrects))
	for _, body := range []string{`{"name":`, `{"nome":"x"}`, `{"name":5}`, "{\"text\":\"\xff\"}", `{"text":"a\ud83d b"}`, `[]`, ``} {
		p := b.call("ReviewService/SaveDraft", body).wants(t, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
		for _, word := range []string{"proto", "syntax", "line 1", "unexpected", `\u`} {
			if strings.Contains(p.Message, word) {
				t.Errorf("%s is refused with %q", body, p.Message)
			}
		}
	}
}

// The page of one person never speaks with another's session.
func TestPageSpeaksForItsPerson(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	name := a.review(a.ingested("northern-sea-route", "04-telegram-4158.jpg", "4158")).GetName()
	b := a.browser(t)
	as := func(method, body string, person ...string) answer {
		header := fromPage
		for _, p := range person {
			header = append([]string{"X-Fonds-Person", p}, header...)
		}
		return b.send(http.MethodPost, "/api/fonds.v1."+method, body, header...)
	}
	me := func() string {
		var user struct{ Name string }
		must(t, json.Unmarshal(as("AccountService/WhoAmI", "{}").body, &user))
		return user.Name
	}
	b.signIn(a.person("Anna", catalog.Corrects))
	anna := me()
	var claimed struct{ Etag string }
	must(t, json.Unmarshal(as("ReviewService/ClaimReview", fmt.Sprintf(`{"name":%q}`, name), anna).body, &claimed))
	b.signIn(a.person("Boris", catalog.Corrects))
	boris := me()

	save := fmt.Sprintf(`{"name":%q,"text":"words of Anna","etag":%q}`, name, claimed.Etag)
	for range 2 { // also while it is known who has the session
		p := as("ReviewService/SaveDraft", save, anna).wants(t, 401, "UNAUTHENTICATED", "OTHER_PERSON")
		if !strings.Contains(p.Message, "somebody else has signed in in this browser") {
			t.Errorf("it is refused with %q", p.Message)
		}
		as("AccountService/WhoAmI", "{}", boris)
	}
	as("AccountService/WhoAmI", "{}", anna).wants(t, 401, "UNAUTHENTICATED", "OTHER_PERSON")
	if got := as("AccountService/WhoAmI", "{}", boris); got.StatusCode != http.StatusOK {
		t.Errorf("Boris for himself: %d %s", got.StatusCode, got.body)
	}
	if d := a.review(strings.Split(name, "/reviews/")[0]).GetDraft(); d != nil {
		t.Errorf("there is a draft by %v", d.GetEditors())
	}
}

// Who signs in over plain HTTP from another machine sends an Origin and no
// Sec-Fetch-Site; who comes from another site is told so in a page.
func TestLoginOfOtherSitesIsRefusedInAPage(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	b := a.browser(t)
	link := a.person("Anna", catalog.Verifies)
	if got := b.send(http.MethodGet, link, "").Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("with the policy %q the form's Origin is null", got)
	}
	for _, header := range [][]string{{"Origin", "null"}, {"Origin", "http://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		got := b.send(http.MethodPost, link, "", header...)
		if got.StatusCode != http.StatusForbidden || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") || !bytes.Contains(got.body, []byte("another site")) {
			t.Errorf("%v: %d %s", header, got.StatusCode, got.body)
		}
	}
	if got := b.send(http.MethodPost, link, "", "Origin", b.base); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a browser without Sec-Fetch-Site: %d %s", got.StatusCode, got.body)
	}
}
