package api_test

import (
	"math"
	"slices"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// deepest is how many fields a path into a request has at most: the day that a step of
// a document's field was taken is document.fields.value.step.at.
const deepest = 6

// many is how many elements a list has that has too many.
const many = 100_000

// long is how many bytes a text has that is much too long.
const long = 2 << 20

// methods are all of the contract, from the descriptors, so that a new one is among them.
func methods() []protoreflect.MethodDescriptor {
	files := []protoreflect.FileDescriptor{
		fondsv1.File_fonds_v1_account_proto, fondsv1.File_fonds_v1_catalog_proto, fondsv1.File_fonds_v1_ingest_proto,
		fondsv1.File_fonds_v1_ledger_proto, fondsv1.File_fonds_v1_purge_proto, fondsv1.File_fonds_v1_review_proto,
		fondsv1.File_fonds_v1_recipe_proto, fondsv1.File_fonds_v1_reprocess_proto,
	}
	var all []protoreflect.MethodDescriptor
	for _, file := range files {
		for i := range file.Services().Len() {
			list := file.Services().Get(i).Methods()
			for j := range list.Len() {
				all = append(all, list.Get(j))
			}
		}
	}
	return all
}

func pathOf(m protoreflect.MethodDescriptor) string {
	return "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
}

// way leads to a field of a request, through the first element of each list.
type way []protoreflect.FieldDescriptor

func (w way) String() string {
	names := make([]string, len(w))
	for i, f := range w {
		names[i] = string(f.Name())
	}
	return strings.Join(names, ".")
}

func (w way) last() protoreflect.FieldDescriptor { return w[len(w)-1] }

// ways gives all into a message, through no message twice.
func ways(m protoreflect.MessageDescriptor, before way) []way {
	var all []way
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		w := append(slices.Clone(before), f)
		all = append(all, w)
		inner := f.Message()
		if inner == nil || f.IsMap() || len(w) == deepest || inner.ParentFile().Package() == "google.protobuf" {
			continue
		}
		if slices.ContainsFunc(before, func(b protoreflect.FieldDescriptor) bool { return b.Message() == inner }) {
			continue
		}
		all = append(all, ways(inner, w)...)
	}
	return all
}

// holder gives the message of a request in which a way ends; what is missing on the way
// is made.
func (w way) holder(request protoreflect.Message) protoreflect.Message {
	for _, f := range w[:len(w)-1] {
		if !f.IsList() {
			request = request.Mutable(f).Message()
			continue
		}
		list := request.Mutable(f).List()
		if list.Len() == 0 {
			list.AppendMutable()
		}
		request = list.Get(0).Message()
	}
	return request
}

// A bad is a way to spoil a field of a message.
type bad struct {
	name  string
	spoil func(holder protoreflect.Message, f protoreflect.FieldDescriptor)
}

func value(name string, v any) bad {
	return bad{name, func(holder protoreflect.Message, f protoreflect.FieldDescriptor) {
		put(holder, f, protoreflect.ValueOf(v))
	}}
}

// put gives a field a value, a list one element.
func put(holder protoreflect.Message, f protoreflect.FieldDescriptor, v protoreflect.Value) {
	if !f.IsList() {
		holder.Set(f, v)
		return
	}
	holder.Clear(f)
	holder.Mutable(f).List().Append(v)
}

// raw puts bytes into the place of a field as they are: what a client's library would
// not write.
func raw(name string, bytes func(f protoreflect.FieldDescriptor) []byte) bad {
	return bad{name, func(holder protoreflect.Message, f protoreflect.FieldDescriptor) {
		holder.Clear(f)
		holder.SetUnknown(bytes(f))
	}}
}

// bads gives what a field is spoiled with, by its kind.
func bads(f protoreflect.FieldDescriptor) []bad {
	all := []bad{
		{"nothing", func(holder protoreflect.Message, f protoreflect.FieldDescriptor) { holder.Clear(f) }},
		raw("another wire type", otherWireType),
		raw("cut off", func(f protoreflect.FieldDescriptor) []byte {
			return append(protowire.AppendTag(nil, f.Number(), protowire.BytesType), 0x7f, 'x')
		}),
	}
	if f.IsList() {
		all = append(all, bad{"many", repeatedMany}, bad{"many empty", func(holder protoreflect.Message, f protoreflect.FieldDescriptor) {
			holder.Clear(f)
			repeatedMany(holder, f)
		}})
	}
	switch f.Kind() {
	case protoreflect.StringKind:
		all = append(all, badTexts(f)...)
	case protoreflect.BytesKind:
		all = append(all, value("empty", []byte{}), value("long", make([]byte, long)), value("noise", []byte("\x00\xff<script>")))
	case protoreflect.EnumKind:
		all = append(all, value("unspecified", protoreflect.EnumNumber(0)), value("unknown", protoreflect.EnumNumber(9999)), value("negative", protoreflect.EnumNumber(-1)))
	case protoreflect.Int32Kind:
		all = append(all, value("negative", int32(-1)), value("lowest", int32(math.MinInt32)), value("highest", int32(math.MaxInt32)))
	case protoreflect.Int64Kind:
		all = append(all, value("negative", int64(-1)), value("lowest", int64(math.MinInt64)), value("highest", int64(math.MaxInt64)))
	case protoreflect.Uint32Kind:
		all = append(all, value("half", uint32(1)<<31), value("highest", uint32(math.MaxUint32)))
	case protoreflect.Uint64Kind:
		all = append(all, value("half", uint64(1)<<63), value("highest", uint64(math.MaxUint64)))
	case protoreflect.DoubleKind:
		all = append(all, value("no number", math.NaN()), value("endless", math.Inf(-1)))
	case protoreflect.FloatKind:
		all = append(all, value("no number", float32(math.NaN())), value("endless", float32(math.Inf(1))))
	case protoreflect.MessageKind:
		all = append(all, badMessages(f)...)
	}
	return all
}

