// Package auth knows who is calling and what they may do: users, their tokens, links
// and sessions, the role that each method of the contract needs, and the limit on
// failed attempts.
//
// It keeps no secret, only digests, and none of its errors, acts or logs holds one. It
// never decides who may verify which text: that is the catalog's and the database's.
package auth

import (
	"context"
	"sync/atomic"

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

// hotFolder is who ingests what somebody has put into the hot folder: whoever may write
// there sits at the machine, and may do no more than that by it.
func hotFolder() Caller {
	c := Local()
	c.Roles = []catalog.Role{catalog.Reads, catalog.Ingests}
	return c
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

// Known is who was found to be calling, for whoever stands around the gate and has only
// the context that they handed in.
type Known struct{ id atomic.Pointer[string] }

// ID is the caller's, also of one who was not let in; empty while nobody is known.
func (k *Known) ID() string {
	if id := k.id.Load(); id != nil {
		return *id
	}
	return ""
}

type knownKey struct{}

// WithKnown returns a context in which the gate tells who it finds to be calling.
func WithKnown(ctx context.Context) (context.Context, *Known) {
	k := &Known{}
	return context.WithValue(ctx, knownKey{}, k), k
}

// tell lets who stands around the gate know.
func tell(ctx context.Context, c Caller) {
	if k, ok := ctx.Value(knownKey{}).(*Known); ok {
		k.id.Store(&c.ID)
	}
}
