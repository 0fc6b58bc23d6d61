package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Bury publishes a dead letter. id makes it one letter however often it is buried.
func (b *Bus) Bury(ctx context.Context, letter *fondsv1.DeadLetter, id string) error {
	data, err := proto.Marshal(letter)
	if err != nil {
		return fmt.Errorf("encode dead letter: %w", err)
	}
	if _, err := b.js.Publish(ctx, "fonds.dead.v1."+letter.GetKind(), data, jetstream.WithMsgID(id)); err != nil {
		return fmt.Errorf("publish dead letter: %w", err)
	}
	return nil
}

// BuryJob buries a job that was given up.
func (b *Bus) BuryJob(ctx context.Context, d *Delivery, reason string) error {
	id := "job/" + workID(d.Job.GetWork(), d.Job.GetAttempt())
	if d.Err != nil {
		id = "job/" + d.msg.Headers().Get(nats.MsgIdHdr)
	}
	return b.Bury(ctx, &fondsv1.DeadLetter{
		Kind: "job", Reason: reason, Work: d.Job.GetWork(),
		Subject: d.Subject(), Data: d.Data(), CreateTime: timestamppb.Now(),
	}, id)
}

// BuryText buries a text that could not be stored.
func (b *Bus) BuryText(ctx context.Context, d *TextDelivery, reason string) error {
	return b.Bury(ctx, &fondsv1.DeadLetter{
		Kind: "text", Reason: reason, Work: d.Text.GetWork(),
		Subject: d.Subject(), Data: d.Data(), CreateTime: timestamppb.Now(),
	}, "text/"+d.msg.Headers().Get(nats.MsgIdHdr))
}

// DeadLetters returns dead letters after a place in the stream, oldest first.
func (b *Bus) DeadLetters(ctx context.Context, after uint64, limit int) ([]*fondsv1.DeadLetter, error) {
	stream, err := b.js.Stream(ctx, DeadStream)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", DeadStream, err)
	}
	state := stream.CachedInfo().State
	var letters []*fondsv1.DeadLetter
	for seq := max(after+1, state.FirstSeq); seq <= state.LastSeq && len(letters) < limit; seq++ {
		letter, err := deadLetter(ctx, stream, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		letters = append(letters, letter)
	}
	return letters, nil
}

func deadLetter(ctx context.Context, stream jetstream.Stream, sequence uint64) (*fondsv1.DeadLetter, error) {
	msg, err := stream.GetMsg(ctx, sequence)
	if err != nil {
		return nil, fmt.Errorf("read %s at %d: %w", DeadStream, sequence, err)
	}
	letter := &fondsv1.DeadLetter{}
	if err := proto.Unmarshal(msg.Data, letter); err != nil {
		letter = &fondsv1.DeadLetter{Kind: strings.TrimPrefix(msg.Subject, "fonds.dead.v1."), Reason: "not a dead letter of this version", Data: msg.Data}
	}
	letter.Name = fmt.Sprintf("deadLetters/%d", sequence)
	return letter, nil
}

// DeadLetter returns the dead letter at a place in the stream.
func (b *Bus) DeadLetter(ctx context.Context, sequence uint64) (*fondsv1.DeadLetter, error) {
	stream, err := b.js.Stream(ctx, DeadStream)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", DeadStream, err)
	}
	return deadLetter(ctx, stream, sequence)
}

// Resend puts the text of a dead letter back on its subject, under a new ID.
func (b *Bus) Resend(ctx context.Context, letter *fondsv1.DeadLetter) error {
	id := letter.GetName() + "/" + letter.GetSubject()
	if _, err := b.js.Publish(ctx, letter.GetSubject(), letter.GetData(), jetstream.WithMsgID(id)); err != nil {
		return fmt.Errorf("publish to %s: %w", letter.GetSubject(), err)
	}
	return nil
}

// Exhume takes a dead letter off the list.
func (b *Bus) Exhume(ctx context.Context, sequence uint64) error {
	stream, err := b.js.Stream(ctx, DeadStream)
	if err != nil {
		return fmt.Errorf("stream %s: %w", DeadStream, err)
	}
	if err := stream.DeleteMsg(ctx, sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("delete dead letter %d: %w", sequence, err)
	}
	return nil
}
