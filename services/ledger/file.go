package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	privateMode = 0o600
	publicMode  = 0o644
	// othersMay are the permissions of group and others.
	othersMay = 0o077
	// maxFile bounds a file of keys in bytes; a key has about 120.
	maxFile = 64 << 10
)

// readPrivate reads a file that nobody but its owner may read.
func readPrivate(path string) (string, error) {
	return read(path, func(info os.FileInfo) error {
		if mode := info.Mode().Perm(); mode&othersMay != 0 {
			return fmt.Errorf("others may use it (mode %04o): chmod 600 %s, and think about who may have a copy", mode, path)
		}
		return nil
	})
}

func readBounded(path string) (string, error) {
	return read(path, func(os.FileInfo) error { return nil })
}

// read asks the opened file about itself: the name may mean another one a moment later.
func read(path string, allowed func(os.FileInfo) error) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no file", path)
	}
	if err := allowed(info); err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s has more than %d bytes", path, maxFile)
	}
	return string(b), err
}

// writeWhole writes the whole file or nothing, durably, in the place of one that is there.
func writeWhole(path, text string, mode os.FileMode) error {
	return write(path, text, mode, os.Rename)
}

// writeNew is writeWhole for a private file; it fails with fs.ErrExist where there is one.
func writeNew(path, text string) error {
	return write(path, text, privateMode, os.Link)
}

func write(path, text string, mode os.FileMode, name func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"-") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := name(f.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
