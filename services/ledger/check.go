package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// checkPage is how many acts are read in one view: few, so that memory is bounded and
	// a server that is writing meanwhile is not held up.
	checkPage = 1000
	// mostFindings ends a check of a log of which little is left.
	mostFindings = 100
)

// Check hashes the whole log anew from the acts and compares: every stored hash, the order
// of the acts, and signature and root of the newest checkpoint. It tells what is wrong row
// by row, in the log's order, and returns the number of leaves that the checkpoint has. An
// error means that it could not be read. keys are the log's, ReadVerifiers has them.
//
// Nothing that it finds or finds right says that the log is the one that was there
// yesterday: CheckAgainst does.
func Check(ctx context.Context, store Viewer, keys []string, found func(name, problem string)) (leaves int64, err error) {
	k := &check{store: store, report: found}
	if err := k.begin(ctx, keys); err != nil {
		return 0, err
	}
	for k.next < k.signed.size {
		err := store.View(ctx, k.page)
		if errors.Is(err, errEnough) {
			found("ledger", fmt.Sprintf("more than %d problems: the rest was not looked at", mostFindings))
			return k.signed.size, nil
		}
		if err != nil {
			return 0, fmt.Errorf("check the log from leaf %d: %w", k.next, err)
		}
	}
	return k.signed.size, k.end(ctx)
}

var errEnough = errors.New("enough found")

// check is one run over the log.
type check struct {
	store  Viewer
	report func(name, problem string)
	count  int
	// signed is what the newest checkpoint says; its size is 0 when there is none.
	signed tree
	// next is the leaf to look at, grown the edge of the tree before it, and lastID the ID
	// of the act before it.
	next   int64
	grown  edge
	lastID int64
	// broken tells that a leaf is neither in acts nor hashes: the tree ends before it.
	broken bool
}

func (k *check) found(name, format string, args ...any) {
	k.count++
	if k.count <= mostFindings {
		k.report(name, fmt.Sprintf(format, args...))
	}
}

// begin takes the tree to compare with: as the note has it when it is signed, as the row
// has it otherwise.
func (k *check) begin(ctx context.Context, keys []string) error {
	return k.store.View(ctx, func(r catalog.Reader) error {
		c, ok, err := newest(r)
		if err != nil || !ok {
			return err
		}
		t, _, err := openCheckpoint(c.Note, keys)
		switch {
		case err != nil:
			k.found(checkpointName(c.Size), "%v", err)
			if t, err = rowTree(c); err != nil {
				k.found(checkpointName(c.Size), "%v", err)
			}
		case !t.agrees(c):
			k.found(checkpointName(c.Size), "its row is not what its note says")
		}
		k.signed = t
		return nil
	})
}

// rowTree is what a checkpoint's row says, for one whose note says nothing.
func rowTree(c catalog.Checkpoint) (tree, error) {
	root, err := parseDigest(c.Root)
	if err == nil && (c.Size < 1 || c.Size > maxLeaves) {
		err = damaged("a log has no %d leaves", c.Size)
	}
	if err != nil {
		return tree{}, err
	}
	return tree{size: c.Size, root: root, at: c.SignedAt}, nil
}

func checkpointName(size int64) string { return fmt.Sprintf("checkpoint %d", size) }

// page checks the next leaves.
func (k *check) page(r catalog.Reader) error {
	n := min(checkPage, k.signed.size-k.next)
	acts, err := k.acts(r, n)
	if err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, k.next)
	hashes, err := k.hashes(r, first, tlog.StoredHashCount(k.next+n)-first)
	if err != nil {
		return err
	}
	for range n {
		at := tlog.StoredHashIndex(0, k.next) - first
		if err := k.leaf(r, acts[k.next], hashes[at:]); err != nil {
			return err
		}
		if k.count > mostFindings {
			return errEnough
		}
		k.next++
	}
	return nil
}

// acts gives the next n acts by leaf, without those that are missing or cannot be read.
func (k *check) acts(r catalog.Reader, n int64) (map[int64]*catalog.Act, error) {
	found, err := r.Acts(k.next, int(n))
	if errors.Is(err, catalog.ErrDamaged) {
		return k.eachAct(r, n)
	}
	if err != nil {
		return nil, err
	}
	byLeaf := make(map[int64]*catalog.Act, n)
	for i, a := range found {
		byLeaf[a.Leaf] = &found[i]
	}
	return byLeaf, nil
}

