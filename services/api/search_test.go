package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract/feed"
)

// indexed runs the role extract until nothing waits for it.
func (a *archive) indexed() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- feed.Run(ctx, a.rules()) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			a.t.Error(err)
		}
	}()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		unread, err := a.catalog.UnreadDocuments(ctx, 1)
		if err != nil {
			a.t.Fatal(err)
		}
		underived, err := a.catalog.UnderivedDocuments(ctx, 1)
		if err != nil {
			a.t.Fatal(err)
		}
		if len(unread)+len(underived) == 0 {
			return
		}
	}
	a.t.Fatal("documents wait for ever for their index")
}

// published imports a text and returns its documents.
func (a *archive) published(path, text string, asDocument bool) []*fondsv1.Document {
	a.t.Helper()
	h := importHeader(path, []byte(text))
	h.AsDocument = asDocument
	m, err := a.importText(h, []byte(text))
	if err != nil {
		a.t.Fatal(err)
	}
	return m.GetDocuments()
}

// retitled gives a document another title.
func (a *archive) retitled(d *fondsv1.Document, title string) {
	a.t.Helper()
	_, err := a.docs.UpdateDocument(a.ctx(), &fondsv1.UpdateDocumentRequest{
		Document: &fondsv1.Document{Name: d.GetName(), Title: title}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) search(req *fondsv1.SearchDocumentsRequest) *fondsv1.SearchDocumentsResponse {
	a.t.Helper()
	m, err := a.docs.SearchDocuments(a.ctx(), req)
	if err != nil {
		a.t.Fatalf("search %v: %v", req, err)
	}
	return m
}

func (a *archive) hits(query string) []*fondsv1.SearchHit {
	a.t.Helper()
	return a.search(&fondsv1.SearchDocumentsRequest{Query: query, PageSize: 100}).GetHits()
}

// names gives the documents found, each by what it is called here.
func names(hits []*fondsv1.SearchHit, known map[string]string) []string {
	found := []string{}
	for _, h := range hits {
		found = append(found, known[h.GetDocument().GetName()])
	}
	return found
}

// marked is a hit's snippet with its marks in brackets.
func marked(h *fondsv1.SearchHit) string {
	var b strings.Builder
	at := 0
	for _, m := range h.GetMarks() {
		b.WriteString(h.GetSnippet()[at:m.GetStart()] + "[" + h.GetSnippet()[m.GetStart():m.GetEnd()] + "]")
		at = int(m.GetEnd())
	}
	return b.String() + h.GetSnippet()[at:]
}

// texts are short documents, by the names that tests know them by.
var texts = map[string]string{
	"pumps":    "To Comrade Lunin.\nThe wells hold water until June. I ask for two pumps and a mechanic; see Kobdo, 5 tons.",
	"rail":     "The railway to Kobdo carries forty tons a day. Comrade Lunin was told of it in Peking.",
	"slip":     "The cornmander asked for rnechanics, and for tele-\ngraph wire: 30 kilometres. Paid 1950-03-02.",
	"russian":  "ТОВ. ФИЛИППОВУ\nЕщё раз прошу прислать самолёты, сроч-\nно. Мао Цзэдун беседовал с Молотовым.",
	"stalin":   "Comrade Stalin answered on the 5th: No. 302/sh, ll. 0031-0032, MiG-15s for the front.",
	"chinese":  "毛泽东同志的电报已经收到",
	"numbers":  "No. 5120 is the answer to No. 5119 of 13.6.51. No. 22 973",
	"drafting": "The draft answer to the mechanic was burnt. A second draft followed.",
}

// searchable has the texts above; known has their names by documents.
func searchable(t testing.TB) (a *archive, known map[string]string) {
	t.Helper()
	a = serve(t)
	known = map[string]string{}
	for name, text := range texts {
		d := a.published(name+".txt", text, true)[0]
		known[d.GetName()] = name
		a.retitled(d, "Text")
	}
	a.indexed()
	return a, known
}

func TestSearchFindsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	a, known := searchable(t)
	for _, c := range []struct {
		query string
		exact string // found when exact is asked for, in alphabetical order
		also  string // found besides
	}{
		{"lunin kobdo", "pumps rail", ""},
		{`"comrade lunin"`, "pumps rail", ""},
		{`"lunin comrade"`, "", ""},
		{`"Comrade Lunin" -railway`, "pumps", ""},
		{`lunin -"told of it"`, "pumps", ""},
		{`lunin -"it of told"`, "pumps rail", ""},
		{"wells OR railway", "pumps rail", ""},
		{"kobdo wells OR peking", "pumps rail", ""},
		{"mechan*", "drafting pumps", ""},
		{"mechanic", "drafting pumps", "slip"},
		{"mechanics", "drafting pumps", "slip"},
		{"commander", "", "slip"},
		{"commander -wire", "", ""},
		{"telegraph", "slip", ""},
		{"TELEGRAPHS", "slip", ""},
		{`"telegraph wire"`, "slip", ""},
		{"gram", "", ""},
		{"Peking", "rail", ""},
		{"Beijing", "", "rail"},
		{"Пекин", "", "rail"},
		{"Joseph Stalin", "", "russian stalin"},
		{"Stalin", "stalin", "russian"},
		{"Stalin -самолет", "stalin", ""},
		{"сталин молотов", "", "russian"},
		{"Mao Zedong", "", "chinese russian"},
		{`"Мао Цзэдун"`, "russian", "chinese"},
		{"mao -молотов", "", "chinese"},
		{"Филиппов", "russian", "stalin"},
		{"еще самолет срочно", "russian", ""},
		{"ЕЩЁ САМОЛЕТОВ", "russian", ""},
		{"泽东", "chinese", ""},
		{"电报", "chinese", ""},
		{"东泽", "", ""},
		{"MiG 15", "stalin", ""},
		{"MIG-15", "stalin", ""},
		{"mig15", "stalin", ""},
		{"mig15s", "stalin", ""},
		{"302sh", "stalin", ""},
		{`"№ 302/sh"`, "stalin", ""},
		{"31-32", "stalin", ""},
		{"5120", "numbers", ""},
		{`"No. 5120"`, "numbers", ""},
		{`"№5119"`, "numbers", ""},
		{"5121", "", ""},
		{"22973", "numbers", ""},
		{`"No. 22 973"`, "numbers", ""},
		{`"№ 22973"`, "numbers", ""},
		{"22 973", "numbers", ""},
		{"13.6.51", "numbers", ""},
		{"second -draft", "", ""},
		{"nowhere", "", ""},
	} {
		for _, exact := range []bool{true, false} {
			want := strings.Fields(c.exact)
			if !exact {
				want = append(want, strings.Fields(c.also)...)
				slices.Sort(want)
			}
			got := names(a.search(&fondsv1.SearchDocumentsRequest{Query: c.query, Exact: exact}).GetHits(), known)
			ordered := slices.Sorted(slices.Values(got))
			if !slices.Equal(ordered, want) {
				t.Errorf("%s (exact: %v): found %q, want %q", c.query, exact, ordered, want)
			}
			// Those that have the very words come first.
			if n := len(strings.Fields(c.exact)); !exact && n <= len(got) && strings.Join(slices.Sorted(slices.Values(got[:n])), " ") != c.exact {
				t.Errorf("%s: the first are %q, want %q", c.query, got[:n], c.exact)
			}
		}
	}
}

func TestSearchRefusesWhatIsNoQuery(t *testing.T) {
	t.Parallel()
	a := serve(t)
	for query, character := range map[string]string{
		`mao "to comrade`: "5", "мао x*y": "6", "мао OR": "5", "OR мао": "1", "-мао": "1", "- ,": "1", `мао ""`: "5", "a*": "2",
		strings.Repeat("x ", 65): "129",
	} {
		_, err := a.docs.SearchDocuments(a.ctx(), &fondsv1.SearchDocumentsRequest{Query: query})
		wantStatus(t, err, codes.InvalidArgument, api.ReasonQueryInvalid, "query")
		if got := metadataOf(err)["character"]; got != character {
			t.Errorf("%q: at character %q, want %s (%v)", query, got, character, err)
		}
	}
	_, err := a.docs.SearchDocuments(a.ctx(), &fondsv1.SearchDocumentsRequest{Query: "x", Filter: "title ="})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "filter")
	_, err = a.docs.SearchDocuments(a.ctx(), &fondsv1.SearchDocumentsRequest{})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "query")
	if m := a.search(&fondsv1.SearchDocumentsRequest{Query: "x"}); len(m.GetHits()) != 0 || m.GetNextPageToken() != "" {
		t.Errorf("an empty archive has %v", m)
	}
}

