package api

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/encoding"
	encodingproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// codec is gRPC's own, but for requests that are no message of their method, such as one
// with a text that is not UTF-8. gRPC would answer those itself, with INTERNAL and words
// of its own, before any interceptor is called. This one hands such a request on, empty
// but for a mark that says what was wrong with it, and the interceptor that looks at the
// size of requests answers as for every other bad one.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(encodingproto.Name)} }

// Unmarshal reads a request, or marks it as one that cannot be read.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	err := c.CodecV2.Unmarshal(data, v)
	m, ok := v.(proto.Message)
	if err == nil || !ok {
		return err
	}
	field, problem := misencoded(m.ProtoReflect().Descriptor(), data.Materialize(), mostNested)
	if problem == "" {
		problem = "cannot be read"
	}
	proto.Reset(m)
	mark := append(bytes.Clone(unreadableMark), field+"\x00"+problem...)
	m.ProtoReflect().SetUnknown(protowire.AppendBytes(protowire.AppendTag(nil, protowire.MaxValidNumber, protowire.BytesType), mark))
	return nil
}

// unreadableMark begins the mark. No caller knows it.
var unreadableMark = func() []byte {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, says its documentation
	return b
}()

// checkRead is an error for a request that could not be read.
func checkRead(m proto.Message) error {
	_, _, n := protowire.ConsumeTag(m.ProtoReflect().GetUnknown())
	if n < 0 {
		return nil
	}
	said, _ := protowire.ConsumeBytes(m.ProtoReflect().GetUnknown()[n:])
	said, ok := bytes.CutPrefix(said, unreadableMark)
	if !ok {
		return nil
	}
	field, problem, _ := strings.Cut(string(said), "\x00")
	return invalid(field, cmp.Or(field, "the request")+" "+problem)
}

// mostNested is how deep messages are looked into for the field that cannot be read.
const mostNested = 20

// misencoded finds the first field of a message on the wire that cannot be read and says
// what is wrong with it. Without a field it is the message itself; without a problem all
// that was looked at can be read.
func misencoded(d protoreflect.MessageDescriptor, b []byte, deepest int) (field, problem string) {
	for len(b) > 0 && deepest > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return "", "is no protocol buffer"
		}
		size := protowire.ConsumeFieldValue(number, kind, b[n:])
		f := d.Fields().ByNumber(number)
		switch {
		case size < 0 && f == nil:
			return "", "is cut off"
		case size < 0:
			return string(f.Name()), "is cut off"
		case f != nil && kind == protowire.BytesType:
			content, _ := protowire.ConsumeBytes(b[n:])
			if inner, problem := misencodedIn(f, content, deepest-1); problem != "" {
				return string(f.Name()) + inner, problem
			}
		}
		b = b[n+size:]
	}
	return "", ""
}

// misencodedIn is misencoded for the content of one field; inner begins with a dot.
func misencodedIn(f protoreflect.FieldDescriptor, content []byte, deepest int) (inner, problem string) {
	switch f.Kind() {
	case protoreflect.StringKind:
		if !utf8.Valid(content) {
			return "", "is not UTF-8"
		}
	case protoreflect.MessageKind:
		inner, problem = misencoded(f.Message(), content, deepest)
		if inner != "" {
			inner = "." + inner
		}
	case protoreflect.EnumKind:
		for len(content) > 0 {
			_, n := protowire.ConsumeVarint(content)
			if n < 0 {
				return "", "is cut off"
			}
			content = content[n:]
		}
	}
	return inner, problem
}
