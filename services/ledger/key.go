package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// What the package keeps in a data folder.
const (
	// KeyFile has the private key and is read by its owner alone.
	KeyFile = "ledger.key"
	// VerifiersFile has the verifier keys that the log ever had, one a line, the newest first.
	VerifiersFile = "ledger.pub"
	// handoverFile, with the hash of the new key behind it, has the note of a rotation.
	handoverFile = "ledger.handover-"
)

// Key signs checkpoints. It never shows its private part.
type Key struct {
	signer note.Signer
	own    string
	all    []string
}

// Origin names the log, whichever key signs it: "fonds/" and 32 hexadecimal digits.
func (k *Key) Origin() string { return k.signer.Name() }

// Verifier is the key to verify by, in the form NAME+HASH+BASE64.
func (k *Key) Verifier() string { return k.own }

// Verifiers are the key to verify by and those before it.
func (k *Key) Verifiers() []string { return slices.Clone(k.all) }

// OpenKey reads the key of a data folder, and makes one on first start. It refuses a key
// that others may read and one of another log than the known keys are of, and makes none
// where there was one: a log has one origin.
func OpenKey(folder string) (*Key, error) {
	secret, err := readPrivate(filepath.Join(folder, KeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(folder)
	}
	if err != nil {
		return nil, fmt.Errorf("read the ledger's key: %w", err)
	}
	return openSecret(folder, secret)
}

func openSecret(folder, secret string) (*Key, error) {
	signer, own, err := parseSecret(secret)
	if err != nil {
		return nil, fmt.Errorf("the ledger's key %s: %w", filepath.Join(folder, KeyFile), err)
	}
	all, err := ReadVerifiers(folder)
	if err != nil {
		return nil, err
	}
	if err := sameLog(folder, own, all); err != nil {
		return nil, err
	}
	if !slices.Contains(all, own) {
		all = append([]string{own}, all...)
		if err := writeWhole(filepath.Join(folder, VerifiersFile), lines(all), publicMode); err != nil {
			return nil, fmt.Errorf("write the ledger's verifier keys: %w", err)
		}
	}
	return &Key{signer: signer, own: own, all: all}, nil
}

// sameLog refuses a key of another log than those that were there before are of.
func sameLog(folder, own string, known []string) error {
	if len(known) == 0 || name(known[0]) == name(own) {
		return nil
	}
	return fmt.Errorf("%s is a key of the log %s, and %s says that this log is %s: put this log's own key back; where it is lost, take this one away and hand the log over to a new key",
		filepath.Join(folder, KeyFile), name(own), VerifiersFile, name(known[0]))
}

func makeKey(folder string) (*Key, error) {
	known, err := ReadVerifiers(folder)
	if err != nil {
		return nil, err
	}
	if len(known) > 0 {
		return nil, fmt.Errorf("%s is missing, and %s says that there was one: put it back, or hand the log over to a new key",
			filepath.Join(folder, KeyFile), VerifiersFile)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	secret, _, err := note.GenerateKey(rand.Reader, "fonds/"+hex.EncodeToString(id))
	if err != nil {
		return nil, fmt.Errorf("make the ledger's key: %w", err)
	}
	// Who comes second, in another process, takes the key of the first.
	err = writeNew(filepath.Join(folder, KeyFile), secret+"\n")
	if errors.Is(err, fs.ErrExist) {
		secret, err = readPrivate(filepath.Join(folder, KeyFile))
	}
	if err != nil {
		return nil, fmt.Errorf("write the ledger's key: %w", err)
	}
	return openSecret(folder, secret)
}

// parseSecret gives the signer of a private key, and the key to verify by. The note
// package has no way from one to the other; the form PRIVATE+KEY+NAME+HASH+BASE64 is its
// documented one, a type byte and the seed of an Ed25519 key in base64.
func parseSecret(secret string) (note.Signer, string, error) {
	secret = strings.TrimSpace(secret)
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, "", errors.New("is no private key of a signed note") // the cause could show the key
	}
	raw, err := base64.StdEncoding.DecodeString(secret[len(secret)-base64.StdEncoding.EncodedLen(1+ed25519.SeedSize):])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, "", errors.New("is no Ed25519 key")
	}
	public, ok := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return nil, "", errors.New("is no Ed25519 key")
	}
	own, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return nil, "", fmt.Errorf("verifier key: %w", err)
	}
	return signer, own, nil
}

// ReadVerifiers gives the verifier keys of a data folder, the newest first; none before
// the first start. It needs no private key.
func ReadVerifiers(folder string) ([]string, error) {
	path := filepath.Join(folder, VerifiersFile)
	text, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the ledger's verifier keys: %w", err)
	}
	keys := strings.Fields(text)
	if _, err := verifiers(keys); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// verifiers are those of a list of keys, in which one may stand twice.
func verifiers(keys []string) (note.Verifiers, error) {
	var list []note.Verifier
	for i, k := range keys {
		if slices.Contains(keys[:i], k) {
			continue
		}
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, fmt.Errorf("%.100q is no verifier key: it has the form NAME+HASH+BASE64", k)
		}
		list = append(list, v)
	}
	return note.VerifierList(list...), nil
}

func lines(keys []string) string { return strings.Join(keys, "\n") + "\n" }
