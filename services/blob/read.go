package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"syscall"
)

// Reader reads one blob from the start. The read that reaches the end returns
// ErrCorrupt with the last bytes when the digest differs. A Reader is for one
// goroutine.
type Reader struct {
	file   *os.File
	digest string
	size   int64
	offset int64
	hash   hash.Hash
}

var _ io.ReadCloser = (*Reader)(nil)

// Open returns a reader of a blob, or ErrNotFound.
func (s *Store) Open(_ context.Context, digest string) (*Reader, error) {
	path, err := s.Path(digest)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, s.named(digest, err)
	}
	st, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, s.named(digest, err)
	}
	return &Reader{file: f, digest: digest, size: st.Size(), hash: sha256.New()}, nil
}

// Size is the blob's size in bytes.
func (r *Reader) Size() int64 { return r.size }

// Read reads the next bytes.
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.file.Read(p)
	r.hash.Write(p[:n])
	r.offset += int64(n)
	if err == io.EOF || n > 0 && r.offset == r.size {
		if found := hex.EncodeToString(r.hash.Sum(nil)); found != r.digest {
			return n, fmt.Errorf("blob %s: its %d bytes have the digest %s: %w", r.digest, r.offset, found, ErrCorrupt)
		}
	}
	return n, err
}

// Close releases the file.
func (r *Reader) Close() error { return r.file.Close() }
