package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// actsAtOnce bounds a transaction: it holds the only writer of an embedded database,
	// some 60 ms for so many.
	actsAtOnce = 1000
	// publishTime bounds one attempt at publishing, during which no act gets a leaf.
	publishTime = 5 * time.Second
	// publishAgain is when what could not be published is tried again, unless a newer
	// checkpoint comes before.
	publishAgain = 10 * time.Second
	// sayAgain is how often a trouble that lasts is logged.
	sayAgain = time.Minute
)

// Config is what a sequencer needs.
type Config struct {
	Store catalog.Store
	Key   *Key
	// Every is the least time between two checkpoints, and how long an act waits for one
	// at most; a second when zero.
	Every time.Duration
	// Published, unless nil, carries a checkpoint to whoever listens. One may be skipped
	// when a newer one is there, which covers it, and one may come twice.
	Published func(ctx context.Context, c catalog.Checkpoint) error
	Log       *slog.Logger
}

// Run gives waiting acts their leaves and signs checkpoints until ctx ends. Any number may
// run over one store: each takes the size of the log from the newest checkpoint in the
// transaction that extends it, and of two that would extend the same one the database
// refuses the second.
//
// It fails at once when the log was signed by another key than its own and those before.
// A log that is not what its newest checkpoint signs is not extended: that would put the
// key's name to what somebody else has changed. Run says so in its own log and tries again
// until the log is mended; acts wait meanwhile.
func Run(ctx context.Context, c Config) error {
	if c.Every <= 0 {
		c.Every = time.Second
	}
	s := &sequencer{Config: c}
	if err := s.resume(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		changed := c.Store.Changed()
		began := time.Now()
		extended, err := s.round(ctx)
		s.trouble(ctx, "the log of acts cannot be extended", &s.stuck, err)
		s.publish(ctx)
		if extended || err != nil {
			wait(ctx, nil, c.Every-time.Since(began))
		} else {
			wait(ctx, changed, c.Every)
		}
	}
	return nil
}

// wait ends when ctx does, with a change, or after a time.
func wait(ctx context.Context, changed <-chan struct{}, atMost time.Duration) {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer.C:
	}
}

// sequencer is one run.
type sequencer struct {
	Config
	// last is the newest checkpoint that this run has seen: the log never gets shorter.
	last catalog.Checkpoint
	// unpublished tells that last is still to be published, tried when it was last tried.
	unpublished bool
	tried       time.Time
	// stuck and away are the troubles that last.
	stuck, away trouble
}

// resume looks at the log as it was left, and publishes its newest checkpoint once more:
// whether that was done before the last run ended is not known.
func (s *sequencer) resume(ctx context.Context) error {
	err := s.Store.View(ctx, func(r catalog.Reader) error {
		c, ok, err := newest(r)
		if err != nil || !ok {
			return err
		}
		if _, err := openNewest(c, s.Key.all); errors.Is(err, ErrUnknownKey) {
			return fmt.Errorf("the log of acts was signed by another key than %s and those before: "+
				"put its ledger.key and ledger.pub back into the data folder", s.Key.own)
		}
		s.last, s.unpublished = c, true
		return nil
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// round extends the log until no act waits.
func (s *sequencer) round(ctx context.Context) (extended bool, err error) {
	for {
		waiting, err := s.waiting(ctx)
		if err != nil || !waiting {
			return extended, err
		}
		var next catalog.Checkpoint
		err = s.Store.Tx(ctx, func(tx catalog.Tx) error {
			var err error
			next, err = s.extend(tx)
			return err
		})
		if err != nil {
			return extended, err
		}
		if next.Size == s.last.Size {
			return extended, nil // another sequencer was here
		}
		s.last, s.unpublished, s.tried = next, true, time.Time{}
		extended = true
		s.publish(ctx)
	}
}

// waiting asks without holding the writer.
func (s *sequencer) waiting(ctx context.Context) (some bool, err error) {
	err = s.Store.View(ctx, func(r catalog.Reader) error {
		acts, err := r.WaitingActs(1)
		some = len(acts) > 0
		return err
	})
	return some, err
}

// extend gives leaves to the acts that wait and returns the newest checkpoint then.
func (s *sequencer) extend(tx catalog.Tx) (catalog.Checkpoint, error) {
	c, _, err := newest(tx)
	if err != nil {
		return c, err
	}
	if c.Size < s.last.Size || c.Size == s.last.Size && c.Root != s.last.Root {
		return c, damaged("the newest checkpoint has %d leaves and the root %.12s, and it had %d and %.12s: another database was put in its place", c.Size, c.Root, s.last.Size, s.last.Root)
	}
	acts, err := tx.WaitingActs(actsAtOnce)
	if err != nil || len(acts) == 0 {
		return c, err
	}
	return s.Key.extend(tx, c, acts)
}

// publish hands the newest checkpoint on, if that has not been done.
func (s *sequencer) publish(ctx context.Context) {
	if !s.unpublished || s.Published == nil || time.Since(s.tried) < publishAgain {
		return
	}
	s.tried = time.Now()
	within, cancel := context.WithTimeout(ctx, publishTime)
	defer cancel()
	err := s.Published(within, s.last)
	s.unpublished = err != nil
	s.trouble(ctx, "checkpoint not published: it is tried again with the next", &s.away, err)
}

// trouble is an error that may come each time.
type trouble struct {
	text string
	said time.Time
}

// trouble logs an error when it is another than the last time, or has lasted.
func (s *sequencer) trouble(ctx context.Context, what string, t *trouble, err error) {
	switch {
	case err == nil:
		*t = trouble{}
	case ctx.Err() != nil:
	case t.text != err.Error() || time.Since(t.said) > sayAgain:
		*t = trouble{text: err.Error(), said: time.Now()}
		s.Log.Error(what, "size", s.last.Size, "error", err)
	}
}
