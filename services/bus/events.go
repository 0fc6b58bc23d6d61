package bus

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// PublishEvents publishes events side by side and returns the place of each, or
// why it has none. The caller sees to it that no two are of the same document.
func (b *Bus) PublishEvents(ctx context.Context, events []*fondsv1.Event) []Placed {
	placed := make([]Placed, len(events))
	futures := make([]jetstream.PubAckFuture, len(events))
	for i, e := range events {
		data, err := proto.Marshal(e)
		if err != nil {
			placed[i].Err = fmt.Errorf("encode event: %w", err)
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
