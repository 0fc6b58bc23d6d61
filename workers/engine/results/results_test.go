package results_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/results"
)

const secret = "the courier leaves at dawn"

func answer(key byte, text string) *enginev1.Recognition {
	return &enginev1.Recognition{
		Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: &fondsv1.Body{Text: text, Width: 10},
		Key: bytes.Repeat([]byte{key}, results.KeySize), CpuMicros: 7, PeakMemory: 9,
	}
}

func store(t *testing.T, limit int64) *results.Store {
	t.Helper()
	s, err := results.Open(t.TempDir(), limit)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keep(t *testing.T, s *results.Store, r *enginev1.Recognition) {
	t.Helper()
	if err := s.Note(r); err != nil {
		t.Fatal(err)
	}
}

// files are the results of a folder.
func files(t *testing.T, s *results.Store) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.Folder(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestAResultComesBackWithoutItsCost(t *testing.T) {
	s := store(t, 1<<20)
	keep(t, s, answer(1, secret))
	got := results.Find(s.Folder(), answer(1, "").GetKey())
	want := answer(1, secret)
	want.CpuMicros, want.PeakMemory = 0, 0
	if !proto.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if other := results.Find(s.Folder(), answer(2, "").GetKey()); other != nil {
		t.Errorf("another key found %v", other)
	}
}

func TestTheFolderTellsNothingWithoutTheKey(t *testing.T) {
	s := store(t, 1<<20)
	r := answer(1, secret)
	keep(t, s, r)
	for _, path := range files(t, s) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("courier")) || bytes.Contains(content, r.GetKey()) || strings.Contains(path, "01010101") {
			t.Errorf("%s tells what was read", path)
		}
	}
}

func TestTornAndChangedFilesAreNotBelieved(t *testing.T) {
	damage := map[string]func([]byte) []byte{
		"cut short":    func(b []byte) []byte { return b[:len(b)/2] },
		"empty":        func([]byte) []byte { return nil },
		"one bit":      func(b []byte) []byte { b[len(b)/3] ^= 1; return b },
		"longer":       func(b []byte) []byte { return append(b, 0) },
		"another file": func(b []byte) []byte { return bytes.Repeat([]byte{7}, len(b)) },
	}
	for name, change := range damage {
		s := store(t, 1<<20)
		keep(t, s, answer(1, secret))
		path := files(t, s)[0]
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := results.Find(s.Folder(), answer(1, "").GetKey()); got != nil {
			t.Errorf("%s: got %v", name, got)
		}
		keep(t, s, answer(1, secret))
		if results.Find(s.Folder(), answer(1, "").GetKey()) == nil {
			t.Errorf("%s: it is not mended by the next reading", name)
		}
	}
}

func TestOneResultIsNotTakenForAnother(t *testing.T) {
	s := store(t, 1<<20)
	keep(t, s, answer(1, "one"))
	first := files(t, s)[0]
	content, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, s, answer(2, "two"))
	for _, path := range files(t, s) {
		if path != first {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := results.Find(s.Folder(), answer(2, "").GetKey()); got != nil {
		t.Errorf("a file under another's name gave %v", got)
	}
}

func TestWhatAnotherTryMayChangeIsNotKept(t *testing.T) {
	for _, outcome := range []fondsv1.Outcome{
		fondsv1.Outcome_OUTCOME_FAILED, fondsv1.Outcome_OUTCOME_TIMEOUT, fondsv1.Outcome_OUTCOME_CORRUPT,
		fondsv1.Outcome_OUTCOME_TOO_LARGE, fondsv1.Outcome_OUTCOME_REFUSED, fondsv1.Outcome_OUTCOME_UNSPECIFIED,
	} {
		s := store(t, 1<<20)
		r := answer(1, secret)
		r.Outcome = outcome
		keep(t, s, r)
		if n := len(files(t, s)); n != 0 {
			t.Errorf("%v was kept", outcome)
		}
	}
	s := store(t, 1<<20)
	r := answer(1, secret)
	r.Key = nil
	keep(t, s, r)
	if n := len(files(t, s)); n != 0 {
		t.Error("a result without a key was kept")
	}
}

func TestTheFolderStaysWithinItsLimit(t *testing.T) {
	const limit = 20_000
	s := store(t, limit)
	past := time.Now().Add(-time.Hour)
	for n := range 50 {
		keep(t, s, answer(byte(n), strings.Repeat("x", 1000)))
		for _, path := range files(t, s) { // all alike old
			if err := os.Chtimes(path, past, past); err != nil {
				t.Fatal(err)
			}
		}
		first := answer(0, "x")
		first.Known = true
		keep(t, s, first) // used again and again
	}
	var size int64
	for _, path := range files(t, s) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > limit {
		t.Errorf("%d bytes lie in a folder of %d", size, limit)
	}
	if results.Find(s.Folder(), answer(0, "").GetKey()) == nil {
		t.Error("the result that is used most was dropped")
	}
	if st := s.Stats(); st.Kept != 50 || st.Known != 50 || st.Dropped == 0 || st.Bytes != size {
		t.Errorf("stats %+v, %d bytes", st, size)
	}
	smaller, err := results.Open(s.Folder(), limit/4)
	if err != nil {
		t.Fatal(err)
	}
	if st := smaller.Stats(); st.Bytes > limit/4 || st.Bytes == 0 {
		t.Errorf("opened with a lower limit: %+v", st)
	}
}

func TestWhatAKilledProcessLeftGoes(t *testing.T) {
	s := store(t, 1<<20)
	left := filepath.Join(s.Folder(), ".new-123")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := results.Open(s.Folder(), 1<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("the half-written file is still there")
	}
}

func TestWithoutAStoreNothingIsKept(t *testing.T) {
	var s *results.Store
	keep(t, s, answer(1, secret))
	if s.Folder() != "" || s.Stats() != (results.Stats{}) {
		t.Error("a nil store has something")
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte("x"), []byte("y"))
	f.Add(bytes.Repeat([]byte{1}, results.KeySize), []byte{})
	folder := f.TempDir()
	s, err := results.Open(folder, 1<<20)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, key, content []byte) {
		for _, path := range files(t, s) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		if len(key) != results.KeySize {
			if results.Find(folder, key) != nil {
				t.Error("a key of another length found something")
			}
			return
		}
		r := answer(0, "x")
		r.Key = key
		keep(t, s, r)
		if err := os.WriteFile(files(t, s)[0], content, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := results.Find(folder, key); got != nil {
			t.Errorf("made-up bytes gave %v", got)
		}
	})
}
