package bus

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestStreamsAreAsDeclared(t *testing.T) {
	e := embed(t, t.TempDir(), "")
	b := connect(t, e)
	want := map[string]struct {
		retention jetstream.RetentionPolicy
		discard   jetstream.DiscardPolicy
		aged      bool
	}{
		JobsStream:   {jetstream.WorkQueuePolicy, jetstream.DiscardNew, false},
		TextStream:   {jetstream.LimitsPolicy, jetstream.DiscardOld, true},
		EventsStream: {jetstream.LimitsPolicy, jetstream.DiscardOld, true},
		DeadStream:   {jetstream.LimitsPolicy, jetstream.DiscardNew, false},
	}
	var promised int64
	for name, w := range want {
		s, err := b.js.Stream(bounded(t), name)
		must(t, err)
		c := s.CachedInfo().Config
		if c.Retention != w.retention || c.Discard != w.discard || (c.MaxAge > 0) != w.aged || c.MaxBytes <= 0 || c.Storage != jetstream.FileStorage {
			t.Errorf("%s is %+v", name, c)
		}
		if c.Duplicates != 2*time.Minute {
			t.Errorf("%s remembers message IDs for %s", name, c.Duplicates)
		}
		promised += c.MaxBytes
	}
	config := e.server.JetStreamConfig()
	if !config.SyncAlways {
		t.Error("an acknowledged message may not be on the disk")
	}
	// By default it would be a share of what is free, and a small disk be refused.
	if config.MaxStore < promised {
		t.Errorf("the server promises %d bytes and the streams want %d", config.MaxStore, promised)
	}
}

func TestDeclaringAgainLeavesSizesToTheOperatorAndMendsTheRest(t *testing.T) {
	b := newBus(t)
	s, err := b.js.Stream(bounded(t), JobsStream)
	must(t, err)
	c := s.CachedInfo().Config
	c.MaxBytes, c.Discard = 1<<20, jetstream.DiscardOld
	_, err = b.js.UpdateStream(bounded(t), c)
	must(t, err)

	must(t, b.declare(bounded(t)))
	s, err = b.js.Stream(bounded(t), JobsStream)
	must(t, err)
	if got := s.CachedInfo().Config; got.MaxBytes != 1<<20 || got.Discard != jetstream.DiscardNew {
		t.Errorf("after declaring again: %d bytes, discard %v", got.MaxBytes, got.Discard)
	}
}

func TestSecretIsKeptAndNeverEmpty(t *testing.T) {
	folder := t.TempDir()
	first, err := ensureSecret(folder)
	must(t, err)
	again, err := ensureSecret(folder)
	must(t, err)
	if len(first) != 48 || first != again {
		t.Errorf("secrets %q and %q", first, again)
	}
	path := filepath.Join(folder, secretFile)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the secret has mode %v", info.Mode())
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	must(t, os.WriteFile(path, nil, 0o600))
	if s, err := ensureSecret(folder); err == nil {
		t.Errorf("an empty secret was taken: %q", s)
	}
	e := embed(t, t.TempDir(), "127.0.0.1:0")
	if _, err := Connect(bounded(t), e.URL(), SecretOptions(folder)...); !errors.Is(err, errSecret) {
		t.Errorf("an empty secret was offered to another process: %v", err)
	}
}

func TestSecretStaysOnTheMachine(t *testing.T) {
	folder := t.TempDir()
	secret, err := ensureSecret(folder)
	must(t, err)
	for servers, want := range map[string]string{
		"nats://127.0.0.1:4222": secret, "localhost:4222": secret, "nats://[::1]:4222": secret,
		"nats://192.0.2.1:4222": "", "nats://nats.example.org": "", "nats://127.0.0.1,nats://192.0.2.1": "", "nats://127.0.0.1.example.org": "", "": "",
	} {
		o := nats.Options{Servers: strings.Split(servers, ",")}
		must(t, SecretOptions(folder)[0](&o))
		if o.Password != want {
			t.Errorf("%q gets the password %q", servers, o.Password)
		}
	}
}

func TestEmbedRefusesWhatIsNoAddress(t *testing.T) {
	for _, address := range []string{"7444", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:-2"} {
		if e, err := Embed(t.TempDir(), address); err == nil {
			e.Close()
			t.Errorf("%q was taken", address)
		}
	}
}

func TestCheckFindsWhatIsNoMessageOfItsStream(t *testing.T) {
	b := newBus(t)
	places := publish(t, b.JobQueue(time.Minute), Fresh, probe(1), probe(2), probe(3))
	must(t, b.JobQueue(time.Minute).Withdraw(bounded(t), probe(2).GetWork(), 1, places[1]))
	must(t, b.PublishText(bounded(t), text(1)))
	if problems, err := b.Check(bounded(t)); err != nil || len(problems) != 0 {
		t.Fatalf("sound streams: %v, %v", problems, err)
	}
	_, err := b.js.Publish(bounded(t), "fonds.jobs.v1.fresh.probe.b1", []byte("\xff\xff"))
	must(t, err)
	if problems, err := b.Check(bounded(t)); err != nil || len(problems) != 1 {
		t.Errorf("found %v, %v", problems, err)
	}
	states, err := b.States(bounded(t))
	must(t, err)
	if states[0].Name != JobsStream || states[0].Messages != 3 || states[0].Last != 4 {
		t.Errorf("state of the jobs is %+v", states[0])
	}
}
