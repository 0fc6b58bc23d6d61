package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// childPath makes the test binary the process that is killed.
const childPath = "FONDS_TEST_STORE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		fmt.Fprintln(os.Stderr, commitForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// commitForEver prints a number when the transaction that wrote it has returned.
func commitForEver(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	for {
		var n int
		if err := s.Tx(ctx, func(tx catalog.Tx) (err error) {
			n, err = commitNext(tx)
			return err
		}); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

const filesEach = 20

// commitNext writes batch n with its files, and n into the counter, at both ends.
func commitNext(tx catalog.Tx) (int, error) {
	counter, err := tx.Batch("counter")
	if err != nil && !errors.Is(err, catalog.ErrNotFound) {
		return 0, err
	}
	counter.ID, counter.State = "counter", catalog.BatchOpen
	counter.Files++
	id := fmt.Sprintf("%08d", counter.Files)
	files := make([]catalog.BatchFile, filesEach)
	for i := range files {
		files[i] = catalog.BatchFile{Batch: id, Number: i + 1, Path: strconv.Itoa(i), State: catalog.FileExpected}
	}
	return counter.Files, errors.Join(
		tx.PutBatch(counter), tx.PutBatch(catalog.Batch{ID: id, State: catalog.BatchOpen}), tx.PutBatchFiles(files))
}

// TestKill kills a process that commits, at random moments, and proves that all
// that was answered is there and nothing is half there.
func TestKill(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "catalog.db")
	for range 5 {
		answered := killedAfter(t, path, 1+random.IntN(20), random.IntN(20_000))
		s := openAt(t, path)
		if err := s.View(t.Context(), func(r catalog.Reader) error { return whatStands(t, r, answered) }); err != nil {
			t.Fatal(err)
		}
		faults, err := s.Check(t.Context())
		if err != nil || len(faults) > 0 {
			t.Fatalf("check: %v %v", faults, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killedAfter runs the child until it has answered so many times, counts a little
// further, kills it and returns the last number that it answered.
func killedAfter(t *testing.T, path string, answers, delay int) int {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childPath+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	last := 0
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if n == answers {
			for range delay {
				rand.Uint32()
			}
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	if last == 0 {
		t.Fatal("the child committed nothing")
	}
	return last
}

func whatStands(t *testing.T, r catalog.Reader, answered int) error {
	counter, err := r.Batch("counter")
	if err != nil {
		return err
	}
	if counter.Files < answered || counter.Files > answered+1 {
		t.Errorf("%d was answered, %d is stored", answered, counter.Files)
	}
	batches, err := r.Batches("", 1<<20)
	if err != nil {
		return err
	}
	if len(batches) != counter.Files+1 {
		t.Errorf("%d batches, counter %d", len(batches)-1, counter.Files)
	}
	for n := 1; n <= counter.Files; n++ {
		files, err := r.BatchFiles(fmt.Sprintf("%08d", n), 0, 1000, false)
		if err != nil {
			return err
		}
		if len(files) != filesEach {
			t.Errorf("batch %d has %d files", n, len(files))
		}
	}
	return nil
}
