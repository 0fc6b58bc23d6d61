package bus

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func letter(n int) *fondsv1.DeadLetter {
	return &fondsv1.DeadLetter{
		Kind: "text", Reason: fmt.Sprintf("reason %d", n), Work: text(n).GetWork(), Subject: "fonds.text.v1.pb.c.text",
		Data: []byte{byte(n)}, CreateTime: timestamppb.New(time.Unix(int64(n), 0)),
	}
}

func names(letters []*fondsv1.DeadLetter) string {
	var all []string
	for _, l := range letters {
		all = append(all, strings.TrimPrefix(l.GetName(), "deadLetters/"))
	}
	return strings.Join(all, " ")
}

func TestDeadLettersAreListedFoundAndTakenOff(t *testing.T) {
	b := newBus(t)
	list := func(after uint64, limit int) string {
		t.Helper()
		letters, err := b.DeadLetters(bounded(t), after, limit)
		must(t, err)
		return names(letters)
	}
	if got := list(0, 10); got != "" {
		t.Errorf("a new stream lists %s", got)
	}
	for n := 1; n <= 6; n++ {
		must(t, b.Bury(bounded(t), letter(n), fmt.Sprint(n)))
		must(t, b.Bury(bounded(t), letter(n), fmt.Sprint(n))) // once, however often
	}
	for _, sequence := range []uint64{1, 3, 4, 3} {
		must(t, b.Exhume(bounded(t), sequence)) // one of them twice
	}
	for _, c := range []struct {
		after uint64
		limit int
		want  string
	}{{0, 10, "2 5 6"}, {0, 2, "2 5"}, {2, 10, "5 6"}, {5, 1, "6"}, {6, 10, ""}, {99, 10, ""}, {0, 0, ""}} {
		if got := list(c.after, c.limit); got != c.want {
			t.Errorf("after %d, at most %d: %q, want %q", c.after, c.limit, got, c.want)
		}
	}
	l, err := b.DeadLetter(bounded(t), 5)
	must(t, err)
	if l.GetReason() != "reason 5" || l.GetData()[0] != 5 || l.GetName() != "deadLetters/5" {
		t.Errorf("letter 5 is %v", l)
	}
	if _, err := b.DeadLetter(bounded(t), 3); !errors.Is(err, ErrNoLetter) {
		t.Errorf("a letter that was taken off: %v", err)
	}
}

func TestLetterGoesBackUnderANewID(t *testing.T) {
	b := newBus(t)
	must(t, b.Bury(bounded(t), letter(1), "1"))
	l, err := b.DeadLetter(bounded(t), 1)
	must(t, err)
	must(t, b.Resend(bounded(t), l))
	must(t, b.Resend(bounded(t), l)) // when it could not be taken off the list
	other := letter(2)               // the list was lost, and the place is another's
	other.Name = l.GetName()
	must(t, b.Resend(bounded(t), other))
	if s := state(t, b, TextStream); s.Msgs != 2 {
		t.Errorf("%d messages", s.Msgs)
	}
}

func TestLetterFitsWhateverItsReason(t *testing.T) {
	b := newBus(t)
	l := letter(1)
	l.Reason = strings.Repeat("\xff\xd0", 50_000) // what a program printed as it crashed
	l.Data = make([]byte, 1<<20-headroom)
	must(t, b.Bury(bounded(t), l, "1"))
	got, err := b.DeadLetter(bounded(t), 1)
	must(t, err)
	if len(got.GetData()) != 1<<20-headroom || got.GetReason() == "" {
		t.Errorf("%d bytes, reason of %d", len(got.GetData()), len(got.GetReason()))
	}
}

func TestLetterOfAnotherVersionIsListed(t *testing.T) {
	b := newBus(t)
	_, err := b.js.Publish(bounded(t), "fonds.dead.v1.page", []byte("\xff\xff"), jetstream.WithMsgID("x"))
	must(t, err)
	letters, err := b.DeadLetters(bounded(t), 0, 10)
	must(t, err)
	if len(letters) != 1 || letters[0].GetKind() != "page" || len(letters[0].GetData()) != 0 {
		t.Errorf("letters %v", letters)
	}
	if l, err := b.DeadLetter(bounded(t), 1); err != nil || string(l.GetData()) != "\xff\xff" {
		t.Errorf("letter %v: %v", l, err)
	}
}
