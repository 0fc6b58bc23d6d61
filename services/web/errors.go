package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fonds-archive/fonds/services/catalog"
)

// problem is an error as the page gets it.
type problem struct {
	// Status is that of HTTP.
	Status int `json:"-"`
	// RetryAfter is when to try again, if the server said so.
	RetryAfter time.Duration `json:"-"`
	// Code is gRPC's, such as "ABORTED".
	Code string `json:"code"`
	// Reason is stable, such as "ETAG_MISMATCH".
	Reason string `json:"reason,omitempty"`
	// Message is for people.
	Message string `json:"message"`
	// Field is the part of the request that was wrong.
	Field string `json:"field,omitempty"`
	// Metadata has facts, such as who holds a review.
	Metadata map[string]string `json:"metadata,omitempty"`
}

// httpStatus gives the status of HTTP for each code of gRPC.
var httpStatus = map[codes.Code]int{
	codes.Canceled:           499,
	codes.InvalidArgument:    http.StatusBadRequest,
	codes.DeadlineExceeded:   http.StatusGatewayTimeout,
	codes.NotFound:           http.StatusNotFound,
	codes.AlreadyExists:      http.StatusConflict,
	codes.PermissionDenied:   http.StatusForbidden,
	codes.ResourceExhausted:  http.StatusTooManyRequests,
	codes.FailedPrecondition: http.StatusPreconditionFailed,
	codes.Aborted:            http.StatusConflict,
	codes.OutOfRange:         http.StatusBadRequest,
	codes.Unimplemented:      http.StatusNotImplemented,
	codes.Unavailable:        http.StatusServiceUnavailable,
	codes.Unauthenticated:    http.StatusUnauthorized,
}

// domainCodes gives the code of gRPC for each of the catalog's, for Sessions that answer
// without a call between.
var domainCodes = map[catalog.Code]codes.Code{
	catalog.Invalid: codes.InvalidArgument, catalog.NotFound: codes.NotFound, catalog.AlreadyExists: codes.AlreadyExists,
	catalog.Conflict: codes.Aborted, catalog.Precondition: codes.FailedPrecondition, catalog.Denied: codes.PermissionDenied,
	catalog.Exhausted: codes.ResourceExhausted, catalog.Unavailable: codes.Unavailable, catalog.Unauthenticated: codes.Unauthenticated,
}

var signedOut = problem{
	Status: http.StatusUnauthorized, Code: "UNAUTHENTICATED", Reason: catalog.ReasonUnauthenticated,
	Message: "you are not signed in: ask the operator for a link",
}

// problemOf translates an error of a call or of Sessions.
func problemOf(err error) problem {
	if e, ok := errors.AsType[*catalog.Error](err); ok {
		code, known := domainCodes[e.Code]
		if !known {
			code = codes.Internal
		}
		return problem{
			Status: statusFor(code), Code: codeName(code), Reason: e.Reason, Message: e.Message, Field: e.Field, Metadata: e.Metadata,
			RetryAfter: seconds(e.Metadata["retry_after_seconds"]),
		}
	}
	st, ok := status.FromError(err)
	if !ok {
		return problem{Status: http.StatusInternalServerError, Code: "INTERNAL", Reason: "INTERNAL", Message: "something went wrong inside the server; its log tells more"}
	}
	p := problem{Status: statusFor(st.Code()), Code: codeName(st.Code()), Message: st.Message()}
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			p.Reason, p.Metadata = d.GetReason(), d.GetMetadata()
			p.RetryAfter = max(p.RetryAfter, seconds(d.GetMetadata()["retry_after_seconds"]))
		case *errdetails.BadRequest:
			if v := d.GetFieldViolations(); len(v) > 0 {
				p.Field = v[0].GetField()
			}
		case *errdetails.RetryInfo:
			p.RetryAfter = d.GetRetryDelay().AsDuration()
		}
	}
	return p
}

func statusFor(code codes.Code) int {
	if s, ok := httpStatus[code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// codeName writes a code as the contract does: InvalidArgument as INVALID_ARGUMENT.
func codeName(code codes.Code) string {
	if code == codes.Canceled {
		return "CANCELLED"
	}
	var b strings.Builder
	for i, r := range code.String() {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// seconds reads a number of them; 0 for none.
func seconds(s string) time.Duration {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// writeError answers with a problem. One that says "too many" always says when to come
// again: a minute where the server did not.
func (p *page) writeError(w http.ResponseWriter, e problem) {
	if e.Status == http.StatusTooManyRequests {
		wait := max(e.RetryAfter, time.Second)
		if e.RetryAfter == 0 {
			wait = time.Minute
		}
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Status)
	if err := json.NewEncoder(w).Encode(e); err != nil {
		p.Log.Debug("answer was not taken", "error", err)
	}
}
