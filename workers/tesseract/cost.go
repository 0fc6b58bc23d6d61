//go:build tesseract

package main

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// inTesseract counts the CPU time in Tesseract for the page in hand, and loading that
// of its models, which comes before. They belong to the one goroutine that reads pages.
var inTesseract, loading stopwatch

// stopwatch adds up CPU time of the thread that it is used on, in microseconds.
type stopwatch struct{ micros uint64 }

// start begins to count, until what it gives is called.
func (s *stopwatch) start() func() {
	before := threadMicros()
	return func() { s.micros += threadMicros() - before }
}

// threadMicros is the CPU time of this thread so far in microseconds. It means
// something only between runtime.LockOSThread and its end.
func threadMicros() uint64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		return 0
	}
	return uint64(now.Nano()) / 1000
}

// peakMemory is the most resident memory of this process so far in bytes. Taken
// from the kernel's own high-water mark: getrusage's would begin with the size
// of the worker that forked us.
func peakMemory() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
