package sqlite

import (
	"context"
	"errors"
	"sync"
)

// readers are the connections that read; who has taken one out owns it until it is put
// back. The one put back last is taken first: what is read one after the other stays
// in one cache, and connections that were never needed are never opened.
type readers struct {
	free   chan struct{} // as many as there are idle connections
	closed <-chan struct{}

	mu   sync.Mutex
	idle []*conn
}

// newReaders makes n connections, of which none is given away once closed is.
func newReaders(path string, n int, closed <-chan struct{}) *readers {
	r := &readers{free: make(chan struct{}, n), closed: closed}
	for range n {
		r.put(&conn{path: path, readOnly: true})
	}
	return r
}

// take waits for a connection.
func (r *readers) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closed:
		return nil, errClosed
	case <-r.free:
	}
	c := r.pop()
	select {
	case <-r.closed:
		r.put(c)
		return nil, errClosed
	default:
	}
	if err := c.open(); err != nil {
		r.put(c)
		return nil, err
	}
	return c, nil
}

func (r *readers) put(c *conn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.free <- struct{}{}
}

// pop is for who has taken a token out of free.
func (r *readers) pop() *conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.idle) - 1
	c := r.idle[last]
	r.idle = r.idle[:last]
	return c
}

// retire waits for those that are out, and closes all.
func (r *readers) retire() error {
	var failed error
	for range cap(r.free) {
		<-r.free
		failed = errors.Join(failed, r.pop().close())
	}
	return failed
}
