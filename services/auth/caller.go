// Package auth knows who is calling and what they may do: users, their tokens, links
// and sessions, the role that each method of the contract needs, and the limit on
// failed attempts.
//
// It keeps no secret, only digests, and none of its errors, acts or logs holds one. It
// never decides who may verify which text: that is the catalog's and the database's.
package auth

import (
	"context"

	"github.com/fonds-archive/fonds/services/catalog"
)

// LocalID is the ID of the operator at the machine.
const LocalID = "local"

// Caller is who makes a call.
type Caller struct {
	// ID is what readings, signatures and acts name: a user's, or LocalID.
	ID          string
	DisplayName string
	Roles       []catalog.Role
	// Service is set for a program, which may not sign.
	Service bool
	// Local is the operator at the machine, who is nobody in particular and no row
	// among the users.
	Local bool
}

// Local is who calls without a token where that is allowed. They may all but sign,
// as a signature is a named person's.
func Local() Caller {
	return Caller{
		ID: LocalID, DisplayName: "local operator", Local: true,
		Roles: []catalog.Role{catalog.Reads, catalog.Ingests, catalog.Corrects, catalog.Operates},
	}
}

func callerOf(u catalog.User) Caller {
	return Caller{ID: u.ID, DisplayName: u.DisplayName, Roles: u.Roles, Service: u.Service}
}

// May tells that the caller has a role, or one that includes it. A program never has
// the role verifier.
func (c Caller) May(r catalog.Role) bool {
	if r == catalog.Verifies && (c.Service || c.Local) {
		return false
	}
	return c.ID != "" && catalog.User{Roles: c.Roles}.May(r)
}

type callerKey struct{}

// WithCaller returns a context that says who is calling.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// From returns who is calling; false where nobody has said so.
func From(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}
