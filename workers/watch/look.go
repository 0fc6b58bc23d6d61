package watch

import (
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// sight is what was seen of a file, and since when it has looked so.
type sight struct {
	size    int64
	modTime time.Time
	since   time.Time
}

func (s sight) same(info fs.FileInfo) bool {
	return s.size == info.Size() && s.modTime.Equal(info.ModTime())
}

// file is one that has stood still.
type file struct {
	// path is below the hot folder.
	path string
	sight
}

// filesAtOnce bounds the files of one batch: at the longest paths that there are
// their names take 2 MiB, half of what the server takes in one message.
const filesAtOnce = 500

// settled returns the files that have stood still, are not in hand and do not
// rest, and takes them in hand. What cannot be read now is looked at again.
func (w *watcher) settled(now time.Time) []file {
	w.mu.Lock()
	defer w.mu.Unlock()
	present := map[string]sight{}
	var files []file
	_ = filepath.WalkDir(w.Folder, func(path string, e fs.DirEntry, err error) error {
		below, relErr := filepath.Rel(w.Folder, path)
		switch {
		case relErr != nil:
			return relErr
		case err != nil: // it went away meanwhile, or may not be read
			w.Log.Warn("read the hot folder", "path", path, "error", err)
			if e != nil && e.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case e.IsDir():
			return enter(below)
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || partial(e.Name()) || w.inHand[below] {
			return nil //nolint:nilerr // it went away meanwhile, or is none of ours
		}
		s := w.look(below, info, now)
		present[below] = s
		if now.Sub(s.since) >= w.Settle && now.After(w.resting[below].until) && len(files) < filesAtOnce {
			files = append(files, file{below, s})
		}
		return nil
	})
	w.seen = present
	for path := range w.resting {
		if _, there := present[path]; !there && !w.inHand[path] {
			delete(w.resting, path)
		}
	}
	for _, f := range files {
		w.inHand[f.path] = true
	}
	return files
}

// enter tells whether a folder is looked into.
func enter(below string) error {
	hidden := strings.HasPrefix(filepath.Base(below), ".") && below != "."
	if below == doneFolder || below == failedFolder || hidden {
		return filepath.SkipDir
	}
	return nil
}

// partial tells whether a name is one that programs give to files that they are
// still writing.
func partial(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
		return true
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".part", ".partial", ".tmp", ".crdownload", ".filepart":
		return true
	}
	return false
}

func (w *watcher) look(below string, info fs.FileInfo, now time.Time) sight {
	if before, ok := w.seen[below]; ok && before.same(info) {
		return before
	}
	return sight{size: info.Size(), modTime: info.ModTime(), since: now}
}
