package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/ledger"
)

// TestKeyIsRotated runs the whole program: proofs from before a rotation hold with the old
// key, those from after it with the new one, fsck takes both, and the log says that it was.
func TestKeyIsRotated(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	kept := t.TempDir()
	at := func(name string) string { return filepath.Join(kept, name) }
	write := func(name, content string) string {
		fatal(t, os.WriteFile(at(name), []byte(content), 0o600))
		return at(name)
	}
	if out, code := s.fonds(t.Context(), "proof", "rotate", "--data", s.data); code != exitNotFound {
		t.Fatalf("no data folder: exit %d\n%s", code, out)
	}
	server := s.start()
	s.want("import", write("t.txt", "a telegram\n"), "--as", "document", "--collection", "telegrams")
	document := s.named(at("t.txt")).GetName()
	tokens := s.people(map[string]string{"Anna": "verifier", "Boris": "verifier"})
	s.wantAs(exitOK, tokens["Anna"], "review", "accept", document)
	s.wantAs(exitOK, tokens["Boris"], "review", "sign", document, "--yes")
	s.want("proof", document, "--out", at("old.proof"))
	checkpoint := write("checkpoint", s.want("proof", "checkpoint"))
	if out, code := s.fonds(t.Context(), "proof", "rotate", "--data", s.data); code != exitRefused || !strings.Contains(out, "another process owns") {
		t.Fatalf("a server runs: exit %d\n%s", code, out)
	}
	s.stop(server)

	before, err := ledger.ReadVerifiers(s.data)
	fatal(t, err)
	oldKey := write("old.pub", before[0]+"\n")
	s.want("proof", "rotate", "--data", s.data)
	keys, err := ledger.ReadVerifiers(s.data)
	fatal(t, err)
	if len(keys) != 2 || keys[1] != before[0] {
		t.Fatalf("keys %q, before %q", keys, before)
	}
	newKey := write("new.pub", keys[0]+"\n")
	if out := s.want("proof", "handover", filepath.Join(s.data, ledger.HandoverFile(keys[0])), "--key", oldKey); !strings.Contains(out, keys[0]) {
		t.Errorf("the handover: %s", out)
	}
	s.want("fsck", "--data", s.data)

	server = s.start()
	s.awaitNewKey(server, keys[0], document, at("new.proof"))
	s.stop(server)
	all := filepath.Join(s.data, ledger.VerifiersFile)
	for _, c := range []struct {
		proof, key string
		want       int
	}{
		{"old.proof", oldKey, exitOK},
		{"old.proof", newKey, exitData},
		{"old.proof", all, exitOK},
		{"new.proof", oldKey, exitData},
		{"new.proof", newKey, exitOK},
		{"new.proof", all, exitOK},
	} {
		if out, code := s.fonds(t.Context(), "proof", "verify", at(c.proof), "--key", c.key); code != c.want {
			t.Errorf("%s with %s: exit %d, want %d\n%s", c.proof, filepath.Base(c.key), code, c.want, out)
		}
	}
	s.want("fsck", "--data", s.data, "--checkpoint", checkpoint)

	fatal(t, os.Remove(filepath.Join(s.data, ledger.KeyFile)))
	if out, code := s.fonds(t.Context(), "proof", "rotate", "--data", s.data); code != exitRefused || !strings.Contains(out, "--lost") {
		t.Errorf("the key is lost: exit %d\n%s", code, out)
	}
	s.want("proof", "rotate", "--data", s.data, "--lost")
	lost, err := ledger.ReadVerifiers(s.data)
	fatal(t, err)
	if out, code := s.fonds(t.Context(), "proof", "handover", filepath.Join(s.data, ledger.HandoverFile(lost[0])), "--key", all); code != exitData {
		t.Errorf("a handover that no old key signed: exit %d\n%s", code, out)
	}
	s.want("fsck", "--data", s.data, "--checkpoint", checkpoint)
}

// awaitNewKey waits for the checkpoint that the new key signs, which has the act of the
// rotation, and writes a proof by it.
func (s *site) awaitNewKey(server *process, key, document, proof string) {
	s.t.Helper()
	s.await("the first checkpoint of the new key", server, func() bool {
		return strings.Contains(s.want("proof", "checkpoint", "--json"), key)
	})
	s.want("proof", document, "--out", proof)
}
