package api_test

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
)

// wells are two telegrams in one file, with an editor's words before them.
const wells = `Two Telegrams on the Wells

https://example.org/bulletin/wells

CIPHERED TELEGRAM No. 5120

From IRKUTSK
Received 07:05, 2 March 1950

To Comrade LUNIN

The wells hold water until June, and perhaps longer than that.

SOROKIN

CIPHERED TELEGRAM No. 5133

From IRKUTSK
Received 11:40, 4 March 1950

To Comrade LUNIN

Two wells have dried up since. We ask for pumps.

SOROKIN
`

func importHeader(path string, file []byte) *fondsv1.ImportTextHeader {
	return &fondsv1.ImportTextHeader{Path: path, Size: uint64(len(file)), Sha256: digestOf(file)}
}

// importText sends a file in two parts.
func (a *archive) importText(h *fondsv1.ImportTextHeader, file []byte) (*fondsv1.ImportTextResponse, error) {
	a.t.Helper()
	stream, err := a.ingest.ImportText(a.ctx())
	if err != nil {
		a.t.Fatal(err)
	}
	messages := []*fondsv1.ImportTextRequest{{Part: &fondsv1.ImportTextRequest_Header{Header: h}}}
	for _, part := range [][]byte{file[:len(file)/2], file[len(file)/2:]} {
		messages = append(messages, &fondsv1.ImportTextRequest{Part: &fondsv1.ImportTextRequest_Data{Data: part}})
	}
	for _, m := range messages {
		if err := stream.Send(m); err != nil {
			break // the answer says why
		}
	}
	return stream.CloseAndRecv()
}

// imported takes in a file that is text.
func (a *archive) imported(path, file string) *fondsv1.ImportTextResponse {
	a.t.Helper()
	m, err := a.importText(importHeader(path, []byte(file)), []byte(file))
	if err != nil {
		a.t.Fatal(err)
	}
	return m
}

func (a *archive) text(name string) string {
	a.t.Helper()
	m, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: name})
	if err != nil {
		a.t.Fatal(err)
	}
	var texts []string
	for _, r := range m.GetRegions() {
		texts = append(texts, r.GetText())
	}
	return strings.Join(texts, "|")
}

func TestImportMakesADocumentOfEachTelegram(t *testing.T) {
	t.Parallel()
	a := serve(t)
	m := a.imported("bulletin/wells.md", wells)
	if m.GetAlreadyHeld() || m.GetScan() != "scans/"+digestOf([]byte(wells)) {
		t.Errorf("the answer is %v", m)
	}
	var all strings.Builder
	for _, d := range m.GetDocuments() {
		if !d.GetComplete() || d.GetAssurance() != fondsv1.Assurance_ASSURANCE_MACHINE {
			t.Errorf("%s is not served at MACHINE: %v", d.GetName(), d)
		}
		all.WriteString(a.text(d.GetName()))
	}
	if all.String() != wells {
		t.Errorf("the documents together say %q", all.String())
	}
	a.extract()
	for _, number := range []string{"5120", "5133"} {
		if n := a.byNumber(number); n != 1 {
			t.Errorf("No. %s finds %d documents, want one", number, n)
		}
	}
	_, file, err := a.download(m.GetScan())
	if err != nil || !bytes.Equal(file, []byte(wells)) {
		t.Errorf("the file is kept as %q, %v", file, err)
	}
	reading, err := a.docs.GetReading(a.ctx(), &fondsv1.GetReadingRequest{Name: m.GetReading()})
	if err != nil {
		t.Fatal(err)
	}
	if reading.GetOrigin() != fondsv1.Origin_ORIGIN_IMPORTED || reading.GetEngine() != nil ||
		reading.GetEdition().GetUrl() != "https://example.org/bulletin/wells" || reading.GetEdition().GetTitle() != "wells.md" {
		t.Errorf("the reading is %v", reading)
	}
}

