package bus

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Delivery is a job in a worker's hands. Exactly one of Done and Later ends it.
type Delivery struct {
	Job *fondsv1.Job
	// Err is set when the message is no job that can be done.
	Err error
	// Count is how often the job was delivered, from 1.
	Count int
	msg   jetstream.Msg
}

// Data is the message as it came.
func (d *Delivery) Data() []byte { return d.msg.Data() }

// Subject is the subject on which it came.
func (d *Delivery) Subject() string { return d.msg.Subject() }

// Working tells the server that the job is being worked on.
func (d *Delivery) Working() error { return d.msg.InProgress() }

// Done takes the job off the queue.
func (d *Delivery) Done() error { return d.msg.Ack() }

// Later gives the job back, to be delivered again after a delay. (A plain nak
// would deliver it again at once.)
func (d *Delivery) Later(delay time.Duration) error { return d.msg.NakWithDelay(delay) }

// Source gives a worker the jobs of one model set.
type Source struct {
	consumer jetstream.Consumer
}

// Open opens the jobs of a model set.
func (b *Bus) Open(ctx context.Context, set ModelSet) (*Source, error) {
	consumer, err := b.js.Consumer(ctx, JobsStream, consumerName(set.Lane, set.token))
	if err != nil {
		return nil, fmt.Errorf("open consumer: %w", err)
	}
	return &Source{consumer: consumer}, nil
}

// AckWait is how long a worker may be silent about a job.
func (s *Source) AckWait() time.Duration { return s.consumer.CachedInfo().Config.AckWait }

// Next waits for the next job, or only looks when wait is zero. It returns nil
// when there is none. Once asked, the server may send a job at any moment, so
// that no end of a context cuts the wait short: whoever stops waits for it.
func (s *Source) Next(wait time.Duration) (*Delivery, error) {
	var batch jetstream.MessageBatch
	var err error
	if wait > 0 {
		batch, err = s.consumer.Fetch(1, jetstream.FetchMaxWait(wait))
	} else {
		batch, err = s.consumer.FetchNoWait(1)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch a job: %w", err)
	}
	msg, open := <-batch.Messages()
	if !open {
		return nil, batch.Error()
	}
	return deliver(msg), nil
}

func deliver(msg jetstream.Msg) *Delivery {
	d := &Delivery{Job: &fondsv1.Job{}, msg: msg, Count: 1}
	if meta, err := msg.Metadata(); err == nil {
		d.Count = int(meta.NumDelivered)
	}
	d.Err = readJob(msg, d.Job)
	return d
}

// collectionToken is what the contract lets a collection be called.
var collectionToken = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// readJob refuses what no job of ours can be, before anything is done about it.
func readJob(msg jetstream.Msg, job *fondsv1.Job) error {
	if err := proto.Unmarshal(msg.Data(), job); err != nil {
		return fmt.Errorf("decode job: %w", err)
	}
	if id := msg.Headers().Get(nats.MsgIdHdr); id != workID(job.GetWork(), job.GetAttempt()) {
		return fmt.Errorf("the message's ID %q is not that of its job", id)
	}
	if len(job.GetCollections()) == 0 {
		return errors.New("the job names no collection for its text")
	}
	for _, c := range job.GetCollections() {
		if !collectionToken.MatchString(c) {
			return fmt.Errorf("the job names the collection %q, which no collection can be called", c)
		}
	}
	return nil
}
