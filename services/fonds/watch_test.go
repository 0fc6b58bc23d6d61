package main

import (
	"context"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// TestWatchIsNotSilentWhileTextsAreWritten takes longer over each message than a
// watch without one is believed to live.
func TestWatchIsNotSilentWhileTextsAreWritten(t *testing.T) {
	a := startArchive(t)
	a.must(exitOK, "ingest", tree(t, map[string][]byte{"a.png": page("TEXT one"), "b.png": page("TEXT two")}), "--wait")
	c, err := dialAddress(a.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	answer, err := c.ingest.ListBatches(t.Context(), &fondsv1.ListBatchesRequest{PageSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	const silence = 500 * time.Millisecond
	w := watcher{
		client: c, batch: answer.GetBatches()[0].GetName(), silence: silence, more: func() bool { return false },
		each: func(ctx context.Context, _ *fondsv1.WatchBatchResponse) error { return pause(ctx, 2*silence) },
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := w.watch(ctx); err != nil || w.after == 0 {
		t.Errorf("%v after file %d", err, w.after)
	}
}
