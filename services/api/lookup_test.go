package api_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

func TestLookupDocumentsGivesFields(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("inbox/4117.png", []byte("scan 4117"), []string{"CIPHERED TELEGRAM No. 4117"})
	reading := d.GetRegions()[0].GetReading()
	id := d.GetName()[len("documents/"):]
	fields := []catalog.Field{
		{
			Name: "telegram_number", Value: []byte(`"4117"`), Raw: "No. 4117", Confidence: 0.95, Rule: "heading@1", Assurance: catalog.AssuranceMachine,
			Evidence: []catalog.Evidence{{Reading: reading[len(reading)-36:], Start: 18, End: 26, Boxes: [][4]int{{1, 2, 3, 4}}}},
		},
		{Name: "received_at", Value: []byte(`{"iso":"1949-03-12T18:40","precision":"minute","tz":"unstated"}`), Raw: "18:40 12 March 1949"},
		{Name: "addressee", Value: []byte(`{"id":"person:x","as_written":"X","role":"final"}`), Raw: "X"},
		{Name: "copy_count", Value: []byte(`3`), Raw: "three"},
		{Name: "stamp", Value: []byte(`{"text":"RETURN"}`), Raw: "[RETURN]"},
		{Name: "series", Value: []byte(`17`), Raw: "a value of the wrong form"},
	}
	number := catalog.Key{Kind: "telegram_number", Text: "4117"}
	if _, err := a.catalog.StoreFields(t.Context(), []catalog.Extracted{{Document: id, Revision: int(d.GetRevision()), Fields: fields, Keys: []catalog.Key{number}}}); err != nil {
		t.Fatal(err)
	}
	found, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{
		By: &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: "№ 4117"},
	})
	if err != nil || len(found.GetDocuments()) != 1 || found.GetDocuments()[0].GetName() != d.GetName() {
		t.Fatalf("found %v, %v", found, err)
	}
	got := found.GetDocuments()[0].GetFields()
	if len(got) != len(fields) {
		t.Fatalf("%d fields, want %d", len(got), len(fields))
	}
	if e := got[0].GetEvidence()[0]; got[0].GetValue().GetText() != "4117" || e.GetReading() != reading || e.GetBoxes()[0].GetHeight() != 4 {
		t.Errorf("number: %v", got[0])
	}
	if got[1].GetValue().GetDate().GetIso() != "1949-03-12T18:40" || got[2].GetValue().GetAgent().GetRole() != "final" {
		t.Errorf("date and agent: %v, %v", got[1], got[2])
	}
	if got[3].GetValue().GetNumber() != 3 || got[4].GetValue().GetText() != "RETURN" {
		t.Errorf("count and stamp: %v, %v", got[3], got[4])
	}
	if got[5].GetValue() != nil || got[5].GetRaw() == "" {
		t.Errorf("a value of the wrong form: %v", got[5])
	}
	none, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{
		By: &fondsv1.LookupDocumentsRequest_RegistryNumber{RegistryNumber: "4117"},
	})
	if err != nil || len(none.GetDocuments()) != 0 {
		t.Errorf("by another kind of number: %v, %v", none, err)
	}
	_, err = a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Date{Date: "yesterday"}})
	wantStatus(t, err, codes.InvalidArgument, "INVALID_ARGUMENT", "by")
}

func (a *archive) lookUp(req *fondsv1.LookupDocumentsRequest) string {
	a.t.Helper()
	found, err := a.docs.LookupDocuments(a.ctx(), req)
	if err != nil {
		a.t.Fatal(err)
	}
	var titles []string
	for _, d := range found.GetDocuments() {
		titles = append(titles, d.GetTitle())
	}
	return strings.Join(titles, " ")
}

