package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// sessionIdle ends a session that nobody uses: a working day with its breaks.
	sessionIdle = 12 * time.Hour
	// sessionMax ends one that is used all the time: a week of work.
	sessionMax = 7 * 24 * time.Hour
	// prolongStep is how much of a session must be gone before it is prolonged: one
	// write an hour, whatever a page asks for.
	prolongStep = time.Hour
)

// Authenticate returns whose token it is. All errors that are the caller's have the
// code Unauthenticated.
func (a *Accounts) Authenticate(ctx context.Context, token string) (Caller, error) {
	user, _, err := a.admit(ctx, catalog.BearerToken, token)
	if err != nil {
		return Caller{}, err
	}
	return callerOf(user), nil
}

// AuthenticateSession returns whose session it is, and prolongs it.
func (a *Accounts) AuthenticateSession(ctx context.Context, secret string) (Caller, error) {
	user, session, err := a.admit(ctx, catalog.BrowserSession, secret)
	if err != nil {
		return Caller{}, err
	}
	// A session that cannot be prolonged, as when the disk is full, is still one.
	if err := a.prolong(ctx, session); hasCode(err, catalog.Unauthenticated) {
		return Caller{}, err
	}
	return callerOf(user), nil
}

// prolong gives a session that is used more time. It reads it again: one that was
// revoked meanwhile stays so.
func (a *Accounts) prolong(ctx context.Context, session catalog.Credential) error {
	if !a.prolonged(&session) {
		return nil
	}
	defer a.admitted.drop(session.Digest)
	err := a.store.Tx(ctx, func(tx catalog.Tx) error {
		c, err := tx.Credential(session.Digest)
		if errors.Is(err, catalog.ErrNotFound) {
			return unknown(catalog.BrowserSession)
		}
		if err != nil || !a.prolonged(&c) {
			return err
		}
		return tx.PutCredential(c)
	})
	if err != nil {
		return fmt.Errorf("prolong session: %w", err)
	}
	return nil
}

// prolonged sets when a session runs out that is used now, and tells whether that is
// worth a write.
func (a *Accounts) prolonged(c *catalog.Credential) bool {
	until := a.now().Add(sessionIdle)
	if last := c.CreatedAt.Add(sessionMax); until.After(last) {
		until = last
	}
	if until.Sub(c.ExpiresAt) < prolongStep {
		return false
	}
	c.ExpiresAt = until
	return true
}

