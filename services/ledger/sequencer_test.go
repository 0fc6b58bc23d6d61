package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// published remembers what was published.
type published struct {
	mu   sync.Mutex
	got  []catalog.Checkpoint
	fail error
	came chan struct{}
}

func newPublished() *published { return &published{came: make(chan struct{}, 10000)} }

func (p *published) take(_ context.Context, c catalog.Checkpoint) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.came <- struct{}{}
	if p.fail != nil {
		return p.fail
	}
	p.got = append(p.got, c)
	return nil
}

func (p *published) failing(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = err
}

func (p *published) sizes() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sizes []int64
	for _, c := range p.got {
		sizes = append(sizes, c.Size)
	}
	return sizes
}

// run starts a sequencer and returns what ends it and waits for it.
func run(t *testing.T, c Config) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- Run(ctx, c) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Many write, two sequencers run and are started anew again and again: every act gets one
// leaf, in order, and the log is one.
func TestConcurrentWritersAndRestarts(t *testing.T) {
	const writers, each = 6, 40
	a := newArchive(t)
	p := newPublished()
	ctx, cancel := context.WithCancel(t.Context())
	var sequencers, group sync.WaitGroup
	for range 2 {
		sequencers.Go(func() {
			for restarts := 0; ctx.Err() == nil; restarts++ {
				within, stop := context.WithTimeout(ctx, 10*time.Millisecond)
				if restarts == 30 { // on a slow machine no transaction may ever end so soon
					stop()
					within, stop = context.WithCancel(ctx)
				}
				if err := Run(within, Config{Store: a, Key: a.key, Every: time.Millisecond, Published: p.take, Log: silent()}); err != nil {
					t.Error(err)
				}
				stop()
			}
		})
	}
	for w := range writers {
		group.Go(func() {
			for n := range each {
				a.do(t, act(1000*w+n))
			}
		})
	}
	group.Wait()
	for changed := a.Changed(); a.newest(t).Size < writers*each; changed = a.Changed() {
		<-changed
	}
	cancel()
	sequencers.Wait()

	acts := a.acts(t, 0, 1000)
	if len(acts) != writers*each || !slices.IsSortedFunc(acts, func(x, y catalog.Act) int { return int(x.ID - y.ID) }) {
		t.Errorf("%d acts with leaves, in order: %v", len(acts), acts)
	}
	if found := a.check(t); found != nil {
		t.Errorf("found %v", found)
	}
	for _, c := range p.got {
		if found := a.against(t, c.Note); found != nil {
			t.Errorf("published checkpoint %d: %v", c.Size, found)
		}
	}
}

func TestOneTransactionTakesSoMany(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(2*actsAtOnce+1)...)
	p := newPublished()
	stop := run(t, Config{Store: a, Key: a.key, Every: time.Millisecond, Published: p.take, Log: silent()})
	for range 3 {
		<-p.came
	}
	stop()
	if got := p.sizes(); !slices.Equal(got, []int64{actsAtOnce, 2 * actsAtOnce, 2*actsAtOnce + 1}) {
		t.Errorf("checkpoints of %v leaves", got)
	}
}

// Every is the least time between two checkpoints; after a rest the next act is taken at
// once. The time is not the clock's: it passes when everybody waits.
func TestCheckpointsComeNoMoreOftenThanEvery(t *testing.T) {
	folder := newArchive(t)
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		a := &archive{folder: folder.folder, path: folder.path, key: folder.key}
		a.open(t)
		p := newPublished()
		stop := run(t, Config{Store: a, Key: a.key, Published: p.take, Log: silent()})
		defer stop()
		expect := func(when string, sizes ...int64) {
			t.Helper()
			synctest.Wait()
			if got := p.sizes(); !slices.Equal(got, sizes) {
				t.Errorf("%s: checkpoints of %v leaves, not %v", when, got, sizes)
			}
		}
		time.Sleep(300 * time.Millisecond)
		a.do(t, act(0))
		expect("after a rest", 1)
		a.do(t, act(1))
		a.do(t, act(2))
		expect("right behind", 1)
		time.Sleep(900 * time.Millisecond)
		expect("nearly a second later", 1)
		time.Sleep(200 * time.Millisecond)
		expect("a second later", 1, 3)
		time.Sleep(time.Hour)
		expect("an hour without an act", 1, 3)
		a.do(t, act(3))
		expect("after an hour", 1, 3, 4)
	})
}

