// Package watch takes files from a hot folder: when one has stood still, or was
// renamed into place, it is ingested, and when its pages have ended it is moved to
// done/ or failed/ below the folder, there with the reason beside it.
//
// The folder itself is the memory: a file that is still there has not ended, and
// after a restart it is named again, which costs nothing for what was read. Watch
// never deletes a file, never overwrites one, and speaks to the server like any
// other client.
package watch

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Config is what watching needs.
type Config struct {
	// Folder is the hot folder, absolute. The server must be allowed to read it.
	Folder string
	// Collection takes the files: collections/{id}.
	Collection string
	Language   string
	Ingest     fondsv1.IngestServiceClient
	// Settle is how long size and time of a file must stand still.
	Settle time.Duration
	Log    *slog.Logger
}

// The folders that ended files are moved to.
const (
	doneFolder   = "done"
	failedFolder = "failed"
)

// batchesAtOnce bounds the batches under way: new files need not wait for a
// large batch, and a folder that fills slowly does not make hundreds.
const batchesAtOnce = 4

// Run watches until ctx ends and waits for what it has started.
func Run(ctx context.Context, c Config) error {
	for _, folder := range []string{doneFolder, failedFolder} {
		if err := os.MkdirAll(filepath.Join(c.Folder, folder), 0o750); err != nil {
			return fmt.Errorf("hot folder: %w", err)
		}
	}
	w := &watcher{Config: c, seen: map[string]sight{}, inHand: map[string]bool{}}
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, batchesAtOnce)
	ticker := time.NewTicker(max(c.Settle/2, 50*time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		select {
		case slots <- struct{}{}:
		default:
			continue
		}
		files, err := w.settled(time.Now())
		if err != nil {
			c.Log.Error("read the hot folder", "folder", c.Folder, "error", err)
		}
		if len(files) == 0 {
			<-slots
			continue
		}
		running.Go(func() {
			defer func() { <-slots }()
			w.ingest(ctx, files)
		})
	}
}

// watcher remembers what was seen of the files.
type watcher struct {
	Config
	seen map[string]sight

	mu     sync.Mutex
	inHand map[string]bool
}

// sight is what was seen of a file, and since when it has looked so.
type sight struct {
	size    int64
	modTime time.Time
	since   time.Time
}

// filesAtOnce bounds the files of one batch.
const filesAtOnce = 10_000

// settled returns the files, by path below the folder, that have stood still and
// are not in hand, and takes them in hand.
func (w *watcher) settled(now time.Time) ([]*fondsv1.NewFile, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	present := map[string]sight{}
	var files []*fondsv1.NewFile
	err := filepath.WalkDir(w.Folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(w.Folder, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return enter(below)
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || partial(e.Name()) || w.inHand[below] {
			return nil //nolint:nilerr // it went away meanwhile, or is none of ours
		}
		s := w.look(below, info, now)
		present[below] = s
		if now.Sub(s.since) >= w.Settle && len(files) < filesAtOnce {
			files = append(files, &fondsv1.NewFile{Path: below, Size: uint64(info.Size())})
		}
		return nil
	})
	w.seen = present
	for _, f := range files {
		w.inHand[f.GetPath()] = true
	}
	return files, err
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
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".part") ||
		strings.HasSuffix(name, ".tmp") || strings.HasSuffix(name, "~")
}

func (w *watcher) look(below string, info fs.FileInfo, now time.Time) sight {
	before, ok := w.seen[below]
	if ok && before.size == info.Size() && before.modTime.Equal(info.ModTime()) {
		return before
	}
	return sight{size: info.Size(), modTime: info.ModTime(), since: now}
}

// release lets files be seen again.
func (w *watcher) release(files []*fondsv1.NewFile) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range files {
		delete(w.inHand, f.GetPath())
		delete(w.seen, f.GetPath())
	}
}
