package bus

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestServerThatIsAwayIsToldApart(t *testing.T) {
	e := embed(t, t.TempDir(), "")
	b := connect(t, e)
	must(t, b.Bury(bounded(t), letter(1), "1"))
	l, err := b.DeadLetter(bounded(t), 1)
	must(t, err)
	b.conn.Close()
	for name, call := range map[string]func(context.Context) error{
		"Live":             func(ctx context.Context) error { _, err := b.Live(ctx); return err },
		"DeadLetters":      func(ctx context.Context) error { _, err := b.DeadLetters(ctx, 0, 1); return err },
		"DeadLetter":       func(ctx context.Context) error { _, err := b.DeadLetter(ctx, 1); return err },
		"CountDeadLetters": func(ctx context.Context) error { _, _, err := b.CountDeadLetters(ctx); return err },
		"Resend":           func(ctx context.Context) error { return b.Resend(ctx, l) },
		"Exhume":           func(ctx context.Context) error { return b.Exhume(ctx, 1) },
	} {
		if err := call(bounded(t)); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOwnTimeIsNotTheServers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	wait := func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }
	cancel()
	if _, err := ask(ctx, wait); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
		t.Errorf("a caller who left: %v", err)
	}
	late := func(context.Context) (int, error) { return 0, context.DeadlineExceeded }
	if _, err := ask(t.Context(), late); !errors.Is(err, ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a server that does not answer: %v", err)
	}
}

func TestNothingStartsOnceTheBusIsClosed(t *testing.T) {
	b := connect(t, embed(t, t.TempDir(), ""))
	b.Close()
	b.start(func() { t.Error("a late reconnect started something") })
	time.Sleep(time.Millisecond) // for a goroutine that should not be there
}
