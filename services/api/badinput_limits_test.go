package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// What would be in every revision from then on is bounded, and a path is what a file can
// have.
func TestStatementsAndPathsAreBounded(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("a.png", []byte("scan a"), form5120...)
	boxes := slices.Repeat([]*fondsv1.Box{{Width: 1, Height: 1}}, 1001)
	proof := &fondsv1.Evidence{Reading: d.GetRegions()[0].GetPage() + "/readings/" + newID(), End: 1, Boxes: boxes}
	variants := strings.Repeat(`"a form of the name, as the text has it",`, 3000)
	for name, f := range map[string]*fondsv1.Field{
		"evidence[0].boxes": {Name: "summary", Value: &fondsv1.FieldValue{Value: &fondsv1.FieldValue_Text{Text: "x"}}, Evidence: []*fondsv1.Evidence{proof}},
		"value":             field(t, `{"name":"person","value":{"mention":{"variants":[`+variants[:len(variants)-1]+`]}}}`),
	} {
		_, err := a.state(d.GetName(), "", []string{f.GetName()}, f)
		wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "document.fields[0]."+name)
	}
	header := importHeader("a\x00.txt", []byte(wells))
	_, err := a.importText(header, []byte(wells))
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "header.path")
}

// Of many mistakes of one kind the first few are told.
func TestFewOfManyMistakesAreTold(t *testing.T) {
	t.Parallel()
	a := serve(t)
	request := &fondsv1.CreateBatchRequest{}
	for i := range 1000 {
		request.Files = append(request.Files, &fondsv1.NewFile{Path: "", Language: fmt.Sprint("?", i)})
	}
	_, err := a.ingest.CreateBatch(a.ctx(), request)
	st := status.Convert(err)
	var told []string
	for _, d := range st.Details() {
		if bad, ok := d.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				told = append(told, v.GetField())
			}
		}
	}
	if st.Code() != codes.InvalidArgument || len(told) != 10 || told[0] != "files[0].path" || len(st.Message()) > longestMessage {
		t.Errorf("%s: %d mistakes, %v: %.300s", st.Code(), len(told), told, st.Message())
	}
}

// What is larger than the server decodes is refused by gRPC itself, in words that say so.
func TestMessageThatIsTooLargeToDecode(t *testing.T) {
	t.Parallel()
	a := serve(t)
	_, err := a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{Files: []*fondsv1.NewFile{{Path: strings.Repeat("x", 33<<20)}}})
	if st := status.Convert(err); st.Code() != codes.ResourceExhausted || !strings.Contains(st.Message(), "larger than max") {
		t.Errorf("%v", err)
	}
}
