package api_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc/metadata"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// The log of calls that failed has the ID of who called, let in or not, and no token.
func TestLogOfFailedCallsNamesTheCaller(t *testing.T) {
	a := serve(t)
	anna, secrets, err := a.accounts.AddUser(t.Context(), auth.Local(), "Anna Smirnova", []catalog.Role{catalog.Corrects}, false)
	if err != nil {
		t.Fatal(err)
	}
	with := func(token string) context.Context {
		return metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token)
	}
	const absent = "documents/01890000-0000-7000-8000-000000000000"
	get := func(ctx context.Context) error {
		_, err := a.docs.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: absent})
		return err
	}
	remove := func(ctx context.Context) error {
		_, err := a.docs.DeleteDocument(ctx, &fondsv1.DeleteDocumentRequest{Name: absent})
		return err
	}
	watch := func(ctx context.Context) error {
		s, err := a.docs.GetScan(ctx, &fondsv1.GetScanRequest{Name: "scans/" + strings.Repeat("0", 64)})
		if err == nil {
			_, err = s.Recv()
		}
		return err
	}
	for name, c := range map[string]struct {
		ctx  context.Context
		call func(context.Context) error
		want string
	}{
		"a call":             {with(secrets.Token), get, anna.ID},
		"a stream":           {with(secrets.Token), watch, anna.ID},
		"without the role":   {with(secrets.Token), remove, anna.ID},
		"without a token":    {t.Context(), get, "local"},
		"with a wrong token": {with("x" + secrets.Token), get, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(a.log.String())
			if err := c.call(c.ctx); err == nil {
				t.Fatal("the call did not fail")
			}
			said := a.log.String()[before:]
			if !strings.Contains(said, "call failed") || !strings.Contains(said, "person="+c.want+" ") {
				t.Errorf("want %s: %s", c.want, said)
			}
			if strings.Contains(said, secrets.Token) {
				t.Errorf("the log has a token: %s", said)
			}
		})
	}
}
