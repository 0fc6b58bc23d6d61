package sqlite

import (
	"fmt"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	newActColumns     = "kind, person, subject, at, facts"
	actColumns        = "id, " + newActColumns + ", leaf"
	checkpointColumns = "size, root, note, signed_at"
)

var (
	insertAct        = insert("acts", newActColumns)
	insertHash       = insert("tree_hashes", "id, hash")
	insertCheckpoint = insert("checkpoints", checkpointColumns)
)

func readAct(r *row) catalog.Act {
	return catalog.Act{
		ID: r.int64(), Kind: r.text(), Person: r.text(), Subject: r.text(), At: r.time(), Facts: r.blob(), Leaf: r.int64(),
	}
}

func readHash(r *row) [32]byte {
	var hash [32]byte
	if n := copy(hash[:], r.blob()); n != len(hash) {
		r.err = fmt.Errorf("%w: a hash of the tree has %d bytes", catalog.ErrDamaged, n)
	}
	return hash
}

func readCheckpoint(r *row) catalog.Checkpoint {
	return catalog.Checkpoint{Size: r.int64(), Root: r.digest(), Note: r.text(), SignedAt: r.time()}
}

func (v *view) WaitingActs(limit int) ([]catalog.Act, error) {
	return all(v, `SELECT `+actColumns+` FROM acts INDEXED BY acts_waiting WHERE leaf < 0 ORDER BY id LIMIT ?`,
		readAct, max(limit, 0))
}

func (v *view) Acts(leaf int64, limit int) ([]catalog.Act, error) {
	return all(v, `SELECT `+actColumns+` FROM acts INDEXED BY acts_leaf WHERE leaf >= ? AND leaf >= 0 ORDER BY leaf LIMIT ?`,
		readAct, leaf, max(limit, 0))
}

func (v *view) ActsOn(subject string) ([]catalog.Act, error) {
	return all(v, `SELECT `+actColumns+` FROM acts WHERE subject = ? ORDER BY id`, readAct, subject)
}

func (v *view) TreeHashes(indexes []int64) ([][32]byte, error) {
	hashes := make([][32]byte, 0, len(indexes))
	for _, i := range indexes {
		hash, err := one(v, `SELECT hash FROM tree_hashes WHERE id = ?`, readHash, i)
		if err != nil {
			return nil, fmt.Errorf("hash %d of the tree: %w", i, err)
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func (v *view) Checkpoint() (catalog.Checkpoint, error) {
	return one(v, `SELECT `+checkpointColumns+` FROM checkpoints ORDER BY size DESC LIMIT 1`, readCheckpoint)
}

func (t *tx) AppendAct(a catalog.Act) error {
	return t.put("act", a.Kind, insertAct, a.Kind, a.Person, a.Subject, a.At, []byte(a.Facts))
}

func (t *tx) SetLeaf(id, leaf int64) error {
	n, err := t.exec(`UPDATE acts SET leaf = ? WHERE id = ?`, leaf, id)
	switch {
	case isDuplicate(err):
		return alreadyExists("leaf", fmt.Sprint(leaf))
	case isRefusal(err):
		return fmt.Errorf("%w: %w", catalog.ErrRefused, err)
	case err == nil && n == 0:
		return fmt.Errorf("act %d: %w", id, catalog.ErrNotFound)
	}
	return err
}

func (t *tx) PutTreeHashes(index int64, hashes [][32]byte) error {
	for i, hash := range hashes {
		if err := t.put("hash of the tree", fmt.Sprint(index+int64(i)), insertHash, index+int64(i), hash[:]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) InsertCheckpoint(c catalog.Checkpoint) error {
	return t.put("checkpoint", fmt.Sprint(c.Size), insertCheckpoint, c.Size, c.Root, c.Note, c.SignedAt)
}
