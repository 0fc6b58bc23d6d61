package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Doomed says which messages Erase erases.
type Doomed struct {
	// Scans by digest: every job, text and letter about them.
	Scans map[string]bool
	// Shared are scans of which only those texts are erased that have one of the Bodies,
	// by digest.
	Shared, Bodies map[string]bool
	// Documents by ID: their events that hold words. The others tell no more than the
	// database does for ever, and who follows a document's events expects no gap.
	Documents map[string]bool
}

// Erase overwrites messages where they lie in the streams, and takes them out. Before a
// text goes whose body is a blob, body is told the digest. Erase may be called again
// when it fails, and tells how many messages it has erased.
//
// A message that a limit of age or size has removed before is not found: its bytes stay in
// the server's file until that is dropped or written anew.
func (b *Bus) Erase(ctx context.Context, d Doomed, body func(ctx context.Context, digest string) error) (erased int, err error) {
	for _, sweep := range []func() (int, error){
		func() (int, error) { return b.eraseTexts(ctx, d, body) },
		func() (int, error) { return b.eraseEvents(ctx, d) },
		func() (int, error) { return b.eraseJobs(ctx, d) },
		func() (int, error) { return b.eraseLetters(ctx, d, body) },
	} {
		n, err := sweep()
		erased += n
		if err != nil {
			return erased, err
		}
	}
	return erased, nil
}

func (b *Bus) eraseTexts(ctx context.Context, d Doomed, body func(context.Context, string) error) (int, error) {
	found, err := b.headed(ctx, TextStream, "fonds.text.v1.>", func(_, id string) bool {
		scan, _, whole := strings.Cut(id, "/")
		// A stranger's message may have any ID: it is looked into.
		return !whole || len(scan) != 64 || d.Scans[scan] || d.Shared[scan]
	})
	if err != nil {
		return 0, err
	}
	return b.erase(ctx, TextStream, found, func(ctx context.Context, msg *jetstream.RawStreamMsg) (bool, error) {
		return d.text(ctx, msg.Data, body)
	})
}

// text tells whether a text is doomed, in either of its encodings.
func (d Doomed) text(ctx context.Context, data []byte, body func(context.Context, string) error) (bool, error) {
	t := &fondsv1.Text{}
	var scan, digest string
	if proto.Unmarshal(data, t) == nil && t.GetWork() != nil {
		scan, digest = t.GetWork().GetScan(), t.GetBodyDigest()
	} else {
		var said struct {
			Work       struct{ Scan string } `json:"work"`
			BodyDigest string                `json:"bodyDigest"`
		}
		if json.Unmarshal(data, &said) != nil {
			return d.names(data), nil
		}
		scan, digest = said.Work.Scan, said.BodyDigest
	}
	if !d.Scans[scan] && (!d.Shared[scan] || !d.Bodies[digest]) {
		return false, nil
	}
	if digest == "" {
		return true, nil
	}
	return true, body(ctx, digest)
}

// names tells whether bytes that cannot be read name a scan that goes.
func (d Doomed) names(data []byte) bool {
	for scan := range d.Scans {
		if bytes.Contains(data, []byte(scan)) {
			return true
		}
	}
	return false
}

func (b *Bus) eraseEvents(ctx context.Context, d Doomed) (int, error) {
	found, err := b.headed(ctx, EventsStream, "fonds.events.v1.>", func(subject, id string) bool {
		document, _, _ := strings.Cut(strings.TrimPrefix(id, "documents/"), "/")
		kind := subject[strings.LastIndexByte(subject, '.')+1:]
		return d.Documents[document] && strings.HasPrefix(kind, "text-")
	})
	if err != nil {
		return 0, err
	}
	return b.erase(ctx, EventsStream, found, nil)
}

// eraseJobs reads every job: a queue allows no second reader, and holds no more than the
// relay's window.
func (b *Bus) eraseJobs(ctx context.Context, d Doomed) (int, error) {
	var found []uint64
	err := b.eachMessage(ctx, JobsStream, "fonds.jobs.v1.>", func(msg *jetstream.RawStreamMsg) {
		scan, _, _ := strings.Cut(msg.Header.Get(nats.MsgIdHdr), "/")
		if d.Scans[scan] {
			found = append(found, msg.Sequence)
		}
	})
	if err != nil {
		return 0, err
	}
	return b.erase(ctx, JobsStream, found, nil)
}

