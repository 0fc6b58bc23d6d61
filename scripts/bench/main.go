// Command bench measures fonds against plain Tesseract, a bare loop and an empty
// gRPC handler, always as ratios within one run: rounds of both sides alternate,
// so that a machine that slows down slows both.
//
// It drives the real programs from outside, in folders of its own that it removes,
// and generates nothing that is not removed. It never judges the machine and never
// fails because a goal was missed: it prints what was measured beside the goal.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/fonds-archive/fonds/services/recipe"
)

// bench is one run: its settings, its folder and what it has found.
type bench struct {
	fonds, engine   string // the programs
	samples, scans  string // folders of pages; scans may be ""
	recipe          string
	rounds          int
	copies          int // of each bundled page in a round
	scanPages       int // at most, of the real scans
	sheets          int // noisy blank ones
	noiseRounds     int
	soakPages       int
	heap            string // file for the server's heap profile after the soak, or ""
	cores           int
	work            string // temporary folder
	report          report
	json            bool
	emptyHandler    string // answers for the process that serves them; see api_empty.go
	sectionsByOrder []section
}

// section is a part of the run that can be asked for by name.
type section struct {
	name, about string
	run         func(context.Context) error
	long        bool // only when it is named
}

func main() {
	b := &bench{}
	b.sectionsByOrder = []section{
		{"ingest", "fonds ingest against xargs tesseract and against a bare loop; CPU and memory", b.ingest, false},
		{"parts", "where the CPU time of a page goes", b.breakdown, false},
		{"noise", "the same with one noisy blank sheet in five", b.noise, false},
		{"api", "GetDocument and GetText against an empty handler", b.lookups, false},
		{"sync", "what waiting for the disk costs", b.syncing, false},
		{"soak", "memory over thousands of small pages; only when it is named", b.soak, true},
	}
	wanted := b.parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if b.emptyHandler != "" {
		err = serveEmpty(ctx, b.emptyHandler)
	} else {
		err = b.run(ctx, wanted)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) parse() []string {
	f := flag.NewFlagSet("bench", flag.ExitOnError)
	f.StringVar(&b.fonds, "fonds", "bin/fonds", "the program")
	f.StringVar(&b.engine, "engine", "bin/fonds-tesseract", "the engine child")
	f.StringVar(&b.samples, "samples", "scripts/samples", "folder of pages with ground truth and a manifest.tsv")
	f.StringVar(&b.scans, "scans", os.Getenv("FONDS_BENCH_SCANS"), "folder of real scans with ground truth and a MANIFEST.tsv (default $FONDS_BENCH_SCANS)")
	f.StringVar(&b.recipe, "recipe", recipe.Plain, "recipe of ours: plain does what the other side does")
	f.IntVar(&b.rounds, "rounds", 3, "rounds of each side")
	f.IntVar(&b.copies, "copies", 3, "copies of each bundled page in a round: with one, starting up is most of what is measured")
	f.IntVar(&b.scanPages, "scan-pages", 30, "pages of the real scans at most")
	f.IntVar(&b.sheets, "sheets", 2, "noisy blank sheets; Tesseract takes two minutes for each")
	f.IntVar(&b.noiseRounds, "noise-rounds", 1, "rounds with noisy sheets")
	f.IntVar(&b.soakPages, "soak-pages", 10_000, "pages of the soak")
	f.StringVar(&b.heap, "heap", "", "write the server's heap profile after the soak into this `file`, for go tool pprof")
	f.IntVar(&b.cores, "cores", availableCores(), "engine children, and processes of xargs")
	f.BoolVar(&b.json, "json", false, "print one JSON object; the table goes to standard error")
	f.StringVar(&b.emptyHandler, "serve-empty", "", "serve the answers in this file (what the program starts itself with)")
	f.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: scripts/bench.sh [FLAGS] [SECTION...]    all sections but soak when none is named")
		for _, s := range b.sectionsByOrder {
			fmt.Fprintf(os.Stderr, "  %-8s %s\n", s.name, s.about)
		}
		f.PrintDefaults()
	}
	_ = f.Parse(os.Args[1:]) // exits on error
	return f.Args()
}

// run measures the sections asked for and prints what they found, also when a
// later one fails.
func (b *bench) run(ctx context.Context, wanted []string) (err error) {
	sections, err := b.choose(wanted)
	if err != nil {
		return err
	}
	if b.rounds < 1 || b.copies < 1 || b.scanPages < 1 || b.sheets < 1 || b.noiseRounds < 1 || b.soakPages < 1 || b.cores < 1 {
		return errors.New("every number has to be 1 or more")
	}
	for _, path := range []*string{&b.fonds, &b.engine, &b.samples} {
		if *path, err = filepath.Abs(*path); err != nil {
			return fmt.Errorf("find %s: %w", *path, err)
		}
		if _, err := os.Stat(*path); err != nil {
			return fmt.Errorf("%w (`make build` makes the programs)", err)
		}
	}
	if b.work, err = os.MkdirTemp("", "fonds-bench-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(b.work)
	b.report.Machine = b.machine(ctx)
	progress("%s", b.report.Machine)
	for _, s := range sections {
		if err = s.run(ctx); err != nil {
			err = fmt.Errorf("%s: %w", s.name, err)
			break
		}
	}
	return errors.Join(err, b.print())
}

func (b *bench) choose(wanted []string) ([]section, error) {
	if len(wanted) == 0 {
		return slices.DeleteFunc(slices.Clone(b.sectionsByOrder), func(s section) bool { return s.long }), nil
	}
	var chosen []section
	var names []string
	for _, s := range b.sectionsByOrder {
		names = append(names, s.name)
		if slices.Contains(wanted, s.name) {
			chosen = append(chosen, s)
		}
	}
	for _, w := range wanted {
		if !slices.Contains(names, w) {
			return nil, fmt.Errorf("there is no section %q; the sections are %s", w, strings.Join(names, ", "))
		}
	}
	return chosen, nil
}

func (b *bench) print() error {
	if !b.json {
		return b.report.table(os.Stdout)
	}
	return errors.Join(b.report.table(os.Stderr), b.report.encode(os.Stdout))
}

// progress tells the person who waits what is going on.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