func TestLookupByNumberAndDate(t *testing.T) {
	t.Parallel()
	a := serve(t)
	number := catalog.Key{Kind: "telegram_number", Text: "4117"}
	for i, path := range []string{"a.png", "b.png"} {
		d := a.stated(path, "4117")
		id := strings.TrimPrefix(d.GetName(), "documents/")
		// 10 June 1951 is day -6780, and 1952-06-09 is 365 days on.
		day := -6780 + 365*i
		keys := []catalog.Key{number, {Kind: "own_date", Low: day, High: day}, {Kind: "date", Text: []string{"1951-06-10", "1952-06-09"}[i], Low: day, High: day}}
		if _, err := a.catalog.StoreFields(t.Context(), []catalog.Extracted{{Document: id, Revision: int(d.GetRevision()), Keys: keys}}); err != nil {
			t.Fatal(err)
		}
	}
	by := &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: "4117"}
	for on, want := range map[string]string{"": "a.png b.png", "1951": "a.png", "1952-06": "b.png", "1951-06-10/1952": "a.png b.png", "1950": ""} {
		if got := a.lookUp(&fondsv1.LookupDocumentsRequest{By: by, OnDate: on}); got != want {
			t.Errorf("number on %q: %q, want %q", on, got, want)
		}
		if on == "" {
			continue
		}
		if got := a.lookUp(&fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Date{Date: on}}); got != want {
			t.Errorf("date %q: %q, want %q", on, got, want)
		}
	}
	_, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: by, OnDate: "some day"})
	wantStatus(t, err, codes.InvalidArgument, "INVALID_ARGUMENT", "on_date")
	_, err = a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_SourceUrl{SourceUrl: "x.org"}, OnDate: "1951"})
	wantStatus(t, err, codes.InvalidArgument, "INVALID_ARGUMENT", "on_date")
}

// TestLookupByScanAndLinks: c answers a and refers to b.
func TestLookupByScanAndLinks(t *testing.T) {
	t.Parallel()
	a := serve(t)
	names := map[string]string{}
	var last *fondsv1.Document
	for _, path := range []string{"a.png", "b.png", "c.png"} {
		last = a.stated(path, "4117")
		names[path[:1]] = last.GetName()
	}
	id := func(name string) string { return strings.TrimPrefix(names[name], "documents/") }
	links := []catalog.Link{
		{Document: id("c"), Target: id("b"), Kind: catalog.LinkReference, Reference: []byte(`{"kind":"telegram","relation":"refers_to"}`)},
		{Document: id("c"), Target: id("a"), Kind: catalog.LinkReference, Reference: []byte(`{"kind":"telegram","relation":"in_reply_to"}`)},
		{Document: id("c"), Kind: catalog.LinkReference, Reference: []byte(`{"kind":"telegram","relation":"in_reply_to"}`)},
		{Document: id("c"), Target: id("b"), Kind: catalog.LinkCopy},
	}
	if err := a.catalog.StoreDerived(t.Context(), []catalog.Derived{{Document: id("c"), Revision: int(last.GetRevision()), Links: links}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		request *fondsv1.LookupDocumentsRequest
		want    string
	}{
		"scan":                     {&fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Scan{Scan: strings.Split(last.GetRegions()[0].GetPage(), "/pages")[0]}}, "c.png"},
		"c refers to":              {&fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_ReferredToBy{ReferredToBy: names["c"]}}, "a.png b.png"},
		"c answers":                {&fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_AnsweredBy{AnsweredBy: names["c"]}}, "a.png"},
		"refer to b":               {&fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_ReferringTo{ReferringTo: names["b"]}}, "c.png"},
		"answer a":                 {&fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Answering{Answering: names["a"]}}, "c.png"},
		"answer b":                 {&fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Answering{Answering: names["b"]}}, ""},
		"c refers to, first of it": {&fondsv1.LookupDocumentsRequest{PageSize: 1, By: &fondsv1.LookupDocumentsRequest_ReferredToBy{ReferredToBy: names["c"]}}, "a.png"},
	} {
		if got := a.lookUp(c.request); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	nobody := "documents/00000000-0000-7000-8000-000000000000"
	_, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Answering{Answering: nobody}})
	wantStatus(t, err, codes.NotFound, catalog.ReasonDocumentNotFound, "")
	_, err = a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_Scan{Scan: "scans/" + strings.Repeat("0", 64)}})
	wantStatus(t, err, codes.NotFound, catalog.ReasonScanNotFound, "")
}

func TestLookupTellsHowACitationWasRead(t *testing.T) {
	t.Parallel()
	a := serve(t)
	by := &fondsv1.LookupDocumentsRequest_Citation{Citation: "558.11.339"}
	found, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: by})
	if err != nil || len(found.GetCitations()) != 2 || found.GetCitations()[0].GetShort() != "RGASPI, f. 558, op. 11, d. 339" || found.GetCitations()[1].GetWhy() == "" {
		t.Errorf("read as %v, %v", found.GetCitations(), err)
	}
}
