package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// deadSubject begins the subject of every dead letter; its kind ends it.
const deadSubject = "fonds.dead.v1."

// Bury publishes a dead letter. id makes it one letter however often it is buried.
func (b *Bus) Bury(ctx context.Context, letter *fondsv1.DeadLetter, id string) error {
	letter.Reason = clip(letter.GetReason())
	data, err := proto.Marshal(letter)
	if err != nil {
		return fmt.Errorf("encode dead letter: %w", err)
	}
	if _, err := b.js.Publish(ctx, deadSubject+letter.GetKind(), data, jetstream.WithMsgID(id)); err != nil {
		return fmt.Errorf("publish dead letter: %w", err)
	}
	return nil
}

// longestReason bounds a letter's reason in bytes, so that it fits one message
// with the bytes of any other.
const longestReason = 4 << 10

// clip makes a text of any bytes one that a message takes.
func clip(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), longestReason)], "�")
}

// BuryJob buries a job that was given up.
func (b *Bus) BuryJob(ctx context.Context, d *Delivery, reason string) error {
	return b.Bury(ctx, &fondsv1.DeadLetter{
		Kind: "job", Reason: reason, Work: d.Job.GetWork(),
		Subject: d.Subject(), Data: d.Data(), CreateTime: timestamppb.Now(),
	}, "job/"+messageID(d.msg))
}

// BuryText buries a text that could not be stored.
func (b *Bus) BuryText(ctx context.Context, d *TextDelivery, reason string) error {
	return b.Bury(ctx, &fondsv1.DeadLetter{
		Kind: "text", Reason: reason, Work: d.Text.GetWork(),
		Subject: d.Subject(), Data: d.Data(), CreateTime: timestamppb.Now(),
	}, "text/"+messageID(d.msg))
}

// messageID names a message by its place and time: whoever wrote it may have
// given it no ID, or one that another has.
func messageID(msg jetstream.Msg) string {
	meta, err := msg.Metadata()
	if err != nil {
		return msg.Reply()
	}
	return fmt.Sprintf("%s/%d/%d", meta.Stream, meta.Sequence.Stream, meta.Timestamp.UnixNano())
}

// DeadLetters returns dead letters after a place in the stream, oldest first,
// without their data: a megabyte each would fill no page of a list.
func (b *Bus) DeadLetters(ctx context.Context, after uint64, limit int) ([]*fondsv1.DeadLetter, error) {
	var letters []*fondsv1.DeadLetter
	for sequence := after; len(letters) < limit; {
		letter, place, err := b.NextDeadLetter(ctx, sequence)
		if errors.Is(err, ErrNoLetter) {
			return letters, nil
		}
		if err != nil {
			return nil, err
		}
		letter.Data = nil
		letters = append(letters, letter)
		sequence = place
	}
	return letters, nil
}

// NextDeadLetter returns the first dead letter after a place in the stream, and
// its own place. Those that were taken off leave gaps.
func (b *Bus) NextDeadLetter(ctx context.Context, after uint64) (*fondsv1.DeadLetter, uint64, error) {
	msg, err := b.deadMessage(ctx, after+1, jetstream.WithGetMsgSubject(deadSubject+">"))
	if err != nil {
		return nil, 0, err
	}
	return readLetter(msg), msg.Sequence, nil
}

// DeadLetter returns the dead letter at a place in the stream.
func (b *Bus) DeadLetter(ctx context.Context, sequence uint64) (*fondsv1.DeadLetter, error) {
	msg, err := b.deadMessage(ctx, sequence)
	if err != nil {
		return nil, err
	}
	return readLetter(msg), nil
}

func (b *Bus) deadMessage(ctx context.Context, sequence uint64, options ...jetstream.GetMsgOpt) (*jetstream.RawStreamMsg, error) {
	return ask(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		stream, err := b.messages(ctx, DeadStream)
		if err != nil {
			return nil, err
		}
		msg, err := stream.GetMsg(ctx, sequence, options...)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil, ErrNoLetter
		}
		if err != nil {
			return nil, fmt.Errorf("read %s at %d: %w", DeadStream, sequence, err)
		}
		return msg, nil
	})
}

// CountDeadLetters returns how many dead letters there are, and the last place.
func (b *Bus) CountDeadLetters(ctx context.Context) (count, last uint64, err error) {
	state, err := ask(ctx, func(ctx context.Context) (jetstream.StreamState, error) {
		stream, err := b.js.Stream(ctx, DeadStream)
		if err != nil {
			return jetstream.StreamState{}, fmt.Errorf("stream %s: %w", DeadStream, err)
		}
		return stream.CachedInfo().State, nil
	})
	return state.Msgs, state.LastSeq, err
}

func readLetter(msg *jetstream.RawStreamMsg) *fondsv1.DeadLetter {
	letter := &fondsv1.DeadLetter{}
	if err := proto.Unmarshal(msg.Data, letter); err != nil {
		letter = &fondsv1.DeadLetter{Kind: strings.TrimPrefix(msg.Subject, deadSubject), Reason: "not a dead letter of this version", Data: msg.Data}
	}
	letter.Name = fmt.Sprintf("deadLetters/%d", msg.Sequence)
	return letter
}

// ErrNoLetter is returned for a dead letter that is not there.
var ErrNoLetter = errors.New("there is no such dead letter")

// Resend puts the message of a dead letter back on its subject, under a new ID.
func (b *Bus) Resend(ctx context.Context, letter *fondsv1.DeadLetter) error {
	id := fmt.Sprintf("%s/%d/%s", letter.GetName(), letter.GetCreateTime().AsTime().UnixNano(), letter.GetSubject())
	_, err := ask(ctx, func(ctx context.Context) (*jetstream.PubAck, error) {
		return b.js.Publish(ctx, letter.GetSubject(), letter.GetData(), jetstream.WithMsgID(id))
	})
	if err != nil {
		return fmt.Errorf("publish to %s: %w", letter.GetSubject(), err)
	}
	return nil
}

// Exhume takes a dead letter off the list, and overwrites it: it may hold a text.
func (b *Bus) Exhume(ctx context.Context, sequence uint64) error {
	_, err := ask(ctx, func(ctx context.Context) (struct{}, error) {
		stream, err := b.messages(ctx, DeadStream)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, eraseAt(ctx, stream, sequence)
	})
	if err != nil {
		return fmt.Errorf("delete dead letter %d: %w", sequence, err)
	}
	return nil
}

// deleteAt deletes the message at a place, if there is one. The client library
// does not tell "not there" from other refusals, so it is asked.
func deleteAt(ctx context.Context, stream jetstream.Stream, sequence uint64) error {
	err := stream.DeleteMsg(ctx, sequence)
	if err == nil {
		return nil
	}
	if _, getErr := stream.GetMsg(ctx, sequence); errors.Is(getErr, jetstream.ErrMsgNotFound) {
		return nil
	}
	return err
}
