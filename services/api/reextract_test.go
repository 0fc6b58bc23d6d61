package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract/feed"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

// ruleset are the rules of the product until the test puts others in their place.
type ruleset struct {
	feed.Config
	mu      sync.Mutex
	version string
	// read changes what the rules say of a document.
	read func(head catalog.DocumentHead, said []catalog.Field) ([]catalog.Field, error)
}

// serveRules serves with rules that a test can change.
func serveRules(t *testing.T) (*archive, *ruleset) {
	t.Helper()
	rules := &ruleset{}
	a := serve(t, func(d *api.Deps) { d.Rules = rules })
	rules.Config = a.rules()
	rules.version = rules.Config.Version()
	return a, rules
}

func (r *ruleset) become(version string, read func(catalog.DocumentHead, []catalog.Field) ([]catalog.Field, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version, r.read = version, read
}

func (r *ruleset) Version() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version
}

func (r *ruleset) Read(ctx context.Context, head catalog.DocumentHead) (catalog.Extracted, error) {
	r.mu.Lock()
	version, read := r.version, r.read
	r.mu.Unlock()
	e, err := r.Config.Read(ctx, head)
	if err != nil || read == nil {
		return e, err
	}
	before, err := head.Revision.Fields.List()
	if err != nil {
		return e, err
	}
	if e.Fields, err = read(head, e.Fields); err != nil {
		return e, err
	}
	e.Rules, e.Keys = version, keys.OfAll(catalog.Stated(before, e.Fields))
	return e, nil
}

// again reads all again and returns what was told, by document.
func (a *archive) again(filter string, apply bool) map[string]*fondsv1.ReextractDocumentsResponse {
	a.t.Helper()
	stream, err := a.docs.ReextractDocuments(a.ctx(), &fondsv1.ReextractDocumentsRequest{Filter: filter, Apply: apply})
	if err != nil {
		a.t.Fatal(err)
	}
	told := map[string]*fondsv1.ReextractDocumentsResponse{}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return told
		}
		if err != nil {
			a.t.Fatal(err)
		}
		told[m.GetDocument()] = m
		if m.GetSeen() != uint64(len(told)) {
			a.t.Errorf("%d seen after %d documents", m.GetSeen(), len(told))
		}
	}
}

// changes writes changes as NAME: BEFORE → AFTER.
func changes(m *fondsv1.ReextractDocumentsResponse) string {
	var told []string
	for _, c := range m.GetChanges() {
		side := func(f *fondsv1.Field) string {
			if f == nil {
				return "-"
			}
			return f.GetValue().GetText() + " (" + f.GetRule() + ")"
		}
		name := c.GetBefore().GetName()
		if name == "" {
			name = c.GetAfter().GetName()
		}
		told = append(told, name+": "+side(c.GetBefore())+" → "+side(c.GetAfter()))
	}
	slices.Sort(told)
	return strings.Join(told, "; ")
}

