package web_test

import (
	"net/http"
	"testing"

	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// TestWhoIsShutOutSeesNoPictureMore ends a session by taking back all that a person has,
// and lets another's go on: pictures that both have just had are refused to the first.
func TestWhoIsShutOutSeesNoPictureMore(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	scan := a.scanOf(a.ingested("telegrams", "04-telegram-4158.jpg", "4158"))
	anna, secrets, err := a.accounts.AddUser(t.Context(), auth.Local(), "Anna", []catalog.Role{catalog.Corrects}, false)
	must(t, err)
	out, in := a.browser(t), a.browser(t)
	out.signIn(auth.LoginPath + secrets.Link)
	in.signIn(a.person("Boris"))
	paths := []string{"/1.png?max_side=200", "/1/info.json", "/1/tiles/0/0/0.png"}
	for _, path := range paths {
		for _, b := range []*browser{out, in} {
			if got := b.send(http.MethodGet, "/pages/"+scan+path, ""); got.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
			}
		}
	}
	_, err = a.accounts.RevokeTokens(t.Context(), auth.Local(), anna.ID)
	must(t, err)
	for _, path := range paths {
		if got := out.send(http.MethodGet, "/pages/"+scan+path, ""); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s after the session was ended: %d", path, got.StatusCode)
		}
		if got := in.send(http.MethodGet, "/pages/"+scan+path, ""); got.StatusCode != http.StatusOK {
			t.Errorf("%s for another: %d %s", path, got.StatusCode, got.body)
		}
	}
}
