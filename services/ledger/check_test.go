package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// The log of these has 21 acts with the IDs 1 to 21, and one that waits.
func TestCheckNamesTheRow(t *testing.T) {
	sound := newArchive(t)
	sound.do(t, actsTo(21)...)
	sound.sequence(t)
	sound.do(t, act(21))
	fresh := sound.copies(t)
	const swap = "UPDATE acts SET leaf = 100 WHERE id = %d; UPDATE acts SET leaf = %d WHERE id = %d; UPDATE acts SET leaf = %d WHERE id = %[1]d"
	for name, c := range map[string]struct {
		change string
		found  []string
	}{
		"nothing": {"SELECT 1", nil},
		"an act's person": {
			"UPDATE acts SET person = 'users/mallory' WHERE id = 17",
			[]string{"act 17 (leaf 16): its hash is not the one in the log"},
		},
		"an act's time": {
			"UPDATE acts SET at = at + 1 WHERE id = 1",
			[]string{"act 1 (leaf 0): its hash is not the one in the log"},
		},
		"an act's facts": {
			`UPDATE acts SET facts = CAST('{"n":5}' AS BLOB) WHERE id = 21`,
			[]string{"act 21 (leaf 20): its hash is not the one in the log"},
		},
		"facts that are no JSON": {
			"UPDATE acts SET facts = x'7b' WHERE id = 4",
			[]string{"act 4 (leaf 3): cannot be encoded: "},
		},
		"two acts": {
			"UPDATE acts SET kind = 'x' WHERE id IN (3, 11)",
			[]string{"act 3 (leaf 2): its hash is not the one in the log", "act 11 (leaf 10): its hash is not the one in the log"},
		},
		"an act is gone": {
			"DELETE FROM acts WHERE id = 6",
			[]string{"leaf 5: its act is missing"},
		},
		"the last acts are gone": {
			"DELETE FROM acts WHERE id IN (20, 21)",
			[]string{"leaf 19: its act is missing", "leaf 20: its act is missing"},
		},
		"two acts changed places": {
			fmt.Sprintf(swap, 8, 7, 9, 8),
			[]string{
				"act 9 (leaf 7): its hash is not the one in the log",
				"act 8 (leaf 8): is out of order: act 9 has a leaf before it",
				"act 8 (leaf 8): its hash is not the one in the log",
			},
		},
		"a leaf taken back": {
			"UPDATE acts SET leaf = -1 WHERE id = 12",
			[]string{"leaf 11: its act is missing", "act 12: has no leaf, and act 21 after it has one"},
		},
		"an act too many": {
			"UPDATE acts SET leaf = 21 WHERE id = 22",
			[]string{"act 22 (leaf 21): is not in the newest checkpoint, which has 21 leaves"},
		},
		"a leaf's hash": {
			"UPDATE tree_hashes SET hash = zeroblob(32) WHERE id = 1",
			[]string{"hash 1 of the log (leaf 1): is not that of act 2, which is what was signed"},
		},
		"a hash above": {
			"UPDATE tree_hashes SET hash = zeroblob(32) WHERE id = 6",
			[]string{"hash 6 of the log (leaves 0 to 3): is not that of the leaves beneath"},
		},
		"a leaf's hash is gone": {
			"DELETE FROM tree_hashes WHERE id = 0",
			[]string{"hash 0 of the log (leaf 0): is missing"},
		},
		"a hash above is gone": {
			"DELETE FROM tree_hashes WHERE id = 2",
			[]string{"hash 2 of the log (leaves 0 to 1): is missing"},
		},
		"an act and its hash are gone": {
			"DELETE FROM acts WHERE id = 2; DELETE FROM tree_hashes WHERE id = 1",
			[]string{
				"leaf 1: its act is missing",
				"leaf 1: its hash is missing too: no root can be had of the leaves from here on",
			},
		},
		"an act and its hash, in agreement": {
			// The hash of leaf 19 is put in the place of that of leaf 2, as the act is.
			`UPDATE acts SET (kind, person, subject, at, facts) = (SELECT kind, person, subject, at, facts FROM acts WHERE id = 20) WHERE id = 3;
			 UPDATE tree_hashes SET hash = (SELECT hash FROM tree_hashes WHERE id = 35) WHERE id = 3`,
			[]string{"leaves 2 to 3: an act and its hash were changed: hash 5 of the log above them is what was signed"},
		},
		"so too under the last hash": {
			// That of leaf 20 stands alone at the tree's edge: no hash but the root is above.
			`UPDATE acts SET (kind, person, subject, at, facts) = (SELECT kind, person, subject, at, facts FROM acts WHERE id = 2) WHERE id = 21;
			 UPDATE tree_hashes SET hash = (SELECT hash FROM tree_hashes WHERE id = 1) WHERE id = 38`,
			[]string{"checkpoint 21: its root is not that of the leaves"},
		},
		"a hash too many": {
			"INSERT INTO tree_hashes VALUES (39, zeroblob(32))",
			[]string{"hash 39 of the log (leaf 21): is not in the newest checkpoint, which has 21 leaves"},
		},
		"the note": {
			"UPDATE checkpoints SET note = replace(note, 'signed 2', 'signed 1')",
			[]string{"checkpoint 21: the signature by "},
		},
		"no note": {
			"UPDATE checkpoints SET note = 'x'",
			[]string{"checkpoint 21: read signed note: "},
		},
		"neither note nor size": {
			"UPDATE checkpoints SET note = 'x', size = 0",
			[]string{"checkpoint 0: read signed note: ", "checkpoint 0: ", "act 1 (leaf 0): is not in the newest", "hash 0 of the log"},
		},
		"the root": {
			"UPDATE checkpoints SET root = zeroblob(32)",
			[]string{"checkpoint 21: its row is not what its note says"},
		},
		"the size": {
			"UPDATE checkpoints SET size = 20",
			[]string{"checkpoint 20: its row is not what its note says"},
		},
		"note and root": {
			"UPDATE checkpoints SET root = zeroblob(32), note = 'x'",
			[]string{"checkpoint 21: read signed note: ", "checkpoint 21: its root is not that of the leaves"},
		},
		"the checkpoint is gone": {
			"DELETE FROM checkpoints",
			[]string{"act 1 (leaf 0): is not in the newest checkpoint, which has 0 leaves", "hash 0 of the log (leaf 0): is not in the newest"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := fresh(t)
			a.raw(t, c.change)
			found := a.check(t)
			same := slices.EqualFunc(found, c.found, func(got, want string) bool { return strings.HasPrefix(got, want) })
			if !same {
				t.Errorf("found\n%s\nnot\n%s", strings.Join(found, "\n"), strings.Join(c.found, "\n"))
			}
		})
	}
}

