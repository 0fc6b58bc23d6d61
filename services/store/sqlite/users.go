package sqlite

import (
	"errors"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	userColumns       = "id, display_name, roles, service, created_at, disabled_at"
	credentialColumns = "digest, user, kind, created_at, expires_at" //nolint:gosec // names of columns
)

var (
	insertUser    = insert("users", userColumns)
	putCredential = upsert("credentials", "digest", credentialColumns)
)

const changeUser = `UPDATE users SET display_name = ?, roles = ?, service = ?, created_at = ?, disabled_at = ? WHERE id = ?`

func readUser(r *row) catalog.User {
	var roles []int // not []catalog.Role, which JSON takes for bytes
	u := catalog.User{ID: r.text(), DisplayName: r.text()}
	r.json("roles of user "+u.ID, &roles)
	for _, role := range roles {
		u.Roles = append(u.Roles, catalog.Role(role))
	}
	u.Service, u.CreatedAt, u.DisabledAt = r.bool(), r.time(), r.time()
	return u
}

func readCredential(r *row) catalog.Credential {
	return catalog.Credential{
		Digest: r.digest(), User: r.text(), Kind: catalog.CredentialKind(r.int()), CreatedAt: r.time(), ExpiresAt: r.time(),
	}
}

func (v *view) User(id string) (catalog.User, error) {
	return one(v, `SELECT `+userColumns+` FROM users WHERE id = ?`, readUser, id)
}

func (v *view) UserCalled(name string) (catalog.User, error) {
	return one(v, `SELECT `+userColumns+` FROM users WHERE display_name = ?`, readUser, name)
}

func (v *view) Users() ([]catalog.User, error) {
	return all(v, `SELECT `+userColumns+` FROM users ORDER BY display_name`, readUser)
}

func (v *view) UserNames(ids []string) (map[string]string, error) {
	names := make(map[string]string, len(ids))
	for _, id := range ids {
		name, err := one(v, `SELECT display_name FROM users WHERE id = ?`, (*row).text, id)
		if errors.Is(err, catalog.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		names[id] = name
	}
	return names, nil
}

func (v *view) Credentials(user string) ([]catalog.Credential, error) {
	return all(v, `SELECT `+credentialColumns+` FROM credentials WHERE user = ? ORDER BY digest`, readCredential, user)
}

func (v *view) Credential(digest catalog.Digest) (catalog.Credential, error) {
	return one(v, `SELECT `+credentialColumns+` FROM credentials WHERE digest = ?`, readCredential, digest)
}

// PutUser looks whether the user is there: a trigger refuses whoever is put in a user's place.
func (t *tx) PutUser(u catalog.User) error {
	roles := make([]int, len(u.Roles))
	for i, role := range u.Roles {
		roles[i] = int(role)
	}
	_, err := t.User(u.ID)
	if err == nil {
		return t.put("user", u.DisplayName, changeUser, u.DisplayName, jsonText{roles}, u.Service, u.CreatedAt, u.DisabledAt, u.ID)
	}
	if !errors.Is(err, catalog.ErrNotFound) {
		return err
	}
	return t.put("user", u.DisplayName, insertUser, u.ID, u.DisplayName, jsonText{roles}, u.Service, u.CreatedAt, u.DisabledAt)
}

func (t *tx) PutCredential(c catalog.Credential) error {
	return t.put("credential of user", c.User, putCredential, c.Digest, c.User, c.Kind, c.CreatedAt, c.ExpiresAt)
}

func (t *tx) DeleteCredential(digest catalog.Digest) error {
	_, err := t.exec(`DELETE FROM credentials WHERE digest = ?`, digest)
	return err
}

func (t *tx) DeleteCredentials(user string, before time.Time) (int, error) {
	query, args := `DELETE FROM credentials WHERE true`, []any(nil)
	if user != "" {
		query, args = query+` AND user = ?`, append(args, user)
	}
	if !before.IsZero() {
		query, args = query+` AND expires_at <> 0 AND expires_at < ?`, append(args, before)
	}
	n, err := t.exec(query, args...)
	return int(n), err
}
