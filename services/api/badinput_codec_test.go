package api

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

func field(number protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), content)
}

// What cannot be read is told by the name of the field, however deep it lies.
func TestWhatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	statement := field(15, field(3, []byte("words \xff"))) // document.fields.raw
	deep := []byte("x")
	for range 1000 {
		deep = field(10, deep) // instead of instead of instead
	}
	for name, c := range map[string]struct {
		message proto.Message
		wire    []byte
		field   string
		problem string
	}{
		"a name":            {&fondsv1.GetDocumentRequest{}, field(1, []byte("documents/\xff")), "name", "name is not UTF-8"},
		"a statement":       {&fondsv1.UpdateDocumentRequest{}, field(1, statement), "document.fields.raw", "document.fields.raw is not UTF-8"},
		"a list of numbers": {&fondsv1.AddUserRequest{}, field(2, []byte{1, 0xff}), "roles", "roles is cut off"},
		"a length":          {&fondsv1.GetDocumentRequest{}, []byte{0x0a, 0x7f, 'x'}, "name", "name is cut off"},
		"no tag":            {&fondsv1.GetDocumentRequest{}, []byte{0xff, 0xff}, "", "the request is no protocol buffer"},
		"text":              {&fondsv1.GetDocumentRequest{}, []byte("{\"name\": \"x\"}"), "", "the request is cut off"},
		"too deep":          {&fondsv1.UpdateDocumentRequest{}, field(1, field(15, append(deep, 0xff))), "document.fields", "document.fields is no protocol buffer"},
	} {
		if err := newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(c.wire)}, c.message); err != nil {
			t.Errorf("%s: the codec refuses it itself: %v", name, err)
			continue
		}
		e, ok := errors.AsType[*catalog.Error](checkSize("x", c.message))
		if !ok || e.Code != catalog.Invalid || e.Field != c.field || e.Message != c.problem {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// A caller cannot make a mark, and unknown fields are what they always were: passed over.
func TestMarksAreTheServersOwn(t *testing.T) {
	t.Parallel()
	for _, unknown := range [][]byte{
		field(protowire.MaxValidNumber, []byte("name\x00is mine")), field(protowire.MaxValidNumber, bytes.Repeat([]byte{0}, 16)),
		field(99, []byte("of a newer contract \xff")),
	} {
		m := &fondsv1.GetDocumentRequest{}
		wire := append(field(1, []byte("documents/1")), unknown...)
		if err := newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(wire)}, m); err != nil || m.GetName() != "documents/1" {
			t.Fatalf("%q: %v, %v", unknown, m, err)
		}
		if err := checkRead(m); err != nil {
			t.Errorf("%q: %v", unknown, err)
		}
	}
}

func TestMessagesArePutSoThatPeopleCanReadThem(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"«Молотов» 北京 𐏈 – x": "«Молотов» 北京 𐏈 – x", "a\u202eb\x00c\x1bd\ne\xff": "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd",
		strings.Repeat("я", 10_000): strings.Repeat("я", mostSaid/2) + "…",
	} {
		if got := legible(said); got != want {
			t.Errorf("%.60q becomes %.60q", said, got)
		}
	}
}

// Whatever comes, the codec never fails by itself; and what it could not read is refused.
func FuzzCodec(f *testing.F) {
	f.Add(field(1, field(15, field(3, []byte("\xff")))))
	f.Add(field(1, []byte{0x0a, 0x7f}))
	f.Add([]byte{0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, wire []byte) {
		for _, m := range []proto.Message{&fondsv1.UpdateDocumentRequest{}, &fondsv1.AddUserRequest{}, &fondsv1.CreateBatchRequest{}} {
			readable := proto.Unmarshal(wire, m.ProtoReflect().New().Interface()) == nil
			if err := newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(wire)}, m); err != nil {
				t.Fatalf("the codec refuses it itself: %v", err)
			}
			err := checkRead(m)
			if readable != (err == nil) {
				t.Fatalf("it can be read: %v; it is refused: %v", readable, err)
			}
			if err != nil && (!utf8.ValidString(err.Error()) || strings.TrimSpace(err.Error()) == "") {
				t.Fatalf("the message is %q", err)
			}
		}
	})
}
