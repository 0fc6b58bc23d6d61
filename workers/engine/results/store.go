package results

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

// Store is a folder of results that is written to, of a bounded size: when it is
// full, those go that were of no use for longest. Safe for concurrent use; several
// processes may share a folder, each then holds it to the limit by itself.
type Store struct {
	folder string
	limit  int64

	mu    sync.Mutex
	size  int64
	stats Stats
}

// Stats counts what a store was good for since it was opened.
type Stats struct {
	// Known answers were found, Kept ones stored, Dropped ones removed for space.
	Known, Kept, Dropped uint64
	// Bytes that lie in the folder.
	Bytes int64
}

// unfinished is how names of files begin that are being written.
const unfinished = ".new-"

// Open makes the folder where it is missing, removes what killed processes left
// half written, and holds it to limit bytes.
func Open(folder string, limit int64) (*Store, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("find the folder of results: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of results: %w", err)
	}
	s := &Store{folder: folder, limit: limit}
	return s, s.shrink(limit)
}

// Folder is where the results lie, an absolute path; "" for a nil store.
func (s *Store) Folder() string {
	if s == nil {
		return ""
	}
	return s.folder
}

// Note takes in an answer: a known one stays for longer, a new one is kept if it is
// one that may be. A nil store does nothing.
func (s *Store) Note(r *enginev1.Recognition) error {
	switch {
	case s == nil || !Keepable(r):
		return nil
	case r.GetKnown():
		s.count(func(t *Stats) { t.Known++ })
		now := time.Now()
		err := os.Chtimes(filepath.Join(s.folder, name(r.GetKey())), now, now)
		if errors.Is(err, fs.ErrNotExist) { // dropped since it was read
			return nil
		}
		return err
	}
	sealed, err := seal(r)
	if err != nil {
		return err
	}
	if int64(len(sealed)) > s.limit {
		return nil
	}
	if err := s.write(filepath.Join(s.folder, name(r.GetKey())), sealed); err != nil {
		return fmt.Errorf("keep a result: %w", err)
	}
	return s.kept(int64(len(sealed)))
}

// write puts a file in place as a whole. It is not synced: one that a crash of the
// machine tore does not open, and is written anew.
func (s *Store) write(path string, content []byte) error {
	file, err := os.CreateTemp(s.folder, unfinished)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// kept counts a new file and makes room when there is too much: a tenth at once,
// so that the folder is looked through seldom.
func (s *Store) kept(size int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Kept++
	if s.size += size; s.size <= s.limit {
		return nil
	}
	return s.shrink(s.limit - s.limit/10)
}

// Stats gives the counters so far.
func (s *Store) Stats() Stats {
	if s == nil {
		return Stats{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Bytes = s.size
	return stats
}

func (s *Store) count(change func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.stats)
}

// entry is a file of the folder.
type entry struct {
	path string
	size int64
	used time.Time
}

// staleAfter is how old a file being written must be to be nobody's.
const staleAfter = time.Hour

// shrink measures the folder and removes the files that were used longest ago until
// at most size bytes are left.
func (s *Store) shrink(size int64) error {
	entries, err := s.list()
	if err != nil {
		return fmt.Errorf("look through the folder of results: %w", err)
	}
	s.size = 0
	for _, e := range entries {
		s.size += e.size
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(a.used.Compare(b.used), strings.Compare(a.path, b.path))
	})
	for _, e := range entries {
		if s.size <= size {
			break
		}
		if err := os.Remove(e.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop a result: %w", err)
		}
		s.size -= e.size
		s.stats.Dropped++
	}
	return nil
}

// list gives the results, and removes files that nobody is writing any more.
func (s *Store) list() ([]entry, error) {
	found, err := os.ReadDir(s.folder)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, f := range found {
		info, err := f.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		if err != nil {
			return nil, err
		}
		path := filepath.Join(s.folder, f.Name())
		if strings.HasPrefix(f.Name(), unfinished) {
			if time.Since(info.ModTime()) > staleAfter {
				_ = os.Remove(path) // tried again the next time
			}
			continue
		}
		entries = append(entries, entry{path, info.Size(), info.ModTime()})
	}
	return entries, nil
}
