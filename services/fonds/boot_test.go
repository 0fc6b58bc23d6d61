package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// The tests boot the real program: the test binary runs itself again as fonds.
const runAsFonds = "FONDS_TEST_RUN_AS_FONDS"

func TestMain(m *testing.M) {
	if os.Getenv(runAsFonds) != "" {
		main()
	}
	if filepath.Base(os.Args[0]) != engineName { // the fake engine has flags of its own
		flag.Parse()
		if flag.Lookup("test.parallel").DefValue == flag.Lookup("test.parallel").Value.String() {
			_ = flag.Set("test.parallel", "6") // they wait for syncs and processes more than they compute
		}
	}
	enginetest.Main(m)
}

// engineProgram is the engine child for tests that read real pages.
func engineProgram(t *testing.T) string {
	t.Helper()
	candidates := []string{os.Getenv("FONDS_ENGINE"), "../../bin/" + engineName}
	for _, c := range candidates {
		if c == "" {
			continue
		}
		path, err := filepath.Abs(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("needs the engine child: run `make build`, or set FONDS_ENGINE (looked at %q)", candidates)
	return ""
}

// site is a data folder and the addresses of the processes over it.
type site struct {
	t      *testing.T
	data   string
	engine string
	grpc   string
	http   string
	nats   string
	log    *lockedBuffer
	// extracts tells that the servers look for fields too. Indexing the names takes a
	// race-checked server six seconds of its start, which few tests need.
	extracts bool
	// patience is how long await waits, a minute if it is 0.
	patience time.Duration
}

// newSite has the real engine.
func newSite(t *testing.T) *site {
	t.Helper()
	return siteWith(t, engineProgram(t))
}

// newFakeSite has an engine that misbehaves as the pages ask it to: see enginetest.
func newFakeSite(t *testing.T) *site {
	t.Helper()
	return siteWith(t, enginetest.Program(t))
}

func siteWith(t *testing.T, engine string) *site {
	t.Helper()
	ports := freePorts(t, 3)
	s := &site{
		t: t, data: filepath.Join(t.TempDir(), "data"), engine: engine,
		grpc: ports[0], http: ports[1], nats: ports[2], log: &lockedBuffer{},
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what the servers said:\n%s", s.log.tail(60_000))
		}
	})
	return s
}

// freePorts finds loopback addresses that nothing listens on now. They are held
// together, so that all are different.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	addresses := make([]string, n)
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		addresses[i] = l.Addr().String()
	}
	return addresses
}

// process is a server process of a site.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// extracting has the servers look for fields too.
func (s *site) extracting() *site {
	s.extracts = true
	return s
}

// start starts a server process with quick settings and waits until it is ready.
func (s *site) start(args ...string) *process {
	s.t.Helper()
	if !s.extracts && !slices.Contains(args, "--roles") {
		args = append(args, "--roles", strings.Join([]string{roleCatalog, roleIntake, roleRelay, roleOCR}, ","))
	}
	p := s.spawn(append([]string{
		"serve", "--data", s.data, "--engine", s.engine, "--listen", s.grpc, "--http", s.http, "--nats-listen", s.nats,
		"--ack-wait", "2s", "--reconcile", "1s", "--retry-delay", "200ms", "--max-deliveries", "20",
	}, args...)...)
	s.await("server", p, func() bool {
		r, err := http.Get("http://" + s.http + "/readyz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return p
}

// startWorker starts a process that only recognises.
func (s *site) startWorker(args ...string) *process {
	s.t.Helper()
	return s.spawn(append([]string{
		"serve", "--roles", "ocr", "--nats", "nats://" + s.nats, "--data", s.data, "--engine", s.engine,
		"--http", "", "--retry-delay", "200ms", "--max-deliveries", "20",
	}, args...)...)
}

func (s *site) spawn(args ...string) *process {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), runAsFonds+"=1", "FONDS_SERVER="+s.grpc)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait()
	}()
	s.t.Cleanup(p.kill)
	return p
}

// kill ends the process as a power cut would, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.ended
}

// stop asks the process to end and fails the test when it does not, or not well.
func (s *site) stop(p *process) {
	s.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		// SIGQUIT has Go print where each goroutine hangs.
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		<-p.ended
		s.t.Fatal("the server did not stop within 20 s")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 && code != exitInterrupted {
		s.t.Errorf("the server ended with %s", p.cmd.ProcessState)
	}
}

// await polls until done, bounded in time and by the life of the process.
func (s *site) await(what string, p *process, done func() bool) {
	s.t.Helper()
	patience := cmp.Or(s.patience, time.Minute)
	limit := time.After(patience)
	for !done() {
		select {
		case <-p.ended:
			s.t.Fatalf("%s ended: %s", what, p.cmd.ProcessState)
		case <-limit:
			s.t.Fatalf("%s is not ready after %v", what, patience)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// longestCommand ends a command that hangs; those that read real pages take half
// a minute on a busy machine.
const longestCommand = 3 * time.Minute

// fonds runs a command of the program and returns what it printed and its code.
func (s *site) fonds(ctx context.Context, args ...string) (stdout string, code int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, longestCommand)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), runAsFonds+"=1", "FONDS_SERVER="+s.grpc)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.MultiWriter(&errs, s.log)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return out.String() + errs.String(), cmd.ProcessState.ExitCode()
}

// want runs a command that has to succeed.
func (s *site) want(args ...string) string {
	s.t.Helper()
	out, code := s.fonds(s.t.Context(), args...)
	if code != exitOK {
		s.t.Fatalf("fonds %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// lockedBuffer is a buffer that several processes' output goes to.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) tail(n int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.buf.String()
	return s[max(0, len(s)-n):]
}
