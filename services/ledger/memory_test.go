package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fonds-archive/fonds/services/catalog"
)

// memory is a log without a database, for properties that are tried many times.
type memory struct {
	catalog.Reader // nothing else is asked
	acts           []catalog.Act
	hashes         [][32]byte
	newest         catalog.Checkpoint
}

func newMemory(t testing.TB, key *Key, size int) *memory {
	t.Helper()
	m := &memory{}
	var grown edge
	for i := range size {
		a := act(i)
		a.ID, a.Leaf = int64(i+1), int64(i)
		completed, err := tlog.StoredHashesForRecordHash(a.Leaf, dataHash(t, a), &grown)
		if err != nil {
			t.Fatal(err)
		}
		grown.add(a.Leaf, completed)
		m.acts = append(m.acts, a)
		for _, h := range completed {
			m.hashes = append(m.hashes, h)
		}
	}
	root, err := tlog.TreeHash(int64(size), &grown)
	if err != nil {
		t.Fatal(err)
	}
	if m.newest, err = key.checkpoint(int64(size), root, time.Now()); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *memory) View(_ context.Context, fn func(catalog.Reader) error) error { return fn(m) }

func (m *memory) WaitingActs(int) ([]catalog.Act, error) { return nil, nil }

func (m *memory) Checkpoint() (catalog.Checkpoint, error) { return m.newest, nil }

func (m *memory) Acts(leaf int64, limit int) ([]catalog.Act, error) {
	from := min(leaf, int64(len(m.acts)))
	return m.acts[from:min(from+int64(limit), int64(len(m.acts)))], nil
}

func (m *memory) TreeHashes(indexes []int64) ([][32]byte, error) {
	found := make([][32]byte, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m.hashes)) {
			return nil, catalog.ErrNotFound
		}
		found[i] = m.hashes[index]
	}
	return found, nil
}

// One thing is changed in a log of any size: one thing is found, and it is that one.
func TestOneChangeIsOneFinding(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	key := fixedKey(t, 1)
	for range 100 {
		size := 1 + random.IntN(70)
		m := newMemory(t, key, size)
		want := change(t, m, random)
		var found []string
		leaves, err := Check(t.Context(), m, key.Verifiers(), func(name, problem string) { found = append(found, name+": "+problem) })
		if err != nil || leaves != int64(size) || !slices.EqualFunc(found, []string{want}, strings.HasPrefix) {
			t.Fatalf("of %d leaves: found %q, not %q, %v", size, found, want, err)
		}
	}
}

// change changes an act, a stored hash, or an act and its hash alike, and returns what is
// to be found then.
func change(t *testing.T, m *memory, random *rand.Rand) (found string) {
	t.Helper()
	a := &m.acts[random.IntN(len(m.acts))]
	index := tlog.StoredHashIndex(0, a.Leaf)
	what := random.IntN(3)
	if what != 1 {
		a.Person = "users/mallory"
	}
	switch what {
	case 0:
		return fmt.Sprintf("act %d (leaf %d): its hash is not", a.ID, a.Leaf)
	case 1:
		index = random.Int64N(int64(len(m.hashes)))
		m.hashes[index][random.IntN(32)] ^= 1
		return fmt.Sprintf("hash %d of the log (", index)
	}
	m.hashes[index] = dataHash(t, *a)
	if a.Leaf == m.newest.Size-1 && a.Leaf%2 == 0 {
		return checkpointName(m.newest.Size) + ": its root is not" // no stored hash is above it
	}
	return leavesName(a.Leaf|1, 1) + ": an act and its hash were changed"
}

// A log of which every hash was made anew, up to the root, differs from its signed root
// and from nothing else.
func TestARewrittenTreeHasAnotherRoot(t *testing.T) {
	key := fixedKey(t, 1)
	m := newMemory(t, key, 11)
	signed := m.newest
	m.acts[4].Kind = "x"
	other := &memory{acts: m.acts}
	var grown edge
	for _, a := range m.acts {
		completed, err := tlog.StoredHashesForRecordHash(a.Leaf, dataHash(t, a), &grown)
		if err != nil {
			t.Fatal(err)
		}
		grown.add(a.Leaf, completed)
		for _, h := range completed {
			other.hashes = append(other.hashes, h)
		}
	}
	other.newest = signed
	var found []string
	_, err := Check(t.Context(), other, key.Verifiers(), func(name, problem string) { found = append(found, name+": "+problem) })
	if err != nil || !slices.Equal(found, []string{"checkpoint 11: its root is not that of the leaves"}) {
		t.Errorf("found %q, %v", found, err)
	}
}
