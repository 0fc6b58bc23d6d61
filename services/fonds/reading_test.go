package main

import (
	"path/filepath"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

const corpus = "../../workers/extract/testdata/corpus"

// TestDocumentsAreFoundByWhatTheySay runs the whole program over published texts, and
// asks it in the ways in which an archivist would.
func TestDocumentsAreFoundByWhatTheySay(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t).extracting()
	server := s.start()
	english, russian := filepath.Join(corpus, "01_page_headings.txt"), filepath.Join(corpus, "24_ru_incoming.txt")
	s.want("import", "--wait", english, russian)
	named := func(path string) *fondsv1.Document {
		t.Helper()
		d := &fondsv1.Document{}
		line := strings.TrimSpace(s.want("lookup", "--json", "--scan", path))
		if err := protojson.Unmarshal([]byte(line), d); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		return d
	}
	first, second := named(english).GetName(), named(russian).GetName()
	for _, c := range []struct {
		args []string
		want string // the one that is found; "" for none
	}{
		{[]string{"list", "--filter", `fields.from_place = "Beijing" AND NOT fields.summary:*`}, second},
		{[]string{"list", "--filter", `fields.original_language = "Russian" OR fields.telegram_number = "none such"`}, first},
		{[]string{"list", "--filter", `fields.distribution = "Mikoyan"`}, second},
		{[]string{"list", "--filter", `fields.copy_count > 4`}, second},
		{[]string{"list", "--filter", `fields.received_at >= "1949-09-07" AND fields.received_at < "1949-09-08"`}, second},
		{[]string{"list", "--filter", `fields.telegram_number = "№ 28114"`}, second},
		{[]string{"list", "--filter", `fields.summary:* AND complete = true`}, first},
		{[]string{"lookup", "--telegram", "28114"}, second},
		{[]string{"lookup", "--telegram", "28114", "--date", "1949-09"}, second},
		{[]string{"lookup", "--telegram", "28114", "--date", "1950"}, ""},
		{[]string{"lookup", "--agent", "Молотов", "--role", "distribution"}, second},
		{[]string{"lookup", "--date", "7.9.1949"}, second},
		{[]string{"lookup", "--scan", russian}, second},
		{[]string{"lookup", "--answers", second}, ""},
		{[]string{"lookup", "--refers-to", second}, ""},
	} {
		got := s.want(append(c.args, "--json")...)
		if strings.Count(got, "\n") != strings.Count(c.want+"\n", "documents/") || !strings.Contains(got, c.want) {
			t.Errorf("fonds %q gave\n%s\nwant %s", c.args, got, c.want)
		}
	}
	sheet := s.want("get", second)
	for _, want := range []string{"28114", "LETTERHEAD", "КУЗНЕЦОВУ", "deciphered by Гвоздев", "7 September 1949, 13:20", "machine"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("%q is not in\n%s", want, sheet)
		}
	}
	if whole := s.want("get", second, "--text", "--evidence"); !strings.Contains(whole, "rule heading@") || strings.Contains(whole, "--text shows all") {
		t.Errorf("with evidence:\n%s", whole)
	}
	shelfmark, _, _ := strings.Cut(s.want("cite", first, "--style", "russian"), "\n")
	if found := s.want("lookup", "--citation", shelfmark, "--json"); !strings.Contains(found, first) {
		t.Errorf("cited as %s, and found by it\n%s", shelfmark, found)
	}
	s.stop(server)
}

// TestLookupsThatMakeNoSense needs no server: the command line is wrong.
func TestLookupsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "--telegram, --registry", nil},
		{exitUsage, "--telegram and --agent", []string{"--telegram", "1", "--agent", "x"}},
		{exitUsage, "--role needs --agent", []string{"--telegram", "1", "--role", "sender"}},
		{exitUsage, "not with --url", []string{"--url", "x.org", "--date", "1951"}},
		{exitUsage, "leave out --from", []string{"--date", "1951", "--from", "1950"}},
		{exitUsage, "no document name", []string{"--answers", "x"}},
		{exitNotFound, "neither a digest", []string{"--scan", "no/such/file"}},
	} {
		var stdout, stderr strings.Builder
		code := run(t.Context(), append([]string{"lookup"}, c.args...), &stdout, &stderr)
		if code != c.code || !strings.Contains(stderr.String(), c.says) {
			t.Errorf("lookup %q: exit %d, %s; want %d and %q", c.args, code, stderr.String(), c.code, c.says)
		}
	}
}