func TestImportOfTheSameChangesNothing(t *testing.T) {
	t.Parallel()
	a := serve(t)
	first := a.imported("wells.txt", wells)
	again := a.imported("wells.txt", wells)
	if !again.GetAlreadyHeld() || again.GetReading() != first.GetReading() || len(again.GetDocuments()) != len(first.GetDocuments()) {
		t.Errorf("the second answer is %v", again)
	}
	for i, d := range again.GetDocuments() {
		if d.GetName() != first.GetDocuments()[i].GetName() || d.GetEtag() != first.GetDocuments()[i].GetEtag() {
			t.Errorf("document %d is %v, was %v", i, d, first.GetDocuments()[i])
		}
	}
	elsewhere := importHeader("wells.txt", []byte(wells))
	elsewhere.Collection = "collections/other"
	other, err := a.importText(elsewhere, []byte(wells))
	if err != nil || other.GetAlreadyHeld() || other.GetReading() != first.GetReading() || other.GetDocuments()[0].GetName() == first.GetDocuments()[0].GetName() {
		t.Errorf("in another collection: %v, %v", other, err)
	}
	// Nor does it under the name of another edition.
	renamed := importHeader("wells.txt", []byte(wells))
	renamed.Edition = &fondsv1.Edition{Title: "A second edition"}
	if again, err = a.importText(renamed, []byte(wells)); err != nil || !again.GetAlreadyHeld() || again.GetReading() != first.GetReading() {
		t.Errorf("of another edition: %v, %v", again, err)
	}
	readings, err := a.docs.ListReadings(a.ctx(), &fondsv1.ListReadingsRequest{Parent: first.GetScan() + "/pages/1"})
	if err != nil || len(readings.GetReadings()) != 1 {
		t.Errorf("what was held has left %d readings, %v", len(readings.GetReadings()), err)
	}
	for _, d := range first.GetDocuments() {
		if _, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: d.GetName()}); err != nil {
			t.Fatal(err)
		}
	}
	if gone := a.imported("wells.txt", wells); !gone.GetAlreadyHeld() || len(gone.GetDocuments()) != 0 {
		t.Errorf("what people have deleted came back: %v", gone)
	}
}

func TestImportAsOneDocument(t *testing.T) {
	t.Parallel()
	a := serve(t)
	h := importHeader("memoir.txt", []byte(wells))
	h.AsDocument = true
	h.Edition = &fondsv1.Edition{Title: "A Memoir", Url: "https://example.org/memoir"}
	m, err := a.importText(h, []byte(wells))
	if err != nil || len(m.GetDocuments()) != 1 || a.text(m.GetDocuments()[0].GetName()) != wells {
		t.Fatalf("got %v, %v", m, err)
	}
	reading, err := a.docs.GetReading(a.ctx(), &fondsv1.GetReadingRequest{Name: m.GetReading()})
	if err != nil || reading.GetEdition().GetTitle() != "A Memoir" || reading.GetEdition().GetUrl() != "https://example.org/memoir" {
		t.Errorf("the reading is %v, %v", reading, err)
	}
}

