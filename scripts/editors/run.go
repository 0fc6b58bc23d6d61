package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// report is what a run has found.
type report struct {
	Seed           uint64
	Editors, Pages int
	Seconds        float64
	// Saves, Submissions and Claims are those that the server acknowledged; Conflicts are
	// those that it refused because somebody else was faster or holds the page, by reason.
	Saves, Submissions, Claims int
	TakenOver                  int
	Conflicts                  map[string]int
	// Save, Submit, Direct and Bare are how long each took, as those who waited saw it.
	Save, Submit, Direct, Bare latency
	// Ratios are those of the 99th percentile of Save to that of Bare, DirectRatios of Direct
	// to Bare, by round: what else the machine does meanwhile is in both.
	Ratios, DirectRatios []float64
	// Lost are acknowledged writes that cannot be accounted for: none is to be.
	Lost []string
}

// goal is how much longer a saved draft may take than a bare commit, at the 99th
// percentile.
const goal = 3

// longRun is long enough for everybody to have had a turn.
const longRun = 20 * time.Second

// latency is the spread of times in milliseconds.
type latency struct {
	Count              int
	P50, P90, P99, Max float64
}

func spread(times []time.Duration) latency {
	if len(times) == 0 {
		return latency{}
	}
	slices.Sort(times)
	at := func(part float64) float64 { return times[int(part*float64(len(times)-1))].Seconds() * 1000 }
	return latency{Count: len(times), P50: at(0.5), P90: at(0.9), P99: at(0.99), Max: at(1)}
}

// run measures the bare loop, the same saves without gRPC, and people at work, in turns,
// and accounts for what they did.
// profiled is called when the work of a round begins, and its answer when it ends.
func run(ctx context.Context, s settings, profiled func(round int) func()) (r report, err error) {
	work, err := os.MkdirTemp(s.work, "fonds-editors-")
	if err != nil {
		return r, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(work)
	r = report{Seed: s.seed, Editors: s.editors, Pages: s.pages, Conflicts: map[string]int{}}
	bare := bareLoop{path: filepath.Join(work, "bare.db"), writers: s.editors, pause: s.pause}
	d, err := openDesk(ctx, filepath.Join(work, "data"), s)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	editors, err := d.seat(ctx, s)
	if err != nil {
		return r, err
	}
	direct, err := openDirect(ctx, filepath.Join(work, "direct.db"), s)
	if direct != nil {
		defer func() { err = errors.Join(err, direct.store.Close()) }()
	}
	if err != nil {
		return r, err
	}
	var commits, within, saves, submits []time.Duration
	for n := range s.rounds {
		during := s.during / time.Duration(s.rounds)
		alone, err := bare.run(ctx, during/4)
		if err != nil {
			return r, err
		}
		inside, err := direct.run(ctx, during/4)
		if err != nil {
			return r, err
		}
		stop := profiled(n)
		began := time.Now()
		err = atWork(ctx, editors, during)
		stop()
		if err != nil {
			return r, err
		}
		r.Seconds += time.Since(began).Seconds()
		var round []time.Duration
		for _, e := range editors {
			round, submits = append(round, e.saves...), append(submits, e.submits...)
			e.saves, e.submits = nil, nil
		}
		r.Ratios = append(r.Ratios, spread(round).P99/spread(alone).P99)
		r.DirectRatios = append(r.DirectRatios, spread(inside).P99/spread(alone).P99)
		commits, within, saves = append(commits, alone...), append(within, inside...), append(saves, round...)
	}
	r.Bare, r.Direct, r.Save, r.Submit = spread(commits), spread(within), spread(saves), spread(submits)
	r.Saves, r.Submissions = len(saves), len(submits)
	for _, e := range editors {
		if len(e.written) == 0 && s.during >= longRun {
			return r, fmt.Errorf("%s has saved nothing in %s: somebody stands in the way", e.name, s.during)
		}
		r.Claims += e.claims
		r.TakenOver += e.takenOver
		for reason, n := range e.conflicts {
			r.Conflicts[reason] += n
		}
	}
	r.Lost, err = d.account(ctx, editors)
	return r, err
}

// atWork has all work for a time. The first who meets what should not be ends it.
func atWork(ctx context.Context, editors []*editor, during time.Duration) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	until := time.Now().Add(during)
	var working sync.WaitGroup
	for _, e := range editors {
		working.Go(func() {
			if err := e.work(ctx, until); err != nil {
				end(fmt.Errorf("%s: %w", e.name, err))
			}
		})
	}
	working.Wait()
	return context.Cause(ctx)
}

func (r report) print(w io.Writer) error {
	fmt.Fprintf(w, "%d editors on %d pages for %.0f s, seed %d\n", r.Editors, r.Pages, r.Seconds, r.Seed)
	fmt.Fprintf(w, "%d claims (%d of drafts that others had left), %d drafts saved, %d corrections; refused: %v\n", r.Claims, r.TakenOver, r.Saves, r.Submissions, r.Conflicts)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "milliseconds\tcalls\tmedian\tp90\tp99\tmost")
	for _, row := range []struct {
		what string
		latency
	}{{"save a draft", r.Save}, {"submit a correction", r.Submit}, {"save without gRPC", r.Direct}, {"bare one-row commit", r.Bare}} {
		fmt.Fprintf(table, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\n", row.what, row.Count, row.P50, row.P90, row.P99, row.Max)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	tell(w, "a saved draft", r.Ratios)
	tell(w, "one saved without gRPC", r.DirectRatios)
	for _, lost := range r.Lost {
		fmt.Fprintln(w, "LOST:", lost)
	}
	if len(r.Lost) > 0 {
		return fmt.Errorf("%d writes cannot be accounted for", len(r.Lost))
	}
	fmt.Fprintln(w, "every write that was acknowledged is accounted for")
	return nil
}

// tell prints a ratio beside the goal: the median of the rounds, the least and the most.
func tell(w io.Writer, what string, ratios []float64) {
	ratios = slices.Sorted(slices.Values(ratios))
	middle, met := ratios[len(ratios)/2], "met"
	if middle > goal {
		met = "MISSED"
	}
	fmt.Fprintf(w, "p99 of %s is %.2f times that of a bare commit (median of %d rounds, %.2f to %.2f); goal: at most %d: %s\n",
		what, middle, len(ratios), ratios[0], ratios[len(ratios)-1], goal, met)
}

// chance is true so many times in a hundred.
func chance(rng *rand.Rand, percent int) bool { return rng.IntN(100) < percent }
