package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

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

// call passes one call on.
func (p *page) call(w http.ResponseWriter, r *http.Request) {
	m, ok := p.methods[r.PathValue("service")+"/"+r.PathValue("method")]
	if !ok {
		p.writeError(w, problem{Status: http.StatusNotFound, Code: "UNIMPLEMENTED", Reason: "METHOD_NOT_OFFERED", Message: "the page has no such call"})
		return
	}
	session := p.session(r)
	if session == "" {
		p.writeError(w, signedOut)
		return
	}
	in, bad := readCall(r, m)
	if bad != nil {
		p.writeError(w, *bad)
		return
	}
	ctx, cancel := context.WithTimeout(withSession(r.Context(), session), callTime)
	defer cancel()
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

// readCall reads the request of a call: JSON, from the page itself, within the limit.
func readCall(r *http.Request, m method) (proto.Message, *problem) {
	if r.Header.Get(requestHeader) == "" {
		return nil, &problem{Status: http.StatusForbidden, Code: "PERMISSION_DENIED", Reason: "CROSS_SITE", Message: "calls need the header " + requestHeader}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &problem{Status: http.StatusUnsupportedMediaType, Code: "INVALID_ARGUMENT", Reason: "INVALID_ARGUMENT", Message: "calls take application/json"}
	}
	body, err := io.ReadAll(r.Body)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &problem{
			Status: http.StatusRequestEntityTooLarge, Code: "RESOURCE_EXHAUSTED", Reason: "REQUEST_TOO_LARGE",
			Message: fmt.Sprintf("a call may have %d MiB", maxBody>>20),
		}
	}
	if err != nil {
		return nil, &problem{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT", Reason: "INVALID_ARGUMENT", Message: "the request broke off"}
	}
	in := m.input.New().Interface()
	if err := protojson.Unmarshal(body, in); err != nil {
		return nil, &problem{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT", Reason: "INVALID_ARGUMENT", Message: "the request cannot be read: " + err.Error()}
	}
	return in, nil
}

// withSession lets a call speak for who has the session.
func withSession(ctx context.Context, session string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Session "+session)
}
