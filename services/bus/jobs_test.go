package bus

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestSameAttemptIsOneMessageAndARetryAnother(t *testing.T) {
	b := newBus(t)
	q := b.JobQueue(time.Minute)
	first := publish(t, q, Fresh, probe(1))
	repeat := publish(t, q, Fresh, probe(1))
	if first[0] != repeat[0] || state(t, b, JobsStream).Msgs != 1 {
		t.Errorf("places %v and %v, %d messages", first, repeat, state(t, b, JobsStream).Msgs)
	}
	retry := probe(1)
	retry.Attempt = 2
	if second := publish(t, q, Fresh, retry); second[0] == first[0] || state(t, b, JobsStream).Msgs != 2 {
		t.Errorf("the retry got place %v, %d messages", second, state(t, b, JobsStream).Msgs)
	}
}

func TestHasAndWithdrawKnowAJobByItsID(t *testing.T) {
	folder := t.TempDir()
	e, err := Embed(folder, "")
	must(t, err)
	b, err := Connect(bounded(t), "", e.Options()...)
	must(t, err)
	q := b.JobQueue(time.Minute)
	place := publish(t, q, Fresh, probe(1))[0]
	has := func(q *JobQueue, n int, attempt uint32, place uint64) bool {
		t.Helper()
		there, err := q.Has(bounded(t), probe(n).GetWork(), attempt, place)
		must(t, err)
		return there
	}
	if !has(q, 1, 1, place) || has(q, 1, 2, place) || has(q, 2, 1, place) || has(q, 1, 1, place+1) || has(q, 1, 1, 0) {
		t.Error("Has mistakes one job for another")
	}
	must(t, q.Withdraw(bounded(t), probe(2).GetWork(), 1, place)) // another job's place: nothing happens
	if !has(q, 1, 1, place) {
		t.Fatal("the job of another work was withdrawn")
	}
	b.Close()
	e.Close()

	// The folder is lost, and the place is given to another job.
	must(t, os.RemoveAll(filepath.Join(folder, "jetstream")))
	b = connect(t, embed(t, folder, ""))
	q = b.JobQueue(time.Minute)
	if has(q, 1, 1, place) {
		t.Error("a job is there after the folder was deleted")
	}
	if got := publish(t, q, Fresh, probe(2))[0]; got != place {
		t.Fatalf("the new stream began at %d", got)
	}
	if has(q, 1, 1, place) || !has(q, 2, 1, place) {
		t.Error("Has does not see that the place has another job")
	}
	must(t, q.Withdraw(bounded(t), probe(1).GetWork(), 1, place))
	if !has(q, 2, 1, place) {
		t.Error("the job that was given the place was withdrawn")
	}
	must(t, q.Withdraw(bounded(t), probe(2).GetWork(), 1, place))
	must(t, q.Withdraw(bounded(t), probe(2).GetWork(), 1, place)) // twice is once
	if state(t, b, JobsStream).Msgs != 0 {
		t.Error("the job is still there")
	}
}

func TestModelSetsAreAnnouncedAndEachWorkerGetsItsOwn(t *testing.T) {
	b := newBus(t)
	q := b.JobQueue(time.Minute)
	publish(t, q, Fresh, probe(1)) // one before the watch, others during it
	ctx, cancel := context.WithCancel(bounded(t))
	sets := b.ModelSets(ctx)
	seen := map[string]ModelSet{}
	await := func(name string) {
		t.Helper()
		for seen[name].token == "" {
			select {
			case s := <-sets:
				seen[s.String()] = s
			case <-ctx.Done():
				t.Fatalf("%s was not announced; announced: %v", name, seen)
			}
		}
	}
	await("ocr-fresh-probe")
	// The same language, two files: two sets, and no worker is given the other's.
	for file, lane := range map[int]Lane{1: Fresh, 2: Bulk} {
		publish(t, q, lane, page(file, english(file)))
		await(consumerName(lane, modelsToken(english(file))))
		d := take(t, open(t, b, lane, english(file)))
		if d.Err != nil || d.Job.GetWork().GetScan() != digest(file) {
			t.Errorf("file %d got %v, %v", file, d.Job, d.Err)
		}
		must(t, d.Done())
	}
	for _, s := range seen {
		if len(s.Models) > 0 && s.Models[0].GetLanguage() != "eng" {
			t.Errorf("announced %+v", s)
		}
	}
	cancel()
	for range sets { // closes: nothing is left running
	}
}

