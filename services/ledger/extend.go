package ledger

import (
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
)

// extend adds acts to the log that a checkpoint signs (the zero one for none), in their
// order, and stores their leaves, the hashes and the new checkpoint.
//
// It first checks that the old checkpoint is signed and that the stored edge of the tree
// is the one it signs. What is signed then extends what was signed before, whatever else
// was changed in the database meanwhile.
func (k *Key) extend(tx catalog.Tx, from catalog.Checkpoint, acts []catalog.Act) (catalog.Checkpoint, error) {
	grown := &edge{beneath: stored(tx)}
	if from.Size > 0 {
		t, err := openNewest(from, k.all)
		if err != nil {
			return from, err
		}
		root, err := tlog.TreeHash(t.size, grown)
		if err != nil {
			return from, err
		}
		if root != t.root {
			return from, damaged("the stored hashes of %d leaves have not the root that checkpoint %d signs", t.size, t.size)
		}
	}
	hashes, err := k.leaves(tx, grown, from.Size, acts)
	if err != nil {
		return from, err
	}
	if err := tx.PutTreeHashes(tlog.StoredHashIndex(0, from.Size), hashes); err != nil {
		return from, fmt.Errorf("store hashes of the log: %w", err)
	}
	size := from.Size + int64(len(acts))
	root, err := tlog.TreeHash(size, grown)
	if err != nil {
		return from, err
	}
	next, err := k.checkpoint(size, root, time.Now())
	if err != nil {
		return from, err
	}
	if err := tx.InsertCheckpoint(next); err != nil {
		return from, fmt.Errorf("store checkpoint %d: %w", size, err)
	}
	return next, nil
}

// leaves numbers acts from a leaf on and gives the hashes to store, in their order.
func (k *Key) leaves(tx catalog.Tx, grown *edge, first int64, acts []catalog.Act) ([][tlog.HashSize]byte, error) {
	hashes := make([][tlog.HashSize]byte, 0, 2*len(acts)+64)
	for i, a := range acts {
		leaf := first + int64(i)
		data, err := a.Data()
		if err != nil {
			return nil, damaged("%s: %v", actName(a), err)
		}
		completed, err := tlog.StoredHashes(leaf, data, grown)
		if err != nil {
			return nil, err
		}
		grown.add(leaf, completed)
		for _, h := range completed {
			hashes = append(hashes, h)
		}
		if err := tx.SetLeaf(a.ID, leaf); err != nil {
			return nil, fmt.Errorf("give %s the leaf %d: %w", actName(a), leaf, err)
		}
	}
	return hashes, nil
}
