package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/reflect/protoreflect"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// mayCall are who may call a method of ReviewService, as the contract says it: all may
// read, who corrects may write, and who verifies may sign and write.
func mayCall(m protoreflect.MethodDescriptor) []string {
	switch {
	case strings.HasPrefix(string(m.Name()), "Sign"):
		return []string{"verifier"}
	case strings.HasPrefix(string(m.Name()), "List"), strings.HasPrefix(string(m.Name()), "Get"), m.Name() == "CompareReadings":
		return []string{"reader", "ingester", "corrector", "verifier", "operator", "service", "local"}
	}
	return []string{"corrector", "verifier", "service", "local"}
}

// callers are one of each kind that is known.
func (w *world) callers() map[string]context.Context {
	w.t.Helper()
	callers := map[string]context.Context{
		"reader": w.somebody("R", catalog.Reads), "ingester": w.somebody("I", catalog.Ingests), "corrector": w.somebody("C", catalog.Corrects),
		"verifier": w.somebody("V", catalog.Verifies), "operator": w.somebody("O", catalog.Operates), "local": w.t.Context(),
	}
	_, secrets, err := w.accounts.AddUser(w.t.Context(), auth.Local(), "Robot", []catalog.Role{catalog.Corrects, catalog.Ingests, catalog.Operates}, true)
	w.must(err)
	callers["service"] = bearer(w.t.Context(), secrets.Token)
	return callers
}

func bearer(ctx context.Context, token string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}

// Who lacks the role is told so, and nothing is done; who has it is not.
func TestEachRoleAtEachMethodOfReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	untouched := w.reference()
	before := untouched.state()
	service := fondsv1.File_fonds_v1_review_proto.Services().ByName("ReviewService")
	callers := w.callers()
	for i := range service.Methods().Len() {
		m := service.Methods().Get(i)
		for kind, ctx := range callers {
			request, changed := w.request(m, nil), w.catalog.Changed()
			err := w.call(ctx, m, request)
			if slices.Contains(mayCall(m), kind) {
				if err != nil {
					t.Errorf("%s by %s: %v", m.Name(), kind, err)
				}
				continue
			}
			wantStatus(t, err, codes.PermissionDenied, catalog.ReasonRoleMissing, "")
			wantUnchanged(t, fmt.Sprintf("%s by %s", m.Name(), kind), changed)
		}
	}
	if after := untouched.state(); after != before {
		t.Errorf("there is now\n%s\nthere was\n%s", after, before)
	}
	_, _, err := w.accounts.AddUser(t.Context(), auth.Local(), "Signing robot", []catalog.Role{catalog.Verifies}, true)
	if err == nil {
		t.Error("a program may sign")
	}
}

// madeUp is a token that nobody was given, formed as tokens are.
func madeUp() string {
	random := bytes.Repeat([]byte{7}, 32)
	sum := crc32.Update(crc32.ChecksumIEEE([]byte{byte(catalog.BearerToken)}), crc32.IEEETable, random)
	return "fonds_" + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(random, sum))
}

