package auth

import (
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// findings runs the check and gives what it says, one line each.
func (o *office) findings() string {
	o.t.Helper()
	var said []string
	err := Check(o.ctx(), o.store, o.clock.now(), func(name, problem string) { said = append(said, name+": "+problem) })
	if err != nil {
		o.t.Fatal(err)
	}
	return strings.Join(said, "\n")
}

func (o *office) put(credentials ...catalog.Credential) {
	o.t.Helper()
	err := o.store.Tx(o.ctx(), func(tx catalog.Tx) error {
		for _, c := range credentials {
			if err := tx.PutCredential(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) credentials(user string) (all []catalog.Credential) {
	o.t.Helper()
	err := o.store.View(o.ctx(), func(r catalog.Reader) (err error) {
		all, err = r.Credentials(user)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

// What lets somebody in and was not issued, or was made void, is told; what was issued,
// used and has run out is not.
func TestCheckOfTokens(t *testing.T) {
	o := openNew(t)
	user, first := o.add("Anna", catalog.Reads)
	if _, _, err := o.OpenLink(o.ctx(), strings.TrimPrefix(first.Link, LoginPath)); err != nil {
		t.Fatal(err)
	}
	for range 20 { // sessions are prolonged, run out, and their links with them
		o.clock.pass(11 * time.Hour)
		if said := o.findings(); said != "" {
			t.Fatalf("as it should be: %s", said)
		}
	}
	_, second, err := o.IssueToken(o.ctx(), Local(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := o.OpenLink(o.ctx(), strings.TrimPrefix(second.Link, LoginPath))
	if err != nil {
		t.Fatal(err)
	}
	o.clock.pass(2 * time.Hour)
	if _, err := o.AuthenticateSession(o.ctx(), session); err != nil {
		t.Fatal(err)
	}
	if said := o.findings(); said != "" {
		t.Fatalf("as it should be: %s", said)
	}
	now := o.clock.now()
	wants := func(what string, c catalog.Credential, want string) {
		t.Helper()
		o.put(c)
		if said := o.findings(); strings.Count(said, "\n") > 0 || !strings.HasPrefix(said, "users/"+user.ID+": ") || !strings.Contains(said, want) {
			t.Errorf("%s: %q", what, said)
		}
		if err := o.store.Tx(o.ctx(), func(tx catalog.Tx) error { return tx.DeleteCredential(c.Digest) }); err != nil {
			t.Fatal(err)
		}
	}
	made := catalog.Credential{Digest: catalog.Digest(strings.Repeat("ab", 32)), User: user.ID, CreatedAt: now}
	for what, c := range map[string]struct {
		kind    catalog.CredentialKind
		expires time.Time
		want    string
	}{
		"a token":        {catalog.BearerToken, time.Time{}, "token abababababab: no act says that it was issued"},
		"a link":         {catalog.LoginLink, now.Add(time.Hour), "link abababababab: no act says that it was issued"},
		"a session":      {catalog.BrowserSession, now.Add(time.Hour), "session abababababab: no link was used for it"},
		"an old session": {catalog.BrowserSession, now.Add(sessionMax + time.Hour), "longer than a session lasts"},
	} {
		c1 := made
		c1.Kind, c1.ExpiresAt = c.kind, c.expires
		wants(what, c1, c.want)
	}
	all := o.credentials(user.ID)
	for _, c := range all {
		if c.Kind != catalog.LoginLink {
			continue
		}
		longer, token := c, c
		longer.ExpiresAt = now.Add(48 * time.Hour)
		token.Kind, token.ExpiresAt = catalog.BearerToken, time.Time{}
		for _, x := range []struct {
			c    catalog.Credential
			want string
		}{{longer, "had to run out"}, {token, "no act says"}} {
			o.put(x.c)
			if said := o.findings(); !strings.Contains(said, x.want) {
				t.Errorf("want %q: %q", x.want, said)
			}
		}
		o.put(c)
	}
	if said := o.findings(); said != "" {
		t.Fatalf("put back: %s", said)
	}
	if _, err := o.RevokeTokens(o.ctx(), Local(), user.ID); err != nil {
		t.Fatal(err)
	}
	if said := o.findings(); said != "" {
		t.Fatalf("made void: %s", said)
	}
	for _, c := range all {
		if c.Kind == catalog.BrowserSession && c.ExpiresAt.Before(now) {
			continue
		}
		wants("what was made void", c, "put back")
	}
	if _, _, err := o.IssueToken(o.ctx(), Local(), user.ID); err != nil {
		t.Fatal(err)
	}
	if said := o.findings(); said != "" {
		t.Errorf("issued after that: %s", said)
	}
}
