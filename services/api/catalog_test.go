package api_test

import (
	"bytes"
	"errors"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

const nobody = "documents/00000000-0000-7000-8000-000000000000"

func TestGetDocument(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("inbox/4117.png", []byte("scan 4117"), []string{"SECRET"})
	if d.GetTitle() != "4117.png" || d.GetCollection() != "collections/telegrams" || !d.GetComplete() ||
		d.GetAssurance() != fondsv1.Assurance_ASSURANCE_MACHINE || len(d.GetRegions()) != 1 ||
		d.GetRegions()[0].GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT || d.GetRegions()[0].GetReading() == "" || d.GetRevision() != 2 {
		t.Fatalf("document: %v", d)
	}
	first, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName(), Revision: 1})
	if err != nil || first.GetComplete() || first.GetRevision() != 1 || first.GetEtag() != d.GetEtag() {
		t.Errorf("first revision: %v, %v", first, err)
	}
	// The cache must not show: the same again, and the head's facts as they are now.
	again, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName()})
	if err != nil || !proto.Equal(again, d) {
		t.Errorf("read again: %v, %v", again, err)
	}
	deleted, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: d.GetName(), Etag: d.GetEtag()})
	if err != nil || deleted.GetDeleteTime() == nil || deleted.GetEtag() == d.GetEtag() {
		t.Fatalf("deleted: %v, %v", deleted, err)
	}
	again, err = a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName()})
	if err != nil || !proto.Equal(again, deleted) {
		t.Errorf("read after deletion: %v, %v; want %v", again, err, deleted)
	}
	back, err := a.docs.UndeleteDocument(a.ctx(), &fondsv1.UndeleteDocumentRequest{Name: d.GetName()})
	if err != nil || back.GetDeleteTime() != nil {
		t.Errorf("undeleted: %v, %v", back, err)
	}
	batch, err := a.docs.BatchGetDocuments(a.ctx(), &fondsv1.BatchGetDocumentsRequest{Names: []string{d.GetName(), d.GetName()}})
	if err != nil || len(batch.GetDocuments()) != 2 || !proto.Equal(batch.GetDocuments()[1], back) {
		t.Errorf("batch get: %v, %v; want %v twice", batch, err, back)
	}
}

func TestUpdateDocument(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"})
	d.Title = "Telegram 4117"
	u, err := a.docs.UpdateDocument(a.ctx(), &fondsv1.UpdateDocumentRequest{Document: d, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}}})
	if err != nil || u.GetTitle() != "Telegram 4117" || u.GetPerson() != auth.LocalID || u.GetRevision() != 3 || len(u.GetRegions()) != 1 {
		t.Fatalf("updated: %v, %v", u, err)
	}
	_, err = a.docs.UpdateDocument(a.ctx(), &fondsv1.UpdateDocumentRequest{Document: d})
	wantStatus(t, err, codes.Aborted, catalog.ReasonEtagMismatch, "")
	if metadataOf(err)["etag"] != u.GetEtag() {
		t.Errorf("metadata %v lacks the present etag %q", metadataOf(err), u.GetEtag())
	}
	_, err = a.docs.UpdateDocument(a.ctx(), &fondsv1.UpdateDocumentRequest{Document: u, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"collection"}}})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "update_mask")
}

