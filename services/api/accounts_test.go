package api

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	validate "github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/protovalidate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/services/store/sqlite/sqlitetest"
)

// serveAccounts serves the accounts of a new store behind the gate.
func serveAccounts(t *testing.T) (fondsv1.AccountServiceClient, *auth.Accounts) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlitetest.Put(t, filepath.Join(t.TempDir(), "fonds.db")))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	accounts := auth.New(store, now, func() string { return uuid.Must(uuid.NewV7()).String() }, nil)
	gate := &auth.Gate{Accounts: accounts, Limiter: auth.NewLimiter(now), AllowLocal: true}
	validator, err := newValidator()
	if err != nil {
		t.Fatal(err)
	}
	g := &guard{log: slog.New(slog.DiscardHandler), streamTime: streamTimeOf}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(g.unary, gate.Unary, limitRequest, validate.UnaryServerInterceptor(validator)))
	fondsv1.RegisterAccountServiceServer(server, &accountServer{Accounts: accounts})
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
		<-ended
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return fondsv1.NewAccountServiceClient(conn), accounts
}

func bearing(t *testing.T, token string) context.Context {
	t.Helper()
	return metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token)
}

// wantStatus holds an error to a code and a reason.
func wantStatus(t *testing.T, err error, code codes.Code, reason string) {
	t.Helper()
	st, got := status.Convert(err), ""
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			got = info.GetReason()
		}
	}
	if st.Code() != code || got != reason {
		t.Errorf("got %v with %q, want %v with %q", err, got, code, reason)
	}
}

func TestAccountsFromTokenToEnd(t *testing.T) {
	client, accounts := serveAccounts(t)
	added, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{
		DisplayName: " Anna  Bergström ", Roles: []fondsv1.Role{fondsv1.Role_ROLE_VERIFIER, fondsv1.Role_ROLE_READER},
	})
	if err != nil {
		t.Fatal(err)
	}
	user := added.GetUser()
	if user.GetDisplayName() != "Anna Bergström" || user.GetCreateTime() == nil || user.GetDisableTime() != nil ||
		!slices.Equal(user.GetRoles(), []fondsv1.Role{fondsv1.Role_ROLE_READER, fondsv1.Role_ROLE_VERIFIER}) {
		t.Errorf("added %v", user)
	}
	link, ok := strings.CutPrefix(added.GetLink(), "/login/")
	if !ok || added.GetLinkExpireTime() == nil {
		t.Fatalf("link %q until %v", added.GetLink(), added.GetLinkExpireTime())
	}
	if caller, _, err := accounts.OpenLink(t.Context(), link); err != nil || "users/"+caller.ID != user.GetName() {
		t.Errorf("the link opens for %+v, %v", caller, err)
	}
	if me, err := client.WhoAmI(bearing(t, added.GetToken()), &fondsv1.WhoAmIRequest{}); err != nil || me.String() != user.String() {
		t.Errorf("who: %v, %v", me, err)
	}
	more, err := client.IssueToken(t.Context(), &fondsv1.IssueTokenRequest{Name: user.GetName()})
	if err != nil || more.GetToken() == added.GetToken() || more.GetUser().GetName() != user.GetName() {
		t.Errorf("a further token: %v", err)
	}
	list, err := client.ListUsers(t.Context(), &fondsv1.ListUsersRequest{})
	if err != nil || len(list.GetUsers()) != 1 || list.GetUsers()[0].String() != user.String() {
		t.Errorf("list: %v, %v", list, err)
	}
	barred, err := client.UpdateUser(t.Context(), &fondsv1.UpdateUserRequest{Name: user.GetName(), Disabled: true})
	if err != nil || barred.GetDisableTime() == nil || !slices.Equal(barred.GetRoles(), []fondsv1.Role{fondsv1.Role_ROLE_READER}) {
		t.Errorf("barred: %v, %v", barred, err)
	}
	_, err = client.WhoAmI(bearing(t, more.GetToken()), &fondsv1.WhoAmIRequest{})
	wantStatus(t, err, codes.Unauthenticated, auth.ReasonUserBarred)
	// Two tokens, a session, and the second link.
	revoked, err := client.RevokeTokens(t.Context(), &fondsv1.RevokeTokensRequest{Name: user.GetName()})
	if err != nil || revoked.GetRevoked() != 4 {
		t.Errorf("revoked: %v, %v", revoked, err)
	}
	_, err = client.WhoAmI(bearing(t, more.GetToken()), &fondsv1.WhoAmIRequest{})
	wantStatus(t, err, codes.Unauthenticated, catalog.ReasonUnauthenticated)
}

func TestAccountsOfPrograms(t *testing.T) {
	client, _ := serveAccounts(t)
	added, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "importer", Service: true, Roles: []fondsv1.Role{fondsv1.Role_ROLE_INGESTER}})
	if err != nil || !added.GetUser().GetService() || added.GetLink() != "" || added.GetLinkExpireTime() != nil || added.GetToken() == "" {
		t.Errorf("%v", err)
	}
	_, err = client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "signer", Service: true, Roles: []fondsv1.Role{fondsv1.Role_ROLE_VERIFIER}})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument)
}

