package decode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// errNoPoppler says that poppler's programs are not installed.
var errNoPoppler = errors.New("poppler's programs are missing: install the package poppler-utils")

const (
	// maxOutput is how much of a program's output is read: a hundred bytes for
	// each of half a million images.
	maxOutput = 64 << 20
	// maxLine is the longest line that is looked at; the rest of it is passed over.
	maxLine = 4096
	// maxComplaint is how much of a program's stderr is kept.
	maxComplaint = 4096
	// killWait is how long a killed program's pipes are waited for.
	killWait = 5 * time.Second
)

// poppler runs one of poppler's programs in a process group of its own, under
// limits of time, CPU time, memory and size of file.
type poppler struct {
	limits   Limits
	fileSize uint64 // largest file in bytes that it may write
}

// verdict is how a program ended.
type verdict struct {
	exit      int            // exit status, -1 when a signal ended it
	signal    syscall.Signal // 0 when it ended by itself
	late      bool           // killed at the end of its time
	flooded   bool           // wrote more than maxOutput
	complaint string         // the end of what it wrote to stderr
}

// run starts the program, hands each line of its output to line, and waits for
// its end. The error tells of the surroundings only: what the program thought
// of the file is in the verdict. The program dies with this process.
func (p poppler) run(ctx context.Context, line func([]byte), program string, args ...string) (verdict, error) {
	// The kernel sends Pdeathsig when the thread that started the child ends,
	// so this goroutine keeps its thread until the child is gone.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	timed, cancel := context.WithTimeout(ctx, p.limits.ProcessTimeout)
	defer cancel()

	var complaint tail
	cmd := exec.CommandContext(timed, program, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = killWait
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return verdict{}, fmt.Errorf("run %s: %w", program, err)
	}
	if err := cmd.Start(); errors.Is(err, exec.ErrNotFound) {
		return verdict{}, fmt.Errorf("%w (%s)", errNoPoppler, program)
	} else if err != nil {
		return verdict{}, fmt.Errorf("run %s: %w", program, err)
	}
	limitErr := p.limit(cmd.Process.Pid)
	flooded := eachLine(out, line)
	if flooded || limitErr != nil {
		cancel()
	}
	waitErr := cmd.Wait()
	if err := errors.Join(ctx.Err(), limitErr); err != nil {
		return verdict{}, fmt.Errorf("run %s: %w", program, err)
	}
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) && timed.Err() == nil {
		return verdict{}, fmt.Errorf("run %s: %w", program, waitErr)
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	v := verdict{exit: status.ExitStatus(), flooded: flooded, complaint: complaint.String()}
	if status.Signaled() {
		v.signal = status.Signal()
		v.late = timed.Err() != nil && !flooded
	}
	return v, nil
}

// limit bounds the running child. It has run for a moment without limits, which
// is time for its loader only. A child that has ended already needs none.
func (p poppler) limit(pid int) error {
	cpu := uint64(max(1, p.limits.ProcessTimeout.Round(time.Second)/time.Second))
	for _, l := range []struct {
		resource  int
		soft, max uint64
	}{
		{unix.RLIMIT_DATA, p.limits.ProcessMemory, p.limits.ProcessMemory},
		{unix.RLIMIT_CPU, cpu, cpu + 1}, // SIGXCPU, and a second later SIGKILL
		{unix.RLIMIT_FSIZE, p.fileSize, p.fileSize},
		{unix.RLIMIT_CORE, 0, 0},
	} {
		err := unix.Prlimit(pid, l.resource, &unix.Rlimit{Cur: l.soft, Max: l.max}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("limit process: %w", err)
		}
	}
	return nil
}

// refusal is what a verdict means for the page or file, nil when the program
// ended well.
func (v verdict) refusal(what string, l Limits) *Refusal {
	switch {
	case v.late, v.signal == syscall.SIGXCPU:
		return &Refusal{fondsv1.Outcome_OUTCOME_TIMEOUT, fmt.Sprintf("poppler needed more than %s %s", l.ProcessTimeout, what)}
	case v.flooded:
		return tooLarge("poppler found more than can be listed %s", what)
	case v.signal == syscall.SIGXFSZ, v.outOfMemory():
		return tooLarge("poppler needed more than %d MiB of memory %s", l.ProcessMemory>>20, what)
	case v.signal != 0:
		return &Refusal{fondsv1.Outcome_OUTCOME_FAILED, fmt.Sprintf("poppler crashed %s (%s)", what, v.signal)}
	case v.exit != 0:
		return corrupt("poppler failed %s: %s", what, v.reason())
	}
	return nil
}

func (v verdict) outOfMemory() bool {
	return strings.Contains(v.complaint, "bad_alloc") || strings.Contains(v.complaint, "ut of memory") ||
		strings.Contains(v.complaint, "ogus memory allocation")
}

// reason is the last thing that the program complained of, fit to be shown.
func (v verdict) reason() string {
	lines := strings.Split(strings.TrimSpace(v.complaint), "\n")
	last := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(lines[len(lines)-1], ""))
	if last == "" {
		return fmt.Sprintf("it ended with status %d", v.exit)
	}
	if r := []rune(last); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return last
}

// eachLine hands the lines of r to line, long ones cut, and tells whether there
// was more than maxOutput.
func eachLine(r io.Reader, line func([]byte)) (flooded bool) {
	limited := &io.LimitedReader{R: r, N: maxOutput}
	lines := bufio.NewReaderSize(limited, maxLine)
	for {
		b, cut, err := lines.ReadLine()
		if err != nil { // the end, or a pipe closed by the deadline
			return limited.N <= 0
		}
		line(b)
		for cut && err == nil {
			_, cut, err = lines.ReadLine()
		}
	}
}

// tail keeps the last maxComplaint bytes written to it.
type tail struct{ b bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	t.b.Write(p[max(0, len(p)-maxComplaint):])
	if over := t.b.Len() - maxComplaint; over > 0 {
		t.b.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string { return t.b.String() }
