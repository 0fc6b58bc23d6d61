package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fetched asks for a page, and gives the status of the answer.
func fetched(t *testing.T, url string) int {
	t.Helper()
	answer, err := http.Get(url)
	fatal(t, err)
	fatal(t, answer.Body.Close())
	return answer.StatusCode
}

// TestTokensAreRequired runs the whole program where nobody is let in without a token: the
// first operator is made while no server runs, and what the process itself does goes on.
func TestTokensAreRequired(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	inbox, profiles := t.TempDir(), freePorts(t, 1)[0]
	args := []string{"--require-token", "--watch", inbox, "--public-url", "https://Archive.example.org/", "--pprof", profiles}
	server := s.start(args...)
	has(t, "the log", s.log.tail(60_000), "nobody is an operator")
	has(t, "without a token", s.ends(exitRefused, "list"), "UNAUTHENTICATED", "FONDS_TOKEN", "fonds user add NAME --role operator --data DIR")
	olga := filepath.Join(t.TempDir(), "olga")
	add := []string{"user", "add", "Olga", "--role", "operator", "--data", s.data, "--out", olga}
	has(t, "beside a server", s.ends(exitRefused, add...), "a server runs on", "stop it first")
	if _, err := os.Stat(olga); err == nil {
		t.Error("a token was written all the same")
	}
	s.stop(server)

	has(t, "the first", s.want(add...), "Olga (users/", "person: operator", olga)
	has(t, "again", s.ends(exitRefused, "user", "add", "Olga", "--data", s.data), `a user called "Olga"`)
	has(t, "a role of people", s.ends(exitUsage, "user", "add", "robot", "--service", "--role", "verifier", "--data", s.data), "cannot sign")
	has(t, "no folder", s.ends(exitUsage, "user", "add", "Otto", "--data", ""), "--data")
	has(t, "two places", s.ends(exitUsage, "user", "add", "Otto", "--data", s.data, "--server", s.grpc), "--server")

	before := len(s.log.tail(1 << 20))
	server = s.start(args...)
	if strings.Contains(s.log.tail(1 << 20)[before:], "nobody is an operator") {
		t.Error("it is said that there is no operator")
	}
	s.ends(exitRefused, "list")
	s.wantAs(exitOK, olga, "list")
	var added struct{ Link string }
	fatal(t, json.Unmarshal([]byte(s.wantAs(exitOK, olga, "user", "add", "Anna", "--role", "verifier", "--json")), &added))
	if !strings.HasPrefix(added.Link, "https://archive.example.org/login/") {
		t.Errorf("the link is %s", added.Link)
	}
	has(t, "in words", s.wantAs(exitOK, olga, "user", "token", "Anna"), "\n  https://archive.example.org/login/")
	has(t, "elsewhere", s.wantAs(exitOK, olga, "user", "token", "Anna", "--web", "http://127.0.0.1:1"), "\n  http://127.0.0.1:1/login/")

	has(t, "health", s.want("doctor", "--health"), "serves at "+s.grpc)
	out, _ := s.fonds(t.Context(), "doctor", "--engine", s.engine, "--data", s.data)
	has(t, "doctor", out, "answers at "+s.grpc+", and says no more to who has no token")
	if code := fetched(t, "http://"+s.http+"/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
	for url, want := range map[string]int{"http://" + profiles + "/debug/pprof/": http.StatusOK, "http://" + s.http + "/debug/pprof/": http.StatusNotFound} {
		if code := fetched(t, url); code != want {
			t.Errorf("%s: %d, want %d", url, code, want)
		}
	}
	fatal(t, os.WriteFile(filepath.Join(inbox, "page.pgm"), sheetOf("a page of the hot folder"), 0o600))
	s.await("the hot folder", server, func() bool {
		_, err := os.Stat(filepath.Join(inbox, "done", "page.pgm"))
		return err == nil
	})
	s.stop(server)
	has(t, "health of none", s.ends(exitUnreachable, "doctor", "--health"), "no fonds server answers")
	has(t, "fsck", s.want("fsck", "--data", s.data), "0 problems")
}
