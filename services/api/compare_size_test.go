package api_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
)

// Texts of more than 4 MB together are not compared whole, and a part of them is.
func TestLargeTextsAreComparedInParts(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	file := []byte(strings.Repeat("Письмо первое\n", 90_000))
	stream, err := d.ingest.ImportText(d.ctx())
	if err != nil {
		t.Fatal(err)
	}
	h := importHeader("large.txt", file)
	h.AsDocument = true
	messages := []*fondsv1.ImportTextRequest{{Part: &fondsv1.ImportTextRequest_Header{Header: h}}}
	for part := range slices.Chunk(file, 1<<20) {
		messages = append(messages, &fondsv1.ImportTextRequest{Part: &fondsv1.ImportTextRequest_Data{Data: part}})
	}
	for _, m := range messages {
		if err := stream.Send(m); err != nil {
			break // the answer says why
		}
	}
	large, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	reading := d.get(large.GetDocuments()[0].GetName()).GetRegions()[0].GetReading()
	req := &fondsv1.CompareReadingsRequest{Before: reading, After: reading}
	_, err = d.reviews.CompareReadings(d.ctx(), req)
	wantStatus(t, err, codes.FailedPrecondition, api.ReasonTextTooLarge, "")
	req.Range = &fondsv1.TextRange{End: 26}
	if m, err := d.reviews.CompareReadings(d.ctx(), req); err != nil || len(m.GetBeforeText()) != 26 || len(m.GetChanges()) > 0 {
		t.Errorf("of a part: %v, %v", m, err)
	}
}
