package api_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// twoTelegrams is a page on which a second telegram begins.
var twoTelegrams = append(slices.Clone(form5120), [][]string{
	{"CIPHERED", "TELEGRAM", "No.", "5133"},
	{"From", "IRKUTSK"},
	{"Received", "11:40", "4", "March", "1950"},
	{"To", "Comrade", "LUNIN"},
	{"Two", "wells", "have", "dried", "up."},
	{"SOROKIN"},
	{"No.", "82"},
}...)

func (a *archive) split(name string, cuts ...*fondsv1.Cut) []*fondsv1.Document {
	a.t.Helper()
	m, err := a.docs.SplitDocument(a.ctx(), &fondsv1.SplitDocumentRequest{Name: name, Cuts: cuts})
	if err != nil {
		a.t.Fatal(err)
	}
	return m.GetDocuments()
}

func (a *archive) texts(documents []*fondsv1.Document) []string {
	a.t.Helper()
	var texts []string
	for _, d := range documents {
		texts = append(texts, a.text(d.GetName()))
	}
	return texts
}

func TestScanWithTwoTelegramsIsSplitWhereProposed(t *testing.T) {
	t.Parallel()
	a := serve(t)
	whole := a.telegram("a.png", []byte("scan a"), twoTelegrams...)
	a.extract()
	proposed, err := a.docs.ProposeSplit(a.ctx(), &fondsv1.ProposeSplitRequest{Name: whole.GetName()})
	if err != nil || len(proposed.GetCuts()) != 1 {
		t.Fatalf("proposed %v, %v", proposed, err)
	}
	cut := proposed.GetCuts()[0]
	if cut.GetRegion() != 1 || !strings.Contains(cut.GetFirstWords(), "5133") || !strings.Contains(cut.GetTitle(), "5133") || cut.GetConfidence() < 0.5 {
		t.Errorf("the cut is %v", cut)
	}
	m, err := a.docs.SplitDocument(a.ctx(), &fondsv1.SplitDocumentRequest{Name: whole.GetName(), Etag: proposed.GetEtag(), Cuts: proposed.GetCuts()})
	if err != nil || len(m.GetDocuments()) != 2 || m.GetDocuments()[0].GetName() != whole.GetName() {
		t.Fatalf("split: %v, %v", m, err)
	}
	texts := a.texts(m.GetDocuments())
	if strings.Contains(texts[0], "5133") || strings.Contains(texts[1], "5120") || !strings.HasPrefix(texts[1], "CIPHERED TELEGRAM No. 5133") {
		t.Errorf("the parts say %q", texts)
	}
	if made := m.GetDocuments()[1].GetMadeOf(); len(made) != 1 || made[0] != whole.GetName()+"/revisions/1" && !strings.HasPrefix(made[0], whole.GetName()) {
		t.Errorf("the second is made of %v", made)
	}
	a.extract()
	for _, number := range []string{"5120", "5133"} {
		if n := a.byNumber(number); n != 1 {
			t.Errorf("No. %s finds %d documents", number, n)
		}
	}
	for _, f := range fieldsNamed(a.get(m.GetDocuments()[1].GetName()), "telegram_number") {
		// Line 8 of the page; boxes are of the whole page.
		if box := f.GetEvidence()[0].GetBoxes()[0]; box.GetY() != 350 {
			t.Errorf("the number of the second is proved at %v", box)
		}
	}
	// Nothing is destroyed.
	before, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: whole.GetName(), AsOf: whole.GetRevision()})
	if err != nil || !strings.Contains(before.GetRegions()[0].GetText(), "5133") {
		t.Errorf("the revision before says %v, %v", before, err)
	}
}

