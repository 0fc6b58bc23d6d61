package ocr

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/workers/engine"
	"github.com/fonds-archive/fonds/workers/engine/results"
)

func TestPageEndsAsTheEngineSays(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.work()
	for _, c := range []struct {
		outcome fondsv1.Outcome
		body    *fondsv1.Body
	}{
		{fondsv1.Outcome_OUTCOME_TEXT, &fondsv1.Body{Text: "CYPHER\n"}},
		{fondsv1.Outcome_OUTCOME_BLANK, &fondsv1.Body{Width: 10}},
		{fondsv1.Outcome_OUTCOME_UNREADABLE, &fondsv1.Body{Width: 10}},
		{fondsv1.Outcome_OUTCOME_CORRUPT, nil},
		{fondsv1.Outcome_OUTCOME_TOO_LARGE, nil},
	} {
		d.engine.set(func(_ int, r *enginev1.Recognize) (*enginev1.Recognition, error) {
			if r.GetRecipe().GetModels()[0].GetLanguage() != "eng" || r.GetImage().GetPath() == "" {
				t.Errorf("asked for %v", r)
			}
			return &enginev1.Recognition{Outcome: c.outcome, Reason: "why", Body: c.body, CpuMicros: 7, PeakMemory: 9}, nil
		})
		job := page(d.scan(int(c.outcome)))
		d.publish(bus.Fresh, job)
		got := d.text()
		if got.GetOutcome() != c.outcome || got.GetReason() != "why" || got.GetWork().GetScan() != job.GetWork().GetScan() ||
			got.GetBody().GetText() != c.body.GetText() || (got.GetBodyDigest() != "") != (c.body != nil) ||
			got.GetEnvelope().GetCost().GetPeakMemory() != 9 || got.GetEngine().GetName() != "stub" || got.GetBatch() != "b1" {
			t.Errorf("%v became %v", c.outcome, got)
		}
		d.empty()
	}
	if n := len(d.letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

func TestProbeCountsPagesOrSaysWhyNot(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.work()
	d.publish(bus.Fresh, probe(d.scan(1)))
	got := d.text()
	if got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT || got.GetProbe().GetMediaType() != "image/png" ||
		len(got.GetProbe().GetPages()) != 1 || got.GetProbe().GetPages()[0].GetWidth() != 11 {
		t.Errorf("probe %v", got)
	}
	d.publish(bus.Fresh, probe(d.put([]byte("this is no picture"))))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_REFUSED || got.GetReason() == "" {
		t.Errorf("probe of what is no picture %v", got)
	}
	// A page that the file does not have is refused without any engine.
	job := page(d.scan(2))
	job.Work.Page = 7
	d.publish(bus.Fresh, job)
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_CORRUPT || !strings.Contains(got.GetReason(), "7") {
		t.Errorf("page 7 of 1 %v", got)
	}
	if calls, _, _ := d.engine.counts(); calls != 0 {
		t.Errorf("the engine was asked %d times", calls)
	}
	d.empty()
}

// TestTextIsPublishedBeforeTheJobIsTaken makes the publish fail: the job must
// stay, and its text come when publishing works again.
func TestTextIsPublishedBeforeTheJobIsTaken(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.config.MaxDeliveries = 100
	blocked := &blockedBlobs{Blobs: d.config.Blobs}
	d.config.Blobs = blocked
	long := strings.Repeat("CYPHER ", 300_000) // travels by reference: keeping it can fail
	d.engine.set(says(long))
	d.work()
	d.publish(bus.Fresh, page(d.scan(1)))
	eventually(t, "it was tried again", func() bool { calls, _, _ := d.engine.counts(); return calls >= 3 })
	if d.queued() != 1 || d.texted() != 0 {
		t.Fatalf("%d jobs, %d texts", d.queued(), d.texted())
	}
	blocked.open.Store(true)
	got := d.text()
	if got.GetBody() != nil || got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT || got.GetBodySize() < uint64(len(long)) {
		t.Fatalf("text %v", got.GetOutcome())
	}
	body := readAll(t, d.store, got.GetBodyDigest())
	if uint64(len(body)) != got.GetBodySize() {
		t.Errorf("%d bytes, said %d", len(body), got.GetBodySize())
	}
	wantBody(t, body, long)
	d.empty()
}

func TestFailuresAreTriedAgainAndThenGivenUp(t *testing.T) {
	garbled := &engine.Crash{Reason: "signal: segmentation fault", Stderr: "\xff\xfe" + strings.Repeat("x", 9000)}
	for name, c := range map[string]struct {
		err     error
		outcome fondsv1.Outcome
		says    string
	}{
		"crash":    {fmt.Errorf("recognise: %w", garbled), fondsv1.Outcome_OUTCOME_FAILED, "segmentation"},
		"deadline": {fmt.Errorf("recognise: %w", engine.ErrDeadline), fondsv1.Outcome_OUTCOME_TIMEOUT, "deadline"},
		"no start": {&engine.StartError{Path: "/gone", Err: os.ErrNotExist}, fondsv1.Outcome_OUTCOME_FAILED, "/gone"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, time.Minute)
			d.engine.set(fails(c.err))
			d.work()
			job := page(d.scan(1))
			d.publish(bus.Fresh, job)
			got := d.text()
			if got.GetOutcome() != c.outcome || !strings.Contains(got.GetReason(), c.says) || got.GetBody() != nil {
				t.Errorf("ended as %v", got)
			}
			d.empty()
			if calls, _, _ := d.engine.counts(); calls != d.config.MaxDeliveries {
				t.Errorf("%d tries", calls)
			}
			letters := d.letters()
			if len(letters) != 1 || letters[0].GetKind() != "job" || !strings.Contains(letters[0].GetReason(), c.says) ||
				letters[0].GetWork().GetScan() != job.GetWork().GetScan() {
				t.Errorf("letters %v", letters)
			}
		})
	}
}

