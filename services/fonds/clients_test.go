package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// ends runs a command that has to end with a code.
func (s *site) ends(code int, args ...string) string {
	s.t.Helper()
	out, got := s.fonds(s.t.Context(), args...)
	if got != code {
		s.t.Fatalf("fonds %s: exit %d, want %d\n%s", strings.Join(args, " "), got, code, out)
	}
	return out
}

// dial connects as any gRPC client would.
func (s *site) dial() *client {
	s.t.Helper()
	c, err := dialAddress(s.grpc)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.close)
	return c
}

// stranger connects to the server's NATS without credentials.
func (s *site) stranger(options ...nats.Option) *nats.Conn {
	s.t.Helper()
	nc, err := nats.Connect("nats://"+s.nats, options...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(nc.Close)
	return nc
}

// batch gives the newest batch.
func (s *site) batch(c *client) *fondsv1.Batch {
	s.t.Helper()
	answer, err := c.ingest.ListBatches(s.t.Context(), &fondsv1.ListBatchesRequest{PageSize: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	if len(answer.GetBatches()) != 1 {
		s.t.Fatal("there is no batch")
	}
	return answer.GetBatches()[0]
}

// files gives the files of a batch by path.
func (s *site) files(c *client, batch string) map[string]*fondsv1.BatchFile {
	s.t.Helper()
	files := map[string]*fondsv1.BatchFile{}
	err := c.eachBatchFile(s.t.Context(), batch, false, func(f *fondsv1.BatchFile) error {
		files[f.GetPath()] = f
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// regions gives how the pages of a file ended.
func (s *site) regions(c *client, f *fondsv1.BatchFile) []*fondsv1.Region {
	s.t.Helper()
	if f.GetDocument() == "" {
		return nil
	}
	d, err := c.getDocument(s.t.Context(), f.GetDocument(), 0)
	if err != nil {
		s.t.Fatalf("%s: %v", f.GetPath(), err)
	}
	return d.GetRegions()
}

// awaitState polls until a batch is in a state.
func (s *site) awaitState(c *client, name string, want fondsv1.BatchState) *fondsv1.Batch {
	s.t.Helper()
	for limit := time.Now().Add(time.Minute); ; time.Sleep(shortPause) {
		b, err := c.getBatch(s.t.Context(), name)
		if err != nil {
			s.t.Fatal(err)
		}
		if b.GetState() == want {
			return b
		}
		if time.Now().After(limit) {
			s.t.Fatalf("after a minute the batch is %v, not %s", b, want)
		}
	}
}

// fakePage is a small picture, 8 by 8 pixels, whose text the fake engine takes
// from its comment. One that begins with a word of enginetest makes it misbehave.
func fakePage(text string) []byte {
	return []byte("P2\n# " + text + "\n8 8\n255\n" + strings.Repeat("255 255 255 255 255 255 255 255\n", 8))
}

// fakePages writes n pages that all ask for the same behaviour, each with words
// of its own.
func fakePages(t *testing.T, behaviour string, n int) string {
	t.Helper()
	folder := t.TempDir()
	for i := range n {
		name := filepath.Join(folder, fmt.Sprintf("page%03d.pgm", i))
		if err := os.WriteFile(name, fakePage(fmt.Sprintf("%s sheet %d", behaviour, i)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// has fails the test unless a text contains each of some words.
func has(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", what, w, text)
		}
	}
}

// shortPause is between two looks at something that takes its time.
const shortPause = 20 * time.Millisecond

// await waits until a process has ended by itself.
func (p *process) await(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		t.Fatal("the process does not end")
	}
}
