package main

import (
	"errors"
	"os"
	"path/filepath"
)

// wholeFile is written beside its place and moved there when it is complete.
// What stands there and is no file, such as /dev/null, a pipe or a link, stays and
// is written to.
type wholeFile struct {
	*os.File
	path   string
	direct bool
}

// createWhole begins the file that will stand at path.
func createWhole(path string) (*wholeFile, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return nil, err
		}
		return &wholeFile{File: file, path: path, direct: true}, nil
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".fonds-*.tmp")
	if err != nil {
		return nil, err
	}
	return &wholeFile{File: file, path: path}, nil
}

// keep puts the file in its place.
func (f *wholeFile) keep() error {
	if f.direct {
		return f.Close()
	}
	err := f.Chmod(0o644)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// discard leaves nothing behind, where it made the file.
func (f *wholeFile) discard() error {
	if f.direct {
		return f.Close()
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
