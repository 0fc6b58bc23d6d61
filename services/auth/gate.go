package auth

import (
	"context"
	"crypto/subtle"
	"net"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	header       = "authorization"
	bearerScheme = "Bearer"
	// sessionScheme is the review page's, for the session of a browser. With an empty
	// secret it is nobody, never the local operator.
	sessionScheme = "Session"
	// ownScheme is this process's own.
	ownScheme = "Process"
	// personHeader is for whom the caller believes to speak, as a user's name. A page that
	// one person opened goes on with the session of the next who signs in in that browser.
	personHeader = "fonds-person"

	// recheckEvery is how long a stream goes on unasked when another process may have
	// shut its caller out, or the session's time is over.
	recheckEvery = time.Minute
)

// Gate stands before all calls: it finds out who is calling, holds that to the role
// that the method needs, and puts the caller into the context. Its errors are those of
// the catalog: an interceptor further out makes statuses of them.
type Gate struct {
	Accounts *Accounts
	Limiter  *Limiter
	// AllowLocal takes calls without "authorization" for the local operator's, where they
	// come from this machine and from nobody whom a proxy on it speaks for.
	AllowLocal bool
	// Own is the secret of this process's own calls, by which files of the hot folder are
	// ingested; empty for none. It is made anew by each process and never stored.
	Own string
}

// Unary is the interceptor of single calls.
func (g *Gate) Unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if public(info.FullMethod) {
		return handler(ctx, req)
	}
	caller, err := g.admit(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return handler(WithCaller(ctx, caller), req)
}

// Stream is the interceptor of streams. One that goes on ends with the next message
// after its caller was shut out.
func (g *Gate) Stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if public(info.FullMethod) {
		return handler(srv, ss)
	}
	changes, now := g.Accounts.changes.Load(), g.Accounts.now()
	caller, err := g.admit(ss.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	ctx := WithCaller(ss.Context(), caller)
	if caller.Local {
		return handler(srv, &admitted{ServerStream: ss, ctx: ctx})
	}
	return handler(srv, &watched{
		admitted: admitted{ServerStream: ss, ctx: ctx},
		gate:     g, method: info.FullMethod, changes: changes, at: now,
	})
}

// admit finds out who is calling and whether they may.
func (g *Gate) admit(ctx context.Context, method string) (Caller, error) {
	caller, err := g.caller(ctx)
	if err != nil {
		return Caller{}, err
	}
	tell(ctx, caller)
	if err := meant(ctx, caller); err != nil {
		return Caller{}, err
	}
	if err := Allows(method, caller); err != nil {
		return Caller{}, err
	}
	return caller, nil
}

// meant refuses a call that is made for another person than whose secret came with it: what
// one has typed is never another's work. Who names nobody speaks for who is there.
func meant(ctx context.Context, caller Caller) error {
	for _, name := range metadata.ValueFromIncomingContext(ctx, personHeader) {
		if name != "users/"+caller.ID {
			return unauthenticated(ReasonOtherPerson,
				"somebody else has signed in in this browser: %s; sign in again yourself to go on", caller.DisplayName)
		}
	}
	return nil
}

func (g *Gate) caller(ctx context.Context) (Caller, error) {
	values := metadata.ValueFromIncomingContext(ctx, header)
	if len(values) == 0 && g.AllowLocal && fromHere(ctx) {
		return Local(), nil
	}
	if len(values) != 1 {
		return Caller{}, unauthenticated(catalog.ReasonUnauthenticated,
			"this server must know who is calling: send one %q header with Bearer and your token (fonds takes it from $FONDS_TOKEN or --token-file); "+
				"an operator issues one with `fonds user add` or `fonds user token`, and while there is no operator yet, "+
				"`fonds user add NAME --role operator --data DIR` makes the first one in the data folder of the server, which has to be stopped meanwhile", header)
	}
	scheme, secret, _ := strings.Cut(values[0], " ")
	switch {
	case strings.EqualFold(scheme, sessionScheme):
		// Not limited: browsers all come by the review page, from one address, and no
		// session's secret was ever typed by anybody.
		return g.Accounts.AuthenticateSession(ctx, secret)
	case strings.EqualFold(scheme, ownScheme) && g.Own != "" && subtle.ConstantTimeCompare([]byte(secret), []byte(g.Own)) == 1:
		return hotFolder(), nil
	case !strings.EqualFold(scheme, bearerScheme):
		return Caller{}, unauthenticated(catalog.ReasonUnauthenticated, "%q has to be %s and a token", header, bearerScheme)
	}
	var caller Caller
	err := g.Limiter.Attempt(remote(ctx), secret, func() (err error) {
		caller, err = g.Accounts.Authenticate(ctx, secret)
		return err
	})
	return caller, err
}

// OwnHeader is the "authorization" of this process's own calls.
func (g *Gate) OwnHeader() string { return ownScheme + " " + g.Own }

// fromHere tells that a call was made on this machine, and not by a proxy for somebody
// else. What is no network address is a connection within the process.
func fromHere(ctx context.Context) bool {
	p, ok := peer.FromContext(ctx)
	if !ok || p.Addr == nil {
		return false
	}
	if at, ok := p.Addr.(*net.TCPAddr); ok && !at.IP.IsLoopback() {
		return false
	}
	for _, forwarded := range []string{"x-forwarded-for", "forwarded"} {
		if len(metadata.ValueFromIncomingContext(ctx, forwarded)) > 0 {
			return false
		}
	}
	return true
}

func remote(ctx context.Context) string {
	if p, ok := peer.FromContext(ctx); ok && p.Addr != nil {
		return p.Addr.String()
	}
	return ""
}

// admitted is a stream whose context says who is calling.
type admitted struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *admitted) Context() context.Context { return s.ctx }

// watched is the stream of a caller who may be shut out while it goes on.
type watched struct {
	admitted
	gate   *Gate
	method string

	mu sync.Mutex
	// changes and at say when the caller was last admitted.
	changes uint64
	at      time.Time
}

// SendMsg sends to who may still have it.
func (s *watched) SendMsg(m any) error {
	if err := s.recheck(); err != nil {
		return err
	}
	return s.ServerStream.SendMsg(m)
}

// RecvMsg takes from who may still send.
func (s *watched) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return s.recheck()
}

func (s *watched) recheck() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	changes, now := s.gate.Accounts.changes.Load(), s.gate.Accounts.now()
	if changes == s.changes && now.Sub(s.at) < recheckEvery {
		return nil
	}
	if _, err := s.gate.admit(s.ctx, s.method); err != nil {
		return err
	}
	s.changes, s.at = changes, now
	return nil
}
