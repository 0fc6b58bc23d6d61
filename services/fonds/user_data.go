package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// addIn adds a user in the data folder of a server that is stopped, in the name of the
// local operator. The server gives the act its leaf in the log when it starts.
func (o *userAddOptions) addIn(cmd *cobra.Command, request *fondsv1.AddUserRequest) error {
	switch {
	case o.data == "":
		return usagef("--data needs a folder")
	case cmd.Flags().Changed("server"):
		return usagef("--data and --server: either a folder or a server that runs")
	}
	return o.admit(cmd, func(ctx context.Context) (*fondsv1.AddUserResponse, error) {
		answer, err := addUserIn(ctx, o.data, request)
		if e, ok := errors.AsType[*catalog.Error](err); ok && e.Code == catalog.Invalid {
			return nil, usagef("%s", e.Message)
		} else if ok {
			return nil, refusedf("%s", e.Message)
		}
		return answer, err
	})
}

func addUserIn(ctx context.Context, data string, request *fondsv1.AddUserRequest) (_ *fondsv1.AddUserResponse, err error) {
	if err := os.MkdirAll(data, 0o750); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	unlock, err := lockFolder(data)
	if errors.Is(err, errOwned) {
		return nil, refusedf("a server runs on %s: stop it first, or ask it without --data", shown(data))
	}
	if err != nil {
		return nil, err
	}
	defer unlock()
	store, err := sqlite.Open(ctx, filepath.Join(data, databaseFile))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	roles := make([]catalog.Role, len(request.GetRoles()))
	for i, role := range request.GetRoles() {
		roles[i] = catalog.Role(role)
	}
	user, secrets, err := auth.New(store, present, newID, nil).AddUser(ctx, auth.Local(), request.GetDisplayName(), roles, request.GetService())
	if err != nil {
		return nil, err
	}
	return api.AddedUser(user, secrets, ""), nil
}
