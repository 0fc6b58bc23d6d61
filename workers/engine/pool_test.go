package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine"
	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// ownerVariable makes the test binary a process that owns a pool and waits.
const ownerVariable = "FONDS_TEST_POOL_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) != "" {
		ownPool()
	}
	enginetest.Main(m)
}

func newPool(t *testing.T, change func(*engine.Config)) *engine.Pool {
	t.Helper()
	cfg := enginetest.Config(t, "")
	if change != nil {
		change(&cfg)
	}
	p := engine.New(cfg)
	t.Cleanup(p.Close)
	return p
}

func page(t *testing.T, text string) *enginev1.Recognize {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &enginev1.Recognize{Image: &enginev1.Image{Path: path}}
}

func TestRecognizeAnswersWithTheText(t *testing.T) {
	p := newPool(t, nil)
	got, err := p.Recognize(t.Context(), page(t, "secret telegram\nno 7"))
	if err != nil {
		t.Fatal(err)
	}
	if got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT || got.GetBody().GetText() != "secret telegram\nno 7\n" {
		t.Errorf("got %v %q", got.GetOutcome(), got.GetBody().GetText())
	}
}

func TestTheRecipeSaysHowFineAPageMayBe(t *testing.T) {
	p := newPool(t, nil)
	call := page(t, "CYPHER")
	for _, finest := range []uint32{400, 0, 300} { // one image, several recipes
		call.Recipe = &fondsv1.Recipe{Method: &fondsv1.Method{Finest: finest}}
		got, err := p.Recognize(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		told := uint32(0)
		for _, s := range got.GetBody().GetSteps() {
			if s.GetName() == "finest" {
				n, _ := strconv.ParseUint(s.GetDetail(), 10, 32)
				told = uint32(n)
			}
		}
		if told != finest {
			t.Errorf("the child was told %d dpi, want %d", told, finest)
		}
	}
}

func TestRenderWritesTheTarget(t *testing.T) {
	p := newPool(t, nil)
	target := filepath.Join(t.TempDir(), "out.png")
	got, err := p.Render(t.Context(), &enginev1.Render{Image: page(t, "x").GetImage(), Target: target})
	if err != nil || got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		t.Fatalf("got %v, %v", got, err)
	}
	if _, err := os.Stat(target); err != nil {
		t.Error(err)
	}
}

func TestMisbehaviourCostsOneCallOneTypedError(t *testing.T) {
	cases := []struct{ behaviour, reason, stderr string }{
		{enginetest.Crash, "signal: killed", "about to crash"},
		{enginetest.Exit, "exit status 3", "exiting on request"},
		{enginetest.Garbage, "decode frame", ""},
		{enginetest.Truncated, "unexpected EOF", ""},
		{enginetest.Oversized, "larger than 64 MiB", ""},
		{enginetest.Stray, "larger than 64 MiB", ""},
		{enginetest.WrongID, "instead of", ""},
		{enginetest.Grow, "exit status 2", "cannot allocate memory"},
	}
	for _, c := range cases {
		t.Run(c.behaviour, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, nil)
			_, err := p.Recognize(t.Context(), page(t, c.behaviour))
			crash, ok := errors.AsType[*engine.Crash](err)
			if !ok {
				t.Fatalf("error %v, want a Crash", err)
			}
			if !strings.Contains(crash.Reason, c.reason) {
				t.Errorf("reason %q, want %q in it", crash.Reason, c.reason)
			}
			if !strings.Contains(crash.Stderr, c.stderr) {
				t.Errorf("stderr %q, want %q in it", crash.Stderr, c.stderr)
			}
			if _, err := p.Recognize(t.Context(), page(t, "the next page")); err != nil {
				t.Errorf("the pool did not go on: %v", err)
			}
			if s := p.Stats(); s.Crashes != 1 || s.Pages != 1 {
				t.Errorf("stats %+v, want 1 crash and 1 page", s)
			}
		})
	}
}

