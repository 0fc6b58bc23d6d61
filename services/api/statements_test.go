package api_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/feed"
)

// rules reads documents as the role extract does.
func (a *archive) rules() feed.Config {
	return feed.Config{Catalog: a.catalog, Extractor: extract.New(agents.BuiltInIndex()), Log: slog.New(slog.DiscardHandler)}
}

// extract gives what waits to the rules, as the role does in a round.
func (a *archive) extract() {
	a.t.Helper()
	unread, err := a.catalog.UnreadDocuments(a.t.Context(), 100)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, head := range unread {
		e, err := a.rules().Read(a.t.Context(), head)
		if err != nil {
			a.t.Fatal(err)
		}
		if _, err := a.catalog.StoreFields(a.t.Context(), []catalog.Extracted{e}); err != nil {
			a.t.Fatal(err)
		}
	}
}

// form5120 is a page that the rules find fields on.
var form5120 = [][]string{
	{"CIPHERED", "TELEGRAM", "No.", "5120"},
	{"From", "IRKUTSK"},
	{"Received", "07:05", "2", "March", "1950"},
	{"To", "Comrade", "LUNIN"},
	{"The", "wells", "hold", "water", "until", "June."},
	{"SOROKIN"},
	{"No.", "81"},
}

// field reads one from its JSON.
func field(t *testing.T, text string) *fondsv1.Field {
	t.Helper()
	f := &fondsv1.Field{}
	if err := protojson.Unmarshal([]byte(text), f); err != nil {
		t.Fatal(err)
	}
	return f
}

// state states fields of a document; each mask is the name of one.
func (a *archive) state(name, etag string, masks []string, fields ...*fondsv1.Field) (*fondsv1.Document, error) {
	a.t.Helper()
	mask := &fieldmaskpb.FieldMask{}
	for _, m := range masks {
		mask.Paths = append(mask.Paths, "fields."+m)
	}
	return a.docs.UpdateDocument(a.ctx(), &fondsv1.UpdateDocumentRequest{
		Document: &fondsv1.Document{Name: name, Etag: etag, Fields: fields}, UpdateMask: mask,
	})
}

func fieldsNamed(d *fondsv1.Document, name string) []*fondsv1.Field {
	var found []*fondsv1.Field
	for _, f := range d.GetFields() {
		if f.GetName() == name {
			found = append(found, f)
		}
	}
	return found
}

func (a *archive) byNumber(number string) int {
	a.t.Helper()
	found, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{
		By: &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: number},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return len(found.GetDocuments())
}

