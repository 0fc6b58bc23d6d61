package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
)

// DeadLetters lists what was given up, and tries it again: a job by a new attempt
// at its work, a text by putting its bytes back on their subject.
type DeadLetters struct {
	Catalog *catalog.Catalog
	Bus     *bus.Bus
}

// List returns dead letters after a place in the stream, oldest first, without
// their data.
func (d DeadLetters) List(ctx context.Context, after uint64, limit int) ([]*fondsv1.DeadLetter, error) {
	return d.Bus.DeadLetters(ctx, after, limit)
}

// Get returns the dead letter at a place in the stream.
func (d DeadLetters) Get(ctx context.Context, sequence uint64) (*fondsv1.DeadLetter, error) {
	letter, err := d.Bus.DeadLetter(ctx, sequence)
	if errors.Is(err, bus.ErrNoLetter) {
		return nil, &catalog.Error{
			Code: catalog.NotFound, Reason: "DEAD_LETTER_NOT_FOUND",
			Message: fmt.Sprintf("dead letter deadLetters/%d does not exist: it may have been retried", sequence),
		}
	}
	return letter, err
}

// One call goes on trying letters for retryTime, and ends retryMargin before its
// caller's own time does, so that what was done can be told.
const (
	retryTime   = 20 * time.Second
	retryMargin = 2 * time.Second
)

func retryEnd(ctx context.Context) time.Time {
	end := time.Now().Add(retryTime)
	if at, ok := ctx.Deadline(); ok && at.Add(-retryMargin).Before(end) {
		end = at.Add(-retryMargin)
	}
	return end
}

// Retry tries letters again, one after the other, and takes them off the list: all
// that are there now when none is named. It tells tried of each. One that cannot
// be tried now stays on the list and does not keep the others waiting. left is how
// many it did not come to in its time.
func (d DeadLetters) Retry(ctx context.Context, sequences []uint64, tried func(name string, err error)) (left int, err error) {
	end := retryEnd(ctx)
	if len(sequences) == 0 {
		return d.retryAll(ctx, end, tried)
	}
	// Before anything is done: is each of them there?
	for _, s := range sequences {
		if _, err := d.Get(ctx, s); err != nil {
			return 0, err
		}
	}
	for i, s := range sequences {
		if time.Now().After(end) {
			return len(sequences) - i, nil
		}
		letter, err := d.Get(ctx, s)
		if err == nil {
			err = d.retry(ctx, letter, s)
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		tried(fmt.Sprintf("deadLetters/%d", s), err)
	}
	return 0, nil
}

// retryAll comes to each letter once: those that come back while it runs stand
// behind the last.
func (d DeadLetters) retryAll(ctx context.Context, end time.Time, tried func(name string, err error)) (left int, err error) {
	count, last, err := d.Bus.CountDeadLetters(ctx)
	if err != nil {
		return 0, err
	}
	for n, place := 0, uint64(0); place < last; n++ {
		if time.Now().After(end) {
			return max(int(count)-n, 0), nil
		}
		var letter *fondsv1.DeadLetter
		letter, place, err = d.Bus.NextDeadLetter(ctx, place)
		if errors.Is(err, bus.ErrNoLetter) || err == nil && place > last {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		err = d.retry(ctx, letter, place)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		tried(letter.GetName(), err)
	}
	return 0, nil
}

func (d DeadLetters) retry(ctx context.Context, letter *fondsv1.DeadLetter, sequence uint64) error {
	if w := letter.GetWork(); letter.GetKind() == "text" || w == nil {
		// A text, or what was no job: its bytes go back to where they came from.
		if err := d.Bus.Resend(ctx, letter); err != nil {
			return err
		}
	} else {
		key := catalog.WorkKey{Scan: catalog.Digest(w.GetScan()), Page: int(w.GetPage()), Recipe: catalog.Digest(w.GetRecipe())}
		if _, err := d.Catalog.RetryWork(ctx, key); err != nil {
			return err
		}
	}
	return d.Bus.Exhume(ctx, sequence)
}