func TestHungChildIsKilledAtTheDeadline(t *testing.T) {
	p := newPool(t, func(c *engine.Config) { c.Deadline = 2 * time.Second })
	_, err := p.Recognize(t.Context(), page(t, enginetest.Hang))
	if !errors.Is(err, engine.ErrDeadline) {
		t.Fatalf("error %v, want ErrDeadline", err)
	}
	if _, err := p.Recognize(t.Context(), page(t, "the next page")); err != nil {
		t.Errorf("the pool did not go on: %v", err)
	}
}

func TestRequestThatCannotBeSentIsNotWaitedFor(t *testing.T) {
	p := newPool(t, nil)
	call := page(t, "x")
	call.Recipe = &fondsv1.Recipe{Languages: []string{strings.Repeat("x", 65<<20)}} // more than a frame holds
	_, err := p.Recognize(t.Context(), call)
	if crash, ok := errors.AsType[*engine.Crash](err); !ok || !strings.Contains(crash.Reason, "larger than 64 MiB") {
		t.Errorf("error %v, want a Crash that says why", err)
	}
}

func TestSlowPageWithinTheDeadlineIsRead(t *testing.T) {
	p := newPool(t, func(c *engine.Config) { c.Deadline = 20 * time.Second })
	if _, err := p.Recognize(t.Context(), page(t, enginetest.Slow)); err != nil {
		t.Fatal(err)
	}
}

func TestBadPagesDoNotDisturbOthers(t *testing.T) {
	p := newPool(t, func(c *engine.Config) { c.Children, c.Deadline = 3, 2*time.Second })
	bad := []string{enginetest.Crash, enginetest.Garbage, enginetest.Hang, enginetest.Exit, enginetest.Truncated}
	var wg sync.WaitGroup
	for i := range 40 {
		text := fmt.Sprintf("page number %d", i)
		if i%8 == 0 {
			text = bad[i/8]
		}
		call := page(t, text)
		wg.Go(func() {
			got, err := p.Recognize(t.Context(), call)
			switch {
			case i%8 == 0 && err == nil:
				t.Errorf("%s: no error", text)
			case i%8 != 0 && err != nil:
				t.Errorf("%s: %v", text, err)
			case i%8 != 0 && got.GetBody().GetText() != text+"\n":
				t.Errorf("%s: got %q", text, got.GetBody().GetText())
			}
		})
	}
	wg.Wait()
	if s := p.Stats(); s.Pages != 35 || s.Crashes != 4 || s.Timeouts != 1 {
		t.Errorf("stats %+v, want 35 pages, 4 crashes, 1 timeout", s)
	}
}

func TestStartFailureIsAnErrorOfTheEnvironment(t *testing.T) {
	cases := map[string]func(*engine.Config){
		"no such program": func(c *engine.Config) { c.Path = "/nonexistent/engine" },
		"silent":          func(c *engine.Config) { c.Env = enginetest.Config(t, enginetest.SilentStart).Env },
		"dead":            func(c *engine.Config) { c.Env = enginetest.Config(t, enginetest.DeadStart).Env },
		"garbage":         func(c *engine.Config) { c.Env = enginetest.Config(t, enginetest.GarbageStart).Env },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, func(c *engine.Config) {
				c.StartDeadline, c.StartAttempts = 20*time.Second, 2
				if name == "silent" { // the others end by themselves
					c.StartDeadline = 500 * time.Millisecond
				}
				change(c)
			})
			_, err := p.Recognize(t.Context(), page(t, "x"))
			start, ok := errors.AsType[*engine.StartError](err)
			if !ok {
				t.Fatalf("error %v, want a StartError", err)
			}
			if errors.Is(err, engine.ErrDeadline) {
				t.Error("a start that failed looks like a page's timeout")
			}
			if name == "dead" && !strings.Contains(start.Stderr, "no model, no start") {
				t.Errorf("stderr %q", start.Stderr)
			}
		})
	}
}

