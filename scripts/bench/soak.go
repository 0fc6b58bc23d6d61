package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Sizes of the soak.
const (
	stripWidth, stripHeight = 1200, 150 // three lines of a sample
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
)

// soak has one server read thousands of small pages, each a picture of its own, and
// watches the memory of it and its children.
func (b *bench) soak(ctx context.Context) error {
	text, err := b.bundled(1)
	if err != nil {
		return err
	}
	source, err := readGrey(filepath.Join(b.samples, "01-telegram-4117.png"))
	if err != nil {
		return err
	}
	var chunks []watched
	err = b.withServer(ctx, func(s *server) error {
		for first := 0; first < b.soakPages; first += soakChunk {
			strips, err := b.strips(source, first, min(soakChunk, b.soakPages-first), text.pages[0].language)
			if err != nil {
				return err
			}
			w, err := b.soakIn(ctx, s, strips)
			if err := errors.Join(err, os.RemoveAll(strips.folder)); err != nil {
				return err
			}
			chunks = append(chunks, w)
			progress("%d of %d pages: server %.0f MB, largest child %.0f MB", first+len(strips.pages), b.soakPages, mb(w.server), mb(w.child))
		}
		return nil
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

// strips cuts pages out of a sample, no two alike, into a folder with a manifest.
func (b *bench) strips(source *image.Gray, first, n int, language string) (set, error) {
	folder, err := b.folder("soak")
	if err != nil {
		return set{}, err
	}
	s := set{folder: folder, manifest: filepath.Join(folder, "manifest.tsv")}
	var manifest strings.Builder
	manifest.WriteString("file\tlang\n")
	for i := first; i < first+n; i++ {
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		at := image.Pt(rng.IntN(source.Rect.Dx()-stripWidth), rng.IntN(source.Rect.Dy()-stripHeight))
		strip := image.NewGray(image.Rect(0, 0, stripWidth, stripHeight))
		draw.Draw(strip, strip.Rect, source, at, draw.Src)
		for bit := range 32 { // its number, too faint to be read
			strip.Pix[bit] = byte(254 + i>>bit&1)
		}
		name := strconv.Itoa(i) + ".png"
		if err := writePNG(filepath.Join(folder, name), strip); err != nil {
			return set{}, err
		}
		s.pages = append(s.pages, page{path: name, language: language})
		manifest.WriteString(name + "\t" + language + "\n")
	}
	if err := os.WriteFile(s.manifest, []byte(manifest.String()), 0o600); err != nil {
		return set{}, fmt.Errorf("write manifest: %w", err)
	}
	return s, nil
}

func readGrey(path string) (*image.Gray, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open a sample: %w", err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("read a sample: %w", err)
	}
	grey := image.NewGray(image.Rect(0, 0, picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.Draw(grey, grey.Rect, picture, picture.Bounds().Min, draw.Src)
	return grey, nil
}

func writePNG(path string, picture image.Image) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make a page: %w", err)
	}
	if err := errors.Join((&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(file, picture), file.Close()); err != nil {
		return fmt.Errorf("write a page: %w", err)
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