func TestMergePutsTogetherWhatWasSplit(t *testing.T) {
	t.Parallel()
	a := serve(t)
	whole := a.telegram("a.png", []byte("scan a"), twoTelegrams...)
	text := a.text(whole.GetName())
	parts := a.split(whole.GetName(), &fondsv1.Cut{Region: 1, Start: number(strings.Index(text, "CIPHERED TELEGRAM No. 5133"))})
	_, err := a.docs.MergeDocuments(a.ctx(), &fondsv1.MergeDocumentsRequest{
		Name: whole.GetName(), Etag: "stale", Others: []string{parts[1].GetName()},
	})
	wantStatus(t, err, codes.Aborted, catalog.ReasonEtagMismatch, "")
	merged, err := a.docs.MergeDocuments(a.ctx(), &fondsv1.MergeDocumentsRequest{
		Name: whole.GetName(), Etag: parts[0].GetEtag(), Others: []string{parts[1].GetName()},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(a.text(merged.GetName()), "|", ""); got != text {
		t.Errorf("together they say %q, once %q", got, text)
	}
	if gone := a.get(parts[1].GetName()); gone.GetDeleteTime() == nil {
		t.Errorf("the other is still there: %v", gone)
	}
	if _, err := a.docs.UndeleteDocument(a.ctx(), &fondsv1.UndeleteDocumentRequest{Name: parts[1].GetName()}); err != nil {
		t.Errorf("what was merged cannot be had back: %v", err)
	}
}

func TestImportedTextIsSplitByRanges(t *testing.T) {
	t.Parallel()
	a := serve(t)
	h := importHeader("wells.txt", []byte(wells))
	h.AsDocument = true
	m, err := a.importText(h, []byte(wells))
	if err != nil {
		t.Fatal(err)
	}
	name := m.GetDocuments()[0].GetName()
	first, second := strings.Index(wells, "CIPHERED"), strings.LastIndex(wells, "CIPHERED")
	parts := a.split(name, &fondsv1.Cut{Region: 1, Start: number(first), Title: "One"}, &fondsv1.Cut{Region: 1, Start: number(second)})
	if got, want := a.texts(parts), []string{wells[:first], wells[first:second], wells[second:]}; !slices.Equal(got, want) {
		t.Errorf("the parts say %q", got)
	}
	if parts[1].GetTitle() != "One" || !strings.Contains(parts[2].GetTitle(), "5133") {
		t.Errorf("the titles are %q and %q", parts[1].GetTitle(), parts[2].GetTitle())
	}
	// A part is cut again, with bytes of its own text.
	at := strings.Index(wells[second:], "SOROKIN")
	again := a.split(parts[2].GetName(), &fondsv1.Cut{Region: 1, Start: number(at), Title: "Name"})
	if got := a.texts(again); got[0]+got[1] != wells[second:] || got[1] != wells[second+at:] {
		t.Errorf("cut again, the parts say %q", got)
	}
	// Reordered, by another choice of regions.
	slices.Reverse(parts)
	last := a.get(parts[2].GetName())
	if _, err := a.docs.MergeDocuments(a.ctx(), &fondsv1.MergeDocumentsRequest{Name: again[1].GetName(), Others: []string{last.GetName()}}); err != nil {
		t.Fatal(err)
	}
	if got, want := a.text(again[1].GetName()), wells[second+at:]+"|"+wells[:first]; got != want {
		t.Errorf("merged in another order they say %q, want %q", got, want)
	}
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t)
	m := a.imported("words.txt", "Вода в колодцах\n")
	name := m.GetDocuments()[0].GetName()
	for what, c := range map[string]struct {
		cuts  []*fondsv1.Cut
		etag  string
		code  codes.Code
		field string
	}{
		"behind the text":       {[]*fondsv1.Cut{{Region: 1, Start: 1000}}, "", codes.InvalidArgument, "cuts[0]"},
		"no such region":        {[]*fondsv1.Cut{{Region: 2}}, "", codes.InvalidArgument, "cuts[0]"},
		"inside a character":    {[]*fondsv1.Cut{{Region: 1, Start: 1}}, "", codes.InvalidArgument, "cuts[0]"},
		"nothing before":        {[]*fondsv1.Cut{{Region: 1}}, "", codes.InvalidArgument, "cuts[0]"},
		"out of order":          {[]*fondsv1.Cut{{Region: 1, Start: 9}, {Region: 1, Start: 4}}, "", codes.InvalidArgument, "cuts[1]"},
		"twice the same":        {[]*fondsv1.Cut{{Region: 1, Start: 9}, {Region: 1, Start: 9}}, "", codes.InvalidArgument, "cuts[1]"},
		"somebody was faster":   {[]*fondsv1.Cut{{Region: 1, Start: 9}}, "0.0", codes.Aborted, ""},
		"somebody was faster 2": {[]*fondsv1.Cut{{Region: 1, Start: 4}}, "nonsense", codes.Aborted, ""},
	} {
		_, err := a.docs.SplitDocument(a.ctx(), &fondsv1.SplitDocumentRequest{Name: name, Etag: c.etag, Cuts: c.cuts})
		if err == nil {
			t.Errorf("%s: it was cut", what)
			continue
		}
		reason := catalog.ReasonInvalidArgument
		if c.code == codes.Aborted {
			reason = catalog.ReasonEtagMismatch
		}
		t.Log(what, err)
		wantStatus(t, err, c.code, reason, c.field)
	}
	if d := a.get(name); d.GetRevision() != 1 {
		t.Errorf("what was refused made revision %d", d.GetRevision())
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t)
	one := a.imported("one.txt", "The wells hold water.\n").GetDocuments()[0].GetName()
	h := importHeader("two.txt", []byte("Two wells.\n"))
	h.Collection = "collections/other"
	two, err := a.importText(h, []byte("Two wells.\n"))
	if err != nil {
		t.Fatal(err)
	}
	merge := func(others ...string) error {
		_, err := a.docs.MergeDocuments(a.ctx(), &fondsv1.MergeDocumentsRequest{Name: one, Others: others})
		return err
	}
	wantStatus(t, merge(one), codes.InvalidArgument, catalog.ReasonInvalidArgument, "others")
	wantStatus(t, merge(two.GetDocuments()[0].GetName()), codes.FailedPrecondition, catalog.ReasonOtherCollection, "others")
	none := "documents/00000000-0000-7000-8000-000000000000"
	wantStatus(t, merge(none), codes.NotFound, catalog.ReasonDocumentNotFound, "")
	if d := a.get(two.GetDocuments()[0].GetName()); d.GetDeleteTime() != nil || a.get(one).GetRevision() != 1 {
		t.Error("what was refused left a trace")
	}
}

func number(n int) uint32 { return uint32(n) }

// A cut in the first line of a region cuts nothing of it: what a person has read there is
// shown as it was typed, and not put together from its words anew.
func TestCutInTheFirstLineLeavesACorrectionWhole(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	anna := d.person("Anna", catalog.Corrects)
	whole := d.telegram("a.png", []byte("scan a"), []string{"ONE", "TWO"}, []string{"THREE", "FOUR"}, []string{"FIVE"})
	lower := d.split(whole.GetName(), &fondsv1.Cut{Region: 1, Start: number(len("ONE TWO\n"))})[1]
	const typed = "THREE     FOR\n\n\n   FIVE\n"
	d.submit(anna, d.waiting(lower.GetName()), typed)
	if _, err := d.docs.MergeDocuments(d.ctx(), &fondsv1.MergeDocumentsRequest{Name: whole.GetName(), Others: []string{lower.GetName()}}); err != nil {
		t.Fatal(err)
	}
	before := d.shownAt(whole.GetName(), 1)
	parts := d.split(whole.GetName(), &fondsv1.Cut{Region: 2, Start: 6})
	if after := d.shownAt(parts[1].GetName(), 0); !before.Whole || !reflect.DeepEqual(after, before) || len(parts[0].GetRegions()) != 1 {
		t.Errorf("the region was %+v, and is %+v", before, after)
	}
}

// shownAt gives a region, counted from 0, as it is kept.
func (d *desk) shownAt(document string, region int) catalog.Region {
	d.t.Helper()
	head, err := d.catalog.Document(d.ctx(), strings.TrimPrefix(document, "documents/"), 0)
	if err != nil {
		d.t.Fatal(err)
	}
	return head.Revision.Regions[region]
}
