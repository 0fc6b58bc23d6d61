package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The streams and buckets.
const (
	JobsStream    = "FONDS_JOBS"
	TextStream    = "FONDS_TEXT"
	EventsStream  = "FONDS_EVENTS"
	DeadStream    = "FONDS_DEAD"
	workersBucket = "FONDS_WORKERS"
	lanesBucket   = "FONDS_LANES"
)

// workerLife is how long an announcement lives. Workers renew it three times in
// that time, so that one lost renewal does not make a worker vanish.
const workerLife = 15 * time.Second

// storeAtMost lets the embedded server promise every stream its size. By default
// it promises no more than three quarters of what is free on the disk, and would
// not start at all with less than 14 GiB free.
const storeAtMost = 64 << 30

// streams are all streams. Sizes bound what a forgotten stream can do to a disk:
// a text with words and boxes is about 60 KB as protobuf and 250 KB as JSON, so
// that 8 GiB hold some 25,000 pages.
var streams = []jetstream.StreamConfig{
	{
		Name:        JobsStream,
		Description: "works for which an outcome is wanted",
		Subjects:    []string{"fonds.jobs.v1.>"},
		Retention:   jetstream.WorkQueuePolicy,
		// New: a full queue refuses jobs, which then stay pending in the
		// database. Old would drop them without a word.
		Discard:     jetstream.DiscardNew,
		MaxBytes:    256 << 20,
		Duplicates:  2 * time.Minute,
		AllowDirect: true,
	},
	{
		Name:        TextStream,
		Description: "outcomes and texts as they come, for anyone; older texts come from the catalog",
		Subjects:    []string{"fonds.text.v1.>"},
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      7 * 24 * time.Hour,
		MaxBytes:    8 << 30,
		Duplicates:  2 * time.Minute,
		AllowDirect: true,
	},
	{
		Name:        EventsStream,
		Description: "what happened to documents, in order for each",
		Subjects:    []string{"fonds.events.v1.>"},
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      30 * 24 * time.Hour,
		MaxBytes:    1 << 30,
		Duplicates:  2 * time.Minute,
		AllowDirect: true,
	},
	{
		Name:        DeadStream,
		Description: "messages that were given up, with the reason",
		Subjects:    []string{"fonds.dead.v1.>"},
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardNew,
		MaxBytes:    1 << 30,
		Duplicates:  2 * time.Minute,
		AllowDirect: true,
	},
}

func (b *Bus) declare(ctx context.Context) error {
	for _, s := range streams {
		if err := b.declareStream(ctx, s); err != nil {
			return fmt.Errorf("declare stream %s: %w", s.Name, err)
		}
	}
	if err := b.declareBuckets(ctx); err != nil {
		return err
	}
	b.epoch.Add(1)
	return nil
}

// declareStream makes a stream, or sets right whatever the guarantees rest on in
// one that is there. Sizes, ages and replicas are the operator's to change.
func (b *Bus) declareStream(ctx context.Context, s jetstream.StreamConfig) error {
	s.Storage = jetstream.FileStorage
	there, err := b.js.Stream(ctx, s.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = b.js.CreateOrUpdateStream(ctx, s)
		return err
	}
	if err != nil {
		return err
	}
	config := there.CachedInfo().Config
	s.MaxBytes, s.MaxAge, s.Replicas, s.Placement = config.MaxBytes, config.MaxAge, config.Replicas, config.Placement
	_, err = b.js.UpdateStream(ctx, s)
	return err
}

func (b *Bus) declareBuckets(ctx context.Context) error {
	buckets := []jetstream.KeyValueConfig{
		{
			Bucket: workersBucket, Description: "live workers and their models",
			TTL: workerLife, Storage: jetstream.MemoryStorage,
		},
		{
			Bucket: lanesBucket, Description: "model sets that jobs were issued for",
			Storage: jetstream.FileStorage,
		},
	}
	for _, k := range buckets {
		if _, err := b.js.CreateOrUpdateKeyValue(ctx, k); err != nil {
			return fmt.Errorf("declare bucket %s: %w", k.Bucket, err)
		}
	}
	return nil
}

// StreamState is how much a stream holds.
type StreamState struct {
	Name     string
	Messages uint64
	Bytes    uint64
	Last     uint64
}

// States returns the state of each stream.
func (b *Bus) States(ctx context.Context) ([]StreamState, error) {
	states := make([]StreamState, 0, len(streams))
	for _, s := range streams {
		stream, err := b.js.Stream(ctx, s.Name)
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", s.Name, err)
		}
		state := stream.CachedInfo().State
		states = append(states, StreamState{s.Name, state.Msgs, state.Bytes, state.LastSeq})
	}
	return states, nil
}
