package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// server is a running `fonds serve` on a data folder.
type server struct {
	cmd   *exec.Cmd
	grpc  string // address
	http  string
	pprof string
	log   string // file
	ended chan struct{}
}

const (
	readyTime = 60 * time.Second // a start takes under a second on a quiet machine
	stopTime  = 20 * time.Second
)

// startServer starts a server with its default settings, but for profiles, which cost
// nothing until they are asked for, and results of before:
// the pages of a round hold the same pictures more than once. It waits until it is
// ready and its engine children have nothing more to do.
func (b *bench) startServer(ctx context.Context, data string) (*server, error) {
	ports, err := freePorts(3)
	if err != nil {
		return nil, err
	}
	s := &server{grpc: ports[0], http: ports[1], pprof: ports[2], log: data + ".log", ended: make(chan struct{})}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, fmt.Errorf("make the server's log: %w", err)
	}
	defer log.Close()
	s.cmd = exec.CommandContext(ctx, b.fonds, "serve", "--data", data, "--engine", b.engine,
		"--workers", strconv.Itoa(b.cores), "--result-space", "0", "--listen", s.grpc, "--http", s.http, "--nats-listen", "", "--pprof", s.pprof)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait() // how it ended does not matter: it is stopped by a signal
	}()
	if err := s.settle(ctx, b); err != nil {
		said, _ := os.ReadFile(s.log)
		return nil, errors.Join(fmt.Errorf("start the server: %w\n%s", err, said), s.stop())
	}
	return s, nil
}

// freePorts finds loopback addresses that nobody listens on. They are held
// together, so that all differ.
func freePorts(n int) ([]string, error) {
	var addresses []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close()
		addresses = append(addresses, l.Addr().String())
	}
	return addresses, nil
}

// settle waits until the server answers and neither it nor its children used
// the CPU for a third of a second.
func (s *server) settle(ctx context.Context, b *bench) error {
	limit := time.After(readyTime)
	last, still := time.Duration(-1), 0
	for still < 3 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
			return errors.New("it ended")
		case <-limit:
			return fmt.Errorf("it is not ready after %s", readyTime)
		case <-time.After(100 * time.Millisecond):
		}
		if !s.ready(ctx) {
			continue
		}
		children := childrenOf(s.cmd.Process.Pid, b.engine)
		if len(children) < b.cores {
			continue
		}
		cpu, err := busy(s.cmd.Process.Pid, children)
		if err != nil {
			return err
		}
		if cpu-last > idle {
			still = 0
		}
		last, still = cpu, still+1
	}
	return nil
}

// idle is what a server that has nothing to do may use in a tenth of a second.
const idle = 10 * time.Millisecond

// busy is the time that a server and its children have used.
func busy(pid int, children []process) (time.Duration, error) {
	own, err := readProcess(pid)
	for _, c := range children {
		own.cpu += c.cpu
	}
	return own.cpu, err
}

func (s *server) ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.http+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<10)) // so that the connection is kept
	return response.StatusCode == http.StatusOK
}

// stop ends the server. One that does not end by itself is made to write down
// what its goroutines wait for; that log is kept and named.
func (s *server) stop() error {
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGKILL} {
		_ = s.cmd.Process.Signal(signal) // fails only when it has ended
		select {
		case <-s.ended:
			if signal == syscall.SIGTERM {
				return nil
			}
			kept := filepath.Join(os.TempDir(), fmt.Sprintf("fonds-serve-%d.log", s.cmd.Process.Pid))
			return errors.Join(fmt.Errorf("the server did not stop within %s; its goroutines are in %s", stopTime, kept), os.Rename(s.log, kept))
		case <-time.After(stopTime):
		}
	}
	return errors.New("the server cannot be killed")
}

// folder makes a new folder for a part of the run.
func (b *bench) folder(name string) (string, error) {
	path, err := os.MkdirTemp(b.work, name+"-")
	if err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	return path, nil
}

// withServer runs fn against a server on a fresh data folder, which is then removed.
func (b *bench) withServer(ctx context.Context, fn func(*server) error) error {
	folder, err := b.folder("data")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	s, err := b.startServer(ctx, filepath.Join(folder, "data"))
	if err != nil {
		return err
	}
	return errors.Join(fn(s), s.stop())
}
