package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// mostTime is how long one call may take, longestMessage how many bytes its error may
	// have, and mostDetails those of what comes with it.
	mostTime       = 20 * time.Second
	longestMessage = 2000
	mostDetails    = 16_000
	// listening is how long a stream is waited for that goes on as long as it is wanted.
	listening = 100 * time.Millisecond
	// deepEnough is up to how many fields on the way to it every field is spoiled in every
	// way.
	deepEnough = 3
)

// answers are the codes that a bad request may be answered with. All others would say
// that something is wrong with the server.
var answers = []codes.Code{
	codes.OK, codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.Aborted, codes.FailedPrecondition,
	codes.PermissionDenied, codes.ResourceExhausted, codes.Unauthenticated,
}

// goesOn are the streams that wait for what is new.
var goesOn = []protoreflect.Name{"WatchEvents", "WatchBatch", "WatchCampaign"}

// bytesOnly sends and receives bytes as they are.
type bytesOnly struct{}

func (bytesOnly) Name() string { return "proto" }

func (bytesOnly) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (bytesOnly) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

// call makes one call with messages as they are on the wire, and tells how it ended.
func (w *world) call(ctx context.Context, m protoreflect.MethodDescriptor, first proto.Message) error {
	w.t.Helper()
	limit := mostTime
	if slices.Contains(goesOn, m.Name()) {
		limit = listening
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	stream, err := w.conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, pathOf(m), grpc.ForceCodecV2(bytesOnly{}))
	if err != nil {
		return err
	}
	for _, message := range append([]proto.Message{first}, behind(first)...) {
		encoded, err := proto.MarshalOptions{AllowPartial: true}.Marshal(message)
		w.must(err)
		if stream.SendMsg(encoded) != nil {
			break // the answer says why
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for {
		var answer []byte
		switch err := stream.RecvMsg(&answer); {
		case errors.Is(err, io.EOF):
			return nil
		case status.Code(err) == codes.DeadlineExceeded && limit == listening:
			return nil
		case err != nil:
			return err
		}
	}
}

// TestEveryFieldOfEveryMethodWithBadInput spoils each field of each request of the
// contract in each way that there is, and sends it.
func TestEveryFieldOfEveryMethodWithBadInput(t *testing.T) {
	t.Parallel()
	var all tally
	t.Run("methods", func(t *testing.T) {
		for i, part := range dealt(methods(), 3) {
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.tally = &all
				untouched := w.reference()
				before := untouched.state()
				if raced { // one of three: they go the same way through the server
					part = part[:(len(part)+2)/3]
				}
				for _, m := range part {
					w.tryEach(t, m)
				}
				if after := untouched.state(); after != before {
					t.Errorf("what nobody named has changed:\n%s\nit was\n%s", after, before)
				}
				w.audit()
				if strings.Contains(w.log.String(), "panic") {
					t.Errorf("the server panicked: %s", w.log)
				}
			})
		}
	})
	t.Logf("%d methods: %s", len(methods()), all.String())
}

// dealt gives each of n archives about as many fields to try. What goes through the whole
// archive comes first, while there is little in it.
func dealt(methods []protoreflect.MethodDescriptor, n int) [][]protoreflect.MethodDescriptor {
	size := func(m protoreflect.MethodDescriptor) int { return len(ways(m.Input(), nil)) }
	slices.SortStableFunc(methods, func(a, b protoreflect.MethodDescriptor) int { return size(b) - size(a) })
	parts := make([][]protoreflect.MethodDescriptor, n)
	for i, m := range methods {
		if m.IsStreamingServer() {
			parts[i%n] = slices.Insert(parts[i%n], 0, m)
			continue
		}
		parts[i%n] = append(parts[i%n], m)
	}
	return parts
}

