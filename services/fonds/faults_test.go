package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// faults are what an engine child can do wrong, how a page ends that makes it do
// so each time, and a word of the reason.
var faults = []struct {
	behaviour string
	outcome   fondsv1.Outcome
	says      string
}{
	{enginetest.Crash, fondsv1.Outcome_OUTCOME_FAILED, "killed"},
	{enginetest.Exit, fondsv1.Outcome_OUTCOME_FAILED, "exit status 3"},
	{enginetest.Hang, fondsv1.Outcome_OUTCOME_TIMEOUT, "deadline"},
	{enginetest.Garbage, fondsv1.Outcome_OUTCOME_FAILED, "frame"},
	{enginetest.Truncated, fondsv1.Outcome_OUTCOME_FAILED, ""},
	{enginetest.Oversized, fondsv1.Outcome_OUTCOME_FAILED, "frame"},
	{enginetest.Stray, fondsv1.Outcome_OUTCOME_FAILED, "frame"},
	{enginetest.WrongID, fondsv1.Outcome_OUTCOME_FAILED, "answered"},
	{enginetest.Grow, fondsv1.Outcome_OUTCOME_FAILED, "memory"},
}

// TestFaultsOfTheEngineCostOnePage has each fault as a page of one batch between
// good, slow and blank ones, and then tries the pages again with an engine
// that has learnt to behave.
func TestFaultsOfTheEngineCostOnePage(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	files := map[string][]byte{
		"good1.pgm": fakePage("a good page"), "good2.pgm": fakePage("another good page"),
		"slow.pgm": fakePage(enginetest.Slow + " page"), "blank.pgm": fakePage(enginetest.Blank + " page"),
	}
	for _, f := range faults {
		files[f.behaviour+".pgm"] = fakePage(f.behaviour + " page")
	}
	server := s.start("--page-deadline", "3s", "--max-deliveries", "2", "--retry-delay", "50ms")
	c := s.dial()
	worker := s.worker(c)
	out := s.ends(exitData, "ingest", tree(t, files), "--wait")
	batch := s.batch(c)
	checkFaults(t, s, c, batch.GetName(), out)
	if got := s.worker(c); got != worker {
		t.Errorf("worker %s has become %s", worker, got)
	}

	letters := s.want("dead", "list")
	if n := strings.Count(letters, "deadLetters/"); n != len(faults) {
		t.Errorf("%d dead letters for %d pages that were given up:\n%s", n, len(faults), letters)
	}
	enginetest.Behave(t, s.engine)
	first := regexp.MustCompile(`deadLetters/\d+`).FindString(letters)
	has(t, "dead retry", s.want("dead", "retry", first), "1 dead letter sent once more")
	s.ends(exitData, "batch", "watch", "last")
	checkAttempts(t, s, c, batch.GetName(), 1)
	has(t, "batch retry", s.want("batch", "retry", "last", "--wait"), ": DONE\n")
	has(t, "dead retry", s.want("dead", "retry"), "sent once more")
	has(t, "dead list", s.want("dead", "list"), "no dead letters")
	// The letters of pages that had been read by then made no further attempt.
	checkAttempts(t, s, c, batch.GetName(), len(faults))
	if b := s.batch(c); b.GetState() != fondsv1.BatchState_BATCH_STATE_DONE || ended(b.GetCounts()) != uint32(len(files)) {
		t.Errorf("in the end the batch is %v", b)
	}
	select {
	case <-server.ended:
		t.Error("the server has ended")
	default:
	}
	s.stop(server)
	s.want("fsck", "--data", s.data)
}

// worker gives the ID, with the process ID in it, of the only worker.
func (s *site) worker(c *client) string {
	s.t.Helper()
	for range 500 {
		answer, err := c.ingest.ListWorkers(s.t.Context(), &fondsv1.ListWorkersRequest{})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(answer.GetWorkers()) == 1 {
			return answer.GetWorkers()[0].GetId()
		}
		if err := pause(s.t.Context(), shortPause); err != nil {
			s.t.Fatal(err)
		}
	}
	s.t.Fatal("there is not one worker")
	return ""
}

