package api

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"unicode"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Domain is the domain of all reasons.
const Domain = "fonds"

// The reasons that are given here, beside those of catalog.
const (
	ReasonInternal          = "INTERNAL"
	ReasonCancelled         = "CANCELLED"
	ReasonDeadlineExceeded  = "DEADLINE_EXCEEDED"
	ReasonShuttingDown      = "SHUTTING_DOWN"
	ReasonQueueUnavailable  = "QUEUE_UNAVAILABLE"
	ReasonRequestTooLarge   = "REQUEST_TOO_LARGE"
	ReasonResponseTooLarge  = "RESPONSE_TOO_LARGE"
	ReasonChunkTooLarge     = "CHUNK_TOO_LARGE"
	ReasonScanTooLarge      = "SCAN_TOO_LARGE"
	ReasonDigestMismatch    = "DIGEST_MISMATCH"
	ReasonSizeMismatch      = "SIZE_MISMATCH"
	ReasonUploadIdle        = "UPLOAD_IDLE"
	ReasonBlobCorrupt       = "BLOB_CORRUPT"
	ReasonBlobMissing       = "BLOB_MISSING"
	ReasonDiskFull          = "DISK_FULL"
	ReasonOutsideImportRoot = "OUTSIDE_IMPORT_ROOT"
	ReasonFileNotFound      = "FILE_NOT_FOUND"
	ReasonPageUnreadable    = "PAGE_UNREADABLE"
	ReasonNotText           = "NOT_TEXT"
	ReasonTextTooLarge      = "TEXT_TOO_LARGE"
	ReasonCorrectedPart     = "CORRECTED_PART"
	ReasonQueryInvalid      = "QUERY_INVALID"
	ReasonOtherPart         = "OTHER_PART"
)

// grpcCodes gives the gRPC code of each code of the domain.
var grpcCodes = map[catalog.Code]codes.Code{
	catalog.Invalid:         codes.InvalidArgument,
	catalog.NotFound:        codes.NotFound,
	catalog.AlreadyExists:   codes.AlreadyExists,
	catalog.Conflict:        codes.Aborted,
	catalog.Precondition:    codes.FailedPrecondition,
	catalog.Denied:          codes.PermissionDenied,
	catalog.Exhausted:       codes.ResourceExhausted,
	catalog.Unavailable:     codes.Unavailable,
	catalog.Unauthenticated: codes.Unauthenticated,
}

// known are errors of what lies below that a caller is told of.
var known = []struct {
	err     error
	code    codes.Code
	reason  string
	message string
}{
	{bus.ErrUnavailable, codes.Unavailable, ReasonQueueUnavailable, "the queue (NATS) cannot be reached: try again in a few seconds"},
	{context.Canceled, codes.Canceled, ReasonCancelled, "the call was cancelled"},
	{context.DeadlineExceeded, codes.DeadlineExceeded, ReasonDeadlineExceeded, "the call took longer than its deadline"},
	{blob.ErrDigestMismatch, codes.InvalidArgument, ReasonDigestMismatch, "the bytes that came do not have the digest that was announced: has the file changed meanwhile?"},
	{blob.ErrSizeMismatch, codes.InvalidArgument, ReasonSizeMismatch, "the number of bytes that came is not the size that was announced: has the file changed meanwhile?"},
	{blob.ErrTooLarge, codes.InvalidArgument, ReasonScanTooLarge, "the file is larger than this server takes"},
	{blob.ErrCorrupt, codes.DataLoss, ReasonBlobCorrupt, "the stored bytes are damaged: run fonds fsck on the server and restore the file from a backup"},
	{blob.ErrNotFound, codes.DataLoss, ReasonBlobMissing, "the stored bytes are missing: run fonds fsck on the server and restore the file from a backup"},
	{syscall.ENOSPC, codes.ResourceExhausted, ReasonDiskFull, "the server's disk is full: make room and try again"},
	{syscall.EDQUOT, codes.ResourceExhausted, ReasonDiskFull, "the server's disk quota is used up: make room and try again"},
}

