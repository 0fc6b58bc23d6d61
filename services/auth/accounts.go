package auth

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// LoginPath is where the review page opens a link; the link follows it.
const LoginPath = "/login/"

const (
	// linkLife is how long a link may wait to be opened.
	linkLife = 24 * time.Hour
	// keptFor is how long a link or session that has run out is remembered, so that
	// who comes back with it is told what has become of it.
	keptFor = 7 * 24 * time.Hour
)

// Accounts keeps users and what lets them in.
type Accounts struct {
	store   catalog.Store
	now     func() time.Time
	newID   func() string
	entropy io.Reader
	// changes counts what may shut somebody out.
	changes  atomic.Uint64
	admitted admissions
}

// New returns the accounts in a store. now gives the present time in microseconds, UTC,
// and newID a fresh UUIDv7; entropy is crypto/rand's when nil.
func New(store catalog.Store, now func() time.Time, newID func() string, entropy io.Reader) *Accounts {
	if entropy == nil {
		entropy = rand.Reader
	}
	return &Accounts{
		store: store, now: now, newID: newID, entropy: entropy,
		admitted: admissions{byDigest: recent[catalog.Digest, admission]{limit: maxAdmitted}},
	}
}

// AddUser adds a person or a program with a first token and, for a person, a link.
func (a *Accounts) AddUser(ctx context.Context, by Caller, name string, roles []catalog.Role, service bool) (catalog.User, Secrets, error) {
	name, err := displayName("display_name", name)
	if err != nil {
		return catalog.User{}, Secrets{}, err
	}
	user := catalog.User{ID: a.newID(), DisplayName: name, Service: service, CreatedAt: a.now()}
	if user.Roles, err = rolesFor(roles, service); err != nil {
		return catalog.User{}, Secrets{}, err
	}
	issued, err := a.issue(user)
	if err != nil {
		return catalog.User{}, Secrets{}, err
	}
	err = a.store.Tx(ctx, func(tx catalog.Tx) error {
		if err := tx.PutUser(user); err != nil {
			if hasCode(err, catalog.AlreadyExists) {
				return userExists(tx, name)
			}
			return err
		}
		act := a.act(catalog.ActUserAdded, by, user)
		if err := appendAct(tx, act, factsOf(user)); err != nil {
			return err
		}
		return issued.put(tx, a.act(catalog.ActTokenIssued, by, user))
	})
	if err != nil {
		return catalog.User{}, Secrets{}, fmt.Errorf("add user: %w", err)
	}
	return user, issued.secrets, nil
}

func userExists(r catalog.Reader, name string) error {
	e := &catalog.Error{
		Code: catalog.AlreadyExists, Reason: catalog.ReasonUserExists, Field: "display_name",
		Message: fmt.Sprintf("there is a user called %q: one person has one account, which may have several tokens", name),
	}
	if u, err := r.UserCalled(name); err == nil {
		e.Metadata = map[string]string{"name": subject(u)}
	}
	return e
}

// IssueToken issues a further token and, for a person, a link.
func (a *Accounts) IssueToken(ctx context.Context, by Caller, id string) (user catalog.User, secrets Secrets, err error) {
	err = a.store.Tx(ctx, func(tx catalog.Tx) error {
		if user, err = userOf(tx, id); err != nil {
			return err
		}
		if !user.DisabledAt.IsZero() {
			return &catalog.Error{
				Code: catalog.Precondition, Reason: ReasonUserBarred,
				Message: fmt.Sprintf("%s is barred: no token would let them in", user.DisplayName),
			}
		}
		issued, err := a.issue(user)
		if err != nil {
			return err
		}
		secrets = issued.secrets
		return issued.put(tx, a.act(catalog.ActTokenIssued, by, user))
	})
	if err != nil {
		return catalog.User{}, Secrets{}, fmt.Errorf("issue token: %w", err)
	}
	return user, secrets, nil
}

// RevokeTokens makes all tokens, links and sessions of a user void, and tells how many
// of them could still have been used.
func (a *Accounts) RevokeTokens(ctx context.Context, by Caller, id string) (revoked int, err error) {
	defer a.changes.Add(1)
	err = a.store.Tx(ctx, func(tx catalog.Tx) error {
		user, err := userOf(tx, id)
		if err != nil {
			return err
		}
		// What has run out by this very moment goes uncounted.
		if _, err := tx.DeleteCredentials(id, a.now().Add(time.Microsecond)); err != nil {
			return err
		}
		if revoked, err = tx.DeleteCredentials(id, time.Time{}); err != nil {
			return err
		}
		facts := struct {
			Revoked int `json:"revoked"`
		}{revoked}
		return appendAct(tx, a.act(catalog.ActTokensRevoked, by, user), facts)
	})
	if err != nil {
		return 0, fmt.Errorf("revoke tokens: %w", err)
	}
	return revoked, nil
}

