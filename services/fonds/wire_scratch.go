package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const (
	scratchFolder = "scratch"
	// aliveFile is locked for as long as the process lives that owns a scratch folder.
	aliveFile = "lock"
)

// scratch gives an empty folder that is removed at the end. What killed processes
// left beside it is removed now; what belongs to live ones stays, on whatever
// host or in whatever container they run.
func (n *node) scratch(purpose string) (string, error) {
	all := filepath.Join(n.options.data, scratchFolder)
	if err := os.MkdirAll(all, 0o700); err != nil {
		return "", fmt.Errorf("make the scratch folder: %w", err)
	}
	// One process at a time: a folder that has just been made has no owner yet.
	making, err := lockFile(filepath.Join(all, aliveFile), unix.LOCK_EX)
	if err != nil {
		return "", fmt.Errorf("lock the scratch folder: %w", err)
	}
	defer func() { _ = making.Close() }()
	if err := removeOrphans(all); err != nil {
		return "", fmt.Errorf("empty the scratch folder: %w", err)
	}
	folder, err := os.MkdirTemp(all, purpose+"-")
	if err != nil {
		return "", fmt.Errorf("make the scratch folder: %w", err)
	}
	alive, err := lockFile(filepath.Join(folder, aliveFile), unix.LOCK_EX|unix.LOCK_NB)
	if err != nil {
		return "", fmt.Errorf("lock the scratch folder: %w", errors.Join(err, os.RemoveAll(folder)))
	}
	n.onClose(func() {
		_ = os.RemoveAll(folder)
		_ = alive.Close()
	})
	return folder, nil
}

// removeOrphans removes the scratch folders that no process holds a lock in.
func removeOrphans(all string) error {
	entries, err := os.ReadDir(all)
	if err != nil {
		return err
	}
	for _, e := range entries {
		folder := filepath.Join(all, e.Name())
		if !e.IsDir() {
			continue
		}
		alive, err := lockFile(filepath.Join(folder, aliveFile), unix.LOCK_EX|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, fs.ErrNotExist) {
			continue // it is in use, or its owner has just removed it
		}
		if err != nil {
			return err
		}
		if err := errors.Join(os.RemoveAll(folder), alive.Close()); err != nil {
			return err
		}
	}
	return nil
}

// lockFile opens a file, made where it is missing, and locks it until it is
// closed, if only by the end of the process.
func lockFile(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
