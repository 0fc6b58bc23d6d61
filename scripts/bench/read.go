package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/recipe"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
)

// roundTime bounds one round: 20 sheets of noise on one core.
const roundTime = 30 * time.Minute

// readWithFonds has a server with a fresh data folder read a set: from the start
// of the client to its end, every text written to a file.
func (b *bench) readWithFonds(ctx context.Context, s set) (r round, err error) {
	out, err := b.folder("texts")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(out)
	err = b.withServer(ctx, func(server *server) error {
		m, err := startMeter(ctx, server.cmd.Process.Pid, b.engine)
		if err != nil {
			return err
		}
		r.took, r.cpu, err = b.command(ctx, nil, b.fonds, "ingest", "--recipe", b.recipe, "--manifest", s.manifest, "--wait", "--out", out, "--server", server.grpc)
		cost, costErr := m.cost()
		r.cost = cost
		return errors.Join(err, costErr)
	})
	if err != nil {
		return r, err
	}
	return r, r.judge(s, func(p page) string { return filepath.Join(out, filepath.Base(p.path)+".txt") })
}

// readWithXargs has as many processes of tesseract as there are cores read a set,
// one page each, every text written to a file.
func (b *bench) readWithXargs(ctx context.Context, s set) (r round, err error) {
	out, err := b.folder("texts")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(out)
	var arguments bytes.Buffer
	for _, p := range s.pages {
		target := filepath.Join(out, filepath.Base(p.path))
		arguments.WriteString(strings.Join([]string{p.path, target, "-l", p.language}, "\x00") + "\x00")
	}
	if r.took, r.cpu, err = b.command(ctx, &arguments, "xargs", "-0", "-n4", "-P"+strconv.Itoa(b.cores), "tesseract"); err != nil {
		return r, err
	}
	return r, r.judge(s, func(p page) string { return filepath.Join(out, filepath.Base(p.path)+".txt") })
}

// command runs a program and tells its time, and the CPU time of it and all that
// it waited for. That some page failed (exit 1 of fonds, 123 of xargs) is no error.
func (b *bench) command(ctx context.Context, input *bytes.Buffer, program string, args ...string) (took, cpu time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // xargs ends what it started
	cmd.WaitDelay = 10 * time.Second
	if input != nil {
		cmd.Stdin = input
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now()
	err = cmd.Run()
	took = time.Since(start)
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil && (exit.ExitCode() == 1 || exit.ExitCode() == 123) {
		progress("some pages failed:\n%s", strings.TrimSpace(tail(said.String(), 1500)))
		err = nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w\n%s", filepath.Base(program), err, tail(said.String(), 1500))
	}
	state := cmd.ProcessState
	return took, state.UserTime() + state.SystemTime(), nil
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// readWithPool has the same engine children read a set, with nothing around them:
// no queue, no database, no texts kept.
func (b *bench) readWithPool(ctx context.Context, s set) (round, error) {
	// As `fonds serve` runs them.
	config := engine.Config{
		Path: b.engine, Args: []string{fmt.Sprintf("--memory-limit=%d", 2<<30)},
		DescribeArgs: []string{"--describe"}, Children: b.cores, Pages: 100,
	}
	hello, err := engine.Describe(config)
	if err != nil {
		return round{}, fmt.Errorf("ask the engine for its models: %w", err)
	}
	pool := engine.New(config)
	defer pool.Close()
	for range 100 { // the server's children, too, are up before the clock starts
		if pool.Stats().Started == uint64(b.cores) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	start := time.Now()
	r := round{parts: &parts{}}
	err = b.loop(ctx, s, pool, hello.GetModels(), r.parts)
	r.took = time.Since(start)
	pool.Close() // a child's time is known when it has ended
	r.cost.engine = pool.Stats().CPU
	return r, err
}

// loop hands pages to a pool, one caller a child.
func (b *bench) loop(ctx context.Context, s set, pool *engine.Pool, models []*fondsv1.Model, spent *parts) error {
	var next atomic.Int64
	var callers sync.WaitGroup
	errs := make([]error, b.cores)
	for c := range b.cores {
		callers.Go(func() {
			for errs[c] == nil {
				n := int(next.Add(1)) - 1
				if n >= len(s.pages) {
					return
				}
				errs[c] = b.recognise(ctx, pool, s.pages[n], models, spent)
			}
		})
	}
	callers.Wait()
	return errors.Join(errs...)
}

// recognise reads one page; what its text is does not matter here.
func (b *bench) recognise(ctx context.Context, pool *engine.Pool, p page, models []*fondsv1.Model, spent *parts) error {
	image, release, err := decode.Image(ctx, p.path, 1, b.work, decode.DefaultLimits())
	defer release()
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	resolved, err := recipe.Shipped().Resolve(b.recipe, p.language, []*fondsv1.Worker{{Models: models}})
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	message, err := recipe.Message(resolved)
	if err != nil {
		return err
	}
	answer, err := pool.Recognize(ctx, &enginev1.Recognize{Image: image, Recipe: message})
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	spent.add(answer.GetParts())
	return nil
}
