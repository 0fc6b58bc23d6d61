// Package relay carries what the database has decided to NATS: jobs for works
// that are pending, and events that were committed. It publishes first and marks
// afterwards, so that nothing is lost between the two; what is published twice
// carries the same message ID.
//
// It never decides what is to be recognised and never reads a result.
package relay

import (
	"context"
	"errors"
	"log/slog"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/recipe"
)

// Config is what a relay needs.
type Config struct {
	Catalog *catalog.Catalog
	Bus     *bus.Bus
	Queue   *bus.JobQueue
	Log     *slog.Logger
	// Window is the greatest number of works that are queued at a time, over all
	// batches: small, so that a page asked for now does not stand behind a
	// hundred thousand others, and so that intake cannot fall far behind; at
	// least a few for each engine child, so that none waits.
	Window int
	// Widen, unless nil, gives a greater window while there are more children than
	// Window was made for. It is asked before each round, and must answer at once but now and then.
	Widen func(ctx context.Context) int
}

// tick bounds how late a change of another process is seen.
const tick = 500 * time.Millisecond

// eventsKept is how long the place of a sent event is remembered to see whether
// the stream has lost it.
const eventsKept = 24 * time.Hour

// Run relays until ctx ends.
func Run(ctx context.Context, c Config) {
	checked := int64(-1)
	events := sender{Config: c}
	for {
		changed := c.Catalog.Changed()
		// Nothing is published before: it would hide what is missing.
		if epoch := c.Bus.Epoch(); epoch != checked {
			if !c.resend(ctx) {
				if !wait(ctx, nil) {
					return
				}
				continue
			}
			checked = epoch
			events.begin()
		}
		again, failed := false, false
		for _, step := range []func(context.Context) (bool, error){c.jobs, events.send, c.withdraw} {
			more, err := step(ctx)
			if err != nil && ctx.Err() == nil {
				c.Log.Error("relay", "error", err)
			}
			failed = failed || err != nil
			again = again || more
		}
		if failed {
			// What failed is not tried again at once, though taking it back is a
			// change of the database too.
			again, changed = false, nil
		}
		if !again && !wait(ctx, changed) {
			return
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func wait(ctx context.Context, changed <-chan struct{}) bool {
	timer := time.NewTimer(tick)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-changed:
	case <-timer.C:
	}
	return true
}

// resend makes those events unsent that the stream has lost. It returns whether
// that could be told.
func (c Config) resend(ctx context.Context) bool {
	last, err := c.Bus.LastEvent(ctx)
	if err == nil {
		var n int
		if n, err = c.Catalog.ResendEvents(ctx, last, eventsKept); n > 0 {
			c.Log.Warn("the stream of events ends before what was sent: sending again", "events", n)
		}
	}
	if err != nil && ctx.Err() == nil {
		c.Log.Error("relay: look for lost events", "error", err)
	}
	return err == nil
}

// jobs publishes jobs for pending works, as far as the window allows.
func (c Config) jobs(ctx context.Context) (more bool, err error) {
	window := c.Window
	if c.Widen != nil {
		window = max(window, c.Widen(ctx))
	}
	jobs, err := c.Catalog.IssueJobs(ctx, window)
	if err != nil || len(jobs) == 0 {
		return false, err
	}
	for lane, name := range map[catalog.Lane]bus.Lane{catalog.Fresh: bus.Fresh, catalog.Bulk: bus.Bulk} {
		if laneErr := c.publish(ctx, name, ofLane(jobs, lane)); laneErr != nil {
			err = laneErr
		}
	}
	return true, err
}

func ofLane(jobs []catalog.Job, lane catalog.Lane) []catalog.Job {
	var of []catalog.Job
	for _, j := range jobs {
		if j.Work.Lane == lane {
			of = append(of, j)
		}
	}
	return of
}

// publish publishes jobs and notes their places. A job that the stream did not
// acknowledge is taken back, so that a full queue or a server that is away costs
// no attempt.
func (c Config) publish(ctx context.Context, lane bus.Lane, jobs []catalog.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	var published, unpublished []catalog.Published
	var failed error
	var messages []*fondsv1.Job
	var sent []catalog.Published
	for _, j := range jobs {
		at := catalog.Published{Key: j.Work.Key, Attempt: j.Work.Attempt}
		m, err := message(j)
		if err != nil {
			failed = err // a recipe of a newer version of the program: it waits for that
			unpublished = append(unpublished, at)
			continue
		}
		messages, sent = append(messages, m), append(sent, at)
	}
	for i, p := range c.Queue.Publish(ctx, lane, messages) {
		sent[i].Sequence = p.Sequence
		if p.Err != nil {
			failed = p.Err
			unpublished = append(unpublished, sent[i])
			continue
		}
		published = append(published, sent[i])
	}
	noting, cancel := stillNoting(ctx)
	defer cancel()
	if err := c.Catalog.JobsPublished(noting, published); err != nil {
		return err
	}
	if len(unpublished) == 0 {
		return nil
	}
	return errors.Join(failed, c.Catalog.JobsUnpublished(noting, unpublished))
}

// noteTime bounds how long a relay that stops may take to note what it has done.
const noteTime = 10 * time.Second

// stillNoting outlives ctx: what was published is noted although the relay is
// stopping, or it would be taken for lost at the next start and done twice.
func stillNoting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), noteTime)
}

func message(j catalog.Job) (*fondsv1.Job, error) {
	m := &fondsv1.Job{
		Work:        workKey(j.Work.Key),
		Attempt:     uint32(j.Work.Attempt),
		Collections: j.Collections,
		Batch:       j.Work.Batch,
	}
	if j.Work.Key.IsProbe() {
		return m, nil
	}
	var err error
	m.Recipe, err = recipe.Message(j.Recipe)
	return m, err
}

// workKey is a work's key as it stands in messages.
func workKey(k catalog.WorkKey) *fondsv1.WorkKey {
	return &fondsv1.WorkKey{Scan: string(k.Scan), Page: uint32(k.Page), Recipe: string(k.Recipe)}
}

// withdrawAtOnce bounds the jobs taken back in one round.
const withdrawAtOnce = 200

// withdraw takes the jobs of dropped works out of the stream.
func (c Config) withdraw(ctx context.Context) (more bool, err error) {
	dropped, err := c.Catalog.DroppedJobs(ctx, withdrawAtOnce)
	if err != nil || len(dropped) == 0 {
		return false, err
	}
	for _, w := range dropped {
		if err := c.Queue.Withdraw(ctx, workKey(w.Key), uint32(w.Attempt), w.Sequence); err != nil {
			return false, err
		}
	}
	noting, cancel := stillNoting(ctx)
	defer cancel()
	return len(dropped) == withdrawAtOnce, c.Catalog.JobsWithdrawn(noting, dropped)
}
