package web_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// fieldsFile is what the page knows of fields.
type fieldsFile struct {
	Fields []struct {
		statement.Field
		Of    []string `json:"of"`
		Takes string   `json:"takes"`
	} `json:"fields"`
	Parts map[string][]partOfValue `json:"parts"`
}

type partOfValue struct {
	Part, Kind, Says, Only, Unsaid string
	Of                             []string
	Needed                         bool
}

func readFieldsFile(t *testing.T) fieldsFile {
	t.Helper()
	content, err := os.ReadFile("static/fields.json")
	must(t, err)
	var file fieldsFile
	must(t, json.Unmarshal(content, &file))
	return file
}

// TestThePageKnowsAllFields holds the page's list of fields to that of `fonds fields`.
func TestThePageKnowsAllFields(t *testing.T) {
	t.Parallel()
	file := readFieldsFile(t)
	if len(file.Fields) != len(statement.Fields) {
		t.Fatalf("the page knows %d fields, there are %d", len(file.Fields), len(statement.Fields))
	}
	for i, want := range statement.Fields {
		got := file.Fields[i]
		if got.Field != want {
			t.Errorf("field %d is %+v, not %+v", i, got.Field, want)
		}
		plain := statement.Field{Form: want.Form}.Takes()
		words, listed := strings.CutPrefix(want.Takes(), "one of ")
		switch {
		case listed && strings.Join(got.Of, ", ") != words:
			t.Errorf("%s offers %v, and takes %s", want.Name, got.Of, want.Takes())
		case !listed && want.Takes() != plain && got.Takes != want.Takes():
			t.Errorf("%s says that it takes %q, not %q", want.Name, got.Takes, want.Takes())
		case want.Takes() == plain && (got.Of != nil || got.Takes != ""):
			t.Errorf("%s takes %s, and the page says otherwise", want.Name, want.Takes())
		}
	}
}

// left are the parts that follow from others, or from the words: nobody types them.
var left = map[string][]string{
	"date": {"precision"}, "agent": {"name"}, "link": {"host", "document_id"}, "mention": {"name"},
}

// TestThePageEditsAllPartsOfValues holds the parts that the page edits to the contract.
func TestThePageEditsAllPartsOfValues(t *testing.T) {
	t.Parallel()
	file := readFieldsFile(t)
	members := (&fondsv1.FieldValue{}).ProtoReflect().Descriptor().Fields()
	seen := map[string]bool{}
	for i := range members.Len() {
		m := members.Get(i)
		form := string(m.Name())
		if m.Kind() != protoreflect.MessageKind || form == "citation" { // read from its words as a whole
			continue
		}
		seen[form] = true
		var there []string
		for _, p := range file.Parts[form] {
			there = append(there, p.Part)
			checkPart(t, form, p, m.Message().Fields().ByName(protoreflect.Name(p.Part)))
		}
		for j := range m.Message().Fields().Len() {
			name := string(m.Message().Fields().Get(j).Name())
			if slices.Contains(there, name) == slices.Contains(left[form], name) {
				t.Errorf("%s.%s: the page has to edit it, or to leave it alone", form, name)
			}
		}
	}
	for form := range maps.Keys(file.Parts) {
		if !seen[form] {
			t.Errorf("the contract has no value %q with parts", form)
		}
	}
}

func checkPart(t *testing.T, form string, p partOfValue, d protoreflect.FieldDescriptor) {
	t.Helper()
	if d == nil {
		t.Errorf("the contract has no %s.%s", form, p.Part)
		return
	}
	kind := map[string]protoreflect.Kind{"number": protoreflect.Uint32Kind, "yes": protoreflect.BoolKind, "agent": protoreflect.MessageKind}[p.Kind]
	if kind == 0 {
		kind = protoreflect.StringKind
	}
	if d.Kind() != kind || d.IsList() != (p.Kind == "list") {
		t.Errorf("%s.%s is %v in the contract, and %q in the page", form, p.Part, d.Kind(), p.Kind)
	}
	for _, word := range p.Of {
		value, err := json.Marshal(map[string]string{p.Part: word})
		must(t, err)
		field := statement.Fields[slices.IndexFunc(statement.Fields, func(f statement.Field) bool { return string(f.Form) == form && (p.Only == "" || f.Name == p.Only) })]
		// Other parts are missing: only this one must not be what is wrong.
		if _, err := (statement.Checker{}).Normal(field.Name, value, ""); err != nil && strings.Contains(err.Error(), p.Part+` is "`+word) {
			t.Errorf("%s.%s offers %q: %v", form, p.Part, word, err)
		}
	}
}
