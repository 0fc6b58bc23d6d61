package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	askedText = "CIPHERED TELEGRAM No. 7061\n\nTo Comrade SOROKIN\n\nSay how much water the wells hold, how many people drink from " +
		"them, and whether the two pumps that were promised have come.\n\nLUNIN\n\nNo. 61\n27 February 1950\n"
	repliedText = "CIPHERED TELEGRAM No. 7081\n\nTo Comrade LUNIN\n\nTo your No. 61. The wells were measured again. They hold water until " +
		"June. Your telegram of 1 March has been received.\n\nSOROKIN\n\nNo. 81\n2 March 1950\n"
)

// TestThreadIsLaidOut imports a reply, its question and a copy of that, and reads the
// correspondence as a person does.
func TestThreadIsLaidOut(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t).extracting()
	server := s.start("--roles", "catalog,intake,relay,extract")
	in := t.TempDir()
	imported := map[string]string{}
	for _, file := range []struct{ name, text string }{
		{"reply.txt", repliedText}, {"question.txt", askedText}, {"copy.txt", strings.ReplaceAll(askedText, "\n\n", "\n \n")},
	} {
		path := filepath.Join(in, file.name)
		if err := os.WriteFile(path, []byte(file.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var d struct{ Name string }
		if err := json.Unmarshal([]byte(s.want("import", path, "--wait", "--json")), &d); err != nil {
			t.Fatal(err)
		}
		imported[d.Name] = file.name
	}
	name := ""
	for n, file := range imported {
		if file == "reply.txt" {
			name = n
		}
	}
	var told string
	s.await("the thread", server, func() bool {
		told = s.want("thread", name)
		return strings.Contains(told, "answers [") && strings.Contains(told, "= has nearly the text of [")
	})
	for n, file := range imported {
		told = strings.ReplaceAll(told, n, file)
	}
	// Which of the two copies is meant does not matter.
	told = regexp.MustCompile(`\b(question|copy)\.txt`).ReplaceAllString(told, "asked.txt")
	for _, want := range []string{
		"  [1]  1950-02-27        No. 7061  LUNIN → SOROKIN  ",
		"- [3]  1950-03-01        not in the archive: telegram of 1 March 1950, from LUNIN, to SOROKIN\n" +
			"         answered by [4]: “Your telegram of 1 March has been received.”\n",
		"> [4]  1950-03-02        No. 7081  SOROKIN → LUNIN  ",
		"]: “To your No. 61.” (number 61; 3 days before; from LUNIN; to SOROKIN)\n",
		"100 % of the text is the same",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("the thread has no %q:\n%s", want, told)
		}
	}
	var thread fondsv1.Thread
	if err := protojson.Unmarshal([]byte(s.want("thread", strings.TrimPrefix(name, "documents/"), "--json")), &thread); err != nil {
		t.Fatal(err)
	}
	checkThread(t, &thread)
	if out, code := s.fonds(t.Context(), "thread", "00000000-0000-7000-8000-000000000000"); code != exitNotFound || !strings.Contains(out, "DOCUMENT_NOT_FOUND") {
		t.Errorf("of none: exit %d, %s", code, out)
	}
	if out, code := s.fonds(t.Context(), "thread", "No. 61"); code != exitUsage {
		t.Errorf("of no name: exit %d, %s", code, out)
	}
	s.stop(server)
}

// checkThread checks that words prove what a thread says.
func checkThread(t *testing.T, thread *fondsv1.Thread) {
	t.Helper()
	if len(thread.GetEntries()) != 4 || len(thread.GetLinks()) != 2 || thread.GetTruncated() {
		t.Fatalf("entries %d, links %d", len(thread.GetEntries()), len(thread.GetLinks()))
	}
	proofs := 0
	gap := thread.GetEntries()[2].GetGap()
	for _, l := range append(thread.GetLinks(), gap...) {
		for _, e := range l.GetEvidence() {
			if words := repliedText[e.GetStart():e.GetEnd()]; words != l.GetRaw() || !strings.Contains(e.GetReading(), "/readings/") {
				t.Errorf("%q is proved by %q of %q", l.GetRaw(), words, e.GetReading())
			}
			proofs++
		}
	}
	if proofs != 2 || gap[0].GetDate() != "1950-03-01" || len(gap[0].GetFrom()) != 1 || gap[0].GetFrom()[0] != "LUNIN" {
		t.Errorf("%d proofs, the gap is %v", proofs, gap)
	}
	for _, e := range thread.GetEntries() {
		if d := e.GetDocument(); d != nil && (len(d.GetFields()) == 0 || d.GetFields()[0].GetEvidence() != nil || d.GetRegions() != nil) {
			t.Errorf("a document has %v", d)
		}
	}
}
