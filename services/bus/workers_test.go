package bus

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestWorkersAreLiveWhileTheyAnnounceThemselves(t *testing.T) {
	b := newBus(t)
	live := func() string {
		t.Helper()
		workers, err := b.Live(bounded(t))
		must(t, err)
		var ids []string
		for _, w := range workers {
			ids = append(ids, w.GetId())
		}
		return strings.Join(ids, " ")
	}
	if got := live(); got != "" {
		t.Errorf("live before any: %s", got)
	}
	ctx, cancel := context.WithCancel(bounded(t))
	ended := make(chan struct{})
	want := &fondsv1.Worker{Id: "b.host-1", Models: english(1), Children: 2}
	go func() {
		defer close(ended)
		b.Announce(ctx, want, func(err error) { t.Error(err) })
	}()
	// A host may be called what no key may.
	must(t, b.announceOnce(bounded(t), &fondsv1.Worker{Id: "архив 1.-7"}))
	must(t, b.announceOnce(bounded(t), &fondsv1.Worker{Id: "a-1"}))
	eventually(t, "all are live", func() bool { return live() == "a-1 b.host-1 архив 1.-7" })
	workers, err := b.Live(bounded(t))
	must(t, err)
	if !proto.Equal(workers[1], want) {
		t.Errorf("announced %v", workers[1])
	}
	kv, err := b.js.KeyValue(bounded(t), workersBucket)
	must(t, err)
	_, err = kv.Put(bounded(t), "another-version", []byte("\xff\xff"))
	must(t, err)
	cancel()
	<-ended
	if got := live(); got != "a-1 архив 1.-7" {
		t.Errorf("after one has gone: %s", got)
	}
	// A killed one vanishes by itself: the bucket forgets.
	status, err := kv.Status(bounded(t))
	must(t, err)
	if status.TTL() != workerLife {
		t.Errorf("an announcement lives %s", status.TTL())
	}
}

func TestEventsGetPlacesAndRepeatsTheSame(t *testing.T) {
	b := newBus(t)
	events := []*fondsv1.Event{
		{Name: "documents/d1/events/1", Collection: "collections/telegrams", Type: "document.created"},
		{Name: "documents/d2/events/1", Collection: "collections/letters", Type: "document.revised"},
		{Name: "documents/d3/events/1", Collection: "collections/with blank", Type: "document.revised"},
	}
	placed := b.PublishEvents(bounded(t), events)
	again := b.PublishEvents(bounded(t), events[:2])
	if placed[0].Err != nil || placed[1].Err != nil || placed[0].Sequence == placed[1].Sequence ||
		again[0].Sequence != placed[0].Sequence || again[1].Sequence != placed[1].Sequence {
		t.Errorf("placed %+v, then %+v", placed, again)
	}
	if placed[2].Err == nil {
		t.Error("an event that has no subject was published")
	}
	if last, err := b.LastEvent(bounded(t)); err != nil || last != 2 {
		t.Errorf("last is %d, %v", last, err)
	}
	stream, err := b.js.Stream(bounded(t), EventsStream)
	must(t, err)
	msg, err := stream.GetLastMsgForSubject(bounded(t), "fonds.events.v1.letters.document-revised")
	must(t, err)
	got := &fondsv1.Event{}
	must(t, proto.Unmarshal(msg.Data, got))
	if !proto.Equal(got, events[1]) {
		t.Errorf("event %v", got)
	}
}
