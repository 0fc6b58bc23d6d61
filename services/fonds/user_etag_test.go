package main

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// changedMeanwhile is a server on which another operator changes a user between what a
// command reads and what it writes.
type changedMeanwhile struct {
	fondsv1.UnimplementedAccountServiceServer
	written chan *fondsv1.UpdateUserRequest
}

const readUser = "users/01890000-0000-7000-8000-000000000000"

func (s *changedMeanwhile) ListUsers(context.Context, *fondsv1.ListUsersRequest) (*fondsv1.ListUsersResponse, error) {
	return &fondsv1.ListUsersResponse{Users: []*fondsv1.User{{Name: readUser, DisplayName: "Anna", Etag: "as it was read"}}}, nil
}

func (s *changedMeanwhile) UpdateUser(_ context.Context, req *fondsv1.UpdateUserRequest) (*fondsv1.User, error) {
	s.written <- req
	return &fondsv1.User{Name: readUser, DisplayName: "Anna"}, nil
}

// What is set is set over what was read: --disable must not take back roles that another
// operator has given since.
func TestUserSetNamesWhatItHasRead(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	server, accounts := grpc.NewServer(), &changedMeanwhile{written: make(chan *fondsv1.UpdateUserRequest, 1)}
	fondsv1.RegisterAccountServiceServer(server, accounts)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-ended
	})
	a := &archive{t: t, address: listener.Addr().String()}
	a.must(exitOK, "user", "set", "Anna", "--disable")
	if req := <-accounts.written; req.GetEtag() != "as it was read" || !req.GetDisabled() {
		t.Errorf("written: %v", req)
	}
}
