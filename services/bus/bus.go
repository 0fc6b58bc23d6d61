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
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bus is a connection with the streams declared.
type Bus struct {
	conn *nats.Conn
	js   jetstream.JetStream
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
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(requestTimeout))
	if err != nil {
		conn.Close()
		return nil, err
	}
	b := &Bus{conn: conn, js: js}
	if err := b.declare(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return b, nil
}

// Close closes the connection. Messages in hand can no longer be acknowledged.
func (b *Bus) Close() { b.conn.Close() }

// Connected tells whether the server can be reached now.
func (b *Bus) Connected() bool { return b.conn.IsConnected() }
