//go:build tesseract

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	scans "github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
	"google.golang.org/protobuf/encoding/protojson"
)

// burnVariable makes the test binary a process that burns CPU time.
const burnVariable = "FONDS_TEST_BURN"

// burn uses one core until it is killed.
func burn() {
	for x := uint32(1); ; x = x*1664525 + 1013904223 {
		if x == 0 {
			time.Sleep(time.Nanosecond) // so that the loop is not taken for nothing
		}
	}
}

// underLoad burns CPU time in another process until the end of the test: what else is
// tested at the same time adds to it.
func underLoad(t *testing.T) {
	t.Helper()
	load := exec.CommandContext(t.Context(), os.Args[0])
	load.Env = append(os.Environ(), burnVariable+"=1")
	if err := load.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = load.Process.Kill()
		_ = load.Wait() // killed
	})
}

// shipped reads a recipe as it is shipped.
func shipped(t testing.TB, name string) *fondsv1.Recipe {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "services", "recipe", "shipped", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	r := &fondsv1.Recipe{}
	if err := protojson.Unmarshal(content, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// sample is a page of the bundled set.
type sample struct {
	file, language string
	page           int
}

// samples lists every page of the bundled set.
func samples(t *testing.T) []sample {
	t.Helper()
	manifest, err := os.ReadFile("../../scripts/samples/manifest.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for line := range strings.Lines(string(manifest)) {
		file, language, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if file == "file" || file == "" {
			continue
		}
		path := filepath.Join("../../scripts/samples", file)
		scan, err := scans.Probe(t.Context(), path, scans.Limits{})
		if err != nil {
			t.Skipf("look at %s: %v", file, err) // poppler is not installed
		}
		for n := range scan.Pages {
			out = append(out, sample{path, language, n + 1})
		}
	}
	return out
}

// TestEveryRunGivesTheSameBodies reads the bundled pages twice: with a child for each
// page, one after the other, while another process takes a core; and in two children
// that read many, in another order, each decoding the next page beside.
func TestEveryRunGivesTheSameBodies(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("20 s of recognition")
	}
	newReader(t, "eng", "rus", "osd")
	pages := samples(t)
	read := func(callers int, backwards bool, change func(*engine.Config)) []*enginev1.Recognition {
		cfg := childConfig(t)
		cfg.Deadline = 5 * time.Minute
		change(&cfg)
		p := engine.New(cfg)
		defer p.Close()
		got := make([]*enginev1.Recognition, len(pages))
		order := make(chan int, len(pages))
		for i := range pages {
			if backwards {
				i = len(pages) - 1 - i
			}
			order <- i
		}
		close(order)
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for i := range order {
					got[i] = readSample(t, p, pages[i])
				}
			})
		}
		wg.Wait()
		return got
	}
	many := read(4, true, func(c *engine.Config) { c.Children = 2 })
	underLoad(t)
	single := read(2, false, func(c *engine.Config) { c.Children, c.Pages = 2, 1 })
	texts := 0
	for i, s := range pages {
		if many[i].GetOutcome() != single[i].GetOutcome() || many[i].GetReason() != single[i].GetReason() ||
			!bytes.Equal(bodyOf(t, many[i]), bodyOf(t, single[i])) {
			t.Errorf("%s page %d: two runs gave two bodies", s.file, s.page)
		}
		if many[i].GetOutcome() == fondsv1.Outcome_OUTCOME_TEXT {
			texts++
		}
	}
	if texts < 10 {
		t.Errorf("only %d pages had text", texts)
	}
}

// readSample has a page recognised as the server does it.
func readSample(t *testing.T, p *engine.Pool, s sample) *enginev1.Recognition {
	image, release, err := scans.Image(t.Context(), s.file, s.page, t.TempDir(), scans.Limits{})
	defer release()
	if err != nil {
		t.Errorf("%s: %v", s.file, err)
		return nil
	}
	recipe := shipped(t, "adaptive")
	recipe.Languages = slices.Collect(strings.SplitSeq(s.language, "+"))
	got, err := p.Recognize(t.Context(), &enginev1.Recognize{Image: image, Recipe: recipe})
	if err != nil {
		t.Errorf("%s: %v", s.file, err)
	}
	return got
}
