package api_test

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// The region of a draft is taken out of its document while somebody writes: what they have
// is kept and can be read, and they are told why it cannot be submitted.
func TestDraftOfARegionThatIsGone(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	document := d.telegram("4117.png", []byte("scan 4117"), []string{"SEGRET"})
	other := d.telegram("4118.png", []byte("scan 4118"), []string{"OTHER"})
	anna := d.person("Anna", catalog.Corrects)
	r := d.waiting(document.GetName())
	r, err := d.reviews.SaveDraft(anna, &fondsv1.SaveDraftRequest{Name: r.GetName(), Text: "SECRET", Etag: r.GetEtag()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.docs.UpdateDocument(d.ctx(), &fondsv1.UpdateDocumentRequest{Document: &fondsv1.Document{
		Name: document.GetName(), Regions: []*fondsv1.Region{{Page: other.GetRegions()[0].GetPage()}},
	}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"regions"}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err = d.reviews.GetReview(anna, &fondsv1.GetReviewRequest{Name: r.GetName()})
	if err != nil || r.GetDraft().GetText() != "SECRET" || r.GetRegionNumber() != 0 {
		t.Fatalf("the draft: %v, %v", r, err)
	}
	_, err = d.reviews.SubmitReview(anna, &fondsv1.SubmitReviewRequest{Name: r.GetName(), Text: new("SECRET"), Etag: r.GetEtag()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonContentChanged, "")
}
