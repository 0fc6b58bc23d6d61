package api_test

import (
	"fmt"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Words that stand in the text prove a statement; where they do not, or nobody knows
// which are meant, there is no proof.
func TestStatementIsProvedByItsWords(t *testing.T) {
	t.Parallel()
	a := serve(t)
	name := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	a.extract()
	for _, c := range []struct {
		field, says string
		proof, raw  string
		boxes       int
	}{
		{"signatory", `"value":{"agent":{"asWritten":"SOROKIN"}}`, "SOROKIN", "SOROKIN", 1},
		{"summary", `"value":{"text":"water until June."}`, "water until June.", "water until June.", 1},
		{"stamp", `"value":{"text":"June. SOROKIN"}`, "June.\nSOROKIN", "June.\nSOROKIN", 2},
		{"sent_at", `"value":{"date":{"iso":"1950-03-02"}},"raw":"2 March 1950"`, "2 March 1950", "2 March 1950", 1},
		{"annotation", `"value":{"text":"No."}`, "", "", 0},            // it stands twice
		{"telegram_number", `"value":{"text":"No."}`, "No.", "No.", 1}, // of two the one that the rules have found
		{"outgoing_number", `"value":{"text":"512"}`, "", "", 0},       // within a word
		{"addressee", `"value":{"agent":{"asWritten":"KOSTIN"}}`, "", "", 0},
		{"received_at", `"value":{"date":{"iso":"1950-03-02"}}`, "", "", 0}, // the text does not write it so
		{"priority", `"value":{"text":"Urgent"},"raw":"URGENT"`, "", "URGENT", 0},
		{"incoming_number", ``, "", "", 0},
	} {
		says := `{"name":"` + c.field + `"`
		if c.says != "" {
			says += "," + c.says
		}
		d, err := a.state(name, "", []string{c.field}, field(t, says+"}"))
		if err != nil {
			t.Errorf("%s: %v", c.field, err)
			continue
		}
		text, err := a.docs.GetText(a.ctx(), &fondsv1.GetTextRequest{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		f := fieldsNamed(d, c.field)[0]
		proof, boxes := "", 0
		for _, e := range f.GetEvidence() {
			proof += text.GetRegions()[0].GetText()[e.GetStart():e.GetEnd()]
			boxes += len(e.GetBoxes())
		}
		if proof != c.proof || f.GetRaw() != c.raw || boxes != c.boxes {
			t.Errorf("%s is proved by %q (%q) in %d boxes, want %q (%q) in %d", c.field, proof, f.GetRaw(), boxes, c.proof, c.raw, c.boxes)
		}
	}
}

func TestStatementTellsWhatRulesSaid(t *testing.T) {
	t.Parallel()
	a := serve(t)
	name := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	a.extract()
	rule := fieldsNamed(a.get(name), "telegram_number")[0]
	d, err := a.state(name, "", []string{"telegram_number"}, field(t, `{"name":"telegram_number","value":{"text":"5121"}}`))
	if err != nil {
		t.Fatal(err)
	}
	f := fieldsNamed(d, "telegram_number")[0]
	if f.GetSaidTime().AsTime().IsZero() || len(f.GetInstead()) != 1 || protojson.Format(f.GetInstead()[0]) != protojson.Format(rule) {
		t.Errorf("in the place of %v: %v", rule, f)
	}
	// The last to speak takes all back, and what the rules said is there at once.
	d, err = a.state(name, d.GetEtag(), []string{"telegram_number"})
	if err != nil {
		t.Fatal(err)
	}
	if f := fieldsNamed(d, "telegram_number"); len(f) != 1 || protojson.Format(f[0]) != protojson.Format(rule) {
		t.Errorf("taken back: %v", f)
	}
	// What is output only is not taken from a caller.
	d, err = a.state(name, "", []string{"priority"}, field(t, `{"name":"priority","value":{"text":"Urgent"},"person":"anna","rule":"r@1",
		"confidence":0.4,"assurance":"ASSURANCE_VERIFIED","saidTime":"1950-01-01T00:00:00Z","instead":[{"name":"priority"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f = fieldsNamed(d, "priority")[0]
	if f.GetPerson() != "local" || f.GetRule() != "" || f.GetConfidence() != 0 || f.GetAssurance() != fondsv1.Assurance_ASSURANCE_CORRECTED ||
		f.GetSaidTime().AsTime().Year() == 1950 || len(f.GetInstead()) != 0 {
		t.Errorf("a caller says more than is his: %v", f)
	}
}

// Of those who change one revision one succeeds; those who name none all do, one after
// the other, and nobody's statement is lost.
func TestStatementsAtOnce(t *testing.T) {
	t.Parallel()
	a := serve(t)
	name := a.telegram("a.png", []byte("scan a"), form5120...).GetName()
	a.extract()
	fields := []string{"priority", "classification", "stamp", "annotation"}
	says := make([]*fondsv1.Field, len(fields))
	for i, f := range fields {
		says[i] = field(t, fmt.Sprintf(`{"name":%q,"value":{"text":"SOROKIN"}}`, f))
	}
	atOnce := func(etag string) (done int, refused []error) {
		var mu sync.Mutex
		var all sync.WaitGroup
		for i, f := range fields {
			all.Go(func() {
				_, err := a.state(name, etag, []string{f}, says[i])
				mu.Lock()
				defer mu.Unlock()
				if done++; err != nil {
					done--
					refused = append(refused, err)
				}
			})
		}
		all.Wait()
		return done, refused
	}
	done, refused := atOnce(a.get(name).GetEtag())
	if done != 1 || len(refused) != len(fields)-1 {
		t.Errorf("of those who changed one revision %d succeeded: %v", done, refused)
	}
	for _, err := range refused {
		wantStatus(t, err, codes.Aborted, catalog.ReasonEtagMismatch, "")
	}
	if _, refused := atOnce(""); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
	d := a.get(name)
	for _, f := range fields {
		if len(fieldsNamed(d, f)) != 1 || len(fieldsNamed(d, f)[0].GetEvidence()) != 1 {
			t.Errorf("%s: %v", f, fieldsNamed(d, f))
		}
	}
}
