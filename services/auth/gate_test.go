package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// archive answers with who is calling, and its streams send what they are told to.
type archive struct {
	fondsv1.UnimplementedCatalogServiceServer
	fondsv1.UnimplementedIngestServiceServer
	events chan uint64
}

func (a *archive) GetDocument(ctx context.Context, _ *fondsv1.GetDocumentRequest) (*fondsv1.Document, error) {
	c, _ := From(ctx)
	return &fondsv1.Document{Person: c.ID}, nil
}

func (a *archive) DeleteDocument(context.Context, *fondsv1.DeleteDocumentRequest) (*fondsv1.Document, error) {
	return &fondsv1.Document{}, nil
}

func (a *archive) WatchEvents(_ *fondsv1.WatchEventsRequest, stream grpc.ServerStreamingServer[fondsv1.Event]) error {
	c, _ := From(stream.Context())
	for {
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case n := <-a.events:
			if err := stream.Send(&fondsv1.Event{Person: c.ID, Position: n}); err != nil {
				return err
			}
		}
	}
}

func (a *archive) UploadScan(stream grpc.ClientStreamingServer[fondsv1.UploadScanRequest, fondsv1.UploadScanResponse]) error {
	for {
		if _, err := stream.Recv(); err != nil {
			return err
		}
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case a.events <- 1:
		}
	}
}

// statuses stands in for the mapper of errors.
func statuses(err error) error {
	if e, ok := errors.AsType[*catalog.Error](err); ok {
		code := map[catalog.Code]codes.Code{
			catalog.Unauthenticated: codes.Unauthenticated, catalog.Denied: codes.PermissionDenied, catalog.Exhausted: codes.ResourceExhausted,
		}[e.Code]
		return status.Error(code, e.Message)
	}
	return err
}

// door is a server behind a gate.
type door struct {
	*office
	conn    *grpc.ClientConn
	archive *archive
	docs    fondsv1.CatalogServiceClient
}

func serve(t *testing.T, allowLocal bool) *door {
	t.Helper()
	d := &door{office: open(t), archive: &archive{events: make(chan uint64)}}
	gate := &Gate{Accounts: d.Accounts, Limiter: NewLimiter(d.clock.now), AllowLocal: allowLocal}
	server := grpc.NewServer(
		grpc.WaitForHandlers(true),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			resp, err := handler(ctx, req)
			return resp, statuses(err)
		}, gate.Unary),
		grpc.ChainStreamInterceptor(func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			return statuses(handler(srv, ss))
		}, gate.Stream))
	fondsv1.RegisterCatalogServiceServer(server, d.archive)
	fondsv1.RegisterIngestServiceServer(server, d.archive)
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	listener := bufconn.Listen(1 << 16)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///memory",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	d.conn, d.docs = conn, fondsv1.NewCatalogServiceClient(conn)
	return d
}

// as is a context with authorization headers.
func (d *door) as(headers ...string) context.Context {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 10*time.Second)
	d.t.Cleanup(cancel)
	return metadata.NewOutgoingContext(ctx, metadata.MD{header: headers})
}

func (d *door) get(headers ...string) (person string, code codes.Code) {
	d.t.Helper()
	doc, err := d.docs.GetDocument(d.as(headers...), &fondsv1.GetDocumentRequest{})
	return doc.GetPerson(), status.Code(err)
}

