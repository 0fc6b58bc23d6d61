package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
)

// CheckAgainst compares the log with a checkpoint's note that was kept elsewhere, and
// tells when the log is not the one that was signed then, with more leaves behind it. It
// looks at stored hashes alone, of which Check says whether they are those of the acts:
// the two belong together. An error means that the log or the note could not be read.
func CheckAgainst(ctx context.Context, store Viewer, keys []string, kept string, found func(name, problem string)) error {
	const name = "checkpoint that was kept"
	t, _, err := openCheckpoint(kept, keys)
	switch {
	case t.size == 0:
		return &catalog.Error{
			Code: catalog.Invalid, Reason: catalog.ReasonInvalidArgument,
			Message: fmt.Sprintf("%s: %v: give the file as it was published", name, err),
		}
	case err != nil:
		found(name, fmt.Sprintf("%v: it is of another log, or somebody has put another log in this one's place", err))
		return nil
	}
	return store.View(ctx, func(r catalog.Reader) error {
		c, _, err := newest(r)
		if err != nil {
			return err
		}
		if c.Size < t.size {
			found(name, fmt.Sprintf("the log has %d leaves, the checkpoint that was kept has %d: an older database, or one that was cut", c.Size, t.size))
			return nil
		}
		problem, err := prefix(r, t, c)
		if err != nil || problem == "" {
			return err
		}
		found(name, problem)
		return nil
	})
}

// prefix tells what is wrong when a log does not begin with a tree; "" for nothing.
func prefix(r catalog.Reader, t tree, c catalog.Checkpoint) (string, error) {
	whole, err := parseDigest(c.Root)
	if err != nil || c.Size > maxLeaves {
		return "the newest checkpoint's row cannot be read", nil //nolint:nilerr // it is what was asked
	}
	root, err := tlog.TreeHash(t.size, stored(r))
	if err == nil && root != t.root {
		return fmt.Sprintf("the first %d leaves of the log are not those that were signed then: acts were changed, added or taken out", t.size), nil
	}
	var proof tlog.TreeProof
	if err == nil {
		proof, err = tlog.ProveTree(c.Size, t.size, stored(r))
	}
	switch {
	case errors.Is(err, catalog.ErrDamaged):
		return err.Error(), nil
	case err != nil:
		return "", fmt.Errorf("compare with checkpoint %d: %w", t.size, err)
	}
	if tlog.CheckTree(proof, c.Size, whole, t.size, t.root) != nil {
		return fmt.Sprintf("the log of %d leaves does not go on from the %d that were signed then", c.Size, t.size), nil
	}
	return "", nil
}

func parseDigest(d catalog.Digest) (tlog.Hash, error) {
	raw, err := hex.DecodeString(string(d))
	if err != nil || len(raw) != tlog.HashSize {
		return tlog.Hash{}, damaged("%.80q is no SHA-256", d)
	}
	return tlog.Hash(raw), nil
}
