package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// ended moves a file whose pages have ended to where it belongs.
func (w *watcher) ended(f file, e *fondsv1.BatchFile) {
	c := e.GetCounts()
	bad := c.GetPages() - c.GetText() - c.GetBlank()
	if bad == 0 {
		w.put(f, doneFolder, "")
		return
	}
	w.put(f, failedFolder, fmt.Sprintf("%d of %d pages failed: %s\nscan: %s\ndocument: %s\n",
		bad, c.GetPages(), e.GetReason(), e.GetScan(), e.GetDocument()))
}

// refuse moves a file to failed/ that was not read at all.
func (w *watcher) refuse(f file, reason string) {
	w.Log.Warn("file refused", "path", f.path, "reason", reason)
	w.put(f, failedFolder, reason+"\n")
}

// put moves a file, or lets it rest when it cannot be moved: it would be taken
// again at once, and again.
func (w *watcher) put(f file, folder, reason string) {
	if err := w.move(f, folder, reason); err != nil {
		w.Log.Error("move a file out of the hot folder", "path", f.path, "error", err)
		w.leave(f.path)
	}
}

// reasonSuffix is what the name of the file with the reason adds.
const reasonSuffix = ".reason.txt"

// move puts a file below a folder, with the reason beside it when there is one. A
// file that has changed since it was taken stays: it is another one now.
func (w *watcher) move(f file, folder, reason string) error {
	from := filepath.Join(w.Folder, f.path)
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if !f.same(info) {
		w.Log.Info("file changed while it was read: it is taken again", "path", f.path)
		return nil
	}
	w.moving.Lock()
	defer w.moving.Unlock()
	target, err := free(filepath.Join(w.Folder, folder, f.path))
	if err != nil {
		return err
	}
	if reason != "" {
		if err := writeNew(target+reasonSuffix, reason); err != nil {
			return fmt.Errorf("write reason: %w", err)
		}
	}
	err = os.Rename(from, target)
	if err != nil && reason != "" {
		// It would stand beside nothing, and another one after each further try.
		err = errors.Join(err, os.Remove(target+reasonSuffix))
	}
	if errors.Is(err, syscall.EXDEV) {
		return fmt.Errorf("%s/ lies on another disk than the hot folder: put both on one: %w", folder, err)
	}
	return err
}

func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// namesTried bounds the search for a free name.
const namesTried = 10_000

// free returns the path, or one with a number before its ending, that is not
// taken yet, nor the name of its reason, and makes its folder.
func free(path string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", err
	}
	ext := filepath.Ext(path)
	candidate := path
	for n := 2; n < namesTried; n++ {
		if absent(candidate) && absent(candidate+reasonSuffix) {
			return candidate, nil
		}
		candidate = fmt.Sprintf("%s.%d%s", path[:len(path)-len(ext)], n, ext)
	}
	return "", fmt.Errorf("%s: no free name", path)
}

func absent(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
