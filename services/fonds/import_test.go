package main

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bulletin has two telegrams after the words of an editor.
const bulletin = `Two Telegrams on the Wells

CIPHERED TELEGRAM No. 5120

From IRKUTSK
Received 07:05, 2 March 1950

To Comrade LUNIN

The wells hold water until June, and perhaps longer than that.

SOROKIN

CIPHERED TELEGRAM No. 5133

From IRKUTSK
Received 11:40, 4 March 1950

To Comrade LUNIN

Two wells have dried up since. We ask for pumps.

SOROKIN
`

func TestImportedFilesAreShownAndKeptOnce(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"bulletin.md": []byte(bulletin), "empty.txt": nil, "image.txt": []byte("\x89PNG\x00")})
	file := filepath.Join(in, "bulletin.md")
	out := a.must(exitOK, "import", file).stdout
	has(t, "import", out, "bulletin.md: 2 documents", "NAME", "TITLE", "Ciphered telegram No. 5133 from SOROKIN to LUNIN, 1950-03-04")
	has(t, "import again", a.must(exitOK, "import", file).stdout, "2 documents, imported before")

	lines := strings.Split(strings.TrimSpace(a.must(exitOK, "import", file, "--collection", "wells", "--as", "document", "--json").stdout), "\n")
	var d struct{ Name, Collection string }
	if err := json.Unmarshal([]byte(lines[0]), &d); err != nil || len(lines) != 1 || d.Collection != "collections/wells" {
		t.Fatalf("--json says %q, %v", lines, err)
	}
	has(t, "text", a.must(exitOK, "text", d.Name).stdout, "Two Telegrams on the Wells", "5120", "5133")

	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "one FILE or more", []string{"import"}},
		{exitUsage, "--as", []string{"import", file, "--as", "book"}},
		{exitUsage, "--collection", []string{"import", file, "--collection", "A B"}},
		{exitNotFound, "no such file", []string{"import", filepath.Join(in, "gone")}},
		{exitData, "is a folder", []string{"import", in}},
		{exitData, "NOT_TEXT", []string{"import", filepath.Join(in, "empty.txt")}},
		{exitData, "could not be imported", []string{"import", filepath.Join(in, "empty.txt"), filepath.Join(in, "image.txt"), file}},
	} {
		r := a.fonds(c.args...)
		if r.code != c.code || !strings.Contains(r.stderr, c.says) {
			t.Errorf("fonds %q: want exit %d and %q, got %s", c.args, c.code, c.says, r)
		}
	}
	r := a.fonds("import", filepath.Join(in, "empty.txt"), filepath.Join(in, "image.txt"), file)
	has(t, "the files that are no text", r.stderr, "empty.txt", "the file is empty", "fonds ingest", "2 files could not be imported")
	long := tree(t, map[string][]byte{"long.txt": []byte(strings.Repeat("the wells hold water ", 50_000))})
	has(t, "a megabyte", a.must(exitOK, "import", filepath.Join(long, "long.txt")).stdout, "1 document")
	has(t, "the good one beside them", r.stdout, "bulletin.md: 2 documents")
}

func TestDocumentsAreSplitAndMerged(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"bulletin.txt": []byte(bulletin)})
	var whole, second struct{ Name string }
	unmarshal(t, a.must(exitOK, "import", filepath.Join(in, "bulletin.txt"), "--as", "document", "--json").stdout, &whole)

	proposed := a.must(exitOK, "split", whole.Name).stdout
	has(t, "split", proposed, "AT", "SURE", "1:", "CIPHERED TELEGRAM No. 5133")
	has(t, "split with a bar", a.must(exitOK, "split", whole.Name, "--least", "1").stdout, "nothing to cut")
	for _, at := range []string{"0", "x", "1:y", "1:-4"} {
		if r := a.fonds("split", whole.Name, "--at", at); r.code != exitUsage || !strings.Contains(r.stderr, "--at") {
			t.Errorf("--at %s: %s", at, r)
		}
	}
	if r := a.fonds("split", whole.Name, "--at", "9"); r.code == exitOK || !strings.Contains(r.stderr, "last region is 1") {
		t.Errorf("--at 9: %s", r)
	}

	parts := strings.Split(strings.TrimSpace(a.must(exitOK, "split", whole.Name, "--apply", "--json").stdout), "\n")
	if len(parts) < 2 {
		t.Fatalf("--apply made %q", parts)
	}
	unmarshal(t, parts[len(parts)-1], &second)
	has(t, "the last part", a.must(exitOK, "text", second.Name).stdout, "5133", "We ask for pumps")
	if first := a.must(exitOK, "text", whole.Name).stdout; strings.Contains(first, "5133") {
		t.Errorf("the first part still says %q", first)
	}
	has(t, "merge", a.must(exitOK, "merge", whole.Name, second.Name).stdout, whole.Name)
	has(t, "the merged text", a.must(exitOK, "text", whole.Name).stdout, "5133")
	if r := a.fonds("merge", whole.Name); r.code != exitUsage {
		t.Errorf("merge of one: %s", r)
	}
}

func unmarshal(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
}

// stated counts what is said in each field, by the words it was read from.
type stated map[string]int

func (s stated) add(field, raw string) { s[field+"\t"+raw]++ }

// TestImportServesWhatExtractSays imports the corpus into the real program and
// compares what is served with what the rules find in the files.
func TestImportServesWhatExtractSays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../workers/extract/testdata/corpus/*.txt")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var some []string
	for i := 0; i < len(files); i += 4 { // each takes a second under the race detector
		some = append(some, files[i])
	}
	files = some
	s := newFakeSite(t).extracting()
	server := s.start()
	want, got, documents := stated{}, stated{}, 0
	for line := range strings.Lines(s.want(append([]string{"extract", "--json"}, files...)...)) {
		var file struct {
			Documents []struct {
				Fields []struct{ Field, Raw string }
			}
		}
		unmarshal(t, line, &file)
		documents += len(file.Documents)
		for _, d := range file.Documents {
			for _, f := range d.Fields {
				want.add(f.Field, f.Raw)
			}
		}
	}
	var names []string
	for line := range strings.Lines(s.want(append([]string{"import", "--wait", "--json"}, files...)...)) {
		var d struct {
			Name      string
			Extracted bool
			Fields    []struct{ Name, Raw string }
		}
		unmarshal(t, line, &d)
		if !d.Extracted {
			t.Errorf("%s was not read", d.Name)
		}
		names = append(names, d.Name)
		for _, f := range d.Fields {
			got.add(f.Name, f.Raw)
		}
	}
	if len(names) != documents {
		t.Errorf("%d documents were imported, %d are in the files", len(names), documents)
	}
	for _, said := range slices.Sorted(maps.Keys(want)) {
		if got[said] != want[said] {
			t.Errorf("%q is served %d times, the rules find it %d times", said, got[said], want[said])
		}
		delete(got, said)
	}
	for said := range got {
		t.Errorf("%q is served and the rules do not find it", said)
	}

	listed := s.want("list", "--json", "--limit", "0")
	if err := server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-server.ended
	server = s.start()
	if now := s.want("list", "--json", "--limit", "0"); now != listed {
		t.Error("after a kill the list is another")
	}
	s.stop(server)
	has(t, "fsck", s.want("fsck", "--data", s.data), "0 problems")
}
