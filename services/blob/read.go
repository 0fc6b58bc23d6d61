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

// Reader reads one blob. A read from the start to the end is verified: the read
// that reaches the end returns ErrCorrupt with the last bytes when the digest
// differs. Seeking elsewhere than to the start gives that up until the next Seek
// to the start. A Reader is for one goroutine.
type Reader struct {
	file   *os.File
	digest string
	size   int64
	offset int64
	hash   hash.Hash
	// hashed is how far the bytes were hashed without a gap.
	hashed int64
}

var _ io.ReadSeekCloser = (*Reader)(nil)

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
	if r.offset == r.hashed {
		r.hash.Write(p[:n])
		r.hashed += int64(n)
	}
	r.offset += int64(n)
	atEnd := err == io.EOF || n > 0 && r.offset == r.size
	if atEnd && r.hashed == r.offset {
		if found := hex.EncodeToString(r.hash.Sum(nil)); found != r.digest {
			return n, fmt.Errorf("blob %s: its %d bytes have the digest %s: %w", r.digest, r.offset, found, ErrCorrupt)
		}
	}
	return n, err
}

// Seek moves to another place. Going to the start begins verification anew.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	n, err := r.file.Seek(offset, whence)
	if err != nil {
		return n, fmt.Errorf("blob %s: %w", r.digest, err)
	}
	if r.offset = n; n == 0 {
		r.hash.Reset()
		r.hashed = 0
	}
	return n, nil
}

// Close releases the file.
func (r *Reader) Close() error { return r.file.Close() }
