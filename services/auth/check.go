package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Viewer gives snapshots of a store to read; a catalog.Store is one.
type Viewer interface {
	View(ctx context.Context, fn func(catalog.Reader) error) error
}

// Check compares every user with what the log says of their name, roles and whether they
// may come in, and what lets them in at the time now with the tokens and links that were
// issued to them. It tells of those that are otherwise: a role that no act gave was put
// into the database by other means. An error means that it could not be read.
func Check(ctx context.Context, store Viewer, now time.Time, found func(name, problem string)) error {
	return store.View(ctx, func(r catalog.Reader) error {
		users, err := r.Users()
		if errors.Is(err, catalog.ErrDamaged) {
			found("users", err.Error())
			return nil
		}
		if err != nil {
			return fmt.Errorf("check users: %w", err)
		}
		for _, u := range users {
			acts, err := r.ActsOn(subject(u))
			if err != nil {
				return fmt.Errorf("check user %s: %w", u.ID, err)
			}
			if problem := differs(u, acts); problem != "" {
				found(subject(u), problem)
			}
			credentials, err := r.Credentials(u.ID)
			if err != nil {
				return fmt.Errorf("check what lets user %s in: %w", u.ID, err)
			}
			logged := readAdmissions(acts)
			for _, c := range credentials {
				if problem := logged.wrong(c, credentials, now); problem != "" {
					found(credentialName(u, c), problem)
				}
			}
		}
		return nil
	})
}

// differs tells in what a user is not as the last act on them says.
func differs(u catalog.User, acts []catalog.Act) string {
	var logged userFacts
	known := false
	for _, a := range acts {
		if a.Kind != catalog.ActUserAdded && a.Kind != catalog.ActUserChanged {
			continue
		}
		logged, known = userFacts{}, true
		if json.Unmarshal(a.Facts, &logged) != nil {
			return "" // the check of the log tells of it
		}
	}
	now := factsOf(u)
	switch {
	case !known:
		return "no act says that the user was added"
	case now.DisplayName != logged.DisplayName || now.Service != logged.Service || now.Disabled != logged.Disabled || !slices.Equal(now.Roles, logged.Roles):
		return fmt.Sprintf("is %+v, logged was %+v", now, logged)
	}
	return ""
}
