// Command editors has many people correct pages at once over gRPC, for as long as it is
// told, and then accounts for every write that the server acknowledged: each draft and
// each correction is where it should be, none has taken the place of one that its author
// had not seen, and nothing stands still.
//
// Beside it, in the same run and on the same disk, it measures a bare loop of one-row
// commits in SQLite with the same settings at the same concurrency, and drafts that are
// saved without gRPC: what each takes longer is what fonds adds. It works in a folder of its own that it removes, and
// never fails because a goal was missed: it prints what was measured beside the goal.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
	"time"
)

// settings are what a run is told.
type settings struct {
	editors, pages int
	during         time.Duration
	// rounds are how many times the bare loop and the people take turns.
	rounds int
	// pause is between two drafts of one editor: none for as fast as they come.
	pause time.Duration
	// speed is how many times faster than others the server's clock runs, so that claims
	// of a quarter of an hour run out while it is looked at.
	speed float64
	seed  uint64
	work  string
}

func main() {
	var s settings
	flag.IntVar(&s.editors, "editors", 50, "people who correct at once")
	flag.IntVar(&s.pages, "pages", 200, "pages")
	flag.DurationVar(&s.during, "for", time.Minute, "how long they work; the two loops take half of it besides")
	flag.IntVar(&s.rounds, "rounds", 10, "in how many turns")
	flag.DurationVar(&s.pause, "pause", 0, "between two drafts of one editor; the review page takes one second")
	flag.Float64Var(&s.speed, "speed", 100, "how many times faster the server's clock runs: at 100 an abandoned claim runs out after nine seconds")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "what chance begins with")
	flag.StringVar(&s.work, "work", "", "folder on the disk to measure (default a temporary one)")
	asJSON := flag.Bool("json", false, "print one JSON object")
	profile := flag.String("cpuprofile", "", "write a profile of the processor's time in the first turn to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, s, *asJSON, *profile, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "editors:", err)
		os.Exit(1)
	}
}

// measure runs once and prints what was found.
func measure(ctx context.Context, s settings, asJSON bool, profile string, out io.Writer) error {
	profiled := func(int) func() { return func() {} }
	if profile != "" {
		file, err := os.Create(profile)
		if err != nil {
			return fmt.Errorf("make the profile: %w", err)
		}
		defer file.Close()
		profiled = func(round int) func() {
			if round > 0 {
				return func() {}
			}
			_ = pprof.StartCPUProfile(file) // fails only where another one runs
			return pprof.StopCPUProfile
		}
	}
	r, err := run(ctx, s, profiled)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	return r.print(out)
}