func TestWhoTheLocalOperatorIs(t *testing.T) {
	client, _ := serveAccounts(t)
	me, err := client.WhoAmI(t.Context(), &fondsv1.WhoAmIRequest{})
	if err != nil || me.GetName() != "users/local" || me.GetCreateTime() != nil || slices.Contains(me.GetRoles(), fondsv1.Role_ROLE_VERIFIER) {
		t.Errorf("%v, %v", me, err)
	}
}

func TestAccountsRefuse(t *testing.T) {
	client, _ := serveAccounts(t)
	added, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	anna, absent := bearing(t, added.GetToken()), "users/0190c0de-0000-7000-8000-000000000000"
	for _, c := range []struct {
		name   string
		call   func() error
		code   codes.Code
		reason string
	}{
		{"the same name", func() error {
			_, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "Anna "})
			return err
		}, codes.AlreadyExists, catalog.ReasonUserExists},
		{"no name", func() error {
			_, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument},
		{"a name of blanks", func() error {
			_, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "  "})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument},
		{"a name that cannot be seen", func() error {
			_, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "a\u202eb"})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument},
		{"an unheard role", func() error {
			_, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "B", Roles: []fondsv1.Role{257}})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument},
		{"no user's name", func() error {
			_, err := client.UpdateUser(t.Context(), &fondsv1.UpdateUserRequest{Name: "users/local"})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument},
		{"36 characters that are no ID", func() error {
			_, err := client.IssueToken(t.Context(), &fondsv1.IssueTokenRequest{Name: "users/" + strings.Repeat("-", 36)})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument},
		{"nobody", func() error {
			_, err := client.RevokeTokens(t.Context(), &fondsv1.RevokeTokensRequest{Name: absent})
			return err
		}, codes.NotFound, catalog.ReasonUserNotFound},
		{"a reader", func() error {
			_, err := client.AddUser(anna, &fondsv1.AddUserRequest{DisplayName: "Boris"})
			return err
		}, codes.PermissionDenied, catalog.ReasonRoleMissing},
		{"a mistyped token", func() error {
			_, err := client.WhoAmI(bearing(t, added.GetToken()+"x"), &fondsv1.WhoAmIRequest{})
			return err
		}, codes.Unauthenticated, auth.ReasonSecretMistyped},
	} {
		t.Run(c.name, func(t *testing.T) { wantStatus(t, c.call(), c.code, c.reason) })
	}
}

func TestNoCallerNoAccounts(t *testing.T) {
	s := &accountServer{}
	_, add := s.AddUser(t.Context(), &fondsv1.AddUserRequest{})
	_, who := s.WhoAmI(t.Context(), &fondsv1.WhoAmIRequest{})
	_, revoke := s.RevokeTokens(t.Context(), &fondsv1.RevokeTokensRequest{})
	for _, err := range []error{add, who, revoke} {
		wantStatus(t, statusOf(t.Context(), err, "id").Err(), codes.Unauthenticated, catalog.ReasonUnauthenticated)
	}
}

// Of two operators who have read the same, the second is told that the first was faster.
func TestUsersAreNotOverwritten(t *testing.T) {
	client, _ := serveAccounts(t)
	added, err := client.AddUser(t.Context(), &fondsv1.AddUserRequest{DisplayName: "Anna", Roles: []fondsv1.Role{fondsv1.Role_ROLE_READER}})
	if err != nil {
		t.Fatal(err)
	}
	read := added.GetUser()
	set := func(etag string, disabled bool, roles ...fondsv1.Role) (*fondsv1.User, error) {
		return client.UpdateUser(t.Context(), &fondsv1.UpdateUserRequest{Name: read.GetName(), Etag: etag, Roles: roles, Disabled: disabled})
	}
	corrector, err := set(read.GetEtag(), false, fondsv1.Role_ROLE_CORRECTOR)
	if err != nil || corrector.GetEtag() == read.GetEtag() || read.GetEtag() == "" {
		t.Fatalf("%v, %v", corrector, err)
	}
	_, err = set(read.GetEtag(), false, fondsv1.Role_ROLE_OPERATOR)
	wantStatus(t, err, codes.Aborted, catalog.ReasonEtagMismatch)
	list, err := client.ListUsers(t.Context(), &fondsv1.ListUsersRequest{})
	if err != nil || len(list.GetUsers()) != 1 || list.GetUsers()[0].String() != corrector.String() {
		t.Errorf("after a change that was refused: %v, %v", list, err)
	}
	barred, err := set(corrector.GetEtag(), true, fondsv1.Role_ROLE_CORRECTOR)
	if err != nil || barred.GetEtag() == corrector.GetEtag() {
		t.Errorf("%v, %v", barred, err)
	}
	if _, err := set("", false, fondsv1.Role_ROLE_CORRECTOR); err != nil {
		t.Errorf("without an etag: %v", err)
	}
}