func TestSecondTryMayEndWell(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.engine.set(func(n int, r *enginev1.Recognize) (*enginev1.Recognition, error) {
		if n == 1 {
			return nil, &engine.Crash{Reason: "exit status 1"}
		}
		return says("CYPHER\n")(n, r)
	})
	d.work()
	d.publish(bus.Fresh, page(d.scan(1)))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		t.Errorf("ended as %v", got)
	}
	d.empty()
	if n := len(d.letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

func TestMissingScanIsTriedAgainAndThenFails(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.work()
	d.publish(bus.Fresh, page(strings.Repeat("ab", 32)))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_FAILED || !strings.Contains(got.GetReason(), "blob not found") || !strings.Contains(got.GetReason(), "3 tries") {
		t.Errorf("ended as %v", got)
	}
	d.empty()
}

func TestJobDeliveredTooOftenIsNotTried(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.publish(bus.Fresh, page(d.scan(1)))
	source := d.source()
	for range d.config.MaxDeliveries + spareDeliveries { // workers that died over it
		m, err := source.Next(5 * time.Second)
		must(t, err)
		must(t, m.Later(time.Millisecond))
	}
	d.work()
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_FAILED || !strings.Contains(got.GetReason(), errTooOften.Error()) {
		t.Errorf("ended as %v", got)
	}
	d.empty()
	if calls, _, _ := d.engine.counts(); calls != 0 {
		t.Errorf("tried %d times", calls)
	}
	if n := len(d.letters()); n != 1 {
		t.Errorf("%d dead letters", n)
	}
}

func TestWhatIsNoJobIsBuriedAndTheNextIsDone(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.work()
	must(t, d.bus.Resend(d.ctx(), &fondsv1.DeadLetter{Name: "x", Subject: "fonds.jobs.v1.fresh.probe.b1", Data: []byte("\xff\xff")}))
	d.publish(bus.Fresh, probe(d.scan(1)))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		t.Errorf("ended as %v", got)
	}
	d.empty()
	if l := d.letters(); len(l) != 1 || string(l[0].GetData()) != "\xff\xff" {
		t.Errorf("letters %v", l)
	}
}

func TestProbeThatFitsNoMessageEndsToo(t *testing.T) {
	d := newDesk(t, time.Minute)
	text := d.config.ended(probe(d.scan(1)), fondsv1.Outcome_OUTCOME_TEXT, "")
	text.Probe = &fondsv1.Probe{}
	for range 100_000 {
		text.Probe.Pages = append(text.Probe.Pages, &fondsv1.ProbedPage{Width: 1000, Height: 1000})
	}
	must(t, d.config.publish(d.ctx(), text))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TOO_LARGE || got.GetReason() == "" {
		t.Errorf("ended as %v", got)
	}
}

func TestDelaysGrow(t *testing.T) {
	c := Config{RetryDelay: 2 * time.Second}
	for failures, want := range map[int]time.Duration{1: 2 * time.Second, 2: 10 * time.Second, 3: 50 * time.Second, 9: maxDelay} {
		if got := c.delay(failures); got != want {
			t.Errorf("after %d failures %s", failures, got)
		}
	}
}

func TestClosedEngineCostsNoTry(t *testing.T) {
	d := newDesk(t, time.Minute)
	d.config.MaxDeliveries = 1
	d.engine.set(func(n int, r *enginev1.Recognize) (*enginev1.Recognition, error) {
		return nil, errors.Join(errors.New("recognise"), engine.ErrClosed)
	})
	d.work()
	d.publish(bus.Fresh, page(d.scan(1)))
	eventually(t, "it was asked", func() bool { calls, _, _ := d.engine.counts(); return calls > 0 })
	d.stop()
	if d.texted() != 0 || d.queued() != 1 {
		t.Errorf("%d texts, %d jobs", d.texted(), d.queued())
	}
	// Handing it back was a delivery, and there is no second one: it is tried all
	// the same.
	d.engine.set(says("CYPHER\n"))
	d.work()
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		t.Errorf("ended as %v", got)
	}
	d.empty()
}

