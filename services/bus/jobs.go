package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	}
	return placed
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
	stream, err := q.bus.js.Stream(ctx, JobsStream)
	if err != nil {
		return false, fmt.Errorf("open stream %s: %w", JobsStream, err)
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
	stream, err := q.bus.js.Stream(ctx, JobsStream)
	if err != nil {
		return fmt.Errorf("open stream %s: %w", JobsStream, err)
	}
	if err := stream.DeleteMsg(ctx, sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("delete job at %d: %w", sequence, err)
	}
	return nil
}

// Delivery is a job in a worker's hands. Exactly one of Done and Later ends it.
type Delivery struct {
	Job *fondsv1.Job
	// Err is set when the message could not be read; Job is then empty.
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

// ModelSet is a lane and model set that jobs were issued for.
type ModelSet struct {
	Lane   Lane
	Models []*fondsv1.Model
	token  string
}

// String names the set as consumers are named.
func (s ModelSet) String() string { return consumerName(s.Lane, s.token) }

// ModelSets sends each model set that jobs were or will be issued for, until ctx
// ends; then it closes the channel.
func (b *Bus) ModelSets(ctx context.Context) (<-chan ModelSet, error) {
	kv, err := b.js.KeyValue(ctx, lanesBucket)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", lanesBucket, err)
	}
	watcher, err := kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return nil, fmt.Errorf("watch bucket %s: %w", lanesBucket, err)
	}
	sets := make(chan ModelSet)
	go func() {
		defer close(sets)
		defer func() { _ = watcher.Stop() }()
		for {
			select {
			case <-ctx.Done():
				return
			case entry, open := <-watcher.Updates():
				if !open {
					return
				}
				set, ok := readModelSet(entry)
				if !ok {
					continue
				}
				select {
				case sets <- set:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return sets, nil
}

func readModelSet(entry jetstream.KeyValueEntry) (ModelSet, bool) {
	if entry == nil { // the watcher's mark that all present values were sent
		return ModelSet{}, false
	}
	lane, token, ok := strings.Cut(entry.Key(), ".")
	var recipe fondsv1.Recipe
	if !ok || proto.Unmarshal(entry.Value(), &recipe) != nil {
		return ModelSet{}, false
	}
	return ModelSet{Lane: Lane(lane), Models: recipe.GetModels(), token: token}, true
}

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

// Next waits for the next job. It returns nil when none came within the wait.
func (s *Source) Next(ctx context.Context, wait time.Duration) (*Delivery, error) {
	batch, err := s.consumer.Fetch(1, jetstream.FetchMaxWait(wait))
	if err != nil {
		return nil, fmt.Errorf("fetch a job: %w", err)
	}
	select {
	case msg, open := <-batch.Messages():
		if !open {
			return nil, batch.Error()
		}
		return deliver(msg), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func deliver(msg jetstream.Msg) *Delivery {
	d := &Delivery{Job: &fondsv1.Job{}, msg: msg, Count: 1}
	if meta, err := msg.Metadata(); err == nil {
		d.Count = int(meta.NumDelivered)
	}
	if err := proto.Unmarshal(msg.Data(), d.Job); err != nil {
		d.Err = fmt.Errorf("decode job: %w", err)
	}
	return d
}
