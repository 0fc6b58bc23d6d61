package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Announce keeps a worker's announcement alive until ctx ends, then takes it
// back. Failures are told to report and tried again at the next renewal.
func (b *Bus) Announce(ctx context.Context, w *fondsv1.Worker, report func(error)) {
	ticker := time.NewTicker(workerLife / 3)
	defer ticker.Stop()
	for {
		if err := b.announceOnce(ctx, w); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			b.withdrawWorker(context.WithoutCancel(ctx), w)
			return
		}
	}
}

func (b *Bus) announceOnce(ctx context.Context, w *fondsv1.Worker) error {
	kv, err := b.js.KeyValue(ctx, workersBucket)
	if err != nil {
		return fmt.Errorf("open bucket %s: %w", workersBucket, err)
	}
	value, err := proto.Marshal(w)
	if err != nil {
		return fmt.Errorf("encode worker: %w", err)
	}
	if _, err := kv.Put(ctx, workerKey(w), value); err != nil {
		return fmt.Errorf("announce worker: %w", err)
	}
	return nil
}

// withdrawWorker is a courtesy: the announcement ends by itself.
func (b *Bus) withdrawWorker(ctx context.Context, w *fondsv1.Worker) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if kv, err := b.js.KeyValue(ctx, workersBucket); err == nil {
		_ = kv.Delete(ctx, workerKey(w))
	}
}

// workerKey is a worker's ID in letters that a key may have: host names may have others.
func workerKey(w *fondsv1.Worker) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-') {
			return r
		}
		return '_'
	}, w.GetId())
}

// Live returns the workers that have announced themselves, by ID. One whose
// announcement cannot be read, of another version perhaps, is left out.
func (b *Bus) Live(ctx context.Context) ([]*fondsv1.Worker, error) { return ask(ctx, b.live) }

func (b *Bus) live(ctx context.Context) ([]*fondsv1.Worker, error) {
	kv, err := b.js.KeyValue(ctx, workersBucket)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", workersBucket, err)
	}
	keys, err := kv.Keys(ctx)
	if errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list workers: %w", err)
	}
	var workers []*fondsv1.Worker
	for _, key := range keys {
		entry, err := kv.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read worker %s: %w", key, err)
		}
		w := &fondsv1.Worker{}
		if proto.Unmarshal(entry.Value(), w) != nil {
			continue
		}
		workers = append(workers, w)
	}
	slices.SortFunc(workers, func(x, y *fondsv1.Worker) int { return strings.Compare(x.GetId(), y.GetId()) })
	return workers, nil
}
