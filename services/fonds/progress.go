package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// snapshot is what progress shows at one moment.
type snapshot struct {
	// uploading tells that files are being delivered: delivered of uploads so far.
	uploading          bool
	delivered, uploads int
	// batch is nil until the first counts have come.
	batch *fondsv1.Batch
	// rate in pages a second; 0 while not known.
	rate float64
}

// pages tells how many pages have ended and how many there will be. A file that
// has not arrived counts as one page until its pages are known.
func (s snapshot) pages() (done, total uint32) {
	c := s.batch.GetCounts()
	done = ended(c)
	waiting := s.batch.GetFiles() - min(s.batch.GetFiles(), s.batch.GetFilesArrived())
	total = max(c.GetPages()+waiting, s.batch.GetFiles(), done)
	return done, total
}

// parts are the pieces of the progress line, the most important first.
func (s snapshot) parts() []string {
	var parts []string
	if s.uploading {
		parts = append(parts, fmt.Sprintf("sent %d/%d", s.delivered, s.uploads))
	}
	if s.batch == nil {
		return parts
	}
	done, total := s.pages()
	c := s.batch.GetCounts()
	parts = append(
		parts,
		fmt.Sprintf("%d/%d done", done, total),
		fmt.Sprintf("%d failed", bad(c)),
		fmt.Sprintf("%d blank", c.GetBlank()),
	)
	if s.rate > 0 {
		parts = append(parts, fmt.Sprintf("%.1f pages/s", s.rate))
		if left := float64(total-done) / s.rate; left >= 1 {
			parts = append(parts, shortDuration(time.Duration(left)*time.Second)+" left")
		}
	}
	return parts
}

// line is the progress as plain text, without a bar.
func (s snapshot) line() string { return strings.Join(s.parts(), ", ") }

const (
	widestBar   = 30
	smallestBar = 8
)

// bar is the progress in at most width columns: parts that do not fit are left
// out, the least important first, then the bar.
func (s snapshot) bar(width int) string {
	parts := s.parts()
	for len(parts) > 0 {
		text := strings.Join(parts, "  ")
		room := width - utf8.RuneCountInString(text) - len("[] ")
		switch {
		case room >= smallestBar:
			return s.gauge(min(room, widestBar)) + " " + text
		case len(parts) == 1 && utf8.RuneCountInString(text) <= width:
			return text
		}
		parts = parts[:len(parts)-1]
	}
	return ""
}

// gauge draws the share of what is done over width columns and two brackets.
func (s snapshot) gauge(width int) string {
	done, total := uint32(s.delivered), uint32(s.uploads)
	if s.batch != nil {
		done, total = s.pages()
	}
	filled := 0
	if total > 0 {
		filled = int(uint64(width) * uint64(done) / uint64(total))
	}
	bar := strings.Repeat("=", filled)
	if filled < width {
		bar += ">" + strings.Repeat(" ", width-filled-1)
	}
	return "[" + bar + "]"
}

// shortDuration gives a time to the second below an hour, else to the minute.
func shortDuration(d time.Duration) string {
	d = d.Round(time.Second)
	if d >= time.Hour {
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	if d >= time.Minute {
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// meter measures pages a second over the last half minute.
type meter struct {
	at    []time.Time
	pages []uint32
}

const meterSpan = 30 * time.Second

func (m *meter) rate(now time.Time, pages uint32) float64 {
	if n := len(m.at); n == 0 || now.Sub(m.at[n-1]) >= 500*time.Millisecond {
		m.at, m.pages = append(m.at, now), append(m.pages, pages)
	}
	for len(m.at) > 2 && now.Sub(m.at[0]) > meterSpan {
		m.at, m.pages = m.at[1:], m.pages[1:]
	}
	span := now.Sub(m.at[0]).Seconds()
	if span < 1 || pages < m.pages[0] {
		return 0
	}
	return float64(pages-m.pages[0]) / span
}

const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 5 * time.Second
)

// display shows progress on standard error: a bar that is drawn over itself on
// a terminal, a plain line every few seconds elsewhere.
type display struct {
	w io.Writer
	// width gives the terminal's columns; nil where there is no terminal.
	width func() int
	// quiet leaves progress out where there is no terminal: --json.
	quiet bool
	meter meter
	drawn bool
	last  time.Time
	said  string
}

func newDisplay(w io.Writer, quiet bool) *display {
	d := &display{w: w, quiet: quiet}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb" {
		d.width = func() int {
			width, _, err := term.GetSize(int(file.Fd()))
			if err != nil || width < 1 {
				return 80
			}
			return width
		}
	}
	return d
}

// show brings the progress up to date, if it is time to.
func (d *display) show(now time.Time, s snapshot) {
	if s.batch != nil {
		s.rate = d.meter.rate(now, ended(s.batch.GetCounts()))
	}
	every := lineEvery
	if d.width != nil {
		every = redrawEvery
	}
	if now.Sub(d.last) < every {
		return
	}
	d.last = now
	if d.width != nil {
		// One column stays free: a full line would wrap on some terminals.
		fmt.Fprint(d.w, "\r\x1b[K", s.bar(d.width()-1))
		d.drawn = true
		return
	}
	if line := s.line(); !d.quiet && line != "" && line != d.said {
		fmt.Fprintln(d.w, line)
		d.said = line
	}
}

// note prints a line that stays, above the bar.
func (d *display) note(format string, args ...any) {
	d.clear()
	fmt.Fprintf(d.w, format+"\n", args...)
}

// clear takes the bar away.
func (d *display) clear() {
	if d.drawn {
		fmt.Fprint(d.w, "\r\x1b[K")
		d.drawn = false
		d.last = time.Time{}
	}
}
