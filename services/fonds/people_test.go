package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sees runs a command until it prints what is awaited: what is derived follows a
// commit by a moment.
func (s *site) sees(want string, args ...string) string {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		out := s.want(args...)
		if strings.Contains(out, want) {
			return out
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("fonds %s never prints %q: %s", strings.Join(args, " "), want, out)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// A person corrects a number; an archivist adds a name; the rules read again and
// change what they said, and not what the person said.
func TestCorrectionsOutliveNewNames(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t).extracting()
	server := s.start()
	in := tree(t, map[string][]byte{"wells.txt": []byte(wellsTelegram), "own.csv": []byte(ownNames)})
	var d struct{ Name string }
	unmarshal(t, s.want("import", filepath.Join(in, "wells.txt"), "--json"), &d)
	s.sees(d.Name, "lookup", "--telegram", "5120")
	has(t, "read", s.want("reextract"), "1 read by these rules before")

	s.want("set", d.Name, "telegram_number=5121")
	s.sees(d.Name, "lookup", "--telegram", "5121")
	s.sees("no document found", "lookup", "--telegram", "5120")
	has(t, "no Belov", s.want("lookup", "--agent", "person:belov"), "no document found")
	s.stop(server)

	server = s.start("--agents", filepath.Join(in, "own.csv"))
	told := s.want("reextract")
	has(t, "told", told, d.Name, "~ signatory", "SOROKIN", "Pyotr Belov (SOROKIN)", "1 would change", "nothing is stored")
	if strings.Contains(told, "telegram_number") {
		t.Errorf("what a person said would change: %s", told)
	}
	has(t, "not yet", s.want("lookup", "--agent", "person:belov"), "no document found")
	has(t, "applied", s.want("reextract", "--apply"), "1 changed", "revision")
	has(t, "found", s.want("lookup", "--agent", "person:belov", "--role", "signatory"), d.Name)
	has(t, "found by the person's number", s.want("lookup", "--telegram", "5121"), d.Name)
	has(t, "again", s.want("reextract", "--apply"), "0 changed", "1 read by these rules before")

	s.want("set", d.Name, "--take-back", "telegram_number")
	s.sees(d.Name, "lookup", "--telegram", "5120")
	s.stop(server)
	has(t, "fsck", s.want("fsck", "--data", s.data), "0 problems")
}
