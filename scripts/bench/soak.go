package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Sizes of the soak.
const (
	// soakChunk is how many pages come in one call of the client. Memory is compared
	// from chunk to chunk.
	soakChunk = 250
	// soakLevel is the share of the chunks that is compared at each end; the very
	// first chunks are left out, in which caches fill.
	soakLevel = 0.2
	// serverBudget in MB: 42 are the program itself, which is mapped; caches of database
	// and queue fill over the first thousand pages or so.
	serverBudget = 200
	childBudget  = 300
	heapTime     = 30 * time.Second
	heapProfile  = 64 << 20 // bytes; it is a hundred kB or so
)

// soak has one server read thousands of small pages, each a picture of its own, and
// watches the memory of it and its children.
func (b *bench) soak(ctx context.Context) error {
	t, err := b.newTypist()
	if err != nil {
		return err
	}
	var chunks []watched
	err = b.withServer(ctx, func(s *server) error {
		for first := 0; first < b.soakPages; first += soakChunk {
			strips, err := b.strips(t, first, min(soakChunk, b.soakPages-first))
			if err != nil {
				return err
			}
			w, err := b.soakIn(ctx, s, strips)
			if err := errors.Join(err, os.RemoveAll(strips.folder)); err != nil {
				return err
			}
			chunks = append(chunks, w)
			progress("%d of %d pages in %.0f s: server %.0f MB, largest child %.0f MB",
				first+len(strips.pages), b.soakPages, w.took.Seconds(), mb(w.server), mb(w.child))
		}
		return b.saveHeap(ctx, s)
	})
	b.addSoak(chunks)
	return err
}

// watched is the most resident memory that was seen while a chunk was read, in bytes.
type watched struct {
	server, child uint64
	took          time.Duration
	pages         int
}

func mb(bytes uint64) float64 { return float64(bytes) / 1e6 }

// soakIn has a chunk read, and looks at the memory ten times a second meanwhile.
func (b *bench) soakIn(ctx context.Context, s *server, strips set) (watched, error) {
	w := watched{pages: len(strips.pages)}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			w.server = max(w.server, residentMemory(s.cmd.Process.Pid))
			for _, c := range childrenOf(s.cmd.Process.Pid, b.engine) {
				w.child = max(w.child, residentMemory(c.pid))
			}
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	var err error
	w.took, _, err = b.command(ctx, nil, b.fonds, "ingest", "--recipe", b.recipe, "--manifest", strips.manifest, "--wait", "--server", s.grpc)
	close(stop)
	<-ended
	return w, err
}

// saveHeap keeps what the server has in memory, where that was asked for.
func (b *bench) saveHeap(ctx context.Context, s *server) error {
	if b.heap == "" {
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.pprof+"/debug/pprof/heap?gc=1", nil)
	if err != nil {
		return fmt.Errorf("ask for the heap: %w", err)
	}
	response, err := (&http.Client{Timeout: heapTime}).Do(request)
	if err != nil {
		return fmt.Errorf("ask for the heap: %w", err)
	}
	defer response.Body.Close()
	profile, err := io.ReadAll(io.LimitReader(response.Body, heapProfile))
	if err != nil {
		return fmt.Errorf("read the heap: %w", err)
	}
	if err := os.WriteFile(b.heap, profile, 0o600); err != nil {
		return fmt.Errorf("keep the heap: %w", err)
	}
	return nil
}

// addSoak compares the last chunks with the first.
func (b *bench) addSoak(chunks []watched) {
	if len(chunks) == 0 {
		return
	}
	pages := 0
	var took time.Duration
	for _, c := range chunks {
		pages, took = pages+c.pages, took+c.took
	}
	name := fmt.Sprintf("%d pages of %d × %d pixels in %.0f s", pages, stripWidth, stripHeight, took.Seconds())
	for _, of := range []struct {
		what  string
		most  float64
		value func(watched) uint64
	}{
		{"memory of the server", serverBudget, func(w watched) uint64 { return w.server }},
		{"memory of the largest child", childBudget, func(w watched) uint64 { return w.child }},
	} {
		values := make([]float64, len(chunks))
		for i, c := range chunks {
			values[i] = mb(of.value(c))
		}
		b.add(result{Section: "soak", Pages: name, What: of.what + ", in all", Unit: "MB", Values: values, Goal: below(of.most)})
		first, last := ends(values)
		b.add(result{
			Section: "soak", Pages: name, What: of.what + ", at the end", Unit: "MB", Values: last,
			Against: "near the beginning", Base: first, Goal: below(1.1),
		})
	}
}

// ends gives as many values near the beginning as at the end; the first one of all is
// left out where there are enough.
func ends(values []float64) (first, last []float64) {
	n := max(int(soakLevel*float64(len(values))), 1)
	skip := min(len(values)/10+1, len(values)-n)
	return values[skip : skip+n], values[len(values)-n:]
}
