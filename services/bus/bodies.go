package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Bodies returns the digests of the bodies that a message refers to: of texts
// too large for a message, in the stream of texts and among the dead letters. Who
// removes one of them makes its text one that cannot be stored.
func (b *Bus) Bodies(ctx context.Context) (map[string]bool, error) {
	bodies := map[string]bool{}
	note := func(data []byte) {
		t := &fondsv1.Text{}
		// What is no text names no body.
		if proto.Unmarshal(data, t) == nil && t.GetBody() == nil && t.GetBodyDigest() != "" {
			bodies[t.GetBodyDigest()] = true
		}
	}
	if err := b.eachMessage(ctx, TextStream, textFilter, func(msg *jetstream.RawStreamMsg) { note(msg.Data) }); err != nil {
		return nil, err
	}
	err := b.eachMessage(ctx, DeadStream, deadSubject+"text", func(msg *jetstream.RawStreamMsg) { note(readLetter(msg).GetData()) })
	return bodies, err
}

// eachMessage calls do for each message on a subject, oldest first.
func (b *Bus) eachMessage(ctx context.Context, name, subject string, do func(*jetstream.RawStreamMsg)) error {
	stream, err := b.js.Stream(ctx, name)
	if err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	for sequence := uint64(1); ; sequence++ {
		msg, err := stream.GetMsg(ctx, sequence, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s from %d: %w", name, sequence, err)
		}
		do(msg)
		sequence = msg.Sequence
	}
}