func TestSearchGoesOnFromPageToPage(t *testing.T) {
	t.Parallel()
	a := serve(t)
	var text strings.Builder
	for i := range 7 {
		fmt.Fprintf(&text, "CIPHERED TELEGRAM No. %d\n\nTo Comrade LUNIN\n\nThe wells hold water.%s\n\nSOROKIN\n\n", 5100+i, strings.Repeat(" More water.", i))
	}
	a.published("all.txt", text.String(), false)
	a.indexed()
	all := a.hits("water")
	if len(all) != 7 {
		t.Fatalf("%d hits", len(all))
	}
	var paged []*fondsv1.SearchHit
	req := &fondsv1.SearchDocumentsRequest{Query: "water", PageSize: 3}
	for range 3 {
		m := a.search(req)
		paged = append(paged, m.GetHits()...)
		req.PageToken = m.GetNextPageToken()
	}
	if req.GetPageToken() != "" {
		t.Error("there is still more")
	}
	for i, h := range all {
		if len(paged) != len(all) || paged[i].GetDocument().GetName() != h.GetDocument().GetName() {
			t.Fatalf("in pages: %v", paged)
		}
	}
	if m := a.search(&fondsv1.SearchDocumentsRequest{Query: "water", PageSize: 7}); m.GetNextPageToken() != "" {
		t.Error("a page of all has a next one")
	}
	token := a.search(&fondsv1.SearchDocumentsRequest{Query: "water", PageSize: 3}).GetNextPageToken()
	for name, other := range map[string]*fondsv1.SearchDocumentsRequest{
		"query": {Query: "wells"}, "filter": {Query: "water", Filter: `title:"5"`}, "exact": {Query: "water", Exact: true},
	} {
		other.PageToken = token
		_, err := a.docs.SearchDocuments(a.ctx(), other)
		wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "page_token")
		if err == nil {
			t.Errorf("another %s takes the token", name)
		}
	}
	if m := a.search(&fondsv1.SearchDocumentsRequest{Query: "water", PageSize: 5, PageToken: token}); len(m.GetHits()) != 4 {
		t.Errorf("another page size gives %d", len(m.GetHits()))
	}
}

