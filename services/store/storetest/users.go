package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func users(t *testing.T, u suite) {
	u.run(t, "EveryFieldComesBack", everyUserField)
	u.run(t, "NamesAreOnesOwn", namesAreOnesOwn)
	u.run(t, "ByNameInByteOrder", usersByName)
	u.run(t, "NamesOfUsers", namesOfUsers)
	u.run(t, "Credentials", credentials)
	u.run(t, "CredentialsOfUsers", credentialsOfUsers)
}

func everyUserField(f *fixture) {
	full := catalog.User{
		ID: "u", DisplayName: "Анна \"A\"", Roles: []catalog.Role{catalog.Operates, catalog.Reads, catalog.Verifies}, Service: true,
		CreatedAt: begin, DisabledAt: minute(1),
	}
	bare := catalog.User{ID: "u", DisplayName: "Anna", Service: true}
	for _, want := range []catalog.User{full, bare} {
		f.tx(func(tx catalog.Tx) error { return tx.PutUser(want) })
		equal(f, "user", read(f, func(r catalog.Reader) (catalog.User, error) { return r.User("u") }), want)
		called := read(f, func(r catalog.Reader) (catalog.User, error) { return r.UserCalled(want.DisplayName) })
		equal(f, "called", called, want)
	}
	f.view(func(r catalog.Reader) error {
		if _, err := r.UserCalled(full.DisplayName); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("the name of before: got %v", err)
		}
		return nil
	})
}

func namesAreOnesOwn(f *fixture) {
	f.putUsers("a", "b")
	taken := user("b")
	taken.DisplayName = user("a").DisplayName
	for _, u := range []catalog.User{taken, {ID: "c", DisplayName: taken.DisplayName}} {
		if err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutUser(u) }); !exists(err) {
			f.Errorf("user %s: got %v, want AlreadyExists", u.ID, err)
		}
	}
	equal(f, "kept", read(f, func(r catalog.Reader) (catalog.User, error) { return r.User("b") }), user("b"))
	program := user("b")
	program.Service = true
	f.refuses("a person who becomes a program", f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutUser(program) }))
	f.refuses("a user who is nobody in particular", f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutUser(user("local")) }))
	free := user("a")
	free.DisplayName = "another"
	f.tx(func(tx catalog.Tx) error { return errors.Join(tx.PutUser(free), tx.PutUser(taken)) })
}

func usersByName(f *fixture) {
	f.tx(func(tx catalog.Tx) error {
		for i, w := range words {
			if err := tx.PutUser(catalog.User{ID: fmt.Sprint("u", i), DisplayName: w}); err != nil {
				return fmt.Errorf("user %q: %w", w, err)
			}
		}
		return nil
	})
	got := each(read(f, catalog.Reader.Users), func(u catalog.User) string { return u.DisplayName })
	equal(f, "users", got, slices.Sorted(slices.Values(words)))
	for i, w := range words {
		u := read(f, func(r catalog.Reader) (catalog.User, error) { return r.UserCalled(w) })
		equal(f, "called "+w, u.ID, fmt.Sprint("u", i))
	}
}

func namesOfUsers(f *fixture) {
	f.putUsers("a", "b", "c")
	names := read(f, func(r catalog.Reader) (map[string]string, error) {
		return r.UserNames([]string{"a", "absent", "c", "a"})
	})
	equal(f, "names", names, map[string]string{"a": user("a").DisplayName, "c": user("c").DisplayName})
	if none := read(f, func(r catalog.Reader) (map[string]string, error) { return r.UserNames(nil) }); len(none) > 0 {
		f.Errorf("names of nobody: %v", none)
	}
}

func credential(name, user string, expires time.Time) catalog.Credential {
	return catalog.Credential{Digest: digest(name), User: user, Kind: catalog.LoginLink, CreatedAt: begin, ExpiresAt: expires}
}

func credentials(f *fixture) {
	f.putUsers("a", "b")
	get := func(name string) (catalog.Credential, error) {
		var c catalog.Credential
		err := f.View(f.ctx, func(r catalog.Reader) (err error) {
			c, err = r.Credential(digest(name))
			return err
		})
		return c, err
	}
	for _, want := range []catalog.Credential{credential("c", "a", minute(1)), {Digest: digest("c"), User: "b", Kind: catalog.BearerToken}} {
		f.tx(func(tx catalog.Tx) error { return tx.PutCredential(want) })
		got, err := get("c")
		f.takes("a credential", err)
		equal(f, "credential", got, want)
	}
	for range 2 { // the second time it is not there
		f.tx(func(tx catalog.Tx) error { return tx.DeleteCredential(digest("c")) })
		if _, err := get("c"); !errors.Is(err, catalog.ErrNotFound) {
			f.Errorf("deleted: got %v", err)
		}
	}
	mine := []catalog.Credential{credential("1", "a", begin), credential("2", "a", minute(1)), credential("3", "a", time.Time{})}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(tx.PutCredential(mine[2]), tx.PutCredential(mine[0]), tx.PutCredential(credential("4", "b", begin)), tx.PutCredential(mine[1]))
	})
	slices.SortFunc(mine, func(x, y catalog.Credential) int { return strings.Compare(string(x.Digest), string(y.Digest)) })
	equal(f, "of a user", read(f, func(r catalog.Reader) ([]catalog.Credential, error) { return r.Credentials("a") }), mine)
	if none := read(f, func(r catalog.Reader) ([]catalog.Credential, error) { return r.Credentials("absent") }); len(none) > 0 {
		f.Errorf("credentials of nobody: %v", none)
	}
	if err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutCredential(credential("c", "absent", begin)) }); err == nil {
		f.Error("a credential of no user was committed")
	}
}

func credentialsOfUsers(f *fixture) {
	f.putUsers("a", "b")
	names := []string{"a never", "a early", "a late", "b never", "b early", "b late"}
	for _, c := range []struct {
		user   string
		before time.Time
		left   []string
	}{
		{"a", time.Time{}, []string{"b never", "b early", "b late"}},
		{"", time.Time{}, nil},
		{"a", minute(5), []string{"a never", "a late", "b never", "b early", "b late"}},
		{"", minute(5), []string{"a never", "a late", "b never", "b late"}},
		{"", minute(1), names}, // runs out at that time, not before
		{"", minute(10), []string{"a never", "b never"}},
		{"absent", time.Time{}, names},
	} {
		f.tx(func(tx catalog.Tx) error {
			for _, name := range names {
				expires := map[string]time.Time{"early": minute(1), "late": minute(9)}[name[2:]]
				if err := tx.PutCredential(credential(name, name[:1], expires)); err != nil {
					return err
				}
			}
			n, err := tx.DeleteCredentials(c.user, c.before)
			equal(f, fmt.Sprintf("deleted of %q before %v", c.user, c.before), n, len(names)-len(c.left))
			return err
		})
		f.view(func(r catalog.Reader) error {
			var left []string
			for _, name := range names {
				if _, err := r.Credential(digest(name)); err == nil {
					left = append(left, name)
				}
			}
			equal(f, fmt.Sprintf("left of %q before %v", c.user, c.before), left, c.left)
			return nil
		})
	}
}
