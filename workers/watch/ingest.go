package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// tryAgain is how long files rest after the server did not take them.
const tryAgain = 10 * time.Second

// ingest names files to the server and moves each when it has ended. Files that
// did not end are seen anew afterwards.
func (w *watcher) ingest(ctx context.Context, files []*fondsv1.NewFile) {
	defer w.release(files)
	err := w.deliver(ctx, files)
	if err == nil || ctx.Err() != nil {
		return
	}
	w.Log.Error("ingest from the hot folder: trying again", "files", len(files), "error", err)
	timer := time.NewTimer(tryAgain)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (w *watcher) deliver(ctx context.Context, files []*fondsv1.NewFile) error {
	batch, err := w.Ingest.CreateBatch(ctx, &fondsv1.CreateBatchRequest{
		Collection: w.Collection, Language: w.Language, Files: files,
	})
	if err != nil {
		return fmt.Errorf("create batch: %w", err)
	}
	w.Log.Info("files from the hot folder", "files", len(files), "batch", batch.GetName())
	delivered := 0
	for _, f := range files {
		_, err := w.Ingest.RegisterScan(ctx, &fondsv1.RegisterScanRequest{
			Batch: batch.GetName(), Path: f.GetPath(), ServerPath: filepath.Join(w.Folder, f.GetPath()),
		})
		if err != nil {
			// The others go on; the batch ends INCOMPLETE, and the file is seen anew.
			w.Log.Warn("register file", "path", f.GetPath(), "error", err)
			continue
		}
		delivered++
	}
	return w.follow(ctx, batch.GetName(), delivered)
}

// follow moves files as they end, until as many have ended as were delivered.
func (w *watcher) follow(ctx context.Context, batch string, delivered int) error {
	if delivered == 0 {
		return errors.New("the server took none of the files")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := w.Ingest.WatchBatch(ctx, &fondsv1.WatchBatchRequest{Name: batch})
	if err != nil {
		return fmt.Errorf("watch batch: %w", err)
	}
	for moved := 0; moved < delivered; {
		update, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("watch batch: %w", err)
		}
		for _, f := range update.GetEnded() {
			moved++
			if err := w.move(f); err != nil {
				w.Log.Error("move ended file", "path", f.GetPath(), "error", err)
			}
		}
	}
	return nil
}

// move puts an ended file where it belongs.
func (w *watcher) move(f *fondsv1.BatchFile) error {
	c := f.GetCounts()
	bad := c.GetPages() - c.GetText() - c.GetBlank()
	folder := doneFolder
	if bad > 0 {
		folder = failedFolder
	}
	target, err := w.free(filepath.Join(w.Folder, folder, f.GetPath()))
	if err != nil {
		return err
	}
	if bad > 0 {
		reason := fmt.Sprintf("%d of %d pages failed: %s\nscan: %s\ndocument: %s\n", bad, c.GetPages(), f.GetReason(), f.GetScan(), f.GetDocument())
		if err := os.WriteFile(target+".reason.txt", []byte(reason), 0o640); err != nil { //nolint:gosec // the folder's group may read it
			return fmt.Errorf("write reason: %w", err)
		}
	}
	return os.Rename(filepath.Join(w.Folder, f.GetPath()), target)
}

// namesTried bounds the search for a free name.
const namesTried = 10_000

// free returns the path, or one with a number before its ending, that is not
// taken yet, and makes its folder.
func (w *watcher) free(path string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", err
	}
	ext := filepath.Ext(path)
	candidate := path
	for n := 2; n < namesTried; n++ {
		if _, err := os.Lstat(candidate); errors.Is(err, fs.ErrNotExist) {
			return candidate, nil
		}
		candidate = fmt.Sprintf("%s.%d%s", path[:len(path)-len(ext)], n, ext)
	}
	return "", fmt.Errorf("%s: no free name", path)
}
