package api

import (
	"context"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// accountServer keeps the users. Who may call what was decided before it is called.
type accountServer struct {
	fondsv1.UnimplementedAccountServiceServer
	Accounts *auth.Accounts
	// PublicURL is where browsers reach the review page; empty where that is not known.
	PublicURL string
}

// AddUser adds a person or a program.
func (s *accountServer) AddUser(ctx context.Context, req *fondsv1.AddUserRequest) (*fondsv1.AddUserResponse, error) {
	by, err := callerOf(ctx)
	if err != nil {
		return nil, err
	}
	user, secrets, err := s.Accounts.AddUser(ctx, by, req.GetDisplayName(), rolesOf(req.GetRoles()), req.GetService())
	if err != nil {
		return nil, err
	}
	return AddedUser(user, secrets, s.PublicURL), nil
}

// ListUsers returns all users.
func (s *accountServer) ListUsers(ctx context.Context, _ *fondsv1.ListUsersRequest) (*fondsv1.ListUsersResponse, error) {
	users, err := s.Accounts.Users(ctx)
	if err != nil {
		return nil, err
	}
	answer := &fondsv1.ListUsersResponse{}
	for _, u := range users {
		answer.Users = append(answer.Users, userOf(u))
	}
	return answer, nil
}

// UpdateUser changes roles, and bars or lets in.
func (s *accountServer) UpdateUser(ctx context.Context, req *fondsv1.UpdateUserRequest) (*fondsv1.User, error) {
	by, id, err := onUser(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	user, err := s.Accounts.UpdateUser(ctx, by, id, req.GetEtag(), rolesOf(req.GetRoles()), req.GetDisabled())
	if err != nil {
		return nil, err
	}
	return userOf(user), nil
}

// IssueToken issues a further token.
func (s *accountServer) IssueToken(ctx context.Context, req *fondsv1.IssueTokenRequest) (*fondsv1.AddUserResponse, error) {
	by, id, err := onUser(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	user, secrets, err := s.Accounts.IssueToken(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return AddedUser(user, secrets, s.PublicURL), nil
}

// RevokeTokens makes all that lets a user in void.
func (s *accountServer) RevokeTokens(ctx context.Context, req *fondsv1.RevokeTokensRequest) (*fondsv1.RevokeTokensResponse, error) {
	by, id, err := onUser(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	revoked, err := s.Accounts.RevokeTokens(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return &fondsv1.RevokeTokensResponse{Revoked: number(revoked)}, nil
}

// WhoAmI tells who is calling. The local operator is no row among the users.
func (s *accountServer) WhoAmI(ctx context.Context, _ *fondsv1.WhoAmIRequest) (*fondsv1.User, error) {
	caller, err := callerOf(ctx)
	if err != nil {
		return nil, err
	}
	if caller.Local {
		return userOf(catalog.User{ID: caller.ID, DisplayName: caller.DisplayName, Roles: caller.Roles}), nil
	}
	user, err := s.Accounts.User(ctx, caller.ID)
	if err != nil {
		return nil, err
	}
	return userOf(user), nil
}

// callerOf returns who is calling; without one the interceptors are not in place.
func callerOf(ctx context.Context) (auth.Caller, error) {
	caller, ok := auth.From(ctx)
	if !ok {
		return auth.Caller{}, &catalog.Error{
			Code: catalog.Unauthenticated, Reason: catalog.ReasonUnauthenticated,
			Message: "it is not known who is calling",
		}
	}
	return caller, nil
}

// onUser returns who is calling and the ID in users/{uuid}.
func onUser(ctx context.Context, name string) (by auth.Caller, id string, err error) {
	if by, err = callerOf(ctx); err != nil {
		return auth.Caller{}, "", err
	}
	id, err = uuidAfter("users", "name", name)
	return by, id, err
}

func rolesOf(roles []fondsv1.Role) []catalog.Role {
	var translated []catalog.Role
	for _, r := range roles {
		translated = append(translated, catalog.Role(r))
	}
	return translated
}

func userOf(u catalog.User) *fondsv1.User {
	m := &fondsv1.User{
		Name: "users/" + u.ID, DisplayName: u.DisplayName, Service: u.Service,
		CreateTime: timestamp(u.CreatedAt), DisableTime: timestamp(u.DisabledAt),
	}
	if u.ID != auth.LocalID {
		m.Etag = u.Etag()
	}
	for _, r := range u.Roles {
		m.Roles = append(m.Roles, fondsv1.Role(r))
	}
	return m
}

// AddedUser is the answer that has what lets a user in. The link begins with where
// browsers reach the review page, where that is known.
func AddedUser(u catalog.User, secrets auth.Secrets, publicURL string) *fondsv1.AddUserResponse {
	m := &fondsv1.AddUserResponse{User: userOf(u), Token: secrets.Token}
	if secrets.Link != "" {
		m.Link, m.LinkExpireTime = publicURL+auth.LoginPath+secrets.Link, timestamp(secrets.LinkExpiresAt)
	}
	return m
}