func TestCreateDocument(t *testing.T) {
	t.Parallel()
	a := serve(t)
	content := []byte("scan 4117")
	d := a.telegram("4117.png", content, []string{"one", "two", "three"}, []string{"four", "five"})
	page := d.GetRegions()[0].GetPage()
	req := &fondsv1.CreateDocumentRequest{RequestId: "once", Document: &fondsv1.Document{
		Collection: "collections/telegrams", Title: "part",
		Regions: []*fondsv1.Region{{Page: page, Box: &fondsv1.Box{X: 100, Y: 0, Width: 140, Height: 100}}, {Page: page}},
	}}
	part, err := a.docs.CreateDocument(a.ctx(), req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: part.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text.GetRegions()[0].GetText(), "two\nfive\n"; got != want {
		t.Errorf("text in the box: %q, want %q", got, want)
	}
	if got, want := text.GetRegions()[1].GetText(), "one two three\nfour five\n"; got != want {
		t.Errorf("text of the page: %q, want %q", got, want)
	}
	same, err := a.docs.CreateDocument(a.ctx(), req)
	if err != nil || same.GetName() != part.GetName() {
		t.Errorf("the same request made %v, %v", same, err)
	}
	req.RequestId = ""
	req.Document.Regions[0].Box = &fondsv1.Box{}
	_, err = a.docs.CreateDocument(a.ctx(), req)
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "document.regions[0].box")
	req.Document.Regions[0] = &fondsv1.Region{Page: "scans/" + digestOf([]byte("other")) + "/pages/1"}
	_, err = a.docs.CreateDocument(a.ctx(), req)
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonScanNotInCollection, "document.regions")
}

func TestGetText(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"}, []string{"Личное"})
	for range 2 { // the second time from the cache
		m, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: d.GetName(), MinAssurance: fondsv1.Assurance_ASSURANCE_MACHINE})
		if err != nil || m.GetName() != d.GetName() || m.GetRevision() != 2 || !m.GetComplete() ||
			m.GetAssurance() != fondsv1.Assurance_ASSURANCE_MACHINE || m.GetRegions()[0].GetText() != "SECRET\nЛичное\n" ||
			!proto.Equal(m.GetRegions()[0].GetRegion(), d.GetRegions()[0]) {
			t.Fatalf("text: %v, %v", m, err)
		}
		_, err = a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: d.GetName(), MinAssurance: fondsv1.Assurance_ASSURANCE_VERIFIED})
		wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonAssuranceNotReached, "")
	}
	// Revision 1 has no outcome yet: text is given without demands, refused with any.
	m, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: d.GetName(), AsOf: 1})
	if err != nil || m.GetComplete() || m.GetRegions()[0].GetText() != "" {
		t.Errorf("as of 1: %v, %v", m, err)
	}
	_, err = a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: d.GetName(), AsOf: 1, MinAssurance: fondsv1.Assurance_ASSURANCE_MACHINE})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonAssuranceNotReached, "")
}

func TestListDocuments(t *testing.T) {
	t.Parallel()
	a := serve(t)
	var names []string
	for _, p := range []string{"a/2967.png", "b/2968.png", "c/3000.png"} {
		names = append([]string{a.telegram(p, []byte(p), []string{"text"}).GetName()}, names...)
	}
	if _, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: names[0]}); err != nil {
		t.Fatal(err)
	}
	for filter, want := range map[string]int{
		"":                                     2,
		`collection = "collections/telegrams"`: 2,
		`collection = "collections/letters"`:   0,
		`title:"2967"`:                         1,
		`title:"296" AND complete = true`:      2,
		`holding_path = "b/2968.png"`:          1,
		`complete = false`:                     0,
		`assurance = ASSURANCE_MACHINE`:        2,
		`assurance = ASSURANCE_VERIFIED`:       0,
	} {
		m, err := a.docs.ListDocuments(a.ctx(), &fondsv1.ListDocumentsRequest{Filter: filter})
		if err != nil || len(m.GetDocuments()) != want {
			t.Errorf("%s: %d documents, %v; want %d", filter, len(m.GetDocuments()), err, want)
		}
	}
	// Page by page, newest first, deleted ones too, without regions.
	var seen []string
	req := &fondsv1.ListDocumentsRequest{PageSize: 1, ShowDeleted: true}
	for range 5 {
		m, err := a.docs.ListDocuments(a.ctx(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range m.GetDocuments() {
			if len(d.GetRegions()) > 0 || d.GetEtag() == "" {
				t.Errorf("listed: %v", d)
			}
			seen = append(seen, d.GetName())
		}
		if req.PageToken = m.GetNextPageToken(); req.GetPageToken() == "" {
			break
		}
	}
	if strings.Join(seen, " ") != strings.Join(names, " ") {
		t.Errorf("pages gave %v, want %v", seen, names)
	}
}

func TestTokensBelongToTheirQuery(t *testing.T) {
	t.Parallel()
	a := serve(t)
	for _, p := range []string{"1.png", "2.png"} {
		a.telegram(p, []byte(p), []string{"text"})
	}
	m, err := a.docs.ListDocuments(a.ctx(), &fondsv1.ListDocumentsRequest{PageSize: 1})
	if err != nil || m.GetNextPageToken() == "" {
		t.Fatal(m, err)
	}
	token := m.GetNextPageToken()
	for name, req := range map[string]*fondsv1.ListDocumentsRequest{
		"other filter":  {PageToken: token, Filter: `title:"1"`},
		"shows deleted": {PageToken: token, ShowDeleted: true},
		"cut off":       {PageToken: token[:8]},
		"no base64":     {PageToken: "???"},
		"too short":     {PageToken: "AAAA"},
	} {
		_, err := a.docs.ListDocuments(a.ctx(), req)
		t.Log(name)
		wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "page_token")
	}
	_, err = a.ingest.ListBatches(a.ctx(), &fondsv1.ListBatchesRequest{PageToken: token})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "page_token")
}