func TestSearchStaysWithinAFilter(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.telegram("a/1.png", []byte("one"), []string{"wells"})
	a.published("two.txt", "The wells hold water.", true)
	a.indexed()
	for filter, want := range map[string]int{
		"": 2, `collection = "collections/telegrams"`: 1, `collection = "collections/none"`: 0, `holding_path = "a/1.png"`: 1,
		`title:"two" AND complete = true`: 0, "complete = false": 0, "assurance = ASSURANCE_MACHINE": 2, "assurance = ASSURANCE_VERIFIED": 0,
	} {
		if got := len(a.search(&fondsv1.SearchDocumentsRequest{Query: "wells", Filter: filter}).GetHits()); got != want {
			t.Errorf("%s: %d hits, want %d", filter, got, want)
		}
	}
}

// What is found follows the document: its title, its parts, its deletion.
func TestSearchFollowsTheDocument(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.published("two.txt", "First letter: wells.\nSecond letter: pumps.", true)[0]
	finds := func(query string, want int) {
		t.Helper()
		if got := a.hits(query); len(got) != want {
			t.Errorf("%s: %d hits, want %d", query, len(got), want)
		}
	}
	finds("wells", 0)
	a.indexed()
	finds("wells pumps", 1)
	a.retitled(d, "Irrigation of the steppe")
	a.indexed()
	finds("irrigation", 1)
	finds("irrigation wells", 1)
	finds(`"steppe first"`, 0)
	if h := a.hits("irrigation")[0]; marked(h) != "First letter: wells.\nSecond letter: pumps." || len(h.GetFound()) != 0 {
		t.Errorf("found by its title alone: %v", h)
	}
	a.retitled(d, "Two letters")
	finds("irrigation", 0) // before it is indexed anew
	a.indexed()
	finds("irrigation", 0)

	split := a.split(d.GetName(), &fondsv1.Cut{Region: 1, Start: 21, Title: "The second"})
	a.indexed()
	finds("wells pumps", 0)
	second := a.hits("pumps")
	if len(second) != 1 || second[0].GetDocument().GetName() != split[1].GetName() {
		t.Fatalf("pumps: %v", second)
	}
	// A place counts in the text that was imported, though the document has a part of it.
	if r := second[0].GetFound()[0].GetRange(); r.GetStart() != 36 || r.GetEnd() != 41 || second[0].GetFound()[0].GetBoxes() != nil {
		t.Errorf("pumps stand at %v", second[0].GetFound())
	}
	if _, err := a.docs.MergeDocuments(a.ctx(), &fondsv1.MergeDocumentsRequest{Name: d.GetName(), Others: []string{second[0].GetDocument().GetName()}}); err != nil {
		t.Fatal(err)
	}
	a.indexed()
	finds("pumps wells", 1)
	finds("pumps", 1)

	if _, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: d.GetName()}); err != nil {
		t.Fatal(err)
	}
	finds("pumps", 0)
	if _, err := a.docs.UndeleteDocument(a.ctx(), &fondsv1.UndeleteDocumentRequest{Name: d.GetName()}); err != nil {
		t.Fatal(err)
	}
	finds("pumps", 1) // at once
}

func box(x, y, width, height uint32) string { return fmt.Sprint(x, " ", y, " ", width, " ", height) }

