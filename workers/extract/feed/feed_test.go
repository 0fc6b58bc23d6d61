package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func digest(s string) catalog.Digest {
	sum := sha256.Sum256([]byte(s))
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

// archive is a catalog over a real database.
type archive struct {
	*catalog.Catalog
	t      testing.TB
	recipe catalog.Recipe
}

func newArchive(t testing.TB) *archive {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "fonds.db"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	recipe, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digest("eng")}}, nil)
	must(t, err)
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	return &archive{catalog.New(store, now, newID, catalog.DefaultLimits()), t, recipe}
}

// read makes a document of a scan whose pages have the given texts.
func (a *archive) read(path string, texts ...string) catalog.DocumentHead {
	a.t.Helper()
	n := catalog.NewBatch{Collection: "c", Language: "eng", Recipes: map[string]catalog.Recipe{"eng": a.recipe}}
	n.Files = []catalog.NewFile{{Path: path, Size: 7, Collection: "c", Language: "eng"}}
	b, err := a.CreateBatch(a.t.Context(), n)
	must(a.t, err)
	_, err = a.Arrive(a.t.Context(), catalog.Arrival{Batch: b.ID, Path: path, Digest: digest(path), Size: 7})
	must(a.t, err)
	results := []catalog.Result{{Key: catalog.ProbeOf(digest(path)), Attempt: 1, Outcome: catalog.Text}}
	for i, text := range texts {
		results[0].Pages = append(results[0].Pages, catalog.Page{Number: i + 1, Width: 1000, Height: 2000})
		body, err := proto.Marshal(bodyOf(text))
		must(a.t, err)
		results = append(results, catalog.Result{
			Key: catalog.WorkKey{Scan: digest(path), Page: i + 1, Recipe: a.recipe.Digest}, Attempt: 1, Outcome: catalog.Text,
			Reading: &catalog.Reading{Text: text, Body: body, BodyDigest: digest(string(body))},
		})
	}
	_, err = a.StoreResults(a.t.Context(), results)
	must(a.t, err)
	heads, err := a.ListDocuments(a.t.Context(), catalog.DocumentQuery{Where: catalog.AtPath(path), Limit: 1})
	must(a.t, err)
	return heads[0]
}

// bodyOf gives each word a box: ten pixels a byte wide, a line forty high.
func bodyOf(text string) *fondsv1.Body {
	body := &fondsv1.Body{Text: text, Width: 1000, Height: 2000}
	line, start, inLine := 0, 0, uint32(0)
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] != ' ' && text[i] != '\n' {
			continue
		}
		if i > start {
			column := start - (strings.LastIndexByte(text[:start], '\n') + 1)
			body.Words = append(body.Words, &fondsv1.Word{
				Start: uint32(start), End: uint32(i),
				Box: &fondsv1.Box{X: uint32(10 * column), Y: uint32(40 * line), Width: uint32(10 * (i - start)), Height: 30},
			})
		}
		if words := uint32(len(body.Words)); i == len(text) || text[i] == '\n' {
			if words > inLine {
				body.Lines = append(body.Lines, &fondsv1.Line{WordStart: inLine, WordEnd: words, Box: &fondsv1.Box{Y: uint32(40 * line), Width: 1000, Height: 30}})
			}
			inLine = words
			line++
		}
		start = i + 1
	}
	body.Paragraphs = []*fondsv1.Paragraph{{LineEnd: uint32(len(body.GetLines()))}}
	body.Blocks = []*fondsv1.Block{{ParagraphEnd: 1}}
	return body
}

// extracted runs the role until nothing waits.
func (a *archive) extracted() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	ended := make(chan error, 1)
	config := Config{Catalog: a.Catalog, Extractor: extract.New(agents.BuiltInIndex()), Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- Run(ctx, config) }()
	defer func() {
		cancel()
		must(a.t, <-ended)
	}()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		unread, err := a.UnreadDocuments(a.t.Context(), 1)
		must(a.t, err)
		if len(unread) == 0 {
			return
		}
	}
	a.t.Fatal("documents wait for ever")
}

func (a *archive) field(id, name string) []catalog.Field {
	a.t.Helper()
	head, err := a.Document(a.t.Context(), id, 0)
	must(a.t, err)
	var found []catalog.Field
	list, err := head.Revision.Fields.List()
	must(a.t, err)
	for _, f := range list {
		if f.Name == name {
			found = append(found, f)
		}
	}
	return found
}

func (a *archive) lookup(kind, text string) []string {
	a.t.Helper()
	asked, err := keys.Maker{}.Lookups(kind, text)
	must(a.t, err)
	var ids []string
	for _, l := range asked {
		l.Limit = 10
		heads, err := a.LookupDocuments(a.t.Context(), l)
		must(a.t, err)
		for _, h := range heads {
			ids = append(ids, h.ID)
		}
	}
	return ids
}