// A file that was delivered as a scan and refused becomes a text; its document stays.
func TestImportOfWhatWasRefusedAsAScan(t *testing.T) {
	t.Parallel()
	a := serve(t)
	b := a.batch("wells.txt")
	a.upload(b.GetName(), "wells.txt", []byte(wells))
	a.store(catalog.Result{
		Key: catalog.ProbeOf(catalog.Digest(digestOf([]byte(wells)))), Attempt: 1, Outcome: catalog.Corrupt, Reason: "no image",
	})
	files, err := a.ingest.ListBatchFiles(a.ctx(), &fondsv1.ListBatchFilesRequest{Parent: b.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	h := importHeader("wells.txt", []byte(wells))
	h.Collection = b.GetCollection()
	m, err := a.importText(h, []byte(wells))
	if err != nil {
		t.Fatal(err)
	}
	if m.GetAlreadyHeld() || m.GetDocuments()[0].GetName() != files.GetFiles()[0].GetDocument() {
		t.Errorf("the document of the scan is %s, the import made %v", files.GetFiles()[0].GetDocument(), m.GetDocuments())
	}
	if first := a.text(m.GetDocuments()[0].GetName()); !strings.HasPrefix(wells, first) || first == "" {
		t.Errorf("it says %q", first)
	}
}

// A person has deleted the document of a scan that was refused: nothing of the text has
// ever been there.
func TestImportOfADeletedRefusedScan(t *testing.T) {
	t.Parallel()
	a := serve(t)
	b := a.batch("wells.txt")
	a.upload(b.GetName(), "wells.txt", []byte(wells))
	a.store(catalog.Result{
		Key: catalog.ProbeOf(catalog.Digest(digestOf([]byte(wells)))), Attempt: 1, Outcome: catalog.Corrupt, Reason: "no image",
	})
	list, err := a.docs.ListDocuments(a.ctx(), &fondsv1.ListDocumentsRequest{})
	if err != nil || len(list.GetDocuments()) != 1 {
		t.Fatalf("the scan has %v, %v", list, err)
	}
	if _, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: list.GetDocuments()[0].GetName()}); err != nil {
		t.Fatal(err)
	}
	h := importHeader("wells.txt", []byte(wells))
	h.Collection = b.GetCollection()
	m, err := a.importText(h, []byte(wells))
	if err != nil || m.GetAlreadyHeld() || len(m.GetDocuments()) < 2 {
		t.Fatalf("got %v, %v", m, err)
	}
	for _, d := range m.GetDocuments() {
		if d.GetDeleteTime() != nil || d.GetName() == list.GetDocuments()[0].GetName() {
			t.Errorf("it stands in what was deleted: %v", d)
		}
	}
	if again, err := a.importText(h, []byte(wells)); err != nil || !again.GetAlreadyHeld() || len(again.GetDocuments()) != len(m.GetDocuments()) {
		t.Errorf("the second answer is %v, %v", again, err)
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t)
	good := []byte(wells)
	for name, c := range map[string]struct {
		change        func(*fondsv1.ImportTextHeader)
		file          []byte
		code          codes.Code
		reason, field string
	}{
		"too large":   {func(h *fondsv1.ImportTextHeader) { h.Size = 1 << 40 }, good, codes.InvalidArgument, api.ReasonTextTooLarge, "data"},
		"no int64":    {func(h *fondsv1.ImportTextHeader) { h.Size = 1<<63 + 1 }, good, codes.InvalidArgument, api.ReasonTextTooLarge, "data"},
		"fewer bytes": {func(h *fondsv1.ImportTextHeader) { h.Size++ }, good, codes.InvalidArgument, api.ReasonSizeMismatch, "header.size"},
		"more bytes":  {func(h *fondsv1.ImportTextHeader) { h.Size-- }, good, codes.InvalidArgument, api.ReasonSizeMismatch, "header.size"},
		"other bytes": {func(h *fondsv1.ImportTextHeader) { h.Sha256 = digestOf(nil) }, good, codes.InvalidArgument, api.ReasonDigestMismatch, "header.sha256"},
		"empty":       {nil, nil, codes.InvalidArgument, api.ReasonNotText, "data"},
		"an image":    {nil, []byte("\x89PNG\r\n\x1a\n\x00\x00"), codes.InvalidArgument, api.ReasonNotText, "data"},
		"a PDF":       {nil, []byte("%PDF-1.7\n"), codes.InvalidArgument, api.ReasonNotText, "data"},
	} {
		h := importHeader("a.txt", c.file)
		if c.change != nil {
			c.change(h)
		}
		_, err := a.importText(h, c.file)
		if err == nil {
			t.Errorf("%s is taken", name)
			continue
		}
		t.Log(name, err)
		wantStatus(t, err, c.code, c.reason, c.field)
	}
	list, err := a.docs.ListDocuments(a.ctx(), &fondsv1.ListDocumentsRequest{})
	if err != nil || len(list.GetDocuments()) != 0 {
		t.Errorf("what was refused left %v, %v", list.GetDocuments(), err)
	}
}

func TestImportWithoutAHeader(t *testing.T) {
	t.Parallel()
	a := serve(t)
	stream, err := a.ingest.ImportText(a.ctx())
	if err != nil {
		t.Fatal(err)
	}
	_, err = stream.CloseAndRecv()
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "header")
}

// A file that is large waits for another, and does not keep a small one waiting for ever.
func TestImportsWaitForEachOther(t *testing.T) {
	t.Parallel()
	a := serve(t)
	slow, err := a.ingest.ImportText(a.ctx())
	if err != nil {
		t.Fatal(err)
	}
	h := importHeader("slow.txt", bytes.Repeat([]byte("a "), 20<<20))
	if err := slow.Send(&fondsv1.ImportTextRequest{Part: &fondsv1.ImportTextRequest_Header{Header: h}}); err != nil {
		t.Fatal(err)
	}
	a.imported("small.txt", wells)
	ended := make(chan error, 1)
	go func() {
		large := bytes.Repeat([]byte("b "), 20<<20)
		_, err := a.importText(importHeader("large.txt", large[:40<<20-1]), large[:10])
		ended <- err
	}()
	if err := slow.CloseSend(); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, slow.RecvMsg(&fondsv1.ImportTextResponse{}), codes.InvalidArgument, api.ReasonSizeMismatch, "header.size")
	wantStatus(t, <-ended, codes.InvalidArgument, api.ReasonSizeMismatch, "header.size")
}