// EndSession makes a session void; it is nothing for one that has ended.
func (a *Accounts) EndSession(ctx context.Context, secret string) error {
	digest, ok := readSecret(catalog.BrowserSession, secret)
	if !ok {
		return nil
	}
	defer a.changes.Add(1)
	err := a.store.Tx(ctx, func(tx catalog.Tx) error { return tx.DeleteCredential(digest) })
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// OpenLink uses a link up and returns whom it lets in with the secret of a new session.
// Call it for a POST: programs that look at addresses in messages fetch them before
// people do.
func (a *Accounts) OpenLink(ctx context.Context, link string) (caller Caller, session string, err error) {
	digest, ok := readSecret(catalog.LoginLink, link)
	if !ok {
		return Caller{}, "", mistyped(catalog.LoginLink)
	}
	session, sessionDigest, err := newSecret(a.entropy, catalog.BrowserSession)
	if err != nil {
		return Caller{}, "", err
	}
	now := a.now()
	err = a.store.Tx(ctx, func(tx catalog.Tx) error {
		user, used, err := a.check(tx, catalog.LoginLink, digest)
		if err != nil {
			return err
		}
		caller = callerOf(user)
		used.ExpiresAt = now
		if err := tx.PutCredential(used); err != nil {
			return err
		}
		if _, err := tx.DeleteCredentials("", now.Add(-keptFor)); err != nil {
			return err
		}
		return tx.PutCredential(catalog.Credential{
			Digest: sessionDigest, User: user.ID, Kind: catalog.BrowserSession, CreatedAt: now, ExpiresAt: now.Add(sessionIdle),
		})
	})
	if err != nil {
		return Caller{}, "", fmt.Errorf("open link: %w", err)
	}
	return caller, session, nil
}

// admit finds out whom a token or a session lets in.
func (a *Accounts) admit(ctx context.Context, kind catalog.CredentialKind, secret string) (catalog.User, catalog.Credential, error) {
	digest, ok := readSecret(kind, secret)
	if !ok {
		return catalog.User{}, catalog.Credential{}, mistyped(kind)
	}
	found := admission{changes: a.changes.Load(), at: a.now()}
	if known, ok := a.admitted.get(digest, found.changes, found.at); ok {
		return known.user, known.credential, nil
	}
	err := a.store.View(ctx, func(r catalog.Reader) (err error) {
		found.user, found.credential, err = a.check(r, kind, digest)
		return err
	})
	if err != nil {
		return catalog.User{}, catalog.Credential{}, fmt.Errorf("look a secret up: %w", err)
	}
	a.admitted.put(found)
	return found.user, found.credential, nil
}

// check returns what a digest lets in, if it does now.
func (a *Accounts) check(r catalog.Reader, kind catalog.CredentialKind, digest catalog.Digest) (catalog.User, catalog.Credential, error) {
	c, err := r.Credential(digest)
	if errors.Is(err, catalog.ErrNotFound) || err == nil && c.Kind != kind {
		return catalog.User{}, catalog.Credential{}, unknown(kind)
	}
	if err != nil {
		return catalog.User{}, catalog.Credential{}, err
	}
	if !c.ExpiresAt.IsZero() && !a.now().Before(c.ExpiresAt) {
		return catalog.User{}, catalog.Credential{}, runOut(c)
	}
	user, err := r.User(c.User)
	if err != nil {
		return catalog.User{}, catalog.Credential{}, fmt.Errorf("user %s of a secret: %w", c.User, err)
	}
	if !user.DisabledAt.IsZero() {
		return catalog.User{}, catalog.Credential{}, unauthenticated(ReasonUserBarred,
			"%s has been barred from this archive since %s: ask an operator", user.DisplayName, user.DisabledAt.Format(time.DateTime))
	}
	return user, c, nil
}

func mistyped(kind catalog.CredentialKind) error {
	what := "a token begins with " + tokenPrefix + " and has 54 characters"
	switch kind {
	case catalog.LoginLink:
		what = "a link ends in 48 characters"
	case catalog.BrowserSession:
		what = "sign in again"
	}
	return unauthenticated(ReasonSecretMistyped, "this is not what the archive has issued, a character is wrong or missing: %s", what)
}

func unknown(kind catalog.CredentialKind) error {
	switch kind {
	case catalog.LoginLink:
		return unauthenticated(catalog.ReasonUnauthenticated, "this link is not known here: it was used or revoked, or ran out long ago; ask an operator for another")
	case catalog.BrowserSession:
		return unauthenticated(ReasonSessionEnded, "this session has ended: sign in again with a new link")
	}
	return unauthenticated(catalog.ReasonUnauthenticated, "this token is not known here, or was revoked: ask an operator for another")
}

// runOut says why a credential no longer lets anybody in. A link whose end lies before
// the end of its life was used then.
func runOut(c catalog.Credential) error {
	switch {
	case c.Kind == catalog.LoginLink && c.ExpiresAt.Before(c.CreatedAt.Add(linkLife)):
		return unauthenticated(ReasonLinkUsed,
			"this link was used at %s UTC and opens once only: ask an operator for another, and tell them if it was not you", c.ExpiresAt.Format(time.DateTime))
	case c.Kind == catalog.LoginLink:
		return unauthenticated(ReasonLinkExpired, "this link ran out at %s UTC: ask an operator for another", c.ExpiresAt.Format(time.DateTime))
	}
	return unknown(c.Kind)
}
