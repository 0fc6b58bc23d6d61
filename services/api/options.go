package api

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"buf.build/go/protovalidate"
	validate "github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/protovalidate"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // Callers may ask for gzip.
	"google.golang.org/grpc/keepalive"

	"github.com/fonds-archive/fonds/services/auth"
)

// maxReceive is the largest message that the server decodes: CreateBatch with
// 200,000 files of 150 bytes. Other methods are held to less by requestLimit.
const maxReceive = 32 << 20

// newValidator compiles the rules of the contract, once for all servers of a process.
var newValidator = sync.OnceValues(func() (protovalidate.Validator, error) { return protovalidate.New() })

// ServerOptions returns the options for the server that Register is called with. gate
// finds out who is calling; without one all calls are the local operator's.
func ServerOptions(log *slog.Logger, gate *auth.Gate) ([]grpc.ServerOption, error) {
	validator, err := newValidator()
	if err != nil {
		return nil, fmt.Errorf("make validator: %w", err)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	g := &guard{log: log, gated: gate != nil, streamTime: streamTimeOf}
	calls, streams := []grpc.UnaryServerInterceptor{g.unary}, []grpc.StreamServerInterceptor{g.stream}
	if gate != nil {
		calls, streams = append(calls, gate.Unary), append(streams, gate.Stream)
	}
	calls = append(calls, limitRequest, validate.UnaryServerInterceptor(validator))
	streams = append(streams, limitMessages, validate.StreamServerInterceptor(validator))
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxReceive),
		grpc.ForceServerCodecV2(newCodec()),
		// 256 calls at once on one connection are more than 2 cores serve; a
		// caller that needs more queues there rather than here.
		grpc.MaxConcurrentStreams(256),
		grpc.ConnectionTimeout(20 * time.Second),
		// A handler's goroutine grows its stack through all interceptors; reused
		// ones have done so before. Measured on lookups: 1.4 times the calls a
		// second; with 50 people who save drafts at once, a tenth more of them than
		// with 8. When all are busy, as with watchers, a goroutine is made as usual.
		grpc.NumStreamWorkers(64),
		// Stop waits for handlers, so that the store can be closed after it.
		grpc.WaitForHandlers(true),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			// A peer that is gone is found within 40 s, before an upload's idle minute.
			Time: 30 * time.Second, Timeout: 10 * time.Second,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			// Watchers may ping while nothing happens, every 10 s at most.
			MinTime: 10 * time.Second, PermitWithoutStream: true,
		}),
		grpc.ChainUnaryInterceptor(calls...),
		grpc.ChainStreamInterceptor(streams...),
	}, nil
}
