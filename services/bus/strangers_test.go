package bus

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// forbidden are subjects on which nobody but the own user may have anything said.
var forbidden = []string{
	"fonds.jobs.v1.fresh.probe.x", "fonds.dead.v1.text", "fonds.text.v1.pb.c.text", "fonds.events.v1.c.document-created",
	"$KV.FONDS_WORKERS.evil", "$KV.FONDS_LANES.fresh.evil", "$JS.API.STREAM.PURGE.FONDS_JOBS",
}

// guarded is a server with one job, one text and one letter in it.
func guarded(t *testing.T) (*Embedded, *Bus) {
	t.Helper()
	e := embed(t, t.TempDir(), "127.0.0.1:0")
	b := connect(t, e)
	publish(t, b.JobQueue(time.Minute), Fresh, probe(1))
	must(t, b.PublishText(bounded(t), text(1)))
	must(t, b.Bury(bounded(t), letter(1), "1"))
	return e, b
}

// wantUntouched fails when anything was written that guarded has not.
func wantUntouched(t *testing.T, b *Bus) {
	t.Helper()
	must(t, b.conn.Flush())
	for name, want := range map[string]uint64{
		JobsStream: 1, TextStream: 4, EventsStream: 0, DeadStream: 1, "KV_" + workersBucket: 0, "KV_" + lanesBucket: 1,
	} {
		if got := state(t, b, name).LastSeq; got != want {
			t.Errorf("%s has come to message %d, want %d", name, got, want)
		}
	}
}

// TestServerWritesNothingForAStranger has the server itself send what it answers
// and delivers to where a stranger may not write.
func TestServerWritesNothingForAStranger(t *testing.T) {
	e, b := guarded(t)
	conn, _ := stranger(t, e)
	js, err := jetstream.New(conn)
	must(t, err)
	_, err = js.CreateOrUpdateConsumer(bounded(t), TextStream, jetstream.ConsumerConfig{Durable: "pull", AckPolicy: jetstream.AckExplicitPolicy})
	must(t, err)
	for _, subject := range forbidden {
		t.Run(subject, func(t *testing.T) {
			config, err := json.Marshal(map[string]any{
				"stream_name": TextStream, "config": map[string]any{"name": "push", "deliver_subject": subject, "ack_policy": "none"},
			})
			must(t, err)
			answer, err := conn.Request("$JS.API.CONSUMER.CREATE."+TextStream+".push", config, 5*time.Second)
			if err == nil && !json.Valid(answer.Data) {
				t.Errorf("answered %q", answer.Data)
			}
			for _, request := range []*nats.Msg{
				{Subject: "$JS.API.CONSUMER.MSG.NEXT." + TextStream + ".pull", Data: []byte(`{"batch":1,"no_wait":true}`)},
				{Subject: "$JS.API.DIRECT.GET." + TextStream, Data: []byte(`{"seq":1}`)},
				{Subject: "$JS.API.STREAM.MSG.GET." + TextStream, Data: []byte(`{"seq":1}`)},
				{Subject: "$JS.API.STREAM.INFO." + TextStream},
				{Subject: "$JS.API.CONSUMER.CREATE." + TextStream + ".other", Data: []byte("x")},
			} {
				request.Reply = subject
				must(t, conn.PublishMsg(request))
			}
			_, err = conn.Request("$JS.API.STREAM.INFO."+TextStream, nil, 5*time.Second) // after all that
			must(t, err)
			wantUntouched(t, b)
		})
	}
}

// TestStrangerMayPullButNotBePushed makes each kind of consumer.
func TestStrangerMayPullButNotBePushed(t *testing.T) {
	e, _ := guarded(t)
	conn, refused := stranger(t, e)
	js, err := jetstream.New(conn)
	must(t, err)
	ordered, err := js.OrderedConsumer(bounded(t), TextStream, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{"fonds.text.v1.json.>"},
	})
	must(t, err)
	messages, err := ordered.Messages()
	must(t, err)
	defer messages.Stop()
	for range 2 {
		msg, err := messages.Next(jetstream.NextMaxWait(10 * time.Second))
		must(t, err)
		if subject := msg.Subject(); len(subject) < 20 || subject[:19] != "fonds.text.v1.json." {
			t.Errorf("got a message of %s", subject)
		}
	}
	_, err = js.CreateOrUpdatePushConsumer(bounded(t), TextStream, jetstream.ConsumerConfig{DeliverSubject: nats.NewInbox()})
	var told *jetstream.APIError
	if !errors.As(err, &told) || told.Code != 403 {
		t.Errorf("a push consumer: %v", err)
	}
	select {
	case r := <-refused:
		t.Errorf("refused: %s", r)
	default:
	}
}
