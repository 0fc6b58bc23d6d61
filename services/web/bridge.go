package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// allowed are the methods that the page may call, by service. All that destroys, moves
// or administers is for other clients.
var allowed = map[string][]string{
	fondsv1.CatalogService_ServiceDesc.ServiceName: {
		"GetDocument", "ListDocuments", "LookupDocuments", "SearchDocuments", "ListLinks", "GetThread",
		"UpdateDocument", "GetText", "ListReadings", "GetReading", "ListCollections",
	},
	fondsv1.ReviewService_ServiceDesc.ServiceName: {
		"ListReviews", "GetReview", "ClaimReview", "ClaimNextReview", "ReleaseReview", "SaveDraft", "SubmitReview",
		"SignReview", "SendBack", "SkipReview", "SignFields", "GetProgress", "ListRevisions", "CompareReadings",
	},
	fondsv1.AccountService_ServiceDesc.ServiceName: {"WhoAmI"},
	fondsv1.LedgerService_ServiceDesc.ServiceName:  {"GetCheckpoint", "GetProof"},
}

// method is one that may be called.
type method struct {
	path          string // as gRPC has it, /package.Service/Method
	input, output protoreflect.MessageType
}

// allowedMethods finds the methods in the registry, by SERVICE/METHOD.
func allowedMethods() (map[string]method, error) {
	found := map[string]method{}
	for service, names := range allowed {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", service, err)
		}
		methods := d.(protoreflect.ServiceDescriptor).Methods()
		for _, name := range names {
			m := methods.ByName(protoreflect.Name(name))
			if m == nil || m.IsStreamingClient() || m.IsStreamingServer() {
				return nil, fmt.Errorf("%s has no method %s with one answer", service, name)
			}
			in, inErr := protoregistry.GlobalTypes.FindMessageByName(m.Input().FullName())
			out, outErr := protoregistry.GlobalTypes.FindMessageByName(m.Output().FullName())
			if err := errors.Join(inErr, outErr); err != nil {
				return nil, fmt.Errorf("messages of %s: %w", m.FullName(), err)
			}
			key := service + "/" + name
			found[key] = method{path: "/" + key, input: in, output: out}
		}
	}
	return found, nil
}

// maxAnswer bounds the answer to a call: a page of 20,000 words takes under 2 MB.
const maxAnswer = 32 << 20

// Bodies of calls. Most are names and filters; a text of a million characters takes up to
// 4 bytes each in UTF-8, and no page comes near.
const (
	smallBody = 64 << 10
	largeBody = 4 << 20
)

// bodyLimit is the largest body of a call in bytes, as the API limits requests.
func bodyLimit(path string) int64 {
	switch path {
	case fondsv1.ReviewService_SaveDraft_FullMethodName, fondsv1.ReviewService_SubmitReview_FullMethodName,
		fondsv1.CatalogService_UpdateDocument_FullMethodName:
		return largeBody
	}
	return smallBody
}

const (
	// mostDecoded are large bodies read as JSON at once. Each holds what it makes, 70 MB
	// at worst, until its call is answered for.
	mostDecoded = 4
	// mostObjects bounds the objects in a body: an empty one takes 3 bytes of it and 450
	// of memory. A document of 20,000 regions has 60,000.
	mostObjects = 100_000
)

