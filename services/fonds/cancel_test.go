package main

import (
	"fmt"
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
	const all, shared = 120, 6 // 36 s for one child, so that a busy machine cancels in time
	s := newFakeSite(t)
	server := s.start("--workers", "1")
	c := s.dial()
	large := fakePages(t, enginetest.Slow, all)
	small := t.TempDir()
	// The shared ones come last in the large batch.
	for n := range shared {
		name := fmt.Sprintf("page%03d.pgm", all-shared+n)
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
	s.stop(server)
	server = s.start("--workers", "16") // they only wait
	c = s.dial()
	has(t, "the cancelled files, asked for again", s.want("ingest", large, "--collection", "telegrams", "--wait"), fmt.Sprint(all, " text"), ": DONE")
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
