// Package ledger is the Merkle log of what people did: it gives committed acts their
// leaves, signs checkpoints of the tree, makes proofs, and checks log and proofs, these
// without any server. Hashes and proofs are those of RFC 6962 and come from
// golang.org/x/mod/sumdb/tlog, signatures from golang.org/x/mod/sumdb/note.
//
// A checkpoint is worth as much as the copy of it that somebody else keeps. Who holds the
// key and can write to the database can at any time make another log of other acts and
// sign it: every check here passes on it, but for CheckAgainst with a checkpoint that was
// kept elsewhere, or published, before. Where nobody kept one, the log shows damage and
// the meddling of those who do not hold the key, and nothing more.
//
// The package never writes, changes or removes an act, never judges whether a person may
// do something, and knows no database but through catalog.Store.
package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
)

// maxLeaves bounds what a checkpoint may claim before tlog computes with it: beyond 2^62
// its search for a power of two never ends.
const maxLeaves = 1 << 48

// Viewer gives snapshots of a store to read; a catalog.Store is one.
type Viewer interface {
	View(ctx context.Context, fn func(catalog.Reader) error) error
}

// stored reads the hashes of the tree from a store.
func stored(r catalog.LedgerReader) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		found, err := r.TreeHashes(indexes)
		if errors.Is(err, catalog.ErrNotFound) {
			return nil, damaged("hashes of the log are missing: run fonds fsck")
		}
		if err != nil {
			return nil, fmt.Errorf("hashes of the log: %w", err)
		}
		hashes := make([]tlog.Hash, len(found))
		for i, h := range found {
			hashes[i] = h
		}
		return hashes, nil
	})
}

// edge is the right edge of a growing tree: of each level the newest hash, which is all
// that the next leaf and the root need. So a log of any length is hashed in little memory.
type edge struct {
	levels [64]struct {
		known bool
		index int64
		hash  tlog.Hash
	}
	// beneath has what was stored before; nil for a tree that is hashed from its first leaf.
	beneath tlog.HashReader
}

// add takes the hashes that a leaf completes: its own, and one for each level above.
func (e *edge) add(leaf int64, hashes []tlog.Hash) {
	first := tlog.StoredHashIndex(0, leaf)
	for level, h := range hashes {
		at := &e.levels[level]
		at.known, at.index, at.hash = true, first+int64(level), h
	}
}

// ReadHashes gives hashes of the edge.
func (e *edge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	var missing []int64
	var places []int
	for i, index := range indexes {
		level, _ := tlog.SplitStoredHashIndex(index)
		if at := e.levels[level]; at.known && at.index == index {
			hashes[i] = at.hash
			continue
		}
		missing, places = append(missing, index), append(places, i)
	}
	if len(missing) == 0 {
		return hashes, nil
	}
	if e.beneath == nil {
		return nil, fmt.Errorf("hash %d of the log is not at its edge", missing[0])
	}
	found, err := e.beneath.ReadHashes(missing)
	if err != nil {
		return nil, err
	}
	for i, place := range places {
		hashes[place] = found[i]
	}
	return hashes, nil
}

// damaged is an error that says that the log is not what it was.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", catalog.ErrDamaged, fmt.Sprintf(format, args...))
}

// actName names an act as findings and errors do.
func actName(a catalog.Act) string {
	if a.Leaf < 0 {
		return fmt.Sprintf("act %d", a.ID)
	}
	return fmt.Sprintf("act %d (leaf %d)", a.ID, a.Leaf)
}
