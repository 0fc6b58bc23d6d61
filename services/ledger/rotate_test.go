package ledger

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/fonds-archive/fonds/services/catalog"
)

func TestRotation(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(5)...)
	before := a.sequence(t)
	old := a.key

	handover, err := Rotate(a.folder, before)
	if err != nil {
		t.Fatal(err)
	}
	if a.key, err = OpenKey(a.folder); err != nil {
		t.Fatal(err)
	}
	if a.key.Origin() != old.Origin() || a.key.Verifier() == old.Verifier() {
		t.Fatalf("key %s follows %s", a.key.Verifier(), old.Verifier())
	}
	h, err := VerifyHandover(handover, old.Verifiers())
	if err != nil || h != (Handover{New: a.key.Verifier(), Old: old.Verifier(), Last: before.Note, Endorsed: true}) {
		t.Fatalf("handover %+v, %v", h, err)
	}
	kept, err := os.ReadFile(filepath.Join(a.folder, HandoverFile(a.key.Verifier())))
	if err != nil || string(kept) != handover {
		t.Errorf("the folder has the handover %q, %v", kept, err)
	}

	if found := a.check(t); found != nil {
		t.Errorf("the checkpoint of the old key: %v", found)
	}
	a.do(t, act(5))
	after := a.sequence(t)
	if found := a.check(t); found != nil {
		t.Errorf("the checkpoint of the new key: %v", found)
	}
	if found := a.against(t, before.Note); found != nil {
		t.Errorf("against what the old key signed: %v", found)
	}
	if key, err := SignedBy(after.Note, a.key.Verifiers()); err != nil || key != a.key.Verifier() {
		t.Errorf("the next checkpoint is signed by %s, %v", key, err)
	}
	if _, err := SignedBy(after.Note, old.Verifiers()); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("who has only the old key is told %v", err)
	}
}

func TestRotationOfALogWithoutCheckpoints(t *testing.T) {
	a := newArchive(t)
	handover, err := Rotate(a.folder, catalog.Checkpoint{})
	if err != nil {
		t.Fatal(err)
	}
	if h, err := VerifyHandover(handover, a.key.Verifiers()); err != nil || !h.Endorsed || h.Last != "" {
		t.Errorf("handover %+v, %v", h, err)
	}
}

func TestRotationAfterTheKeyWasLost(t *testing.T) {
	a := newArchive(t)
	a.do(t, act(0))
	before := a.sequence(t)
	if err := os.Remove(filepath.Join(a.folder, KeyFile)); err != nil {
		t.Fatal(err)
	}
	handover, err := Rotate(a.folder, before)
	if err != nil {
		t.Fatal(err)
	}
	h, err := VerifyHandover(handover, a.key.Verifiers())
	if err != nil || h.Endorsed || h.Old != a.key.Verifier() || h.Last != before.Note {
		t.Fatalf("handover %+v, %v", h, err)
	}
	if fresh, err := OpenKey(a.folder); err != nil || fresh.Verifier() != h.New {
		t.Errorf("the key is %v, %v", fresh, err)
	}
}

// What comes before the private key is written leaves the old one to sign.
func TestInterruptedRotation(t *testing.T) {
	a := newArchive(t)
	a.do(t, act(0))
	before := a.sequence(t)
	key := filepath.Join(a.folder, KeyFile)
	secret, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(a.folder, before); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, secret, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := OpenKey(a.folder)
	if err != nil || again.Verifier() != a.key.Verifier() {
		t.Fatalf("the key is %v, %v", again, err)
	}
	handover, err := Rotate(a.folder, before)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := VerifyHandover(handover, a.key.Verifiers()); err != nil || !h.Endorsed || h.Old != a.key.Verifier() {
		t.Errorf("handover %+v, %v", h, err)
	}
}

func TestNothingToRotate(t *testing.T) {
	if _, err := Rotate(t.TempDir(), catalog.Checkpoint{}); err == nil {
		t.Error("a folder without a key was handed over")
	}
	a := newArchive(t)
	a.do(t, act(0))
	c := a.sequence(t)
	c.Size++
	if _, err := Rotate(a.folder, c); !errors.Is(err, catalog.ErrDamaged) {
		t.Errorf("a checkpoint that is not what its note says: %v", err)
	}
	if again, err := OpenKey(a.folder); err != nil || again.Verifier() != a.key.Verifier() {
		t.Errorf("the key is %v, %v", again, err)
	}
}

func TestHandoverThatDoesNotHold(t *testing.T) {
	a := newArchive(t)
	a.do(t, act(0))
	before := a.sequence(t)
	old := a.key
	handover, err := Rotate(a.folder, before)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	own := func(h Handover, signers ...note.Signer) string {
		signed, err := note.Sign(&note.Note{Text: h.text()}, signers...)
		if err != nil {
			t.Fatal(err)
		}
		return string(signed)
	}
	secret, fresh, err := note.GenerateKey(rand.Reader, old.Origin())
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := stranger.checkpoint(1, [32]byte{}, before.SignedAt)
	if err != nil {
		t.Fatal(err)
	}
	signature := strings.LastIndex(handover, "— ")
	for name, c := range map[string]struct{ handover, says string }{
		"a checkpoint":            {before.Note, "no handover"},
		"nothing":                 {"", "handover"},
		"more text":               {own(Handover{New: fresh, Old: old.Verifier() + "\nmore", Last: before.Note}, signer), "no handover"},
		"changed":                 {strings.Replace(handover, "\n1\n", "\n2\n", 1), "not of this text"},
		"not by the new key":      {handover[:signature], "did not sign"},
		"of another log":          {own(Handover{New: stranger.Verifier(), Old: old.Verifier(), Last: before.Note}, stranger.signer), "another log"},
		"by an unknown key":       {own(Handover{New: fresh, Old: stranger.Verifier()}, signer), "another log"},
		"another's checkpoint":    {own(Handover{New: fresh, Old: old.Verifier(), Last: foreign.Note}, signer), "last checkpoint"},
		"the old key not trusted": {own(Handover{New: fresh, Old: fresh}, signer), "the key before"},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := VerifyHandover(c.handover, old.Verifiers())
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("handover %+v, error %v", h, err)
			}
		})
	}
	if h, err := VerifyHandover(own(Handover{New: fresh, Old: old.Verifier(), Last: before.Note}, signer), old.Verifiers()); err != nil || h.Endorsed {
		t.Errorf("a handover by the new key alone: %+v, %v", h, err)
	}
}
