package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/fonds-archive/fonds/services/bus"
)

const (
	messageSize = 3 << 10 // a page's text with boxes
	groupSize   = 64
	syncTurn    = 700 * time.Millisecond // of each kind in a round
)

const syncPages = "messages of 3 KB; outcomes of pages with a body of 3 KB"

// syncing measures what waiting for the disk costs: the queue's messages one at a
// time and in groups, with the server as fonds embeds it and with the server's own
// default, and the store's outcomes one and 64 to a commit.
func (b *bench) syncing(ctx context.Context) error {
	folder, err := b.folder("sync")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	streams, stop, err := openStreams(ctx, folder)
	if err != nil {
		return err
	}
	defer stop()
	disk := make([]float64, b.rounds)
	rates := map[publishKind][]float64{}
	for n := range b.rounds {
		if disk[n], err = fsyncs(folder); err != nil {
			return err
		}
		for _, kind := range publishKinds {
			rate, err := publishing(ctx, streams[kind.sync], kind)
			if err != nil {
				return err
			}
			rates[kind] = append(rates[kind], rate)
		}
	}
	b.add(result{Section: "sync", Pages: syncPages, What: "write and fsync of 3 KB, the disk alone", Unit: "a second", Values: disk})
	for _, kind := range publishKinds {
		b.add(result{
			Section: "sync", Pages: syncPages, What: "publish, " + kind.what, Unit: "messages/s", Values: rates[kind],
			Against: "one at a time, synced", Base: rates[publishKinds[0]],
		})
	}
	one, many, err := b.commits(ctx)
	if err != nil {
		return err
	}
	b.add(result{Section: "sync", Pages: syncPages, What: "store, one outcome a commit", Unit: "outcomes/s", Values: one})
	b.add(result{Section: "sync", Pages: syncPages, What: "store, 64 outcomes a commit", Unit: "outcomes/s", Values: many, Against: "one a commit", Base: one})
	progress("syncing measured")
	return nil
}

// publishKind is a way to publish.
type publishKind struct {
	what   string
	sync   bool // every message is on the disk before it is acknowledged
	group  int  // messages under way
	atomic bool // as one batch, which is stored whole or not at all
}

var publishKinds = []publishKind{
	{"one at a time, synced", true, 1, false},
	{"64 under way, synced", true, groupSize, false},
	{"64 in one atomic batch, synced", true, groupSize, true},
	{"one at a time, synced every 2 minutes", false, 1, false},
	{"64 under way, synced every 2 minutes", false, groupSize, false},
}

// streams are by whether their server syncs each message.
type streams map[bool]jetstream.JetStream

// openStreams starts the server that fonds embeds, and one with NATS' own defaults.
func openStreams(ctx context.Context, folder string) (s streams, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, f := range slices.Backward(stops) {
			f()
		}
	}
	defer func() {
		if err != nil {
			stop()
		}
	}()
	embedded, err := bus.Embed(folder, "")
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, embedded.Close)
	lazy, err := natsserver.NewServer(&natsserver.Options{
		JetStream: true, StoreDir: filepath.Join(folder, "lazy"), DontListen: true, NoSigs: true, NoLog: true,
	})
	if err != nil {
		return nil, stop, fmt.Errorf("embed NATS: %w", err)
	}
	lazy.Start()
	stops = append(stops, func() { lazy.Shutdown(); lazy.WaitForShutdown() })
	if !lazy.ReadyForConnections(readyTime) {
		return nil, stop, errors.New("embedded NATS did not start")
	}
	s = streams{}
	for sync, options := range map[bool][]nats.Option{true: embedded.Options(), false: {nats.InProcessServer(lazy)}} {
		conn, err := nats.Connect("", options...)
		if err != nil {
			return nil, stop, fmt.Errorf("connect to NATS: %w", err)
		}
		stops = append(stops, conn.Close)
		if s[sync], err = jetstream.New(conn); err != nil {
			return nil, stop, fmt.Errorf("connect to JetStream: %w", err)
		}
		config := jetstream.StreamConfig{Name: "BENCH", Subjects: []string{"bench"}, MaxMsgs: 10_000, AllowAtomicPublish: true}
		if _, err := s[sync].CreateStream(ctx, config); err != nil {
			return nil, stop, fmt.Errorf("make a stream: %w", err)
		}
	}
	return s, stop, nil
}

