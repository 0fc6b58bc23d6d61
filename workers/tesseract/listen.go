//go:build tesseract

package main

// #include <stdio.h>
// static void fonds_flush(void) { fflush(stderr); }
import "C"

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// listen runs a C call with standard error turned into memory and gives back
// what it printed, at most 4 KiB. Only for calls that have been made once
// before: what a crash prints meanwhile would be lost.
func listen(call func()) (string, error) {
	memory, err := unix.MemfdCreate("stderr", unix.MFD_CLOEXEC)
	if err != nil {
		return "", fmt.Errorf("make memory file for messages: %w", err)
	}
	file := os.NewFile(uintptr(memory), "stderr")
	defer file.Close()
	kept, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return "", fmt.Errorf("keep standard error: %w", err)
	}
	defer func() { _ = unix.Close(kept) }()
	if err := unix.Dup2(memory, 2); err != nil {
		return "", fmt.Errorf("take standard error: %w", err)
	}
	call()
	C.fonds_flush()
	if err := unix.Dup2(kept, 2); err != nil {
		return "", fmt.Errorf("put back standard error: %w", err)
	}
	said := make([]byte, 4096)
	n, err := file.ReadAt(said, 0)
	if n == 0 && err != nil {
		return "", nil // nothing was printed
	}
	return string(said[:n]), nil
}
