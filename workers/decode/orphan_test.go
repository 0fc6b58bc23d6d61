package decode_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/workers/decode"
	dt "github.com/fonds-archive/fonds/workers/decode/decodetest"
)

// orphanVariable makes the test binary a worker that probes the file it names.
const orphanVariable = "DECODE_TEST_PROBE"

// A poppler process does not outlive a worker that is killed.
func TestPopplerDiesWithItsParent(t *testing.T) {
	if path := os.Getenv(orphanVariable); path != "" {
		_, err := decode.Probe(context.Background(), path, decode.Limits{})
		t.Fatalf("the probe came back: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(t.TempDir(), "pid")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	standIn(t, "pdfinfo", "echo $$ > '"+fifo+"'; exec sleep 100")
	worker := exec.Command(self, "-test.run=^TestPopplerDiesWithItsParent$")
	worker.Env = append(os.Environ(), orphanVariable+"="+write(t, "scan", dt.TextPDF("One")))
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	pid := readPID(t, fifo)
	if err := worker.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := worker.Wait(); err == nil {
		t.Fatal("the worker ended by itself")
	}
	for range 500 {
		if gone(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d lives on after its parent", pid)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Log(err)
	}
}

func readPID(t *testing.T, fifo string) int {
	t.Helper()
	// Opened for both, so that it waits for no writer, and read with a bound: the
	// program may never come to write.
	f, err := os.OpenFile(fifo, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// gone tells whether a process has ended; one that nobody waits for yet counts.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
