package api

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// readMask is what of a document a caller wants.
type readMask struct {
	// text is equal for masks that ask for the same; "" for all there is.
	text string
	// members are those of the message; nil for all.
	members map[string]bool
	// fields are the names of those wanted; nil for all.
	fields map[string]bool
}

// What is given to callers who ask for nothing in particular.
var (
	wholeDocument = readMask{}
	withoutParts  = readMaskOf(slices.DeleteFunc(memberNames(), func(name string) bool {
		return name == "regions" || name == "fields" || name == "made_of"
	}))
)

// memberNames gives the paths that a mask may have, beside fields.NAME.
func memberNames() []string {
	list := (&fondsv1.Document{}).ProtoReflect().Descriptor().Fields()
	names := make([]string, list.Len())
	for i := range names {
		names[i] = string(list.Get(i).Name())
	}
	return names
}

// readMaskFrom reads a mask of a request; without paths it is the one given.
func readMaskFrom(m *fieldmaskpb.FieldMask, otherwise readMask, keys KeyMaker) (readMask, error) {
	paths := m.GetPaths()
	if len(paths) == 0 {
		return otherwise, nil
	}
	if slices.Contains(paths, "*") {
		return wholeDocument, nil
	}
	known := memberNames()
	for _, path := range paths {
		name, isField := strings.CutPrefix(path, fieldPath)
		switch {
		case isField && !slices.Contains(keys.Fields(), name):
			return readMask{}, invalid("read_mask", fmt.Sprintf("there is no field %q: the fields are %s", cut(name), strings.Join(keys.Fields(), ", ")))
		case !isField && !slices.Contains(known, path):
			return readMask{}, invalid("read_mask", fmt.Sprintf("there is no %q to read: there are %s, fields.NAME and *", cut(path), strings.Join(known, ", ")))
		}
	}
	return readMaskOf(paths), nil
}

// cut shortens what a caller wrote to what a message can show.
func cut(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func readMaskOf(paths []string) readMask {
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	m := readMask{text: strings.Join(paths, ","), members: map[string]bool{}, fields: map[string]bool{}}
	for _, path := range paths {
		if name, isField := strings.CutPrefix(path, fieldPath); isField {
			m.fields[name], path = true, "fields"
		}
		m.members[path] = true
	}
	if slices.Contains(paths, "fields") {
		m.fields = nil
	}
	return m
}

func (m readMask) has(member string) bool { return m.members == nil || m.members[member] }

// document translates what is wanted of a document.
func (m readMask) document(h catalog.DocumentHead) *fondsv1.Document {
	d := m.revision(h)
	m.setHead(d, h.Document)
	return d
}

func (m readMask) documents(heads []catalog.DocumentHead) []*fondsv1.Document {
	documents := make([]*fondsv1.Document, len(heads))
	for i, h := range heads {
		documents[i] = m.document(h)
	}
	return documents
}

// page translates a page of documents, of which one more than size was read to see
// whether there is more. It ends before what an answer cannot hold, but not before its
// first document.
func (m readMask) page(heads []catalog.DocumentHead, size int, query ...string) (documents []*fondsv1.Document, next string) {
	heads, next = page(heads, size, func(h catalog.DocumentHead) string { return h.ID }, query...)
	bytes := 0
	for i, h := range heads {
		d := m.document(h)
		if bytes += rowSize(d); bytes > maxRows && i > 0 {
			return documents, newToken(heads[i-1].ID, query...)
		}
		documents = append(documents, d)
	}
	return documents, next
}

// rowSize is what a message takes in a list once people are called by their names.
func rowSize(m proto.Message) int {
	const tagAndLength = 6
	return proto.Size(m) + tagAndLength + mostName*len(namePlaces(m))
}

// setHead sets what is wanted of what may change without a new revision.
func (m readMask) setHead(d *fondsv1.Document, head catalog.Document) {
	setHead(d, head)
	m.prune(d)
}

// revision translates what is wanted of a revision. Statements and regions are not
// decoded for nobody.
func (m readMask) revision(h catalog.DocumentHead) *fondsv1.Document {
	d := revisionOf(h, false)
	if m.has("made_of") {
		d.MadeOf = madeOf(h.Revision)
	}
	if m.has("fields") {
		d.Fields = fieldsNamed(h.Revision, m.fields)
	}
	if m.has("regions") {
		d.Regions = regionsOf(h.Revision)
	}
	m.prune(d)
	return d
}

// prune takes away what is not wanted.
func (m readMask) prune(d proto.Message) {
	if m.members == nil {
		return
	}
	message := d.ProtoReflect()
	message.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if !m.members[string(f.Name())] {
			message.Clear(f)
		}
		return true
	})
}
