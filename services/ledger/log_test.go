package ledger

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Whatever the steps in which a log grows, its roots are those of RFC 6962, and every
// proof of every leaf in every checkpoint holds by tlog's own check.
func TestLogGrowsAsRFC6962(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	a := newArchive(t)
	var leaves []tlog.Hash
	var roots []catalog.Checkpoint
	for range 12 {
		var acts []catalog.Act
		for range 1 + random.IntN(9) {
			acts = append(acts, act(len(leaves)))
			leaves = append(leaves, dataHash(t, acts[len(acts)-1]))
		}
		a.do(t, acts...)
		c := a.sequence(t)
		if c.Size != int64(len(leaves)) || c.Root != digest(rootOf(leaves)) {
			t.Fatalf("checkpoint %d has the root %s; of %d leaves it is %s", c.Size, c.Root, len(leaves), digest(rootOf(leaves)))
		}
		roots = append(roots, c)
	}
	a.view(t, func(r catalog.Reader) error {
		for i, c := range roots {
			root, _ := parseDigest(c.Root)
			for leaf := range c.Size {
				hashes, err := Prove(r, leaf, c.Size)
				if err != nil {
					return err
				}
				var proof tlog.RecordProof
				for _, h := range hashes {
					proof = append(proof, tlog.Hash(h))
				}
				if err := tlog.CheckRecord(proof, c.Size, root, leaf, leaves[leaf]); err != nil {
					t.Fatalf("leaf %d in %d: %v", leaf, c.Size, err)
				}
			}
			for _, before := range roots[:i] {
				then, _ := parseDigest(before.Root)
				proof, err := tlog.ProveTree(c.Size, before.Size, stored(r))
				if err != nil {
					return err
				}
				if err := tlog.CheckTree(proof, c.Size, root, before.Size, then); err != nil {
					t.Fatalf("%d in %d: %v", before.Size, c.Size, err)
				}
			}
		}
		return nil
	})
	for _, c := range roots {
		if found := a.against(t, c.Note); found != nil {
			t.Errorf("against checkpoint %d: %v", c.Size, found)
		}
	}
	if found := a.check(t); found != nil {
		t.Errorf("found %v", found)
	}
}

func TestProofIsPending(t *testing.T) {
	a := newArchive(t)
	pending := func(name string, err error) {
		t.Helper()
		var typed *catalog.Error
		if !errors.As(err, &typed) || typed.Code != catalog.Unavailable || typed.Reason != catalog.ReasonProofPending {
			t.Errorf("%s: %v", name, err)
		}
	}
	prove := func() error {
		return a.View(t.Context(), func(r catalog.Reader) error {
			acts, err := r.WaitingActs(10)
			if err != nil {
				return err
			}
			_, _, err = ProveActs(r, acts, a.key.Verifiers())
			return err
		})
	}
	a.do(t, act(0))
	pending("no checkpoint", prove())
	a.sequence(t)
	a.do(t, act(1))
	pending("an act that waits", prove())
	a.view(t, func(r catalog.Reader) error {
		for _, leaf := range []int64{-1, 1, 2, 1 << 62} {
			_, err := Prove(r, leaf, 1)
			pending("a leaf that is not there", err)
		}
		return nil
	})
	a.sequence(t)
	if err := prove(); err != nil {
		t.Errorf("no act waits: %v", err)
	}
}

// What was changed in the database is not handed out as a proof.
func TestNoProofFromADamagedLog(t *testing.T) {
	for name, change := range map[string]string{
		"act":            "UPDATE acts SET person = 'users/mallory' WHERE leaf = 4",
		"facts not JSON": "UPDATE acts SET facts = x'7b' WHERE leaf = 4",
		"another's leaf": "UPDATE acts SET leaf = -1 WHERE leaf = 3; UPDATE acts SET leaf = 3 WHERE leaf = 4; UPDATE acts SET leaf = 4 WHERE leaf = -1",
		"hash":           "UPDATE tree_hashes SET hash = zeroblob(32) WHERE id = (SELECT max(id) - 1 FROM tree_hashes)",
		"hash gone":      "DELETE FROM tree_hashes WHERE id = 8",
		"note":           "UPDATE checkpoints SET note = replace(note, 'signed 2', 'signed 1')",
		"root":           "UPDATE checkpoints SET root = zeroblob(32)",
		"time":           "UPDATE checkpoints SET signed_at = signed_at + 1",
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			a.do(t, actsTo(6)...)
			a.sequence(t)
			a.raw(t, change)
			err := a.View(t.Context(), func(r catalog.Reader) error {
				acts, err := r.Acts(4, 1)
				if err != nil {
					return err
				}
				_, _, err = ProveActs(r, acts, a.key.Verifiers())
				return err
			})
			if !errors.Is(err, catalog.ErrDamaged) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestEdgeKnowsOnlyItself(t *testing.T) {
	var e edge
	for n := range int64(5) {
		completed, err := tlog.StoredHashes(n, []byte{byte(n)}, &e)
		if err != nil {
			t.Fatal(err)
		}
		e.add(n, completed)
	}
	if _, err := e.ReadHashes([]int64{0}); err == nil {
		t.Error("the first leaf's hash is at the edge of five")
	}
	e.beneath = tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		if !slices.Equal(indexes, []int64{0, 1}) {
			t.Errorf("asked for %v beneath", indexes)
		}
		return []tlog.Hash{{1}, {2}}, nil
	})
	newest := tlog.StoredHashIndex(0, 4)
	found, err := e.ReadHashes([]int64{0, newest, 1})
	if err != nil || !slices.Equal(found, []tlog.Hash{{1}, tlog.RecordHash([]byte{4}), {2}}) {
		t.Errorf("found %v, %v", found, err)
	}
}
