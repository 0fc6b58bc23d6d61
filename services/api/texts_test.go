package api

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// A stream looks documents up a hundred at a time. What was deleted or has come back since
// then is as it is when its turn comes.
func TestDocumentsDeletedWhileTheyAreStreamed(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "fonds.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	c := catalog.New(store, time.Now, func() string { return uuid.Must(uuid.NewV7()).String() }, catalog.DefaultLimits())
	digest := catalog.Digest(strings.Repeat("a", 64))
	imported, err := c.ImportText(ctx, catalog.Import{
		Collection: "edition", Path: "a.txt", Digest: digest, Size: 5, MediaType: "text/plain", Person: "local",
		Reading: catalog.Reading{Text: "text\n", Body: []byte{}, BodyDigest: digest}, Parts: []catalog.ImportedPart{{Title: "A", Range: &catalog.Range{End: 5}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	head := imported.Documents[0]
	s := &catalogServer{Deps: Deps{Catalog: c}}
	streamed := func(least fondsv1.Assurance) bool {
		t.Helper()
		m, err := s.textIn(ctx, head, &fondsv1.StreamTextsRequest{MinAssurance: least})
		if err != nil {
			t.Fatal(err)
		}
		return m != nil
	}
	for _, deleted := range []bool{false, true, false} {
		switch {
		case deleted:
			_, err = c.DeleteDocument(ctx, head.ID, "", "local")
		default:
			_, err = c.UndeleteDocument(ctx, head.ID, "", "local")
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, least := range []fondsv1.Assurance{0, fondsv1.Assurance_ASSURANCE_VERIFIED} {
			if streamed(least) == deleted {
				t.Errorf("deleted: %v, and streamed with %s: %v", deleted, least, !deleted)
			}
		}
	}
}
