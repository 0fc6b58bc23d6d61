package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// frozen reads a document and its text as a server once gave them, so that what is laid
// out does not change with the rules.
func frozen(t *testing.T, name string) (*fondsv1.Document, *fondsv1.GetTextResponse) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "sheet", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var both struct{ Document, Text json.RawMessage }
	if err := json.Unmarshal(raw, &both); err != nil {
		t.Fatal(err)
	}
	d, text := &fondsv1.Document{}, &fondsv1.GetTextResponse{}
	if err := protojson.Unmarshal(both.Document, d); err != nil {
		t.Fatal(err)
	}
	if err := protojson.Unmarshal(both.Text, text); err != nil {
		t.Fatal(err)
	}
	return d, text
}

// inThread links a document in all ways: to one that is there, to one that is not, to
// two that it may mean, from an answer, and to a copy.
func inThread(d *fondsv1.Document) correspondence {
	other := func(n int) string { return fmt.Sprintf("documents/00000000-0000-7000-8000-%012d", n) }
	k := correspondence{titles: map[string]string{}}
	for n := range 6 {
		k.titles[other(n)] = fmt.Sprintf("Telegram No. %d from one place to another, of the same month", 100+n)
	}
	reference := func(raw, relation string) *fondsv1.Link {
		return &fondsv1.Link{
			Document: d.GetName(), Kind: fondsv1.LinkKind_LINK_KIND_REFERENCE, Raw: raw, Why: "the number is the same",
			Reference: &fondsv1.ReferenceValue{Kind: "telegram", Relation: relation},
		}
	}
	found, missing, open := reference("To my No. 100", "supplements"), reference("your telegram of 5 June", "in_reply_to"), reference("our telegrams", "refers_to")
	found.Target, open.Candidates = other(0), []string{other(1), other(2)}
	answer := reference("your No. 5", "in_reply_to")
	answer.Document, answer.Target = other(3), d.GetName()
	alike := &fondsv1.Link{Document: other(4), Target: d.GetName(), Kind: fondsv1.LinkKind_LINK_KIND_COPY, Why: "97 % of the words"}
	k.links = []*fondsv1.Link{found, missing, open, answer, alike}
	return k
}

func TestSheet(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"english", "russian"} {
		for _, width := range []int{80, 120} {
			for _, more := range []bool{false, true} {
				d, text := frozen(t, name)
				d.Fields[0].Assurance = fondsv1.Assurance_ASSURANCE_CORRECTED
				d.Fields[1].Assurance, d.Fields[1].Person = fondsv1.Assurance_ASSURANCE_VERIFIED, "anna"
				got := layOut(d, text, inThread(d), getOptions{width: width, text: more, evidence: more})
				golden(t, fmt.Sprintf("sheet/%s_%d%s.golden", name, width, map[bool]string{true: "_evidence"}[more]), got)
				for line := range strings.SplitSeq(got, "\n") {
					if utf8.RuneCountInString(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
						t.Errorf("%s at %d: a line of %d: %s", name, width, utf8.RuneCountInString(line), line)
					}
				}
			}
		}
	}
}

// TestSheetOfLittle: a document of which nothing is known, and one whose fields and
// evidence make no sense.
func TestSheetOfLittle(t *testing.T) {
	t.Parallel()
	d := &fondsv1.Document{Name: "documents/x", Title: "\x1b[31mscan.png"}
	got := layOut(d, &fondsv1.GetTextResponse{}, correspondence{}, getOptions{width: narrowest})
	if !strings.Contains(got, `"\x1b[31mscan.png"`) || !strings.Contains(got, "no text yet") || strings.Contains(got, "LETTERHEAD") {
		t.Errorf("of nothing:\n%s", got)
	}
	d.Regions = []*fondsv1.Region{{Page: "scans/y/pages/1", Reading: "r", Outcome: fondsv1.Outcome_OUTCOME_TEXT}}
	d.Fields = []*fondsv1.Field{
		{Name: "telegram_number", Raw: "4117", Evidence: []*fondsv1.Evidence{{Reading: "r", Start: 90, End: 5}, {Reading: "gone", End: 9}}},
		{Name: "title", Raw: "a title", Evidence: []*fondsv1.Evidence{{Reading: "r", Start: 4_000_000_000, End: 4_000_000_001}}},
		{Name: "sent_at", Value: &fondsv1.FieldValue{Value: &fondsv1.FieldValue_Date{Date: &fondsv1.DateValue{Iso: "some day"}}}},
		{Name: "series", Person: "anna"},
	}
	text := &fondsv1.GetTextResponse{Regions: []*fondsv1.RegionText{{Region: d.GetRegions()[0], Text: "ab\n"}}}
	got = layOut(d, text, correspondence{}, getOptions{width: narrowest, evidence: true})
	for _, want := range []string{"4117 (unsure)", "“…” page 1", "some day", "none", "says anna", "  ab\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}
