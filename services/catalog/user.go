package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Role is what a user may do. The numbers are those of the contract.
type Role uint8

// The roles.
const (
	Reads Role = iota + 1
	Ingests
	Corrects
	Verifies
	Operates
)

func (r Role) String() string {
	return [...]string{"none", "reader", "ingester", "corrector", "verifier", "operator"}[r]
}

// User is a person or a service that uses the archive. The ID stays, whatever tokens
// come and go: it is what readings and signatures name.
type User struct {
	ID string
	// DisplayName is what people call them; no two users have the same.
	DisplayName string
	Roles       []Role
	// Service is set for a program, which may not sign.
	Service   bool
	CreatedAt time.Time
	// DisabledAt is zero for one who may come in.
	DisabledAt time.Time
}

// Etag is another one when roles or bar are others. A user who was changed and changed back
// has the one from before: nobody's word would be overwritten.
func (u User) Etag() string {
	said := fmt.Sprintf("%s %v %d", u.ID, u.Roles, max(u.DisabledAt.UnixMicro(), 0))
	return string(digestOf([]byte(said)))[:16]
}

// May tells that a user has a role: who verifies corrects too, who operates brings
// scans in too, and all read.
func (u User) May(r Role) bool {
	switch r {
	case Reads:
		return true
	case Corrects:
		return slices.Contains(u.Roles, Corrects) || slices.Contains(u.Roles, Verifies)
	case Ingests:
		return slices.Contains(u.Roles, Ingests) || slices.Contains(u.Roles, Operates)
	}
	return slices.Contains(u.Roles, r)
}

// CredentialKind is what a secret is for.
type CredentialKind uint8

// The kinds of credentials.
const (
	// BearerToken is for calls, until it is revoked.
	BearerToken CredentialKind = iota + 1
	// LoginLink opens the review page once.
	LoginLink
	// BrowserSession is a browser's, after a link.
	BrowserSession
)

// Credential lets a user in. Its secret is not kept, only the digest.
type Credential struct {
	Digest    Digest
	User      string
	Kind      CredentialKind
	CreatedAt time.Time
	// ExpiresAt is zero for one that does not run out.
	ExpiresAt time.Time
}

// UserNames tells what users are called, by their IDs. Who is no user is not among them.
func (c *Catalog) UserNames(ctx context.Context, ids []string) (map[string]string, error) {
	var names map[string]string
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		names, err = r.UserNames(ids)
		return err
	})
	return names, err
}
