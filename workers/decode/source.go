package decode

import (
	"errors"
	"fmt"
	"io"
)

// window is how much of a file is read at once and kept: headers lie close
// together, so a walk over them costs few system calls.
const window = 16 << 10

// source reads small pieces of a file. An answer is valid until the next call.
type source struct {
	r    io.ReaderAt
	size int64
	buf  []byte // what lies at off
	off  int64
}

func newSource(r io.ReaderAt, size int64) *source { return &source{r: r, size: size} }

// section is the part of n bytes at off, cut where the file ends.
func (s *source) section(off, n int64) *source {
	off = min(max(off, 0), s.size)
	n = min(max(n, 0), s.size-off)
	return newSource(io.NewSectionReader(s.r, off, n), n)
}

// at returns n bytes at off, at most window. A file that ends before is a
// Refusal; any other error is the disk's.
func (s *source) at(off int64, n int) ([]byte, error) {
	b, err := s.upTo(off, n)
	if err == nil && len(b) < n {
		err = corrupt("the file is cut short: its header ends at byte %d", s.size)
	}
	return b, err
}

// upTo is like at but returns fewer bytes where the file ends.
func (s *source) upTo(off int64, n int) ([]byte, error) {
	if off < 0 || off >= s.size || n <= 0 {
		return nil, nil
	}
	n = int(min(int64(n), s.size-off, window))
	if off < s.off || off+int64(n) > s.off+int64(len(s.buf)) {
		if err := s.fill(off); err != nil {
			return nil, err
		}
	}
	start := int(off - s.off)
	return s.buf[start:min(start+n, len(s.buf))], nil
}

func (s *source) fill(off int64) error {
	if s.buf == nil {
		s.buf = make([]byte, 0, min(window, s.size))
	}
	n, err := s.r.ReadAt(s.buf[:min(int64(cap(s.buf)), s.size-off)], off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.buf = s.buf[:0]
		return fmt.Errorf("read scan at byte %d: %w", off, err)
	}
	s.buf, s.off = s.buf[:n], off
	return nil
}