func boxes(f *fondsv1.FoundWords) string {
	var all []string
	for _, b := range f.GetBoxes() {
		all = append(all, box(b.GetX(), b.GetY(), b.GetWidth(), b.GetHeight()))
	}
	return strings.Join(all, ", ")
}

func TestSearchShowsWhereOnThePage(t *testing.T) {
	t.Parallel()
	a := serve(t)
	page := [][]string{{"To", "Comrade", "LUNIN"}, {"the", "wells", "and", "the", "tele-"}, {"gram", "of", "March"}, {"no", "wells"}}
	d := a.telegram("a.png", []byte("scan a"), page...)
	a.indexed()
	reading := d.GetRegions()[0].GetReading()
	hit := func(query string) *fondsv1.SearchHit {
		t.Helper()
		hits := a.hits(query)
		if len(hits) != 1 {
			t.Fatalf("%s: %d hits", query, len(hits))
		}
		return hits[0]
	}
	h := hit("wells")
	if want := "To Comrade LUNIN\nthe [wells] and the tele-\ngram of March\nno [wells]"; marked(h) != want {
		t.Errorf("snippet %q, want %q", marked(h), want)
	}
	if f := h.GetFound(); len(f) != 2 || boxes(f[0]) != box(100, 50, 90, 40) || boxes(f[1]) != box(100, 150, 90, 40) || f[0].GetReading() != reading {
		t.Errorf("found %v", f)
	}
	if f := hit(`"comrade lunin"`).GetFound(); len(f) != 1 || boxes(f[0]) != box(100, 0, 190, 40) || f[0].GetRange().GetStart() != 3 || f[0].GetRange().GetEnd() != 16 {
		t.Errorf("a phrase: %v", f)
	}
	if f := hit("telegram").GetFound(); len(f) != 1 || boxes(f[0]) != box(400, 50, 90, 40)+", "+box(0, 100, 90, 40) {
		t.Errorf("a word over two lines: %v", f)
	}

	// A part of the page tells of the same places.
	part, err := a.docs.CreateDocument(a.ctx(), &fondsv1.CreateDocumentRequest{Document: &fondsv1.Document{
		Collection: "collections/telegrams", Title: "Part",
		Regions: []*fondsv1.Region{{Page: d.GetRegions()[0].GetPage(), Box: &fondsv1.Box{X: 0, Y: 100, Width: 1000, Height: 200}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	a.indexed()
	h = hit("part wells")
	if h.GetDocument().GetName() != part.GetName() || marked(h) != "gram of March\nno [wells]" {
		t.Errorf("in a part: %v", h)
	}
	text := "To Comrade LUNIN\nthe wells and the tele-\ngram of March\nno wells\n"
	at := uint32(strings.LastIndex(text, "wells"))
	if f := h.GetFound(); len(f) != 1 || boxes(f[0]) != box(100, 150, 90, 40) || f[0].GetRange().GetStart() != at || f[0].GetRange().GetEnd() != at+5 {
		t.Errorf("in a part: %v", f)
	}
}

// However often a word stands in a text, an answer stays small.
func TestSearchBoundsItsAnswers(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.published("many.txt", strings.Repeat("wells and pumps. ", 5000)+"The only mechanic.", true)
	a.indexed()
	h := a.hits("wells mechanic")[0]
	if n := len(h.GetFound()); n != 50 {
		t.Errorf("%d places", n)
	}
	if !strings.HasSuffix(marked(h), "The only [mechanic].") {
		t.Errorf("the snippet is %q", marked(h))
	}
	if r := h.GetFound()[0].GetRange(); r.GetStart() < 80_000 {
		t.Errorf("the first place is no place of the snippet: %v", r)
	}
}

// Whatever is asked for, the answer is one or says what is wrong with the question.
func FuzzSearch(f *testing.F) {
	for _, q := range []string{
		`mao OR "to comrade" -draft telegr*`, `") OR 1 --`, `NEAR(a b)`, "terms: x", "{a b}: c", "^a", "a + b", "AND", "NOT a", `a" AND "b`, "'; DROP TABLE documents",
		"\x00", "a\x00b", "泽*", "😀", "ǆ ﬁ ½ ⅷ", strings.Repeat("я*", 30), "31-32*", "302/*", "\u202eabc", "é\u0301", "-\"a b\" c", "Сталин*", "毛\ufe00泽",
	} {
		f.Add(q, true)
		f.Add(q, false)
	}
	a, _ := searchable(f)
	f.Fuzz(func(t *testing.T, query string, exact bool) {
		if !utf8.ValidString(query) {
			return // the client's own library refuses it
		}
		m, err := a.docs.SearchDocuments(t.Context(), &fondsv1.SearchDocumentsRequest{Query: query, Exact: exact})
		if status.Code(err) != codes.InvalidArgument && err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		for _, h := range m.GetHits() {
			marked(h)
		}
	})
}