func checkFaults(t *testing.T, s *site, c *client, batch, table string) {
	t.Helper()
	files := s.files(c, batch)
	for name, want := range map[string]fondsv1.Outcome{
		"good1.pgm": fondsv1.Outcome_OUTCOME_TEXT, "good2.pgm": fondsv1.Outcome_OUTCOME_TEXT, "slow.pgm": fondsv1.Outcome_OUTCOME_TEXT,
		"blank.pgm": fondsv1.Outcome_OUTCOME_BLANK,
	} {
		if r := s.regions(c, files[name]); len(r) != 1 || r[0].GetOutcome() != want {
			t.Errorf("%s ended as %v, want %s", name, r, want)
		}
	}
	for _, f := range faults {
		r := s.regions(c, files[f.behaviour+".pgm"])
		if len(r) != 1 || r[0].GetOutcome() != f.outcome {
			t.Errorf("%s ended as %v, want %s", f.behaviour, r, f.outcome)
			continue
		}
		has(t, "the reason of "+f.behaviour, r[0].GetReason(), f.says, "2 tries")
		has(t, "the table of the command line", table, f.behaviour+".pgm")
		t.Logf("%-15s %s: %s", f.behaviour, outcomeName(r[0].GetOutcome()), r[0].GetReason())
	}
}

// checkAttempts counts the pages that a second attempt has read.
func checkAttempts(t *testing.T, s *site, c *client, batch string, want int) {
	t.Helper()
	second := 0
	files := s.files(c, batch)
	for _, f := range faults {
		r := s.regions(c, files[f.behaviour+".pgm"])[0]
		if r.GetReading() == "" {
			continue
		}
		reading, err := c.catalog.GetReading(t.Context(), &fondsv1.GetReadingRequest{Name: r.GetReading()})
		if err != nil {
			t.Fatal(err)
		}
		if reading.GetEnvelope().GetAttempt() == 2 && strings.Contains(reading.GetBody().GetText(), f.behaviour) {
			second++
		}
	}
	if second != want {
		t.Errorf("%d pages were read by a second attempt, want %d", second, want)
	}
}

// TestEngineChildrenDieWithTheirWorker kills a worker whose child hangs.
func TestEngineChildrenDieWithTheirWorker(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start("--roles", "catalog,intake,relay")
	worker := s.startWorker()
	s.want("ingest", fakePages(t, enginetest.Hang, 1))
	c := s.dial()
	s.await("a child that recognises", worker, func() bool {
		return s.batch(c).GetCounts().GetPages() == 1 && len(s.childrenOf(worker)) > 0
	})
	children := s.childrenOf(worker)
	worker.kill()
	for _, pid := range children {
		s.awaitDeath(pid)
	}
	enginetest.Behave(t, s.engine)
	s.startWorker()
	has(t, "the batch after the kill", s.want("batch", "watch", "last"), "1 text", "DONE")
	s.stop(server)
}

// TestServeNamesAnEngineThatDoesNotStart gives serve programs that are no engine.
func TestServeNamesAnEngineThatDoesNotStart(t *testing.T) {
	t.Parallel()
	for program, says := range map[string]string{
		"/bin/true": "its output ended", "/bin/echo": "frame", "/no/such/program": "no such file",
	} {
		s := siteWith(t, program)
		p := s.spawn("serve", "--data", s.data, "--engine", program, "--listen", s.grpc, "--http", s.http, "--nats-listen", s.nats)
		p.await(t)
		if code := p.cmd.ProcessState.ExitCode(); code != exitData {
			t.Errorf("with %s the server ended with %d", program, code)
		}
		has(t, "serve with "+program, s.log.tail(4000), program, says)
	}
}

// TestScanThatCannotBeFetchedIsTriedAgain takes a scan's blob away before the
// worker comes to it, and gives it back after the probe was given up.
func TestScanThatCannotBeFetchedIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start("--roles", "catalog,intake,relay")
	worker := s.startWorker("--max-deliveries", "2")
	c := s.dial()
	s.worker(c)
	folder := fakePages(t, "plain", 1)
	// The worker is stopped, not killed: it stays live for as long as it takes.
	if err := worker.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	s.want("ingest", folder)
	batch := s.batch(c)
	digest := strings.TrimPrefix(s.files(c, batch.GetName())["page000.pgm"].GetScan(), "scans/")
	blob := filepath.Join(s.data, "blobs", digest[:2], digest)
	if err := os.Rename(blob, blob+".away"); err != nil {
		t.Fatal(err)
	}
	if err := worker.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	has(t, "the batch", s.ends(exitData, "batch", "watch", "last"), "FAILED", "fetch the scan")
	has(t, "dead list", s.want("dead", "list"), "probe", "fetch the scan")
	if err := os.Rename(blob+".away", blob); err != nil {
		t.Fatal(err)
	}
	has(t, "dead retry", s.want("dead", "retry"), "1 dead letter sent once more")
	has(t, "the batch after the retry", s.want("batch", "watch", "last"), "1 text", ": DONE")
	s.stop(worker)
	s.stop(server)
	s.want("fsck", "--data", s.data)
}
