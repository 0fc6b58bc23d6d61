package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newUserCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Add the people and programs that use the archive, and say what they may do",
		Long: `Add the people and programs that use the archive, and say what they may do.

Roles: reader (all are), ingester, corrector, verifier (who corrects too), operator
(who ingests too). Two people are needed to verify a text: one corrects it, and another
one, a verifier, signs it. One person is one user, whatever tokens they have: what they
have corrected they cannot sign. A program cannot sign at all.

All but ` + "`fonds whoami`" + ` needs the role operator, which who calls without a token has
where the server lets them in; where it does not, ` + "`fonds user add NAME --role operator --data DIR`" + `
makes the first operator while the server is stopped.`,
		Example: `  fonds user add "Anna Bergström" --role verifier
  fonds user add importer --service --role ingester --out importer.token
  fonds user list
  fonds user set "Anna Bergström" --role corrector,operator
  fonds user token "Anna Bergström"
  fonds user set "Anna Bergström" --disable`,
		Args: verbs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newUserAddCommand(), newUserListCommand(), newUserSetCommand(), newUserTokenCommand(), newUserRevokeCommand())
	return cmd
}

// roleNames are the roles as people write them, in the order of the contract.
var roleNames = []string{"reader", "ingester", "corrector", "verifier", "operator"}

// rolesNamed gives the roles of --role.
func rolesNamed(names []string) ([]fondsv1.Role, error) {
	var roles []fondsv1.Role
	for _, name := range names {
		i := slices.Index(roleNames, strings.ToLower(strings.TrimSpace(name)))
		if i < 0 {
			return nil, usagef("--role %s: the roles are %s", shown(name), strings.Join(roleNames, ", "))
		}
		if role := fondsv1.Role(i + 1); !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles, nil
}

// roleWords lists roles in words.
func roleWords(roles []fondsv1.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, strings.ToLower(strings.TrimPrefix(r.String(), "ROLE_")))
	}
	return orDash(strings.Join(words, ", "))
}

func newUserListCommand() *cobra.Command {
	list := listing[*fondsv1.User]{
		header: []string{"NAME", "ROLES", "KIND", "ADDED", "BARRED", "USER"},
		none:   "no users: who calls is the local operator, who cannot sign; add people with `fonds user add NAME --role verifier`",
		page: func(ctx context.Context, c *client, _ int32, _ string) ([]*fondsv1.User, string, error) {
			answer, err := c.accounts.ListUsers(ctx, &fondsv1.ListUsersRequest{}, zipped())
			return answer.GetUsers(), "", err
		},
		row: func(u *fondsv1.User) []string {
			return []string{shown(u.GetDisplayName()), roleWords(u.GetRoles()), userKind(u), moment(u.GetCreateTime()), moment(u.GetDisableTime()), u.GetName()}
		},
	}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the users by name",
		Example: "  fonds user list\n  fonds user list --json | jq -r .displayName",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list.print(cmd, 0) },
	}
	addServerFlag(cmd)
	return cmd
}

func userKind(u *fondsv1.User) string {
	if u.GetService() {
		return "program"
	}
	return "person"
}

// userSetOptions are the flags of user set.
type userSetOptions struct {
	roles           []string
	disable, enable bool
}

