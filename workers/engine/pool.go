package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	"google.golang.org/protobuf/proto"
)

// Pool is a fixed number of places for children. Safe for concurrent use: a call
// waits for a free place. Each place keeps its child from call to call and gets
// the next one started as soon as the last has served its time.
type Pool struct {
	cfg     Config
	spawner *spawner
	line    line
	ctx     context.Context // ends with the pool
	cancel  context.CancelCauseFunc
	once    sync.Once
	starts  sync.WaitGroup

	cpu                      atomic.Int64
	peak                     atomic.Uint64
	pages, crashes, timeouts atomic.Uint64
	started, again           atomic.Uint64
}

// place holds a child, or the start of one that is under way, or neither. Both
// belong to the call that has the place.
type place struct {
	child *child
	next  chan started
	// working is the child while it has a request in hand; it belongs to the line.
	working *child
}

type started struct {
	child *child
	err   error
}

// Stats is what a pool's children have done and cost so far.
type Stats struct {
	// Started counts processes, Pages answered requests, Crashes and Timeouts
	// children that ended in the middle of a request.
	Started, Pages, Crashes, Timeouts uint64
	// Again counts children that ended while a second page was decoded in them: the
	// page in hand was read once more, alone.
	Again uint64
	// CPU is the time of children that have ended.
	CPU time.Duration
	// PeakMemory is the largest resident size that any child reported, in bytes.
	PeakMemory uint64
}

// New makes a pool and begins to start its children; it does not wait for them.
func New(cfg Config) *Pool {
	cfg = cfg.withDefaults()
	p := &Pool{cfg: cfg, spawner: newSpawner()}
	p.ctx, p.cancel = context.WithCancelCause(context.Background())
	for range cfg.Children {
		pl := &place{}
		p.prestart(pl)
		p.line.free = append(p.line.free, pl)
	}
	return p
}

// Recognize reads one page, no finer than its recipe says. Errors: ErrDeadline, *Crash, *StartError, ErrClosed,
// or the context's own. An outcome other than TEXT is not an error.
func (p *Pool) Recognize(ctx context.Context, call *enginev1.Recognize) (*enginev1.Recognition, error) {
	// The child may decode the page ahead, when it has not seen the recipe yet.
	if finest := call.GetRecipe().GetMethod().GetFinest(); call.GetImage() != nil && finest != call.GetImage().GetFinest() {
		call = proto.CloneOf(call)
		call.Image.Finest = finest
	}
	answer, err := p.call(ctx, &enginev1.Request{Call: &enginev1.Request_Recognize{Recognize: call}})
	if err != nil {
		return nil, err
	}
	return answer.GetRecognition(), nil
}

// Render writes one page as a PNG. Errors as for Recognize.
func (p *Pool) Render(ctx context.Context, call *enginev1.Render) (*enginev1.Rendering, error) {
	answer, err := p.call(ctx, &enginev1.Request{Call: &enginev1.Request_Render{Render: call}})
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return answer.GetRendering(), nil
}

// Describe starts a child of its own, with DescribeArgs, and gives its Hello:
// versions, and models with their digests.
func Describe(cfg Config) (*enginev1.Hello, error) {
	cfg = cfg.withDefaults()
	s := newSpawner()
	defer s.close()
	c, err := startChild(s, cfg, cfg.DescribeArgs, &atomic.Int64{})
	if err != nil {
		return nil, err
	}
	defer c.close()
	return c.hello, nil
}

// Stats gives the counters so far.
func (p *Pool) Stats() Stats {
	return Stats{
		Started: p.started.Load(), Pages: p.pages.Load(),
		Crashes: p.crashes.Load(), Timeouts: p.timeouts.Load(), Again: p.again.Load(),
		CPU: time.Duration(p.cpu.Load()), PeakMemory: p.peak.Load(),
	}
}

// Close kills what is running and waits until every child is gone. Calls that
// are under way end with ErrClosed.
func (p *Pool) Close() {
	p.once.Do(func() {
		p.cancel(ErrClosed)
		for range p.cfg.Children {
			pl, err := p.line.enter(context.Background(), nil)
			if err != nil {
				return // never: this context does not end
			}
			if pl.next != nil {
				s := <-pl.next
				pl.child = s.child
			}
			if pl.child != nil {
				pl.child.close()
			}
		}
		p.starts.Wait()
		p.spawner.close()
	})
}