// eachAct reads acts one by one, so that those that cannot be read are named. A leaf's
// number may be what cannot be read: Acts gives the next then, or none.
func (k *check) eachAct(r catalog.Reader, n int64) (map[int64]*catalog.Act, error) {
	byLeaf := make(map[int64]*catalog.Act, n)
	for leaf := k.next; leaf < k.next+n; leaf++ {
		found, err := r.Acts(leaf, 1)
		if errors.Is(err, catalog.ErrDamaged) {
			k.found(leafName(leaf), "its act cannot be read: %v", err)
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && found[0].Leaf == leaf {
			byLeaf[leaf] = &found[0]
		}
	}
	return byLeaf, nil
}

func leafName(leaf int64) string { return fmt.Sprintf("leaf %d", leaf) }

// hashes gives n stored hashes from an index on; nil for those that are missing.
func (k *check) hashes(r catalog.Reader, first, n int64) ([]*tlog.Hash, error) {
	indexes := make([]int64, n)
	for i := range indexes {
		indexes[i] = first + int64(i)
	}
	hashes := make([]*tlog.Hash, n)
	found, err := r.TreeHashes(indexes)
	if err == nil {
		for i := range found {
			hashes[i] = (*tlog.Hash)(&found[i])
		}
		return hashes, nil
	}
	if !errors.Is(err, catalog.ErrNotFound) && !errors.Is(err, catalog.ErrDamaged) {
		return nil, err
	}
	for i := range indexes {
		one, err := r.TreeHashes(indexes[i : i+1])
		switch {
		case err == nil:
			hashes[i] = (*tlog.Hash)(&one[0])
		case !errors.Is(err, catalog.ErrNotFound) && !errors.Is(err, catalog.ErrDamaged):
			return nil, err
		}
	}
	return hashes, nil
}

// leaf checks an act (nil when it is missing), its leaf's hash, and the hashes above that
// the leaf completes. What is wrong is told once: the tree goes on with what was signed.
func (k *check) leaf(r catalog.Reader, a *catalog.Act, rows []*tlog.Hash) error {
	own, err := k.leafHash(r, a, rows[0])
	if err != nil {
		return err
	}
	completed, err := tlog.StoredHashesForRecordHash(k.next, *own, &k.grown)
	if err != nil {
		return err
	}
	for level := 1; level < len(completed) && !k.broken; level++ {
		row := rows[level]
		if row == nil {
			k.found(hashName(k.next, level), "is missing")
			continue
		}
		if *row == completed[level] {
			continue
		}
		if !k.leadsToRoot(r, level) {
			k.found(hashName(k.next, level), "is not that of the leaves beneath")
			continue
		}
		k.found(leavesName(k.next, level), "an act and its hash were changed: hash %d of the log above them is what was signed", hashIndex(k.next, level))
		above, err := tlog.StoredHashesForRecordHash(k.next>>level, *row, raised(&k.grown, level))
		if err != nil {
			return err
		}
		copy(completed[level:], above)
	}
	k.grown.add(k.next, completed)
	return nil
}

// raised takes the hashes of a level for the leaves of a tree.
func raised(r tlog.HashReader, by int) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		in := make([]int64, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			in[i] = tlog.StoredHashIndex(level+by, n)
		}
		return r.ReadHashes(in)
	})
}

// leadsToRoot tells that the stored hash which the next leaf completes at a level is the
// one that was signed: the proof of a leaf beside its subtree needs it.
func (k *check) leadsToRoot(r catalog.Reader, level int) bool {
	n := k.next >> level
	beside := (n + 1) << level
	if n%2 == 1 || beside >= k.signed.size {
		beside = n<<level - 1
	}
	if beside < 0 { // it is the root itself
		row, err := stored(r).ReadHashes([]int64{hashIndex(k.next, level)})
		return err == nil && row[0] == k.signed.root
	}
	leaf, err := stored(r).ReadHashes([]int64{tlog.StoredHashIndex(0, beside)})
	if err != nil {
		return false
	}
	proof, err := tlog.ProveRecord(k.signed.size, beside, stored(r))
	return err == nil && tlog.CheckRecord(proof, k.signed.size, k.signed.root, beside, leaf[0]) == nil
}

