package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// checked gives the options of a command line after their check.
func checked(t *testing.T, args ...string) (serveOptions, error) {
	t.Helper()
	var o serveOptions
	cmd := &cobra.Command{}
	o.flags(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return o, o.check()
}

func TestServeRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	inbox := t.TempDir()
	for _, args := range [][]string{
		{"--workers", "0"},
		{"--child-pages", "0"},
		{"--child-memory", "-1"},
		{"--child-memory", "0"},
		{"--max-deliveries", "0"},
		{"--page-deadline", "0s"},
		{"--ack-wait", "0s"},
		{"--reconcile", "0s"},
		{"--retry-delay", "-1s"},
		{"--client-timeout", "0s"},
		{"--listen", ""},
		{"--watch-lang", "eng rus", "--watch", inbox},
		{"--watch-collection", "Tele grams", "--watch", inbox},
		{"--pprof", "0.0.0.0:1"},
		{"--pprof", "7481"},
		{"--public-url", "archive.example.org"},
		{"--public-url", "ftp://archive.example.org"},
		{"--public-url", "https://"},
		{"--public-url", "https://:443"},
		{"--public-url", "https://archive.example.org/fonds"},
		{"--public-url", "https://archive.example.org?a"},
		{"--public-url", "https://anna@archive.example.org"},
		{"--public-url", "https://архив.example"},
		{"--public-url", "http://archive.example.org"},
		{"--public-url", "https://archive.example.org", "--http", ""},
		{"--public-url", "https://archive.example.org", "--roles", "relay"},
	} {
		_, err := checked(t, args...)
		if exit, ok := errors.AsType[*exitError](err); !ok || exit.code != exitUsage || !strings.Contains(exit.message, args[0]) {
			t.Errorf("%q: %v", args, err)
		}
	}
	for _, args := range [][]string{
		{},
		{"--http", "", "--nats-listen", ""},
		{"--watch", inbox, "--watch-lang", "eng+rus", "--watch-collection", "collections/inbox"},
	} {
		if _, err := checked(t, args...); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
}

// A token is required unless the server is for this machine alone, or somebody says
// otherwise.
func TestWhenATokenIsRequired(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args     []string
		required bool
	}{
		{nil, false},
		{[]string{"--listen", "localhost:1"}, false},
		{[]string{"--listen", "[::1]:1"}, false},
		{[]string{"--insecure"}, false},
		{[]string{"--require-token"}, true},
		{[]string{"--listen", "0.0.0.0:1", "--insecure"}, true},
		{[]string{"--listen", ":1", "--insecure"}, true},
		{[]string{"--listen", "192.0.2.1:1", "--insecure"}, true},
		{[]string{"--listen", "192.0.2.1:1", "--insecure", "--require-token=false"}, false},
	} {
		if o, err := checked(t, c.args...); err != nil || o.requireToken != c.required {
			t.Errorf("%v: a token is required: %v, %v", c.args, o.requireToken, err)
		}
	}
}

// The public address is taken as browsers write it in the header Origin.
func TestPublicAddress(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"https://archive.example.org":      "https://archive.example.org",
		"https://Archive.Example.ORG/":     "https://archive.example.org",
		"https://archive.example.org:443":  "https://archive.example.org",
		"https://archive.example.org:8443": "https://archive.example.org:8443",
		"HTTPS://192.0.2.1":                "https://192.0.2.1",
		"http://localhost:80":              "http://localhost",
		"http://[::1]:7480":                "http://[::1]:7480",
	} {
		if o, err := checked(t, "--public-url", written); err != nil || o.publicURL != want {
			t.Errorf("%s: %q, %v", written, o.publicURL, err)
		}
	}
	if o, err := checked(t, "--public-url", "http://archive.example.org", "--insecure"); err != nil || o.publicURL == "" {
		t.Errorf("without TLS, as was said: %v", err)
	}
}

func TestHotFolderIsFoundBehindLinks(t *testing.T) {
	t.Parallel()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"disk/inbox", "disk/data/blobs"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"inbox": "disk/inbox", "data": "disk/data", "all": "disk"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	at := func(path string) string { return filepath.Join(root, path) }
	o, err := checked(t, "--data", at("data"), "--watch", at("inbox"))
	if err != nil || o.watch != at("disk/inbox") || len(o.importRoots) != 1 || o.importRoots[0] != o.watch {
		t.Errorf("%v: the hot folder is %s, the roots are %v", err, o.watch, o.importRoots)
	}
	for _, c := range []struct{ data, watch string }{
		{"disk/data", "all"},
		{"data", "all/data/blobs"},
		{"all/data", "data"},
		{"inbox/not/yet", "disk/inbox"},
	} {
		if _, err := checked(t, "--data", at(c.data), "--watch", at(c.watch)); err == nil || !strings.Contains(err.Error(), "in one another") {
			t.Errorf("data %s, watch %s: %v", c.data, c.watch, err)
		}
	}
}
