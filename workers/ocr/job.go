package ocr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/workers/engine"
)

// do does one job to its end: outcome published and job taken off the queue, or
// job given back.
func (c Config) do(ctx context.Context, d *bus.Delivery) {
	log := c.Log.With("scan", d.Job.GetWork().GetScan(), "page", d.Job.GetWork().GetPage(), "delivery", d.Count)
	if d.Err != nil {
		c.discard(ctx, d, log)
		return
	}
	text, err := c.attempt(ctx, d)
	if err != nil && (ctx.Err() != nil || errors.Is(err, engine.ErrClosed)) {
		c.giveBack(d, 0)
		return
	}
	if err != nil {
		log.Warn("a try at a page failed", "error", err)
		if !c.calm(ctx, err) {
			c.giveBack(d, 0)
			return
		}
		if d.Count < c.MaxDeliveries {
			c.giveBack(d, c.delay(d.Count))
			return
		}
		if text == nil {
			text = c.ended(d.Job, lastOutcome(err), "")
		}
		text.Reason = printable(fmt.Sprintf("%v (%d tries)", err, d.Count))
	}
	// What was read is told although the worker is stopping: it would have to be
	// read again.
	if err := c.conclude(context.WithoutCancel(ctx), d, text, err != nil); err != nil {
		log.Error("tell how a page ended: trying again later", "error", err)
		c.giveBack(d, c.delay(1))
	}
}

// conclude publishes how a job ended and takes it off the queue; a job that was
// given up is buried before. When it cannot be, for the dead letters are full, its
// outcome is told all the same: the batch must end, and its failed pages can be
// tried again by it.
func (c Config) conclude(ctx context.Context, d *bus.Delivery, text *fondsv1.Text, givenUp bool) error {
	if givenUp {
		if err := c.Bus.BuryJob(ctx, d, text.GetReason()); err != nil {
			c.Log.Error("bury a job that was given up: telling its outcome without", "error", err)
		}
	}
	if err := c.publish(ctx, text); err != nil {
		return err
	}
	if err := d.Done(); err != nil {
		c.Log.Warn("take job off the queue: it will come again", "error", err)
	}
	return nil
}

// calm holds a job, and with it its slot, for a while when no child can be
// started: that is no page's fault, and a worker that went on would use up the
// tries of every job in the queue. It returns false when ctx ended meanwhile.
func (c Config) calm(ctx context.Context, err error) bool {
	if _, broken := errors.AsType[*engine.StartError](err); broken {
		pause(ctx, c.delay(2))
	}
	return ctx.Err() == nil
}

// discard buries a message that is no job: there is no work to give an outcome.
func (c Config) discard(ctx context.Context, d *bus.Delivery, log *slog.Logger) {
	log.Error("a message is no job", "error", d.Err)
	if err := c.Bus.BuryJob(ctx, d, d.Err.Error()); err != nil {
		c.giveBack(d, c.delay(1))
		return
	}
	if err := d.Done(); err != nil {
		log.Warn("take message off the queue", "error", err)
	}
}

// maxDelay is the longest wait before another try.
const maxDelay = 5 * time.Minute

func (c Config) delay(failures int) time.Duration {
	delay := c.RetryDelay
	for range failures - 1 {
		delay = min(5*delay, maxDelay)
	}
	return delay
}

// giveBack hands a job to whoever comes next. When that fails too, the server
// does it by itself after the job's ack wait.
func (c Config) giveBack(d *bus.Delivery, delay time.Duration) {
	if err := d.Later(max(delay, time.Millisecond)); err != nil {
		c.Log.Warn("give job back: it comes back by itself", "error", err)
	}
}

// publish publishes a text; one that is too large travels as a reference.
func (c Config) publish(ctx context.Context, t *fondsv1.Text) error {
	err := c.Bus.PublishText(ctx, t)
	if !errors.Is(err, bus.ErrTooLarge) {
		return err
	}
	if t.GetBody() == nil {
		t.Outcome, t.Probe = fondsv1.Outcome_OUTCOME_TOO_LARGE, nil
		t.Reason = "what was found in the file does not fit one message"
		return c.Bus.PublishText(ctx, t)
	}
	body, err := encodeBody(t.GetBody())
	if err != nil {
		return err
	}
	if err := c.Blobs.Keep(ctx, t.GetBodyDigest(), body); err != nil {
		return fmt.Errorf("keep a large body: %w", err)
	}
	t.Body, t.BodySize = nil, uint64(len(body))
	return c.Bus.PublishText(ctx, t)
}