func (b *Bus) eraseLetters(ctx context.Context, d Doomed, body func(context.Context, string) error) (int, error) {
	var found []uint64
	var failed error
	err := b.eachMessage(ctx, DeadStream, deadSubject+">", func(msg *jetstream.RawStreamMsg) {
		doomed := d.names(msg.Data)
		if letter := readLetter(msg); letter.GetKind() == "text" {
			text, err := d.text(ctx, letter.GetData(), body)
			doomed, failed = doomed || text, errors.Join(failed, err)
		}
		if doomed {
			found = append(found, msg.Sequence)
		}
	})
	if err = errors.Join(err, failed); err != nil {
		return 0, err
	}
	return b.erase(ctx, DeadStream, found, nil)
}

const (
	// headsAtOnce is how many messages' headers are fetched at a time.
	headsAtOnce = 500
	// mostEmpty bounds the tries at which nothing comes although something is there.
	mostEmpty = 10
)

// headed gives the places of the messages of a stream that a look at subject and ID
// selects, as of now.
func (b *Bus) headed(ctx context.Context, name, subjects string, selected func(subject, id string) bool) ([]uint64, error) {
	stream, err := b.js.Stream(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", name, err)
	}
	last := stream.CachedInfo().State.LastSeq
	if stream.CachedInfo().State.Msgs == 0 {
		return nil, nil
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		FilterSubject: subjects, DeliverPolicy: jetstream.DeliverAllPolicy, AckPolicy: jetstream.AckNonePolicy,
		HeadersOnly: true, MemoryStorage: true, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("look through %s: %w", name, err)
	}
	defer func() {
		_ = stream.DeleteConsumer(context.WithoutCancel(ctx), consumer.CachedInfo().Name) // or it ends by itself
	}()
	var found []uint64
	for place, empty := uint64(0), 0; place < last && empty < mostEmpty; {
		batch, err := consumer.FetchNoWait(headsAtOnce)
		if err != nil {
			return nil, fmt.Errorf("look through %s: %w", name, err)
		}
		n := 0
		for msg := range batch.Messages() {
			meta, err := msg.Metadata()
			if err != nil {
				return nil, fmt.Errorf("look through %s: %w", name, err)
			}
			n, place = n+1, meta.Sequence.Stream
			if selected(msg.Subject(), msg.Headers().Get(nats.MsgIdHdr)) {
				found = append(found, place)
			}
		}
		if err := errors.Join(batch.Error(), ctx.Err()); err != nil {
			return nil, fmt.Errorf("look through %s: %w", name, err)
		}
		if n > 0 {
			empty = 0
			continue
		}
		info, err := consumer.Info(ctx)
		if err != nil {
			return nil, fmt.Errorf("look through %s: %w", name, err)
		}
		if empty++; info.NumPending > 0 && empty == mostEmpty {
			return nil, fmt.Errorf("%w: %d messages of %s do not come", ErrUnavailable, info.NumPending, name)
		}
		if info.NumPending == 0 {
			return found, nil // what was last is gone
		}
	}
	return found, nil
}

// erase overwrites and deletes messages by their places; with a judge only those that it
// finds doomed when it has read them.
func (b *Bus) erase(ctx context.Context, name string, places []uint64, judge func(context.Context, *jetstream.RawStreamMsg) (bool, error)) (erased int, err error) {
	if len(places) == 0 {
		return 0, nil
	}
	stream, err := b.messages(ctx, name)
	if err != nil {
		return 0, err
	}
	for _, place := range places {
		if judge != nil {
			msg, err := stream.GetMsg(ctx, place)
			if errors.Is(err, jetstream.ErrMsgNotFound) {
				continue
			}
			if err != nil {
				return erased, fmt.Errorf("read %s at %d: %w", name, place, err)
			}
			doomed, err := judge(ctx, msg)
			if err != nil {
				return erased, err
			}
			if !doomed {
				continue
			}
		}
		if err := eraseAt(ctx, stream, place); err != nil {
			return erased, fmt.Errorf("erase %s at %d: %w", name, place, err)
		}
		erased++
	}
	return erased, nil
}

// eraseAt overwrites and deletes the message at a place, if there is one.
func eraseAt(ctx context.Context, stream jetstream.Stream, sequence uint64) error {
	err := stream.SecureDeleteMsg(ctx, sequence)
	if err == nil {
		return nil
	}
	if _, getErr := stream.GetMsg(ctx, sequence); errors.Is(getErr, jetstream.ErrMsgNotFound) {
		return nil
	}
	return err
}
