package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	callers = 8 // goroutines, on one connection

	// Each cold turn reads coldDocuments that the server has not read since its
	// start: a quarter of a second's worth. warmDocuments are read again and again.
	coldDocuments = 2000
	coldTurns     = 2
	warmDocuments = 64
	warmTurn      = 500 * time.Millisecond
	warmTurns     = 3
	callTime      = 30 * time.Second
)

// lookup is a call of which the pace is measured.
type lookup struct {
	name string
	call func(ctx context.Context, c fondsv1.CatalogServiceClient, document string) error
}

var lookupCalls = []lookup{
	{"GetDocument", func(ctx context.Context, c fondsv1.CatalogServiceClient, document string) error {
		_, err := c.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: document})
		return err
	}},
	{"GetText", func(ctx context.Context, c fondsv1.CatalogServiceClient, document string) error {
		_, err := c.GetText(ctx, &fondsv1.GetTextRequest{Name: document})
		return err
	}},
}

// archive is a data folder with documents to look up.
type archive struct {
	data    string
	warm    []string   // names
	cold    [][]string // for each turn and call, names that nothing else reads
	answers string     // file for the empty handler
}

// lookups measures GetDocument and GetText against the empty handler.
func (b *bench) lookups(ctx context.Context) error {
	folder, err := b.folder("api")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	a := &archive{data: filepath.Join(folder, "data"), answers: filepath.Join(folder, "answers")}
	if err := b.fill(ctx, a); err != nil {
		return fmt.Errorf("make documents: %w", err)
	}
	base, err := startEmpty(ctx, a.answers)
	if err != nil {
		return err
	}
	defer base.stop()
	m := &lookupMeasures{found: map[string]*lookupRounds{}}
	for n := range b.rounds {
		if err := b.lookupRound(ctx, a, base, m); err != nil {
			return err
		}
		progress("lookups, round %d of %d", n+1, b.rounds)
	}
	m.report(b)
	return nil
}

// lookupRound starts the server anew, so that it has read nothing, and lets both
// sides answer in turns.
func (b *bench) lookupRound(ctx context.Context, a *archive, base *emptyServer, m *lookupMeasures) error {
	s, err := b.startServer(ctx, a.data)
	if err != nil {
		return err
	}
	defer func() { _ = s.stop() }()
	var clients []fondsv1.CatalogServiceClient
	for _, address := range []string{s.grpc, base.plain, base.guarded} {
		client, closeClient, err := dial(address)
		if err != nil {
			return err
		}
		defer closeClient()
		clients = append(clients, client)
		// Connections, statements and the heap grow to their size.
		for _, l := range lookupCalls {
			if _, err := drive(ctx, client, l, a.warm, warmTurn); err != nil {
				return err
			}
		}
	}
	next := 0
	for _, l := range lookupCalls {
		for range coldTurns {
			if err := m.turn(ctx, l.name+", first read", clients, l, a.cold[next], 0); err != nil {
				return err
			}
			next++
		}
		for range warmTurns {
			if err := m.turn(ctx, l.name+", read before", clients, l, a.warm, warmTurn); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookupMeasures collects turns by what was measured, in order of first turn.
type lookupMeasures struct {
	order []string
	found map[string]*lookupRounds
}

// lookupRounds has one value a turn: ours, the empty handler's, and that of the
// empty handler behind our interceptors.
type lookupRounds struct {
	rate, slow [3][]float64 // calls/s; 99th percentile in ms
}

// turn lets each side make the same calls.
func (m *lookupMeasures) turn(ctx context.Context, name string, clients []fondsv1.CatalogServiceClient, l lookup, names []string, during time.Duration) error {
	if m.found[name] == nil {
		m.found[name] = &lookupRounds{}
		m.order = append(m.order, name)
	}
	for i, client := range clients {
		d, err := drive(ctx, client, l, names, during)
		if err != nil {
			return err
		}
		r := m.found[name]
		r.rate[i], r.slow[i] = append(r.rate[i], d.rate), append(r.slow[i], d.slow.Seconds()*1000)
	}
	return nil
}

func (m *lookupMeasures) report(b *bench) {
	where := fmt.Sprintf("%d callers on one connection", callers)
	for _, name := range m.order {
		r := m.found[name]
		wanted := atLeast(0.35)
		if r == m.found["GetDocument, read before"] || r == m.found["GetText, read before"] {
			wanted = atLeast(0.85)
		}
		b.add(result{
			Section: "api", Pages: where, What: name, Unit: "calls/s", Values: r.rate[0],
			Against: "empty handler", Base: r.rate[1], Goal: wanted,
		})
		b.add(result{
			Section: "api", Pages: where, What: name, Unit: "calls/s", Values: r.rate[0],
			Against: "empty handler, same server options", Base: r.rate[2],
		})
		b.add(result{
			Section: "api", Pages: where, What: name, Unit: "p99 in ms", Values: r.slow[0],
			Against: "empty handler", Base: r.slow[1],
		})
	}
}

// driven is the pace of calls: how many a second, and what all but one in a
// hundred stay below.
type driven struct {
	rate float64
	slow time.Duration
}

// drive makes a call for each name, once when during is 0, else over and over for
// that long, from several goroutines.
func drive(ctx context.Context, client fondsv1.CatalogServiceClient, l lookup, names []string, during time.Duration) (driven, error) {
	ctx, cancel := context.WithTimeout(ctx, during+callTime)
	defer cancel()
	var next atomic.Int64
	var working sync.WaitGroup
	took, errs := make([][]time.Duration, callers), make([]error, callers)
	start := time.Now()
	for c := range callers {
		working.Go(func() {
			for errs[c] == nil {
				n := int(next.Add(1)) - 1
				if during == 0 && n >= len(names) || during > 0 && time.Since(start) >= during {
					return
				}
				begun := time.Now()
				errs[c] = l.call(ctx, client, names[n%len(names)])
				took[c] = append(took[c], time.Since(begun))
			}
		})
	}
	working.Wait()
	elapsed := time.Since(start)
	if err := errors.Join(errs...); err != nil {
		return driven{}, fmt.Errorf("%s: %w", l.name, err)
	}
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	return driven{rate: float64(len(all)) / elapsed.Seconds(), slow: all[len(all)*99/100]}, nil
}

// dial connects as any client would.
func dial(address string) (fondsv1.CatalogServiceClient, func(), error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	return fondsv1.NewCatalogServiceClient(conn), func() { _ = conn.Close() }, nil
}
