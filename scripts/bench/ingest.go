package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fonds-archive/fonds/services/accuracy"
)

// round is one way to read a set once.
type round struct {
	took time.Duration
	cost cost          // of a server
	cpu  time.Duration // of the client, or of all processes of xargs
	errs accuracy.Score
	good int // pages that have text; sheets that are blank
	// parts is where the time of children went; of a bare loop.
	parts *parts
}

func (r round) rate(s set) float64 { return float64(len(s.pages)) / r.took.Seconds() }

// rounds keeps what several rounds of one way gave.
type rounds []round

func (r rounds) each(f func(round) float64) []float64 {
	values := make([]float64, len(r))
	for i := range r {
		values[i] = f(r[i])
	}
	return values
}

// ingest measures the main job on the bundled samples and, where given, on real scans.
func (b *bench) ingest(ctx context.Context) error {
	s, err := b.bundled(b.copies)
	if err != nil {
		return err
	}
	if err := b.compare(ctx, s); err != nil {
		return err
	}
	if err := b.whole(ctx); err != nil {
		return err
	}
	if b.scans == "" {
		return nil
	}
	if s, err = b.realScans(ctx); err != nil {
		return err
	}
	return b.compare(ctx, s)
}

// compare reads a set in turns with fonds, xargs and a bare loop.
func (b *bench) compare(ctx context.Context, s set) error {
	var ours, plain, bare rounds
	for n := range b.rounds {
		for _, way := range []struct {
			name string
			read func(context.Context, set) (round, error)
			to   *rounds
		}{{"fonds ingest", b.readWithFonds, &ours}, {"xargs tesseract", b.readWithXargs, &plain}, {"bare loop", b.readWithPool, &bare}} {
			r, err := way.read(ctx, s)
			if err != nil {
				return fmt.Errorf("%s: %w", way.name, err)
			}
			progress("%s, round %d of %d: %s %.1f s", s.name, n+1, b.rounds, way.name, r.took.Seconds())
			*way.to = append(*way.to, r)
		}
	}
	name := fmt.Sprintf("%s, %d pages", s.name, len(s.pages))
	pace := func(r round) float64 { return r.rate(s) }
	errs := func(r round) float64 { return 100 * r.errs.CER() }
	b.add(result{
		Section: "ingest", Pages: name, What: "fonds ingest --wait", Unit: "pages/s", Values: ours.each(pace),
		Against: "xargs tesseract", Base: plain.each(pace), Goal: atLeast(1.05),
	})
	b.add(result{
		Section: "ingest", Pages: name, What: "fonds ingest --wait", Unit: "pages/s", Values: ours.each(pace),
		Against: "same children, bare loop", Base: bare.each(pace), Goal: atLeast(0.97),
	})
	seconds := func(r round) float64 { return r.cost.engine.Seconds() }
	b.add(result{
		Section: "ingest", Pages: name, What: "CPU of the engine children", Unit: "s", Values: ours.each(seconds),
		Against: "same children, bare loop", Base: bare.each(seconds),
	})
	b.add(result{
		Section: "ingest", Pages: name, What: "character error rate", Unit: "%", Values: ours.each(errs),
		Against: "xargs tesseract", Base: plain.each(errs),
	})
	b.addCosts(name, ours, plain)
	return nil
}