// UpdateUser sets a user's roles, and bars them or lets them in again. It refuses when an
// etag is given that is not the user's any more.
func (a *Accounts) UpdateUser(ctx context.Context, by Caller, id, etag string, roles []catalog.Role, disabled bool) (user catalog.User, err error) {
	defer a.changes.Add(1)
	err = a.store.Tx(ctx, func(tx catalog.Tx) error {
		before, err := userOf(tx, id)
		if err != nil {
			return err
		}
		if err := checkEtag(before, etag); err != nil {
			return err
		}
		user = before
		if user.Roles, err = rolesFor(roles, user.Service); err != nil {
			return err
		}
		switch {
		case !disabled:
			user.DisabledAt = time.Time{}
		case before.DisabledAt.IsZero():
			user.DisabledAt = a.now()
		}
		if slices.Equal(user.Roles, before.Roles) && user.DisabledAt.Equal(before.DisabledAt) {
			return nil
		}
		if err := tx.PutUser(user); err != nil {
			return err
		}
		return appendAct(tx, a.act(catalog.ActUserChanged, by, user), factsOf(user))
	})
	if err != nil {
		return catalog.User{}, fmt.Errorf("update user: %w", err)
	}
	return user, nil
}

func checkEtag(u catalog.User, etag string) error {
	if etag == "" || etag == u.Etag() {
		return nil
	}
	return &catalog.Error{
		Code: catalog.Conflict, Reason: catalog.ReasonEtagMismatch,
		Message:  fmt.Sprintf("%s has been changed since they were read: look at them again", u.DisplayName),
		Metadata: map[string]string{"etag": u.Etag()},
	}
}

// Users returns all by display name.
func (a *Accounts) Users(ctx context.Context) (users []catalog.User, err error) {
	err = a.store.View(ctx, func(r catalog.Reader) error {
		users, err = r.Users()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return users, nil
}

// User returns one.
func (a *Accounts) User(ctx context.Context, id string) (user catalog.User, err error) {
	err = a.store.View(ctx, func(r catalog.Reader) error {
		user, err = userOf(r, id)
		return err
	})
	if err != nil {
		return catalog.User{}, fmt.Errorf("get user: %w", err)
	}
	return user, nil
}

func userOf(r catalog.Reader, id string) (catalog.User, error) {
	user, err := r.User(id)
	if errors.Is(err, catalog.ErrNotFound) {
		return catalog.User{}, userNotFound(id)
	}
	return user, err
}

// rolesFor returns roles in order, each once. Who is given none reads.
func rolesFor(roles []catalog.Role, service bool) ([]catalog.Role, error) {
	roles = slices.Compact(slices.Sorted(slices.Values(roles)))
	if len(roles) == 0 {
		return []catalog.Role{catalog.Reads}, nil
	}
	if roles[0] < catalog.Reads || roles[len(roles)-1] > catalog.Operates {
		return nil, invalid("roles", "the roles are reader, ingester, corrector, verifier and operator")
	}
	if service && slices.Contains(roles, catalog.Verifies) {
		return nil, invalid("roles", "a program cannot sign: give it the role corrector, or add a person")
	}
	return roles, nil
}

// issued is a token and a link that are about to be stored.
type issued struct {
	secrets     Secrets
	credentials []catalog.Credential
}

func (a *Accounts) issue(user catalog.User) (i issued, err error) {
	now := a.now()
	add := func(kind catalog.CredentialKind, expires time.Time) (secret string) {
		if err != nil {
			return ""
		}
		var digest catalog.Digest
		secret, digest, err = newSecret(a.entropy, kind)
		i.credentials = append(i.credentials, catalog.Credential{Digest: digest, User: user.ID, Kind: kind, CreatedAt: now, ExpiresAt: expires})
		return secret
	}
	i.secrets.Token = add(catalog.BearerToken, time.Time{})
	if !user.Service {
		i.secrets.LinkExpiresAt = now.Add(linkLife)
		i.secrets.Link = add(catalog.LoginLink, i.secrets.LinkExpiresAt)
	}
	return i, err
}

// put stores the credentials and an act that names their digests: a token that no act
// names was put into the database by other means.
func (i issued) put(tx catalog.Tx, act catalog.Act) error {
	facts := issuedFacts{Token: i.credentials[0].Digest}
	for _, c := range i.credentials {
		if err := tx.PutCredential(c); err != nil {
			return err
		}
		if c.Kind == catalog.LoginLink {
			facts.Link = c.Digest
		}
	}
	if _, err := tx.DeleteCredentials("", act.At.Add(-keptFor)); err != nil {
		return err
	}
	return appendAct(tx, act, facts)
}

func (a *Accounts) act(kind string, by Caller, user catalog.User) catalog.Act {
	return catalog.Act{Kind: kind, Person: by.ID, Subject: subject(user), At: a.now(), Leaf: -1}
}

func subject(u catalog.User) string { return "users/" + u.ID }

type userFacts struct {
	DisplayName string   `json:"display_name"`
	Roles       []string `json:"roles"`
	Service     bool     `json:"service"`
	Disabled    bool     `json:"disabled"`
}

func factsOf(u catalog.User) userFacts {
	f := userFacts{DisplayName: u.DisplayName, Service: u.Service, Disabled: !u.DisabledAt.IsZero()}
	for _, r := range u.Roles {
		f.Roles = append(f.Roles, r.String())
	}
	return f
}

func appendAct(tx catalog.Tx, act catalog.Act, facts any) error {
	b, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("encode the facts of %s: %w", act.Kind, err)
	}
	act.Facts = b
	return tx.AppendAct(act)
}
