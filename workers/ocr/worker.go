package ocr

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fonds-archive/fonds/services/bus"
)

// idleWait is how long one request for a job stays open. It bounds how often an
// idle worker asks, and how long one that stops waits for a job that may be on
// its way to it.
const idleWait = time.Second

// worker picks jobs. Its fields belong to the goroutine of Run, but for running
// and arrivals.
type worker struct {
	Config
	running sync.WaitGroup
	sets    <-chan bus.ModelSet
	sources []*source
	// waiting are jobs that came when every slot was taken; one of each source at
	// most, and only when it had been without jobs before.
	waiting []*job
	// arrivals are the answers to open requests, one for each source that is asking.
	arrivals chan arrival
}

// source is where the jobs of one model set come from.
type source struct {
	set bus.ModelSet
	// jobs is nil until it was opened, and after it was lost.
	jobs   *bus.Source
	asking bool
}

// arrival ends a source's asking, with a job or without.
type arrival struct {
	from *source
	job  *job
}

// job is a job in hand, of which the server is told until its end.
type job struct {
	*bus.Delivery
	lane bus.Lane
	end  context.CancelFunc
}

// lanes in the order in which they are served.
var lanes = []bus.Lane{bus.Fresh, bus.Bulk}

// next waits for the next job, those of the fresh lane before those of bulk. It
// returns nil when ctx ends.
//
// It is called when a slot is free, and asks for one job at a time: what other
// workers could do meanwhile stays in the queue. Only when the queue is empty all
// sources are asked at once, and left to wait.
func (w *worker) next(ctx context.Context) *job {
	for ctx.Err() == nil {
		w.note(ctx, false)
		for _, s := range w.sources {
			if !s.asking && s.jobs == nil {
				w.ask(ctx, s) // opens it, which may take a while
			}
		}
		for _, lane := range lanes {
			if j := w.pick(ctx, lane); j != nil {
				return j
			}
		}
		for _, s := range w.sources {
			w.ask(ctx, s)
		}
		w.note(ctx, true)
	}
	return nil
}

// note takes in what has arrived, and waits for the first of it when told to.
func (w *worker) note(ctx context.Context, wait bool) {
	done := ctx.Done()
	for {
		if !wait {
			select {
			case a := <-w.arrivals:
				w.arrived(a)
			case set, open := <-w.sets:
				w.announced(set, open)
			default:
				return
			}
			continue
		}
		wait = false
		select {
		case a := <-w.arrivals:
			w.arrived(a)
		case set, open := <-w.sets:
			w.announced(set, open)
		case <-done:
			return
		}
	}
}

func (w *worker) arrived(a arrival) {
	a.from.asking = false
	if a.job != nil {
		w.waiting = append(w.waiting, a.job)
	}
}

func (w *worker) announced(set bus.ModelSet, open bool) {
	if !open { // ctx has ended
		w.sets = nil
		return
	}
	known := slices.ContainsFunc(w.sources, func(s *source) bool { return s.set.String() == set.String() })
	if !known && w.canDo(set) {
		w.sources = append(w.sources, &source{set: set})
	}
}

// pick takes a job of a lane that is waiting here or, source by source, in the
// queue. The source that gave one is the last to be asked the next time.
func (w *worker) pick(ctx context.Context, lane bus.Lane) *job {
	for i, j := range w.waiting {
		if j.lane == lane {
			w.waiting = slices.Delete(w.waiting, i, i+1)
			return j
		}
	}
	for i, s := range w.sources {
		if s.asking || s.set.Lane != lane || s.jobs == nil {
			continue
		}
		d, err := s.jobs.Next(0)
		if err != nil {
			s.jobs = nil // it is opened anew, which tells what still stands in the way
			continue
		}
		if d != nil {
			w.sources = append(slices.Delete(w.sources, i, i+1), s)
			return w.begin(ctx, d, s)
		}
	}
	return nil
}

// ask leaves a request open at a source, beside everything else.
func (w *worker) ask(ctx context.Context, s *source) {
	if s.asking {
		return
	}
	s.asking = true
	w.running.Go(func() {
		j, err := w.await(ctx, s)
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("wait for jobs", "set", s.set.String(), "error", err)
			pause(ctx, time.Second)
		}
		w.arrivals <- arrival{s, j}
	})
}

func (w *worker) await(ctx context.Context, s *source) (*job, error) {
	if s.jobs == nil {
		jobs, err := w.Bus.Open(ctx, s.set)
		if err != nil {
			return nil, err
		}
		s.jobs = jobs
	}
	d, err := s.jobs.Next(idleWait)
	if err != nil {
		s.jobs = nil
		return nil, err
	}
	if d == nil {
		return nil, nil
	}
	return w.begin(ctx, d, s), nil
}

// begin takes a job in hand: from then on the server is told that it is.
func (w *worker) begin(ctx context.Context, d *bus.Delivery, s *source) *job {
	ctx, end := context.WithCancel(ctx)
	every := s.jobs.AckWait() / 3
	w.running.Go(func() { w.beat(ctx, d, every) })
	return &job{Delivery: d, lane: s.set.Lane, end: end}
}

// beat tells the server that the job is in hand until ctx ends. The page's hard
// deadline bounds how long that can be.
func (w *worker) beat(ctx context.Context, d *bus.Delivery, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := d.Working(); err != nil {
				w.Log.Warn("tell that a job is in hand", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// giveUp gives back the jobs that were not begun, and waits for those that may be
// on their way.
func (w *worker) giveUp() {
	for slices.ContainsFunc(w.sources, func(s *source) bool { return s.asking }) {
		w.arrived(<-w.arrivals)
	}
	for _, j := range w.waiting {
		j.end()
		w.giveBack(j.Delivery, 0)
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