func TestConsumersAreMadeAgainWhenTheStreamIsLost(t *testing.T) {
	b := newBus(t)
	q := b.JobQueue(time.Minute)
	publish(t, q, Fresh, probe(1))
	must(t, b.js.DeleteStream(bounded(t), JobsStream))
	if p := q.Publish(bounded(t), Fresh, []*fondsv1.Job{probe(2)}); p[0].Err == nil {
		t.Fatal("published into a stream that is not there")
	}
	before := b.Epoch()
	must(t, b.declare(bounded(t)))
	if b.Epoch() == before {
		t.Error("the epoch does not tell that the streams are others")
	}
	publish(t, q, Fresh, probe(2))
	if d := take(t, open(t, b, Fresh, nil)); d.Job.GetWork().GetScan() != digest(2) {
		t.Errorf("got %v", d.Job)
	}
}

func TestJobGivenBackComesAgainAndCounts(t *testing.T) {
	b := newBus(t)
	publish(t, b.JobQueue(time.Minute), Fresh, probe(1))
	s := open(t, b, Fresh, nil)
	d := take(t, s)
	if d.Count != 1 || s.AckWait() != time.Minute {
		t.Errorf("delivery %d, ack wait %s", d.Count, s.AckWait())
	}
	must(t, d.Later(20*time.Millisecond))
	again := take(t, s)
	if again.Count != 2 || again.Job.GetWork().GetScan() != digest(1) {
		t.Errorf("delivery %d of %v", again.Count, again.Job)
	}
	must(t, again.Done())
	eventually(t, "the job leaves the queue", func() bool { return state(t, b, JobsStream).Msgs == 0 })
	if d, err := s.Next(0); d != nil || err != nil {
		t.Errorf("after Done came %v, %v", d, err)
	}
}

func TestHeartbeatKeepsAJob(t *testing.T) {
	b := newBus(t)
	publish(t, b.JobQueue(300*time.Millisecond), Fresh, probe(1))
	s := open(t, b, Fresh, nil)
	d := take(t, s)
	for end := time.Now().Add(900 * time.Millisecond); time.Now().Before(end); {
		must(t, d.Working())
		if other, err := s.Next(50 * time.Millisecond); err != nil || other != nil {
			t.Fatalf("delivered to another although it is worked on: %v, %v", other, err)
		}
	}
	if silent := take(t, s); silent.Count != 2 { // no heartbeat: it goes to the next
		t.Errorf("delivery %d", silent.Count)
	}
}

func TestWhatIsNoJobIsDeliveredAsSuch(t *testing.T) {
	b := newBus(t)
	encode := func(change func(*fondsv1.Job)) []byte {
		j := probe(2)
		change(j)
		data, err := proto.Marshal(j)
		must(t, err)
		return data
	}
	for name, data := range map[string][]byte{
		"no message":         []byte("\xff\xff\xff"),
		"another's ID":       encode(func(j *fondsv1.Job) { j.Attempt = 9 }),
		"no collection":      encode(func(j *fondsv1.Job) { j.Collections = nil }),
		"wildcard":           encode(func(j *fondsv1.Job) { j.Collections = []string{">"} }),
		"several tokens":     encode(func(j *fondsv1.Job) { j.Collections = []string{"a.b"} }),
		"blank in the token": encode(func(j *fondsv1.Job) { j.Collections = []string{"a b"} }),
	} {
		t.Run(name, func(t *testing.T) {
			// Each under the ID of one job, which the stream would take for repeats.
			must(t, b.js.DeleteStream(bounded(t), JobsStream))
			must(t, b.declare(bounded(t)))
			q := b.JobQueue(time.Minute)
			must(t, q.ensureConsumer(bounded(t), Fresh, probeModels, nil))
			_, err := b.js.Publish(bounded(t), "fonds.jobs.v1.fresh.probe.b1", data, jetstream.WithMsgID(workID(probe(2).GetWork(), 1)))
			must(t, err)
			d := take(t, open(t, b, Fresh, nil))
			if d.Err == nil {
				t.Errorf("taken for a job: %v", d.Job)
			}
			must(t, b.BuryJob(bounded(t), d, d.Err.Error()))
			must(t, d.Done())
		})
	}
	letters, err := b.DeadLetters(bounded(t), 0, 100)
	must(t, err)
	if len(letters) != 6 {
		t.Errorf("%d letters, want one for each", len(letters))
	}
}
