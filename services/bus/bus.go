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
	"slices"
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
	// ending keeps a reconnect from starting anything once Close waits.
	ending sync.Mutex
	// streams has the handle of each stream that was asked for a message.
	streams sync.Map
	// epoch counts how often the streams were declared.
	epoch atomic.Int64
}

// requestTimeout bounds each call to JetStream. A publish takes a millisecond
// with fsync; ten seconds outlast a stalled disk, not a dead server.
const requestTimeout = 10 * time.Second

// ErrUnavailable is returned when the server cannot be reached, does not answer
// in time, or has come back and not yet its streams.
var ErrUnavailable = errors.New("NATS does not answer")

// ask makes a call to JetStream within requestTimeout. That the server is away is
// told apart from the end of the caller's own time.
func ask[T any](ctx context.Context, call func(context.Context) (T, error)) (T, error) {
	bounded, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	answer, err := call(bounded)
	if err != nil && ctx.Err() == nil && isAway(err) {
		err = fmt.Errorf("%w: %v", ErrUnavailable, err) //nolint:errorlint // Or it would pass for the end of the caller's time.
	}
	return answer, err
}

// away are the errors of a server that cannot be reached or is not yet ready.
var away = []error{
	context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrConnectionClosed, nats.ErrConnectionDraining,
	nats.ErrDisconnected, nats.ErrConnectionReconnecting, nats.ErrReconnectBufExceeded, nats.ErrNoServers,
	jetstream.ErrJetStreamNotEnabled, jetstream.ErrStreamNotFound, jetstream.ErrBucketNotFound, jetstream.ErrNoStreamResponse,
}

func isAway(err error) bool {
	if told, ok := errors.AsType[*jetstream.APIError](err); ok && told.Code == 503 {
		return true
	}
	return slices.ContainsFunc(away, func(a error) bool { return errors.Is(err, a) })
}

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
		if errors.Is(err, errSecret) {
			return nil, fmt.Errorf("connect to NATS: %w", err)
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
	// A request that a dying server has taken is never answered: the next try must
	// not wait for it as long as there is time at all.
	declaring, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if err := b.declare(declaring); err != nil {
		b.Close()
		return nil, err
	}
	conn.SetReconnectHandler(func(*nats.Conn) { b.start(b.declareAgain) })
	return b, nil
}

// start runs fn beside, unless the bus is being closed.
func (b *Bus) start(fn func()) {
	b.ending.Lock()
	defer b.ending.Unlock()
	if b.life.Err() == nil {
		b.running.Go(fn)
	}
}

// declareAgain declares the streams after the server went away: it may have come
// back without its folder, or with an older one. It goes on until they stand or
// the server is away again; meanwhile all who use them hear that they are missing.
func (b *Bus) declareAgain() {
	// A server that is still starting may take a request and never answer it, so the
	// first tries are short; one that is busy gets longer each time.
	for patience := time.Second; b.life.Err() == nil && b.conn.IsConnected(); patience = min(2*patience, requestTimeout) {
		declaring, cancel := context.WithTimeout(b.life, patience)
		err := b.declare(declaring)
		cancel()
		if err == nil {
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
	b.ending.Lock()
	b.end()
	b.ending.Unlock()
	b.conn.Close()
	b.running.Wait()
}

// messages returns a handle to read and delete messages of a stream by their
// place. What it says of the stream's state may be old: it is asked for once.
func (b *Bus) messages(ctx context.Context, name string) (jetstream.Stream, error) {
	if known, ok := b.streams.Load(name); ok {
		return known.(jetstream.Stream), nil
	}
	stream, err := b.js.Stream(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", name, err)
	}
	b.streams.Store(name, stream)
	return stream, nil
}

// Epoch counts up whenever the streams may be others than before.
func (b *Bus) Epoch() int64 { return b.epoch.Load() }

// Connected tells whether the server can be reached now.
func (b *Bus) Connected() bool { return b.conn.IsConnected() }