// Rows that the store itself cannot read are named too.
func TestCheckNamesTheRowThatCannotBeRead(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(21)...)
	a.sequence(t)
	damagedAt := unreadable{Viewer: a, leaf: 7, index: 12}
	var found []string
	size, err := Check(t.Context(), damagedAt, a.key.Verifiers(), func(name, problem string) { found = append(found, name+": "+problem) })
	want := []string{
		"leaf 7: its act cannot be read", "leaf 7: its act is missing",
		"hash 12 of the log (leaves 6 to 7): is missing",
	}
	if err != nil || size != 21 || !slices.EqualFunc(found, want, strings.HasPrefix) {
		t.Errorf("of %d leaves: %q, %v", size, found, err)
	}
}

// unreadable has an act and a hash that give ErrDamaged.
type unreadable struct {
	Viewer
	leaf, index int64
}

func (u unreadable) View(ctx context.Context, fn func(catalog.Reader) error) error {
	return u.Viewer.View(ctx, func(r catalog.Reader) error { return fn(unreadableRows{r, u}) })
}

type unreadableRows struct {
	catalog.Reader
	u unreadable
}

func (r unreadableRows) Acts(leaf int64, limit int) ([]catalog.Act, error) {
	if leaf <= r.u.leaf && leaf+int64(limit) > r.u.leaf {
		return nil, fmt.Errorf("an act: %w", catalog.ErrDamaged)
	}
	return r.Reader.Acts(leaf, limit)
}

func (r unreadableRows) TreeHashes(indexes []int64) ([][32]byte, error) {
	if slices.Contains(indexes, r.u.index) {
		return nil, fmt.Errorf("a hash: %w", catalog.ErrDamaged)
	}
	return r.Reader.TreeHashes(indexes)
}

func TestCheckOfALongLog(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(2*checkPage+500)...)
	a.sequence(t)
	if found := a.check(t); found != nil {
		t.Fatalf("found %v", found)
	}
	a.raw(t, "UPDATE acts SET kind = 'x' WHERE leaf = 2017", "UPDATE tree_hashes SET hash = zeroblob(32) WHERE id = 4000")
	found := a.check(t)
	want := []string{"hash 4000 of the log (leaves 2000 to 2003)", "act 2018 (leaf 2017): its hash is not the one in the log"}
	if !slices.EqualFunc(found, want, strings.HasPrefix) {
		t.Errorf("found %v", found)
	}
	a.raw(t, "UPDATE acts SET kind = 'x'")
	if found := a.check(t); len(found) != mostFindings+1 || !strings.Contains(found[mostFindings], "more than") {
		t.Errorf("%d findings, the last %q", len(found), found[len(found)-1])
	}
}

func TestCheckOfAnEmptyLog(t *testing.T) {
	a := newArchive(t)
	a.do(t, act(0))
	if found := a.check(t); found != nil {
		t.Errorf("found %v", found)
	}
}

