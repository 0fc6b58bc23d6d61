package main

import (
	"context"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	// leastWindow is how many jobs are queued for a few children.
	leastWindow = 64
	// childWindow is how many jobs are queued for each of many children: at a
	// second a page, as many seconds in which no new job need come.
	childWindow = 8
	// mostWindow leaves room below the number of jobs that NATS lets be in hand.
	mostWindow = 8192
	// windowLife is how long the live workers are taken to be the same: as long as
	// it takes them to announce themselves.
	windowLife = 5 * time.Second
	// windowTime bounds a look at them.
	windowTime = 2 * time.Second
)

// liveWindow is the relay's window for the children of all live workers, which
// may run on other hosts. It belongs to one goroutine.
type liveWindow struct {
	live func(context.Context) ([]*fondsv1.Worker, error)
	size int
	next time.Time
}

// ask gives the window, and looks at the workers now and then. While they cannot
// be seen it stays as it was.
func (w *liveWindow) ask(ctx context.Context) int {
	if time.Now().Before(w.next) {
		return w.size
	}
	ctx, cancel := context.WithTimeout(ctx, windowTime)
	defer cancel()
	workers, err := w.live(ctx)
	w.next = time.Now().Add(windowLife)
	if err != nil {
		return w.size
	}
	children := 0
	for _, worker := range workers {
		// A worker says so of itself: none has more than it could be given work.
		children += int(min(worker.GetChildren(), mostWindow))
	}
	w.size = min(max(leastWindow, childWindow*children), mostWindow)
	return w.size
}
