package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

// parts is where the CPU time of pages went in engine children.
type parts struct {
	mu                             sync.Mutex
	decode, recognise, load, other time.Duration
}

func (p *parts) add(of *enginev1.Parts) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.decode += time.Duration(of.GetDecodeMicros()) * time.Microsecond
	p.recognise += time.Duration(of.GetRecognizeMicros()) * time.Microsecond
	p.load += time.Duration(of.GetLoadMicros()) * time.Microsecond
	p.other += time.Duration(of.GetOtherMicros()) * time.Microsecond
}

// share is one row of the breakdown.
type share struct {
	what string
	goal *goal
	of   func(ours, bare round) time.Duration
}

// shares are the parts of a page's CPU time. What happens in children is told by the
// children of the bare loop, everything else is taken from the server's round.
var shares = []share{
	{"recognition: Tesseract itself, its models loaded", atLeast(95), func(_, bare round) time.Duration { return bare.parts.recognise }},
	{"Tesseract loading its models", nil, func(_, bare round) time.Duration { return bare.parts.load }},
	{"decode: file to grey pixels, and their digest", nil, func(_, bare round) time.Duration { return bare.parts.decode }},
	{"survey, hand-over to Tesseract, body", nil, func(_, bare round) time.Duration { return bare.parts.other }},
	{"start of children, models' digests, frames", nil, func(_, bare round) time.Duration { return bare.cost.engine - bare.parts.sum() }},
	{"queue, store, fields, search terms: the server", nil, func(ours, _ round) time.Duration { return ours.cost.server }},
	{"poppler", nil, func(ours, _ round) time.Duration { return ours.cost.others }},
	{"client", nil, func(ours, _ round) time.Duration { return ours.cpu }},
}

func (p *parts) sum() time.Duration { return p.decode + p.recognise + p.load + p.other }

// breakdown tells where a page's CPU time goes.
func (b *bench) breakdown(ctx context.Context) error {
	sets := []func() (set, error){func() (set, error) { return b.bundled(b.copies) }}
	if b.scans != "" {
		sets = append(sets, func() (set, error) { return b.realScans(ctx) })
	}
	for _, open := range sets {
		s, err := open()
		if err != nil {
			return err
		}
		if err := b.breakDown(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) breakDown(ctx context.Context, s set) error {
	var ours, bare rounds
	for n := range b.rounds {
		r, err := b.readWithFonds(ctx, s)
		if err != nil {
			return err
		}
		ours = append(ours, r)
		if r, err = b.readWithPool(ctx, s); err != nil {
			return err
		}
		bare = append(bare, r)
		progress("%s, round %d of %d: where the time goes", s.name, n+1, b.rounds)
	}
	name := fmt.Sprintf("%s, %d pages, recipe %s", s.name, len(s.pages), b.recipe)
	for _, row := range shares {
		r := result{Section: "parts", Pages: name, What: row.what, Unit: "% of all CPU", Goal: row.goal}
		var each []float64
		for i := range ours {
			var all time.Duration
			for _, of := range shares {
				all += of.of(ours[i], bare[i])
			}
			part := row.of(ours[i], bare[i])
			r.Values = append(r.Values, 100*part.Seconds()/all.Seconds())
			each = append(each, 1000*part.Seconds()/float64(len(s.pages)))
		}
		r.Note = fmt.Sprintf("%s ms a page", number(median(each)))
		b.add(r)
	}
	return nil
}