// call takes a place, serves the request there and gives the place back.
func (p *Pool) call(ctx context.Context, request *enginev1.Request) (*enginev1.Answer, error) {
	ctx, cancel := p.cancellable(ctx)
	defer cancel()
	pl, err := p.line.enter(ctx, request.GetRecognize().GetImage())
	if err != nil {
		return nil, err
	}
	defer p.line.leave(pl)
	if err := p.ready(ctx, pl); err != nil {
		return nil, err
	}
	answer, beside, err := p.serve(ctx, pl, request, false)
	if _, crashed := errors.AsType[*Crash](err); crashed && beside {
		// The page that was decoded beside it may have been the cause, and no page
		// pays for another one.
		p.again.Add(1)
		p.cfg.Log.Warn("engine child lost with a second page in it: the first is read again, alone", "error", err)
		if err := p.ready(ctx, pl); err != nil {
			return nil, err
		}
		answer, _, err = p.serve(ctx, pl, request, true)
	}
	if err != nil {
		return nil, p.account(ctx, err)
	}
	p.served(pl, answer)
	return answer, nil
}

// serve has a request answered by a place's child; alone, without another page
// beside it. It tells whether there was one. After an error the place has a new
// child on its way.
func (p *Pool) serve(ctx context.Context, pl *place, request *enginev1.Request, alone bool) (answer *enginev1.Answer, beside bool, err error) {
	c := pl.child
	answer, err = c.call(request, p.cfg.Deadline, ctx.Done(), func() { p.line.begin(pl, alone) })
	p.line.end(pl)
	if err == nil {
		if err = rightKind(request, answer); err != nil {
			err = c.crash(err)
		}
	}
	if err != nil {
		pl.child = nil
		p.prestart(pl)
	}
	return answer, c.beside(), err
}

// cancellable gives a context that ends with the pool too.
func (p *Pool) cancellable(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if p.ctx.Err() != nil { // said at once: AfterFunc might come too late
		cancel(ErrClosed)
	}
	stop := context.AfterFunc(p.ctx, func() { cancel(ErrClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// account counts how a call went wrong and gives the error for the caller.
func (p *Pool) account(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errCancelled):
		return context.Cause(ctx)
	case errors.Is(err, ErrDeadline):
		p.timeouts.Add(1)
	default:
		p.crashes.Add(1)
	}
	p.cfg.Log.Warn("engine child lost", "error", err)
	return err
}

// rightKind refuses an answer to another question.
func rightKind(request *enginev1.Request, answer *enginev1.Answer) error {
	switch request.GetCall().(type) {
	case *enginev1.Request_Recognize:
		if answer.GetRecognition() == nil {
			return errors.New("it did not answer with a recognition")
		}
	case *enginev1.Request_Render:
		if answer.GetRendering() == nil {
			return errors.New("it did not answer with a rendering")
		}
	}
	return nil
}

// served counts a page against the child's budget and retires the child when it
// is used up; the next is started while no page waits for it.
func (p *Pool) served(pl *place, answer *enginev1.Answer) {
	c := pl.child
	p.pages.Add(1)
	c.pages++
	c.peak = max(c.peak, answer.GetRecognition().GetPeakMemory())
	for {
		old := p.peak.Load()
		if c.peak <= old || p.peak.CompareAndSwap(old, c.peak) {
			break
		}
	}
	if c.pages < p.cfg.Pages && c.peak < p.cfg.Memory {
		return
	}
	p.cfg.Log.Debug("engine child retired", "pages", c.pages, "peak", c.peak)
	pl.child = nil
	p.starts.Go(c.close)
	p.prestart(pl)
}

// prestart begins to start a child for an empty place, unless the pool closes.
func (p *Pool) prestart(pl *place) {
	if p.ctx.Err() != nil {
		return
	}
	next := make(chan started, 1)
	pl.next = next
	p.starts.Go(func() {
		c, err := startChild(p.spawner, p.cfg, nil, &p.cpu)
		if err == nil {
			p.started.Add(1)
		}
		next <- started{c, err}
	})
}

// ready waits for the place's child; a start that failed is tried again with
// growing pauses, a bounded number of times. A child that died while nobody
// looked is replaced: that is no page's fault.
func (p *Pool) ready(ctx context.Context, pl *place) error {
	if pl.child != nil && pl.child.dead() {
		pl.child.kill()
		pl.child = nil
	}
	pause := firstPause
	var err error
	for attempt := 1; pl.child == nil && attempt <= p.cfg.StartAttempts; attempt++ {
		if attempt > 1 {
			select {
			case <-time.After(pause):
				pause *= 2
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if err = p.awaitStart(ctx, pl); ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			p.cfg.Log.Warn("engine child did not start", "attempt", attempt, "error", err)
		}
	}
	return err
}

// awaitStart takes the start that is under way, or begins one.
func (p *Pool) awaitStart(ctx context.Context, pl *place) error {
	if pl.next == nil {
		p.prestart(pl)
	}
	select {
	case s := <-pl.next: // nil, so never ready, once the pool closes
		pl.child, pl.next = s.child, nil
		return s.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