// TestPopplersFailuresAreTriedAgain gives scans to a poppler that crashes until
// it is mended: what it was killed by may have been the machine.
func TestPopplersFailuresAreTriedAgain(t *testing.T) {
	programs := t.TempDir()
	standIn := func(script string) {
		path := filepath.Join(programs, "pdfinfo")
		must(t, os.WriteFile(path+".new", []byte("#!/bin/sh\n"+script+"\n"), 0o700))
		must(t, os.Rename(path+".new", path))
	}
	standIn("kill -SEGV $$")
	t.Setenv("PATH", programs+":"+os.Getenv("PATH"))
	d := newSerialDesk(t, time.Minute)
	d.work()
	pdf := d.put([]byte("%PDF-1.4\n"))
	for _, job := range []*fondsv1.Job{probe(pdf), page(pdf)} {
		d.publish(bus.Fresh, job)
		got := d.text()
		if got.GetOutcome() != fondsv1.Outcome_OUTCOME_FAILED || !strings.Contains(got.GetReason(), "crashed") || !strings.Contains(got.GetReason(), "3 tries") {
			t.Errorf("ended as %v", got)
		}
		if job.GetWork().GetPage() == 0 && got.GetProbe().GetMediaType() != "application/pdf" {
			t.Errorf("the probe forgot what the scan is: %v", got)
		}
	}
	d.empty()
	if n := len(d.letters()); n != 2 {
		t.Errorf("%d dead letters", n)
	}
	// A refusal of the scan itself is final at once.
	standIn("echo 'Incorrect password' >&2; exit 1")
	d.publish(bus.Fresh, probe(d.put([]byte("%PDF-1.5\n"))))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_REFUSED || strings.Contains(got.GetReason(), "tries") {
		t.Errorf("ended as %v", got)
	}
}

// TestOutcomeIsToldAlthoughItCannotBeBuried lets the dead letters be full.
func TestOutcomeIsToldAlthoughItCannotBeBuried(t *testing.T) {
	d := newDesk(t, time.Minute)
	conn, err := nats.Connect("", d.nats.Options()...)
	must(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	must(t, err)
	dead, err := js.Stream(d.ctx(), bus.DeadStream)
	must(t, err)
	full := dead.CachedInfo().Config
	full.MaxBytes = 1
	_, err = js.UpdateStream(d.ctx(), full)
	must(t, err)
	d.engine.set(fails(&engine.Crash{Reason: "exit status 1"}))
	d.work()
	d.publish(bus.Fresh, page(d.scan(1)))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_FAILED {
		t.Errorf("ended as %v", got)
	}
	d.empty()
}

func TestResultsAreKeptForOtherWorks(t *testing.T) {
	d := newDesk(t, time.Minute)
	var err error
	d.config.Results, err = results.Open(t.TempDir(), 1<<20)
	must(t, err)
	key := bytes.Repeat([]byte{1}, results.KeySize)
	d.engine.set(func(_ int, r *enginev1.Recognize) (*enginev1.Recognition, error) {
		if known := results.Find(r.GetResults(), key); known != nil { // as a child does
			known.Known = true
			return known, nil
		}
		return &enginev1.Recognition{Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: &fondsv1.Body{Text: "CYPHER\n"}, Key: key}, nil
	})
	d.work()
	var digests []string
	for n := range 2 {
		d.publish(bus.Fresh, page(d.scan(n)))
		got := d.text()
		if got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT || got.GetBody().GetText() != "CYPHER\n" {
			t.Errorf("page %d ended as %v %q", n, got.GetOutcome(), got.GetBody().GetText())
		}
		digests = append(digests, got.GetBodyDigest())
	}
	if s := d.config.Results.Stats(); s.Kept != 1 || s.Known != 1 || digests[0] != digests[1] {
		t.Errorf("stats %+v, body digests %v", s, digests)
	}
}

func TestAFolderOfResultsThatIsGoneCostsNoPage(t *testing.T) {
	d := newDesk(t, time.Minute)
	folder := filepath.Join(t.TempDir(), "results")
	var err error
	d.config.Results, err = results.Open(folder, 1<<20)
	must(t, err)
	must(t, os.RemoveAll(folder))
	d.engine.set(func(int, *enginev1.Recognize) (*enginev1.Recognition, error) {
		return &enginev1.Recognition{
			Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: &fondsv1.Body{Text: "CYPHER\n"}, Key: bytes.Repeat([]byte{1}, results.KeySize),
		}, nil
	})
	d.work()
	d.publish(bus.Fresh, page(d.scan(1)))
	if got := d.text(); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		t.Errorf("the page ended as %v %q", got.GetOutcome(), got.GetReason())
	}
}
