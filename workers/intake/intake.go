// Package intake stores what comes in on FONDS_TEXT: outcomes, readings and what
// probes found, many to one commit, each acknowledged after the commit. Beside it
// runs the reconciler, which finds works whose job is lost.
//
// It never recognises anything and never publishes a text. Whatever comes twice,
// late or from an older copy of the stream changes nothing.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Config is what intake needs.
type Config struct {
	Catalog *catalog.Catalog
	Bus     *bus.Bus
	Queue   *bus.JobQueue
	Blobs   Blobs
	Log     *slog.Logger
	// AckWait is how long a text may be in hand before it is delivered again.
	AckWait time.Duration
	// RetryDelay is how long a text rests after its first failure, twice as long
	// after each further one, up to a minute.
	RetryDelay time.Duration
	// Reconcile is how often lost jobs are looked for, and how long a job may
	// be without a known place in the stream before it is taken for lost.
	Reconcile time.Duration
}

// Blobs gives the bodies that were too large for a message.
type Blobs interface {
	ReadBlob(ctx context.Context, digest string, limit int64) ([]byte, error)
}

const (
	// atOnce bounds the texts of one commit: at 60 KB a text, 16 MB.
	atOnce = 256
	// gather is how long a commit waits for company. One commit costs an fsync,
	// about a millisecond; a page takes a second to read, so that twenty
	// milliseconds more are not seen, and a burst shares its commits.
	gather = 20 * time.Millisecond
	// commitTime bounds one commit.
	commitTime = 60 * time.Second
	// giveUp is how often a text is tried before it goes to the dead letters: with
	// a first delay of two seconds, after five minutes. A disk that is full for a
	// minute must not send the texts of that minute there.
	giveUp = 10
	// longestDelay bounds the growing delays.
	longestDelay = time.Minute
)

// Run stores texts and looks for lost jobs until ctx ends.
func Run(ctx context.Context, c Config) error {
	feed, err := c.Bus.TextFeed(ctx, c.AckWait)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	texts := feed.Consume(ctx, 2*atOnce, func(err error) {
		c.Log.Warn("the stream of texts went away: opening it again", "error", err)
	})
	reconciled := make(chan struct{})
	go func() {
		defer close(reconciled)
		c.reconcile(ctx, feed)
	}()
	defer func() { <-reconciled }()
	for {
		batch := take(ctx, texts)
		if len(batch) == 0 {
			return nil
		}
		c.store(ctx, batch)
	}
}

// take waits for a text and then for those that come with it. It returns none
// when the channel is closed.
func take(ctx context.Context, texts <-chan *bus.TextDelivery) []*bus.TextDelivery {
	first, open := <-texts
	if !open {
		return nil
	}
	batch := []*bus.TextDelivery{first}
	timer := time.NewTimer(gather)
	defer timer.Stop()
	for len(batch) < atOnce {
		select {
		case t, open := <-texts:
			if !open {
				return batch
			}
			batch = append(batch, t)
		case <-timer.C:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// store stores a batch in one commit. When that fails it stores them one by one,
// so that one bad text does not hold up the others.
func (c Config) store(ctx context.Context, batch []*bus.TextDelivery) {
	// A commit that has begun is finished although the server is stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	readable := make([]*bus.TextDelivery, 0, len(batch))
	results := make([]catalog.Result, 0, len(batch))
	for _, d := range batch {
		r, err := c.result(ctx, d)
		if err != nil {
			c.fail(ctx, d, err)
			continue
		}
		readable = append(readable, d)
		results = append(results, r)
	}
	if err := c.commit(ctx, readable, results); err == nil {
		return
	}
	for i := range readable {
		if err := c.commit(ctx, readable[i:i+1], results[i:i+1]); err != nil {
			c.fail(ctx, readable[i], err)
		}
	}
}

// commit stores results and acknowledges their texts.
func (c Config) commit(ctx context.Context, batch []*bus.TextDelivery, results []catalog.Result) error {
	if len(batch) == 0 {
		return nil
	}
	verdicts, err := c.Catalog.StoreResults(ctx, results)
	if err != nil {
		return err
	}
	for i, d := range batch {
		work := slog.Any("work", results[i].Key)
		switch verdicts[i] {
		case catalog.Unknown:
			c.fail(ctx, d, errUnknown)
			continue
		case catalog.Differs:
			c.Log.Warn("another outcome or text for a work that has ended: the first one stays", work, "attempt", results[i].Attempt)
		case catalog.Withdrawn:
			c.Log.Info("a text came of a scan that was purged: it is not stored, and will be erased", work)
		case catalog.Stored, catalog.Repeated, catalog.Stale:
		}
		if err := d.Done(); err != nil {
			c.Log.Warn("acknowledge text: it will come again", work, "error", err)
		}
	}
	return nil
}

// delay is how long a text rests after so many failures.
func (c Config) delay(failures int) time.Duration {
	delay := c.RetryDelay
	for range failures - 1 {
		delay = min(2*delay, longestDelay)
	}
	return delay
}

var errUnknown = errors.New("the catalog has no such work")

// fail asks for a text again later or, at last, buries it with its bytes.
func (c Config) fail(ctx context.Context, d *bus.TextDelivery, cause error) {
	var malformed *malformedError
	hopeless := errors.As(cause, &malformed) || errors.Is(cause, errUnknown)
	if !hopeless && d.Count < giveUp {
		c.Log.Warn("store text: trying again", "subject", d.Subject(), "delivery", d.Count, "error", cause)
		if err := d.Later(c.delay(d.Count)); err != nil {
			c.Log.Warn("hand text back", "error", err)
		}
		return
	}
	c.Log.Error("store text: given up", "subject", d.Subject(), "error", cause)
	if err := c.Bus.BuryText(ctx, d, fmt.Sprintf("could not be stored: %v", cause)); err != nil {
		c.Log.Error("bury text: it will come again", "error", err)
		return
	}
	if err := d.Done(); err != nil {
		c.Log.Warn("acknowledge buried text", "error", err)
	}
}
