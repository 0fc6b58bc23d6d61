package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/decode/decodetest"
)

// What the processes may take of memory at their peak, in bytes, while the whole
// corpus of malformed files goes through them.
const (
	mostServerMemory = 400 << 20
	mostChildMemory  = 600 << 20
)

// TestMalformedFilesEachHaveAClearOutcome sends the whole corpus of malformed
// files through the server with the real engine: each page ends in an outcome
// that the corpus allows, with a reason, and nothing crashes or grows.
func TestMalformedFilesEachHaveAClearOutcome(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	corpus := map[string]decodetest.File{}
	folder := t.TempDir()
	for _, f := range decodetest.Malformed() {
		if f.Poppler && !havePoppler() {
			continue
		}
		corpus[f.Name] = f
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := s.start("--page-deadline", "30s", "--max-deliveries", "2")
	children := watchChildren(s, server)
	out := s.ends(exitData, "ingest", folder, "--wait")
	c := s.dial()
	batch := s.batch(c)
	files := s.files(c, batch.GetName())
	for name, f := range corpus {
		file, taken := files[name]
		skipped := strings.Contains(out, "skipped: "+shown(filepath.Join(folder, name))+": not an image or PDF")
		switch {
		case taken == skipped:
			t.Errorf("%q is taken: %v, skipped: %v", name, taken, skipped)
		case skipped && (len(f.Want) != 1 || f.Want[0] != decodetest.Refused):
			t.Errorf("%q is skipped, though it is to end as %v", name, f.Want)
		case taken:
			checkEnds(t, s, c, file, f)
		}
	}
	if ended(batch.GetCounts()) != batch.GetCounts().GetPages() || batch.GetCounts().GetTimeout()+batch.GetCounts().GetFailed() > 0 {
		t.Errorf("the batch ended as %v", batch)
	}
	t.Logf("%d files, %d taken: %s", len(corpus), len(files), countsText(batch.GetCounts()))
	has(t, "dead list", s.want("dead", "list"), "no dead letters")
	if peak := peakMemory(server.cmd.Process.Pid); peak == 0 || peak > mostServerMemory {
		t.Errorf("the server took %d MiB", peak>>20)
	} else {
		t.Logf("the server took %d MiB at its peak", peak>>20)
	}
	if peak, pids := children(); peak == 0 || peak > mostChildMemory {
		t.Errorf("an engine child took %d MiB", peak>>20)
	} else {
		t.Logf("the largest of %d engine children took %d MiB at its peak", pids, peak>>20)
	}
	s.stop(server)
	s.want("fsck", "--data", s.data)
}

func havePoppler() bool {
	for _, program := range []string{"pdfinfo", "pdftoppm"} {
		if _, err := exec.LookPath(program); err != nil {
			return false
		}
	}
	return true
}

// checkEnds checks the outcome of each page of a file.
func checkEnds(t *testing.T, s *site, c *client, file *fondsv1.BatchFile, f decodetest.File) {
	t.Helper()
	regions := s.regions(c, file)
	if len(regions) != len(f.Want) {
		t.Errorf("%q has %d pages, want %d: %v", f.Name, len(regions), len(f.Want), regions)
		return
	}
	for i, r := range regions {
		if !f.Allows(i+1, r.GetOutcome()) {
			t.Errorf("%q page %d ended as %s (%s), want %v or, where that is 0, one of %v", f.Name, i+1, r.GetOutcome(), r.GetReason(), f.Want[i], f.Ends)
		}
		if r.GetReason() == "" && r.GetOutcome() != decodetest.Text {
			t.Errorf("%q page %d ended as %s and nobody says why", f.Name, i+1, r.GetOutcome())
		}
	}
}

// peakMemory gives the largest resident size of a process so far, in bytes; 0
// when it is gone.
func peakMemory(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}

// watchChildren looks at the engine children of a server every 50 ms until it is
// asked for the largest peak and how many there were.
func watchChildren(s *site, server *process) func() (peak int64, pids int) {
	stop := make(chan struct{})
	var watching sync.WaitGroup
	var peak int64
	seen := map[int]bool{}
	watching.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
			for _, pid := range s.childrenOf(server) {
				seen[pid] = true
				peak = max(peak, peakMemory(pid))
			}
		}
	})
	return func() (int64, int) {
		close(stop)
		watching.Wait()
		return peak, len(seen)
	}
}