// call passes one call on. Nothing of its body is kept or decoded before it is known who
// is there: a session that is none costs as much as reading it off the wire.
func (p *page) call(w http.ResponseWriter, r *http.Request) {
	m, ok := p.methods[r.PathValue("service")+"/"+r.PathValue("method")]
	if !ok {
		p.writeError(w, problem{Status: http.StatusNotFound, Code: "UNIMPLEMENTED", Reason: "METHOD_NOT_OFFERED", Message: "the page has no such call"})
		return
	}
	if bad := fromPage(r); bad != nil {
		p.writeError(w, *bad)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), callTime)
	defer cancel()
	ctx, bad := p.speaker(ctx, r)
	if bad != nil {
		// Browsers take an answer that comes before they have sent all for a broken line.
		_, _ = io.Copy(io.Discard, r.Body)
		p.writeError(w, *bad)
		return
	}
	in, bad := p.readCall(w, r, m)
	if bad != nil {
		p.writeError(w, *bad)
		return
	}
	out := m.output.New().Interface()
	if err := p.Conn.Invoke(ctx, m.path, in, out, grpc.MaxCallRecvMsgSize(maxAnswer)); err != nil {
		p.writeError(w, problemOf(err))
		return
	}
	answer, err := protojson.Marshal(out)
	if err != nil {
		p.Log.Error("encode an answer", "method", m.path, "error", err)
		p.writeError(w, problemOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(answer); err != nil {
		p.Log.Debug("answer was not taken", "method", m.path, "error", err)
	}
}

// fromPage refuses what no script of the page has sent.
func fromPage(r *http.Request) *problem {
	if r.Header.Get(requestHeader) == "" {
		return &problem{Status: http.StatusForbidden, Code: "PERMISSION_DENIED", Reason: "CROSS_SITE", Message: "calls need the header " + requestHeader}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &problem{Status: http.StatusUnsupportedMediaType, Code: "INVALID_ARGUMENT", Reason: "INVALID_ARGUMENT", Message: "calls take application/json"}
	}
	return nil
}

// speaker returns a context that speaks for whose session came, and only for the person
// whose page it is. A session is asked for once in a while; the API looks at it with each
// call.
func (p *page) speaker(ctx context.Context, r *http.Request) (context.Context, *problem) {
	session := p.session(r)
	if session == "" {
		return ctx, &signedOut
	}
	ctx = withSession(ctx, session)
	if person := r.Header.Values(personHeader); len(person) > 0 {
		ctx = metadata.AppendToOutgoingContext(ctx, personMetadata, person[0])
	}
	key := accessKey{session: sha256.Sum256([]byte(session))}
	if p.access.known(key) {
		return ctx, nil
	}
	if _, err := fondsv1.NewAccountServiceClient(p.Conn).WhoAmI(ctx, &fondsv1.WhoAmIRequest{}); err != nil {
		bad := problemOf(err)
		return ctx, &bad
	}
	p.access.remember(key)
	return ctx, nil
}

// readCall reads the request of a call within its limits.
func (p *page) readCall(w http.ResponseWriter, r *http.Request, m method) (proto.Message, *problem) {
	limit := bodyLimit(m.path)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, tooLarge(limit, fmt.Sprintf("a call may have %d KiB", limit>>10))
	}
	if err != nil {
		return nil, unreadable("the request broke off")
	}
	if len(body) > smallBody {
		select {
		case p.decoding <- struct{}{}:
			defer func() { <-p.decoding }()
		case <-r.Context().Done():
			return nil, unreadable("the request broke off")
		}
	}
	if objects(body) > mostObjects {
		return nil, tooLarge(mostObjects, fmt.Sprintf("a call may have %d objects", mostObjects))
	}
	in := m.input.New().Interface()
	if err := protojson.Unmarshal(body, in); err != nil {
		// The words of the parser are for who writes the page, and quote what was sent.
		p.Log.Debug("a call cannot be read", "method", m.path, "error", fmt.Sprintf("%.120s", err))
		return nil, unreadable("the request cannot be read: a part of it is not known, is of the wrong kind, or has a character that is none")
	}
	return in, nil
}

func tooLarge(limit int64, words string) *problem {
	return &problem{
		Status: http.StatusRequestEntityTooLarge, Code: "INVALID_ARGUMENT", Reason: "REQUEST_TOO_LARGE",
		Message: "this is too long: " + words, Metadata: map[string]string{"limit": strconv.FormatInt(limit, 10)},
	}
}

func unreadable(words string) *problem {
	return &problem{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT", Reason: "INVALID_ARGUMENT", Message: words}
}

// objects counts the objects and lists of JSON, and never fewer than are made of it.
func objects(body []byte) (n int) {
	quoted := false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			n++
		}
	}
	return n
}

// withSession lets a call speak for who has the session.
func withSession(ctx context.Context, session string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Session "+session)
}
