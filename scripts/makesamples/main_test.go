package main

import (
	"crypto/sha256"
	"encoding/hex"
	"image/color"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

const folder = "../samples"

// faceSHA256 is the typewriter face that the committed pages were typed with (fonts-urw-base35
// 20200910); another one draws other strokes.
const faceSHA256 = "4f225ca8e13acb16f733ce741693105e527d5f7a5443901b9ecc190fca4e149b"

// What is committed is what the command draws. One fax page stands for all: its pixels depend on
// this command alone, not on the release of Go's PNG and JPEG encoders.
func TestCommittedPageIsDrawnAnew(t *testing.T) {
	face, err := os.ReadFile(defaultFont)
	if err != nil {
		t.Skipf("no typewriter face (scripts/setup.sh samples): %v", err)
	}
	if digest := sha256.Sum256(face); hex.EncodeToString(digest[:]) != faceSHA256 {
		t.Skip("another edition of the typewriter face")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("processors that fuse multiply and add round differently")
	}
	machine, err := newTypewriter(defaultFont)
	if err != nil {
		t.Fatal(err)
	}
	const name = "05-register-4117"
	index := slices.IndexFunc(samples, func(s sample) bool { return s.file == name+".tif" })
	text, err := os.ReadFile(filepath.Join(folder, name+".gt.txt"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\f")
	drawn, err := samples[index].look.sheet(machine, first, samples[index].seed)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.Open(filepath.Join(folder, name+".tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer committed.Close()
	want, err := tiff.Decode(committed) // its first page
	if err != nil {
		t.Fatal(err)
	}
	if drawn.Bounds() != want.Bounds() {
		t.Fatalf("drawn %v, committed %v", drawn.Bounds(), want.Bounds())
	}
	differing := 0
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if color.GrayModel.Convert(drawn.At(x, y)) != color.GrayModel.Convert(want.At(x, y)) {
				differing++
			}
		}
	}
	if differing > 0 {
		t.Errorf("%d pixels differ from what is committed (make samples)", differing)
	}
}

// The folder holds what the table says, the manifest says the same, and each readable page has its
// text beside it.
func TestFolderAndManifestAgree(t *testing.T) {
	manifest, err := os.ReadFile(filepath.Join(folder, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(manifest)), "\n")
	if len(lines) != len(samples)+1 || lines[0] != "file\tlang" {
		t.Fatalf("manifest has %d lines under %q, want %d under file and lang", len(lines)-1, lines[0], len(samples))
	}
	const limit = 3 << 20
	total := int64(0)
	for i, s := range samples {
		if want := s.file + "\t" + s.lang; lines[i+1] != want {
			t.Errorf("manifest line %d is %q, want %q", i+2, lines[i+1], want)
		}
		info, err := os.Stat(filepath.Join(folder, s.file))
		if err != nil {
			t.Error(err)
			continue
		}
		total += info.Size()
		if s.cut > 0 {
			continue
		}
		truth := strings.TrimSuffix(s.file, filepath.Ext(s.file)) + ".gt.txt"
		if _, err := os.Stat(filepath.Join(folder, truth)); err != nil {
			t.Error(err)
		}
	}
	if total > limit {
		t.Errorf("the samples weigh %d bytes, want less than %d", total, int64(limit))
	}
}
