package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A server that starts over documents from before there were reviews brings them into the
// queue.
func TestReviewsAreMadeAtTheStart(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start("--roles", roleCatalog)
	file := filepath.Join(tree(t, map[string][]byte{"t.txt": []byte("a telegram\n")}), "t.txt")
	s.want("import", file, "--as", "document")
	waits := func() bool { return strings.Contains(s.want("review", "list"), s.named(file).GetName()) }
	if !waits() {
		t.Fatal("an imported text waits for nobody")
	}
	s.stop(server)
	// This is what a release without reviews has left, once its tables are those of today.
	fatal(t, meddled(filepath.Join(s.data, databaseFile),
		`DELETE FROM reviews`, `DELETE FROM review_counts`, `INSERT INTO without_reviews SELECT id FROM documents`))
	server = s.start("--roles", roleCatalog)
	s.await("the reviews", server, waits)
	s.stop(server)
	s.want("fsck", "--data", s.data)
}
