package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/NAME.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-update writes it anew):\n--- got\n%s--- want\n%s", path, got, want)
	}
}

func counts(text, blank, corrupt, pages uint32) *fondsv1.Counts {
	return &fondsv1.Counts{Pages: pages, Text: text, Blank: blank, Corrupt: corrupt}
}

func TestProgressIsDrawn(t *testing.T) {
	moments := []struct {
		what string
		s    snapshot
	}{
		{"nothing yet", snapshot{}},
		{"uploading only", snapshot{uploading: true, delivered: 3, uploads: 12}},
		{"uploading and reading", snapshot{uploading: true, delivered: 40, uploads: 300, batch: &fondsv1.Batch{Files: 300, FilesArrived: 40, Counts: counts(10, 2, 1, 45)}, rate: 1.44}},
		{"in the middle", snapshot{batch: &fondsv1.Batch{Files: 300, FilesArrived: 300, Counts: counts(110, 5, 3, 300)}, rate: 1.4}},
		{"hours to go", snapshot{batch: &fondsv1.Batch{Files: 20000, FilesArrived: 20000, Counts: counts(110, 5, 3, 20000)}, rate: 1.4}},
		{"pages not counted yet", snapshot{batch: &fondsv1.Batch{Files: 10, FilesArrived: 10}}},
		{"done", snapshot{batch: &fondsv1.Batch{Files: 3, FilesArrived: 3, Counts: counts(5, 1, 0, 6)}, rate: 2}},
	}
	var b strings.Builder
	for _, m := range moments {
		fmt.Fprintf(&b, "# %s\nline: %s\n", m.what, m.s.line())
		for _, width := range []int{120, 79, 50, 24, 8} {
			bar := m.s.bar(width)
			if len([]rune(bar)) > width {
				t.Errorf("%s: %q is wider than %d", m.what, bar, width)
			}
			fmt.Fprintf(&b, "%4d: %s\n", width, bar)
		}
	}
	golden(t, "progress.golden", b.String())
}

func TestMeterForgetsWhatIsLongAgo(t *testing.T) {
	var m meter
	at := time.Unix(1000, 0)
	m.rate(at, 0)
	if got := m.rate(at.Add(10*time.Second), 20); got != 2 {
		t.Errorf("20 pages in 10 s: %v a second", got)
	}
	for s := 11; s <= 200; s++ {
		m.rate(at.Add(time.Duration(s)*time.Second), 20)
	}
	if got := m.rate(at.Add(201*time.Second), 20); got != 0 {
		t.Errorf("nothing for three minutes: %v a second", got)
	}
	if len(m.at) > 40 {
		t.Errorf("%d samples are kept", len(m.at))
	}
}

func TestDisplayOnATerminalDrawsAtMostTenTimesASecond(t *testing.T) {
	var w bytes.Buffer
	d := &display{w: &w, width: func() int { return 80 }}
	s := snapshot{batch: &fondsv1.Batch{Files: 1, Counts: counts(0, 0, 0, 1)}}
	start := time.Unix(1000, 0)
	for ms := range 1000 {
		d.show(start.Add(time.Duration(ms)*time.Millisecond), s)
	}
	if n := strings.Count(w.String(), "\r"); n != 10 {
		t.Errorf("drawn %d times in a second", n)
	}
	d.note("a word")
	if !strings.HasSuffix(w.String(), "\r\x1b[Ka word\n") {
		t.Errorf("the note does not take the bar's place: %q", w.String())
	}
}

func TestDisplayElsewherePrintsPlainLinesNowAndThen(t *testing.T) {
	var w bytes.Buffer
	d := &display{w: &w}
	start := time.Unix(1000, 0)
	for i := range 100 {
		s := snapshot{batch: &fondsv1.Batch{Files: 9, FilesArrived: 9, Counts: counts(uint32(i/50), 0, 0, 9)}}
		d.show(start.Add(time.Duration(i)*200*time.Millisecond), s)
	}
	want := "0/9 done, 0 failed, 0 blank\n1/9 done, 0 failed, 0 blank, 0.1 pages/s, 1m20s left\n1/9 done, 0 failed, 0 blank, 0.1 pages/s, 2m00s left\n"
	if got := w.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	w.Reset()
	d = &display{w: &w, quiet: true}
	d.show(start, snapshot{uploading: true, uploads: 1})
	if w.Len() > 0 {
		t.Errorf("quiet says %q", w.String())
	}
}
