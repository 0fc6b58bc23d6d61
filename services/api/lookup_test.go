package api_test

import (
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
