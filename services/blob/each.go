package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Each calls fn for every blob in the order of the digests, and for every file
// that is no blob but lies among them, with an empty Digest. It ends with the
// first error that fn returns. Blobs that come or go meanwhile may be left out.
func (s *Store) Each(ctx context.Context, fn func(Info) error) error {
	top, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("list blobs: %w", err)
	}
	for _, folder := range top {
		if folder.Name() == tempFolder && folder.IsDir() {
			continue
		}
		if !folder.IsDir() || len(folder.Name()) != 2 {
			if err := s.visit(folder, s.dir, fn); err != nil {
				return err
			}
			continue
		}
		if err := s.eachIn(ctx, folder.Name(), fn); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) eachIn(ctx context.Context, folder string, fn func(Info) error) error {
	dir := filepath.Join(s.dir, folder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("list blobs: %w", err)
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.visit(e, dir, fn); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) visit(e fs.DirEntry, dir string, fn func(Info) error) error {
	st, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list blobs: %w", err)
	}
	info := Info{Path: filepath.Join(dir, e.Name()), Size: st.Size(), ModTime: st.ModTime()}
	if st.Mode().IsRegular() && isDigest(e.Name()) && filepath.Base(dir) == e.Name()[:2] {
		info.Digest = e.Name()
	}
	return fn(info)
}

// CleanTemp removes what a crash has left of unfinished Puts: temporary files
// older than the given age. Give more than the longest upload takes. It returns
// how many it removed.
func (s *Store) CleanTemp(ctx context.Context, olderThan time.Duration) (int, error) {
	dir := filepath.Join(s.dir, tempFolder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, fmt.Errorf("list temporary blobs: %w", err)
	}
	removed := 0
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		st, err := e.Info()
		if err != nil || time.Since(st.ModTime()) <= olderThan {
			continue
		}
		err = os.Remove(filepath.Join(dir, e.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, fmt.Errorf("remove temporary blob: %w", err)
		}
		removed++
	}
	return removed, nil
}
