package bus

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestTextGoesOutForEachCollectionAsProtobufAndJSON(t *testing.T) {
	b := newBus(t)
	want := text(1)
	must(t, b.PublishText(bounded(t), want))
	must(t, b.PublishText(bounded(t), want)) // a repeat is no message more
	stream, err := b.js.Stream(bounded(t), TextStream)
	must(t, err)
	got := map[string]*fondsv1.Text{}
	for sequence := uint64(1); sequence <= stream.CachedInfo().State.LastSeq; sequence++ {
		msg, err := stream.GetMsg(bounded(t), sequence)
		must(t, err)
		m := &fondsv1.Text{}
		if strings.Contains(msg.Subject, ".json.") {
			must(t, protojson.Unmarshal(msg.Data, m))
		} else {
			must(t, proto.Unmarshal(msg.Data, m))
		}
		got[msg.Subject] = m
	}
	subjects := []string{
		"fonds.text.v1.json.letters.text", "fonds.text.v1.json.telegrams.text",
		"fonds.text.v1.pb.letters.text", "fonds.text.v1.pb.telegrams.text",
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, subjects) || stream.CachedInfo().State.Msgs != 4 {
		t.Fatalf("subjects %v, %d messages", names, stream.CachedInfo().State.Msgs)
	}
	for subject, m := range got {
		if !proto.Equal(m, want) {
			t.Errorf("%s carries %v", subject, m)
		}
	}
}

func TestOutcomesAreSubjects(t *testing.T) {
	for outcome, token := range map[fondsv1.Outcome]string{
		fondsv1.Outcome_OUTCOME_BLANK: "blank", fondsv1.Outcome_OUTCOME_TOO_LARGE: "too_large", fondsv1.Outcome_OUTCOME_REFUSED: "refused",
	} {
		if got := textSubject("pb", "c", outcome); got != "fonds.text.v1.pb.c."+token {
			t.Errorf("%v is %s", outcome, got)
		}
	}
}

func TestTextThatCannotGoOutIsRefused(t *testing.T) {
	b := newBus(t)
	large := text(1)
	large.Body.Text = strings.Repeat("ж", 1<<19) // a MiB in either encoding
	if err := b.PublishText(bounded(t), large); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	// JSON alone is too large: a word of 30 bytes takes 100 there.
	words := text(2)
	for range 18_000 {
		words.Body.Words = append(words.Body.Words, &fondsv1.Word{Start: 1, End: 2, Box: &fondsv1.Box{X: 1000, Y: 1000, Width: 10, Height: 10}})
	}
	if size := proto.Size(words); size > 1<<20-headroom {
		t.Fatalf("%d bytes are too many as protobuf already", size)
	}
	if err := b.PublishText(bounded(t), words); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large as JSON: %v", err)
	}
	nowhere := text(3)
	nowhere.Collections = nil
	if err := b.PublishText(bounded(t), nowhere); !errors.Is(err, errNoCollection) {
		t.Errorf("no collection: %v", err)
	}
	if state(t, b, TextStream).Msgs != 0 {
		t.Error("part of a refused text was published")
	}
}

// consume opens intake's place; the channel must close after stop.
func consume(t *testing.T, b *Bus, ackWait time.Duration) (f *TextFeed, texts <-chan *TextDelivery, stop func()) {
	t.Helper()
	f, err := b.TextFeed(bounded(t), ackWait)
	must(t, err)
	ctx, cancel := context.WithCancel(bounded(t))
	texts = f.Consume(ctx, 10, func(err error) { t.Logf("feed: %v", err) })
	return f, texts, func() {
		cancel()
		for range texts {
		}
	}
}

func receive(t *testing.T, texts <-chan *TextDelivery) *TextDelivery {
	t.Helper()
	select {
	case d, open := <-texts:
		if !open {
			t.Fatal("the feed ended")
		}
		return d
	case <-time.After(60 * time.Second):
		t.Fatal("no text came")
	}
	return nil
}

