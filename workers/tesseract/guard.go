//go:build tesseract

package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// takeStdout moves the real standard output aside for frames and lets file
// descriptor 1 point at standard error, so that a print in C cannot break a frame.
func takeStdout() (*os.File, error) {
	fd, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("move standard output aside: %w", err)
	}
	if err := unix.Dup2(2, 1); err != nil {
		return nil, fmt.Errorf("point standard output at standard error: %w", err)
	}
	return os.NewFile(uintptr(fd), "frames"), nil
}

// requireOneThread refuses to run with OpenMP threads: two threads made the
// same page cost three times the CPU. The library reads the variable when it is
// loaded, before any Go code runs, so it has to be set by whoever starts us.
func requireOneThread() error {
	if got := os.Getenv("OMP_THREAD_LIMIT"); got != "1" {
		return fmt.Errorf("OMP_THREAD_LIMIT is %q, must be \"1\" in the environment", got)
	}
	return nil
}

// limit bounds what a hostile page can take. RLIMIT_AS would break Go, which
// reserves address space that it never uses.
func limit(memory uint64) error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	if memory > 0 {
		if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: memory, Max: memory}); err != nil {
			return fmt.Errorf("limit memory: %w", err)
		}
	}
	return nil
}