func TestCheckWhileTheLogGrows(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(30)...)
	a.sequence(t)
	stop := run(t, Config{Store: a, Key: a.key, Every: time.Nanosecond, Log: silent()})
	defer stop()
	for n := range 20 {
		a.do(t, act(100+n))
		if found := a.check(t); found != nil {
			t.Fatalf("found %v", found)
		}
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	a := newArchive(t)
	a.do(t, act(0))
	a.sequence(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Check(ctx, a, a.key.Verifiers(), func(name, problem string) { t.Errorf("%s: %s", name, problem) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// An older database put back has a sound log, and says so only against what was kept.
func TestAnOlderDatabase(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(5)...)
	five := a.sequence(t)
	older := a.copies(t)
	a.open(t)
	a.do(t, actsTo(4)...)
	nine := a.sequence(t)
	for _, c := range []catalog.Checkpoint{five, nine} {
		if found := a.against(t, c.Note); found != nil {
			t.Errorf("against checkpoint %d: %v", c.Size, found)
		}
	}
	a = older(t)
	if found := a.check(t); found != nil {
		t.Errorf("by itself: %v", found)
	}
	if found := a.against(t, five.Note); found != nil {
		t.Errorf("against what it had: %v", found)
	}
	want := "the log has 5 leaves, the checkpoint that was kept has 9: an older database, or one that was cut"
	if found := a.against(t, nine.Note); !slices.Equal(found, []string{want}) {
		t.Errorf("against what was kept: %v", found)
	}
	// The log goes on from the older database: as long, and not the same.
	a.do(t, act(50), act(51), act(52), act(53), act(54))
	a.sequence(t)
	if found := a.check(t); found != nil {
		t.Errorf("by itself: %v", found)
	}
	if found := a.against(t, nine.Note); len(found) != 1 || !strings.Contains(found[0], "not those that were signed") {
		t.Errorf("against what was kept: %v", found)
	}
}

// Who holds the key can write another history, and nothing shows it but a checkpoint that
// somebody else has.
func TestAHolderOfTheKeyRewritesTheLog(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(6)...)
	kept := a.sequence(t)
	other := a
	var err error
	if other.Store, err = sqlite.Open(t.Context(), other.folder+"/other.db"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	acts := actsTo(8)
	acts[2].Person = "users/somebody-else"
	other.do(t, acts...)
	other.sequence(t)
	if found := other.check(t); found != nil {
		t.Errorf("by itself: %v", found)
	}
	want := "the first 6 leaves of the log are not those that were signed then: acts were changed, added or taken out"
	if found := other.against(t, kept.Note); !slices.Equal(found, []string{want}) {
		t.Errorf("against what was kept: %v", found)
	}
}

func TestAgainstWhatIsNoCheckpointOfThisLog(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(3)...)
	own := a.sequence(t)
	b := newArchive(t)
	b.do(t, actsTo(3)...)
	other := b.sequence(t)
	if found := a.against(t, other.Note); len(found) != 1 || !strings.Contains(found[0], "another log") {
		t.Errorf("another log's: %v", found)
	}
	if found := a.against(t, strings.Replace(own.Note, "\n3\n", "\n2\n", 1)); len(found) != 1 || !strings.Contains(found[0], "not of this text") {
		t.Errorf("a changed one: %v", found)
	}
	empty := newArchive(t)
	empty.key = a.key
	if found := empty.against(t, own.Note); len(found) != 1 || !strings.Contains(found[0], "has 0 leaves") {
		t.Errorf("against an empty log: %v", found)
	}
	handover, err := Rotate(a.folder, own)
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{"", "x", handover, own.Note[:len(own.Note)-2], strings.Repeat(own.Note, 100)} {
		err := CheckAgainst(t.Context(), a, a.key.Verifiers(), kept, func(_, problem string) { t.Errorf("%.20q: found %s", kept, problem) })
		var typed *catalog.Error
		if !errors.As(err, &typed) || typed.Code != catalog.Invalid {
			t.Errorf("%.20q: %v", kept, err)
		}
	}
}

func TestAgainstADamagedLog(t *testing.T) {
	for name, c := range map[string]struct{ change, says string }{
		"hashes gone":   {"DELETE FROM tree_hashes", "missing"},
		"another hash":  {"UPDATE tree_hashes SET hash = zeroblob(32) WHERE id = 6", "not those that were signed"},
		"another root":  {"UPDATE checkpoints SET root = zeroblob(32) WHERE size = 7", "does not go on"},
		"too many":      {"UPDATE checkpoints SET size = 1 << 60 WHERE size = 7", "cannot be read"},
		"a hash behind": {"UPDATE tree_hashes SET hash = zeroblob(32) WHERE id = 10", "does not go on"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			a.do(t, actsTo(4)...)
			kept := a.sequence(t)
			a.do(t, actsTo(3)...)
			a.sequence(t)
			a.raw(t, c.change)
			if found := a.against(t, kept.Note); len(found) != 1 || !strings.Contains(found[0], c.says) {
				t.Errorf("found %v", found)
			}
		})
	}
}
