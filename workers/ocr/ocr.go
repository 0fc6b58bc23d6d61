// Package ocr does one job after another: fetch the scan, probe it or have a page
// recognised, publish the outcome, and only then take the job off the queue.
//
// It knows NATS and the blob store alone. It never touches the database, never
// decides what is to be recognised, and never decodes or recognises in its own
// process: engine children do.
package ocr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/workers/decode"
)

// Engine recognises pages, as many at a time as it has children.
type Engine interface {
	// Recognize waits for a free child and has it read one page. Its errors are
	// those of workers/engine.
	Recognize(ctx context.Context, r *enginev1.Recognize) (*enginev1.Recognition, error)
}

// Blobs is the worker's way to scans.
type Blobs interface {
	// Local gives a local file with the bytes of a scan until release is called.
	Local(ctx context.Context, digest string) (path string, release func(), err error)
	// Keep stores a body that is too large for a message.
	Keep(ctx context.Context, digest string, body []byte) error
}

// Config is what a worker needs.
type Config struct {
	Bus    *bus.Bus
	Blobs  Blobs
	Engine Engine
	// Self is announced: ID, engine, models, number of children.
	Self *fondsv1.Worker
	// Host stands in envelopes.
	Host string
	// Scratch is a folder for pages drawn from PDF files.
	Scratch string
	Limits  decode.Limits
	// MaxDeliveries is how often a job is tried; the last failure is its outcome.
	MaxDeliveries int
	// RetryDelay is how long a job waits after its first failure; five times as
	// long after each further one.
	RetryDelay time.Duration
	Log        *slog.Logger
}

// idleWait is how long one request for a job stays open. It bounds only how
// often an idle worker asks.
const idleWait = 10 * time.Second

// Run takes jobs until ctx ends, then gives back those in hand and waits for all
// that it has started.
func Run(ctx context.Context, c Config) error {
	sets, err := c.Bus.ModelSets(ctx)
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() {
		c.Bus.Announce(ctx, c.Self, func(err error) { c.Log.Warn("announce worker", "error", err) })
	})
	// One job more than children: while they recognise, its page is fetched and
	// drawn, so that no child waits.
	slots := make(chan struct{}, int(c.Self.GetChildren())+1)
	taken := map[string]bool{}
	for set := range sets {
		if taken[set.String()] || !c.canDo(set) {
			continue
		}
		taken[set.String()] = true
		running.Go(func() { c.pull(ctx, set, slots, &running) })
	}
	return ctx.Err()
}

// canDo tells whether the worker has each model of a set, file for file.
func (c Config) canDo(set bus.ModelSet) bool {
	for _, wanted := range set.Models {
		have := false
		for _, m := range c.Self.GetModels() {
			have = have || m.GetLanguage() == wanted.GetLanguage() && m.GetSha256() == wanted.GetSha256()
		}
		if !have {
			return false
		}
	}
	return true
}

// pull takes the jobs of one model set, one at a time ahead of the free slots.
func (c Config) pull(ctx context.Context, set bus.ModelSet, slots chan struct{}, running *sync.WaitGroup) {
	var source *bus.Source
	for ctx.Err() == nil {
		var err error
		if source == nil {
			source, err = c.Bus.Open(ctx, set)
		}
		var d *bus.Delivery
		if err == nil {
			d, err = source.Next(ctx, idleWait)
		}
		if err != nil {
			if ctx.Err() == nil {
				c.Log.Warn("wait for jobs", "set", set.String(), "error", err)
				pause(ctx, time.Second)
			}
			source = nil
			continue
		}
		if d == nil {
			continue
		}
		c.take(ctx, d, source.AckWait(), slots, running)
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// take waits for a slot and then does the job beside others. From the moment on
// that the job is in hand, the server is told that it is.
func (c Config) take(ctx context.Context, d *bus.Delivery, ackWait time.Duration, slots chan struct{}, running *sync.WaitGroup) {
	beating, stop := context.WithCancel(ctx)
	running.Go(func() { c.beat(beating, d, ackWait/3) })
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		stop()
		c.giveBack(d, 0)
		return
	}
	running.Go(func() {
		defer func() { <-slots }()
		defer stop()
		c.do(ctx, d)
	})
}

// beat tells the server that the job is in hand until ctx ends. The page's hard
// deadline bounds how long that can be.
func (c Config) beat(ctx context.Context, d *bus.Delivery, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := d.Working(); err != nil {
				c.Log.Warn("tell that a job is in hand", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// do does one job to its end: outcome published and job taken off the queue, or
// job given back.
func (c Config) do(ctx context.Context, d *bus.Delivery) {
	log := c.Log.With("scan", d.Job.GetWork().GetScan(), "page", d.Job.GetWork().GetPage(), "delivery", d.Count)
	if d.Err != nil {
		c.discard(ctx, d, log)
		return
	}
	text, err := c.attempt(ctx, d)
	if ctx.Err() != nil {
		c.giveBack(d, 0)
		return
	}
	if err != nil {
		log.Warn("a try at a page failed", "error", err)
		if d.Count < c.MaxDeliveries {
			c.giveBack(d, c.delay(d.Count))
			return
		}
		text = c.ended(d.Job, lastOutcome(err), fmt.Sprintf("%v (%d tries)", err, d.Count))
		if err := c.Bus.BuryJob(ctx, d, text.GetReason()); err != nil {
			log.Error("bury job: trying again later", "error", err)
			c.giveBack(d, c.delay(1))
			return
		}
	}
	if err := c.publish(ctx, text); err != nil {
		log.Error("publish outcome: trying again later", "error", err)
		c.giveBack(d, c.delay(1))
		return
	}
	if err := d.Done(); err != nil {
		log.Warn("take job off the queue: it will come again", "error", err)
	}
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

func (c Config) delay(failures int) time.Duration {
	delay := c.RetryDelay
	for range failures - 1 {
		delay *= 5
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