func TestPublishingIsTriedAgain(t *testing.T) {
	folder := newArchive(t)
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		a := &archive{folder: folder.folder, path: folder.path, key: folder.key}
		a.open(t)
		var log bytes.Buffer
		p := newPublished()
		p.failing(errors.New("the bus is away"))
		c := Config{Store: a, Key: a.key, Published: p.take, Log: slog.New(slog.NewTextHandler(&log, nil))}
		stop := run(t, c)
		a.do(t, act(0))
		synctest.Wait()
		if got := a.newest(t).Size; got != 1 {
			t.Errorf("the log has %d leaves while the bus is away", got)
		}
		time.Sleep(30 * time.Second)
		stop()
		if n := strings.Count(log.String(), "the bus is away"); n != 1 {
			t.Errorf("half a minute away is logged %d times: %s", n, &log)
		}
		p.failing(nil)
		stop = run(t, c)
		synctest.Wait()
		if got := p.sizes(); !slices.Equal(got, []int64{1}) {
			t.Errorf("after a restart: %v", got)
		}
		p.failing(errors.New("away again"))
		time.Sleep(5 * time.Second)
		a.do(t, act(1))
		synctest.Wait()
		p.failing(nil)
		time.Sleep(publishAgain + time.Second)
		synctest.Wait()
		stop()
		if got := p.sizes(); !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("later: %v", got)
		}
	})
}

func TestAnotherKeyIsRefused(t *testing.T) {
	a := newArchive(t)
	a.do(t, act(0))
	a.sequence(t)
	var err error
	if a.key, err = OpenKey(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	err = Run(t.Context(), Config{Store: a, Key: a.key, Log: silent()})
	if err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("error %v", err)
	}
}

// A log that somebody has changed is not extended: the key's name would stand under it.
func TestADamagedLogIsNotExtended(t *testing.T) {
	for name, change := range map[string]string{
		"edge": "UPDATE tree_hashes SET hash = zeroblob(32) WHERE id = (SELECT max(id) FROM tree_hashes)",
		"gone": "DELETE FROM tree_hashes",
		"row":  "UPDATE checkpoints SET size = 4",
		"root": "UPDATE checkpoints SET root = zeroblob(32)",
		"note": "UPDATE checkpoints SET note = replace(note, 'signed 2', 'signed 1')",
		"none": "UPDATE checkpoints SET note = ''",
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			a.do(t, actsTo(5)...)
			a.sequence(t)
			a.raw(t, change)
			before := a.newest(t)
			a.do(t, act(5))
			s := &sequencer{Config: Config{Store: a, Key: a.key, Log: silent()}}
			if err := s.resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			extended, err := s.round(t.Context())
			if extended || !errors.Is(err, catalog.ErrDamaged) {
				t.Errorf("extended %v, error %v", extended, err)
			}
			if after := a.newest(t); after != before || len(a.acts(t, 5, 1)) != 0 {
				t.Errorf("there is a checkpoint %+v", after)
			}
		})
	}
}

// A run that has seen a longer log does not sign another of the same beginning.
func TestALogNeverGetsShorter(t *testing.T) {
	a := newArchive(t)
	a.do(t, actsTo(3)...)
	s := &sequencer{Config: Config{Store: a, Key: a.key, Log: silent()}}
	if _, err := s.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	three := s.last
	a.do(t, act(3))
	if _, err := s.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.raw(
		t,
		"DELETE FROM checkpoints WHERE size > 3",
		"DELETE FROM acts WHERE leaf >= 3",
		fmt.Sprintf("DELETE FROM tree_hashes WHERE id >= %d", 4), // of three leaves
	)
	a.do(t, act(9))
	if _, err := s.round(t.Context()); !errors.Is(err, catalog.ErrDamaged) || !strings.Contains(err.Error(), "another database") {
		t.Errorf("error %v", err)
	}
	if got := a.newest(t); got != three {
		t.Errorf("there is a checkpoint %+v", got)
	}
}
