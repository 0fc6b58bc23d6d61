package api_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
)

// A reading of a page and a correction of a part of it are compared as to that part.
func TestReadingsOfAPartAreCompared(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	anna := d.person("Anna", catalog.Corrects)
	whole := d.telegram("a.png", []byte("scan a"), []string{"ONE", "TWO"}, []string{"THREE", "FOUR"}, []string{"FIVE"})
	lower := d.split(whole.GetName(), &fondsv1.Cut{Region: 1, Start: uint32(len("ONE TWO\n"))})[1]
	shown := lower.GetRegions()[0]
	r := d.submit(anna, d.waiting(lower.GetName()), "THREE FOR\nFIVE\n")
	machine, person := shown.GetReading(), r.GetRegion().GetReading()
	compare := func(req *fondsv1.CompareReadingsRequest) *fondsv1.CompareReadingsResponse {
		t.Helper()
		m, err := d.reviews.CompareReadings(d.ctx(), req)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := compare(&fondsv1.CompareReadingsRequest{Before: machine, After: person, Box: shown.GetBox()})
	if len(m.GetChanges()) != 1 || m.GetChanges()[0].GetAfter() != "FOR" || m.GetBeforeText() != "THREE FOUR\nFIVE\n" || m.GetAfterText() != "THREE FOR\nFIVE\n" {
		t.Errorf("of the part: %v", m)
	}
	if m = compare(&fondsv1.CompareReadingsRequest{Before: machine, After: person}); !strings.HasPrefix(m.GetBeforeText(), "ONE TWO") {
		t.Errorf("of the whole: %v", m)
	}
	if m = compare(&fondsv1.CompareReadingsRequest{Before: machine, After: machine, Box: &fondsv1.Box{X: 95, Width: 200, Height: 100}}); m.GetBeforeText() != "TWO\nFOUR\n" {
		t.Errorf("of a column: %v", m)
	}
	_, err := d.reviews.CompareReadings(d.ctx(), &fondsv1.CompareReadingsRequest{Before: machine, After: machine, Box: &fondsv1.Box{Width: 5}})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "box")
	_, err = d.reviews.CompareReadings(d.ctx(), &fondsv1.CompareReadingsRequest{Before: machine, After: machine, Range: &fondsv1.TextRange{End: 4}})
	wantStatus(t, err, codes.FailedPrecondition, api.ReasonOtherPart, "")
}

// Of an imported page a part is a stretch of its text.
func TestReadingsOfAStretchAreCompared(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	anna := d.person("Anna", catalog.Corrects)
	text := "Письмо первое\n\nПисьмо второе\n"
	whole := d.published("two.txt", text, true)[0]
	second := d.split(whole.GetName(), &fondsv1.Cut{Region: 1, Start: uint32(len("Письмо первое\n\n"))})[1]
	shown := second.GetRegions()[0]
	r := d.submit(anna, d.waiting(second.GetName()), "Письмо №2\n")
	req := &fondsv1.CompareReadingsRequest{Before: shown.GetReading(), After: r.GetRegion().GetReading(), Range: shown.GetRange()}
	m, err := d.reviews.CompareReadings(d.ctx(), req)
	if err != nil || len(m.GetChanges()) != 1 || m.GetBeforeText() != "Письмо второе\n" || m.GetAfterText() != "Письмо №2\n" {
		t.Fatalf("of the stretch: %v, %v", m, err)
	}
	for name, c := range map[string]struct {
		after  string
		part   *fondsv1.TextRange
		box    *fondsv1.Box
		code   codes.Code
		reason string
		field  string
	}{
		"a correction of another stretch": {r.GetRegion().GetReading(), &fondsv1.TextRange{Start: 2, End: 12}, nil, codes.FailedPrecondition, api.ReasonOtherPart, ""},
		"a box of a stretch":              {r.GetRegion().GetReading(), nil, &fondsv1.Box{Width: 5, Height: 5}, codes.FailedPrecondition, api.ReasonOtherPart, ""},
		"both":                            {shown.GetReading(), &fondsv1.TextRange{End: 2}, &fondsv1.Box{Width: 5, Height: 5}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "range"},
		"nothing":                         {shown.GetReading(), &fondsv1.TextRange{Start: 2, End: 2}, nil, codes.InvalidArgument, catalog.ReasonInvalidArgument, "range"},
		"half a letter":                   {shown.GetReading(), &fondsv1.TextRange{Start: 1, End: 4}, nil, codes.InvalidArgument, catalog.ReasonInvalidArgument, "range"},
		"beyond the end":                  {shown.GetReading(), &fondsv1.TextRange{End: uint32(len(text)) + 1}, nil, codes.InvalidArgument, catalog.ReasonInvalidArgument, "range"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := proto.CloneOf(req)
			bad.Before, bad.After, bad.Range, bad.Box = shown.GetReading(), c.after, c.part, c.box
			_, err := d.reviews.CompareReadings(d.ctx(), bad)
			wantStatus(t, err, c.code, c.reason, c.field)
		})
	}
}
