package api

import (
	"context"
	"math"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/event"
)

const (
	// watchTick is how long a watcher relies on Changed alone: commits of other
	// processes do not show there.
	watchTick = time.Second
	// watchPause bounds a watcher to ten looks a second, however many commits there
	// are; after a quiet time it looks at once.
	watchPause = 100 * time.Millisecond
	// watchBatch is how many rows one look takes.
	watchBatch = 500
)

// watch calls look again after each commit, and at once while it says that there
// is more, until it says that all is over. It ends with the caller or the server.
func watch(ctx context.Context, d Deps, look func() (more, over bool, err error)) error {
	tick := time.NewTicker(watchTick)
	defer tick.Stop()
	for {
		changed := d.Catalog.Changed() // before looking: no commit falls between
		rested := time.After(watchPause)
		more, over, err := look()
		if err != nil || over {
			return err
		}
		if !more {
			select {
			case <-changed:
			case <-tick.C:
			case <-ctx.Done():
				return ctx.Err()
			case <-d.Done:
				return shuttingDown()
			}
			select {
			case <-rested:
			case <-ctx.Done():
				return ctx.Err()
			case <-d.Done:
				return shuttingDown()
			}
		}
	}
}

// ListEvents returns events after a position.
func (s *catalogServer) ListEvents(ctx context.Context, req *fondsv1.ListEventsRequest) (*fondsv1.ListEventsResponse, error) {
	document, collection, err := eventParent(req.GetParent())
	if err != nil {
		return nil, err
	}
	after, err := position(req.GetAfter())
	if err != nil {
		return nil, err
	}
	events, err := s.Catalog.Events(ctx, after, document, collection, pageSize(req.GetPageSize(), 100))
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListEventsResponse{Events: make([]*fondsv1.Event, len(events))}
	for i, e := range events {
		m.Events[i] = event.Message(e)
	}
	return m, nil
}

func position(after uint64) (int64, error) {
	if after > math.MaxInt64 {
		return 0, invalid("after", "this is not the position of an event")
	}
	return int64(after), nil
}

// WatchEvents streams events after a position and goes on with new ones.
func (s *catalogServer) WatchEvents(req *fondsv1.WatchEventsRequest, stream grpc.ServerStreamingServer[fondsv1.Event]) error {
	document, collection, err := eventParent(req.GetParent())
	if err != nil {
		return err
	}
	after, err := position(req.GetAfter())
	if err != nil {
		return err
	}
	ctx := stream.Context()
	return watch(ctx, s.Deps, func() (more, over bool, err error) {
		events, err := s.Catalog.Events(ctx, after, document, collection, watchBatch)
		if err != nil {
			return false, false, err
		}
		for _, e := range events {
			if err := stream.Send(event.Message(e)); err != nil {
				return false, false, err
			}
			after = e.Position
		}
		return len(events) == watchBatch, false, nil
	})
}

// WatchBatch streams a batch as it changes and its files as they end, until the
// batch is in a terminal state and every ended file was told.
func (s *ingestServer) WatchBatch(req *fondsv1.WatchBatchRequest, stream grpc.ServerStreamingServer[fondsv1.WatchBatchResponse]) error {
	id, err := batchID("name", req.GetName())
	if err != nil {
		return err
	}
	ctx := stream.Context()
	after := int(req.GetAfter())
	var told *fondsv1.Batch
	return watch(ctx, s.Deps, func() (more, over bool, err error) {
		batch, files, err := s.Catalog.BatchProgress(ctx, id, after, watchBatch)
		if err != nil {
			return false, false, err
		}
		more = len(files) == watchBatch
		over = !more && batch.State.Terminal()
		now := batchOf(batch)
		if len(files) == 0 && told != nil && proto.Equal(told, now) {
			return more, over, nil
		}
		if len(files) > 0 {
			after = files[len(files)-1].EndSequence
		}
		told = now
		return more, over, stream.Send(&fondsv1.WatchBatchResponse{Batch: now, Ended: filesOf(files)})
	})
}