func newUserSetCommand() *cobra.Command {
	var o userSetOptions
	cmd := &cobra.Command{
		Use:   "set NAME {--role ROLE... | --disable | --enable}",
		Short: "Say what a user may do, or bar them",
		Long: `Say what a user may do from now on, or bar them from the archive and let them in
again. --role gives all roles, in the place of those that they had.

Who is barred is shut out at once, everywhere; what they have corrected and signed
stays. NAME is the user's name or users/ID.`,
		Example: `  fonds user set "Anna Bergström" --role corrector
  fonds user set "Anna Bergström" --role verifier,operator
  fonds user set importer --disable
  fonds user set importer --enable`,
		Args: needs(cobra.ExactArgs(1), "one user NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	addServerFlag(cmd)
	cmd.Flags().StringSliceVar(&o.roles, "role", nil, strings.Join(roleNames, ", ")+"; several times, or with commas")
	cmd.Flags().BoolVar(&o.disable, "disable", false, "bar them")
	cmd.Flags().BoolVar(&o.enable, "enable", false, "let them in again")
	return cmd
}

func (o *userSetOptions) run(cmd *cobra.Command, written string) error {
	roles, err := rolesNamed(o.roles)
	switch {
	case err != nil:
		return err
	case o.disable && o.enable:
		return usagef("--disable and --enable: say one of them")
	case len(roles) == 0 && !o.disable && !o.enable:
		return usagef("say what to set: --role ROLE, --disable or --enable")
	}
	return onUser(cmd, written, func(c *client, user *fondsv1.User) error {
		request := &fondsv1.UpdateUserRequest{
			Name: user.GetName(), Roles: roles, Disabled: user.GetDisableTime() != nil && !o.enable || o.disable, Etag: user.GetEtag(),
		}
		if len(roles) == 0 {
			request.Roles = user.GetRoles()
		}
		after, err := call(cmd.Context(), c.accounts.UpdateUser, request)
		if err != nil {
			return err
		}
		if wantsJSON(cmd) {
			return writeResource(cmd.OutOrStdout(), after)
		}
		state := ""
		if after.GetDisableTime() != nil {
			state = ", barred since " + moment(after.GetDisableTime())
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s (%s): %s%s\n", shown(after.GetDisplayName()), after.GetName(), roleWords(after.GetRoles()), state)
		return err
	})
}

func newUserRevokeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revoke NAME",
		Short: "Make all tokens, links and sessions of a user void",
		Long: `Make all tokens, links and sessions of a user void, at once and everywhere: when one
may have come into other hands, or somebody has left. They stay a user, and
` + "`fonds user token`" + ` issues another; ` + "`fonds user set NAME --disable`" + ` bars them.`,
		Example: `  fonds user revoke "Anna Bergström"`,
		Args:    needs(cobra.ExactArgs(1), "one user NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return onUser(cmd, args[0], func(c *client, user *fondsv1.User) error {
				answer, err := call(cmd.Context(), c.accounts.RevokeTokens, &fondsv1.RevokeTokensRequest{Name: user.GetName()})
				if err != nil {
					return err
				}
				if wantsJSON(cmd) {
					return writeResource(cmd.OutOrStdout(), answer)
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s (%s): %d tokens, links and sessions made void\n", shown(user.GetDisplayName()), user.GetName(), answer.GetRevoked())
				return err
			})
		},
	}
	addServerFlag(cmd)
	return cmd
}

// onUser does something with the user that somebody has named.
func onUser(cmd *cobra.Command, written string, do func(*client, *fondsv1.User) error) error {
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	user, err := c.userCalled(cmd.Context(), written)
	if err != nil {
		return err
	}
	return do(c, user)
}

// userCalled finds a user by ID, or by name: as it is, else whatever the case.
func (c *client) userCalled(ctx context.Context, written string) (*fondsv1.User, error) {
	answer, err := call(ctx, c.accounts.ListUsers, &fondsv1.ListUsersRequest{})
	if err != nil {
		return nil, err
	}
	name := strings.Join(strings.Fields(written), " ")
	for _, same := range []func(*fondsv1.User) bool{
		func(u *fondsv1.User) bool {
			return u.GetDisplayName() == name || strings.TrimPrefix(u.GetName(), "users/") == strings.ToLower(strings.TrimPrefix(name, "users/"))
		},
		func(u *fondsv1.User) bool { return strings.EqualFold(u.GetDisplayName(), name) },
	} {
		found := slices.DeleteFunc(slices.Clone(answer.GetUsers()), func(u *fondsv1.User) bool { return !same(u) })
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return nil, usagef("%s are called %s: write it with the same capitals, or users/ID; `fonds user list` has them", plural(len(found), "user"), shown(written))
		}
	}
	return nil, notFoundf("no user is called %s; `fonds user list` has all", shown(written))
}

func newWhoAmICommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "whoami",
		Short:   "Tell who you are to the server, and what you may do",
		Example: "  fonds whoami\n  fonds whoami --token-file ~/.config/fonds/token --json",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, where, err := tokenFrom(cmd)
			if err != nil {
				return err
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			user, err := call(cmd.Context(), c.accounts.WhoAmI, &fondsv1.WhoAmIRequest{})
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return writeResource(cmd.OutOrStdout(), user)
			}
			how := "by the token in " + where
			if where == "" {
				how = "without a token: to sign, a person needs one, from `fonds user add NAME --role verifier`"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s (%s)\n  roles  %s\n  known  %s\n", shown(user.GetDisplayName()), user.GetName(), roleWords(user.GetRoles()), how)
			return err
		},
	}
	addServerFlag(cmd)
	return cmd
}
