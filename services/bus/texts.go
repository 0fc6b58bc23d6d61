package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// maxMessage bounds a message so that a server with default settings (1 MiB)
// takes it, with room for headers and subject.
const maxMessage = 1<<20 - 16<<10

// ErrTooLarge is returned for a text whose body has to travel as a reference.
var ErrTooLarge = errors.New("the message is larger than the server takes")

// PublishText publishes a text as protobuf and as JSON on the subject of each of
// its collections, and returns once every copy is acknowledged.
func (b *Bus) PublishText(ctx context.Context, t *fondsv1.Text) error {
	pb, err := proto.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode text: %w", err)
	}
	js, err := protojson.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode text as JSON: %w", err)
	}
	if max(len(pb), len(js)) > maxMessage {
		return ErrTooLarge
	}
	id := workID(t.GetWork(), t.GetAttempt())
	var futures []jetstream.PubAckFuture
	for _, collection := range t.GetCollections() {
		for encoding, data := range map[string][]byte{"pb": pb, "json": js} {
			subject := textSubject(encoding, collection, t.GetOutcome())
			f, err := b.js.PublishAsync(subject, data, jetstream.WithMsgID(id+"/"+encoding+"/"+collection))
			if err != nil {
				return fmt.Errorf("publish to %s: %w", subject, err)
			}
			futures = append(futures, f)
		}
	}
	for _, f := range futures {
		if _, err := waitPlaced(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// TextDelivery is a text in intake's hands.
type TextDelivery struct {
	Text *fondsv1.Text
	// Err is set when the message could not be read.
	Err   error
	Count int
	msg   jetstream.Msg
}

// Data is the message as it came.
func (d *TextDelivery) Data() []byte { return d.msg.Data() }

// Subject is the subject on which it came.
func (d *TextDelivery) Subject() string { return d.msg.Subject() }

// Done acknowledges the text.
func (d *TextDelivery) Done() error { return d.msg.Ack() }

// Later asks for the text again after a delay.
func (d *TextDelivery) Later(delay time.Duration) error { return d.msg.NakWithDelay(delay) }

// TextFeed is intake's durable place in the stream of texts.
type TextFeed struct {
	consumer jetstream.Consumer
}

const intakeConsumer = "intake"

// TextFeed opens intake's place in the stream of texts. ackWait is how long one
// commit may take.
func (b *Bus) TextFeed(ctx context.Context, ackWait time.Duration) (*TextFeed, error) {
	consumer, err := b.js.CreateOrUpdateConsumer(ctx, TextStream, jetstream.ConsumerConfig{
		Durable:       intakeConsumer,
		FilterSubject: "fonds.text.v1.pb.>",
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       ackWait,
		MaxDeliver:    -1,
		MaxAckPending: 4096,
	})
	if err != nil {
		return nil, fmt.Errorf("declare consumer %s: %w", intakeConsumer, err)
	}
	return &TextFeed{consumer: consumer}, nil
}

// Consume sends texts into a channel until ctx ends; then it closes the channel.
func (f *TextFeed) Consume(ctx context.Context, ahead int) (<-chan *TextDelivery, error) {
	messages, err := f.consumer.Messages(jetstream.PullMaxMessages(ahead))
	if err != nil {
		return nil, fmt.Errorf("consume %s: %w", TextStream, err)
	}
	deliveries := make(chan *TextDelivery)
	go func() {
		defer close(deliveries)
		defer messages.Stop()
		for {
			msg, err := messages.Next(jetstream.NextContext(ctx))
			if ctx.Err() != nil || errors.Is(err, jetstream.ErrMsgIteratorClosed) {
				return
			}
			if err != nil {
				continue // a missed heartbeat: the iterator asks again by itself
			}
			select {
			case deliveries <- deliverText(msg):
			case <-ctx.Done():
				return
			}
		}
	}()
	return deliveries, nil
}

func deliverText(msg jetstream.Msg) *TextDelivery {
	d := &TextDelivery{Text: &fondsv1.Text{}, msg: msg, Count: 1}
	if meta, err := msg.Metadata(); err == nil {
		d.Count = int(meta.NumDelivered)
	}
	if err := proto.Unmarshal(msg.Data(), d.Text); err != nil {
		d.Err = fmt.Errorf("decode text: %w", err)
	}
	return d
}

// Idle tells whether every text in the stream was taken and acknowledged.
func (f *TextFeed) Idle(ctx context.Context) (bool, error) {
	info, err := f.consumer.Info(ctx)
	if err != nil {
		return false, fmt.Errorf("consumer %s: %w", intakeConsumer, err)
	}
	return info.NumPending == 0 && info.NumAckPending == 0, nil
}
