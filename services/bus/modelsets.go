package bus

import (
	"context"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// ModelSet is a lane and model set that jobs were issued for.
type ModelSet struct {
	Lane   Lane
	Models []*fondsv1.Model
	token  string
}

// String names the set as consumers are named.
func (s ModelSet) String() string { return consumerName(s.Lane, s.token) }

// watchAgain is how often the watch of model sets is begun anew, so that it
// outlives the loss of the bucket.
const watchAgain = 15 * time.Second

// ModelSets sends each model set that jobs were or will be issued for, some of
// them again and again, until ctx ends; then it closes the channel.
func (b *Bus) ModelSets(ctx context.Context) <-chan ModelSet {
	sets := make(chan ModelSet)
	go func() {
		defer close(sets)
		for ctx.Err() == nil {
			again, cancel := context.WithTimeout(ctx, watchAgain)
			b.watchModelSets(again, sets)
			<-again.Done()
			cancel()
		}
	}()
	return sets
}

// watchModelSets sends model sets until ctx ends, or as long as it can.
func (b *Bus) watchModelSets(ctx context.Context, sets chan<- ModelSet) {
	kv, err := b.js.KeyValue(ctx, lanesBucket)
	if err != nil {
		return
	}
	watcher, err := kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return
	}
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
