package main

import (
	"os"
	"path/filepath"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// TestCancelDropsOnlyWhatNobodyElseWants cancels one of two batches that share
// scans, all slow, and then asks for the cancelled one again.
func TestCancelDropsOnlyWhatNobodyElseWants(t *testing.T) {
	t.Parallel()
	const all, shared = 40, 6
	s := newFakeSite(t)
	server := s.start("--workers", "2")
	c := s.dial()
	large := fakePages(t, enginetest.Slow, all)
	small := t.TempDir()
	// The shared ones come last in the large batch.
	for _, name := range []string{"page034.pgm", "page035.pgm", "page036.pgm", "page037.pgm", "page038.pgm", "page039.pgm"} {
		content, err := os.ReadFile(filepath.Join(large, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(small, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.want("ingest", large, "--collection", "telegrams")
	cancelled := s.batch(c)
	s.want("ingest", small, "--collection", "letters")
	has(t, "batch cancel", s.want("batch", "cancel", cancelled.GetName()), "CANCELLED")
	has(t, "the batch that shares scans", s.want("batch", "watch", "last"), "6 text", ": DONE")

	b, err := c.getBatch(t.Context(), cancelled.GetName())
	if err != nil {
		t.Fatal(err)
	}
	if b.GetState() != fondsv1.BatchState_BATCH_STATE_CANCELLED {
		t.Errorf("the cancelled batch is %v", b)
	}
	if read := s.textsOf(c, "telegrams"); read >= all {
		t.Errorf("%d of %d pages of the cancelled batch were read all the same", read, all)
	}
	s.ends(exitData, "batch", "watch", cancelled.GetName())
	has(t, "the cancelled files, asked for again", s.want("ingest", large, "--collection", "telegrams", "--wait"), "40 text", ": DONE")
	if read := s.textsOf(c, "telegrams"); read < all {
		t.Errorf("%d of %d pages have text", read, all)
	}
	s.stop(server)
	s.want("fsck", "--data", s.data)
}

// textsOf counts the documents of a collection that have text on every page.
func (s *site) textsOf(c *client, collection string) int {
	s.t.Helper()
	request := &fondsv1.ListDocumentsRequest{PageSize: 500, Filter: `collection = "collections/` + collection + `" AND complete = true`}
	answer, err := c.catalog.ListDocuments(s.t.Context(), request)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(answer.GetDocuments())
}