// publishing publishes groups of messages for a turn, each group once the one
// before is acknowledged, and returns messages a second.
func publishing(ctx context.Context, js jetstream.JetStream, kind publishKind) (float64, error) {
	publish := publishGroup
	if kind.atomic {
		publish = publishBatch
	}
	count, start := 0, time.Now()
	for time.Since(start) < syncTurn {
		if err := publish(ctx, js, kind.group); err != nil {
			return 0, fmt.Errorf("publish %s: %w", kind.what, err)
		}
		count += kind.group
	}
	return float64(count) / time.Since(start).Seconds(), nil
}

const ackTime = 10 * time.Second

// publishGroup publishes messages and then waits for all acknowledgements.
func publishGroup(ctx context.Context, js jetstream.JetStream, size int) error {
	futures := make([]jetstream.PubAckFuture, size)
	for i := range futures {
		var err error
		if futures[i], err = js.PublishAsync("bench", make([]byte, messageSize)); err != nil {
			return err
		}
	}
	for _, f := range futures {
		select {
		case <-f.Ok():
		case err := <-f.Err():
			return err
		case <-time.After(ackTime):
			return fmt.Errorf("no answer within %s", ackTime)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// publishBatch publishes messages as one atomic batch: all but the last are only
// held, and the last commits them.
func publishBatch(ctx context.Context, js jetstream.JetStream, size int) error {
	id := nats.NewInbox()[len(nats.InboxPrefix):]
	for n := 1; n <= size; n++ {
		m := &nats.Msg{Subject: "bench", Data: make([]byte, messageSize), Header: nats.Header{
			"Nats-Batch-Id": {id}, "Nats-Batch-Sequence": {strconv.Itoa(n)},
		}}
		if n < size {
			if err := js.Conn().PublishMsg(m); err != nil {
				return err
			}
			continue
		}
		m.Header.Set("Nats-Batch-Commit", "1")
		ctx, cancel := context.WithTimeout(ctx, ackTime)
		defer cancel()
		answer, err := js.Conn().RequestMsgWithContext(ctx, m)
		if err != nil {
			return err
		}
		var ack struct {
			Count int             `json:"count"`
			Error json.RawMessage `json:"error"`
		}
		if err := json.Unmarshal(answer.Data, &ack); err != nil {
			return fmt.Errorf("read the acknowledgement: %w", err)
		}
		if ack.Count != size || len(ack.Error) > 0 {
			return fmt.Errorf("the batch was not stored: %s", answer.Data)
		}
	}
	return nil
}

// fsyncs is how often a second the disk takes a message's worth of bytes.
func fsyncs(folder string) (float64, error) {
	file, err := os.Create(filepath.Join(folder, "disk"))
	if err != nil {
		return 0, fmt.Errorf("try the disk: %w", err)
	}
	defer file.Close()
	bytes := make([]byte, messageSize)
	count, start := 0, time.Now()
	for time.Since(start) < syncTurn/2 {
		_, err := file.Write(bytes)
		if err = errors.Join(err, file.Sync()); err != nil {
			return 0, fmt.Errorf("try the disk: %w", err)
		}
		count++
	}
	return float64(count) / time.Since(start).Seconds(), nil
}

// outcomeRate finds what BenchmarkOutcomes reports.
var outcomeRate = regexp.MustCompile(`BenchmarkOutcomes/(1|64)\S*\s.*?([\d.e+]+) outcomes/s`)

// commits runs BenchmarkOutcomes of commits_test.go: only the main program and
// tests may choose a database.
func (b *bench) commits(ctx context.Context) (one, many []float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkOutcomes$",
		"-benchtime", "1s", "-count", strconv.Itoa(b.rounds), "github.com/fonds-archive/fonds/scripts/bench")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, nil, fmt.Errorf("measure commits: %w\n%s", err, tail(string(out), 1500))
	}
	for _, found := range outcomeRate.FindAllStringSubmatch(string(out), -1) {
		rate, err := strconv.ParseFloat(found[2], 64)
		if err != nil {
			return nil, nil, fmt.Errorf("measure commits: %w", err)
		}
		if found[1] == "1" {
			one = append(one, rate)
		} else {
			many = append(many, rate)
		}
	}
	if len(one) == 0 || len(many) == 0 {
		return nil, nil, fmt.Errorf("measure commits: nothing found in\n%s", tail(string(out), 1500))
	}
	return one, many, nil
}
