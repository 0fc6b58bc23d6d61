package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/fonds-archive/fonds/services/catalog"
)

// handoverTitle is the first line of a handover: no origin is like it, so that no handover
// can be taken for a checkpoint.
const handoverTitle = "fonds ledger handover"

// Handover says that a new key carries on a log.
type Handover struct {
	// New is the verifier key from now on, Old the one before.
	New, Old string
	// Last is the note of the last checkpoint before; empty for a log without any.
	Last string
	// Endorsed tells that the old key signed it too. Where it did not, for it was lost,
	// the new key alone says so, and whoever trusts it trusts the one who handed it over.
	Endorsed bool
}

// Rotate makes a new key for the log of a data folder, which nobody may have open
// meanwhile, and returns the handover: a note that carries the old key's last checkpoint
// (the zero one for a log without any), signed by the new key and, where it is there, by
// the old one. The note stays in the data folder, the verifier key of the old key in its
// list, and the old private key is gone. Interrupted, it has changed nothing or all.
func Rotate(folder string, last catalog.Checkpoint) (handover string, err error) {
	known, err := ReadVerifiers(folder)
	if err != nil {
		return "", err
	}
	if len(known) == 0 {
		return "", errors.New("hand the log over: there is no key before")
	}
	var signers []note.Signer
	old := known[0]
	secret, err := readPrivate(filepath.Join(folder, KeyFile))
	switch {
	case err == nil:
		var signer note.Signer
		if signer, old, err = parseSecret(secret); err != nil {
			return "", fmt.Errorf("the ledger's key: %w", err)
		}
		if err := sameLog(folder, old, known); err != nil {
			return "", err
		}
		signers = append(signers, signer)
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("read the ledger's key: %w", err)
	}
	if last.Size > 0 {
		if _, err := openNewest(last, known); err != nil {
			return "", fmt.Errorf("hand the log over: %w", err)
		}
	}
	secret, fresh, err := note.GenerateKey(rand.Reader, name(old))
	if err != nil {
		return "", fmt.Errorf("make the ledger's key: %w", err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return "", fmt.Errorf("the ledger's new key: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: Handover{New: fresh, Old: old, Last: last.Note}.text()}, append(signers, signer)...)
	if err != nil {
		return "", fmt.Errorf("sign the handover: %w", err)
	}
	return string(signed), replaceKey(folder, secret, append([]string{fresh}, known...), string(signed))
}

// replaceKey writes the private key last: what was written before then names a key that
// never signs anything.
func replaceKey(folder, secret string, keys []string, handover string) error {
	if err := writeWhole(filepath.Join(folder, HandoverFile(keys[0])), handover, publicMode); err != nil {
		return fmt.Errorf("write the handover: %w", err)
	}
	if err := writeWhole(filepath.Join(folder, VerifiersFile), lines(keys), publicMode); err != nil {
		return fmt.Errorf("write the ledger's verifier keys: %w", err)
	}
	if err := writeWhole(filepath.Join(folder, KeyFile), secret+"\n", privateMode); err != nil {
		return fmt.Errorf("write the ledger's key: %w", err)
	}
	return nil
}

// HandoverFile is the name of the file in which the handover to a verifier key is kept.
func HandoverFile(key string) string {
	_, hash, _ := strings.Cut(key, "+")
	hash, _, _ = strings.Cut(hash, "+")
	return handoverFile + hash
}

func (h Handover) text() string {
	text := handoverTitle + "\n" + h.Old + "\n" + h.New + "\n"
	if h.Last != "" {
		text += "\n" + h.Last
	}
	return text
}

// VerifyHandover reads a handover and checks it: that the new key signed it, that it is a
// key of the same log, that the last checkpoint is the old key's or one's before, and
// whether the old key, which has to be one of the keys given, signed it too.
func VerifyHandover(handover string, keys []string) (Handover, error) {
	text, _, _, err := openNote(handover, keys)
	if text == "" {
		return Handover{}, fmt.Errorf("handover: %w", err)
	}
	h, err := parseHandover(text)
	if err != nil {
		return Handover{}, err
	}
	if name(h.New) != name(h.Old) {
		return h, fmt.Errorf("handover: %s is a key of another log than %s", h.New, h.Old)
	}
	if _, _, key, err := openNote(handover, []string{h.New}); key == "" {
		return h, fmt.Errorf("handover: the new key did not sign it: %w", err)
	}
	if !slices.Contains(keys, h.Old) {
		return h, fmt.Errorf("handover: %w: the key before is %s", ErrUnknownKey, h.Old)
	}
	switch _, _, key, err := openNote(handover, []string{h.Old}); {
	case err == nil:
		h.Endorsed = key == h.Old
	case !errors.Is(err, ErrUnknownKey):
		return h, fmt.Errorf("handover: %w", err)
	}
	if h.Last != "" {
		if _, _, err := openCheckpoint(h.Last, keys); err != nil {
			return h, fmt.Errorf("handover: its last checkpoint: %w", err)
		}
	}
	return h, nil
}

func parseHandover(text string) (Handover, error) {
	head, last, found := strings.Cut(text, "\n\n")
	if !found {
		head = strings.TrimSuffix(head, "\n")
	}
	parts := strings.Split(head, "\n")
	if len(parts) != 3 || parts[0] != handoverTitle {
		return Handover{}, errors.New("is no handover: it has not the lines title, old key and new key")
	}
	h := Handover{Old: parts[1], New: parts[2], Last: last}
	if h.text() != text {
		return Handover{}, errors.New("is no handover: there is more in it")
	}
	return h, nil
}

func name(key string) string {
	name, _, _ := strings.Cut(key, "+")
	return name
}