// second are other rules: they count on by ten, see no own number, and find how urgent
// a telegram is.
func second(_ catalog.DocumentHead, said []catalog.Field) ([]catalog.Field, error) {
	var fields []catalog.Field
	for _, f := range said {
		f.Rule = strings.TrimSuffix(f.Rule, "1") + "2"
		switch f.Name {
		case "outgoing_number":
			continue
		case "telegram_number":
			f.Value = json.RawMessage(`"5130"`)
			fields = append(fields, catalog.Field{Name: "priority", Value: json.RawMessage(`"Urgent"`), Rule: "marks@2", Confidence: 0.5, Assurance: catalog.AssuranceMachine})
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func TestReextractShowsAndThenChanges(t *testing.T) {
	t.Parallel()
	a, rules := serveRules(t)
	changed := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	corrected := a.telegram("b.png", []byte("scan b"), form5120...).GetName()
	plain := a.telegram("c.png", []byte("scan c"), []string{"a", "page"}).GetName()
	a.extract()
	for name, m := range a.again("", false) {
		if !m.GetCurrent() || len(m.GetChanges()) > 0 || m.GetRules() != rules.Version() {
			t.Errorf("%s was read by these rules: %v", name, m)
		}
	}
	own, err := a.state(corrected, "", []string{"telegram_number"}, field(t, `{"name":"telegram_number","value":{"text":"7"}}`))
	if err != nil {
		t.Fatal(err)
	}
	a.extract()
	before := map[string]uint32{}
	for _, name := range []string{changed, corrected, plain} {
		before[name] = a.get(name).GetRevision()
	}

	rules.become("2", second)
	wanted := map[string]string{
		changed:   "outgoing_number: 81 (closing-number@1) → -; priority: - → Urgent (marks@2); telegram_number: 5120 (heading@1) → 5130 (heading@2)",
		corrected: "outgoing_number: 81 (closing-number@1) → -; priority: - → Urgent (marks@2)",
		plain:     "",
	}
	told := a.again("", false)
	for name, want := range wanted {
		m := told[name]
		if got := changes(m); got != want || m.GetRevision() != 0 || m.GetCurrent() || m.GetRules() != "2" || m.GetProblem() != "" {
			t.Errorf("%s: %s, want %s; %v", name, got, want, m)
		}
		if got := a.get(name).GetRevision(); got != before[name] {
			t.Errorf("%s: telling made revision %d", name, got)
		}
	}
	told = a.again("", true)
	for name, want := range wanted {
		revision := uint32(0)
		if want != "" {
			revision = before[name] + 1
		}
		if got := changes(told[name]); got != want || told[name].GetRevision() != revision {
			t.Errorf("%s: %s in revision %d, want %s in %d", name, got, told[name].GetRevision(), want, revision)
		}
		if got := a.get(name); got.GetRevision() != max(before[name], revision) || !got.GetExtracted() {
			t.Errorf("%s: %v", name, got)
		}
	}
	number := fieldsNamed(a.get(corrected), "telegram_number")
	if len(number) != 1 || number[0].GetValue().GetText() != "7" || number[0].GetSaidTime().AsTime() != fieldsNamed(own, "telegram_number")[0].GetSaidTime().AsTime() {
		t.Errorf("a person's statement: %v", number)
	}
	if a.byNumber("5120") != 0 || a.byNumber("5130") != 1 || a.byNumber("7") != 1 {
		t.Errorf("found %d by the number of before, %d by that of today, %d by the person's", a.byNumber("5120"), a.byNumber("5130"), a.byNumber("7"))
	}
	for name, m := range a.again("", true) {
		if !m.GetCurrent() || m.GetRevision() != 0 {
			t.Errorf("%s was read by these rules: %v", name, m)
		}
	}
}

// What is selected is read, and nothing else.
func TestReextractWhatIsSelected(t *testing.T) {
	t.Parallel()
	a, rules := serveRules(t)
	one := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	a.telegram("b.png", []byte("scan b"), form5120...)
	a.extract()
	rules.become("2", second)
	told := a.again(`title:"a.png"`, true)
	if len(told) != 1 || told[one].GetRevision() == 0 || told[one].GetTitle() != "a.png" {
		t.Errorf("told %v", told)
	}
	stream, err := a.docs.ReextractDocuments(a.ctx(), &fondsv1.ReextractDocumentsRequest{Filter: "nonsense ="})
	if err == nil {
		_, err = stream.Recv()
	}
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "filter")
}

// A document that the rules fail at, or that changes meanwhile, costs no other.
func TestReextractToldOfProblems(t *testing.T) {
	t.Parallel()
	a, rules := serveRules(t)
	panics := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	moves := a.telegram("b.png", []byte("scan b"), form5120...).GetName()
	well := a.telegram("c.png", []byte("scan c"), form5120...).GetName()
	a.extract()
	rules.become("2", func(head catalog.DocumentHead, said []catalog.Field) ([]catalog.Field, error) {
		switch "documents/" + head.ID {
		case panics:
			panic("the database password is 1234")
		case moves:
			title := "another"
			_, err := a.catalog.UpdateDocument(context.Background(), head.ID, "", "anna", catalog.Change{Title: &title})
			return said, err
		}
		return second(head, said)
	})
	told := a.again("", true)
	if p := told[panics].GetProblem(); !strings.Contains(p, "request ID") || strings.Contains(p, "1234") || !strings.Contains(a.log.String(), "1234") {
		t.Errorf("a panic is told as %q", p)
	}
	if p := told[moves].GetProblem(); !strings.Contains(p, "was changed while it was read") {
		t.Errorf("a change is told as %q", p)
	}
	if told[well].GetRevision() == 0 {
		t.Errorf("told %v", told[well])
	}
	rules.become("2", second)
	told = a.again("", true)
	if told[panics].GetRevision() == 0 || told[moves].GetRevision() == 0 || !told[well].GetCurrent() {
		t.Errorf("run again: %v", told)
	}
}

// Whoever goes away in between finds what is done done, and goes on with the rest.
func TestReextractGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	a, rules := serveRules(t)
	names := map[string]bool{}
	for _, path := range []string{"a.png", "b.png", "c.png", "d.png"} {
		names[a.telegram(path, []byte(path), form5120...).GetName()] = true
	}
	a.extract()
	ctx, cancel := context.WithCancel(a.ctx())
	defer cancel()
	read, ended := 0, make(chan struct{})
	rules.become("2", func(head catalog.DocumentHead, said []catalog.Field) ([]catalog.Field, error) {
		if read++; read > 2 {
			cancel()
			<-ended                      // the caller has gone before the server knows
			return nil, context.Canceled // as whatever asks the catalog does then
		}
		return second(head, said)
	})
	stream, err := a.docs.ReextractDocuments(ctx, &fondsv1.ReextractDocumentsRequest{Apply: true})
	for err == nil {
		_, err = stream.Recv()
	}
	close(ended)
	if status.Code(err) != codes.Canceled {
		t.Fatalf("ended with %v", err)
	}
	rules.become("2", second)
	// The call may still be at a document, and a little later hear that its caller has gone:
	// then that one is to be asked for again.
	left, revised := len(names), 0
	for try := 0; left > 0 && try < 5; try++ {
		left = 0
		for name, m := range a.again("", true) {
			switch {
			case !names[name]:
				t.Errorf("%s: %v", name, m)
			case m.GetProblem() != "":
				left++
			case m.GetRevision() > 0:
				revised++
			}
		}
	}
	if left > 0 || revised > 2 || a.byNumber("5130") != len(names) {
		t.Errorf("%d were done anew, %d are left, %d found", revised, left, a.byNumber("5130"))
	}
}
