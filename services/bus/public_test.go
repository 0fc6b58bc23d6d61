package bus

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestStrangerReadsTheFeed(t *testing.T) {
	e := embed(t, t.TempDir(), "127.0.0.1:0")
	b := connect(t, e)
	conn, refused := stranger(t, e)
	sub, err := conn.SubscribeSync("fonds.text.v1.>")
	must(t, err)
	must(t, conn.Flush())
	must(t, b.PublishText(bounded(t), text(1)))
	for range 4 {
		_, err := sub.NextMsg(10 * time.Second)
		must(t, err)
	}

	// What was published before is read through a consumer of his own.
	js, err := jetstream.New(conn)
	must(t, err)
	consumer, err := js.CreateOrUpdateConsumer(bounded(t), TextStream, jetstream.ConsumerConfig{
		Durable: "search", FilterSubject: "fonds.text.v1.json.letters.>", AckPolicy: jetstream.AckExplicitPolicy,
	})
	must(t, err)
	batch, err := consumer.Fetch(10, jetstream.FetchMaxWait(time.Second))
	must(t, err)
	n := 0
	for msg := range batch.Messages() {
		n++
		must(t, msg.DoubleAck(bounded(t)))
	}
	if n != 1 {
		t.Errorf("%d messages through the consumer", n)
	}
	must(t, js.DeleteConsumer(bounded(t), TextStream, "search"))
	select {
	case r := <-refused:
		t.Errorf("refused: %s", r)
	default:
	}
}

// TestStrangerCanDoNothingElse tries each thing that would hurt. All of it comes
// to the server as a publish on some subject; what is refused is answered by a
// permissions violation, and nothing happens.
func TestStrangerCanDoNothingElse(t *testing.T) {
	e := embed(t, t.TempDir(), "127.0.0.1:0")
	b := connect(t, e)
	publish(t, b.JobQueue(time.Minute), Fresh, probe(1))
	must(t, b.PublishText(bounded(t), text(1)))
	must(t, b.Bury(bounded(t), letter(1), "1"))
	_, err := b.TextFeed(bounded(t), time.Minute)
	must(t, err)
	conn, refused := stranger(t, e)

	for _, subject := range []string{
		"fonds.jobs.v1.fresh.probe.b1", "fonds.text.v1.pb.c.text", "fonds.text.v1.json.c.text",
		"fonds.events.v1.c.document-created", "fonds.dead.v1.text",
		"$KV.FONDS_WORKERS.evil", "$KV.FONDS_LANES.fresh.evil",
		"$JS.API.STREAM.DELETE.FONDS_TEXT", "$JS.API.STREAM.PURGE.FONDS_TEXT", "$JS.API.STREAM.UPDATE.FONDS_TEXT",
		"$JS.API.STREAM.MSG.DELETE.FONDS_TEXT", "$JS.API.STREAM.CREATE.EVIL", "$JS.API.STREAM.INFO.FONDS_JOBS",
		"$JS.API.STREAM.MSG.GET.FONDS_JOBS", "$JS.API.STREAM.MSG.GET.FONDS_DEAD", "$JS.API.DIRECT.GET.FONDS_DEAD",
		"$JS.API.DIRECT.GET.FONDS_DEAD.fonds.dead.v1.text", "$JS.API.DIRECT.GET.FONDS_JOBS",
		"$JS.API.CONSUMER.CREATE.FONDS_JOBS.evil", "$JS.API.CONSUMER.CREATE.FONDS_DEAD.evil",
		"$JS.API.CONSUMER.MSG.NEXT.FONDS_JOBS.ocr-fresh-probe", "$JS.API.CONSUMER.DELETE.FONDS_JOBS.ocr-fresh-probe",
		"$JS.API.CONSUMER.CREATE.FONDS_TEXT", // the old form, whose name stands in the body alone
		"$JS.API.CONSUMER.CREATE.FONDS_TEXT.intake", "$JS.API.CONSUMER.CREATE.FONDS_TEXT.intake.fonds.text.v1.pb.>",
		"$JS.API.CONSUMER.DURABLE.CREATE.FONDS_TEXT.intake", "$JS.API.CONSUMER.DELETE.FONDS_TEXT.intake",
		"$JS.API.CONSUMER.MSG.NEXT.FONDS_TEXT.intake", "$JS.API.CONSUMER.PAUSE.FONDS_TEXT.intake",
		"$JS.API.CONSUMER.RESET.FONDS_TEXT.intake", "$JS.API.CONSUMER.UNPIN.FONDS_TEXT.intake",
		"$JS.ACK.FONDS_TEXT.intake.1.1.1.1.0", "$JS.ACK.FONDS_JOBS.ocr-fresh-probe.1.1.1.1.0",
		"$SYS.REQ.SERVER.PING", "_FONDS_INBOX.x",
	} {
		t.Run("publish "+subject, func(t *testing.T) {
			must(t, conn.Publish(subject, nil))
			must(t, conn.Flush())
			wantRefused(t, refused)
		})
	}
	for _, subject := range []string{">", "*.>", "fonds.>", "fonds.jobs.v1.>", "fonds.dead.v1.>", "$KV.>", "$JS.>", "_FONDS_INBOX.>"} {
		t.Run("subscribe "+subject, func(t *testing.T) {
			sub, err := conn.SubscribeSync(subject)
			must(t, err)
			must(t, conn.Flush())
			wantRefused(t, refused)
			_ = sub.Unsubscribe()
		})
	}
	for name, want := range map[string]uint64{JobsStream: 1, TextStream: 4, DeadStream: 1} {
		if got := state(t, b, name).Msgs; got != want {
			t.Errorf("%s has %d messages, want %d", name, got, want)
		}
	}
	if _, err := b.js.Consumer(bounded(t), TextStream, intakeConsumer); err != nil {
		t.Errorf("intake's consumer: %v", err)
	}
}

func wantRefused(t *testing.T, refused <-chan string) {
	t.Helper()
	select {
	case <-refused:
	case <-time.After(5 * time.Second):
		t.Error("not refused")
	}
}

// TestStrangerSeesNoAnswers listens where answers to ordinary clients come.
func TestStrangerSeesNoAnswers(t *testing.T) {
	e := embed(t, t.TempDir(), "127.0.0.1:0")
	b := connect(t, e)
	conn, _ := stranger(t, e)
	sub, err := conn.SubscribeSync("_INBOX.>")
	must(t, err)
	must(t, conn.Flush())
	publish(t, b.JobQueue(time.Minute), Fresh, probe(1))
	must(t, take(t, open(t, b, Fresh, nil)).Done())
	must(t, b.Bury(bounded(t), letter(1), "1"))
	_, err = b.DeadLetter(bounded(t), 1)
	must(t, err)
	must(t, conn.Flush())
	if msg, err := sub.NextMsg(50 * time.Millisecond); err == nil {
		t.Errorf("overheard %s: %q", msg.Subject, msg.Data)
	}
}

func TestWrongSecretIsRefused(t *testing.T) {
	e := embed(t, t.TempDir(), "127.0.0.1:0")
	ctx, cancel := context.WithTimeout(bounded(t), time.Second)
	defer cancel()
	for _, password := range []string{"", "public", "x"} {
		if conn, err := nats.Connect(e.URL(), nats.UserInfo(ownUser, password)); err == nil {
			conn.Close()
			t.Errorf("the password %q opened the server", password)
		}
	}
	if b, err := Connect(ctx, e.URL()); err == nil {
		b.Close()
		t.Error("a stranger may declare streams")
	}
}
