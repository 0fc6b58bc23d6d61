package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// stated is a telegram with three fields.
func (a *archive) stated(path, number string) *fondsv1.Document {
	a.t.Helper()
	d := a.telegram(path, []byte(path), []string{"CIPHERED TELEGRAM No. " + number})
	id := strings.TrimPrefix(d.GetName(), "documents/")
	fields := []catalog.Field{
		{Name: "telegram_number", Value: []byte(`"` + number + `"`), Raw: number, Assurance: catalog.AssuranceMachine},
		{Name: "copy_count", Value: []byte(`3`), Raw: "three", Assurance: catalog.AssuranceMachine},
		{Name: "telegram_number", Value: []byte(`"` + number + `a"`), Raw: number + "a", Assurance: catalog.AssuranceMachine},
	}
	keys := []catalog.Key{{Kind: "telegram_number", Text: number}}
	if _, err := a.catalog.StoreFields(a.t.Context(), []catalog.Extracted{{Document: id, Revision: int(d.GetRevision()), Fields: fields, Keys: keys}}); err != nil {
		a.t.Fatal(err)
	}
	d, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName()})
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// membersOf names what is set in a message.
func membersOf(m proto.Message) string {
	var names []string
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		names = append(names, string(f.Name()))
		return true
	})
	return strings.Join(slices.Sorted(slices.Values(names)), " ")
}

// TestReadMasks asks every call that takes a mask, twice, so that what was kept is
// given as well.
func TestReadMasks(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.stated("inbox/4117.png", "4117")
	calls := map[string]func(*fieldmaskpb.FieldMask) (*fondsv1.Document, error){
		"get": func(m *fieldmaskpb.FieldMask) (*fondsv1.Document, error) {
			return a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: d.GetName(), ReadMask: m})
		},
		"batch get": func(m *fieldmaskpb.FieldMask) (*fondsv1.Document, error) {
			got, err := a.docs.BatchGetDocuments(a.ctx(), &fondsv1.BatchGetDocumentsRequest{Names: []string{d.GetName()}, ReadMask: m})
			return only(got.GetDocuments()), err
		},
		"list": func(m *fieldmaskpb.FieldMask) (*fondsv1.Document, error) {
			got, err := a.docs.ListDocuments(a.ctx(), &fondsv1.ListDocumentsRequest{ReadMask: m})
			return only(got.GetDocuments()), err
		},
		"look up": func(m *fieldmaskpb.FieldMask) (*fondsv1.Document, error) {
			by := &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: "4117"}
			got, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: by, ReadMask: m})
			return only(got.GetDocuments()), err
		},
	}
	const listed = "assurance collection complete content_digest create_time etag extracted holding name person person_name revision title update_time"
	for mask, want := range map[string]struct {
		members string
		fields  int
	}{
		"name":                        {"name", 0},
		"name,title,etag":             {"etag name title", 0},
		"fields":                      {"fields", 3},
		"fields.telegram_number":      {"fields", 2},
		"fields.stamp":                {"", 0},
		"fields.copy_count,fields":    {"fields", 3},
		"regions,fields.copy_count":   {"fields regions", 1},
		"*":                           {"assurance collection complete content_digest create_time etag extracted fields holding name person person_name regions revision title update_time", 3},
		"extracted,name,name,made_of": {"extracted name", 0},
	} {
		for name, call := range calls {
			for range 2 {
				got, err := call(&fieldmaskpb.FieldMask{Paths: strings.Split(mask, ",")})
				if err != nil || membersOf(got) != want.members || len(got.GetFields()) != want.fields {
					t.Errorf("%s %s: %s, %d fields, %v; want %s, %d fields", name, mask, membersOf(got), len(got.GetFields()), err, want.members, want.fields)
				}
			}
		}
	}
	for name, want := range map[string]string{"get": "regions", "look up": "regions", "list": listed} {
		if got, err := calls[name](nil); err != nil || !strings.Contains(membersOf(got), want) {
			t.Errorf("%s without a mask: %s, %v", name, membersOf(got), err)
		}
	}
	for name, call := range calls {
		for path, says := range map[string]string{"colour": "title, revision", "fields.colour": "telegram_number", "regions.page": "fields.NAME", "": "title"} {
			_, err := call(&fieldmaskpb.FieldMask{Paths: []string{"title", path}})
			t.Log(name, path)
			wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "read_mask")
			if !strings.Contains(err.Error(), says) {
				t.Errorf("%s %q: %v does not tell %q", name, path, err, says)
			}
		}
	}
}

func only(documents []*fondsv1.Document) *fondsv1.Document {
	if len(documents) != 1 {
		return nil
	}
	return documents[0]
}

// A page ends before what no answer can hold, and the next one goes on from there.
func TestPagesEndWhereAnAnswerIsFull(t *testing.T) {
	t.Parallel()
	a := serve(t)
	var wanted []string
	for i := range 7 {
		d := a.imported(fmt.Sprint(i, ".txt"), fmt.Sprint("The wells hold water, says ", i)).GetDocuments()[0]
		wanted = append(wanted, d.GetName())
		_, err := a.catalog.StoreFields(t.Context(), []catalog.Extracted{{
			Document: strings.TrimPrefix(d.GetName(), "documents/"), Revision: 1,
			Fields: []catalog.Field{{Name: "stamp", Raw: strings.Repeat("x", 900<<10), Assurance: catalog.AssuranceMachine}},
			Keys:   []catalog.Key{{Kind: "telegram_number", Text: "4117"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		err = a.catalog.StoreDerived(t.Context(), []catalog.Derived{{
			Document: strings.TrimPrefix(d.GetName(), "documents/"), Revision: 2, Terms: termsOf("The wells hold water"),
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	all := &fieldmaskpb.FieldMask{Paths: []string{"*"}}
	for name, call := range map[string]func(token string) ([]*fondsv1.Document, string, error){
		"list": func(token string) ([]*fondsv1.Document, string, error) {
			m, err := a.docs.ListDocuments(a.ctx(), &fondsv1.ListDocumentsRequest{PageSize: 500, PageToken: token, ReadMask: all})
			return m.GetDocuments(), m.GetNextPageToken(), err
		},
		"look up": func(token string) ([]*fondsv1.Document, string, error) {
			by := &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: "4117"}
			m, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{By: by, PageToken: token})
			return m.GetDocuments(), m.GetNextPageToken(), err
		},
		"search": func(token string) ([]*fondsv1.Document, string, error) {
			m, err := a.docs.SearchDocuments(a.ctx(), &fondsv1.SearchDocumentsRequest{Query: "wells", PageSize: 100, PageToken: token, ReadMask: all})
			var documents []*fondsv1.Document
			for _, h := range m.GetHits() {
				documents = append(documents, h.GetDocument())
			}
			return documents, m.GetNextPageToken(), err
		},
	} {
		var got []string
		token, pages := "", 0
		for ; pages == 0 || token != ""; pages++ {
			documents, next, err := call(token)
			if err != nil || len(documents) == 0 {
				t.Fatalf("%s, page %d: %d documents, %v", name, pages+1, len(documents), err)
			}
			for _, d := range documents {
				got = append(got, d.GetName())
			}
			token = next
		}
		slices.Sort(got)
		if !slices.Equal(got, wanted) || pages != 2 {
			t.Errorf("%s gives %d documents on %d pages, want %d on 2", name, len(got), pages, len(wanted))
		}
	}
}
