package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// person returns the ID of the caller's person.
func person(ctx context.Context) string {
	if c, ok := auth.From(ctx); ok {
		return c.ID
	}
	return auth.LocalID
}

// mayVerify tells that the caller may sign what others have corrected.
func mayVerify(ctx context.Context) bool {
	c, ok := auth.From(ctx)
	return ok && c.May(catalog.Verifies)
}

// guard stands around every call: whatever a handler does, the caller gets a
// status that the contract knows, and the log has the cause.
type guard struct {
	log *slog.Logger
	// gated tells that a gate within finds out who is calling; without one all calls are
	// the local operator's.
	gated bool
	// streamTime is how long a stream of a method may take; zero is without end.
	streamTime func(method string) time.Duration
}

func (g *guard) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, deadlineOf(info.FullMethod))
		defer cancel()
	}
	ctx, known := auth.WithKnown(ctx)
	defer func() {
		if err = caught(recover(), err); err != nil {
			resp, err = nil, g.failed(ctx, known, info.FullMethod, err)
		}
	}()
	return handler(ctx, req)
}

func (g *guard) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	ctx, known := auth.WithKnown(ss.Context())
	ss = &boundedStream{ss, ctx}
	if limit := g.streamTime(info.FullMethod); limit > 0 {
		err = within(ss, limit, func(ss grpc.ServerStream) error { return handler(srv, ss) })
	} else {
		err = safely(func() error { return handler(srv, ss) })
	}
	if err != nil {
		err = g.failed(ctx, known, info.FullMethod, err)
	}
	return err
}

// within ends a stream after a time. Sending to a caller who reads nothing waits
// until the stream ends, and no context ends it but that of the call: so the
// handler runs beside, and the end of the call lets go of it.
func within(ss grpc.ServerStream, limit time.Duration, handle func(grpc.ServerStream) error) error {
	ctx, cancel := context.WithTimeout(ss.Context(), limit)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- safely(func() error { return handle(&boundedStream{ss, ctx}) }) }()
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case err := <-ended:
		return err
	case <-late.C:
		return context.DeadlineExceeded
	}
}

// boundedStream is a stream whose handler sees another context: one that says when its time
// is over, and where the gate tells who is calling.
type boundedStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *boundedStream) Context() context.Context { return s.ctx }

// safely makes an error of a panic of fn.
func safely(fn func() error) (err error) {
	defer func() { err = caught(recover(), err) }()
	return fn()
}

// caught makes an error of a panic.
func caught(panicked any, err error) error {
	if panicked == nil {
		return err
	}
	return fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
}

// failed turns a handler's error into a status and logs what the status hides, with the ID
// of who called.
func (g *guard) failed(ctx context.Context, known *auth.Known, method string, err error) error {
	caller := known.ID()
	switch {
	case caller == "" && g.gated:
		caller = "unknown"
	case caller == "":
		caller = auth.LocalID
	}
	id := newRequestID()
	st := statusOf(ctx, err, id)
	level := slog.LevelDebug
	switch st.Code() {
	case codes.Internal, codes.DataLoss, codes.Unknown:
		level = slog.LevelError
	case codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded:
		level = slog.LevelInfo
	}
	g.log.Log(ctx, level, "call failed", "method", method, "code", st.Code().String(),
		"request_id", id, "person", caller, "error", err.Error())
	return st.Err()
}

// Request IDs are random for each process and count up within it.
var (
	processID = func() string {
		var b [6]byte
		_, _ = rand.Read(b[:]) // never fails, says its documentation
		return hex.EncodeToString(b[:])
	}()
	failures atomic.Uint64
)

func newRequestID() string { return processID + "-" + strconv.FormatUint(failures.Add(1), 10) }

// defaultDeadline bounds calls whose caller has set no deadline.
const defaultDeadline = 30 * time.Second

// deadlineOf gives more time to the calls whose work grows with what they name.
func deadlineOf(method string) time.Duration {
	switch method {
	case fondsv1.IngestService_CreateBatch_FullMethodName, fondsv1.IngestService_RetryFailed_FullMethodName:
		return 2 * time.Minute // 200,000 files
	case fondsv1.IngestService_RegisterScan_FullMethodName:
		return 10 * time.Minute // 2 GiB from a slow network mount, 4 MB/s
	}
	return defaultDeadline
}

// streamTimeOf bounds the streams that come to an end by themselves.
func streamTimeOf(method string) time.Duration {
	switch method {
	case fondsv1.CatalogService_GetPageImage_FullMethodName:
		return 5 * time.Minute // waiting, drawing, and 100 MB at 0.5 MB/s
	case fondsv1.CatalogService_GetScan_FullMethodName:
		return time.Hour // 2 GiB at 0.6 MB/s
	case fondsv1.CatalogService_StreamTexts_FullMethodName:
		return 24 * time.Hour // 10 million pages at 120 a second; it is resumed after
	}
	return 0
}

// requestLimit is the largest request of a method in bytes. The server has
// decoded it by then; the point is that nothing is done with it.
func requestLimit(method string) int {
	switch method {
	case fondsv1.IngestService_CreateBatch_FullMethodName:
		return maxReceive
	case fondsv1.CatalogService_CreateDocument_FullMethodName, fondsv1.CatalogService_UpdateDocument_FullMethodName,
		fondsv1.CatalogService_SplitDocument_FullMethodName, fondsv1.ReviewService_SaveDraft_FullMethodName,
		fondsv1.ReviewService_SubmitReview_FullMethodName:
		return 4 << 20 // 20,000 regions of 200 bytes, 5,000 cuts of 800
	case fondsv1.IngestService_UploadScan_FullMethodName, fondsv1.IngestService_ImportText_FullMethodName:
		return maxChunk + 1<<10
	}
	return 64 << 10 // 1,000 names of 60 bytes
}

// checkSize refuses requests that are too large, and those that could not be read.
func checkSize(method string, m any) error {
	message, ok := m.(proto.Message)
	if !ok {
		return nil
	}
	if err := checkRead(message); err != nil {
		return err
	}
	if size, limit := proto.Size(message), requestLimit(method); size > limit {
		return &catalog.Error{
			Code: catalog.Invalid, Reason: ReasonRequestTooLarge,
			Message:  fmt.Sprintf("the request has %d bytes; %s takes at most %d", size, method, limit),
			Metadata: map[string]string{"limit": strconv.Itoa(limit)},
		}
	}
	return nil
}

func limitRequest(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if err := checkSize(info.FullMethod, req); err != nil {
		return nil, err
	}
	return handler(ctx, req)
}

func limitMessages(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return handler(srv, &limitedStream{ServerStream: ss, method: info.FullMethod})
}

type limitedStream struct {
	grpc.ServerStream
	method string
}

func (s *limitedStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return checkSize(s.method, m)
}
