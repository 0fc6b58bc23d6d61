package main

import (
	"errors"
	"os"
	"path/filepath"
)

// wholeFile is written beside its place and moved there when it is complete.
type wholeFile struct {
	*os.File
	path string
}

// createWhole begins the file that will stand at path.
func createWhole(path string) (*wholeFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".fonds-*.tmp")
	if err != nil {
		return nil, err
	}
	return &wholeFile{file, path}, nil
}

// keep puts the file in its place.
func (f *wholeFile) keep() error {
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

// discard leaves nothing behind.
func (f *wholeFile) discard() error {
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
