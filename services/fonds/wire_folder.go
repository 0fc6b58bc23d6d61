package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/fonds-archive/fonds/services/blob"
)

// errOwned says that another process owns a data folder.
var errOwned = errors.New("another process owns the data folder")

// lockFolder keeps a second process from owning the same database.
func lockFolder(data string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w %s: stop it, or take another folder with --data", errOwned, data)
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

// blobs gives the roles the blob store as they need it.
type blobs struct{ store *blob.Store }

// Local gives the file itself: the store is on this machine.
func (b blobs) Local(ctx context.Context, digest string) (string, func(), error) {
	info, err := b.store.Stat(ctx, digest)
	return info.Path, func() {}, err
}

// Keep stores a body under its digest.
func (b blobs) Keep(ctx context.Context, digest string, body []byte) error {
	_, _, err := b.store.Put(ctx, bytes.NewReader(body), digest, int64(len(body)))
	return err
}

// ReadBlob reads a body whole, up to a limit in bytes.
func (b blobs) ReadBlob(ctx context.Context, digest string, limit int64) ([]byte, error) {
	r, err := b.store.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	if r.Size() > limit {
		return nil, fmt.Errorf("blob %s has %d bytes, more than %d", digest, r.Size(), limit)
	}
	return io.ReadAll(r)
}
