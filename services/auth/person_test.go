package auth

import (
	"context"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// A page that one person opened sends what it holds with the session of who signed in
// last in that browser; who says for whom they speak is held to it.
func TestGateKeepsPeopleApart(t *testing.T) {
	d := serve(t, true)
	anna, secrets := d.add("Anna", catalog.Reads)
	boris, _ := d.add("Boris", catalog.Reads)
	_, session, err := d.OpenLink(d.ctx(), secrets.Link)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		header string
		meant  []string
		code   codes.Code
	}{
		{"nobody named", "Session " + session, nil, codes.OK},
		{"herself", "Session " + session, []string{"users/" + anna.ID}, codes.OK},
		{"another", "Session " + session, []string{"users/" + boris.ID}, codes.Unauthenticated},
		{"herself and another", "Session " + session, []string{"users/" + anna.ID, "users/" + boris.ID}, codes.Unauthenticated},
		{"an empty name", "Session " + session, []string{""}, codes.Unauthenticated},
		{"another, by a token", "Bearer " + secrets.Token, []string{"users/" + boris.ID}, codes.Unauthenticated},
	} {
		md := metadata.MD{header: []string{c.header}, personHeader: c.meant}
		_, err := d.docs.GetDocument(metadata.NewOutgoingContext(d.ctx(), md), &fondsv1.GetDocumentRequest{})
		if status.Code(err) != c.code {
			t.Errorf("%s: %v, want %v", c.name, err, c.code)
		}
	}
	ctx := metadata.NewIncomingContext(context.Background(), metadata.MD{header: {"Session " + session}, personHeader: {"users/" + boris.ID}})
	_, err = (&Gate{Accounts: d.Accounts, Limiter: NewLimiter(d.clock.now)}).admit(ctx, fondsv1.AccountService_WhoAmI_FullMethodName)
	wantReason(t, err, catalog.Unauthenticated, ReasonOtherPerson, session)
}
