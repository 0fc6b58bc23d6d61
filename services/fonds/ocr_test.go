package main

import (
	"context"
	"errors"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine"
)

// reads is an engine that answers with an error.
type reads struct{ err error }

func (r reads) Recognize(context.Context, *enginev1.Recognize) (*enginev1.Recognition, error) {
	return nil, r.err
}

func TestLostChildShowsThatModelsHaveChanged(t *testing.T) {
	t.Parallel()
	models := func(sha string) []*fondsv1.Model { return []*fondsv1.Model{{Language: "eng", Sha256: sha}} }
	crash := &engine.Crash{Reason: "exit status 1"}
	for name, c := range map[string]struct {
		err     error
		now     []*fondsv1.Model
		unknown error
		changed bool
	}{
		"another file":       {crash, models("b"), nil, true},
		"gone":               {crash, nil, nil, true},
		"one more":           {crash, append(models("a"), models("b")...), nil, true},
		"the same":           {crash, models("a"), nil, false},
		"not to be told":     {crash, nil, errors.New("no engine"), false},
		"no child was lost":  {engine.ErrDeadline, models("b"), nil, false},
		"nothing went wrong": {nil, models("b"), nil, false},
	} {
		changed := false
		r := &recognizer{
			pool: reads{c.err}, models: models("a"), changed: func() { changed = true },
			describe: func() (*enginev1.Hello, error) { return &enginev1.Hello{Models: c.now}, c.unknown },
		}
		if _, err := r.Recognize(t.Context(), &enginev1.Recognize{}); !errors.Is(err, c.err) || changed != c.changed {
			t.Errorf("%s: %v, changed is %t", name, err, changed)
		}
	}
}

func TestWorkersOfOneProcessNumberHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	if a, b := workerID("host"), workerID("host"); a == b {
		t.Errorf("two workers are called %s", a)
	}
}

func TestWindowFollowsTheLiveWorkers(t *testing.T) {
	t.Parallel()
	var workers []*fondsv1.Worker
	var away error
	asked := 0
	w := &liveWindow{live: func(context.Context) ([]*fondsv1.Worker, error) {
		asked++
		return workers, away
	}}
	want := func(what string, size int) {
		t.Helper()
		w.next = w.next.Add(-windowLife)
		if got := w.ask(t.Context()); got != size {
			t.Errorf("%s: %d, want %d", what, got, size)
		}
	}
	want("nobody is live", leastWindow)
	workers = []*fondsv1.Worker{{Children: 16}, {Children: 24}}
	want("two hosts", 320)
	away = errors.New("NATS is away")
	want("nobody can tell", 320)
	away = nil
	workers = []*fondsv1.Worker{{Children: 1 << 31}, {Children: 1 << 31}}
	want("one that boasts", mostWindow)
	before := asked
	if w.ask(t.Context()); asked != before {
		t.Error("the workers are asked for each round")
	}
}
