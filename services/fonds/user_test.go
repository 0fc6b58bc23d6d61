package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestUsersAreAddedAndShutOut(t *testing.T) {
	d := startDesk(t)
	has(t, "nobody yet", d.must(exitOK, "user", "list").stdout, "local operator", "fonds user add")
	has(t, "whoami", d.must(exitOK, "whoami").stdout, "local operator (users/local)", "operator", "without a token")

	added := d.must(exitOK, "user", "add", "Anna Bergström", "--role", "verifier,ingester").stdout
	has(t, "add", added, "Anna Bergström (users/", "ingester, verifier", defaultWeb+"/login/", "fonds_", "export FONDS_TOKEN_FILE=")
	var a struct {
		User        struct{ Name string }
		Token, Link string
	}
	unmarshal(t, d.must(exitOK, "user", "token", "anna  bergström", "--json").stdout, &a)
	if !strings.HasPrefix(a.Token, "fonds_") || !strings.HasPrefix(a.Link, "/login/") {
		t.Fatalf("issued %+v", a)
	}
	file := d.tokenOf("anna")
	has(t, "elsewhere", d.must(exitOK, "user", "token", a.User.Name, "--web", "https://archive.example/fonds/", "--out", file).stdout,
		"https://archive.example/fonds/login/", "export FONDS_TOKEN_FILE="+file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	has(t, "a file that is there", d.must(exitData, "user", "token", a.User.Name, "--out", file).stderr, "file exists")
	has(t, "whoami", d.mustAs(exitOK, "anna", "whoami").stdout, "Anna Bergström ("+a.User.Name+")", "--token-file "+file)
	has(t, "no operator", d.mustAs(exitRefused, "anna", "user", "list").stderr, "ROLE_MISSING", "operator")

	has(t, "the same name", d.must(exitRefused, "user", "add", "Anna  Bergström").stderr, "USER_EXISTS")
	has(t, "a program that signs", d.must(exitUsage, "user", "add", "importer", "--service", "--role", "verifier").stderr, "cannot sign")
	has(t, "a program", d.must(exitOK, "user", "add", "importer", "--service", "--role", "ingester", "--out", d.tokenOf("importer")).stdout, "program: ingester")
	has(t, "list", d.must(exitOK, "user", "list").stdout, "importer", "program", "Anna Bergström", "ingester, verifier")
	has(t, "nobody", d.must(exitNotFound, "user", "set", "Boris", "--disable").stderr, "no user is called Boris")

	has(t, "roles", d.must(exitOK, "user", "set", "Anna Bergström", "--role", "corrector").stdout, "corrector")
	has(t, "barred", d.must(exitOK, "user", "set", a.User.Name, "--disable").stdout, "corrector, barred since")
	has(t, "barred", d.mustAs(exitRefused, "anna", "whoami").stderr, "USER_BARRED")
	has(t, "roles of who is barred", d.must(exitOK, "user", "set", a.User.Name, "--role", "verifier").stdout, "verifier, barred since")
	if out := d.must(exitOK, "user", "set", a.User.Name, "--enable").stdout; strings.Contains(out, "barred") {
		t.Error(out)
	}
	d.mustAs(exitOK, "anna", "whoami")
	has(t, "revoke", d.must(exitOK, "user", "revoke", "Anna Bergström").stdout, "6 tokens, links and sessions made void")
	has(t, "revoked", d.mustAs(exitRefused, "anna", "whoami").stderr, "UNAUTHENTICATED")
}

func TestTokensAreKeptToTheirOwner(t *testing.T) {
	t.Parallel()
	const secret = "fonds_secretsecret"
	folder := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good", " "+secret+"\n", 0o400)
	for _, c := range []struct {
		path string
		code int
		says string
	}{
		{file("group", secret, 0o640), exitRefused, "chmod 600"},
		{file("others", secret, 0o604), exitRefused, "chmod 600"},
		{file("empty", "\n", 0o600), exitData, "is empty"},
		{file("words", secret+" and more", 0o600), exitData, "has no token"},
		{file("lines", secret+"\n"+secret, 0o600), exitData, "has no token"},
		{file("binary", secret+"\x00", 0o600), exitData, "has no token"},
		{file("long", strings.Repeat("x", longestToken+1), 0o600), exitData, "has no token"},
		{filepath.Join(folder, "gone"), exitData, "no such file"},
		{folder, exitData, "is a folder"},
	} {
		code, out, errs := alone(t, "list", "--token-file", c.path)
		if code != c.code || !strings.Contains(errs, c.says) || strings.Contains(out+errs, secret) {
			t.Errorf("%s: exit %d, %s", c.path, code, errs)
		}
	}
	for _, address := range []string{"192.0.2.1:7443", "archive.example.org:7443", "[2001:db8::1]:7443", "dns:///192.0.2.1:7443", "dns://127.0.0.1/192.0.2.1:7443", "localhost.example.org:1"} {
		code, _, errs := alone(t, "list", "--token-file", good, "--server", address)
		if code != exitUsage || !strings.Contains(errs, "in clear") || !strings.Contains(errs, "--insecure") || strings.Contains(errs, secret) {
			t.Errorf("%s: exit %d, %s", address, code, errs)
		}
	}
	for address, wanted := range map[string]bool{
		"127.0.0.1:7443": true, "127.8.9.1:1": true, "[::1]:7443": true, "localhost:7443": true, ":7443": true,
		"unix:///run/fonds.sock": true, "dns:///localhost:7443": true, "127.0.0.1": true,
		"10.0.0.1:7443": false, "example.org": false, "127.0.0.1.example.org:7443": false,
	} {
		if got := isThisMachine(address); got != wanted {
			t.Errorf("%s is this machine: %v", address, got)
		}
	}
	cmd := &cobra.Command{}
	addServerFlag(cmd)
	if err := cmd.Flags().Parse([]string{"--insecure", "--token-file", good, "--server", "192.0.2.1:7443"}); err != nil {
		t.Fatal(err)
	}
	if token, err := tokenOf(cmd); err != nil || token != secret || mayHaveToken(cmd, serverAddress(cmd)) != nil {
		t.Errorf("with --insecure: %q, %v", token, err)
	}
}
