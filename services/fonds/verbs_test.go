package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestExitCodesTellWhatWentWrong(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT a")})
	a.must(exitOK, "ingest", in, "--wait")
	document := firstDocument(t, a)
	none := "00000000-0000-7000-8000-000000000000"
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitRefused, "MODEL_MISSING", []string{"ingest", in, "--lang", "deu"}},
		{exitRefused, "tesseract-ocr-deu", []string{"ingest", in, "--lang", "eng+deu"}},
		{exitRefused, "ASSURANCE_NOT_REACHED", []string{"text", document, "--min-assurance", "verified"}},
		{exitNotFound, "DOCUMENT_NOT_FOUND", []string{"get", none}},
		{exitNotFound, "REVISION_NOT_FOUND", []string{"get", document, "--revision", "99"}},
		{exitNotFound, "BATCH_NOT_FOUND", []string{"batch", "watch", none}},
		{exitNotFound, "SCAN_NOT_FOUND", []string{"scan", "get", strings.Repeat("0", 64), "-o", filepath.Join(t.TempDir(), "x")}},
		{exitNotFound, "no such file", []string{"ingest", filepath.Join(in, "gone")}},
		{exitUsage, "filter", []string{"list", "--filter", "title ="}},
		{exitUsage, "--lang", []string{"ingest", in, "--lang", "eng rus"}},
		{exitUsage, "needs a PATH", []string{"ingest"}},
		{exitUsage, "unknown flag", []string{"list", "--nope"}},
		{exitData, "nothing to ingest", []string{"ingest", t.TempDir()}},
	} {
		r := a.fonds(c.args...)
		if r.code != c.code || !strings.Contains(r.stderr, c.says) {
			t.Errorf("fonds %q: want exit %d and %q, got %s", c.args, c.code, c.says, r)
		}
		if strings.Contains(r.stderr, "rpc error") || strings.Contains(r.stderr, "desc =") {
			t.Errorf("fonds %q shows a raw error: %s", c.args, r.stderr)
		}
	}
	a.kill()
	r := a.fonds("list")
	if want := "no fonds server answers at " + a.address + ": start one with `fonds serve`"; r.code != exitUnreachable || !strings.Contains(r.stderr, want) {
		t.Errorf("without a server: %s", r)
	}
	r = a.fonds("list", "--json")
	var told struct{ Error problem }
	if err := json.Unmarshal([]byte(r.stderr), &told); err != nil || told.Error.Code != "UNAVAILABLE" || told.Error.ExitCode != exitUnreachable {
		t.Errorf("--json without a server: %v, %s", err, r)
	}
	r = a.fonds("list", "--nope", "--json")
	if err := json.Unmarshal([]byte(r.stderr), &told); err != nil || told.Error.Code != "USAGE" || r.code != exitUsage {
		t.Errorf("--json after a flag that is wrong: %v, %s", err, r)
	}
}

func firstDocument(t *testing.T, a *archive) string {
	t.Helper()
	var d struct{ Name string }
	line := a.must(exitOK, "list", "--json", "--limit", "1").stdout
	if err := json.Unmarshal([]byte(line), &d); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return d.Name
}