// addCosts tells what the rounds took in CPU time and memory.
func (b *bench) addCosts(name string, ours, plain rounds) {
	b.add(result{
		Section: "ingest", Pages: name, What: "CPU outside the engine children", Unit: "% of all", Goal: below(5),
		Values: ours.each(func(r round) float64 {
			outside := r.cost.server + r.cost.others + r.cpu
			return 100 * outside.Seconds() / (outside + r.cost.engine).Seconds()
		}),
		Note: fmt.Sprintf("median s: server %.2f, poppler %.2f, client %.2f, engine children %.2f",
			median(ours.each(func(r round) float64 { return r.cost.server.Seconds() })),
			median(ours.each(func(r round) float64 { return r.cost.others.Seconds() })),
			median(ours.each(func(r round) float64 { return r.cpu.Seconds() })),
			median(ours.each(func(r round) float64 { return r.cost.engine.Seconds() }))),
	})
	if len(plain) > 0 {
		b.add(result{
			Section: "ingest", Pages: name, What: "CPU in all", Unit: "s",
			Values: ours.each(func(r round) float64 {
				return (r.cost.server + r.cost.others + r.cost.engine + r.cpu).Seconds()
			}),
			Against: "xargs tesseract", Base: plain.each(func(r round) float64 { return r.cpu.Seconds() }),
		})
	}
	b.add(result{
		Section: "ingest", Pages: name, What: "peak memory of the server", Unit: "MB", Goal: below(150),
		Values: ours.each(func(r round) float64 { return float64(r.cost.serverPeak) / 1e6 }),
	})
	b.add(result{
		Section: "ingest", Pages: name, What: "peak memory of an engine child", Unit: "MB", Goal: below(300),
		Values: ours.each(func(r round) float64 { return float64(r.cost.childPeak) / 1e6 }),
	})
}

// whole reads the samples as they lie there, with PDF, TIFF, turned, blank and
// damaged ones: what the server and poppler take then.
func (b *bench) whole(ctx context.Context) error {
	s := set{manifest: filepath.Join(b.samples, "manifest.tsv"), folder: b.samples}
	var ours rounds
	for range b.rounds {
		r, err := b.readWithFonds(ctx, s)
		if err != nil {
			return err
		}
		progress("all samples: fonds ingest %.1f s", r.took.Seconds())
		ours = append(ours, r)
	}
	b.addCosts("every bundled file, PDF and all", ours, nil)
	return nil
}

// noise measures what blank sheets with scanner noise do to the pace.
func (b *bench) noise(ctx context.Context) error {
	s, err := b.noisy()
	if err != nil {
		return err
	}
	var ours, plain rounds
	for n := range b.noiseRounds {
		r, err := b.readWithFonds(ctx, s)
		if err != nil {
			return err
		}
		ours = append(ours, r)
		progress("%s, round %d of %d: fonds ingest %.1f s; tesseract takes minutes", s.name, n+1, b.noiseRounds, r.took.Seconds())
		if r, err = b.readWithXargs(ctx, s); err != nil {
			return err
		}
		plain = append(plain, r)
		progress("%s, round %d of %d: xargs tesseract %.1f s", s.name, n+1, b.noiseRounds, r.took.Seconds())
	}
	pace := func(r round) float64 { return r.rate(s) }
	errs := func(r round) float64 { return 100 * r.errs.CER() }
	name := fmt.Sprintf("%s, %d pages of which %d are sheets of noise", s.name, len(s.pages), b.sheets)
	b.add(result{
		Section: "noise", Pages: name, What: "fonds ingest --wait", Unit: "pages/s", Values: ours.each(pace),
		Against: "xargs tesseract", Base: plain.each(pace), Goal: atLeast(5),
		Note: fmt.Sprintf("%d of %d pages ended with text, or a sheet as blank", ours[0].good, len(s.pages)),
	})
	b.add(result{
		Section: "noise", Pages: name, What: "character error rate, sheets too", Unit: "%", Values: ours.each(errs),
		Against: "xargs tesseract", Base: plain.each(errs),
	})
	return nil
}

// judge compares what was written as NAME.EXT.txt (or what name makes of it) with
// the ground truth. A page without a file counts as read empty.
func (r *round) judge(s set, name func(page) string) error {
	for _, p := range s.pages {
		text, err := os.ReadFile(name(p))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("read a text: %w", err)
		}
		r.errs = r.errs.Add(accuracy.Measure(p.truth, string(text)))
		if err == nil && (accuracy.Normal(string(text)) == "") == p.sheet {
			r.good++
		}
	}
	return nil
}
