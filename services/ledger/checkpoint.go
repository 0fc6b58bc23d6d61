package ledger

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
)

// maxNote bounds a signed note in bytes; a checkpoint has about 250, a handover twice that.
const maxNote = 16 << 10

// tree is what a checkpoint's note says.
type tree struct {
	// origin names the log; it is the name of the key too, whichever it is.
	origin string
	size   int64
	root   tlog.Hash
	at     time.Time
}

// text is the note's text: origin, size and root as transparency logs have them, and when.
func (t tree) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nsigned %s\n", t.origin, t.size, t.root, t.at.UTC().Format(time.RFC3339Nano))
}

// errNoCheckpoint tells that a text is no checkpoint of a log of this kind.
var errNoCheckpoint = errors.New("is no checkpoint: it has not the lines origin, size, root and time")

// parseTree reads a checkpoint's text. Lines behind the four are left for later versions.
func parseTree(text string) (tree, error) {
	lines := strings.SplitN(text, "\n", 5)
	if len(lines) < 5 {
		return tree{}, errNoCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || size > maxLeaves {
		return tree{}, errNoCheckpoint
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return tree{}, errNoCheckpoint
	}
	signed, ok := strings.CutPrefix(lines[3], "signed ")
	at, err := time.Parse(time.RFC3339Nano, signed)
	if !ok || err != nil {
		return tree{}, errNoCheckpoint
	}
	t := tree{origin: lines[0], size: size, root: root, at: at.UTC()}
	if !strings.HasPrefix(text, t.text()) {
		return tree{}, errNoCheckpoint // such as a size with leading zeros
	}
	return t, nil
}

// checkpoint signs a tree.
func (k *Key) checkpoint(size int64, root tlog.Hash, at time.Time) (catalog.Checkpoint, error) {
	at = at.UTC().Truncate(time.Microsecond)
	signed, err := note.Sign(&note.Note{Text: tree{k.Origin(), size, root, at}.text()}, k.signer)
	if err != nil {
		return catalog.Checkpoint{}, fmt.Errorf("sign checkpoint %d: %w", size, err)
	}
	return catalog.Checkpoint{Size: size, Root: digest(root), Note: string(signed), SignedAt: at}, nil
}

func digest(h tlog.Hash) catalog.Digest { return catalog.Digest(hex.EncodeToString(h[:])) }

// ErrUnknownKey tells that a note is signed by none of the keys given.
var ErrUnknownKey = errors.New("it is not signed by a key of this log")

// openCheckpoint gives what a checkpoint's note says and the key that signed it. When the
// note is well formed but not signed by one of the keys, the tree comes with the error.
func openCheckpoint(signed string, keys []string) (t tree, key string, err error) {
	text, name, key, err := openNote(signed, keys)
	if text == "" {
		return tree{}, "", err
	}
	t, parseErr := parseTree(text)
	switch {
	case parseErr != nil:
		return tree{}, "", parseErr
	case err != nil:
		return t, "", err
	case t.origin != name:
		return t, "", fmt.Errorf("it is of the log %s, and the key that signed it is of %s", t.origin, name)
	}
	return t, key, nil
}

// openNote gives a note's text, and name and verifier key of who signed it. Where the note
// is well formed but no key fits, the text comes with the error.
func openNote(signed string, keys []string) (text, name, key string, err error) {
	if len(signed) > maxNote {
		return "", "", "", fmt.Errorf("a note of %d bytes, at most %d", len(signed), maxNote)
	}
	known, err := verifiers(keys)
	if err != nil {
		return "", "", "", err
	}
	opened, err := note.Open([]byte(signed), known)
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		return unverified.Note.Text, "", "", ErrUnknownKey
	case errors.As(err, &invalid):
		return signed[:strings.LastIndex(signed, "\n\n")+1], "", "", fmt.Errorf("the signature by %s is not of this text", invalid.Name)
	case err != nil:
		return "", "", "", fmt.Errorf("read signed note: %w", err)
	}
	by := opened.Sigs[0]
	// The library reads past bits that mean nothing: a note has one way to be written, or
	// a changed byte would go unseen.
	if _, err := base64.StdEncoding.Strict().DecodeString(by.Base64); err != nil {
		return "", "", "", fmt.Errorf("read the signature by %s: %w", by.Name, err)
	}
	prefix := fmt.Sprintf("%s+%08x+", by.Name, by.Hash)
	for _, k := range keys {
		if strings.HasPrefix(k, prefix) {
			return opened.Text, by.Name, k, nil
		}
	}
	return "", "", "", ErrUnknownKey
}

// SignedBy gives the one of the keys that signed a checkpoint's note.
func SignedBy(signed string, keys []string) (key string, err error) {
	_, key, err = openCheckpoint(signed, keys)
	return key, err
}

// agrees tells whether a stored checkpoint says what its note says.
func (t tree) agrees(c catalog.Checkpoint) bool {
	return t.size == c.Size && digest(t.root) == c.Root && t.at.Equal(c.SignedAt)
}

// newest gives the newest checkpoint of a store, and whether there is one.
func newest(r catalog.LedgerReader) (catalog.Checkpoint, bool, error) {
	c, err := r.Checkpoint()
	switch {
	case errors.Is(err, catalog.ErrNotFound):
		return catalog.Checkpoint{}, false, nil
	case err != nil:
		return catalog.Checkpoint{}, false, fmt.Errorf("newest checkpoint: %w", err)
	}
	return c, true, nil
}

// openNewest gives the tree that a stored checkpoint signs. It fails with ErrDamaged when
// the row is not what its note says, and with ErrUnknownKey besides when no key fits.
func openNewest(c catalog.Checkpoint, keys []string) (tree, error) {
	t, _, err := openCheckpoint(c.Note, keys)
	if err != nil {
		return tree{}, fmt.Errorf("%w: checkpoint %d: %w", catalog.ErrDamaged, c.Size, err)
	}
	if !t.agrees(c) {
		return tree{}, damaged("checkpoint %d: its row is not what its note says", c.Size)
	}
	return t, nil
}