func TestDocumentsAreListedShownAndPrinted(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT first", "CORRUPT torn", "TEXT third"), "b.png": page("BLANK")})
	a.must(exitData, "ingest", in, "--wait", "--collection", "telegrams")
	if list := a.must(exitOK, "list", "--collection", "telegrams", "--filter", `title:"a.p"`).stdout; !strings.Contains(list, "a.png") || strings.Contains(list, "b.png") {
		t.Errorf("the filtered list is\n%s", list)
	}
	if list := a.must(exitOK, "list", "--collection", "other", "--json").stdout; list != "" {
		t.Errorf("another collection lists %s", list)
	}
	var d struct {
		Name    string
		Regions []struct{ Page string }
	}
	line := a.must(exitOK, "list", "--json", "--filter", `title:"a.png"`).stdout
	if strings.Contains(line, `"regions"`) || strings.Contains(line, `"fields"`) {
		t.Errorf("a list says of a document what it has not read: %s", line)
	}
	if err := json.Unmarshal([]byte(line), &d); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(a.must(exitOK, "get", d.Name, "--json").stdout), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Regions) != 3 {
		t.Fatalf("regions: %v", d)
	}
	text := a.must(exitOK, "text", d.Name)
	if text.stdout != "first\n\f\fthird\n" || !strings.Contains(text.stderr, "region 2 has no text: CORRUPT: torn") {
		t.Errorf("the text is %s", text)
	}
	file := filepath.Join(t.TempDir(), "out.txt")
	a.must(exitOK, "text", d.Name, "-o", file, "--as-of", "2", "--format", "txt")
	if got, err := os.ReadFile(file); err != nil || string(got) != text.stdout {
		t.Errorf("-o wrote %q, %v", got, err)
	}
	for format, want := range map[string]string{"hocr": "ocr_page", "alto": "<Page", "json": `"complete": true`} {
		if got := a.must(exitOK, "text", d.Name, "--format", format).stdout; strings.Count(got, want) == 0 || !strings.Contains(got, "third") && format == "json" {
			t.Errorf("--format %s gives\n%s", format, got)
		}
	}
	digest := strings.Split(d.Regions[0].Page, "/")[1]
	scan := filepath.Join(t.TempDir(), "scan.png")
	a.must(exitOK, "scan", "get", digest, "-o", scan)
	want, _ := os.ReadFile(filepath.Join(in, "a.png"))
	if got, err := os.ReadFile(scan); err != nil || string(got) != string(want) {
		t.Errorf("the scan came back as %q, %v", got, err)
	}
	if piped := a.must(exitOK, "scan", "get", digest); piped.stdout != string(want) {
		t.Errorf("the scan on standard output is %q", piped.stdout)
	}
}

func TestBatchVerbs(t *testing.T) {
	a := startArchive(t)
	a.must(exitNotFound, "batch", "show", "last")
	in := tree(t, map[string][]byte{"a.png": page("TEXT a"), "b.png": page("TIMEOUT it took too long")})
	a.must(exitOK, "ingest", in)
	r := a.must(exitData, "batch", "watch", "last")
	if !strings.Contains(r.stdout, "TIMEOUT") || !strings.Contains(r.stdout, "fonds batch retry") {
		t.Errorf("watch ends with %s", r)
	}
	if r := a.must(exitOK, "batch", "retry", "last"); !strings.Contains(r.stdout, "1 page tried again") {
		t.Errorf("retry says %s", r)
	}
	a.must(exitData, "batch", "watch", "last", "--json")
	if r := a.must(exitData, "batch", "retry", "last", "--wait"); !strings.Contains(r.stdout, "DONE_WITH_FAILURES") {
		t.Errorf("retry --wait says %s", r)
	}
	name := batchIn.FindString(a.must(exitOK, "batch", "list").stdout)
	if r := a.must(exitOK, "batch", "show", strings.TrimPrefix(name, "batches/")); !strings.Contains(r.stdout, "1 timeout") {
		t.Errorf("show says %s", r)
	}
	a.must(exitOK, "batch", "cancel", name)
}

func TestDeadVerbs(t *testing.T) {
	a := startArchive(t)
	a.must(exitOK, "dead", "list")
	if r := a.must(exitUsage, "dead", "retry", "x"); !strings.Contains(r.stderr, "no dead letter") {
		t.Errorf("got %s", r)
	}
	if r := a.must(exitOK, "dead", "retry"); !strings.Contains(r.stdout, "0 dead letters sent once more") {
		t.Errorf("got %s", r)
	}
	var out bytes.Buffer
	cmd := &cobra.Command{}
	cmd.SetOut(&out)
	err := tellRetried(cmd, &fondsv1.RetryDeadLettersResponse{Retried: 1, Failed: 2, Reason: "the queue is full", Remaining: 3})
	has(t, "dead retry", out.String(), "1 dead letter sent", "2 could not be sent", "the queue is full", "3 were not come to")
	if exitCode(err) != exitData {
		t.Errorf("ended with %v", err)
	}
}
