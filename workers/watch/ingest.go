package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	// createTime bounds the naming of a batch.
	createTime = time.Minute
	// registerTime bounds the copying of one file: the largest, 2 GiB, at 4 MB/s.
	registerTime = 10 * time.Minute
)

// ingest names files to the server and moves each when it has ended. Those that
// did not end rest and are seen anew.
func (w *watcher) ingest(ctx context.Context, files []file) {
	defer w.release(files)
	left := map[string]file{}
	for _, f := range files {
		if !utf8.ValidString(f.path) {
			w.refuse(f, "its name is not UTF-8: the server takes no other")
			continue
		}
		left[f.path] = f
	}
	if len(left) == 0 {
		return
	}
	err := w.deliver(ctx, left)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		w.Log.Error("ingest from the hot folder: trying again later", "files", len(left), "error", err)
	}
	for path := range left {
		w.leave(path)
	}
}

// deliver opens a batch for files, registers each and follows them to their end.
// It takes out of left what has been moved away.
func (w *watcher) deliver(ctx context.Context, left map[string]file) error {
	batch, err := w.create(ctx, left)
	if err != nil {
		return fmt.Errorf("create batch: %w", err)
	}
	w.Log.Info("files from the hot folder", "files", len(left), "batch", batch)
	delivered := map[string]file{}
	for path, f := range left {
		err := w.register(ctx, batch, path)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			delivered[path] = f
		case hopeless(err):
			w.refuse(f, "the server does not take it: "+status.Convert(err).Message())
			delete(left, path)
		default:
			// The others go on; the batch ends INCOMPLETE.
			w.Log.Warn("register file: trying again later", "path", path, "error", err)
		}
	}
	return w.follow(ctx, batch, delivered, left)
}

func (w *watcher) create(ctx context.Context, files map[string]file) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, createTime)
	defer cancel()
	request := &fondsv1.CreateBatchRequest{Collection: w.Collection, Language: w.Language}
	for path, f := range files {
		request.Files = append(request.Files, &fondsv1.NewFile{Path: filepath.ToSlash(path), Size: uint64(f.size)})
	}
	batch, err := w.Ingest.CreateBatch(ctx, request)
	return batch.GetName(), err
}

func (w *watcher) register(ctx context.Context, batch, path string) error {
	ctx, cancel := context.WithTimeout(ctx, registerTime)
	defer cancel()
	_, err := w.Ingest.RegisterScan(ctx, &fondsv1.RegisterScanRequest{
		Batch: batch, Path: filepath.ToSlash(path), ServerPath: filepath.Join(w.Folder, path),
	})
	return err
}

// hopeless tells whether the server would answer the same another time.
func hopeless(err error) bool {
	switch status.Code(err) {
	case codes.InvalidArgument, codes.OutOfRange, codes.Unimplemented:
		return true
	}
	return false
}

// follow moves files as they end, until none of those delivered is left. When a
// person cancelled the batch, those that had not ended go to failed/.
func (w *watcher) follow(ctx context.Context, batch string, delivered, left map[string]file) error {
	if len(delivered) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := w.Ingest.WatchBatch(ctx, &fondsv1.WatchBatchRequest{Name: batch})
	if err != nil {
		return fmt.Errorf("watch batch: %w", err)
	}
	cancelled := false
	for len(delivered) > 0 {
		update, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("watch batch: %w", err)
		}
		cancelled = update.GetBatch().GetState() == fondsv1.BatchState_BATCH_STATE_CANCELLED
		for _, e := range update.GetEnded() {
			path := filepath.FromSlash(e.GetPath())
			if f, ours := delivered[path]; ours {
				w.ended(f, e)
				delete(delivered, path)
				delete(left, path)
			}
		}
	}
	if cancelled {
		for path, f := range delivered {
			w.refuse(f, "its batch "+batch+" was cancelled")
			delete(left, path)
		}
	}
	return nil
}
