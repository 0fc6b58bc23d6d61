package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// alone runs a command line that needs no server.
func alone(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

const wellsTelegram = "CIPHERED TELEGRAM No. 5120\n\nTo Comrade LUNIN\n\nThe wells hold water until June, and perhaps longer than that.\n\nSOROKIN\n\nNo. 81\n2.3.50\n"

func TestExtractWithoutAServer(t *testing.T) {
	folder := t.TempDir()
	plain, page := filepath.Join(folder, "a.txt"), filepath.Join(folder, "b.html")
	html := "<html><body><p>" + strings.ReplaceAll(strings.TrimSpace(wellsTelegram), "\n\n", "</p><p>") + "</p></body></html>"
	for path, text := range map[string]string{plain: wellsTelegram, page: html} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := alone(t, "extract", plain, page, "--json")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), out)
	}
	for i, line := range lines {
		text := []string{wellsTelegram, html}[i]
		var file struct {
			File      string
			Documents []struct {
				Fields []struct {
					Field    string
					Raw      string
					Evidence []struct {
						Start int `json:"byte_start"`
						End   int `json:"byte_end"`
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(line), &file); err != nil || len(file.Documents) != 1 {
			t.Fatalf("%v, %s", err, line)
		}
		found := map[string]string{}
		for _, f := range file.Documents[0].Fields {
			found[f.Field] = text[f.Evidence[0].Start:f.Evidence[0].End]
		}
		for field, want := range map[string]string{"telegram_number": "No. 5120", "addressee": "LUNIN", "signatory": "SOROKIN", "outgoing_number": "No. 81"} {
			if found[field] != want {
				t.Errorf("%s: %s is %q, want %q", file.File, field, found[field], want)
			}
		}
	}
	if code, out, _ := alone(t, "extract", plain); code != exitOK || !strings.Contains(out, "telegram_number") || !strings.Contains(out, "heading@") {
		t.Errorf("for people: exit %d, %s", code, out)
	}
}

func TestExtractReadsOldEncodings(t *testing.T) {
	t.Parallel()
	const text = "ШИФРТЕЛЕГРАММА № 5120\n\nИЗ ПЕКИНА\n\nТОВ. ЛУНИНУ\n\nВоды в колодцах хватит до июня, а может быть и дольше.\n\nСОРОКИН\n\n№ 81\n2.3.50\n"
	file, err := charmap.Windows1251.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.txt")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := alone(t, "extract", path, "--json")
	var answer struct {
		Documents []struct {
			Fields []struct {
				Field    string
				Evidence []struct {
					Start int `json:"byte_start"`
					End   int `json:"byte_end"`
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &answer); code != exitOK || err != nil || len(answer.Documents) != 1 {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	found := map[string]string{}
	for _, f := range answer.Documents[0].Fields {
		words, err := charmap.Windows1251.NewDecoder().String(file[f.Evidence[0].Start:f.Evidence[0].End])
		if err != nil {
			t.Fatal(err)
		}
		found[f.Field] = words
	}
	for field, want := range map[string]string{"telegram_number": "№ 5120", "addressee": "ЛУНИНУ", "from_place": "ПЕКИНА", "outgoing_number": "№ 81"} {
		if found[field] != want {
			t.Errorf("%s is %q, want %q", field, found[field], want)
		}
	}
}

func TestExtractSaysWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.txt", wellsTelegram)
	for name, c := range map[string]struct {
		code int
		says string
		args []string
	}{
		"no such file":     {exitData, "no such file", []string{"extract", filepath.Join(folder, "gone.txt")}},
		"a PDF":            {exitData, "fonds ingest", []string{"extract", write("a.pdf", "%PDF-1.4\n")}},
		"no text":          {exitData, "byte 3 is NUL", []string{"extract", write("n.txt", "ab\x00c")}},
		"names not a file": {exitData, "--agents", []string{"extract", good, "--agents", filepath.Join(folder, "gone.csv")}},
		"names not a list": {exitData, "--agents", []string{"extract", good, "--agents", write("n.csv", "colour\nred\n")}},
		"no gold":          {exitUsage, "gold", []string{"evaluate", "metadata"}},
		"gold is no gold":  {exitData, "--gold", []string{"evaluate", "metadata", "--gold", good}},
		"no argument":      {exitUsage, "FILE", []string{"extract"}},
		"nothing to find":  {exitUsage, "--telegram", []string{"lookup"}},
		"two things":       {exitUsage, "one thing", []string{"lookup", "--telegram", "1", "--registry", "2"}},
		"role of nobody":   {exitUsage, "--agent", []string{"lookup", "--telegram", "1", "--role", "sender"}},
	} {
		if code, _, errs := alone(t, c.args...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, want %d and %q: %s", name, code, c.code, c.says, errs)
		}
	}
	// One bad file does not keep the others from being read.
	if code, out, _ := alone(t, "extract", filepath.Join(folder, "gone.txt"), good, "--json"); code != exitData || !strings.Contains(out, "5120") {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestEvaluateMetadata(t *testing.T) {
	gold := "../../workers/extract/testdata/corpus/gold.json"
	code, out, errs := alone(t, "evaluate", "metadata", "--gold", gold, "--min-core", "0.9")
	if code != exitOK || !strings.Contains(out, "telegram_number") || !strings.Contains(out, "CORE") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if code, _, _ := alone(t, "evaluate", "metadata", "--gold", gold, "--min-core", "1"); code != exitData {
		t.Errorf("below the wanted figure: exit %d", code)
	}
	code, out, errs = alone(t, "evaluate", "metadata", "--gold", gold, "--json")
	var report map[string]any
	if err := json.Unmarshal([]byte(out), &report); code != exitOK || err != nil || report["groups"] == nil {
		t.Errorf("exit %d, %v: %s%s", code, err, out, errs)
	}
}