// statusOf is the one place where errors become statuses. What it does not know
// is an internal fault: the caller gets a fixed text and the request ID.
func statusOf(ctx context.Context, err error, requestID string) *status.Status {
	if e, ok := errors.AsType[*catalog.Error](err); ok {
		return domainStatus(e)
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return withInfo(status.New(k.code, k.message), k.reason, nil)
		}
	}
	if st, ok := status.FromError(err); ok {
		return transportStatus(st, requestID)
	}
	// A driver that was interrupted says so in its own words.
	if cause := ctx.Err(); cause != nil {
		return statusOf(context.Background(), cause, requestID)
	}
	return internalStatus(requestID)
}

func internalStatus(requestID string) *status.Status {
	st := status.New(codes.Internal, "something went wrong inside the server; its log tells more under request ID "+requestID)
	return withInfo(st, ReasonInternal, map[string]string{"request_id": requestID})
}

func domainStatus(e *catalog.Error) *status.Status {
	code, ok := grpcCodes[e.Code]
	if !ok {
		code = codes.Internal
	}
	message := legible(e.Message)
	st := withInfo(status.New(code, message), e.Reason, e.Metadata)
	if e.Field == "" {
		return st
	}
	return withDetail(st, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
		{Field: e.Field, Description: message, Reason: e.Reason},
	}})
}

// mostSaid bounds a message in bytes: what a caller sent may stand in it.
const mostSaid = 1500

// legible shortens a message to what a person reads, and puts a sign in the place of what
// cannot be seen, or would turn the order in which the rest is read.
func legible(message string) string {
	message = strings.Map(func(c rune) rune {
		if unicode.IsGraphic(c) {
			return c
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(message, string(unicode.ReplacementChar)))
	if len(message) <= mostSaid {
		return message
	}
	return strings.ToValidUTF8(message[:mostSaid], "") + "…"
}

// transportStatus passes on what gRPC itself says, and puts the violations that
// the validator found into the details that the contract promises.
func transportStatus(st *status.Status, requestID string) *status.Status {
	for _, detail := range st.Details() {
		if v, ok := detail.(*validate.Violations); ok {
			return violationStatus(v)
		}
	}
	if st.Code() == codes.Internal || st.Code() == codes.Unknown {
		return internalStatus(requestID)
	}
	return withInfo(st, strings.ToUpper(snake(st.Code().String())), nil)
}

// mostViolations bounds those that are told: a list may have as many as it has elements.
const mostViolations = 10

func violationStatus(found *validate.Violations) *status.Status {
	bad := &errdetails.BadRequest{}
	var words []string
	for _, v := range found.GetViolations()[:min(len(found.GetViolations()), mostViolations)] {
		field := protovalidate.FieldPathString(v.GetField())
		bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: field, Description: v.GetMessage(), Reason: catalog.ReasonInvalidArgument,
		})
		words = append(words, field+": "+v.GetMessage())
	}
	st := status.New(codes.InvalidArgument, legible(strings.Join(words, "; ")))
	return withDetail(withInfo(st, catalog.ReasonInvalidArgument, nil), bad)
}

// snake puts "_" before each inner capital: InvalidArgument, Invalid_Argument.
func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func withInfo(st *status.Status, reason string, metadata map[string]string) *status.Status {
	return withDetail(st, &errdetails.ErrorInfo{Domain: Domain, Reason: reason, Metadata: metadata})
}

func withDetail(st *status.Status, detail protoadapt.MessageV1) *status.Status {
	detailed, err := st.WithDetails(detail)
	if err != nil {
		return st
	}
	return detailed
}

// invalid is the error for a request that can never succeed.
func invalid(field, message string) error {
	return &catalog.Error{Code: catalog.Invalid, Reason: catalog.ReasonInvalidArgument, Field: field, Message: message}
}

// shuttingDown ends streams when the server stops.
func shuttingDown() error {
	return &catalog.Error{Code: catalog.Unavailable, Reason: ReasonShuttingDown, Message: "the server is shutting down: come back and go on from where you are"}
}