func TestFeedPassesWhatIsAcknowledged(t *testing.T) {
	b := newBus(t)
	f, texts, stop := consume(t, b, time.Minute)
	defer stop()
	passed := func(place uint64) bool {
		t.Helper()
		yes, err := f.Passed(bounded(t), place)
		must(t, err)
		return yes
	}
	if !passed(0) {
		t.Error("an empty stream holds something up")
	}
	first, second := text(1), text(2)
	first.Collections, second.Collections = []string{"c"}, []string{"c"}
	must(t, b.PublishText(bounded(t), first))
	last, err := f.Last(bounded(t))
	must(t, err)
	if passed(last) {
		t.Error("a text that nobody has acknowledged was passed")
	}
	d := receive(t, texts)
	if d.Err != nil || d.Count != 1 || d.Subject() != "fonds.text.v1.pb.c.text" || !proto.Equal(d.Text, first) {
		t.Errorf("received %+v", d)
	}
	// There is always another on its way: the first place is passed all the same,
	// once a later text is acknowledged or nothing is left.
	must(t, d.Later(time.Millisecond))
	again := receive(t, texts)
	if again.Count != 2 {
		t.Errorf("delivery %d", again.Count)
	}
	must(t, b.PublishText(bounded(t), second))
	next := receive(t, texts)
	must(t, next.Done())
	if passed(last) {
		t.Error("passed although the text before was not acknowledged")
	}
	must(t, again.Done())
	eventually(t, "all is passed", func() bool { return passed(last + 2) })
}

func TestFeedGivesBackWhatItHasReadAhead(t *testing.T) {
	b := newBus(t)
	for n := range 5 {
		must(t, b.PublishText(bounded(t), text(n)))
	}
	_, texts, stop := consume(t, b, time.Hour) // nothing comes back by itself
	receive(t, texts)                          // and is never acknowledged: this one stays away
	stop()
	_, texts, stop = consume(t, b, time.Hour)
	defer stop()
	for range 9 {
		receive(t, texts)
	}
}

func TestFeedOutlivesTheLossOfItsStream(t *testing.T) {
	b := newBus(t)
	_, texts, stop := consume(t, b, time.Minute)
	defer stop()
	must(t, b.PublishText(bounded(t), text(1)))
	for range 2 {
		must(t, receive(t, texts).Done())
	}
	must(t, b.js.DeleteStream(bounded(t), TextStream))
	must(t, b.declare(bounded(t)))
	must(t, b.PublishText(bounded(t), text(2)))
	if d := receive(t, texts); d.Text.GetWork().GetScan() != digest(2) {
		t.Errorf("received %v", d.Text)
	}
}

// TestServerThatComesBackEmpty restarts a server that others reach over the
// network, and takes its folder away meanwhile.
func TestServerThatComesBackEmpty(t *testing.T) {
	folder := t.TempDir()
	e, err := Embed(folder, "127.0.0.1:0")
	must(t, err)
	address := strings.TrimPrefix(e.URL(), "nats://")
	b, err := Connect(bounded(t), e.URL(), SecretOptions(folder)...)
	must(t, err)
	defer b.Close()
	_, texts, stop := consume(t, b, time.Minute)
	defer stop()
	q := b.JobQueue(time.Minute)
	publish(t, q, Fresh, probe(1))
	epoch := b.Epoch()

	e.Close()
	must(t, os.RemoveAll(filepath.Join(folder, "jetstream")))
	embed(t, folder, address)
	eventually(t, "the streams stand again", func() bool { return b.Epoch() > epoch })
	publish(t, q, Fresh, probe(2))
	if d := take(t, open(t, b, Fresh, nil)); d.Job.GetWork().GetScan() != digest(2) {
		t.Errorf("got %v", d.Job)
	}
	must(t, b.PublishText(bounded(t), text(3)))
	if d := receive(t, texts); d.Text.GetWork().GetScan() != digest(3) {
		t.Errorf("received %v", d.Text)
	}
}

func TestTextOfNoMessageIsDelivered(t *testing.T) {
	b := newBus(t)
	_, texts, stop := consume(t, b, time.Minute)
	defer stop()
	// Two without an ID: each is a letter of its own.
	for _, data := range []string{"\xff\xff", "\xff\xfe"} {
		_, err := b.js.Publish(bounded(t), "fonds.text.v1.pb.c.text", []byte(data))
		must(t, err)
	}
	for range 2 {
		d := receive(t, texts)
		if d.Err == nil {
			t.Errorf("read as %v", d.Text)
		}
		must(t, b.BuryText(bounded(t), d, "no text"))
		must(t, b.BuryText(bounded(t), d, "no text")) // once, however often
		must(t, d.Done())
	}
	for sequence, want := range map[uint64]string{1: "\xff\xff", 2: "\xff\xfe"} {
		l, err := b.DeadLetter(bounded(t), sequence)
		must(t, err)
		if string(l.GetData()) != want {
			t.Errorf("letter %d is %v", sequence, l)
		}
	}
	if n, last, err := b.CountDeadLetters(bounded(t)); n != 2 || last != 2 || err != nil {
		t.Errorf("%d letters, the last at %d: %v", n, last, err)
	}
}
