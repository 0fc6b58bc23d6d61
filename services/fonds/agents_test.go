package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownNames are laid over the built-in ones: a person with a name for some years.
const ownNames = `id,kind,name,variant,type,valid_from,valid_to,viaf,wikidata,note
person:belov,person,Pyotr Belov,,,,,1234,Q77,
person:belov,,,Sorokin,pseudonym,1949,1951,,,
`

func TestAgentsMatchExplainsItself(t *testing.T) {
	own := filepath.Join(tree(t, map[string][]byte{"own.csv": []byte(ownNames)}), "own.csv")
	for _, c := range []struct {
		code int
		says []string
		args []string
	}{
		{exitOK, []string{"1.00", "person:belov", "Pyotr Belov", "pseudonym Sorokin of Pyotr Belov, valid 1949–1951"}, []string{"SOROKIN", "--date", "1950-03-02", "--agents", own}},
		{exitOK, []string{"0.50", "the text is of 1960"}, []string{"Sorokin", "--date", "1960", "--agents", own}},
		{exitOK, []string{"differs in one letter", "1"}, []string{"Pyotr Below", "--agents", own}},
		{exitNotFound, []string{"no name is like"}, []string{"Sorokin"}},
		{exitUsage, []string{"write 1951"}, []string{"Sorokin", "--date", "2.3.50"}},
		{exitUsage, []string{"person, place or organisation"}, []string{"Sorokin", "--kind", "ship"}},
		{exitUsage, []string{"one NAME"}, nil},
		{exitData, []string{"--agents", "nowhere.csv", "no such file"}, []string{"Sorokin", "--agents", "nowhere.csv"}},
	} {
		code, out, errs := alone(t, append([]string{"agents", "match"}, c.args...)...)
		if code != c.code {
			t.Errorf("%q: exit %d, want %d: %s%s", c.args, code, c.code, out, errs)
		}
		has(t, strings.Join(c.args, " "), out+errs, c.says...)
	}
	_, out, _ := alone(t, "agents", "match", "Sorokin", "--agents", own, "--json")
	var c struct {
		Agent, Variant, Type, Why string
		Score                     float64
	}
	if unmarshal(t, out, &c); c.Agent != "person:belov" || c.Variant != "Sorokin" || c.Type != "pseudonym" || c.Score == 0 || c.Why == "" {
		t.Errorf("--json says %s", out)
	}
}

func TestAgentsListed(t *testing.T) {
	own := filepath.Join(tree(t, map[string][]byte{"own.csv": []byte(ownNames)}), "own.csv")
	_, out, _ := alone(t, "agents", "list", "sorokin", "--agents", own)
	has(t, "list", out, "person:belov", "Pyotr Belov", "Q77", "1234", "Sorokin")
	_, out, _ = alone(t, "agents", "list", "--limit", "3")
	if lines := strings.Count(out, "\n"); lines != 5 || !strings.Contains(out, "more: --limit 0") {
		t.Errorf("%d lines: %s", lines, out)
	}
	code, out, _ := alone(t, "agents", "list", "pyotr belov", "--agents", own, "--json")
	var a struct{ ID, VIAF, Wikidata string }
	if unmarshal(t, strings.Split(out, "\n")[0], &a); code != exitOK || a.ID != "person:belov" || a.VIAF != "1234" || a.Wikidata != "Q77" {
		t.Errorf("exit %d: %s", code, out)
	}
}

// What is exported is the same as CSV and as JSON, and is taken again.
func TestAgentsExportRoundTrip(t *testing.T) {
	dir := tree(t, map[string][]byte{"own.csv": []byte(ownNames)})
	export := func(args ...string) string {
		code, out, errs := alone(t, append([]string{"agents", "export"}, args...)...)
		if code != exitOK {
			t.Fatalf("export %q: exit %d: %s", args, code, errs)
		}
		return out
	}
	asCSV, asJSON := export("--agents", filepath.Join(dir, "own.csv")), export("--agents", filepath.Join(dir, "own.csv"), "--json")
	for name, text := range map[string]string{"all.csv": asCSV, "all.json": asJSON} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if export("--agents", path) != asCSV || export("--agents", path, "--json") != asJSON {
			t.Errorf("%s laid over what it was exported from is another file", name)
		}
		if code, out, _ := alone(t, "agents", "check", path); code != exitOK || !strings.Contains(out, "1 of them new") {
			t.Errorf("%s: exit %d: %s", name, code, out)
		}
	}
	if code, _, _ := alone(t, "agents", "export", "--csv", "--json"); code != exitUsage {
		t.Errorf("both forms: exit %d", code)
	}
}

func TestAgentsCheckTellsLines(t *testing.T) {
	heading, _, _ := strings.Cut(ownNames, "\n")
	for name, c := range map[string]struct {
		file string
		text string
		code int
		says []string
	}{
		"well":          {"a.csv", ownNames, exitOK, []string{"1 agent, 1 of them new, with 1 other name: well"}},
		"no kind":       {"a.csv", heading + "\nplace:x,plce,X,,,,,,,\n", exitData, []string{"a.csv:2:", "(kind)", "write person, place or organisation"}},
		"two errors":    {"a.csv", heading + "\nplace:x,place,,,,,,,,\nperson:y,person,Y,Yy,pet,1951,1949,,,\n", exitData, []string{"a.csv:2:", "(name)", "a.csv:3:", "(type)", "(valid_to)"}},
		"JSON":          {"a.json", "{\"agents\": [\n {\"id\": \"place:x\", \"kind\": \"place\",\n }\n]}", exitData, []string{"a.json:3:"}},
		"not there":     {"a.csv", heading + "\nperson:stalin,person,Joseph Stalin,Nobody,withdrawn,,,,,\n", exitData, []string{"a.csv:2:", `the variant "Nobody" is withdrawn`, "write it as it stands there"}},
		"no such agent": {"a.json", "{\"agents\": [\n {\"id\": \"place:nowhere-at-all\", \"kind\": \"place\", \"withdrawn\": true}]}", exitData, []string{"a.json:2:", "check its id"}},
		"shared":        {"a.csv", ownNames + "person:orlov,person,Ivan Orlov,Belov Pyotr,other,,,,,\nperson:belov,,,Belov Pyotr,other,,,,,\n", exitOK, []string{"note:", "person:belov and person:orlov", "ambiguous"}},
		"empty":         {"a.csv", "", exitData, []string{"the file is empty"}},
	} {
		path := filepath.Join(tree(t, map[string][]byte{c.file: []byte(c.text)}), c.file)
		code, out, errs := alone(t, "agents", "check", path)
		if code != c.code {
			t.Errorf("%s: exit %d, want %d: %s%s", name, code, c.code, out, errs)
		}
		has(t, name, out+errs, c.says...)
	}
	path := filepath.Join(tree(t, map[string][]byte{"a.csv": []byte(heading + "\nplace:x,plce,X,,,,,,,\n")}), "a.csv")
	code, out, _ := alone(t, "agents", "check", path, "--json")
	var checked checkedNames
	if unmarshal(t, out, &checked); code != exitData || len(checked.Errors) != 1 || checked.Errors[0].Line != 2 || checked.Errors[0].Field != "kind" {
		t.Errorf("--json: exit %d: %s", code, out)
	}
	if code, _, errs := alone(t, "agents", "check", filepath.Join(t.TempDir(), "gone.csv")); code == exitOK || !strings.Contains(errs, "no such file") {
		t.Errorf("a file that is not there: exit %d: %s", code, errs)
	}
}
