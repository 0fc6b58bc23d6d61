package main

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// longestSilence is how long a watch without a message is believed to live. It
// is then resumed: a connection that a router has forgotten shows only so.
const longestSilence = time.Minute

// watcher follows one batch to its end, across lost connections.
type watcher struct {
	client *client
	batch  string
	lost   func(error)
	// more tells whether files are still being delivered: until then INCOMPLETE
	// is no end.
	more func() bool
	// silence is how long a watch without a message is believed to live;
	// longestSilence when zero.
	silence time.Duration
	// each is told of every message, in order. What it takes is no silence.
	each func(context.Context, *fondsv1.WatchBatchResponse) error

	// after is the end_sequence of the last file seen.
	after uint32
	state fondsv1.BatchState
}

// watch returns nil when the batch has reached a terminal state.
func (w *watcher) watch(ctx context.Context) error {
	p := patience{lost: w.lost}
	for {
		err := w.session(ctx, &p)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, io.EOF) && terminal(w.state):
			over, err := w.over(ctx)
			if over || err != nil && !transient(err) {
				return err
			}
			err = pause(ctx, time.Second)
			if err != nil {
				return err
			}
		case errors.Is(err, io.EOF), status.Code(err) == codes.Canceled:
			if err := pause(ctx, 100*time.Millisecond); err != nil {
				return err
			}
		default:
			if err := p.wait(ctx, err); err != nil {
				return err
			}
		}
	}
}

// over tells whether a terminal state that was seen is the end. INCOMPLETE is
// none while files are delivered, and may be outdated just after.
func (w *watcher) over(ctx context.Context) (bool, error) {
	if w.state != fondsv1.BatchState_BATCH_STATE_INCOMPLETE {
		return true, nil
	}
	if w.more() {
		return false, nil
	}
	batch, err := w.client.getBatch(ctx, w.batch)
	return err == nil && terminal(batch.GetState()), err
}

// session reads one stream to its end, which is io.EOF, or to its loss.
func (w *watcher) session(ctx context.Context, p *patience) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	believed := w.silence
	if believed == 0 {
		believed = longestSilence
	}
	silence := time.AfterFunc(believed, cancel)
	defer silence.Stop()
	stream, err := w.client.ingest.WatchBatch(ctx, &fondsv1.WatchBatchRequest{Name: w.batch, After: w.after})
	if err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		silence.Stop()
		if err != nil {
			return err
		}
		p.reset()
		if err := w.each(ctx, message); err != nil {
			return err
		}
		w.state = message.GetBatch().GetState()
		for _, file := range message.GetEnded() {
			w.after = max(w.after, file.GetEndSequence())
		}
		silence.Reset(believed)
	}
}

func terminal(state fondsv1.BatchState) bool {
	return state >= fondsv1.BatchState_BATCH_STATE_DONE
}

func (c *client) getBatch(ctx context.Context, name string) (*fondsv1.Batch, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return c.ingest.GetBatch(ctx, &fondsv1.GetBatchRequest{Name: name})
}
