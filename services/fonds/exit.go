package main

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
)

// The exit codes. Scripts rely on them: they are explained by `fonds help
// exit-codes` and never change their meaning.
const (
	exitOK          = 0
	exitData        = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitNotFound    = 4
	exitRefused     = 5
	exitInterrupted = 130
)

const exitCodesHelp = `fonds ends with one of these exit codes. They do not change between versions.

  0    all well
  1    something failed as data: pages failed, a batch is INCOMPLETE or was
       cancelled, files could not be read or are no text, fsck or doctor
       found a problem
  2    the command line is wrong
  3    the server cannot be reached, or a part of it is not there now
  4    what was named does not exist
  5    refused: the state forbids it, a model is missing, the assurance asked
       for is not reached, or the caller may not do it
  130  interrupted by Ctrl-C or SIGTERM; nothing that has arrived is lost

Examples:
  fonds ingest scans --recursive --wait || [ $? -eq 1 ]   # failed pages are no failure of the script
  fonds text last-letter; case $? in 3) systemctl start fonds;; esac`

// exitError is an error that decides the exit code. With an empty message the
// command has said all there is to say, and only the code is left.
type exitError struct {
	code    int
	message string
	cause   error
}

func (e *exitError) Error() string { return e.message }
func (e *exitError) Unwrap() error { return e.cause }

func usagef(format string, args ...any) error {
	return &exitError{code: exitUsage, message: fmt.Sprintf(format, args...)}
}

func dataf(format string, args ...any) error {
	return &exitError{code: exitData, message: fmt.Sprintf(format, args...)}
}

func notFoundf(format string, args ...any) error {
	return &exitError{code: exitNotFound, message: fmt.Sprintf(format, args...)}
}

func refusedf(format string, args ...any) error {
	return &exitError{code: exitRefused, message: fmt.Sprintf(format, args...)}
}

// errFailedData ends the program with exit 1 when the output has told why.
var errFailedData = &exitError{code: exitData}

// reasonIn returns the reason of a status; empty for none.
func reasonIn(s *status.Status) string {
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

// exitCode returns the code that an error ends the program with.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	s, ok := statusOf(err)
	if !ok {
		return exitData
	}
	switch s.Code() {
	case codes.Canceled:
		return exitInterrupted
	case codes.InvalidArgument, codes.OutOfRange:
		if reason := reasonIn(s); reason == api.ReasonNotText || reason == api.ReasonTextTooLarge || reason == catalog.ReasonWithdrawn {
			return exitData // the command was right, the file is not
		}
		return exitUsage
	case codes.Unavailable, codes.DeadlineExceeded:
		return exitUnreachable
	case codes.NotFound:
		return exitNotFound
	case codes.FailedPrecondition, codes.PermissionDenied, codes.Unauthenticated,
		codes.Aborted, codes.AlreadyExists, codes.ResourceExhausted, codes.Unimplemented:
		return exitRefused
	}
	return exitData
}
