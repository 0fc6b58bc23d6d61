package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// stallingProxy stands between a client and the server and stops for good when
// the client has sent so many bytes.
type stallingProxy struct {
	address string
	stalled chan struct{}
}

func newStallingProxy(t *testing.T, server string, after int64) *stallingProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &stallingProxy{address: listener.Addr().String(), stalled: make(chan struct{})}
	var running sync.WaitGroup
	running.Go(func() {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		up, err := net.Dial("tcp", server)
		if err != nil {
			t.Error(err)
			return
		}
		defer up.Close()
		running.Go(func() { _, _ = io.Copy(client, up) })
		if n, _ := io.CopyN(up, client, after); n < after {
			t.Errorf("the client sent %d bytes, fewer than %d", n, after)
		}
		close(p.stalled)
		// Read on until the client is gone, and pass nothing on.
		_, _ = io.Copy(io.Discard, client)
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return p
}

// await waits until the client has been stopped.
func (p *stallingProxy) await(t *testing.T) {
	t.Helper()
	select {
	case <-p.stalled:
	case <-time.After(time.Minute):
		t.Fatal("the client does not send enough")
	}
}

// largePages writes n pages of 40 KB, each with words of its own.
func largePages(t *testing.T, n int) string {
	t.Helper()
	folder := t.TempDir()
	white := bytes.Repeat([]byte{255}, 200*200)
	for i := range n {
		head := fmt.Sprintf("P5\n# sheet %d of many\n200 200\n255\n", i)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("page%02d.pgm", i)), append([]byte(head), white...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestInterruptedClientResumes stops the command line in the middle of its
// uploads, by kill -9 and by Ctrl-C, and gives the same command again.
func TestInterruptedClientResumes(t *testing.T) {
	t.Parallel()
	const files, stopAfter = 40, 800_000
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		code   int
		says   []string
	}{
		{"kill", syscall.SIGKILL, -1, nil},
		{"ctrl-c", syscall.SIGINT, exitInterrupted, []string{"interrupted.", "fonds batch watch ", "the same command again"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newFakeSite(t)
			server := s.start("--client-timeout", "1s")
			folder := largePages(t, files)
			proxy := newStallingProxy(t, s.grpc, stopAfter)
			cli := &site{t: t, grpc: proxy.address, log: &lockedBuffer{}}
			first := cli.spawn("ingest", folder, "--wait")
			proxy.await(t)
			_ = first.cmd.Process.Signal(c.signal)
			first.await(t)
			if code := first.cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("the command ended with %d, want %d", code, c.code)
			}
			has(t, "the interrupted command", cli.log.tail(4000), c.says...)

			client := s.dial()
			batch := s.batch(client)
			b := s.awaitState(client, batch.GetName(), fondsv1.BatchState_BATCH_STATE_INCOMPLETE)
			if n := b.GetFilesArrived(); n == 0 || n >= files {
				t.Errorf("%d of %d files had arrived: the test has not met the middle", n, files)
			}
			has(t, "batch show", s.want("batch", "show", "last"), "INCOMPLETE", "NOT DELIVERED")
			s.ends(exitData, "batch", "watch", "last")
			again := s.want("ingest", folder, "--wait")
			has(t, "the same command", again, "resuming "+batch.GetName(), fmt.Sprintf("%d text", files), batch.GetName()+": DONE")
			if n := strings.Count(s.want("batch", "list"), "batches/"); n != 1 {
				t.Errorf("there are %d batches", n)
			}
			s.stop(server)
			s.want("fsck", "--data", s.data)
		})
	}
}