// leafHash gives the hash of the next leaf: that of the act where it is sound, and the
// stored one where the act is not.
func (k *check) leafHash(r catalog.Reader, a *catalog.Act, row *tlog.Hash) (*tlog.Hash, error) {
	if a == nil {
		k.found(leafName(k.next), "its act is missing")
		return k.orBroken(row), nil
	}
	if a.ID <= k.lastID {
		k.found(actName(*a), "is out of order: act %d has a leaf before it", k.lastID)
	}
	k.lastID = a.ID
	data, err := a.Data()
	if err != nil {
		k.found(actName(*a), "cannot be encoded: %v", err)
		return k.orBroken(row), nil
	}
	own := tlog.RecordHash(data)
	switch {
	case row == nil:
		k.found(hashName(k.next, 0), "is missing")
	case *row != own:
		return k.judge(r, *a, own, row)
	}
	return &own, nil
}

func (k *check) orBroken(row *tlog.Hash) *tlog.Hash {
	if row == nil && !k.broken {
		k.broken = true
		k.found(leafName(k.next), "its hash is missing too: no root can be had of the leaves from here on")
	}
	if row == nil {
		return &tlog.Hash{}
	}
	return row
}

// judge tells which of the two was changed, an act or the stored hash of its leaf: the
// other one leads to the root that is signed.
func (k *check) judge(r catalog.Reader, a catalog.Act, own tlog.Hash, row *tlog.Hash) (*tlog.Hash, error) {
	proof, err := tlog.ProveRecord(k.signed.size, k.next, stored(r))
	if err == nil && tlog.CheckRecord(proof, k.signed.size, k.signed.root, k.next, own) == nil {
		k.found(hashName(k.next, 0), "is not that of act %d, which is what was signed", a.ID)
		return &own, nil
	}
	if err != nil && !errors.Is(err, catalog.ErrDamaged) {
		return nil, err
	}
	k.found(actName(a), "its hash is not the one in the log")
	return row, nil
}

// hashName names a stored hash by the leaf that completed it and its level above it.
func hashName(leaf int64, level int) string {
	return fmt.Sprintf("hash %d of the log (%s)", hashIndex(leaf, level), leavesName(leaf, level))
}

func hashIndex(leaf int64, level int) int64 { return tlog.StoredHashIndex(0, leaf) + int64(level) }

// leavesName names the leaves beneath the hash that a leaf completed.
func leavesName(leaf int64, level int) string {
	if level == 0 {
		return leafName(leaf)
	}
	return fmt.Sprintf("leaves %d to %d", leaf+1-1<<level, leaf)
}

// end compares the root and looks for what should not be there.
func (k *check) end(ctx context.Context) error {
	if k.signed.size > 0 && !k.broken {
		root, err := tlog.TreeHash(k.signed.size, &k.grown)
		if err != nil {
			return err
		}
		if root != k.signed.root {
			k.found(checkpointName(k.signed.size), "its root is not that of the leaves")
		}
	}
	return k.store.View(ctx, k.beyond)
}

// beyond looks at what came last, in one snapshot: the log may have grown since.
func (k *check) beyond(r catalog.Reader) error {
	c, _, err := newest(r)
	if err != nil {
		return err
	}
	if c.Size < k.signed.size {
		return nil // its row is wrong, and that has been told
	}
	more, err := r.Acts(c.Size, 1)
	if err != nil {
		return err
	}
	for _, a := range more {
		k.found(actName(a), "is not in the newest checkpoint, which has %d leaves", c.Size)
	}
	switch _, err := r.TreeHashes([]int64{tlog.StoredHashCount(c.Size)}); {
	case err == nil:
		k.found(hashName(c.Size, 0), "is not in the newest checkpoint, which has %d leaves", c.Size)
	case !errors.Is(err, catalog.ErrNotFound):
		return err
	}
	waiting, err := r.WaitingActs(1)
	if err != nil {
		return err
	}
	for _, a := range waiting {
		if a.ID <= k.lastID {
			k.found(actName(a), "has no leaf, and act %d after it has one", k.lastID)
		}
	}
	return nil
}
