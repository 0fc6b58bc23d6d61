package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestMistakesInFlagsAreToldInWords(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		"--limit -1: write a whole number, zero or above":    {"list", "--limit", "-1"},
		"--limit many: write a whole number":                 {"search", "mao", "--limit", "many"},
		"--limit -2: write a whole number, zero or above":    {"agents", "list", "--limit", "-2"},
		"--revision -1: write a whole number, zero or above": {"get", "x", "--revision", "-1"},
		`--least "\x1b[31m": write a number`:                 {"split", "x", "--least", "\x1b[31m"},
		"--least 5: write a number from 0 to 1":              {"split", "01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d", "--least", "5"},
		"--min-core 99: write a number from 0 to 1":          {"evaluate", "metadata", "--gold", "gone.json", "--min-core", "99"},
		"unknown shorthand flag: -П in -Пекин; a word":       {"search", "самолёт", "-Пекин"},
		"unknown shorthand flag: -x\n":                       {"import", "a.txt", "-wx"},
		"there is no word to look for":                       {"search", " "},
		"--url nowhere: write a whole address":               {"import", "a.txt", "--url", "nowhere"},
		"--fields is a table alone":                          {"get", "01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d", "--fields", "--text"},
		"unknown flag: --colour":                             {"list", "--colour"},
	} {
		code, _, errs := alone(t, args...)
		if code != exitUsage || !strings.Contains(errs, says) || strings.Contains(errs, "strconv") {
			t.Errorf("%q: exit %d, %q; want %q", args, code, errs, says)
		}
	}
}

// What a text has in it does not act on a terminal by way of JSON either.
func TestJSONHasNothingThatActsOnATerminal(t *testing.T) {
	t.Parallel()
	const title = "a\x1b[31m \u009b31m \u202eb\u2066 \x7f Пекин"
	var one, many, value bytes.Buffer
	d := &fondsv1.Document{Title: title}
	if err := writeLine(&one, d); err != nil {
		t.Fatal(err)
	}
	if err := writeResource(&many, d); err != nil {
		t.Fatal(err)
	}
	if err := writeValue(&value, map[string]string{"title": title}); err != nil {
		t.Fatal(err)
	}
	for _, written := range []string{one.String(), many.String(), value.String()} {
		var back struct{ Title string }
		if err := json.Unmarshal([]byte(written), &back); err != nil || back.Title != title {
			t.Errorf("%v: %q came back from %s", err, back.Title, written)
		}
		if strings.ContainsAny(written, "\x1b\u009b\u202e\u2066\x7f") || !strings.Contains(written, "Пекин") {
			t.Errorf("%q", written)
		}
	}
}
