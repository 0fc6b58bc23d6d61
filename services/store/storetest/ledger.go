package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func ledger(t *testing.T, u suite) {
	u.run(t, "ActsComeBack", actsComeBack)
	u.run(t, "LeavesAreGivenOnce", leavesGivenOnce)
	u.run(t, "InTheOrderOfCommits", actsInOrder)
	u.run(t, "TreeHashes", treeHashes)
	u.run(t, "Checkpoints", checkpoints)
}

func act(kind, subject string) catalog.Act {
	return catalog.Act{Kind: kind, Person: "anna", Subject: subject, At: begin, Facts: json.RawMessage(`{"of":"` + kind + `"}`)}
}

func (f *fixture) appendActs(acts ...catalog.Act) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, a := range acts {
			if err := tx.AppendAct(a); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) waiting(limit int) []catalog.Act {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]catalog.Act, error) { return r.WaitingActs(limit) })
}

func kindsOf(acts []catalog.Act) []string {
	return each(acts, func(a catalog.Act) string { return a.Kind })
}

func actsComeBack(f *fixture) {
	full := catalog.Act{
		ID: 99, Kind: "k", Person: "анна", Subject: "documents/d/revisions/1", At: minute(3),
		Facts: json.RawMessage("{ \"b\":1,\"a\":\"<\u2028>\" }"), Leaf: 7,
	}
	bare := catalog.Act{Kind: "bare"}
	f.appendActs(full, bare)
	got := f.waiting(10)
	if len(got) != 2 || got[0].ID < 1 || got[1].ID <= got[0].ID {
		f.Fatalf("got %+v", got)
	}
	full.ID, full.Leaf, bare.ID, bare.Leaf = got[0].ID, -1, got[1].ID, -1 // the store gives IDs, and no leaves
	equal(f, "act", got[0], full)
	bare.Facts = got[1].Facts
	equal(f, "bare act", got[1], bare)
	equal(f, "no facts", len(bare.Facts), 0)
	_ = f.Tx(f.ctx, func(tx catalog.Tx) error { return errors.Join(tx.AppendAct(act("undone", "x")), errOnPurpose) })
	equal(f, "after one that was undone", len(f.waiting(10)), 2)
}

func leavesGivenOnce(f *fixture) {
	f.appendActs(act("a", "x"), act("b", "y"), act("c", "x"), act("d", "x"))
	all := f.waiting(10)
	set := func(act int, leaf int64) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.SetLeaf(all[act].ID, leaf) })
	}
	equal(f, "limited", kindsOf(f.waiting(3)), []string{"a", "b", "c"})
	f.takes("leaf 1", set(0, 1)) // leaves need not be in the order of IDs
	f.takes("leaf 0", set(2, 0))
	f.takes("leaf 2", set(1, 2))
	equal(f, "waiting", kindsOf(f.waiting(10)), []string{"d"})
	acts := func(leaf int64, limit int) []string {
		return kindsOf(read(f, func(r catalog.Reader) ([]catalog.Act, error) { return r.Acts(leaf, limit) }))
	}
	equal(f, "by leaf", acts(0, 10), []string{"c", "a", "b"})
	equal(f, "from leaf 1", acts(1, 1), []string{"a"})
	equal(f, "from below", acts(-5, 10), []string{"c", "a", "b"})
	equal(f, "past the end", len(acts(3, 10)), 0)
	on := read(f, func(r catalog.Reader) ([]catalog.Act, error) { return r.ActsOn("x") })
	equal(f, "on a subject", kindsOf(on), []string{"a", "c", "d"})
	equal(f, "leaves", each(on, func(a catalog.Act) int64 { return a.Leaf }), []int64{1, 0, -1})
	f.refuses("another leaf", set(0, 9))
	f.refuses("the same leaf again", set(0, 1))
	f.refuses("no leaf any more", set(0, -1))
	if err := set(3, 1); !exists(err) {
		f.Errorf("a leaf that is taken: got %v, want AlreadyExists", err)
	}
	err := f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.SetLeaf(all[3].ID+1000, 5) })
	if !errors.Is(err, catalog.ErrNotFound) {
		f.Errorf("no act: got %v", err)
	}
	equal(f, "as it was", acts(0, 10), []string{"c", "a", "b"})
}

