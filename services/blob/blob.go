// Package blob keeps scans and large texts byte for byte in a folder, each named
// by its SHA-256. What Put has returned is on the disk and stays there through a
// power cut; what is read from the start to the end is what was put, or an error.
//
// It never changes a blob, never looks inside one, and knows nothing of who
// needs it: which blobs may go is for its caller to say. No method needs more of
// its folder than an object store offers, but for Path.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// What can be wrong with a blob. Errors of this package wrap one of these or an
// error of the operating system.
var (
	// ErrNotFound: there is no such blob.
	ErrNotFound = errors.New("blob not found")
	// ErrBadDigest: the name is not a SHA-256 in lower-case hex.
	ErrBadDigest = errors.New("not a SHA-256 in lower-case hex")
	// ErrDigestMismatch: the bytes that came have another digest than announced.
	ErrDigestMismatch = errors.New("digest mismatch")
	// ErrSizeMismatch: there came fewer or more bytes than announced.
	ErrSizeMismatch = errors.New("size mismatch")
	// ErrTooLarge: the blob is larger than the store takes.
	ErrTooLarge = errors.New("blob too large")
	// ErrCorrupt: the stored bytes are no longer those that were put.
	ErrCorrupt = errors.New("blob corrupt")
)

// DefaultMaxSize is the largest blob that a store takes unless told otherwise:
// 2 GiB, some 500 colour pages at 600 dpi as JPEG.
const DefaultMaxSize = 2 << 30

const (
	folderMode = 0o750
	tempMode   = 0o640
	blobMode   = 0o440
	tempFolder = "tmp"
)

// Store is a folder of blobs. Its methods may be called at the same time.
type Store struct {
	dir     string
	maxSize int64
	// present keeps Remove away from a blob that a Put has just found to be there.
	present sync.Mutex
}

// Option sets a property of a Store.
type Option func(*Store)

// MaxSize sets the largest blob that the store takes, in bytes.
func MaxSize(bytes int64) Option { return func(s *Store) { s.maxSize = bytes } }

// Open returns the store in a folder, which is made when it is not there.
//
// The fan-out has one level of 256 folders: a million scans are 4,000 names a
// folder, which the hashed folders of ext4 and XFS find as fast as ten. A second
// level would make 65,536 folders, each to be made, synced and walked.
func Open(dir string, options ...Option) (*Store, error) {
	s := &Store{dir: dir, maxSize: DefaultMaxSize}
	for _, o := range options {
		o(s)
	}
	if err := os.MkdirAll(filepath.Join(dir, tempFolder), folderMode); err != nil {
		return nil, fmt.Errorf("make blob store: %w", err)
	}
	// A process before this one may have made folders and died before it synced
	// their names; from here on every folder that is there is durable.
	for _, folder := range []string{dir, filepath.Dir(filepath.Clean(dir))} {
		if err := syncFolder(folder); err != nil {
			return nil, fmt.Errorf("make blob store: %w", err)
		}
	}
	return s, nil
}

// Info says what is known of a blob without reading it.
type Info struct {
	// Digest is the SHA-256 in hex; empty for a file that is no blob.
	Digest string
	// Path is where the file lies.
	Path string
	// Size in bytes.
	Size int64
	// ModTime is when the blob was last put.
	ModTime time.Time
}

// Path returns where a blob lies or would lie, for children that read the file
// by themselves. What they read is not verified. It fails with ErrBadDigest.
func (s *Store) Path(digest string) (string, error) {
	if !isDigest(digest) {
		return "", fmt.Errorf("%.80q: %w", digest, ErrBadDigest)
	}
	return filepath.Join(s.dir, digest[:2], digest), nil
}

// Stat returns what is known of a blob, or ErrNotFound.
func (s *Store) Stat(_ context.Context, digest string) (Info, error) {
	path, err := s.Path(digest)
	if err != nil {
		return Info{}, err
	}
	st, err := os.Lstat(path)
	if err != nil {
		return Info{}, s.named(digest, err)
	}
	if !st.Mode().IsRegular() {
		return Info{}, fmt.Errorf("blob %s is no regular file: %w", digest, ErrCorrupt)
	}
	return Info{Digest: digest, Path: path, Size: st.Size(), ModTime: st.ModTime()}, nil
}

// Verify reads a blob to its end: ErrCorrupt when it is not what was put.
func (s *Store) Verify(ctx context.Context, digest string) error {
	r, err := s.Open(ctx, digest)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_, err = io.Copy(io.Discard, guarded{ctx, r})
	return err
}

// Remove takes a blob away unless it was put after the given time: whoever
// decided that nothing refers to it had not yet seen that Put. It tells whether
// the blob was removed; one that is not there is no error. Within one process no
// Put can lose its blob to a Remove; between processes, leave an hour.
func (s *Store) Remove(_ context.Context, digest string, putBefore time.Time) (bool, error) {
	path, err := s.Path(digest)
	if err != nil {
		return false, err
	}
	s.present.Lock()
	defer s.present.Unlock()
	st, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !st.ModTime().Before(putBefore) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("remove blob: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return false, fmt.Errorf("remove blob: %w", err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return true, fmt.Errorf("sync folder of removed blob: %w", err)
	}
	return true, nil
}

func (s *Store) named(digest string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob %s: %w", digest, ErrNotFound)
	}
	return fmt.Errorf("blob %s: %w", digest, err)
}

func isDigest(s string) bool {
	if len(s) != hex.EncodedLen(sha256.Size) {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}
