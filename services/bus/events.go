package bus

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// PublishEvents publishes events side by side and returns the place of each, or
// why it has none: ErrTooLarge for one that no message has room for. The caller sees to it that no two are of the same document.
func (b *Bus) PublishEvents(ctx context.Context, events []*fondsv1.Event) []Placed {
	placed := make([]Placed, len(events))
	futures := make([]jetstream.PubAckFuture, len(events))
	for i, e := range events {
		data, err := proto.Marshal(e)
		if err != nil {
			placed[i].Err = fmt.Errorf("encode event: %w", err)
			continue
		}
		if int64(len(data)) > b.conn.MaxPayload()-headroom {
			placed[i].Err = fmt.Errorf("publish event %s of %d bytes: %w", e.GetName(), len(data), ErrTooLarge)
			continue
		}
		futures[i], placed[i].Err = b.js.PublishAsync(eventSubject(e), data, jetstream.WithMsgID(e.GetName()))
	}
	for i, f := range futures {
		if f != nil {
			placed[i].Sequence, placed[i].Err = waitPlaced(ctx, f)
		}
	}
	return placed
}

// LastEvent returns the last place in the stream of events.
func (b *Bus) LastEvent(ctx context.Context) (uint64, error) {
	stream, err := b.js.Stream(ctx, EventsStream)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", EventsStream, err)
	}
	return stream.CachedInfo().State.LastSeq, nil
}

// PublishCheckpoint tells everyone the newest checkpoint of the log, and waits until it
// is stored.
func (b *Bus) PublishCheckpoint(ctx context.Context, c *fondsv1.Checkpoint) error {
	data, err := proto.Marshal(&fondsv1.Event{
		Name: fmt.Sprintf("checkpoints/%d", c.GetSize()), Type: "ledger.checkpoint", CreateTime: c.GetCreateTime(), Checkpoint: c,
	})
	if err != nil {
		return fmt.Errorf("encode checkpoint: %w", err)
	}
	// A collection's ID has no "_", so that nobody's permissions are mistaken for it.
	_, err = b.js.Publish(ctx, "fonds.events.v1._ledger.checkpoint", data, jetstream.WithMsgID(fmt.Sprintf("checkpoints/%d", c.GetSize())))
	if err != nil {
		return fmt.Errorf("publish checkpoint %d: %w", c.GetSize(), err)
	}
	return nil
}
