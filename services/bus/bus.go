// Package bus is the way to NATS: it runs the embedded server or connects to an
// external one, declares streams, subjects and consumers as code, and turns the
// messages of events.proto into NATS messages and back.
//
// It holds no truth: the database is the system of record, and all that passes
// here may come twice, late, or be lost with the JetStream folder. It never
// decides what is to be done about a message.
package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bus is a connection with the streams declared.
type Bus struct {
	conn *nats.Conn
	js   jetstream.JetStream
	// life ends with Close, which waits for what runs.
	life    context.Context
	end     context.CancelFunc
	running sync.WaitGroup
	// epoch counts how often the streams were declared.
	epoch atomic.Int64
}

// requestTimeout bounds each call to JetStream. A publish takes a millisecond
// with fsync; ten seconds outlast a stalled disk, not a dead server.
const requestTimeout = 10 * time.Second

// Connect connects to a NATS server and declares the streams. It waits for the
// server until ctx ends, then gives its last error.
func Connect(ctx context.Context, url string, options ...nats.Option) (*Bus, error) {
	options = append([]nats.Option{
		nats.Name("fonds"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.Timeout(2 * time.Second),
	}, options...)
	for {
		b, err := connectOnce(ctx, url, options)
		if err == nil {
			return b, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to NATS: %w", errors.Join(err, ctx.Err()))
		case <-time.After(250 * time.Millisecond):
		}
	}
}

func connectOnce(ctx context.Context, url string, options []nats.Option) (*Bus, error) {
	conn, err := nats.Connect(url, options...)
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(
		conn,
		jetstream.WithDefaultTimeout(requestTimeout),
		// Or a publish that nobody answers would be remembered for ever.
		jetstream.WithPublishAsyncTimeout(requestTimeout),
	)
	if err != nil {
		conn.Close()
		return nil, err
	}
	b := &Bus{conn: conn, js: js}
	b.life, b.end = context.WithCancel(context.Background())
	if err := b.declare(ctx); err != nil {
		b.Close()
		return nil, err
	}
	conn.SetReconnectHandler(func(*nats.Conn) { b.running.Go(b.declareAgain) })
	return b, nil
}

// declareAgain declares the streams after the server went away: it may have come
// back without its folder, or with an older one. It goes on until they stand or
// the server is away again; meanwhile all who use them hear that they are missing.
func (b *Bus) declareAgain() {
	for b.life.Err() == nil && b.conn.IsConnected() {
		if b.declare(b.life) == nil {
			return
		}
		select {
		case <-b.life.Done():
		case <-time.After(time.Second):
		}
	}
}

// Close closes the connection. Messages in hand can no longer be acknowledged.
func (b *Bus) Close() {
	b.end()
	b.conn.Close()
	b.running.Wait()
}

// Epoch counts up whenever the streams may be others than before.
func (b *Bus) Epoch() int64 { return b.epoch.Load() }

// Connected tells whether the server can be reached now.
func (b *Bus) Connected() bool { return b.conn.IsConnected() }
