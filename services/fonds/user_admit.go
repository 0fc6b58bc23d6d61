package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
)

// defaultWeb is where `fonds serve` has the review page unless told otherwise.
const defaultWeb = "http://127.0.0.1:7480"

// admission says where what lets a user in is to go.
type admission struct {
	web string
	out string
	// here tells that the server is on this machine.
	here bool
}

func (a *admission) flags(cmd *cobra.Command) {
	addServerFlag(cmd)
	cmd.Flags().StringVar(&a.web, "web", "", "address of the review page, as the user's browser has it (default what the server has as --public-url, else "+defaultWeb+")")
	cmd.Flags().StringVar(&a.out, "out", "", "write the token to this new file, which only you may read, and do not print it")
}

// check refuses what cannot work before a token is issued that nobody would see.
func (a *admission) check(cmd *cobra.Command) error {
	if a.web == "" {
		a.here = isThisMachine(serverAddress(cmd))
		return nil
	}
	if u, err := url.Parse(a.web); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return usagef("--web %s: write a whole address, such as %s", shown(a.web), defaultWeb)
	}
	return nil
}

// ask has the server issue a token, and hands it over.
func (a *admission) ask(cmd *cobra.Command, issue func(context.Context, *client) (*fondsv1.AddUserResponse, error)) error {
	return a.admit(cmd, func(ctx context.Context) (*fondsv1.AddUserResponse, error) {
		c, err := dial(cmd)
		if err != nil {
			return nil, err
		}
		defer c.close()
		return issue(ctx, c)
	})
}

// admit has a token issued, and hands it over.
func (a *admission) admit(cmd *cobra.Command, issue func(context.Context) (*fondsv1.AddUserResponse, error)) error {
	err := a.check(cmd)
	if err != nil {
		return err
	}
	var file *os.File
	if a.out != "" {
		if file, err = os.OpenFile(a.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return dataf("--out %s: %s", shown(a.out), reasonOf(err))
		}
	}
	answer, err := issue(cmd.Context())
	if err != nil {
		if file != nil {
			err = errors.Join(err, file.Close(), os.Remove(a.out))
		}
		return err
	}
	if file != nil {
		_, err = file.WriteString(answer.GetToken() + "\n")
		if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
			return dataf("the token of %s was issued and could not be written to %s (%s): have another issued with `fonds user token`",
				answer.GetUser().GetName(), shown(a.out), reasonOf(err))
		}
		answer.Token = ""
	}
	if wantsJSON(cmd) {
		return writeResource(cmd.OutOrStdout(), answer)
	}
	return a.tell(cmd.OutOrStdout(), answer)
}

// linkOf gives a link with the address of the review page: that of --web, else the one
// that the server has been told of, else where the page is on this machine.
func (a *admission) linkOf(link string) string {
	at := strings.Index(link, auth.LoginPath)
	switch {
	case at >= 0 && a.web != "":
		return strings.TrimRight(a.web, "/") + link[at:]
	case at == 0 && a.here:
		return defaultWeb + link
	}
	return link
}

// tell says what was issued and what to do with each.
func (a *admission) tell(w io.Writer, answer *fondsv1.AddUserResponse) error {
	u := answer.GetUser()
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s), %s: %s\n", shown(u.GetDisplayName()), u.GetName(), userKind(u), roleWords(u.GetRoles()))
	switch link := a.linkOf(answer.GetLink()); {
	case link == "":
	case strings.HasPrefix(link, "/"):
		fmt.Fprintf(&b, "\nFor the browser, once, until %s, behind the address of the review page:\n  %s\n", moment(answer.GetLinkExpireTime()), link)
	default:
		fmt.Fprintf(&b, "\nFor the browser, once, until %s:\n  %s\n", moment(answer.GetLinkExpireTime()), link)
	}
	if a.out != "" {
		path, err := filepath.Abs(a.out)
		if err != nil {
			path = a.out
		}
		fmt.Fprintf(&b, "\nFor fonds and gRPC there is a token in %s:\n  export %s=%s\n", shown(a.out), tokenFileEnv, shown(path))
	} else {
		fmt.Fprintf(&b, `
For fonds and gRPC, a token, which is not shown again; keep it as you would a password:
  %s
In a file that nobody else may read it serves as
  export %s=FILE
and other programs send it as "authorization: Bearer …".
`, answer.GetToken(), tokenFileEnv)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// userAddOptions are the flags of user add.
type userAddOptions struct {
	admission
	roles   []string
	service bool
	// data is the folder of a server that is stopped; empty to ask one that runs.
	data string
}

func newUserAddCommand() *cobra.Command {
	var o userAddOptions
	cmd := &cobra.Command{
		Use:   "add NAME [--role ROLE...]",
		Short: "Add a person or a program, and print what lets them in",
		Long: `Add a person, or with --service a program, and print what lets them in: a link for the
browser, which serves once and for a day, and a token for fonds and gRPC. Neither is
shown again; ` + "`fonds user token`" + ` issues others.

Where a server lets nobody in without a token, --data adds the first operator in the
server's data folder, while the server is stopped; run it as the user that the server
runs as. Whoever may write there can do so at any time, as after all tokens were lost.

NAME is what people call them, such as "Anna Bergström": history and signatures show it.`,
		Example: `  fonds user add "Anna Bergström" --role verifier
  fonds user add "Boris Lund" --role corrector --web https://archive.example.org
  fonds user add importer --service --role ingester --out importer.token
  fonds user add "Olga Brandt" --role operator --data /srv/fonds
  fonds user add "Anna Bergström" --role verifier --json | jq -r .token`,
		Args: needs(cobra.ExactArgs(1), "one NAME; write one of several words in quotation marks"),
		RunE: func(cmd *cobra.Command, args []string) error {
			roles, err := rolesNamed(o.roles)
			if err != nil {
				return err
			}
			request := &fondsv1.AddUserRequest{DisplayName: strings.ToValidUTF8(args[0], "\uFFFD"), Roles: roles, Service: o.service}
			if cmd.Flags().Changed("data") {
				return o.addIn(cmd, request)
			}
			return o.ask(cmd, func(ctx context.Context, c *client) (*fondsv1.AddUserResponse, error) {
				return call(ctx, c.accounts.AddUser, request)
			})
		},
	}
	o.flags(cmd)
	cmd.Flags().StringSliceVar(&o.roles, "role", nil, strings.Join(roleNames, ", ")+"; several times, or with commas")
	cmd.Flags().BoolVar(&o.service, "service", false, "a program, which cannot sign and has no browser")
	cmd.Flags().StringVar(&o.data, "data", "", "data folder of a server that is stopped: add the user there, and ask no server")
	return cmd
}

func newUserTokenCommand() *cobra.Command {
	var a admission
	cmd := &cobra.Command{
		Use:   "token NAME",
		Short: "Issue a user another token and link",
		Long: `Issue a user another token and, for a person, another link for the browser. Those
that they have stay good: ` + "`fonds user revoke`" + ` makes them void. The user stays the same
one. NAME is the user's name or users/ID.`,
		Example: `  fonds user token "Anna Bergström"
  fonds user revoke importer && fonds user token importer --out importer.token`,
		Args: needs(cobra.ExactArgs(1), "one user NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.ask(cmd, func(ctx context.Context, c *client) (*fondsv1.AddUserResponse, error) {
				user, err := c.userCalled(ctx, args[0])
				if err != nil {
					return nil, err
				}
				return call(ctx, c.accounts.IssueToken, &fondsv1.IssueTokenRequest{Name: user.GetName()})
			})
		},
	}
	a.flags(cmd)
	return cmd
}