func TestGateKnowsCallers(t *testing.T) {
	d := serve(t, true)
	user, secrets := d.add("Anna", catalog.Reads)
	_, session, err := d.OpenLink(d.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		headers []string
		person  string
		code    codes.Code
	}{
		{"nobody", nil, LocalID, codes.OK},
		{"token", []string{"Bearer " + secrets.Token}, user.ID, codes.OK},
		{"token, small letters", []string{"bearer " + secrets.Token}, user.ID, codes.OK},
		{"session", []string{sessionScheme + " " + session}, user.ID, codes.OK},
		{"no session", []string{sessionScheme + " "}, "", codes.Unauthenticated},
		{"empty", []string{""}, "", codes.Unauthenticated},
		{"no scheme", []string{secrets.Token}, "", codes.Unauthenticated},
		{"other scheme", []string{"Basic " + secrets.Token}, "", codes.Unauthenticated},
		{"two", []string{"Bearer " + secrets.Token, "Bearer " + secrets.Token}, "", codes.Unauthenticated},
		{"session for token", []string{"Bearer " + session}, "", codes.Unauthenticated},
		{"token for session", []string{sessionScheme + " " + secrets.Token}, "", codes.Unauthenticated},
		{"link for token", []string{"Bearer " + secrets.Link}, "", codes.Unauthenticated},
	} {
		if person, code := d.get(c.headers...); person != c.person || code != c.code {
			t.Errorf("%s: %q, %v, want %q, %v", c.name, person, code, c.person, c.code)
		}
	}
	_, err = d.docs.DeleteDocument(d.as("Bearer "+secrets.Token), &fondsv1.DeleteDocumentRequest{})
	if status.Code(err) != codes.PermissionDenied {
		t.Errorf("a reader deletes: %v", err)
	}
	if _, err := d.docs.DeleteDocument(d.as(), &fondsv1.DeleteDocumentRequest{}); err != nil {
		t.Errorf("the local operator deletes: %v", err)
	}
}

// The local operator sits at the machine: neither another machine's caller is one, nor
// whom a proxy on this machine speaks for.
func TestLocalIsOnThisMachine(t *testing.T) {
	g := &Gate{Accounts: open(t).Accounts, AllowLocal: true}
	for _, c := range []struct {
		at    net.Addr
		sent  metadata.MD
		local bool
	}{
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, nil, true},
		{&net.TCPAddr{IP: net.ParseIP("::ffff:127.8.9.1"), Port: 1}, nil, true},
		{&net.TCPAddr{IP: net.IPv6loopback, Port: 1}, nil, true},
		{&net.UnixAddr{Name: "@", Net: "unix"}, nil, true},
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}, nil, false},
		{&net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 1}, nil, false},
		{&net.TCPAddr{IP: net.IPv4zero, Port: 1}, nil, false},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, metadata.Pairs("x-forwarded-for", "192.0.2.1"), false},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, metadata.Pairs("Forwarded", "for=192.0.2.1"), false},
		{nil, nil, false},
	} {
		ctx := metadata.NewIncomingContext(peer.NewContext(t.Context(), &peer.Peer{Addr: c.at}), c.sent)
		caller, err := g.caller(ctx)
		if caller.Local != c.local || (err == nil) != c.local {
			t.Errorf("%v with %v: %+v, %v", c.at, c.sent, caller, err)
		}
		if err != nil {
			wantReason(t, err, catalog.Unauthenticated, catalog.ReasonUnauthenticated)
		}
	}
	if _, err := g.caller(t.Context()); err == nil {
		t.Error("who comes from nowhere is local")
	}
}