func TestReadings(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET", "4117"})
	region := d.GetRegions()[0]
	list, err := a.docs.ListReadings(a.ctx(), &fondsv1.ListReadingsRequest{Parent: region.GetPage()})
	if err != nil || len(list.GetReadings()) != 1 || list.GetReadings()[0].GetBody() != nil {
		t.Fatalf("readings: %v, %v", list, err)
	}
	body := list.GetReadings()[0].GetBodyDigest()
	for asked, want := range map[string]int{body: 1, digestOf([]byte("x")): 0} {
		list, err := a.docs.ListReadings(a.ctx(), &fondsv1.ListReadingsRequest{Parent: region.GetPage(), BodyDigest: asked})
		if err != nil || len(list.GetReadings()) != want || list.GetNextPageToken() != "" {
			t.Errorf("readings with the body %s: %v, %v", asked, list, err)
		}
	}
	r, err := a.docs.GetReading(a.ctx(), &fondsv1.GetReadingRequest{Name: region.GetReading()})
	if err != nil || r.GetBody().GetText() != "SECRET 4117\n" || r.GetEngine().GetTesseract() != "5.3.0" ||
		r.GetOrigin() != fondsv1.Origin_ORIGIN_MACHINE || r.GetEnvelope() != nil {
		t.Fatalf("reading: %v, %v", r, err)
	}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(r.GetBody())
	if err != nil || digestOf(encoded) != r.GetBodyDigest() {
		t.Errorf("the body's digest is %s, not %s", digestOf(encoded), r.GetBodyDigest())
	}
}

// download reads a scan to the end of its stream.
func (a *archive) download(name string) (*fondsv1.Scan, []byte, error) {
	stream, err := a.docs.GetScan(a.ctx(), &fondsv1.GetScanRequest{Name: name})
	if err != nil {
		a.t.Fatal(err)
	}
	var scan *fondsv1.Scan
	var content []byte
	for n := 0; ; n++ {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return scan, content, nil
		}
		if err != nil {
			return scan, content, err
		}
		if (m.GetScan() != nil) != (n == 0) {
			a.t.Errorf("message %d has scan %v", n, m.GetScan())
		}
		if n == 0 {
			scan = m.GetScan()
		}
		content = append(content, m.GetData()...)
	}
}

func TestGetScan(t *testing.T) {
	t.Parallel()
	a := serve(t)
	for name, content := range map[string][]byte{"empty": {}, "small": []byte("scan"), "large": bytes.Repeat([]byte("scan"), 300_000), "even": make([]byte, 512<<10)} {
		b := a.batch(name)
		u, err := a.send(header(b.GetName(), name, content), data(content[:min(len(content), 1<<20)]), data(content[min(len(content), 1<<20):]))
		if err != nil {
			t.Fatal(err)
		}
		scan, got, err := a.download(u.GetScan())
		if err != nil || !bytes.Equal(got, content) || scan.GetSize() != uint64(len(content)) || scan.GetName() != u.GetScan() {
			t.Errorf("%s: %v, %d bytes, %v", name, scan, len(got), err)
		}
	}
}

