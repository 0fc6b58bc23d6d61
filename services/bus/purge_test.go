package bus

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// holding names the files below a folder that have some bytes.
func holding(t *testing.T, folder, word string) []string {
	t.Helper()
	var found []string
	must(t, filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil && bytes.Contains(content, []byte(word)) {
			found = append(found, filepath.Base(path))
		}
		return err
	}))
	return found
}

func saying(n int, words string) *fondsv1.Text {
	m := text(n)
	m.Body, m.Collections = &fondsv1.Body{Text: words}, []string{"telegrams"}
	m.BodyDigest = digest(1_000_000 + n)
	return m
}

func told(document, kind, words string) *fondsv1.Event {
	return &fondsv1.Event{
		Name: "documents/" + document + "/events/" + kind, Document: "documents/" + document, Type: kind, Collection: "collections/telegrams",
		Regions: []*fondsv1.RegionChange{{Words: []*fondsv1.WordChange{{After: words}}}},
	}
}

func noBody(context.Context, string) error { return nil }

// TestErasedMessagesLeaveNoBytes erases what is said of one scan and one document among
// others in every stream, and looks for it in the server's files.
func TestErasedMessagesLeaveNoBytes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	e := embed(t, folder, "")
	b := connect(t, e)
	const secret, other = "zibeline", "sapphire"
	for n := range 40 {
		words := other
		if n%8 == 1 {
			words = secret
		}
		must(t, b.PublishText(bounded(t), saying(n, strings.Repeat(words+" ", 200))))
	}
	doomed := Doomed{Scans: map[string]bool{digest(1): true, digest(9): true, digest(17): true, digest(25): true, digest(33): true}, Documents: map[string]bool{"d": true}}
	for _, p := range b.PublishEvents(bounded(t), []*fondsv1.Event{
		told("d", "text.corrected", secret), told("e", "text.corrected", other), told("d", "document.purged", ""),
	}) {
		must(t, p.Err)
	}
	publish(t, b.JobQueue(time.Minute), Fresh, probe(1), probe(2))
	about := func(n int, words string) *fondsv1.DeadLetter {
		data, err := proto.Marshal(saying(n, words))
		must(t, err)
		return &fondsv1.DeadLetter{Kind: "text", Work: text(n).GetWork(), Data: data}
	}
	must(t, b.Bury(bounded(t), about(1, secret), "1"))
	must(t, b.Bury(bounded(t), about(2, other), "2"))
	must(t, b.Bury(bounded(t), &fondsv1.DeadLetter{Kind: "text", Data: []byte("\xff" + secret + digest(9))}, "3"))
	if len(holding(t, folder, secret)) == 0 {
		t.Fatal("the word is in no file before: the test shows nothing")
	}

	n, err := b.Erase(bounded(t), doomed, noBody)
	must(t, err)
	if want := 5*2 + 1 + 1 + 2; n != want {
		t.Errorf("%d messages erased, want %d", n, want)
	}
	if found := holding(t, folder, secret); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
	for name, want := range map[string]uint64{TextStream: 70, EventsStream: 2, JobsStream: 1, DeadStream: 1} {
		if got := state(t, b, name).Msgs; got != want {
			t.Errorf("%s has %d messages, want %d", name, got, want)
		}
	}
	if again, err := b.Erase(bounded(t), doomed, noBody); err != nil || again != 0 {
		t.Errorf("again: %d, %v", again, err)
	}
	_, texts, stop := consume(t, b, time.Minute)
	defer stop()
	for range 35 {
		if got := receive(t, texts); got.Err != nil || !strings.HasPrefix(got.Text.GetBody().GetText(), other) {
			t.Fatalf("got %v, %v", got.Text, got.Err)
		}
	}
	b.Close()
	e.Close()
	if found := holding(t, folder, secret); len(found) > 0 {
		t.Errorf("after the server has ended the word is in %v", found)
	}
}

// Of a scan that stays, only the texts go whose bodies are named.
func TestErasedTextsOfASharedScan(t *testing.T) {
	b := newBus(t)
	stays, goes := saying(1, "stays"), saying(1, "goes")
	goes.Work.Page, goes.BodyDigest = 2, digest(7)
	must(t, b.PublishText(bounded(t), stays))
	must(t, b.PublishText(bounded(t), goes))
	n, err := b.Erase(bounded(t), Doomed{Shared: map[string]bool{digest(1): true}, Bodies: map[string]bool{digest(7): true}}, noBody)
	if must(t, err); n != 2 || state(t, b, TextStream).Msgs != 2 {
		t.Errorf("%d erased, %d left", n, state(t, b, TextStream).Msgs)
	}
}

// A body that is a blob is told before its text goes: nothing else names it.
func TestErasedTextsTellTheirBodies(t *testing.T) {
	b := newBus(t)
	away := saying(1, "")
	away.Body, away.BodySize = nil, 5
	must(t, b.PublishText(bounded(t), away))
	failing := errors.New("the disk is full")
	doomed := Doomed{Scans: map[string]bool{digest(1): true}}
	if _, err := b.Erase(bounded(t), doomed, func(context.Context, string) error { return failing }); !errors.Is(err, failing) {
		t.Errorf("got %v", err)
	}
	if left := state(t, b, TextStream).Msgs; left != 2 {
		t.Errorf("%d messages left: a body is lost", left)
	}
	var bodies []string
	_, err := b.Erase(bounded(t), doomed, func(_ context.Context, digest string) error {
		bodies = append(bodies, digest)
		return nil
	})
	must(t, err)
	if want := digest(1_000_001); !slices.Equal(bodies, []string{want, want}) {
		t.Errorf("got %v", bodies)
	}
}

// Whoever else writes to the stream may give a message any ID.
func TestErasedTextOfAStranger(t *testing.T) {
	b := newBus(t)
	for id, n := range map[string]int{"": 1, "mine": 1, "other": 2} {
		data, err := proto.Marshal(saying(n, "words"))
		must(t, err)
		msg := &nats.Msg{Subject: "fonds.text.v1.pb.telegrams.text", Data: data, Header: nats.Header{}}
		if id != "" {
			msg.Header.Set(nats.MsgIdHdr, id)
		}
		_, err = b.js.PublishMsg(bounded(t), msg)
		must(t, err)
	}
	n, err := b.Erase(bounded(t), Doomed{Scans: map[string]bool{digest(1): true}}, noBody)
	if must(t, err); n != 2 || state(t, b, TextStream).Msgs != 1 {
		t.Errorf("%d erased, %d left", n, state(t, b, TextStream).Msgs)
	}
}
