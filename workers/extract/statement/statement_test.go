package statement_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

var checker = statement.Checker{Names: agents.BuiltInIndex}

// Each field takes its own example, and what it becomes is taken as it is.
func TestExamplesAreTaken(t *testing.T) {
	for _, f := range statement.Fields {
		s, err := statement.Read(f.Name, f.Example)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		value, err := checker.Normal(f.Name, s.Value, s.Raw)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		if _, err := extract.ReadValue(f.Name, value); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if f.Means == "" || f.Takes() == "" {
			t.Errorf("%s is not explained", f.Name)
		}
		again, err := checker.Normal(f.Name, asContract(f.Name, value), s.Raw)
		if err != nil || string(again) != string(value) {
			t.Errorf("%s: %s became %s, %v", f.Name, value, again, err)
		}
	}
}

// asContract gives a value as the contract has it: a stamp and an omission are text.
func asContract(name string, value []byte) []byte {
	var object map[string]string
	if (name == "stamp" || name == "omission") && json.Unmarshal(value, &object) == nil {
		text, _ := json.Marshal(object["text"] + object["mark"])
		return text
	}
	return value
}

// A person can state whatever the rules state.
func TestWhatTheRulesStateIsTaken(t *testing.T) {
	texts, err := filepath.Glob("../testdata/corpus/*.txt")
	if err != nil || len(texts) < 25 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	rules := extract.New(agents.BuiltInIndex())
	values := 0
	for _, path := range texts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range rules.Extract(string(text)) {
			for _, f := range d.Fields {
				if f.Name == "citation" && strings.HasPrefix(f.Raw, "Ibid") {
					continue // a person writes in full what points back
				}
				value, err := json.Marshal(f.Value)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := checker.Normal(f.Name, asContract(f.Name, value), f.Raw); err != nil {
					t.Errorf("%s: %s (%q): %v", filepath.Base(path), value, f.Raw, err)
				}
				values++
			}
		}
	}
	if values < 500 {
		t.Errorf("only %d values were looked at", values)
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ field, written, want string }{
		{"telegram_number", " 5121 ", `"5121"`},
		{"sent_at", "1951-06-13T22:00 Beijing time", `{"iso":"1951-06-13T22:00","precision":"minute","tz":"Beijing time"}`},
		{"sent_at", "--06-13", `{"iso":"--06-13","precision":"day","tz":"unstated"}`},
		{"document_date", "1951", `{"iso":"1951","precision":"year","tz":"unstated"}`},
		{"copy_count", "3", `3`},
		{"series", "G T", `{"series":"G","mark":"T"}`},
		{"series", "G", `{"series":"G"}`},
		{"special_number", "1821-1823", `{"from":"1821","to":"1823"}`},
		{"special_number", "1821", `{"from":"1821","to":"1821"}`},
		{"signatory", "Filippov", `{"as_written":"Filippov"}`},
		{"signatory", "person:stalin", `{"id":"person:stalin"}`},
		{"addressee", `{"as_written": "Lunin", "role": "final"}`, `{"as_written":"Lunin","role":"final"}`},
		{"place", "Peking", `{"variants":["Peking"]}`},
		{"source_url", "https://a.example.org/document/7", `{"url":"https://a.example.org/document/7","host":"a.example.org","document_id":"7"}`},
	} {
		s, err := statement.Read(c.field, c.written)
		if err != nil || string(s.Value) != c.want {
			t.Errorf("%s=%s: %s, %v; want %s", c.field, c.written, s.Value, err, c.want)
		}
	}
}

// An error says what was wrong and what the field takes.
func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ field, written, wrong, takes string }{
		{"telegram_numbr", "1", "did you mean telegram_number", ""},
		{"qqqqqq", "1", "the fields are title, record_type", ""},
		{"sent_at", "13.6.1951", `"13.6.1951" is no date`, "1951-06-13T19:55"},
		{"sent_at", "1951-02-30", "there is no day 1951-02-30", "1951-06-13"},
		{"sent_at", "1951-06-13T25:00", "is no date", "1951-06-13"},
		{"copy_count", "three", `"three" is no whole number`, "such as 3"},
		{"citation", "somewhere in Moscow", "no archival reference was found", "APRF, f. 45"},
		{"citation", "APRF, f. 45, op. 1, d. 339, l. 31; APRF, f. 3, op. 65, d. 826, l. 1", "2 references", "APRF"},
		{"addressee", `{"whom": "Lunin"}`, "unknown field", "as_written"},
		{"addressee", `{"as_written": "Lunin"} and more`, "something follows", "as_written"},
		{"processing_step", "Zhelnov", "object in braces", `"step"`},
		{"source_url", "archive.example.org", "is no address", "https://"},
		{"title", "", "the value is empty", "words"},
		{"title", "a\x00b", "control characters", "words"},
		{"title", "a\xff", "not UTF-8", "words"},
		{"title", strings.Repeat("a", 30_000), "at most 20000", "words"},
	} {
		_, err := statement.Read(c.field, c.written)
		if err == nil || !strings.Contains(err.Error(), c.wrong) || !strings.Contains(err.Error(), c.takes) {
			t.Errorf("%s=%.40s: %v does not say %q and %q", c.field, c.written, err, c.wrong, c.takes)
		}
	}
	for field, value := range map[string]string{"record_type": `"novel"`, "original_language": `"Russian"`} {
		_, err := checker.Normal(field, []byte(value), "")
		if err == nil || !strings.Contains(err.Error(), "it takes") {
			t.Errorf("%s=%s: %v", field, value, err)
		}
	}
}

// Words prove a value only where they are words of the document.
func TestWords(t *testing.T) {
	for _, c := range []struct{ field, value, raw, want string }{
		{"telegram_number", `"5121"`, "", "5121"},
		{"telegram_number", `"5121"`, "No. 5121", "No. 5121"},
		{"sent_at", `{"iso":"1951-06-13"}`, "13 June", "13 June"},
		{"sent_at", `{"iso":"1951-06-13"}`, "", ""},
		{"copy_count", `3`, "", ""},
		{"record_type", `"telegram"`, "", ""},
		{"original_language", `"ru"`, "", ""},
		{"signatory", `{"id":"person:stalin","name":"Joseph Stalin"}`, "", ""},
		{"signatory", `{"id":"person:stalin","as_written":"Filippov"}`, "", "Filippov"},
		{"stamp", `{"text":"Subject to return"}`, "", "Subject to return"},
		{"place", `{"variants":["Peking","Beijing"]}`, "", "Peking"},
		{"telegram_number", ``, "", ""},
		{"qqqqqq", `"x"`, "", ""},
	} {
		if got := checker.Words(c.field, []byte(c.value), c.raw); got != c.want {
			t.Errorf("%s %s %q: %q, want %q", c.field, c.value, c.raw, got, c.want)
		}
	}
}

// What a person writes is taken or refused, and what is taken is normal.
func FuzzRead(f *testing.F) {
	for _, field := range statement.Fields {
		f.Add(field.Name, field.Example)
	}
	f.Add("sent_at", "--02-29")
	f.Add("addressee", `{"id": "person:`)
	f.Fuzz(func(t *testing.T, field, written string) {
		s, err := statement.Read(field, written)
		if err != nil {
			return
		}
		value, err := checker.Normal(field, s.Value, s.Raw)
		if err != nil {
			return
		}
		again, err := checker.Normal(field, asContract(field, value), s.Raw)
		if err != nil || string(again) != string(value) {
			t.Errorf("%s=%q became %s and then %s, %v", field, written, value, again, err)
		}
	})
}
