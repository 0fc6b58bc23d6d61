package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// world is an archive in which there is something for each method of the contract.
type world struct {
	*desk
	// olga may do everything, anna corrects, otto asks for purges.
	olga, anna, otto context.Context
	root             string
	made             int
	// document, and what hangs on it, is for calls that change nothing in it.
	document, page, reading, batch, user, purge string
	// redrawn is for those that give it other regions.
	redrawn string
	review  *fondsv1.Review
	names   []string
	store   catalog.Store
	tally   *tally
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{root: t.TempDir()}
	key, err := ledger.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	keep := func(s catalog.Store) catalog.Store {
		w.store = s
		return s
	}
	a := serveOver(t, keep, func(d *api.Deps) {
		d.ImportRoots = []string{w.root}
		d.Ledger = ledger.Log{Store: w.store, Keys: key.Verifiers()}
	})
	w.desk = &desk{archive: a, reviews: fondsv1.NewReviewServiceClient(a.conn)}
	all := []catalog.Role{catalog.Ingests, catalog.Corrects, catalog.Verifies, catalog.Operates}
	w.olga, w.anna, w.otto = w.somebody("Olga", all...), w.somebody("Anna", catalog.Corrects), w.somebody("Otto", catalog.Operates)
	w.furnish()
	w.sequence(key)
	return w
}

// somebody adds a user, whose calls end with the test and no earlier.
func (w *world) somebody(name string, roles ...catalog.Role) context.Context {
	w.t.Helper()
	user, secrets, err := w.accounts.AddUser(w.t.Context(), auth.Local(), name, roles, false)
	if err != nil {
		w.t.Fatal(err)
	}
	w.user = "users/" + user.ID
	return metadata.AppendToOutgoingContext(w.t.Context(), "authorization", "Bearer "+secrets.Token)
}

func (w *world) furnish() {
	w.t.Helper()
	w.must(os.WriteFile(filepath.Join(w.root, "4117.png"), []byte("a scan on the server"), 0o600))
	w.somebody("Gleb", catalog.Reads) // to be barred, and let in again
	w.redrawn = w.scanned().GetName()
	d := w.scanned()
	w.document, w.page, w.reading = d.GetName(), d.GetRegions()[0].GetPage(), ""
	w.review = w.submit(w.anna, w.waiting(w.document), "CIPHERED TELEGRAM No. 5120 corrected\n")
	w.reading = w.review.GetReading().GetName()
	w.batch = w.batchNamed("a.png").GetName()
	purged := w.scanned().GetName()
	p, err := fondsv1.NewPurgeServiceClient(w.conn).RequestPurge(w.otto, &fondsv1.RequestPurgeRequest{Documents: []string{purged}, Reason: "why"})
	w.must(err)
	w.purge = p.GetName()
	w.names = []string{
		w.purge, w.document, w.page, w.reading, w.batch, w.user, w.review.GetName(), "deadLetters/1",
		"collections/telegrams", "recipes/plain", w.campaign(false), "scans/" + w.page[len("scans/"):][:64], w.page[len("scans/"):][:64], newID(), "eng",
	}
}

// sequence gives the acts so far their leaves.
func (w *world) sequence(key *ledger.Key) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer stop()
	err := ledger.Run(ctx, ledger.Config{
		Store: w.store, Key: key, Every: time.Millisecond, Log: slog.New(slog.DiscardHandler),
		Published: func(context.Context, catalog.Checkpoint) error { stop(); return nil },
	})
	if !errors.Is(ctx.Err(), context.Canceled) {
		w.t.Fatalf("no checkpoint: %v", err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) next(prefix string) string {
	w.made++
	return fmt.Sprintf("%s-%d", prefix, w.made)
}

// scanned makes a document of a scan of its own.
func (w *world) scanned() *fondsv1.Document {
	w.t.Helper()
	path := w.next("scan")
	d := w.telegram(path, []byte(path), form5120...)
	w.extract()
	return w.get(d.GetName())
}

// published makes a document of an imported text of its own.
func (w *world) published() string {
	w.t.Helper()
	path := w.next("text")
	return w.imported(path, "CIPHERED TELEGRAM No. 5120 "+path+"\n\nThe wells hold water.\n").GetDocuments()[0].GetName()
}

func (w *world) batchNamed(paths ...string) *fondsv1.Batch {
	w.t.Helper()
	return w.archive.batch(paths...)
}

// valued are a name for each form of a value, and a value of that form.
var valued = map[string]string{
	"text": `"SOROKIN"`, "number": `3`, "date": `{"iso":"1950-03-02"}`, "agent": `{"asWritten":"SOROKIN"}`,
	"citation": `{}`, "series": `{"series":"A"}`, "distribution": `{"recipient":{"asWritten":"SOROKIN"},"copies":1}`,
	"disposition": `{"copyNumbers":["1"],"where":"there"}`, "link": `{"url":"https://example.org/1"}`,
	"number_range": `{"from":"1","to":"2"}`, "step": `{"step":"typed"}`, "reference": `{"kind":"telegram","relation":"refers_to"}`,
	"embedded": `{"relation":"quoted"}`, "gloss": `{"kind":"sic","text":"x"}`, "mention": `{"name":"SOROKIN","variants":["SOROKIN"]}`,
}

// fieldOf gives a statement whose value has a form.
func (w *world) fieldOf(form string) *fondsv1.Field {
	w.t.Helper()
	for _, name := range statement.Names() {
		if of, err := statement.FormOf(name); err != nil || string(of) != form {
			continue
		}
		f := &fondsv1.Field{Name: name, Raw: "APRF, f. 45, op. 1, d. 339", Value: &fondsv1.FieldValue{}}
		if form != "citation" {
			f.Raw = ""
		}
		member := f.GetValue().ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(form))
		w.must(protojson.Unmarshal([]byte(`{"`+member.JSONName()+`":`+valued[form]+`}`), f.GetValue()))
		return f
	}
	w.t.Fatalf("no field has a value of the form %s", form)
	return nil
}

