package main

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
)

const (
	tokenEnv     = "FONDS_TOKEN"
	tokenFileEnv = tokenEnv + "_FILE"
	// longestToken bounds what is read of a token's file: a token has 54 characters.
	longestToken = 4096
)

// addTokenFlags gives a command the flags that say who makes the call. A token itself is
// no flag: everybody on a machine can read the command lines of all.
func addTokenFlags(cmd *cobra.Command) {
	cmd.Flags().String("token-file", "", "file with your token, which nobody else may read (default $"+tokenEnv+", else the file $"+tokenFileEnv+")")
	cmd.Flags().Bool("insecure", false, "send the token to another machine in clear, as there is no TLS")
}

// authorization is the header by which the server knows who makes a call.
type authorization string

// bearer is the header for who has a token.
func bearer(token string) authorization { return authorization("Bearer " + token) }

// GetRequestMetadata gives the header.
func (a authorization) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": string(a)}, nil
}

// RequireTransportSecurity is not left to gRPC, which would refuse this machine too:
// see mayHaveToken.
func (authorization) RequireTransportSecurity() bool { return false }

// tokenOf finds the caller's token; empty for who has none.
func tokenOf(cmd *cobra.Command) (string, error) {
	token, _, err := tokenFrom(cmd)
	return token, err
}

// tokenFrom finds the caller's token, and tells where.
func tokenFrom(cmd *cobra.Command) (token, where string, err error) {
	if f := cmd.Flags().Lookup("token-file"); f != nil && f.Changed {
		token, err = readToken(f.Value.String())
		return token, "--token-file " + shown(f.Value.String()), err
	}
	if token = strings.TrimSpace(os.Getenv(tokenEnv)); token != "" {
		return token, "$" + tokenEnv, checkToken("$"+tokenEnv, token)
	}
	if path := os.Getenv(tokenFileEnv); path != "" {
		token, err = readToken(path)
		return token, "$" + tokenFileEnv + " " + shown(path), err
	}
	return "", "", nil
}

// readToken reads a file that nobody but its owner may read.
func readToken(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", dataf("token file %s: %s", shown(path), reasonOf(err))
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return "", dataf("token file %s: %s", shown(path), reasonOf(err))
	case info.IsDir():
		return "", dataf("token file %s is a folder", shown(path))
	case info.Mode().Perm()&0o077 != 0:
		return "", refusedf("others may read the token file %s (mode %04o): run `chmod 600 %s`, and have another token issued if somebody may have",
			shown(path), info.Mode().Perm(), shown(path))
	}
	content, err := io.ReadAll(io.LimitReader(file, longestToken+1))
	if err != nil {
		return "", dataf("token file %s: %s", shown(path), reasonOf(err))
	}
	token := strings.TrimSpace(string(content))
	if token == "" {
		return "", dataf("token file %s is empty", shown(path))
	}
	return token, checkToken("token file "+shown(path), token)
}

// checkToken refuses what cannot stand in a header. It never tells what there is: it may
// be another secret.
func checkToken(where, token string) error {
	foreign := func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }
	if len(token) > longestToken || strings.ContainsFunc(token, foreign) {
		return dataf("%s has no token: one is a single word of letters, figures, - and _", where)
	}
	return nil
}

// mayHaveToken refuses to send a token to an address that another machine answers at:
// there is no TLS yet, and whoever carries the bytes could read it.
func mayHaveToken(cmd *cobra.Command, address string) error {
	if isThisMachine(address) {
		return nil
	}
	if f := cmd.Flags().Lookup("insecure"); f != nil && f.Value.String() == "true" {
		return nil
	}
	return usagef("%s is another machine, and your token would go there in clear: make a tunnel (ssh -L 7443:%s HOST, and --server %s), or say --insecure",
		shown(address), defaultServer, defaultServer)
}

// isThisMachine tells that bytes sent to an address stay on this machine.
func isThisMachine(address string) bool {
	if strings.HasPrefix(address, "unix:") {
		return true
	}
	// dns:///HOST:PORT, or dns://RESOLVER/HOST:PORT
	if _, rest, found := strings.Cut(address, "://"); found {
		address = rest[strings.LastIndexByte(rest, '/')+1:]
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return host == "" || host == "localhost" || ip != nil && ip.IsLoopback()
}