// tryEach calls a method as it should be called, and then with each of its fields spoiled.
func (w *world) tryEach(t *testing.T, m protoreflect.MethodDescriptor) {
	t.Helper()
	for i, to := range append([]way{nil}, ways(m.Input(), nil)...) {
		tried := []bad{{name: "as it should be"}}
		if to != nil {
			tried = bads(to.last())
		}
		var request proto.Message
		for j, b := range tried {
			if (i+j)%oneOf(to) > 0 {
				continue
			}
			if request == nil {
				request = w.request(m, to)
			}
			spoiled := proto.Clone(request)
			if b.spoil != nil {
				b.spoil(to.holder(spoiled.ProtoReflect()), to.last())
			}
			what := fmt.Sprintf("%s, %s: %s", m.Name(), to, b.name)
			changed, begun := w.catalog.Changed(), time.Now()
			err := w.call(w.olga, m, spoiled)
			w.tally.count(status.Code(err))
			if took := time.Since(begun); took > mostTime {
				t.Errorf("%s: takes %v", what, took)
			}
			switch {
			case err == nil:
				request = nil // another one, as this one is done
			case b.spoil == nil:
				t.Errorf("%s: %v", what, err)
			default:
				judge(t, what, to, err)
				wantUnchanged(t, what, changed)
			}
		}
	}
}

// oneOf tells of how many ways to spoil a field one is tried: all but deep down, where it
// is one of four. Under the race detector, which looks for other things, it is fewer.
func oneOf(to way) int {
	n := 1
	if len(to) > deepEnough {
		n = 4
	}
	if raced && to != nil {
		n *= 6
	}
	return n
}

// tally counts calls by how they were answered.
type tally struct {
	mu     sync.Mutex
	counts map[codes.Code]int
}

func (c *tally) count(code codes.Code) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[codes.Code]int{}
	}
	c.counts[code]++
}

func (c *tally) String() string {
	var words []string
	calls := 0
	for _, code := range slices.Sorted(maps.Keys(c.counts)) {
		calls += c.counts[code]
		words = append(words, fmt.Sprintf("%d %s", c.counts[code], code))
	}
	return fmt.Sprintf("%d calls, %s", calls, strings.Join(words, ", "))
}

// wantUnchanged fails when something was stored by a call that was refused.
func wantUnchanged(t *testing.T, what string, changed <-chan struct{}) {
	t.Helper()
	select {
	case <-changed:
		t.Errorf("%s: it was refused, and something was stored", what)
	default:
	}
}

// inside is what no caller should see: types and packages of Go, and what a database says.
var inside = regexp.MustCompile(`(?i)\*?\b(fondsv1|catalog|protoreflect|reflect|strconv|json|sqlite|proto|grpc|utf8)[.:]|\bfonds\.v1\.[A-Z]\w*(Request|Response)?\b\s*[{(]|goroutine|0x[0-9a-f]{6}|map\[|%!|\bSQL\b|constraint|SELECT .* FROM|INSERT INTO`)

// judge checks that an answer is one that a caller can do something with, and names the
// field that was spoiled, if one was.
func judge(t *testing.T, what string, to way, err error) {
	t.Helper()
	st := status.Convert(err)
	if !slices.Contains(answers, st.Code()) {
		t.Errorf("%s: answered %v", what, err)
		return
	}
	message := st.Message()
	if len(message) > longestMessage || message == "" {
		t.Errorf("%s: the message has %d bytes: %.300s", what, len(message), message)
	}
	if strings.ContainsFunc(message, unseen) || !utf8.ValidString(message) {
		t.Errorf("%s: the message has what cannot be seen: %q", what, message)
	}
	if found := inside.FindString(message); found != "" {
		t.Errorf("%s: the message tells of %q: %s", what, found, message)
	}
	info, fields, size := &errdetails.ErrorInfo{}, []string(nil), 0
	for _, d := range st.Details() {
		size += proto.Size(d.(proto.Message))
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				fields = append(fields, v.GetField())
			}
		}
	}
	if size > mostDetails {
		t.Errorf("%s: %d bytes come with the message", what, size)
	}
	if info.GetDomain() != api.Domain || info.GetReason() == "" {
		t.Errorf("%s: %s has no reason: %s", what, st.Code(), message)
	}
	if to != nil && st.Code() == codes.InvalidArgument && !namesField(to, fields, message) && info.GetReason() != api.ReasonRequestTooLarge {
		t.Errorf("%s: it does not say which field is wrong (%v): %s", what, fields, message)
	}
}

