package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// importWells imports one telegram and has the rules read it; it returns its name.
func importWells(t *testing.T, a *archive) string {
	t.Helper()
	in := tree(t, map[string][]byte{"wells.txt": []byte(wellsTelegram)})
	var d struct{ Name string }
	unmarshal(t, a.must(exitOK, "import", filepath.Join(in, "wells.txt"), "--json").stdout, &d)
	a.must(exitOK, "reextract", "--apply")
	return d.Name
}

func TestSetShowsBeforeAndNow(t *testing.T) {
	a := startArchive(t)
	name := importWells(t, a)
	has(t, "set", a.must(exitOK, "set", name, "telegram_number=5121", "signatory=person:stalin", "--words", "signatory=SOROKIN").stdout,
		"telegram_number", "5120", "5121", "local", "Joseph Stalin (SOROKIN)", "revision 3")
	has(t, "get", a.must(exitOK, "get", name, "--fields").stdout, "5121", "local, 2", "heading@1: 5120")
	has(t, "none", a.must(exitOK, "set", name, "--none", "telegram_number").stdout, "5121", "(none)")
	has(t, "several", a.must(exitOK, "set", name, "addressee=LUNIN", `addressee={"as_written": "KOSTIN", "role": "alternative"}`).stdout, "LUNIN", "KOSTIN")
	has(t, "take back", a.must(exitOK, "set", name, "--take-back", "telegram_number").stdout, "(none)", "5120", "heading@", "No. 5120")
	again := a.must(exitOK, "set", name, "--take-back", "telegram_number")
	has(t, "take back what nobody said", again.stderr, "nobody has said anything of it")
	has(t, "and no revision is made", again.stdout, "revision 6", "5120")
	unproved := a.must(exitOK, "set", name, "priority=Urgent", "sent_at=1950-03-02", "--words", "sent_at=not there")
	has(t, "words that are not there", unproved.stderr, "--words sent_at=not there", "does not have these words")

	var d struct {
		Fields []struct {
			Name, Person string
			SaidTime     time.Time
			Instead      []struct{ Rule string }
		}
	}
	unmarshal(t, a.must(exitOK, "set", name, "telegram_number=5121", "--json").stdout, &d)
	said := false
	for _, f := range d.Fields {
		if f.Name == "telegram_number" {
			said = f.Person == "local" && !f.SaidTime.IsZero() && len(f.Instead) == 1 && strings.HasPrefix(f.Instead[0].Rule, "heading@")
		}
	}
	if !said {
		t.Errorf("--json says %+v", d)
	}
}

func TestSetRefuses(t *testing.T) {
	a := startArchive(t)
	name := importWells(t, a)
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "one document NAME", nil},
		{exitUsage, "no document name", []string{"letter", "priority=Urgent"}},
		{exitUsage, "say what to set", []string{name}},
		{exitUsage, "write FIELD=VALUE", []string{name, "priority"}},
		{exitUsage, "--none priority", []string{name, "priority="}},
		{exitUsage, "did you mean telegram_number?", []string{name, "telegram_numbr=1"}},
		{exitUsage, "did you mean telegram_number?", []string{name, "--none", "telegram_numbr"}},
		{exitUsage, "did you mean telegram_number?", []string{name, "--take-back", "telegram_numbr"}},
		{exitUsage, "the fields are title, ", []string{name, "qqqqqqqq=1"}},
		{exitUsage, "it takes a date", []string{name, "sent_at=yesterday"}},
		{exitUsage, "one of ciphered_telegram", []string{name, "record_type=novel"}},
		{exitUsage, "did you mean person:stalin", []string{name, "signatory=person:stalim"}},
		{exitUsage, "say one of them", []string{name, "priority=Urgent", "--none", "priority"}},
		{exitUsage, "say one of them", []string{name, "--none", "priority", "--take-back", "priority"}},
		{exitUsage, "no value of sent_at", []string{name, "priority=Urgent", "--words", "sent_at=2.3.50"}},
		{exitUsage, "write FIELD=WORDS", []string{name, "priority=Urgent", "--words", "priority"}},
		{exitNotFound, "", []string{"00000000-0000-7000-8000-000000000000", "priority=Urgent"}},
	} {
		r := a.fonds(append([]string{"set"}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.stderr, c.says) {
			t.Errorf("fonds set %q: want exit %d and %q, got %s", c.args, c.code, c.says, r)
		}
	}
	if out := a.must(exitOK, "get", name, "--fields").stdout; !strings.Contains(out, "revision    2 ") {
		t.Errorf("something that was refused made a revision: %s", out)
	}
}

// A field that cannot be read again, or was, is told of by the exit code and the sum.
func TestReextractTellsTheSum(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"wells.txt": []byte(wellsTelegram), "plain.txt": []byte("12\n")})
	a.must(exitOK, "import", filepath.Join(in, "wells.txt"), filepath.Join(in, "plain.txt"))
	has(t, "first", a.must(exitOK, "reextract").stdout, "+ telegram_number", "5120", "heading@", "2 documents: ", "0 read by these rules before", "nothing is stored")
	has(t, "filter", a.must(exitOK, "reextract", `title:"nothing"`).stdout, "0 documents")
	if r := a.fonds("reextract", "title ="); r.code != exitUsage || !strings.Contains(r.stderr, "filter") {
		t.Errorf("a filter that is none: %s", r)
	}
	var last struct{ Summary reextracted }
	lines := strings.Split(strings.TrimSpace(a.must(exitOK, "reextract", "--apply", "--json").stdout), "\n")
	unmarshal(t, lines[len(lines)-1], &last)
	if s := last.Summary; s.Documents != 2 || s.Changed+s.Same != 2 || s.Gained == 0 || s.Lost != 0 || !s.Applied || s.Rules == "" || s.Failed != 0 {
		t.Errorf("the sum is %+v", s)
	}
	if uint64(len(lines)) != last.Summary.Changed+1 {
		t.Errorf("%d lines for %d changes", len(lines), last.Summary.Changed)
	}
	has(t, "again", a.must(exitOK, "reextract", "--apply").stdout, "2 read by these rules before")
}

func TestFieldsAreListed(t *testing.T) {
	code, out, _ := alone(t, "fields")
	for _, f := range statement.Fields {
		if !strings.Contains(out, f.Name) || !strings.Contains(out, f.Example) {
			t.Errorf("%s is not listed", f.Name)
		}
	}
	if code != exitOK || !strings.Contains(out, "a date or time without an offset") {
		t.Errorf("exit %d: %s", code, out)
	}
	code, out, _ = alone(t, "fields", "sent_at", "--json")
	var f struct{ Field, Form, Takes, Example string }
	if err := json.Unmarshal([]byte(out), &f); err != nil || code != exitOK || f.Field != "sent_at" || f.Form != "date" || f.Takes == "" || f.Example == "" {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
	if code, _, errs := alone(t, "fields", "sent"); code != exitUsage || !strings.Contains(errs, "did you mean sent_at?") {
		t.Errorf("exit %d: %s", code, errs)
	}
}
