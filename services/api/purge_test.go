package api_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Answers that are kept of a document are given to nobody once it is purged, by name,
// in lists or in streams.
func TestPurgedIsWithdrawn(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	purges := fondsv1.NewPurgeServiceClient(d.conn)
	document := d.telegram("4117.png", []byte("scan 4117"), []string{"SEGRET"})
	stays := d.telegram("4118.png", []byte("scan 4118"), []string{"STAYS"})
	name, page := document.GetName(), document.GetRegions()[0].GetPage()
	review := d.waiting(name)
	readings, err := d.docs.ListReadings(d.ctx(), &fondsv1.ListReadingsRequest{Parent: page})
	if err != nil {
		t.Fatal(err)
	}
	reading := readings.GetReadings()[0].GetName()
	text := func(asOf uint32) error {
		_, err := d.docs.GetText(d.ctx(), &fondsv1.GetTextRequest{Name: name, AsOf: asOf})
		return err
	}
	for _, asOf := range []uint32{0, 1, 2} {
		if err := text(asOf); err != nil {
			t.Fatal(err)
		}
	}
	olga, otto, anna := d.person("Olga", catalog.Operates), d.person("Otto", catalog.Operates), d.person("Anna", catalog.Verifies)
	request := &fondsv1.RequestPurgeRequest{Documents: []string{name}, Reason: "why"}
	_, err = purges.RequestPurge(anna, request)
	wantStatus(t, err, codes.PermissionDenied, catalog.ReasonRoleMissing, "")
	p, err := purges.RequestPurge(olga, request)
	if err != nil || p.GetState() != fondsv1.PurgeState_PURGE_STATE_ASKED || p.GetAskedByName() != "Olga" {
		t.Fatalf("asked: %v, %v", p, err)
	}
	_, err = d.reviews.GetReview(d.ctx(), &fondsv1.GetReviewRequest{Name: review.GetName()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonDocumentDeleted, "")
	wantStatus(t, text(0), codes.FailedPrecondition, catalog.ReasonDocumentDeleted, "")
	if err := text(1); err != nil {
		t.Errorf("before it is confirmed: %v", err)
	}
	_, err = purges.ConfirmPurge(olga, &fondsv1.ConfirmPurgeRequest{Name: p.GetName()})
	wantStatus(t, err, codes.PermissionDenied, catalog.ReasonOwnPurge, "")
	p, err = purges.ConfirmPurge(otto, &fondsv1.ConfirmPurgeRequest{Name: name})
	if err != nil || p.GetState() != fondsv1.PurgeState_PURGE_STATE_PURGING || len(p.GetScans()) != 1 || p.GetConfirmTime() == nil {
		t.Fatalf("confirmed: %v, %v", p, err)
	}
	d.services.Forget([]string{name[len("documents/"):]})

	for _, asOf := range []uint32{0, 1, 2} {
		wantStatus(t, text(asOf), codes.NotFound, catalog.ReasonWithdrawn, "")
	}
	if metadataOf(text(1))["withdraw_time"] == "" {
		t.Error("it is not told when")
	}
	_, err = d.docs.GetDocument(d.ctx(), &fondsv1.GetDocumentRequest{Name: name})
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	_, err = d.docs.GetDocument(d.ctx(), &fondsv1.GetDocumentRequest{Name: name, Revision: 1})
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	_, err = d.docs.BatchGetDocuments(d.ctx(), &fondsv1.BatchGetDocumentsRequest{Names: []string{stays.GetName(), name}})
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	_, err = d.docs.ListReadings(d.ctx(), &fondsv1.ListReadingsRequest{Parent: page})
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	_, err = d.docs.GetReading(d.ctx(), &fondsv1.GetReadingRequest{Name: reading})
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	_, err = d.reviews.CompareReadings(d.ctx(), &fondsv1.CompareReadingsRequest{Before: reading, After: reading})
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	_, err = d.reviews.ListRevisions(d.ctx(), &fondsv1.ListRevisionsRequest{Parent: name})
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	_, _, err = d.download("scans/" + digestOf([]byte("scan 4117")))
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
	image, err := d.docs.GetPageImage(d.ctx(), &fondsv1.GetPageImageRequest{Name: page})
	if err == nil {
		_, err = image.Recv()
	}
	wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")

	list, err := d.docs.ListDocuments(d.ctx(), &fondsv1.ListDocumentsRequest{ShowDeleted: true})
	if err != nil || len(list.GetDocuments()) != 1 || list.GetDocuments()[0].GetName() != stays.GetName() {
		t.Errorf("listed with deleted ones: %v, %v", list, err)
	}
	stream, err := d.docs.StreamTexts(d.ctx(), &fondsv1.StreamTextsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var streamed []string
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		streamed = append(streamed, m.GetText().GetName())
	}
	if len(streamed) != 1 || streamed[0] != stays.GetName() {
		t.Errorf("streamed are %v", streamed)
	}
	all, err := purges.ListPurges(otto, &fondsv1.ListPurgesRequest{State: fondsv1.PurgeState_PURGE_STATE_PURGING})
	if err != nil || len(all.GetPurges()) != 1 || all.GetPurges()[0].GetReason() != "why" {
		t.Errorf("listed are %v, %v", all, err)
	}
}

// endedWithdrawn holds a batch of one file, which was purged, to having ended, and to
// keeping no name that may have had to go.
func (a *archive) endedWithdrawn(batch string) {
	a.t.Helper()
	files, err := a.ingest.ListBatchFiles(a.ctx(), &fondsv1.ListBatchFilesRequest{Parent: batch})
	if err != nil {
		a.t.Fatal(err)
	}
	f := files.GetFiles()[0]
	if f.GetPath() != "withdrawn/1" || f.GetState() != fondsv1.FileState_FILE_STATE_ENDED || f.GetCounts().GetRefused() != 1 || f.GetReason() != "withdrawn from the archive" {
		a.t.Errorf("the batch has %v", f)
	}
	b, err := a.ingest.GetBatch(a.ctx(), &fondsv1.GetBatchRequest{Name: batch})
	if err != nil || b.GetState() != fondsv1.BatchState_BATCH_STATE_DONE_WITH_FAILURES {
		a.t.Errorf("the batch is %v, %v", b, err)
	}
	if _, err := a.ingest.RetryFailed(a.ctx(), &fondsv1.RetryFailedRequest{Name: batch}); err != nil {
		a.t.Errorf("the batch cannot be tried again: %v", err)
	}
}

// A file that was purged is not taken again, and of its bytes nothing stays, whichever
// way they come.
func TestPurgedFileIsNotTakenAgain(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	a := serve(t, func(d *api.Deps) { d.ImportRoots = []string{root} })
	content, text := []byte("scan 4117"), []byte("CIPHERED TELEGRAM No. 5120\n\nThe wells hold water.\n")
	scanned := a.telegram("4117.png", content, []string{"TEXT"}).GetName()
	imported := a.imported("4117.txt", string(text)).GetDocuments()[0].GetName()
	purges := fondsv1.NewPurgeServiceClient(a.conn)
	people := &desk{archive: a}
	olga, otto := people.person("Olga", catalog.Operates), people.person("Otto", catalog.Operates)
	request := &fondsv1.RequestPurgeRequest{Documents: []string{scanned, imported}, Reason: "why"}
	_, err := purges.RequestPurge(a.ctx(), request)
	wantStatus(t, err, codes.PermissionDenied, catalog.ReasonRoleMissing, "")
	for _, inner := range []string{"INSERT", "constraint", "refused by the database"} {
		if strings.Contains(err.Error(), inner) {
			t.Errorf("whoever sits at the machine is told %q", err)
		}
	}
	p, err := purges.RequestPurge(olga, request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := purges.ConfirmPurge(otto, &fondsv1.ConfirmPurgeRequest{Name: p.GetName()}); err != nil {
		t.Fatal(err)
	}
	for _, bytes := range [][]byte{content, text} {
		if _, err := a.blobs.Remove(a.ctx(), digestOf(bytes), clock().Add(1e12)); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(what string, bytes []byte) {
		t.Helper()
		if _, err := a.blobs.Stat(a.ctx(), digestOf(bytes)); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s: the bytes are there: %v", what, err)
		}
	}
	b := a.batch("again.png").GetName()
	_, err = a.send(header(b, "again.png", content), data(content))
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonWithdrawn, "")
	gone("uploaded", content)
	a.endedWithdrawn(b)
	b = a.batch("again.png", "other.png").GetName()
	if err := os.WriteFile(filepath.Join(root, "again.png"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = a.ingest.RegisterScan(a.ctx(), &fondsv1.RegisterScanRequest{Batch: b, Path: "again.png", ServerPath: filepath.Join(root, "again.png")})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonWithdrawn, "")
	gone("registered", content)
	files, err := a.ingest.ListBatchFiles(a.ctx(), &fondsv1.ListBatchFilesRequest{Parent: b})
	if err != nil || len(files.GetFiles()) != 2 || files.GetFiles()[0].GetPath() != "withdrawn/1" || files.GetFiles()[1].GetPath() != "other.png" {
		t.Errorf("registered: the batch has %v, %v", files, err)
	}
	found := func(name, problem string) { t.Errorf("%s: %s", name, problem) }
	if err := a.catalog.Audit(a.ctx(), &catalog.Audit{
		Found: found, Body: func([]byte, string) error { return nil }, Scan: func(catalog.Scan) error { return nil },
	}); err != nil {
		t.Error(err)
	}
	_, err = a.importText(importHeader("again.txt", text), text)
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonWithdrawn, "")
	gone("imported", text)
}

// Who has begun to fetch a scan is given no more of it once it is purged.
func TestPurgeEndsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	content := bytes.Repeat([]byte("scan 4117 "), 2<<20) // far more than the connection holds
	document := d.telegram("4117.png", content, []string{"TEXT"})
	stream, err := d.docs.GetScan(d.ctx(), &fondsv1.GetScanRequest{Name: "scans/" + digestOf(content)})
	if err != nil {
		t.Fatal(err)
	}
	first, err := stream.Recv()
	if err != nil || len(first.GetData()) == 0 {
		t.Fatal(first, err)
	}
	purges := fondsv1.NewPurgeServiceClient(d.conn)
	p, err := purges.RequestPurge(d.person("Olga", catalog.Operates), &fondsv1.RequestPurgeRequest{Documents: []string{document.GetName()}, Reason: "why"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := purges.ConfirmPurge(d.person("Otto", catalog.Operates), &fondsv1.ConfirmPurgeRequest{Name: p.GetName()}); err != nil {
		t.Fatal(err)
	}
	came := len(first.GetData())
	for {
		m, err := stream.Recv()
		if err != nil {
			wantStatus(t, err, codes.NotFound, catalog.ReasonWithdrawn, "")
			break
		}
		came += len(m.GetData())
	}
	if came > len(content)/2 {
		t.Errorf("%d of %d bytes came", came, len(content))
	}
}
