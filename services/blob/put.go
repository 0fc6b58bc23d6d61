package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// anySize is what Put is told when the size is not known beforehand.
const anySize = -1

// Put stores what r gives and returns its digest and size in bytes. wantDigest
// may be empty and wantSize negative; otherwise the bytes must agree with them.
// When Put returns nil the blob is durable. It fails with ErrDigestMismatch,
// ErrSizeMismatch, ErrTooLarge, ErrBadDigest, or with what r, ctx or the disk
// says, and leaves nothing behind then. ctx is asked between reads.
//
// A blob that is there already and sound is read from r, compared and not written
// again. One that is damaged is replaced.
func (s *Store) Put(ctx context.Context, r io.Reader, wantDigest string, wantSize int64) (digest string, size int64, err error) {
	if wantDigest != "" && !isDigest(wantDigest) {
		return "", 0, fmt.Errorf("put %.80q: %w", wantDigest, ErrBadDigest)
	}
	if wantSize > s.maxSize {
		return "", 0, fmt.Errorf("put %d bytes, at most %d: %w", wantSize, s.maxSize, ErrTooLarge)
	}
	in := &intake{r: guarded{ctx, r}, hash: sha256.New(), want: wantDigest, wantSize: wantSize, max: s.maxSize}
	if wantDigest != "" && wantSize >= 0 && s.holds(wantDigest, wantSize) && s.Verify(ctx, wantDigest) == nil {
		if err := in.copyTo(io.Discard); err != nil {
			return "", 0, err
		}
	} else if err := s.write(in); err != nil {
		return "", 0, err
	}
	return in.digest(), in.size, s.settle(in)
}

func (s *Store) holds(digest string, size int64) bool {
	info, err := s.Stat(context.Background(), digest)
	return err == nil && info.Size == size
}

// write brings the bytes into a temporary file and gives it the blob's name.
func (s *Store) write(in *intake) (err error) {
	temp, err := os.CreateTemp(filepath.Join(s.dir, tempFolder), "put-*")
	if err != nil {
		return fmt.Errorf("make temporary blob: %w", err)
	}
	in.temp = temp.Name()
	defer func() {
		err = errors.Join(err, temp.Close())
		if err != nil {
			_ = os.Remove(in.temp)
		}
	}()
	if err := temp.Chmod(tempMode); err != nil {
		return fmt.Errorf("make temporary blob: %w", err)
	}
	if err := in.copyTo(temp); err != nil {
		return err
	}
	if err := temp.Chmod(blobMode); err != nil {
		return fmt.Errorf("close blob to writing: %w", err)
	}
	if err := temp.Sync(); err != nil {
		return fmt.Errorf("sync blob: %w", err)
	}
	return nil
}

// settle gives the temporary file its name, or renews the time of the blob that
// was there, and syncs the folder in either case: the Put that made the name may
// not have come to that yet. Only renaming is done under the lock; syncs overlap.
func (s *Store) settle(in *intake) error {
	path, err := s.Path(in.digest())
	if err != nil {
		return err
	}
	if err := s.name(in, path); err != nil {
		if in.temp != "" {
			_ = os.Remove(in.temp)
		}
		return err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("sync folder of blob: %w", err)
	}
	return nil
}

func (s *Store) name(in *intake, path string) error {
	s.present.Lock()
	defer s.present.Unlock()
	if in.temp == "" {
		return s.renew(in, path)
	}
	// Also over a blob that is there: its bytes may be damaged, and to find that
	// out costs more than to take the new ones.
	now := time.Now()
	if err := os.Chtimes(in.temp, now, now); err != nil {
		return fmt.Errorf("renew blob: %w", err)
	}
	err := os.Rename(in.temp, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.makeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		err = os.Rename(in.temp, path)
	}
	if err != nil {
		return fmt.Errorf("name blob: %w", err)
	}
	return nil
}

// renew sets the time of a blob that was there before its bytes came again.
func (s *Store) renew(in *intake, path string) error {
	if !s.holds(in.digest(), in.size) {
		return fmt.Errorf("blob %s was removed while it was put: put it again: %w", in.digest(), ErrNotFound)
	}
	now := time.Now()
	if err := os.Chtimes(path, now, now); err != nil {
		return fmt.Errorf("renew blob: %w", err)
	}
	return nil
}

// makeFolder makes a folder of the fan-out durable while the lock is held, so
// that whoever finds it there can rely on it.
func (s *Store) makeFolder(path string) error {
	if err := os.Mkdir(path, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make folder of blob: %w", err)
	}
	if err := syncFolder(s.dir); err != nil {
		return fmt.Errorf("make folder of blob: %w", err)
	}
	return nil
}

// intake counts and hashes what comes in and compares it with what was announced.
type intake struct {
	r        io.Reader
	hash     hash.Hash
	size     int64
	want     string
	wantSize int64
	max      int64
	// temp is the file that holds the bytes; empty when none was written.
	temp string
}

func (in *intake) digest() string { return hex.EncodeToString(in.hash.Sum(nil)) }

// copyTo copies one byte more than may come, to find out that it does.
func (in *intake) copyTo(w io.Writer) error {
	limit := in.max
	if in.wantSize >= 0 {
		limit = in.wantSize
	}
	n, err := io.CopyBuffer(writeOnly{io.MultiWriter(in.hash, w)}, io.LimitReader(in.r, limit+1), make([]byte, 256<<10))
	in.size = n
	switch {
	case err != nil:
		return fmt.Errorf("after %d bytes of blob: %w", n, err)
	case in.wantSize >= 0 && n > limit:
		return fmt.Errorf("%d bytes were announced, more came: %w", in.wantSize, ErrSizeMismatch)
	case n > limit:
		return fmt.Errorf("more than %d bytes: %w", in.max, ErrTooLarge)
	case in.wantSize >= 0 && n < in.wantSize:
		return fmt.Errorf("%d bytes were announced, %d came: %w", in.wantSize, n, ErrSizeMismatch)
	case in.want != "" && in.want != in.digest():
		return fmt.Errorf("announced as %s, the bytes are %s: %w", in.want, in.digest(), ErrDigestMismatch)
	}
	return nil
}

// writeOnly hides other ways to write, so that the buffer given is used.
type writeOnly struct{ io.Writer }

// guarded ends reading when the context does.
type guarded struct {
	ctx context.Context
	r   io.Reader
}

func (g guarded) Read(p []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	return g.r.Read(p)
}
