package engine

import (
	"strings"
	"sync"
)

// tail keeps the last bytes of what a child says on its standard error.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

// tailSize is a screen of text.
const tailSize = 4 << 10

// Write keeps the end of p.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, p...)
	if over := len(t.bytes) - tailSize; over > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[over:]...)
	}
	return len(p), nil
}

// String returns what was kept, on one line.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(t.bytes), "?"), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