func TestDamagedScan(t *testing.T) {
	t.Parallel()
	a := serve(t)
	content := bytes.Repeat([]byte("scan"), 300_000)
	b := a.batch("a", "b")
	u := a.upload(b.GetName(), "a", content[:8])
	name := u.GetScan()
	path, err := a.blobs.Path(strings.TrimPrefix(name, "scans/"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("sCanscan"), 0o600)); err != nil {
		t.Fatal(err)
	}
	_, got, err := a.download(name)
	wantStatus(t, err, codes.DataLoss, api.ReasonBlobCorrupt, "")
	if len(got) > 0 {
		t.Errorf("damaged bytes were sent: %q", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, _, err = a.download(name)
	wantStatus(t, err, codes.DataLoss, api.ReasonBlobMissing, "")
	// The same upload brings the bytes back, although the collection holds the scan.
	if u := a.upload(b.GetName(), "a", content[:8]); !u.GetAlreadyHeld() {
		t.Error("the scan was held before")
	}
	if _, got, err := a.download(name); err != nil || string(got) != "scanscan" {
		t.Errorf("after a new upload: %q, %v", got, err)
	}
	// So it does where they are damaged and no fewer.
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("sCanscan"), 0o600)); err != nil {
		t.Fatal(err)
	}
	a.upload(b.GetName(), "a", content[:8])
	if _, got, err := a.download(name); err != nil || string(got) != "scanscan" {
		t.Errorf("after an upload over damaged bytes: %q, %v", got, err)
	}
}

// TestDamageAtTheEndOfAChunk damages a scan of exactly two chunks: what comes
// before DATA_LOSS must lack the last.
func TestDamageAtTheEndOfAChunk(t *testing.T) {
	t.Parallel()
	a := serve(t)
	content := make([]byte, 512<<10)
	b := a.batch("a")
	u := a.upload(b.GetName(), "a", content)
	path, err := a.blobs.Path(digestOf(content))
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)-1] = 1
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, got, err := a.download(u.GetScan())
	wantStatus(t, err, codes.DataLoss, api.ReasonBlobCorrupt, "")
	if len(got) != 256<<10 {
		t.Errorf("%d bytes were sent", len(got))
	}
}

func TestTextOfADeletedDocument(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"})
	if _, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: d.GetName()}); err != nil {
		t.Fatal(err)
	}
	_, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: d.GetName()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonDocumentDeleted, "")
	m, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: d.GetName(), AsOf: d.GetRevision()})
	if err != nil || m.GetRegions()[0].GetText() != "SECRET\n" {
		t.Errorf("as of a revision: %v, %v", m, err)
	}
}

func TestBoundsOfDocuments(t *testing.T) {
	t.Parallel()
	a := serve(t)
	page := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"}).GetRegions()[0].GetPage()
	create := func(title string, regions int) (*fondsv1.Document, error) {
		d := &fondsv1.Document{Collection: "collections/telegrams", Title: title}
		for range regions {
			d.Regions = append(d.Regions, &fondsv1.Region{Page: page})
		}
		return a.docs.CreateDocument(a.ctx(), &fondsv1.CreateDocumentRequest{Document: d})
	}
	_, err := create(strings.Repeat("т", 1001), 1)
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "document.title")
	_, err = create("many", 20_001)
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "document.regions")
	// Many large documents fit no answer; one at a time they do.
	large, err := create("large", 2000)
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Repeat([]string{large.GetName()}, 20)
	_, err = a.docs.BatchGetDocuments(a.ctx(), &fondsv1.BatchGetDocumentsRequest{Names: names})
	wantStatus(t, err, codes.ResourceExhausted, api.ReasonResponseTooLarge, "names")
	if m, err := a.docs.BatchGetDocuments(a.ctx(), &fondsv1.BatchGetDocumentsRequest{Names: names[:2]}); err != nil || len(m.GetDocuments()) != 2 {
		t.Errorf("two: %v", err)
	}
}

