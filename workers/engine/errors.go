package engine

import (
	"errors"
	"fmt"
)

// Errors of a call, a closed set beside the context's own. Test them with
// errors.Is and errors.AsType.
var (
	// ErrDeadline means that the request took longer than Config.Deadline; the
	// child was killed. The page ends as TIMEOUT.
	ErrDeadline = errors.New("the hard deadline passed")
	// ErrClosed means that the pool was closed.
	ErrClosed = errors.New("engine pool is closed")
)

// Crash means that a child died or broke the protocol in the middle of a
// request. The page's attempt FAILED; another attempt may end otherwise.
type Crash struct {
	// Reason says what was seen, such as "signal: segmentation fault" or
	// "exit status 1: read frame length: unexpected EOF".
	Reason string
	// Stderr holds the last lines that the child printed, at most 4 KiB.
	Stderr string
}

func (c *Crash) Error() string {
	if c.Stderr == "" {
		return "the engine crashed: " + c.Reason
	}
	return fmt.Sprintf("the engine crashed: %s; it said: %s", c.Reason, c.Stderr)
}

// StartError means that no child could be started: the program is missing, or
// dies or keeps silent before its first frame. It says nothing about any page.
type StartError struct {
	// Path of the program.
	Path string
	// Stderr holds the last lines that the child printed, at most 4 KiB.
	Stderr string
	// Err is the cause.
	Err error
}

func (e *StartError) Error() string {
	if e.Stderr == "" {
		return fmt.Sprintf("start engine child %s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("start engine child %s: %v; it said: %s", e.Path, e.Err, e.Stderr)
}

func (e *StartError) Unwrap() error { return e.Err }
