package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func TestAddedUserIsKnownByToken(t *testing.T) {
	o := openNew(t)
	user, secrets := o.add("Anna  Bergström", catalog.Verifies, catalog.Reads, catalog.Verifies)
	caller, err := o.Authenticate(o.ctx(), secrets.Token)
	if err != nil {
		t.Fatal(err)
	}
	want := Caller{ID: user.ID, DisplayName: "Anna Bergström", Roles: []catalog.Role{catalog.Reads, catalog.Verifies}}
	if fmt.Sprint(caller) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", caller, want)
	}
	if !secrets.LinkExpiresAt.Equal(o.clock.now().Add(24 * time.Hour)) {
		t.Errorf("the link runs out at %v", secrets.LinkExpiresAt)
	}
	users, err := o.Users(o.ctx())
	if err != nil || len(users) != 1 || users[0].ID != user.ID {
		t.Errorf("users: %+v, %v", users, err)
	}
}

func TestOnePersonHasOneIDWhateverTheToken(t *testing.T) {
	o := openNew(t)
	user, first := o.add("Anna", catalog.Corrects)
	again, second, err := o.IssueToken(o.ctx(), Local(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	if again.ID != user.ID || first.Token == second.Token || first.Link == second.Link {
		t.Fatal("a further token has to be another one of the same user")
	}
	_, session, err := o.OpenLink(o.ctx(), second.Link)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{first.Token, second.Token} {
		if c, err := o.Authenticate(o.ctx(), token); err != nil || c.ID != user.ID {
			t.Errorf("token: %+v, %v", c, err)
		}
	}
	if c, err := o.AuthenticateSession(o.ctx(), session); err != nil || c.ID != user.ID {
		t.Errorf("session: %+v, %v", c, err)
	}
	// Written otherwise, it is the same name.
	decomposed := "  Zoe\u0308 "
	other, _ := o.add("Zoë", catalog.Reads)
	_, _, err = o.AddUser(o.ctx(), Local(), decomposed, nil, false)
	wantReason(t, err, catalog.AlreadyExists, catalog.ReasonUserExists)
	e, _ := errors.AsType[*catalog.Error](err)
	if e.Metadata["name"] != "users/"+other.ID {
		t.Errorf("the error should name the user that is there: %v", e.Metadata)
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	o := open(t)
	for _, name := range []string{
		"", "   ", "...", "a\x00b", "line\nbreak", "tab\there", "\u202eannA", "An\u200bna", "soft\u00adhyphen", "\xff\xfe",
		"local", "System", "Local  Operator", strings.Repeat("я", 101), "priv\ue000ate",
	} {
		_, _, err := o.AddUser(o.ctx(), Local(), name, nil, false)
		wantReason(t, err, catalog.Invalid, catalog.ReasonInvalidArgument)
	}
	for _, name := range []string{"Ж", "O’Neill-Świątek, J. 3rd", "李 小龍", strings.Repeat("я", 100), "<script>"} {
		if _, _, err := o.AddUser(o.ctx(), Local(), name, nil, false); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestProgramsCannotSign(t *testing.T) {
	o := open(t)
	_, _, err := o.AddUser(o.ctx(), Local(), "importer", []catalog.Role{catalog.Verifies}, true)
	wantReason(t, err, catalog.Invalid, catalog.ReasonInvalidArgument)
	user, secrets, err := o.AddUser(o.ctx(), Local(), "importer", []catalog.Role{catalog.Ingests}, true)
	if err != nil {
		t.Fatal(err)
	}
	if secrets.Link != "" || !secrets.LinkExpiresAt.IsZero() {
		t.Error("a program has no browser")
	}
	if c, err := o.Authenticate(o.ctx(), secrets.Token); err != nil || !c.Service {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = o.UpdateUser(o.ctx(), Local(), user.ID, "", []catalog.Role{catalog.Ingests, catalog.Verifies}, false)
	wantReason(t, err, catalog.Invalid, catalog.ReasonInvalidArgument)
	_, err = o.UpdateUser(o.ctx(), Local(), user.ID, "", []catalog.Role{9}, false)
	wantReason(t, err, catalog.Invalid, catalog.ReasonInvalidArgument)
}

func TestRevokedAtOnce(t *testing.T) {
	o := open(t)
	user, first := o.add("Anna", catalog.Reads)
	_, second, err := o.IssueToken(o.ctx(), Local(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := o.OpenLink(o.ctx(), first.Link)
	if err != nil {
		t.Fatal(err)
	}
	_, others := o.add("Boris", catalog.Reads)

	// Two tokens, one link that nobody has opened, one session.
	if n, err := o.RevokeTokens(o.ctx(), Local(), user.ID); err != nil || n != 4 {
		t.Fatalf("revoked %d, %v, want 4", n, err)
	}
	for _, token := range []string{first.Token, second.Token} {
		_, err := o.Authenticate(o.ctx(), token)
		wantReason(t, err, catalog.Unauthenticated, catalog.ReasonUnauthenticated, token)
	}
	_, err = o.AuthenticateSession(o.ctx(), session)
	wantReason(t, err, catalog.Unauthenticated, ReasonSessionEnded, session)
	for _, link := range []string{first.Link, second.Link} {
		_, _, err = o.OpenLink(o.ctx(), link)
		wantReason(t, err, catalog.Unauthenticated, catalog.ReasonUnauthenticated, link)
	}
	if _, err := o.Authenticate(o.ctx(), others.Token); err != nil {
		t.Errorf("another user's token: %v", err)
	}
	if n, err := o.RevokeTokens(o.ctx(), Local(), user.ID); err != nil || n != 0 {
		t.Errorf("revoked again: %d, %v", n, err)
	}
}

func TestBarredUserStaysOut(t *testing.T) {
	o := open(t)
	user, secrets := o.add("Anna", catalog.Corrects)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	_, unopened, err := o.IssueToken(o.ctx(), Local(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	barred, err := o.UpdateUser(o.ctx(), Local(), user.ID, "", user.Roles, true)
	if err != nil || !barred.DisabledAt.Equal(o.clock.now()) {
		t.Fatalf("%+v, %v", barred, err)
	}
	o.clock.pass(time.Minute)
	again, err := o.UpdateUser(o.ctx(), Local(), user.ID, "", user.Roles, true)
	if err != nil || !again.DisabledAt.Equal(barred.DisabledAt) {
		t.Errorf("since when they are barred must not change: %+v, %v", again, err)
	}
	_, err = o.Authenticate(o.ctx(), secrets.Token)
	wantReason(t, err, catalog.Unauthenticated, ReasonUserBarred, secrets.Token)
	_, err = o.AuthenticateSession(o.ctx(), session)
	wantReason(t, err, catalog.Unauthenticated, ReasonUserBarred, session)
	_, _, err = o.OpenLink(o.ctx(), unopened.Link)
	wantReason(t, err, catalog.Unauthenticated, ReasonUserBarred, unopened.Link)
	_, _, err = o.IssueToken(o.ctx(), Local(), user.ID)
	wantReason(t, err, catalog.Precondition, ReasonUserBarred)

	if _, err := o.UpdateUser(o.ctx(), Local(), user.ID, "", []catalog.Role{catalog.Verifies}, false); err != nil {
		t.Fatal(err)
	}
	c, err := o.Authenticate(o.ctx(), secrets.Token)
	if err != nil || !slices.Equal(c.Roles, []catalog.Role{catalog.Verifies}) {
		t.Errorf("let in again with other roles: %+v, %v", c, err)
	}
	if _, _, err := o.OpenLink(o.ctx(), unopened.Link); err != nil {
		t.Errorf("the link was not used while they were barred: %v", err)
	}
}

func TestUsersThatAreNotThere(t *testing.T) {
	o := openNew(t)
	const id = "0190c0de-0000-7000-8000-000000000000"
	_, _, err := o.IssueToken(o.ctx(), Local(), id)
	wantReason(t, err, catalog.NotFound, catalog.ReasonUserNotFound)
	_, err = o.RevokeTokens(o.ctx(), Local(), id)
	wantReason(t, err, catalog.NotFound, catalog.ReasonUserNotFound)
	_, err = o.UpdateUser(o.ctx(), Local(), id, "", nil, true)
	wantReason(t, err, catalog.NotFound, catalog.ReasonUserNotFound)
	_, err = o.User(o.ctx(), id)
	wantReason(t, err, catalog.NotFound, catalog.ReasonUserNotFound)
	if acts := o.acts(); len(acts) != 0 {
		t.Errorf("acts of what was not done: %+v", acts)
	}
}

func TestActsOnUsers(t *testing.T) {
	o := openNew(t)
	boss, _ := o.add("Vera", catalog.Operates)
	by := callerOf(boss)
	user, secrets, err := o.AddUser(o.ctx(), by, "Anna <a@b>", []catalog.Role{catalog.Corrects}, false)
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	for _, disabled := range []bool{true, true, false} { // the second changes nothing
		if _, err := o.UpdateUser(o.ctx(), by, user.ID, "", user.Roles, disabled); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.RevokeTokens(o.ctx(), by, user.ID); err != nil {
		t.Fatal(err)
	}
	name := `"display_name":"Anna \u003ca@b\u003e","roles":["corrector"],"service":false,`
	want := []struct{ kind, facts string }{
		{catalog.ActUserAdded, `{` + name + `"disabled":false}`},
		{catalog.ActTokenIssued, fmt.Sprintf(`{"token":%q,"link":%q}`, digestOf(secrets.Token), digestOf(secrets.Link))},
		{catalog.ActUserChanged, `{` + name + `"disabled":true}`},
		{catalog.ActUserChanged, `{` + name + `"disabled":false}`},
		{catalog.ActTokensRevoked, `{"revoked":2}`},
	}
	acts := o.acts()[2:] // Vera's
	if len(acts) != len(want) {
		t.Fatalf("%d acts, want %d: %+v", len(acts), len(want), acts)
	}
	for i, a := range acts {
		if a.Kind != want[i].kind || string(a.Facts) != want[i].facts || a.Person != boss.ID || a.Subject != "users/"+user.ID || a.Leaf != -1 {
			t.Errorf("act %d: %+v with %s, want %s with %s", i, a, a.Facts, want[i].kind, want[i].facts)
		}
		data, err := a.Data()
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{secrets.Token, strings.TrimPrefix(secrets.Token, tokenPrefix), secrets.Link, session} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("act %s has a secret", a.Kind)
			}
		}
	}
}

func TestSecretsPrintAsPlaceholders(t *testing.T) {
	s := Secrets{Token: "fonds_hidden", Link: "hidden-link", LinkExpiresAt: time.Now()}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "a", s, "b", []Secrets{s})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "a", s, "b", &s)
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(b) + fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s)
	if strings.Contains(all, "hidden") || strings.Contains(all, "68696464656e") {
		t.Errorf("a secret was printed: %s", all)
	}
}

func TestWithoutChanceThereIsNoUser(t *testing.T) {
	o := openNew(t)
	o.entropy = bytes.NewReader(make([]byte, randomBytes+1)) // enough for the token alone
	if _, _, err := o.AddUser(o.ctx(), Local(), "Anna", nil, false); err == nil {
		t.Fatal("a link was made of nothing")
	}
	if users, err := o.Users(o.ctx()); err != nil || len(users) != 0 {
		t.Errorf("%+v, %v", users, err)
	}
}
