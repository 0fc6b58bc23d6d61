package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Lane orders jobs; it is a token of their subjects.
type Lane string

// The lanes.
const (
	Fresh Lane = "fresh"
	Bulk  Lane = "bulk"
)

// JobQueue publishes jobs, and finds and withdraws those that were published.
type JobQueue struct {
	bus     *Bus
	ackWait time.Duration

	mu    sync.Mutex
	epoch int64                // of the bus when known was begun
	known map[string]time.Time // consumers that were there, and when
}

// JobQueue returns the queue of jobs. ackWait is how long a worker may be silent
// about a job before it is delivered to another.
func (b *Bus) JobQueue(ackWait time.Duration) *JobQueue {
	return &JobQueue{bus: b, ackWait: ackWait, known: map[string]time.Time{}}
}

// Placed is a job's place in the stream, or why it has none.
type Placed struct {
	Sequence uint64
	Err      error
}

// Publish publishes jobs side by side and waits for all: one fsync of the server
// serves many. The answer has one Placed for each job.
func (q *JobQueue) Publish(ctx context.Context, lane Lane, jobs []*fondsv1.Job) []Placed {
	placed := make([]Placed, len(jobs))
	futures := make([]jetstream.PubAckFuture, len(jobs))
	for i, job := range jobs {
		futures[i], placed[i].Err = q.publishOne(ctx, lane, job)
	}
	for i, f := range futures {
		if f != nil {
			placed[i].Sequence, placed[i].Err = waitPlaced(ctx, f)
		}
		if placed[i].Err != nil {
			q.forget()
		}
	}
	return placed
}

// forget has the consumers looked for again: the stream may have gone with them.
func (q *JobQueue) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.known)
}

func (q *JobQueue) publishOne(ctx context.Context, lane Lane, job *fondsv1.Job) (jetstream.PubAckFuture, error) {
	models := job.GetRecipe().GetModels()
	token := modelsToken(models)
	if err := q.ensureConsumer(ctx, lane, token, models); err != nil {
		return nil, err
	}
	data, err := proto.Marshal(job)
	if err != nil {
		return nil, fmt.Errorf("encode job: %w", err)
	}
	id := workID(job.GetWork(), job.GetAttempt())
	return q.bus.js.PublishAsync(jobSubject(lane, token, job.GetBatch()), data, jetstream.WithMsgID(id))
}

func waitPlaced(ctx context.Context, f jetstream.PubAckFuture) (uint64, error) {
	timeout := time.NewTimer(requestTimeout)
	defer timeout.Stop()
	select {
	case ack := <-f.Ok():
		return ack.Sequence, nil
	case err := <-f.Err():
		return 0, fmt.Errorf("publish to %s: %w", f.Msg().Subject, err)
	case <-timeout.C:
		return 0, fmt.Errorf("publish to %s: no answer in %s", f.Msg().Subject, requestTimeout)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// consumerTTL is how long a consumer that was there is taken to be there still.
const consumerTTL = 30 * time.Second

// ensureConsumer makes the durable consumer of a lane and model set, and then
// tells the workers of it through the lanes bucket.
func (q *JobQueue) ensureConsumer(ctx context.Context, lane Lane, token string, models []*fondsv1.Model) error {
	name := consumerName(lane, token)
	q.mu.Lock()
	defer q.mu.Unlock()
	if epoch := q.bus.Epoch(); q.epoch != epoch {
		q.epoch = epoch
		clear(q.known)
	}
	if time.Since(q.known[name]) < consumerTTL {
		return nil
	}
	_, err := q.bus.js.CreateOrUpdateConsumer(ctx, JobsStream, jetstream.ConsumerConfig{
		Durable:       name,
		FilterSubject: jobSubject(lane, token, "*"),
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       q.ackWait,
		// Unlimited: past MaxDeliver a message would stay in a work queue for
		// ever with nobody to say so. The worker counts deliveries and ends it.
		MaxDeliver: -1,
		// Counts the jobs in hand of all workers together.
		MaxAckPending: 10_000,
	})
	if err != nil {
		return fmt.Errorf("declare consumer %s: %w", name, err)
	}
	kv, err := q.bus.js.KeyValue(ctx, lanesBucket)
	if err != nil {
		return fmt.Errorf("open bucket %s: %w", lanesBucket, err)
	}
	value, err := proto.Marshal(&fondsv1.Recipe{Models: models})
	if err != nil {
		return fmt.Errorf("encode models: %w", err)
	}
	if _, err := kv.Put(ctx, string(lane)+"."+token, value); err != nil {
		return fmt.Errorf("announce model set %s: %w", token, err)
	}
	q.known[name] = time.Now()
	return nil
}

func consumerName(lane Lane, token string) string { return "ocr-" + string(lane) + "-" + token }

// Has tells whether the job of an attempt stands at its place in the stream.
func (q *JobQueue) Has(ctx context.Context, work *fondsv1.WorkKey, attempt uint32, sequence uint64) (bool, error) {
	if sequence == 0 {
		return false, nil
	}
	stream, err := q.bus.messages(ctx, JobsStream)
	if err != nil {
		return false, err
	}
	msg, err := stream.GetMsg(ctx, sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read %s at %d: %w", JobsStream, sequence, err)
	}
	// The stream may be an older copy that gave the place to another job.
	return msg.Header.Get(nats.MsgIdHdr) == workID(work, attempt), nil
}

// Withdraw deletes the job of an attempt from the stream, if it is still there.
func (q *JobQueue) Withdraw(ctx context.Context, work *fondsv1.WorkKey, attempt uint32, sequence uint64) error {
	there, err := q.Has(ctx, work, attempt, sequence)
	if err != nil || !there {
		return err
	}
	stream, err := q.bus.messages(ctx, JobsStream)
	if err != nil {
		return err
	}
	if err := deleteAt(ctx, stream, sequence); err != nil {
		return fmt.Errorf("delete job at %d: %w", sequence, err)
	}
	return nil
}
