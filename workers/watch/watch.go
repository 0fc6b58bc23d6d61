// Package watch takes files from a hot folder: when one has stood still, or was
// renamed into place, it is ingested, and when its pages have ended it is moved to
// done/ or failed/ below the folder, there with the reason beside it.
//
// The folder itself is the memory: a file that is still there has not ended, and
// after a restart it is named again, which costs nothing for what was read. Watch
// never deletes a file, never overwrites one, never moves one that has changed
// since it was read, and speaks to the server like any other client.
package watch

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
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
	// Language is that of the files, such as "eng+rus"; the server's default when empty.
	Language string
	Ingest   fondsv1.IngestServiceClient
	// Settle is how long size and time of a file must stand still.
	Settle time.Duration
	// Rest is how long a file is left alone after the server did not take it,
	// twice as long after each further time, up to ten minutes.
	Rest time.Duration
	Log  *slog.Logger
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
	w := &watcher{Config: c, seen: map[string]sight{}, inHand: map[string]bool{}, resting: map[string]rest{}}
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, batchesAtOnce)
	ticker := time.NewTicker(max(c.Settle/2, 10*time.Millisecond))
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
		files := w.settled(time.Now())
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
	// seen belongs to the goroutine of Run.
	seen map[string]sight

	mu sync.Mutex
	// inHand are the files of batches under way.
	inHand map[string]bool
	// resting are those that the server did not take.
	resting map[string]rest
	// moving is held while a name is chosen and taken.
	moving sync.Mutex
}

// rest is how often a file was not taken, and until when it is left alone.
type rest struct {
	failures int
	until    time.Time
}

const longestRest = 10 * time.Minute

// leave lets a file rest that was not taken.
func (w *watcher) leave(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.resting[path]
	pause := w.Rest << min(r.failures, 10)
	w.resting[path] = rest{failures: r.failures + 1, until: time.Now().Add(min(pause, longestRest))}
}

// release takes files out of hand, so that they can be seen again.
func (w *watcher) release(files []file) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range files {
		delete(w.inHand, f.path)
	}
}