func unseen(c rune) bool {
	return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c >= 0xfffe && c <= 0xffff
}

var index = regexp.MustCompile(`\[[^]]*\]`)

// namesField tells whether an answer names the field that was spoiled, or one around it or
// within it.
func namesField(to way, fields []string, message string) bool {
	path := to.String()
	for _, f := range fields {
		f = index.ReplaceAllString(f, "")
		if f == path || strings.HasPrefix(path, f+".") || strings.HasPrefix(f, path+".") {
			return true
		}
		// Where one of several is needed, that is wrong which is missing; in a statement
		// the value, which goes with its words; without a mask what it would have named.
		if one := to[0].ContainingOneof(); one != nil && (f == string(one.Name()) || one.Fields().ByName(protoreflect.Name(f)) != nil) {
			return true
		}
		if strings.HasPrefix(path, "document.fields.") && strings.HasPrefix(f, "document.fields.") || path == "update_mask" {
			return true
		}
	}
	return strings.Contains(message, string(to.last().Name()))
}

// reference are documents that no call names.
type reference struct {
	*world
	documents []string
	// revisions are those that there were at first; rules may read a text anew.
	revisions map[string]uint32
}

// reference makes one as it was read, one with a draft, one corrected and one signed.
func (w *world) reference() *reference {
	w.t.Helper()
	r := &reference{world: w, revisions: map[string]uint32{}}
	for range 4 {
		r.documents = append(r.documents, w.published())
	}
	drafted := w.waiting(r.documents[1])
	_, err := w.reviews.SaveDraft(w.anna, &fondsv1.SaveDraftRequest{Name: drafted.GetName(), Text: "half a draft <b>é</b>", Etag: drafted.GetEtag()})
	w.must(err)
	w.submit(w.anna, w.waiting(r.documents[2]), "corrected")
	_, err = w.sign(w.olga, w.submit(w.anna, w.waiting(r.documents[3]), "corrected and signed"))
	w.must(err)
	for _, name := range r.documents {
		r.revisions[name] = r.get(name).GetRevision()
	}
	return r
}

// state is what there is of the documents: each text that there ever was, and each draft.
func (r *reference) state() string {
	r.t.Helper()
	var all strings.Builder
	for _, name := range r.documents {
		for revision := range r.revisions[name] + 1 { // 0 is the newest
			text, err := r.docs.GetText(r.t.Context(), &fondsv1.GetTextRequest{Name: name, AsOf: revision})
			r.must(err)
			fmt.Fprintf(&all, "%s %d %s %q\n", name, revision, text.GetAssurance(), text.GetRegions()[0].GetText())
		}
		fmt.Fprintf(&all, "%s %s\n", name, r.waiting(name).GetDraft())
	}
	return all.String()
}

// audit looks at everything that is stored.
func (w *world) audit() {
	w.t.Helper()
	a := &catalog.Audit{
		Found: func(name, problem string) { w.t.Errorf("audit: %s %s", name, problem) },
		Body: func(body []byte, text string) error {
			var b fondsv1.Body
			if err := proto.Unmarshal(body, &b); err != nil || b.GetText() != text {
				return fmt.Errorf("its body says %q, its text %q, %w", b.GetText(), text, err)
			}
			return nil
		},
		Scan: func(s catalog.Scan) error { return w.blobs.Verify(w.t.Context(), string(s.Digest)) },
	}
	w.must(w.catalog.Audit(w.t.Context(), a))
	if a.Documents == 0 || a.Scans == 0 {
		w.t.Errorf("the audit saw %d documents and %d scans", a.Documents, a.Scans)
	}
}
