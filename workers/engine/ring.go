package engine

import (
	"strings"
	"sync"
)

// ringSize is how much of a child's standard error is kept in bytes.
const ringSize = 4096

// ring keeps the end of what is written to it. Safe for concurrent use.
type ring struct {
	mu  sync.Mutex
	buf []byte
}

// Write keeps the last ringSize bytes; it never fails.
func (r *ring) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(p)
	if n > ringSize {
		p = p[n-ringSize:]
	}
	r.buf = append(r.buf, p...)
	if extra := len(r.buf) - ringSize; extra > 0 {
		r.buf = append(r.buf[:0], r.buf[extra:]...)
	}
	return n, nil
}

// forget drops what was said so far.
func (r *ring) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buf = r.buf[:0]
}

// String gives what is kept as valid UTF-8 without blanks at the ends.
func (r *ring) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.TrimSpace(strings.ToValidUTF8(string(r.buf), "?"))
}
