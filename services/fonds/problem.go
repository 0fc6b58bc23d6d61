package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// problem is an error as a person and a script want it told.
type problem struct {
	// Code is the gRPC code's name, such as "NOT_FOUND"; "USAGE" or "FAILED" for
	// what this program found by itself.
	Code string `json:"code"`
	// Reason is the stable reason that the server gave, if it gave one.
	Reason string `json:"reason,omitempty"`
	// Message tells what was wrong and what to do.
	Message string `json:"message"`
	// Fields tells which parts of the request were wrong.
	Fields []problemField `json:"fields,omitempty"`
	// Metadata has the server's facts for programs.
	Metadata map[string]string `json:"metadata,omitempty"`
	// ExitCode is what the program ends with.
	ExitCode int `json:"exitCode"`
}

type problemField struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

var localCodes = map[int]string{
	exitData: "FAILED", exitUsage: "USAGE", exitUnreachable: "UNAVAILABLE",
	exitNotFound: "NOT_FOUND", exitRefused: "REFUSED", exitInterrupted: "CANCELLED",
}

// problemOf explains an error; server is the address that was dialled, for the
// case that nobody answers there.
func problemOf(err error, server string) problem {
	p := problem{ExitCode: exitCode(err)}
	p.Code = localCodes[p.ExitCode]
	exit, own := errors.AsType[*exitError](err)
	if own || errors.Is(err, context.Canceled) {
		p.Message = err.Error()
		if p.ExitCode == exitInterrupted && exit == nil {
			p.Message = "interrupted"
		}
		return p
	}
	s, ok := statusOf(err)
	if !ok {
		p.Message = err.Error()
		return p
	}
	p.Code = codeName(s.Code())
	p.Message = s.Message()
	p.addDetails(s.Details())
	p.explain(s.Code(), server)
	return p
}

// statusOf returns the status in an error, without what was wrapped around it.
func statusOf(err error) (*status.Status, bool) {
	carrier, ok := errors.AsType[interface {
		error
		GRPCStatus() *status.Status
	}](err)
	if !ok {
		return nil, false
	}
	return carrier.GRPCStatus(), true
}

func (p *problem) addDetails(details []any) {
	for _, detail := range details {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			p.Reason, p.Metadata = d.GetReason(), d.GetMetadata()
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				p.Fields = append(p.Fields, problemField{v.GetField(), v.GetDescription()})
			}
		}
	}
}

// explain replaces what the gRPC library says, which helps nobody, by what to do.
func (p *problem) explain(code codes.Code, server string) {
	if p.Reason != "" {
		return
	}
	switch code {
	case codes.Unavailable:
		p.Message = fmt.Sprintf("no fonds server answers at %s: start one with `fonds serve`, or name another with --server or FONDS_SERVER", server)
	case codes.DeadlineExceeded:
		p.Message = fmt.Sprintf("the fonds server at %s does not answer in time: look at its log, or try again", server)
	case codes.Unimplemented:
		p.Message = fmt.Sprintf("the server at %s does not offer this: it is older than this program, or not fonds", server)
	case codes.Canceled:
		p.Message = "interrupted"
	case codes.Internal, codes.Unknown:
		p.Message = fmt.Sprintf("the server at %s failed: its log tells more (%s)", server, p.Message)
	}
}

// String gives the problem in lines for a terminal.
func (p problem) String() string {
	var b strings.Builder
	b.WriteString(safeText(p.Message))
	for _, f := range p.Fields {
		// The server's domain errors say the same in message and field.
		if f.Description != "" && !strings.Contains(p.Message, f.Description) {
			fmt.Fprintf(&b, "\n  %s: %s", safeText(f.Field), safeText(f.Description))
		}
	}
	if p.Reason != "" {
		fmt.Fprintf(&b, " (%s)", safeText(p.Reason))
	}
	return b.String()
}

// codeName gives a code as google.rpc.Code spells it, such as "NOT_FOUND".
func codeName(code codes.Code) string {
	names := map[codes.Code]string{
		codes.OK: "OK", codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN",
		codes.InvalidArgument: "INVALID_ARGUMENT", codes.DeadlineExceeded: "DEADLINE_EXCEEDED",
		codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS",
		codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
		codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "ABORTED",
		codes.OutOfRange: "OUT_OF_RANGE", codes.Unimplemented: "UNIMPLEMENTED",
		codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE",
		codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
	}
	if name, ok := names[code]; ok {
		return name
	}
	return "UNKNOWN"
}
