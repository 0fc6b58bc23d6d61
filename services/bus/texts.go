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

// headroom is what a message's subject and headers may take, and what stands
// beside it in a dead letter.
const headroom = 16 << 10

// ErrTooLarge is returned for a text whose body has to travel as a reference, and for an
// event whose regions have to be left out.
var ErrTooLarge = errors.New("the message is larger than the server takes")

// errNoCollection is returned for a text that would go out on no subject.
var errNoCollection = errors.New("the text names no collection")

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
	if len(t.GetCollections()) == 0 {
		return errNoCollection
	}
	if int64(max(len(pb), len(js))) > b.conn.MaxPayload()-headroom {
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
	bus     *Bus
	ackWait time.Duration
}

const (
	intakeConsumer = "intake"
	textFilter     = "fonds.text.v1.pb.>"
)

// TextFeed opens intake's place in the stream of texts. ackWait is how long one
// commit may take.
func (b *Bus) TextFeed(ctx context.Context, ackWait time.Duration) (*TextFeed, error) {
	f := &TextFeed{bus: b, ackWait: ackWait}
	_, err := f.open(ctx)
	return f, err
}

func (f *TextFeed) open(ctx context.Context) (jetstream.Consumer, error) {
	consumer, err := f.bus.js.CreateOrUpdateConsumer(ctx, TextStream, jetstream.ConsumerConfig{
		Durable:       intakeConsumer,
		FilterSubject: textFilter,
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       f.ackWait,
		MaxDeliver:    -1,
		MaxAckPending: 4096,
	})
	if err != nil {
		return nil, fmt.Errorf("declare consumer %s: %w", intakeConsumer, err)
	}
	return consumer, nil
}

// feedBeat is how often the server says that it is there while no texts come;
// after two that did not come the place is opened anew.
const feedBeat = 2 * time.Second

// Consume sends texts into a channel until ctx ends; then it hands back those
// that nobody took and closes the channel. When the place is lost, with the
// stream or the server, it says so to report and opens it again.
func (f *TextFeed) Consume(ctx context.Context, ahead int, report func(error)) <-chan *TextDelivery {
	deliveries := make(chan *TextDelivery)
	go func() {
		defer close(deliveries)
		for {
			err := f.consume(ctx, ahead, deliveries)
			if ctx.Err() != nil {
				return
			}
			report(err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}()
	return deliveries
}

// consume returns when ctx ends or the place is lost.
func (f *TextFeed) consume(ctx context.Context, ahead int, deliveries chan<- *TextDelivery) error {
	// A server that is still starting may take the request and never answer it.
	opening, cancel := context.WithTimeout(ctx, 2*feedBeat)
	consumer, err := f.open(opening)
	cancel()
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(ahead), jetstream.PullExpiry(5*feedBeat), jetstream.PullHeartbeat(feedBeat))
	if err != nil {
		return fmt.Errorf("consume %s: %w", TextStream, err)
	}
	defer handBack(messages)
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fmt.Errorf("consume %s: %w", TextStream, err)
		}
		select {
		case deliveries <- deliverText(msg):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), msg.NakWithDelay(time.Millisecond))
		}
	}
}

// handBack ends an iterator and gives back what it has read ahead, so that the
// next who asks need not wait until the server misses the acknowledgements.
func handBack(messages jetstream.MessagesContext) {
	messages.Drain()
	for {
		msg, err := messages.Next(jetstream.NextMaxWait(time.Second))
		if err != nil {
			messages.Stop()
			return
		}
		_ = msg.NakWithDelay(time.Millisecond) // or it comes back by itself
	}
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

// Last returns the last place in the stream of texts.
func (f *TextFeed) Last(ctx context.Context) (uint64, error) {
	stream, err := f.bus.js.Stream(ctx, TextStream)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", TextStream, err)
	}
	return stream.CachedInfo().State.LastSeq, nil
}

// Passed tells whether every text up to a place in the stream was taken and
// acknowledged.
func (f *TextFeed) Passed(ctx context.Context, place uint64) (bool, error) {
	consumer, err := f.bus.js.Consumer(ctx, TextStream, intakeConsumer)
	if err != nil {
		return false, fmt.Errorf("consumer %s: %w", intakeConsumer, err)
	}
	info := consumer.CachedInfo()
	idle := info.NumPending == 0 && info.NumAckPending == 0
	return idle || info.AckFloor.Stream >= place, nil
}
