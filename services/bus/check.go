package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// checkAtMost bounds the messages that Check reads of one stream, the newest.
// The server itself checks every block's checksums when it opens a stream.
const checkAtMost = 10_000

// Check reads the newest messages of each stream and tells what is wrong with them.
func (b *Bus) Check(ctx context.Context) ([]string, error) {
	kinds := map[string]func() proto.Message{
		JobsStream:   func() proto.Message { return &fondsv1.Job{} },
		EventsStream: func() proto.Message { return &fondsv1.Event{} },
		DeadStream:   func() proto.Message { return &fondsv1.DeadLetter{} },
	}
	var problems []string
	for _, s := range streams {
		stream, err := b.js.Stream(ctx, s.Name)
		if err != nil {
			problems = append(problems, fmt.Sprintf("stream %s: %v", s.Name, err))
			continue
		}
		found, err := checkStream(ctx, stream, kinds[s.Name])
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

func checkStream(ctx context.Context, stream jetstream.Stream, kind func() proto.Message) ([]string, error) {
	info := stream.CachedInfo()
	first := info.State.FirstSeq
	if info.State.LastSeq > checkAtMost {
		first = max(first, info.State.LastSeq-checkAtMost)
	}
	var problems []string
	for sequence := max(first, 1); sequence <= info.State.LastSeq; sequence++ {
		// The next one from there on: a queue has more gaps than messages.
		msg, err := stream.GetMsg(ctx, sequence, jetstream.WithGetMsgSubject(info.Config.Subjects[0]))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil && (ctx.Err() != nil || isAway(err)) {
			// Not of the message: the next would fare no better.
			return nil, fmt.Errorf("read stream %s at %d: %w", info.Config.Name, sequence, err)
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("stream %s message %d: %v", info.Config.Name, sequence, err))
			continue
		}
		sequence = msg.Sequence
		if kind == nil {
			continue
		}
		if err := proto.Unmarshal(msg.Data, kind()); err != nil {
			problems = append(problems, fmt.Sprintf("stream %s message %d: %v", info.Config.Name, sequence, err))
		}
	}
	return problems, nil
}
