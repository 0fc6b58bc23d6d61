package engine

import (
	"context"
	"slices"
	"sync"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

// line is where calls wait for a place. Who stands in it is promised to a place that
// is at work, which has its page decoded ahead; but whichever place is free first
// takes it: no place idles while a call waits.
type line struct {
	mu      sync.Mutex
	free    []*place
	busy    []*place
	waiting []*waiter // in the order in which they came
}

// waiter is a call in the line.
type waiter struct {
	image *enginev1.Image // of a page to be read; nil for anything else
	turn  chan *place     // takes one
	at    *place          // decodes the page ahead; nil when none does
	// overtaken counts those who came later and were served before.
	overtaken int
}

// mostOvertaken bounds how often a call is overtaken: the page before it at its
// place may take long.
const mostOvertaken = 4

// enter gives a place, at once or when it is the caller's turn.
func (l *line) enter(ctx context.Context, image *enginev1.Image) (*place, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	l.mu.Lock()
	if n := len(l.free); n > 0 {
		pl := l.free[n-1]
		l.free = l.free[:n-1]
		l.busy = append(l.busy, pl)
		l.mu.Unlock()
		return pl, nil
	}
	w := &waiter{image: image, turn: make(chan *place, 1)}
	l.waiting = append(l.waiting, w)
	l.promise()
	l.mu.Unlock()
	select {
	case pl := <-w.turn:
		return pl, nil
	case <-ctx.Done():
		l.drop(w)
		return nil, context.Cause(ctx)
	}
}

// drop takes a waiter out of the line; a place that it was just given goes on.
func (l *line) drop(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.waiting, w); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
		return
	}
	l.pass(<-w.turn)
}

// leave gives a place back.
func (l *line) leave(pl *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pass(pl)
}

// pass hands a place on, or puts it among those that are free.
func (l *line) pass(pl *place) {
	pl.working = nil
	next := l.next(pl)
	if next < 0 {
		l.busy = slices.DeleteFunc(l.busy, func(b *place) bool { return b == pl })
		l.free = append(l.free, pl)
		return
	}
	w := l.waiting[next]
	for _, before := range l.waiting[:next] {
		before.overtaken++
	}
	l.waiting = slices.Delete(l.waiting, next, next+1)
	w.turn <- pl
}

// next picks the call that is served at a place: the first of all when it was
// overtaken often, the one that was promised to the place, the first that was
// promised to none, the first of all. It is -1 when nobody waits.
func (l *line) next(pl *place) int {
	if len(l.waiting) == 0 || l.waiting[0].overtaken >= mostOvertaken {
		return min(len(l.waiting), 1) - 1
	}
	for _, at := range []*place{pl, nil} {
		if i := slices.IndexFunc(l.waiting, func(w *waiter) bool { return w.at == at }); i >= 0 {
			return i
		}
	}
	return 0
}

// begin notes that a place's child has a request in hand. Pages may be decoded ahead
// there until end, unless the request is to be served alone.
func (l *line) begin(pl *place, alone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.waiting {
		if w.at == pl { // of a child before this one
			w.at = nil
		}
	}
	if !alone {
		pl.working = pl.child
		l.promise()
	}
}

// end notes that a place's child has nothing more in hand.
func (l *line) end(pl *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pl.working = nil
}

// promise has the pages of those who wait decoded ahead, one at each place that is
// at work.
func (l *line) promise() {
	for _, pl := range l.busy {
		promised := slices.ContainsFunc(l.waiting, func(w *waiter) bool { return w.at == pl })
		if pl.working == nil || promised {
			continue
		}
		i := slices.IndexFunc(l.waiting, func(w *waiter) bool { return w.at == nil && w.image != nil })
		if i < 0 {
			return
		}
		l.waiting[i].at = pl
		pl.working.decodeAhead(l.waiting[i].image)
	}
}
