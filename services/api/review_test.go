package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// desk is an archive with people who correct and sign.
type desk struct {
	*archive
	reviews fondsv1.ReviewServiceClient
}

func reviewing(t *testing.T) *desk {
	t.Helper()
	a := serve(t)
	return &desk{archive: a, reviews: fondsv1.NewReviewServiceClient(a.conn)}
}

// person adds a user and gives the context of their calls.
func (d *desk) person(name string, roles ...catalog.Role) context.Context {
	d.t.Helper()
	_, secrets, err := d.accounts.AddUser(d.ctx(), auth.Local(), name, roles, false)
	if err != nil {
		d.t.Fatal(err)
	}
	return metadata.AppendToOutgoingContext(d.ctx(), "authorization", "Bearer "+secrets.Token)
}

// waiting gives the only review of a document.
func (d *desk) waiting(document string) *fondsv1.Review {
	d.t.Helper()
	for state := range fondsv1.ReviewState_name {
		list, err := d.reviews.ListReviews(d.ctx(), &fondsv1.ListReviewsRequest{Parent: document, State: fondsv1.ReviewState(state)})
		if err != nil {
			d.t.Fatal(err)
		}
		if state != 0 && len(list.GetReviews()) == 1 {
			r, err := d.reviews.GetReview(d.ctx(), &fondsv1.GetReviewRequest{Name: list.GetReviews()[0].GetName()})
			if err != nil {
				d.t.Fatal(err)
			}
			return r
		}
	}
	d.t.Fatalf("%s has no review", document)
	return nil
}

func (d *desk) submit(ctx context.Context, r *fondsv1.Review, text string) *fondsv1.Review {
	d.t.Helper()
	r, err := d.reviews.SubmitReview(ctx, &fondsv1.SubmitReviewRequest{Name: r.GetName(), Text: new(text), Etag: r.GetEtag()})
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *desk) sign(ctx context.Context, r *fondsv1.Review) (*fondsv1.Review, error) {
	return d.reviews.SignReview(ctx, &fondsv1.SignReviewRequest{Name: r.GetName(), ContentDigest: r.GetContentDigest(), Etag: r.GetEtag()})
}

func (d *desk) verifiedText(document string, asOf uint32) (*fondsv1.GetTextResponse, error) {
	return d.docs.GetText(d.ctx(), &fondsv1.GetTextRequest{Name: document, MinAssurance: fondsv1.Assurance_ASSURANCE_VERIFIED, AsOf: asOf})
}

func TestTwoPeopleStandBehindAText(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	document := d.telegram("4117.png", []byte("scan 4117"), []string{"SEGRET", "4117"})
	anna, boris := d.person("Anna", catalog.Corrects, catalog.Verifies), d.person("Boris", catalog.Verifies)

	r := d.waiting(document.GetName())
	if r.GetState() != fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT || r.GetText() != "SEGRET 4117\n" || r.GetRegionNumber() != 1 || r.GetWords() != 2 {
		t.Fatalf("what waits is %v", r)
	}
	_, err := d.sign(boris, &fondsv1.Review{Name: r.GetName(), ContentDigest: strings.Repeat("0", 64)})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonNotCorrected, "")

	r, err = d.reviews.ClaimReview(anna, &fondsv1.ClaimReviewRequest{Name: r.GetName()})
	if err != nil || r.GetClaimedByName() != "Anna" {
		t.Fatalf("claim: %v, %v", r, err)
	}
	_, err = d.reviews.ClaimReview(boris, &fondsv1.ClaimReviewRequest{Name: r.GetName()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonClaimed, "")
	r, err = d.reviews.SaveDraft(anna, &fondsv1.SaveDraftRequest{Name: r.GetName(), Text: "SECRET", Etag: r.GetEtag()})
	if err != nil || r.GetDraft().GetSaveTime() == nil || r.GetClaimedByName() != "Anna" || d.waiting(document.GetName()).GetDraft().GetText() != "SECRET" {
		t.Fatalf("draft: %v, %v", r, err)
	}
	_, err = d.reviews.SaveDraft(anna, &fondsv1.SaveDraftRequest{Name: r.GetName(), Text: "x", Etag: "0"})
	wantStatus(t, err, codes.Aborted, catalog.ReasonEtagMismatch, "")

	r = d.submit(anna, r, "SECRET 4117\n")
	if r.GetState() != fondsv1.ReviewState_REVIEW_STATE_TO_VERIFY || r.GetDraft() != nil || r.GetRegion().GetAssurance() != fondsv1.Assurance_ASSURANCE_CORRECTED {
		t.Fatalf("submitted: %v", r)
	}
	_, err = d.verifiedText(document.GetName(), 0)
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonAssuranceNotReached, "")
	_, err = d.sign(anna, r)
	wantStatus(t, err, codes.PermissionDenied, catalog.ReasonOwnWork, "")
	_, err = d.sign(d.ctx(), r) // the local operator
	wantStatus(t, err, codes.PermissionDenied, catalog.ReasonRoleMissing, "")

	signed, err := d.sign(boris, r)
	if err != nil || signed.GetState() != fondsv1.ReviewState_REVIEW_STATE_DONE {
		t.Fatalf("signed: %v, %v", signed, err)
	}
	text, err := d.verifiedText(document.GetName(), 0)
	if err != nil || text.GetRegions()[0].GetText() != r.GetText() || text.GetAssurance() != fondsv1.Assurance_ASSURANCE_VERIFIED {
		t.Fatalf("verified text: %v, %v", text, err)
	}
	verified := text.GetRevision()

	// A title leaves the signature, a correction takes it away; the signed revision stays.
	d.retitled(d.get(document.GetName()), "Telegram 4117")
	if text, err = d.verifiedText(document.GetName(), 0); err != nil || text.GetRevision() != verified+1 {
		t.Errorf("with another title: %v, %v", text, err)
	}
	r = d.submit(boris, signed, "SECRET 4118")
	_, err = d.verifiedText(document.GetName(), 0)
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonAssuranceNotReached, "")
	if instead := fmt.Sprintf("revision %d has VERIFIED", verified+1); !strings.Contains(status.Convert(err).Message(), instead) {
		t.Errorf("the refusal does not say what exists instead, %s: %v", instead, err)
	}
	if text, err = d.verifiedText(document.GetName(), verified); err != nil || text.GetRegions()[0].GetText() != "SECRET 4117\n" && text.GetRegions()[0].GetText() != "SECRET 4117" {
		t.Errorf("the signed revision has become %v, %v", text, err)
	}
	// What was signed is as good as printed: Anna has no part in what is based on it.
	if _, err = d.sign(anna, r); err != nil {
		t.Errorf("Anna signs what Boris made of a signed text: %v", err)
	}
	events, err := d.docs.ListEvents(d.ctx(), &fondsv1.ListEventsRequest{Parent: document.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range events.GetEvents() {
		if strings.HasPrefix(e.GetType(), "text.") {
			types = append(types, e.GetType())
			if len(e.GetRegions()) != 1 || e.GetRegions()[0].GetRegionNumber() != 1 {
				t.Errorf("event %v", e)
			}
		}
	}
	if got := strings.Join(types, " "); got != "text.corrected text.verified text.superseded text.verified" {
		t.Errorf("events of texts: %s", got)
	}
}
