package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestScratchOfTheLivingStaysAndOfTheDeadGoes(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	open := func() (*node, string) {
		t.Helper()
		n := &node{options: serveOptions{data: data}}
		folder, err := n.scratch("ocr")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "page"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return n, folder
	}
	// One left by a killed process: its lock is free. One of a version without locks.
	dead, old := filepath.Join(data, scratchFolder, "ocr-dead"), filepath.Join(data, scratchFolder, "images")
	for _, folder := range []string{dead, old} {
		if err := os.MkdirAll(filepath.Join(folder, "page-1"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dead, aliveFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first, a := open()
	second, b := open() // as another process or container would
	if a == b {
		t.Fatalf("both have %s", a)
	}
	for folder, want := range map[string]bool{dead: false, old: false, filepath.Join(a, "page"): true, filepath.Join(b, "page"): true} {
		if _, err := os.Stat(folder); (err == nil) != want {
			t.Errorf("%s: %v", folder, err)
		}
	}
	first.close()
	if _, err := os.Stat(a); err == nil {
		t.Errorf("%s is still there", a)
	}
	if _, err := os.Stat(filepath.Join(b, "page")); err != nil {
		t.Error(err)
	}
	second.close()
}