// Who is not known is told why not, whatever they call and whatever they send.
func TestCallersWhoAreNotKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	untouched := w.reference()
	before := untouched.state()
	user, secrets, err := w.accounts.AddUser(t.Context(), auth.Local(), "Barred", []catalog.Role{catalog.Corrects, catalog.Verifies}, false)
	w.must(err)
	_, err = w.accounts.UpdateUser(t.Context(), auth.Local(), user.ID, "", user.Roles, true)
	w.must(err)
	gone, revoked, err := w.accounts.AddUser(t.Context(), auth.Local(), "Gone", []catalog.Role{catalog.Corrects, catalog.Verifies}, false)
	w.must(err)
	_, err = w.accounts.RevokeTokens(t.Context(), auth.Local(), gone.ID)
	w.must(err)
	good := revoked.Token[:len(revoked.Token)-1]
	for _, c := range []struct{ name, header, reason string }{
		{"disabled", "Bearer " + secrets.Token, auth.ReasonUserBarred},
		{"revoked", "Bearer " + revoked.Token, catalog.ReasonUnauthenticated},
		{"unknown", "Bearer " + madeUp(), catalog.ReasonUnauthenticated},
		{"mistyped", "Bearer " + good + "?", auth.ReasonSecretMistyped},
		{"cut off", "Bearer " + good, auth.ReasonSecretMistyped},
		{"a link's secret", "Bearer " + secrets.Link, auth.ReasonSecretMistyped},
		{"a token as a session", "Session " + secrets.Token, auth.ReasonSecretMistyped},
		{"spaces", "Bearer    " + secrets.Token + "   ", auth.ReasonSecretMistyped},
		{"a space within", "Bearer " + secrets.Token[:20] + " " + secrets.Token[20:], auth.ReasonSecretMistyped},
		{"1 MB", "Bearer " + strings.Repeat("x", 1<<20), auth.ReasonSecretMistyped},
		{"no token", "Bearer", auth.ReasonSecretMistyped},
		{"nothing", "", catalog.ReasonUnauthenticated},
		{"another scheme", "Basic b3BlcmF0b3I6eA==", catalog.ReasonUnauthenticated},
		{"script", "<script>window.ran=1</script>", catalog.ReasonUnauthenticated},
	} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", c.header)
		for _, name := range []protoreflect.Name{"SaveDraft", "GetReview", "SignReview"} {
			m := fondsv1.File_fonds_v1_review_proto.Services().ByName("ReviewService").Methods().ByName(name)
			request, changed := w.request(m, nil), w.catalog.Changed()
			err := w.call(ctx, m, request)
			wantStatus(t, err, codes.Unauthenticated, c.reason, "")
			wantUnchanged(t, c.name, changed)
			judge(t, c.name, nil, err)
			if strings.Contains(err.Error(), secrets.Token) || strings.Contains(err.Error(), revoked.Token) {
				t.Errorf("%s: the answer has the secret", c.name)
			}
		}
	}
	twice := metadata.AppendToOutgoingContext(w.olga, "authorization", "Bearer "+madeUp())
	wantStatus(t, w.call(twice, methods()[5], &fondsv1.WhoAmIRequest{}), codes.Unauthenticated, catalog.ReasonUnauthenticated, "")
	if strings.Contains(w.log.String(), secrets.Token) || strings.Contains(w.log.String(), revoked.Token) || strings.Contains(w.log.String(), madeUp()) {
		t.Error("the log has a secret")
	}
	if after := untouched.state(); after != before {
		t.Errorf("there is now\n%s\nthere was\n%s", after, before)
	}
}

// What the libraries of clients refuse to send, a line break in a header, is sent by hand.
func TestTokenWithALineBreak(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	ended := make(chan error, 1)
	go func() { ended <- w.server.Serve(listener) }()
	t.Cleanup(func() {
		w.server.Stop()
		<-ended
	})
	for _, token := range []string{"Bearer fonds_abc\r\nx-injected: 1", "Bearer \x00", "\n", "Bearer \xff\xfe"} {
		if got := rawStatus(t, listener.Addr().String(), token); got == "0" || got == "13" || got == "2" {
			t.Errorf("%q is answered with the code %s", token, got)
		} else {
			t.Logf("%q: %s", token, got)
		}
	}
	if got := rawStatus(t, listener.Addr().String(), ""); got != "16" {
		t.Errorf("after them an empty header is answered with the code %s", got)
	}
}

// rawStatus calls WhoAmI with a header as it is, and gives grpc-status, or how the stream
// ended without one.
func rawStatus(t *testing.T, address, authorization string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(mostTime)); err != nil {
		t.Fatal(err)
	}
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{
		{":method", "POST"},
		{":scheme", "http"},
		{":path", fondsv1.AccountService_WhoAmI_FullMethodName},
		{":authority", "archive"},
		{"content-type", "application/grpc"},
		{"te", "trailers"},
		{"authorization", authorization},
	} {
		if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		t.Fatal(err)
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	err = framer.WriteSettings()
	if err == nil {
		err = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true})
	}
	if err == nil {
		err = framer.WriteData(1, true, []byte{0, 0, 0, 0, 0})
	}
	if err != nil {
		t.Fatal(err)
	}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return err.Error()
		}
		switch f := frame.(type) {
		case *http2.RSTStreamFrame:
			return "reset: " + f.ErrCode.String()
		case *http2.GoAwayFrame:
			return "gone: " + f.ErrCode.String()
		case *http2.MetaHeadersFrame:
			for _, field := range f.Fields {
				if field.Name == "grpc-status" {
					return field.Value
				}
			}
		}
	}
}
