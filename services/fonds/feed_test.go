package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// TestStrangersReadTheFeed subscribes without credentials, as other programs on
// the machine do, before and after pages are read.
func TestStrangersReadTheFeed(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start()
	nc := s.stranger()
	heard, err := nc.SubscribeSync("fonds.text.v1.>")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	in := tree(t, map[string][]byte{
		"a.pgm": fakePage("a telegram"), "b.pgm": fakePage(enginetest.Blank), "c.pgm": fakePage(enginetest.TooLarge),
	})
	s.ends(exitData, "ingest", in, "--wait", "--collection", "telegrams")
	want := map[string]int{
		"pb.telegrams.text": 1, "json.telegrams.text": 1, "pb.telegrams.blank": 1, "json.telegrams.blank": 1,
		"pb.telegrams.too_large": 1, "json.telegrams.too_large": 1,
	}
	var messages []*nats.Msg
	for range 2 * (3 + 3) { // three probes and three pages, each twice
		msg, err := heard.NextMsg(10 * time.Second)
		if err != nil {
			t.Fatalf("after %d messages: %v", len(messages), err)
		}
		messages = append(messages, msg)
	}
	checkFeed(t, messages, want)

	// A consumer of one's own reads what was before.
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := js.CreateConsumer(t.Context(), "FONDS_TEXT", jetstream.ConsumerConfig{AckPolicy: jetstream.AckExplicitPolicy, Durable: "stranger"})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := consumer.Fetch(len(messages), jetstream.FetchMaxWait(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	var stored []*nats.Msg
	for msg := range batch.Messages() {
		stored = append(stored, &nats.Msg{Subject: msg.Subject(), Data: msg.Data()})
		if err := msg.Ack(); err != nil {
			t.Error(err)
		}
	}
	checkFeed(t, stored, want)
	s.stop(server)
}

// checkFeed checks that each page is there as protobuf and as JSON, that both
// say the same, and that the subjects say what the messages say.
func checkFeed(t *testing.T, messages []*nats.Msg, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	twins := map[string]*fondsv1.Text{}
	for _, msg := range messages {
		kind, ok := strings.CutPrefix(msg.Subject, "fonds.text.v1.")
		text := &fondsv1.Text{}
		decode := proto.Unmarshal
		if strings.HasPrefix(kind, "json.") {
			decode = protojson.Unmarshal
		}
		if err := decode(msg.Data, text); !ok || err != nil {
			t.Fatalf("message on %s: %v", msg.Subject, err)
		}
		encoding, where, _ := strings.Cut(kind, ".")
		if said := fmt.Sprintf("%s.%s", text.GetCollections()[0], strings.ToLower(outcomeName(text.GetOutcome()))); said != where {
			t.Errorf("a text for %s came on %s", said, msg.Subject)
		}
		key := fmt.Sprintf("%s/%d", text.GetWork().GetScan(), text.GetWork().GetPage())
		if twin, ok := twins[key]; ok && !proto.Equal(twin, text) {
			t.Errorf("%s says %v, its twin %v", encoding, text, twin)
		}
		twins[key] = text
		if text.GetWork().GetPage() == 0 {
			continue
		}
		got[kind]++
		if text.GetOutcome() == fondsv1.Outcome_OUTCOME_TEXT && (text.GetBody().GetText() != "a telegram\n" || len(text.GetBody().GetWords()) != 2) {
			t.Errorf("the text is %v", text.GetBody())
		}
		if text.GetOutcome() == fondsv1.Outcome_OUTCOME_TOO_LARGE && text.GetReason() == "" {
			t.Error("a page that failed has no reason")
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the feed had %v, want %v", got, want)
	}
}

// TestStrangersOnlyRead tries what the public feed must not allow.
func TestStrangersOnlyRead(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start()
	refused := make(chan error, 100)
	nc := s.stranger(nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	denied := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s is allowed", what)
		}
	}
	denied("publishing a job", nc.Publish("fonds.jobs.v1.fresh.probe.x", []byte("x")))
	denied("publishing a text", nc.Publish("fonds.text.v1.pb.telegrams.text", []byte("x")))
	denied("publishing an event", nc.Publish("fonds.events.v1.telegrams.document-created", []byte("x")))
	denied("acknowledging for intake", nc.Publish("$JS.ACK.FONDS_TEXT.intake.1.1.1.1.1", []byte("+ACK")))
	denied("deleting a stream", nc.Publish("$JS.API.STREAM.DELETE.FONDS_JOBS", nil))
	denied("purging a stream", nc.Publish("$JS.API.STREAM.PURGE.FONDS_TEXT", nil))
	denied("taking intake's texts", nc.Publish("$JS.API.CONSUMER.MSG.NEXT.FONDS_TEXT.intake", nil))
	denied("taking jobs", nc.Publish("$JS.API.CONSUMER.CREATE.FONDS_JOBS.x", nil))
	denied("reading a job", nc.Publish("$JS.API.STREAM.MSG.GET.FONDS_JOBS", nil))
	denied("reading dead letters", nc.Publish("$JS.API.STREAM.MSG.GET.FONDS_DEAD", nil))
	for _, subject := range []string{"fonds.jobs.v1.>", "fonds.dead.v1.>", ">", "$JS.>"} {
		_, err := nc.Subscribe(subject, func(*nats.Msg) {})
		denied("subscribing to "+subject, err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := js.Publish(ctx, "fonds.jobs.v1.fresh.probe.x", []byte("x")); err == nil {
		t.Error("a stranger publishes jobs")
	}
	s.stop(server)
}