// Who has seen an act will never see one of a lower ID appear.
func actsInOrder(f *fixture) {
	const writers, rounds = 6, 10
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range rounds {
				err := f.Tx(f.ctx, func(tx catalog.Tx) error {
					err := tx.AppendAct(act(fmt.Sprint(n), fmt.Sprint(w)))
					for range w {
						runtime.Gosched() // commit later than others that began later
					}
					return err
				})
				if err != nil {
					f.Error(err)
				}
			}
		})
	}
	seen, leaf := map[int64]bool{}, int64(0)
	for len(seen) < writers*rounds && f.ctx.Err() == nil {
		changed := f.Changed()
		var last int64
		f.tx(func(tx catalog.Tx) error {
			list, err := tx.WaitingActs(7)
			for _, a := range list {
				for before := range seen {
					if before >= a.ID {
						f.Errorf("act %d came after %d", a.ID, before)
					}
				}
				if a.ID <= last {
					f.Errorf("act %d after %d", a.ID, last)
				}
				last = a.ID
				err = errors.Join(err, tx.SetLeaf(a.ID, leaf))
				leaf++
			}
			for _, a := range list {
				seen[a.ID] = true
			}
			return err
		})
		if last > 0 || len(seen) == writers*rounds {
			continue
		}
		select {
		case <-changed:
		case <-f.ctx.Done():
		}
	}
	group.Wait()
	equal(f, "acts", len(seen), writers*rounds)
	each := map[string]int{}
	for _, a := range read(f, func(r catalog.Reader) ([]catalog.Act, error) { return r.Acts(0, 1000) }) {
		if a.Kind != fmt.Sprint(each[a.Subject]) {
			f.Errorf("act %s of writer %s, want %d", a.Kind, a.Subject, each[a.Subject])
		}
		each[a.Subject]++
	}
}

func hash(n byte) [32]byte { return [32]byte{31: n} }

func treeHashes(f *fixture) {
	put := func(index int64, hashes ...[32]byte) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.PutTreeHashes(index, hashes) })
	}
	f.takes("the first", put(0, hash(10), hash(11)))
	f.takes("none", put(2))
	f.takes("the next", put(2, hash(12)))
	get := func(indexes ...int64) (hashes [][32]byte, err error) {
		err = f.View(f.ctx, func(r catalog.Reader) (err error) {
			hashes, err = r.TreeHashes(indexes)
			return err
		})
		return hashes, err
	}
	got, err := get(2, 0, 2, 1)
	f.takes("hashes", err)
	equal(f, "in the order asked for", got, [][32]byte{hash(12), hash(10), hash(12), hash(11)})
	got, err = get()
	f.takes("no hashes", err)
	equal(f, "none", len(got), 0)
	if _, err := get(0, 3); !errors.Is(err, catalog.ErrNotFound) {
		f.Errorf("one that is not there: got %v", err)
	}
	if err := put(1, hash(99)); !exists(err) {
		f.Errorf("one that is there: got %v, want AlreadyExists", err)
	}
	got, err = get(1)
	f.takes("hashes", err)
	equal(f, "kept", got, [][32]byte{hash(11)})
}

func checkpoints(f *fixture) {
	insert := func(c catalog.Checkpoint) error {
		return f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.InsertCheckpoint(c) })
	}
	newest := catalog.Checkpoint{Size: 1 << 40, Root: digest("root"), Note: "log\n1\n\n— ключ", SignedAt: minute(1)}
	f.takes("a checkpoint", insert(newest))
	f.takes("one of an empty log", insert(catalog.Checkpoint{Root: digest("none"), SignedAt: minute(2)}))
	equal(f, "newest", read(f, catalog.Reader.Checkpoint), newest)
	if err := insert(catalog.Checkpoint{Size: newest.Size, Root: digest("another")}); !exists(err) {
		f.Errorf("another of the size: got %v, want AlreadyExists", err)
	}
	equal(f, "kept", read(f, catalog.Reader.Checkpoint), newest)
}