func TestGetPageImage(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"})
	name := d.GetRegions()[0].GetPage()
	stream, err := a.docs.GetPageImage(a.ctx(), &fondsv1.GetPageImageRequest{Name: name, MaxSide: 800})
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	for n := 0; ; n++ {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 && (m.GetMediaType() != "image/png" || m.GetWidth() != 800 || m.GetHeight() != 800) {
			t.Errorf("first message: %s %d×%d", m.GetMediaType(), m.GetWidth(), m.GetHeight())
		}
		picture.Write(m.GetData())
	}
	if p, err := png.Decode(&picture); err != nil || p.Bounds().Dx() != 800 {
		t.Errorf("picture: %v", err)
	}
	if !a.images.released {
		t.Error("the picture's file was not released")
	}
	image := func() error {
		stream, err := a.docs.GetPageImage(a.ctx(), &fondsv1.GetPageImageRequest{Name: name})
		if err != nil {
			return err
		}
		_, err = stream.Recv()
		return err
	}
	// What a caller is not told stands in the log, under the ID that it is told.
	a.images.fail = func() error { return errors.New("pdftoppm: secret path /srv/x") }
	err = image()
	wantStatus(t, err, codes.Internal, api.ReasonInternal, "")
	if id := metadataOf(err)["request_id"]; id == "" || strings.Contains(err.Error(), "srv") ||
		!strings.Contains(a.log.String(), id) || !strings.Contains(a.log.String(), "/srv/x") {
		t.Errorf("request ID %q, error %v, log %s", id, err, a.log)
	}
	a.images.fail = func() error { panic("nil map") }
	wantStatus(t, image(), codes.Internal, api.ReasonInternal, "")
	if !strings.Contains(a.log.String(), "nil map") {
		t.Error("the panic is not in the log")
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"})
	other := a.telegram("4118.png", []byte("scan 4118"), []string{"SECRET"})
	all, err := a.docs.ListEvents(a.ctx(), &fondsv1.ListEventsRequest{})
	if err != nil || len(all.GetEvents()) != 4 || all.GetEvents()[0].GetType() != catalog.DocumentCreated ||
		all.GetEvents()[0].GetName() != d.GetName()+"/events/1" {
		t.Fatalf("events: %v, %v", all, err)
	}
	for parent, want := range map[string]int{d.GetName(): 2, "collections/telegrams": 4, "collections/letters": 0} {
		m, err := a.docs.ListEvents(a.ctx(), &fondsv1.ListEventsRequest{Parent: parent})
		if err != nil || len(m.GetEvents()) != want {
			t.Errorf("%s: %d events, %v; want %d", parent, len(m.GetEvents()), err, want)
		}
	}
	stream, err := a.docs.WatchEvents(a.ctx(), &fondsv1.WatchEventsRequest{After: all.GetEvents()[0].GetPosition(), Parent: d.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := stream.Recv(); err != nil || e.GetSequence() != 2 {
		t.Fatalf("first event of the watch: %v, %v", e, err)
	}
	for _, name := range []string{other.GetName(), d.GetName()} {
		if _, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	if e, err := stream.Recv(); err != nil || e.GetType() != catalog.DocumentDeleted || e.GetDocument() != d.GetName() {
		t.Fatalf("event that came while watching: %v, %v", e, err)
	}
	a.stop()
	_, err = stream.Recv()
	wantStatus(t, err, codes.Unavailable, api.ReasonShuttingDown, "")
}

func TestListCollections(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.batch("x")
	m, err := a.docs.ListCollections(a.ctx(), &fondsv1.ListCollectionsRequest{})
	if err != nil || len(m.GetCollections()) != 1 || m.GetCollections()[0].GetName() != "collections/telegrams" {
		t.Errorf("collections: %v, %v", m, err)
	}
}

func TestCatalogRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("4117.png", []byte("scan 4117"), []string{"SECRET"})
	page := d.GetRegions()[0].GetPage()
	docs, ctx := a.docs, a.ctx()
	first := func(stream interface {
		Recv() (*fondsv1.GetScanResponse, error)
	}, err error,
	) error {
		if err == nil {
			_, err = stream.Recv()
		}
		return err
	}
	tests := map[string]struct {
		call   func() error
		code   codes.Code
		reason string
		field  string
	}{
		"no such document": {func() error {
			_, err := docs.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: nobody})
			return err
		}, codes.NotFound, catalog.ReasonDocumentNotFound, ""},
		"no such revision": {func() error {
			_, err := docs.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: d.GetName(), Revision: 9})
			return err
		}, codes.NotFound, catalog.ReasonRevisionNotFound, ""},
		"no such text": {
			func() error { _, err := docs.GetText(ctx, &fondsv1.GetTextRequest{Name: nobody}); return err },
			codes.NotFound, catalog.ReasonDocumentNotFound, "",
		},
		"one of a batch": {func() error {
			_, err := docs.BatchGetDocuments(ctx, &fondsv1.BatchGetDocumentsRequest{Names: []string{d.GetName(), nobody}})
			return err
		}, codes.NotFound, catalog.ReasonDocumentNotFound, ""},
		"bad name": {
			func() error {
				_, err := docs.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: "documents/7"})
				return err
			},
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "name",
		},
		"36 characters and no UUID": {func() error {
			_, err := docs.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: "documents/" + strings.Repeat("-", 36)})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "name"},
		"no names": {
			func() error { _, err := docs.BatchGetDocuments(ctx, &fondsv1.BatchGetDocumentsRequest{}); return err },
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "names",
		},
		"page size": {
			func() error {
				_, err := docs.ListDocuments(ctx, &fondsv1.ListDocumentsRequest{PageSize: -1})
				return err
			},
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "page_size",
		},
		"filter": {func() error {
			_, err := docs.ListDocuments(ctx, &fondsv1.ListDocumentsRequest{Filter: `title > "x" OR complete = true`})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "filter"},
		"no document to create": {
			func() error { _, err := docs.CreateDocument(ctx, &fondsv1.CreateDocumentRequest{}); return err },
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "document",
		},
		"no such page": {func() error {
			_, err := docs.ListReadings(ctx, &fondsv1.ListReadingsRequest{Parent: strings.TrimSuffix(page, "1") + "2"})
			return err
		}, codes.NotFound, catalog.ReasonPageNotFound, ""},
		"no such reading": {func() error {
			_, err := docs.GetReading(ctx, &fondsv1.GetReadingRequest{Name: page + "/readings/" + nobody[10:]})
			return err
		}, codes.NotFound, catalog.ReasonReadingNotFound, ""},
		"no such scan": {func() error {
			return first(docs.GetScan(ctx, &fondsv1.GetScanRequest{Name: "scans/" + digestOf(nil)}))
		}, codes.NotFound, catalog.ReasonScanNotFound, ""},
		"bad scan name": {
			func() error { return first(docs.GetScan(ctx, &fondsv1.GetScanRequest{Name: "scans/../x"})) },
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "name",
		},
		"events of a bad parent": {func() error {
			_, err := docs.ListEvents(ctx, &fondsv1.ListEventsRequest{Parent: "batches/7"})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "parent"},
		"position": {
			func() error { _, err := docs.ListEvents(ctx, &fondsv1.ListEventsRequest{After: 1 << 63}); return err },
			codes.InvalidArgument, catalog.ReasonInvalidArgument, "after",
		},
		"request too large": {func() error {
			_, err := docs.ListDocuments(ctx, &fondsv1.ListDocumentsRequest{Filter: strings.Repeat("x", 70_000)})
			return err
		}, codes.InvalidArgument, api.ReasonRequestTooLarge, ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) { wantStatus(t, c.call(), c.code, c.reason, c.field) })
	}
}
