package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func TestKeyIsMadeOnFirstStart(t *testing.T) {
	folder := t.TempDir()
	if keys, err := ReadVerifiers(folder); err != nil || keys != nil {
		t.Fatalf("before the first start: %v, %v", keys, err)
	}
	k, err := OpenKey(folder)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^fonds/[0-9a-f]{32}$`).MatchString(k.Origin()) {
		t.Errorf("origin %q", k.Origin())
	}
	info, err := os.Stat(filepath.Join(folder, KeyFile))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the key's mode is %v, %v", info.Mode(), err)
	}
	again, err := OpenKey(folder)
	if err != nil || again.Verifier() != k.Verifier() {
		t.Errorf("the second start has the key %s, %v", again.Verifier(), err)
	}
	keys, err := ReadVerifiers(folder)
	if err != nil || len(keys) != 1 || keys[0] != k.Verifier() {
		t.Errorf("the folder names the keys %v, %v", keys, err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 2 {
		t.Errorf("there are %v, %v", left, err)
	}
}

func TestKeyIsMadeOnceByMany(t *testing.T) {
	folder := t.TempDir()
	var group sync.WaitGroup
	keys := make([]string, 8)
	for i := range keys {
		group.Go(func() {
			k, err := OpenKey(folder)
			// Who comes between the two files of the first is told so, and may try again.
			for err != nil && strings.Contains(err.Error(), "is missing") {
				k, err = OpenKey(folder)
			}
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = k.Verifier()
		})
	}
	group.Wait()
	for _, k := range keys {
		if k != keys[0] {
			t.Fatalf("two keys: %v", keys)
		}
	}
}

func TestKeyThatCannotBeUsed(t *testing.T) {
	garbled := "PRIVATE+KEY+fonds/0+00000000+c2VjcmV0"
	for name, c := range map[string]struct {
		spoil func(key, pub string) error
		says  string
	}{
		"others may read it": {func(key, _ string) error { return os.Chmod(key, 0o640) }, "mode 0640"},
		"others may write":   {func(key, _ string) error { return os.Chmod(key, 0o602) }, "mode 0602"},
		"gone":               {func(key, _ string) error { return os.Remove(key) }, "is missing"},
		"empty":              {func(key, _ string) error { return os.Truncate(key, 0) }, "no private key"},
		"garbled":            {func(key, _ string) error { return os.WriteFile(key, []byte(garbled), 0o600) }, "no private key"},
		"too long":           {func(key, _ string) error { return os.Truncate(key, maxFile+1) }, "more than"},
		"a folder": {func(key, _ string) error {
			_ = os.Remove(key)
			return os.Mkdir(key, 0o700)
		}, "is no file"},
		"verifier garbled": {func(_, pub string) error { return os.WriteFile(pub, []byte("x"), 0o600) }, "no verifier key"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if _, err := OpenKey(folder); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(filepath.Join(folder, KeyFile), filepath.Join(folder, VerifiersFile)); err != nil {
				t.Fatal(err)
			}
			_, err := OpenKey(folder)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error %v", err)
			}
			if strings.Contains(err.Error(), garbled) || strings.Contains(err.Error(), "c2VjcmV0") {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

func TestVerifierKeyFollowsFromTheKey(t *testing.T) {
	folder := t.TempDir()
	k, err := OpenKey(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, VerifiersFile)); err != nil {
		t.Fatal(err)
	}
	again, err := OpenKey(folder)
	if err != nil || again.Verifier() != k.Verifier() {
		t.Fatalf("key %v, %v", again, err)
	}
	if keys, err := ReadVerifiers(folder); err != nil || len(keys) != 1 || keys[0] != k.Verifier() {
		t.Errorf("the folder names the keys %v, %v", keys, err)
	}
}

func TestKeyCannotBeWritten(t *testing.T) {
	_, err := OpenKey(filepath.Join(t.TempDir(), "nowhere"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// A key of another log signs nothing here and hands nothing over; without it the log goes
// on under a new one.
func TestKeyOfAnotherLog(t *testing.T) {
	folder, other := t.TempDir(), t.TempDir()
	var own *Key
	for _, f := range []string{other, folder} {
		var err error
		if own, err = OpenKey(f); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, KeyFile)
	if err := os.Rename(filepath.Join(other, KeyFile), path); err != nil {
		t.Fatal(err)
	}
	_, err := OpenKey(folder)
	_, rotateErr := Rotate(folder, catalog.Checkpoint{})
	for _, err := range []error{err, rotateErr} {
		if err == nil || !strings.Contains(err.Error(), "put this log's own key back") {
			t.Errorf("error %v", err)
		}
	}
	if keys, err := ReadVerifiers(folder); err != nil || len(keys) != 1 || keys[0] != own.Verifier() {
		t.Errorf("the folder names the keys %v, %v", keys, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(folder, catalog.Checkpoint{}); err != nil {
		t.Fatal(err)
	}
	if k, err := OpenKey(folder); err != nil || k.Origin() != own.Origin() {
		t.Errorf("after the handover: %v, %v", k, err)
	}
}