func TestChildIsReplacedAfterItsPages(t *testing.T) {
	p := newPool(t, func(c *engine.Config) { c.Pages = 2 })
	for range 6 {
		if _, err := p.Recognize(t.Context(), page(t, "x")); err != nil {
			t.Fatal(err)
		}
	}
	p.Close()
	if s := p.Stats(); s.Started < 3 || s.Crashes != 0 || s.CPU == 0 {
		t.Errorf("stats %+v, want at least 3 started, none crashed, CPU counted", s)
	}
}

func TestChildIsReplacedWhenItHasGrown(t *testing.T) {
	p := newPool(t, func(c *engine.Config) { c.Memory = 1 }) // the fake reports 10 MB
	for range 3 {
		if _, err := p.Recognize(t.Context(), page(t, "x")); err != nil {
			t.Fatal(err)
		}
	}
	p.Close()
	if s := p.Stats(); s.Started < 3 || s.PeakMemory != 10<<20 {
		t.Errorf("stats %+v, want 3 started and a peak of 10 MB", s)
	}
}

func TestCancelledCallEndsWithTheContextsError(t *testing.T) {
	p := newPool(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := p.Recognize(ctx, page(t, enginetest.Hang)); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	if _, err := p.Recognize(t.Context(), page(t, "x")); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsCallsAndChildren(t *testing.T) {
	p := newPool(t, nil)
	done := make(chan error, 1)
	call := page(t, enginetest.Hang)
	go func() {
		_, err := p.Recognize(t.Context(), call)
		done <- err
	}()
	p.Close()
	if err := <-done; !errors.Is(err, engine.ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
	if _, err := p.Recognize(t.Context(), call); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("after Close: error %v, want ErrClosed", err)
	}
}

func TestDescribeGivesTheHello(t *testing.T) {
	hello, err := engine.Describe(enginetest.Config(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	if hello.GetEngine().GetName() != "fake" || len(hello.GetModels()) != 2 {
		t.Errorf("got %v", hello)
	}
}

func TestProgramIsAChildByItsNameAlone(t *testing.T) {
	if _, err := engine.Describe(engine.Config{Path: enginetest.Program(t), Args: []string{"--memory-limit", "1"}}); err != nil {
		t.Fatal(err)
	}
}

// ownPool runs in a process of its own: two children, of which one hangs, and
// their process IDs on standard output.
func ownPool() {
	cfg := engine.Config{Path: os.Args[0], Env: []string{os.Getenv(ownerVariable)}, Children: 2}
	p := engine.New(cfg)
	go func() {
		_, _ = p.Recognize(context.Background(), &enginev1.Recognize{Image: &enginev1.Image{Path: os.Args[1]}})
	}()
	for {
		if pids := childrenOf(os.Getpid()); len(pids) == 2 {
			fmt.Println(pids[0], pids[1])
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	select {}
}

// childrenOf lists the living processes whose parent is pid.
func childrenOf(pid int) []int {
	var out []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[0] != "Z" && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			out = append(out, child)
		}
	}
	return out
}

func TestChildrenDieWithAKilledParent(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("needs /proc")
	}
	owner := exec.CommandContext(t.Context(), os.Args[0], page(t, enginetest.Hang).GetImage().GetPath())
	owner.Env = append(os.Environ(), ownerVariable+"="+enginetest.Config(t, "").Env[0])
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pids [2]int
	if _, err := fmt.Sscan(line, &pids[0], &pids[1]); err != nil {
		t.Fatal(err)
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()
	for _, pid := range pids {
		for deadline := time.Now().Add(5 * time.Second); alive(pid); {
			if time.Now().After(deadline) {
				t.Fatalf("child %d outlived its parent", pid)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// alive says that a process exists and is not a corpse.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(data), ") Z ")
}