func badTexts(f protoreflect.FieldDescriptor) []bad {
	all := []bad{
		value("empty", ""), value("long", strings.Repeat("x", long)), value("blank", "  \t "),
		value("script", `<script>window.ran=1</script>"><img src=x onerror="window.ran=1">`),
		value("control characters", "a\x00b\x01\x1b[31mc\r\nd"), value("NUL", "\x00"),
		value("right to left", "abc\u202edef\u200f\u2066"), value("no character", "\ufffe\U0001ffff"), value("astral", "𐏈🗄️𝔣"),
		value("upwards", "../../../../etc/passwd"), value("quotes", `'"; DROP TABLE documents; --`), value("percent", "%s%n%d %00"),
		{"upwards behind", func(holder protoreflect.Message, f protoreflect.FieldDescriptor) {
			before := "documents"
			if !f.IsList() {
				before = holder.Get(f).String()
			} else if holder.Get(f).List().Len() > 0 {
				before = holder.Get(f).List().Get(0).String()
			}
			put(holder, f, protoreflect.ValueOf(before+"/../x"))
		}},
		raw("invalid UTF-8", func(f protoreflect.FieldDescriptor) []byte {
			return protowire.AppendString(protowire.AppendTag(nil, f.Number(), protowire.BytesType), "abc\xff\xfe\xed\xa0\x80")
		}),
	}
	if most := longestText(f); most > 0 {
		all = append(all, value("one too long", strings.Repeat("я", most+1)))
	}
	return all
}

// longestText is the limit that the contract declares, in characters or bytes.
func longestText(f protoreflect.FieldDescriptor) int {
	rules := rulesOf(f)
	if f.IsList() {
		rules = rules.GetRepeated().GetItems()
	}
	return int(max(rules.GetString().GetMaxLen(), rules.GetString().GetMaxBytes()))
}

func rulesOf(f protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, _ := proto.GetExtension(f.Options(), validate.E_Field).(*validate.FieldRules)
	return rules
}

// badMessages are an empty message, and bad contents of those that are not the contract's
// own.
func badMessages(f protoreflect.FieldDescriptor) []bad {
	inner := func(name string, change func(m protoreflect.Message)) bad {
		return bad{name, func(holder protoreflect.Message, f protoreflect.FieldDescriptor) {
			holder.Clear(f)
			if f.IsList() {
				change(holder.Mutable(f).List().AppendMutable().Message())
				return
			}
			change(holder.Mutable(f).Message())
		}}
	}
	all := []bad{inner("empty", func(protoreflect.Message) {})}
	part := func(name string, values ...any) func(m protoreflect.Message) {
		return func(m protoreflect.Message) {
			p := m.Descriptor().Fields().ByName(protoreflect.Name(name))
			for _, v := range values {
				if !p.IsList() {
					m.Set(p, protoreflect.ValueOf(v))
					continue
				}
				m.Mutable(p).List().Append(protoreflect.ValueOf(v))
			}
		}
	}
	switch f.Message().FullName() {
	case "google.protobuf.FieldMask":
		paths := make([]any, many)
		for i := range paths {
			paths[i] = "title"
		}
		all = append(all,
			inner("empty path", part("paths", "")), inner("unknown path", part("paths", "nonsense")), inner("all", part("paths", "*")),
			inner("no field", part("paths", "fields.", "fields.nonsense")), inner("long path", part("paths", strings.Repeat("x", 60_000))),
			inner("script", part("paths", "<script>window.ran=1</script>")), inner("control characters", part("paths", "\x00\x1b[31m\u202e")),
			inner("many paths", part("paths", paths...)))
	case "google.protobuf.Timestamp":
		all = append(all,
			inner("before time", part("seconds", int64(math.MinInt64))), inner("after time", part("seconds", int64(math.MaxInt64))),
			inner("negative parts", part("nanos", int32(-1))), inner("too many parts", part("nanos", int32(math.MaxInt32))))
	}
	return all
}

// otherWireType writes a number where there are bytes, and bytes where there is a number.
func otherWireType(f protoreflect.FieldDescriptor) []byte {
	switch f.Kind() {
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return protowire.AppendVarint(protowire.AppendTag(nil, f.Number(), protowire.VarintType), 77)
	}
	return protowire.AppendString(protowire.AppendTag(nil, f.Number(), protowire.BytesType), "abc\xff")
}

// repeatedMany gives a list many elements: those that it has, over and over.
func repeatedMany(holder protoreflect.Message, f protoreflect.FieldDescriptor) {
	list := holder.Mutable(f).List()
	first := list.NewElement()
	if list.Len() > 0 {
		first = list.Get(0)
	}
	for list.Len() < many {
		list.Append(first)
	}
}