// plain makes a request of a method whose names are all there is to it: each text that
// has to have a form gets the name that has it.
func (w *world) plain(m protoreflect.MethodDescriptor) proto.Message {
	w.t.Helper()
	of, err := protoregistry.GlobalTypes.FindMessageByName(m.Input().FullName())
	w.must(err)
	request := of.New()
	for i := range m.Input().Fields().Len() {
		f := m.Input().Fields().Get(i)
		if f.Kind() != protoreflect.StringKind {
			continue
		}
		rules := rulesOf(f)
		if f.IsList() {
			rules = rules.GetRepeated().GetItems()
		}
		switch text := rules.GetString(); {
		case text.GetPattern() != "":
			put(request, f, protoreflect.ValueOf(w.named(f, text.GetPattern())))
		case text.GetMinLen() > 0:
			put(request, f, protoreflect.ValueOf("wells"))
		}
	}
	return request.Interface()
}

func (w *world) named(f protoreflect.FieldDescriptor, pattern string) string {
	w.t.Helper()
	form := regexp.MustCompile(pattern)
	if form.MatchString("") {
		return ""
	}
	for _, name := range w.names {
		if form.MatchString(name) {
			return name
		}
	}
	w.t.Fatalf("%s: nothing here is called %s", f.FullName(), pattern)
	return ""
}

// request makes one that its method answers, with what a way goes through. It is made
// anew after each that was answered, since the same twice may be refused.
func (w *world) request(m protoreflect.MethodDescriptor, to way) proto.Message {
	w.t.Helper()
	if prepare, ok := prepared[m.FullName().Name()]; ok {
		return prepare(w, to)
	}
	return w.plain(m)
}

// reviewed gives a review of a document of its own, with a text that Anna corrected.
func (w *world) reviewed() *fondsv1.Review {
	w.t.Helper()
	return w.submit(w.anna, w.waiting(w.published()), w.next("corrected"))
}

// updating states what a way goes through.
func (w *world) updating(to way) proto.Message {
	r := &fondsv1.UpdateDocumentRequest{
		Document:   &fondsv1.Document{Name: w.document, Title: w.next("Title"), Etag: w.get(w.document).GetEtag()},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
	}
	if len(to) < 2 {
		return r
	}
	switch to[1].Name() {
	case "regions":
		d := w.get(w.redrawn)
		r.Document.Name, r.Document.Etag = d.GetName(), d.GetEtag()
		r.Document.Regions = []*fondsv1.Region{{Page: d.GetRegions()[0].GetPage(), Box: &fondsv1.Box{Width: 500, Height: 500}}}
		r.UpdateMask.Paths = []string{"regions"}
		if len(to) > 2 && to[2].Name() == "range" {
			r.Document.Regions[0].Box = nil
		}
	case "fields":
		form := "text"
		if len(to) > 3 && to[2].Name() == "value" {
			form = string(to[3].Name())
		}
		r.Document.Fields = []*fondsv1.Field{w.fieldOf(form)}
		if to[len(to)-1].Parent().Name() == "Evidence" || len(to) > 2 && to[2].Name() == "evidence" {
			r.Document.Fields[0].Evidence = []*fondsv1.Evidence{{Reading: w.reading, End: 8, Boxes: []*fondsv1.Box{{Width: 1, Height: 1}}}}
		}
		r.UpdateMask.Paths = []string{"fields." + r.GetDocument().GetFields()[0].GetName()}
	}
	return r
}