func (a *archive) get(name string) *fondsv1.Document {
	a.t.Helper()
	d, err := a.docs.GetDocument(a.ctx(), &fondsv1.GetDocumentRequest{Name: name})
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

func TestPersonsStatementIsServedAndFound(t *testing.T) {
	t.Parallel()
	a := serve(t)
	name := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	a.extract()
	before := a.get(name)
	reading := before.GetRegions()[0].GetReading()
	if a.byNumber("5120") != 1 {
		t.Fatalf("fields: %v", before.GetFields())
	}
	d, err := a.state(name, before.GetEtag(), []string{"telegram_number", "addressee"},
		field(t, `{"name":"telegram_number","value":{"text":"5121"},"raw":"No. 5120","evidence":[{"reading":"`+reading+`","start":18,"end":26,"boxes":[{"x":1,"y":2,"width":3,"height":4}]}]}`),
		field(t, `{"name":"addressee","value":{"agent":{"id":"person:stalin","role":"final"}}}`),
		field(t, `{"name":"addressee","value":{"agent":{"asWritten":"LUNIN","role":"intermediary"}}}`),
		field(t, `{"name":"signatory","value":{"agent":{"asWritten":"not in the mask"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if d.GetRevision() != before.GetRevision()+1 || d.GetPerson() != "local" || d.GetTitle() != before.GetTitle() || len(d.GetRegions()) != 1 {
		t.Errorf("revision: %v", d)
	}
	if a.byNumber("5120") != 0 || a.byNumber("5121") != 1 {
		t.Errorf("found at once: %d by the wrong number and %d by the right one", a.byNumber("5120"), a.byNumber("5121"))
	}
	a.extract()
	d = a.get(name)
	number := fieldsNamed(d, "telegram_number")
	if len(number) != 1 || number[0].GetValue().GetText() != "5121" || number[0].GetPerson() != "local" || number[0].GetRule() != "" ||
		number[0].GetAssurance() != fondsv1.Assurance_ASSURANCE_CORRECTED || number[0].GetEvidence()[0].GetReading() != reading {
		t.Errorf("number: %v", number)
	}
	to := fieldsNamed(d, "addressee")
	if len(to) != 2 || to[0].GetValue().GetAgent().GetName() != "Joseph Stalin" || to[1].GetValue().GetAgent().GetAsWritten() != "LUNIN" {
		t.Errorf("addressees: %v", to)
	}
	if s := fieldsNamed(d, "signatory"); len(s) != 1 || s[0].GetPerson() != "" {
		t.Errorf("a field outside the mask: %v", s)
	}
	if a.byNumber("5120") != 0 || a.byNumber("5121") != 1 {
		t.Errorf("found %d by the wrong number and %d by the right one", a.byNumber("5120"), a.byNumber("5121"))
	}
	_, err = a.state(name, before.GetEtag(), []string{"telegram_number"})
	wantStatus(t, err, codes.Aborted, catalog.ReasonEtagMismatch, "")
}

func TestPersonSaysThatThereIsNone(t *testing.T) {
	t.Parallel()
	a := serve(t)
	name := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	a.extract()
	if _, err := a.state(name, "", []string{"telegram_number"}, field(t, `{"name":"telegram_number"}`)); err != nil {
		t.Fatal(err)
	}
	a.extract()
	number := fieldsNamed(a.get(name), "telegram_number")
	if len(number) != 1 || number[0].GetValue() != nil || number[0].GetPerson() != "local" || a.byNumber("5120") != 0 {
		t.Errorf("number: %v", number)
	}
	if _, err := a.state(name, "", []string{"telegram_number"}); err != nil {
		t.Fatal(err)
	}
	a.extract()
	number = fieldsNamed(a.get(name), "telegram_number")
	if len(number) != 1 || number[0].GetValue().GetText() != "5120" || number[0].GetPerson() != "" || a.byNumber("5120") != 1 {
		t.Errorf("taken back: %v", number)
	}
}

func TestStatementsThatAreRefused(t *testing.T) {
	t.Parallel()
	a := serve(t)
	d := a.telegram("a.png", []byte("scan a"), form5120...)
	reading := d.GetRegions()[0].GetReading()
	other := a.telegram("b.png", []byte("scan b"), []string{"another", "page"}).GetRegions()[0].GetReading()
	proof := func(reading string, start, end int) string {
		return fmt.Sprintf(`{"name":"priority","value":{"text":"Urgent"},"evidence":[{"reading":%q,"start":%d,"end":%d}]}`, reading, start, end)
	}
	for name, c := range map[string]struct{ mask, field, at, says string }{
		"a name that is none":       {"telegram_numbr", `{"name":"telegram_numbr"}`, "update_mask", "telegram_number"},
		"a value of another form":   {"sent_at", `{"name":"sent_at","value":{"text":"yesterday"}}`, "document.fields[0].value", "is date, and text"},
		"no date":                   {"sent_at", `{"name":"sent_at","value":{"date":{"iso":"13.6.1951"}}}`, "document.fields[0].value", "1951-06-13T19:55"},
		"a day that is none":        {"sent_at", `{"name":"sent_at","value":{"date":{"iso":"1951-02-30"}}}`, "document.fields[0].value", "there is no day"},
		"a precision that is wrong": {"sent_at", `{"name":"sent_at","value":{"date":{"iso":"1951-02","precision":"day"}}}`, "document.fields[0].value", "precise to the month"},
		"an offset":                 {"sent_at", `{"name":"sent_at","value":{"date":{"iso":"1951-06-13T19:55+03:00"}}}`, "document.fields[0].value", "no date"},
		"an ID that nobody has":     {"sender", `{"name":"sender","value":{"agent":{"id":"person:stalim"}}}`, "document.fields[0].value", "person:stalin"},
		"nobody":                    {"sender", `{"name":"sender","value":{"agent":{"role":"final"}}}`, "document.fields[0].value", "neither an ID nor a name"},
		"a role that is none":       {"addressee", `{"name":"addressee","value":{"agent":{"asWritten":"X","role":"boss"}}}`, "document.fields[0].value", "intermediary"},
		"a person for a place":      {"from_place", `{"name":"from_place","value":{"agent":{"id":"person:stalin"}}}`, "document.fields[0].value", "no place"},
		"a place for a person":      {"person", `{"name":"person","value":{"mention":{"id":"place:beijing"}}}`, "document.fields[0].value", "no person"},
		"no citation":               {"citation", `{"name":"citation","raw":"somewhere in Moscow"}`, "document.fields[0].value", "APRF"},
		"a citation without words":  {"citation", `{"name":"citation","value":{"citation":{"archive":"APRF"}}}`, "document.fields[0].value", "raw"},
		"two citations":             {"citation", `{"name":"citation","raw":"APRF, f. 45, op. 1, d. 339, l. 31; APRF, f. 3, op. 65, d. 826, l. 1"}`, "document.fields[0].value", "2 references"},
		"words and no value":        {"priority", `{"name":"priority","raw":"Urgent"}`, "document.fields[0].value", "no value"},
		"no words":                  {"priority", `{"name":"priority","value":{"text":" "}}`, "document.fields[0].value", "empty"},
		"a count below zero":        {"copy_count", `{"name":"copy_count","value":{"number":"-1"}}`, "document.fields[0].value", "below zero"},
		"a step that is none":       {"processing_step", `{"name":"processing_step","value":{"step":{"step":"lost"}}}`, "document.fields[0].value", "deciphered"},
		"a relation that is none":   {"telegram_reference", `{"name":"telegram_reference","value":{"reference":{"kind":"telegram","relation":"likes"}}}`, "document.fields[0].value", "in_reply_to"},
		"no address":                {"source_url", `{"name":"source_url","value":{"link":{"url":"javascript:alert(1)"}}}`, "document.fields[0].value", "http"},
		"a reading of another page": {"priority", proof(other, 0, 5), "document.fields", "does not show"},
		"a reading of nobody":       {"priority", proof(reading[:len(reading)-1]+"x", 0, 5), "document.fields[0].evidence[0].reading", "not of the form"},
		"words behind the text":     {"priority", proof(reading, 0, 5000), "document.fields", "does not have"},
		"no words at all":           {"priority", proof(reading, 5, 5), "document.fields", "does not have"},
	} {
		_, err := a.state(d.GetName(), "", []string{c.mask}, field(t, c.field))
		wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, c.at)
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v does not say %q", name, err, c.says)
		}
	}
	_, err := a.state(d.GetName(), "", []string{"priority"}, field(t, `{"name":"priority"}`), field(t, `{"name":"priority","value":{"text":"Urgent"}}`))
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "document.fields")
	many := make([]*fondsv1.Field, 1001)
	for i := range many {
		many[i] = field(t, `{"name":"stamp","value":{"text":"Urgent"}}`)
	}
	_, err = a.state(d.GetName(), "", []string{"stamp"}, many...)
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "document.fields")
	for range 1001 {
		many[0].Evidence = append(many[0].Evidence, &fondsv1.Evidence{Reading: reading, End: 5})
	}
	_, err = a.state(d.GetName(), "", []string{"stamp"}, many[0])
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "document.fields[0].evidence")
	_, err = a.docs.UpdateDocument(a.ctx(), &fondsv1.UpdateDocumentRequest{
		Document: &fondsv1.Document{Name: d.GetName()}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"fields"}},
	})
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "update_mask")
	if now := a.get(d.GetName()); now.GetRevision() != d.GetRevision() {
		t.Errorf("a refused statement made revision %d", now.GetRevision())
	}
}

// Every form of value comes back as it was stated, with what the form adds.
func TestEveryFormOfStatement(t *testing.T) {
	t.Parallel()
	a := serve(t)
	name := a.telegram("a.png", []byte("scan a"), []string{"a", "page"}).GetName()
	for field1, c := range map[string]struct{ value, want string }{
		"telegram_number":    {`{"text":" 302/ш "}`, `{"text":"302/ш"}`},
		"stamp":              {`{"text":"Subject to return"}`, ``},
		"omission":           {`{"text":"…"}`, ``},
		"copy_count":         {`{"number":"3"}`, ``},
		"received_at":        {`{"date":{"iso":"1951-06-13T19:55"}}`, `{"date":{"iso":"1951-06-13T19:55","precision":"minute","tz":"unstated"}}`},
		"document_date":      {`{"date":{"iso":"--06-13","tz":"local time","yearInferred":true}}`, `{"date":{"iso":"--06-13","precision":"day","tz":"local time","yearInferred":true}}`},
		"signatory":          {`{"agent":{"id":"person:stalin","name":"Somebody","asWritten":"Filippov","gloss":"Stalin"}}`, `{"agent":{"id":"person:stalin","name":"Joseph Stalin","asWritten":"Filippov","gloss":"Stalin"}}`},
		"series":             {`{"series":{"series":"G","mark":"T"}}`, ``},
		"distribution":       {`{"distribution":{"recipient":{"asWritten":"Molotov"}}}`, `{"distribution":{"recipient":{"asWritten":"Molotov"},"copies":1}}`},
		"copy_disposition":   {`{"disposition":{"copyNumbers":["3","4"],"where":"filed"}}`, ``},
		"source_url":         {`{"link":{"url":"https://ciphers.example.org/document/204417"}}`, `{"link":{"url":"https://ciphers.example.org/document/204417","host":"ciphers.example.org","documentId":"204417"}}`},
		"special_number":     {`{"numberRange":{"from":"1821","to":"1823"}}`, ``},
		"processing_step":    {`{"step":{"step":"deciphered","person":"Zhelnov","at":"1952-04-18T04:20"}}`, ``},
		"telegram_reference": {`{"reference":{"kind":"telegram","number":"2967","date":"1951-06-05","relation":"in_reply_to"}}`, ``},
		"embedded_message":   {`{"embedded":{"relation":"quoted","first":"To all","last":"the end"}}`, ``},
		"gloss":              {`{"gloss":{"kind":"identity","target":"Filippov","text":"Stalin"}}`, ``},
		"place":              {`{"mention":{"id":"place:beijing","variants":["Peking"]}}`, `{"mention":{"id":"place:beijing","name":"Beijing","variants":["Peking"]}}`},
	} {
		if _, err := a.state(name, "", []string{field1}, field(t, fmt.Sprintf(`{"name":%q,"value":%s}`, field1, c.value))); err != nil {
			t.Errorf("%s: %v", field1, err)
			continue
		}
		if c.want == "" {
			c.want = c.value
		}
		got := fieldsNamed(a.get(name), field1)
		want := field(t, fmt.Sprintf(`{"name":%q,"value":%s}`, field1, c.want)).GetValue()
		if len(got) != 1 || protojson.Format(got[0].GetValue()) != protojson.Format(want) {
			t.Errorf("%s came back as %v, want %v", field1, got, want)
		}
	}
	cited := `{"name":"citation","raw":"APRF, f. 45, op. 1, d. 339, ll. 31-32"}`
	d, err := a.state(name, "", []string{"citation"}, field(t, cited))
	if err != nil {
		t.Fatal(err)
	}
	if c := fieldsNamed(d, "citation")[0].GetValue().GetCitation(); c.GetArchive() != "APRF" || c.GetDelo() != "339" || c.GetListy()[0].GetTo() != "32" {
		t.Errorf("citation: %v", c)
	}
	a.extract()
	found, err := a.docs.LookupDocuments(a.ctx(), &fondsv1.LookupDocumentsRequest{
		By: &fondsv1.LookupDocumentsRequest_Citation{Citation: "АП РФ. Ф. 45. Оп. 1. Д. 339. Л. 32"},
	})
	if err != nil || len(found.GetDocuments()) != 1 {
		t.Errorf("found by the citation: %v, %v", found, err)
	}
}