const (
	firstPage = "CIPHERED TELEGRAM No. 5120\n\nFrom IRKUTSK\nReceived 07:05 2 March 1950\n\nTo Comrade LUNIN\n\nThe wells were measured again. They hold water until June and perhaps longer."
	lastPage  = "I ask you to send two pumps and a mechanic who knows them.\n\nSOROKIN\n\nNo. 81\n"
)

func TestFieldsOfAScanAreStoredAndFound(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", firstPage, lastPage)
	a.extracted()
	number := a.field(d.ID, "telegram_number")
	if len(number) != 1 || string(number[0].Value) != `"5120"` || number[0].Raw != "No. 5120" || number[0].Assurance != catalog.AssuranceMachine {
		t.Fatalf("telegram number: %+v", number)
	}
	e := number[0].Evidence[0]
	if e.Reading != d.Revision.Regions[0].Reading || firstPage[e.Start:e.End] != "No. 5120" {
		t.Errorf("its proof is %+v", e)
	}
	if want := [][4]int{{180, 0, 80, 30}}; len(e.Boxes) != 1 || e.Boxes[0] != want[0] {
		t.Errorf("its box is %+v, want %+v", e.Boxes, want)
	}
	signed := a.field(d.ID, "signatory")
	if len(signed) != 1 || signed[0].Evidence[0].Reading != d.Revision.Regions[1].Reading {
		t.Errorf("signatory on the second page: %+v", signed)
	}
	for kind, text := range map[string]string{
		"telegram_number": "No. 5120", "registry_number": "81", "date": "1950-03-01/1950-03-31", "agent/addressee": "name:lunin",
	} {
		if got := a.lookup(kind, text); len(got) != 1 || got[0] != d.ID {
			t.Errorf("by %s %q: %v", kind, text, got)
		}
	}
	must(t, a.Audit(t.Context(), &catalog.Audit{
		Scan: func(catalog.Scan) error { return nil }, Body: func([]byte, string) error { return nil },
		Found: func(name, problem string) { t.Errorf("audit: %s: %s", name, problem) },
	}))
	head, err := a.Document(t.Context(), d.ID, 0)
	must(t, err)
	if head.Head != d.Head+1 {
		t.Errorf("revision %d after %d", head.Head, d.Head)
	}
}

func TestTextWithoutFieldsMakesNoRevision(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", "12\n")
	a.extracted()
	head, err := a.Document(t.Context(), d.ID, 0)
	must(t, err)
	if head.Revision.Fields.IsZero() && head.Head != d.Head {
		t.Errorf("revision %d without anything new", head.Head)
	}
}

func TestAnotherTitleKeepsTheFields(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", firstPage, lastPage)
	a.extracted()
	title := "Telegram on wells"
	_, err := a.UpdateDocument(t.Context(), d.ID, "", "anna", catalog.Change{Title: &title})
	must(t, err)
	if unread, err := a.UnreadDocuments(t.Context(), 1); err != nil || len(unread) != 0 {
		t.Errorf("%d documents wait, %v: the text is the same", len(unread), err)
	}
	if got := a.field(d.ID, "telegram_number"); len(got) != 1 {
		t.Errorf("telegram number: %+v", got)
	}
}

// A revision that came while the rules read the one before is not touched.
func TestStaleFieldsAreNotStored(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", firstPage, lastPage)
	title := "Another"
	_, err := a.UpdateDocument(t.Context(), d.ID, "", "anna", catalog.Change{Title: &title})
	must(t, err)
	stale := []catalog.Field{{Name: "telegram_number", Value: []byte(`"1"`), Raw: "1"}}
	if revised, err := a.StoreFields(t.Context(), []catalog.Extracted{{Document: d.ID, Revision: d.Head, Fields: stale}}); err != nil || revised != 0 {
		t.Errorf("stored: %v, %v", revised, err)
	}
	if got := a.field(d.ID, "telegram_number"); len(got) != 0 {
		t.Errorf("telegram number: %+v", got)
	}
}

func TestPersonsStatementStaysAboveARules(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", firstPage, lastPage)
	own := catalog.Field{Name: "telegram_number", Value: []byte(`"5121"`), Person: "anna", Assurance: catalog.AssuranceCorrected}
	revised, err := a.StoreFields(t.Context(), []catalog.Extracted{{Document: d.ID, Revision: d.Head, Fields: []catalog.Field{own}}})
	must(t, err)
	head, err := a.Document(t.Context(), d.ID, 0)
	must(t, err)
	rule := catalog.Field{Name: "telegram_number", Value: []byte(`"5120"`), Rule: "heading@1", Assurance: catalog.AssuranceMachine}
	_, err = a.StoreFields(t.Context(), []catalog.Extracted{{Document: d.ID, Revision: head.Head, Fields: []catalog.Field{rule}}})
	must(t, err)
	if got := a.field(d.ID, "telegram_number"); revised != 1 || len(got) != 1 || got[0].Person != "anna" {
		t.Errorf("revised %d, telegram number %+v", revised, got)
	}
}
