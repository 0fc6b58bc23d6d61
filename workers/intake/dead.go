package intake

import (
	"context"
	"errors"
	"fmt"

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

// List returns dead letters after a place in the stream, oldest first.
func (d DeadLetters) List(ctx context.Context, after uint64, limit int) ([]*fondsv1.DeadLetter, error) {
	return d.Bus.DeadLetters(ctx, after, limit)
}

// retryAtOnce bounds the letters that one call tries again.
const retryAtOnce = 1000

// Retry tries letters again and takes them off the list; all when none is named.
// It returns how many it took. One that cannot be tried now does not keep the
// others waiting: it stays on the list, and the first such error is returned when
// none went well, or when letters were named.
func (d DeadLetters) Retry(ctx context.Context, sequences []uint64) (int, error) {
	letters, err := d.pick(ctx, sequences)
	if err != nil {
		return 0, err
	}
	retried := 0
	var failed error
	for _, letter := range letters {
		switch err := d.retry(ctx, letter); {
		case err == nil:
			retried++
		case failed == nil:
			failed = fmt.Errorf("retry %s: %w", letter.GetName(), err)
		}
	}
	if retried > 0 && len(sequences) == 0 {
		failed = nil
	}
	return retried, failed
}

func (d DeadLetters) pick(ctx context.Context, sequences []uint64) ([]*fondsv1.DeadLetter, error) {
	if len(sequences) == 0 {
		return d.Bus.DeadLetters(ctx, 0, retryAtOnce)
	}
	letters := make([]*fondsv1.DeadLetter, len(sequences))
	for i, s := range sequences {
		var err error
		letters[i], err = d.Bus.DeadLetter(ctx, s)
		if err != nil && !errors.Is(err, bus.ErrNoLetter) {
			return nil, err
		}
		if err != nil {
			return nil, &catalog.Error{
				Code: catalog.NotFound, Reason: "DEAD_LETTER_NOT_FOUND",
				Message: fmt.Sprintf("dead letter deadLetters/%d does not exist: it may have been retried", s),
			}
		}
	}
	return letters, nil
}

func (d DeadLetters) retry(ctx context.Context, letter *fondsv1.DeadLetter) error {
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
	var sequence uint64
	if _, err := fmt.Sscanf(letter.GetName(), "deadLetters/%d", &sequence); err != nil {
		return fmt.Errorf("name %q: %w", letter.GetName(), err)
	}
	return d.Bus.Exhume(ctx, sequence)
}
