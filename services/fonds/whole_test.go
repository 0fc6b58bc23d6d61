package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
)

// output writes words as the verbs do with -o.
func output(path, words string, fails error) error {
	return writeOutput(&cobra.Command{}, path, func(w io.Writer) error {
		_, err := io.WriteString(w, words)
		if err == nil {
			err = fails
		}
		return err
	})
}

func TestOutputLeavesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	device, link, target := filepath.Join(dir, "null"), filepath.Join(dir, "link"), filepath.Join(dir, "target")
	if err := syscall.Mknod(device, syscall.S_IFCHR|0o666, 1<<8|3); err != nil { // as /dev/null
		t.Logf("no device of our own: %v", err)
		device = os.DevNull
		if os.Getuid() == 0 {
			t.Skip("root could replace the real one")
		}
	}
	if err := os.Symlink("target", link); err != nil {
		t.Fatal(err)
	}
	for _, fails := range []error{nil, io.ErrClosedPipe} {
		for _, path := range []string{device, link} {
			_ = output(path, "words", fails)
		}
		if info, err := os.Lstat(device); err != nil || info.Mode()&os.ModeCharDevice == 0 {
			t.Errorf("the device is %v, %v", info.Mode(), err)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("the link is %v, %v", info.Mode(), err)
		}
	}
	if err := output(link, "words", nil); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(target); err != nil || string(got) != "words" {
		t.Errorf("the link's target says %q, %v", got, err)
	}
}

func TestOutputStandsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out")
	if err := output(path, "first", nil); err != nil {
		t.Fatal(err)
	}
	if err := output(path, "second", io.ErrClosedPipe); err == nil {
		t.Error("no error")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