// The calls of the process itself need no user, and no user's secret opens them.
func TestOwnCalls(t *testing.T) {
	g := &Gate{Accounts: open(t).Accounts, Limiter: NewLimiter(time.Now), Own: "a secret of this process"}
	as := func(g *Gate, header string) (Caller, error) {
		return g.caller(metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", header)))
	}
	c, err := as(g, g.OwnHeader())
	if err != nil || c.ID != LocalID || !c.May(catalog.Ingests) || c.May(catalog.Corrects) || c.May(catalog.Operates) {
		t.Errorf("own: %+v, %v", c, err)
	}
	for _, header := range []string{ownScheme, ownScheme + " ", ownScheme + " a secret", "Bearer " + g.Own} {
		if c, err := as(g, header); err == nil {
			t.Errorf("%q: %+v", header, c)
		}
	}
	none := &Gate{Accounts: g.Accounts, Limiter: g.Limiter}
	if c, err := as(none, none.OwnHeader()); err == nil {
		t.Errorf("without a secret: %+v", c)
	}
}

func TestGateWithoutLocal(t *testing.T) {
	d := serve(t, false)
	for range 50 { // no attempt at anything, so never too many
		if _, code := d.get(); code != codes.Unauthenticated {
			t.Fatal(code)
		}
	}
	if _, err := grpc_health_v1.NewHealthClient(d.conn).Check(d.as(), &grpc_health_v1.HealthCheckRequest{}); err != nil {
		t.Errorf("health: %v", err)
	}
	stream, err := grpc_health_v1.NewHealthClient(d.conn).Watch(d.as(), &grpc_health_v1.HealthCheckRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		t.Errorf("health: %v", err)
	}
}

func TestGateLimitsAttempts(t *testing.T) {
	d := serve(t, true)
	_, secrets := d.add("Anna", catalog.Reads)
	_, more := d.add("Boris", catalog.Reads)
	_, session, err := d.OpenLink(d.ctx(), more.Link)
	if err != nil {
		t.Fatal(err)
	}
	for i := range addressAttempts {
		if _, code := d.get(fmt.Sprint("Bearer fonds_wrong", i)); code != codes.Unauthenticated {
			t.Fatal(code)
		}
	}
	if _, code := d.get("Bearer " + secrets.Token); code != codes.ResourceExhausted {
		t.Errorf("single call: %v", code)
	}
	stream, err := d.docs.WatchEvents(d.as("Bearer "+secrets.Token), &fondsv1.WatchEventsRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("stream: %v", err)
	}
	if _, code := d.get(); code != codes.OK {
		t.Errorf("who shows no token: %v", code)
	}
	if _, code := d.get(sessionScheme + " " + session); code != codes.OK {
		t.Errorf("a browser: %v", code)
	}
	d.clock.pass(3 * time.Second)
	if _, code := d.get("Bearer " + secrets.Token); code != codes.OK {
		t.Errorf("after the wait: %v", code)
	}
}

func TestStreamEndsWhenItsCallerIsShutOut(t *testing.T) {
	d := serve(t, true)
	other, _ := d.add("Boris", catalog.Reads)
	for name, shutOut := range map[string]func(*door, catalog.User, string) error{
		"revoked": func(d *door, u catalog.User, _ string) error {
			_, err := d.RevokeTokens(d.ctx(), Local(), u.ID)
			return err
		},
		"barred": func(d *door, u catalog.User, _ string) error {
			_, err := d.UpdateUser(d.ctx(), Local(), u.ID, "", u.Roles, true)
			return err
		},
		"signed out": func(d *door, _ catalog.User, session string) error { return d.EndSession(d.ctx(), session) },
		"elsewhere, a minute ago": func(d *door, u catalog.User, _ string) error {
			d.clock.pass(recheckEvery)
			return d.store.Tx(d.ctx(), func(tx catalog.Tx) error {
				_, err := tx.DeleteCredentials(u.ID, time.Time{})
				return err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			user, secrets := d.add("Anna, "+name, catalog.Reads)
			_, session, err := d.OpenLink(d.ctx(), secrets.Link)
			if err != nil {
				t.Fatal(err)
			}
			stream, err := d.docs.WatchEvents(d.as(sessionScheme+" "+session), &fondsv1.WatchEventsRequest{})
			if err != nil {
				t.Fatal(err)
			}
			d.archive.events <- 1
			if e, err := stream.Recv(); err != nil || e.GetPerson() != user.ID {
				t.Fatalf("%v, %v", e, err)
			}
			// What concerns others does not end it.
			if _, err := d.RevokeTokens(d.ctx(), Local(), other.ID); err != nil {
				t.Fatal(err)
			}
			d.archive.events <- 2
			if e, err := stream.Recv(); err != nil || e.GetPosition() != 2 {
				t.Fatalf("%v, %v", e, err)
			}
			if err := shutOut(d, user, session); err != nil {
				t.Fatal(err)
			}
			d.archive.events <- 3
			if e, err := stream.Recv(); status.Code(err) != codes.Unauthenticated {
				t.Errorf("%v, %v", e, err)
			}
		})
	}
}

func TestUploadEndsWithItsRole(t *testing.T) {
	d := serve(t, true)
	user, secrets := d.add("Anna", catalog.Ingests)
	stream, err := fondsv1.NewIngestServiceClient(d.conn).UploadScan(d.as("Bearer " + secrets.Token))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&fondsv1.UploadScanRequest{}); err != nil {
		t.Fatal(err)
	}
	<-d.archive.events
	if _, err := d.UpdateUser(d.ctx(), Local(), user.ID, "", []catalog.Role{catalog.Reads}, false); err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&fondsv1.UploadScanRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.CloseAndRecv(); status.Code(err) != codes.PermissionDenied {
		t.Errorf("%v", err)
	}
}
