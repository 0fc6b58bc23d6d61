package main

import (
	"encoding/json"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// TestSearchFromPageToTerminal imports and recognises with the real program and
// searches what it has indexed.
func TestSearchFromPageToTerminal(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t).extracting()
	server := s.start()
	in := tree(t, map[string][]byte{
		"scan/a.pgm": fakePage("the artillery at Kobdo"),
		"two.md":     []byte("# CIPHERED TELEGRAM No. 5120\n\nTo Comrade **LUNIN**\n\nThe wells near Kobdo hold wa-\nter until June.\n\nSOROKIN\n"),
	})
	s.want("ingest", in+"/scan", "-r", "--wait", "--collection", "scans")
	s.want("import", in+"/two.md", "--wait")
	found := func(args ...string) string {
		t.Helper()
		return s.want(append([]string{"search"}, args...)...)
	}
	s.await("index", server, func() bool { return strings.Count(found("kobdo"), "documents/") == 2 })

	if out := found("wells", "near", "kobdo"); !strings.Contains(out, "To Comrade LUNIN The «wells near Kobdo» hold wa- ter") || !strings.Contains(out, "5120") {
		t.Errorf("in words:\n%s", out)
	}
	if out := found("WATER"); !strings.Contains(out, "hold «wa- ter» until") {
		t.Errorf("a word over two lines:\n%s", out)
	}
	if out := found("kobdo", "--collection", "scans"); strings.Count(out, "documents/") != 1 || !strings.Contains(out, "the artillery at «Kobdo»") {
		t.Errorf("in one collection:\n%s", out)
	}
	if out := found("kobdo", "--limit", "1"); strings.Count(out, "documents/") != 1 || !strings.Contains(out, "--limit 0 lists all") {
		t.Errorf("one of two:\n%s", out)
	}
	if out := found("--", "kobdo", "-artillery"); strings.Count(out, "documents/") != 1 || !strings.Contains(out, "5120") {
		t.Errorf("without a word:\n%s", out)
	}
	if out := found("artilery", "kobdo", "--exact"); out != "no document found\n" {
		t.Errorf("exactly:\n%s", out)
	}
	if out := found("nowhere", "--json"); out != "" {
		t.Errorf("nothing in JSON:\n%s", out)
	}
	var hit struct {
		Document struct{ Name, Title string }
		Snippet  string
		Marks    []struct{ Start, End int }
		Found    []struct {
			Reading string
			Boxes   []struct{ Width int }
		}
	}
	line := found("artilery", "--json")
	if err := json.Unmarshal([]byte(line), &hit); err != nil || strings.Count(line, "\n") != 1 {
		t.Fatalf("%v in %s", err, line)
	}
	if m := hit.Marks; len(m) != 1 || hit.Snippet[m[0].Start:m[0].End] != "artillery" || len(hit.Found) != 1 || len(hit.Found[0].Boxes) == 0 || hit.Found[0].Reading == "" {
		t.Errorf("hit: %s", line)
	}
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "query, character 7: quotation mark without an end", []string{"search", "kobdo", `"lunin`}},
		{exitUsage, "character 2: * can only stand", []string{"search", "x*y"}},
		{exitUsage, "fonds search -- mao -draft", []string{"search", "kobdo", "-artillery"}},
		{exitUsage, "unknown flag: --nope", []string{"search", "kobdo", "--nope"}},
		{exitUsage, "WORDS to look for", []string{"search"}},
		{exitUsage, "filter", []string{"search", "kobdo", "--filter", "title ="}},
	} {
		if out, code := s.fonds(t.Context(), c.args...); code != c.code || !strings.Contains(out, c.says) || strings.Contains(out, "rpc error") {
			t.Errorf("fonds %q: exit %d\n%s", c.args, code, out)
		}
	}
	if out := s.want("search", "--help"); !strings.Contains(out, "mao OR terebin") || !strings.Contains(out, "--exact") {
		t.Errorf("help:\n%s", out)
	}
	s.stop(server)
}

func TestSnippetIsOneLineWithItsWordsMarked(t *testing.T) {
	for _, c := range []struct{ snippet, marks, want string }{
		{"the wells\nhold  water", "wells|water", "the «wells» hold «water»"},
		{"KIM IL SUNG and KIM", "KIM|IL|SUNG", "«KIM IL SUNG» and KIM"},
		{"MIG-15s, 13.June", "MIG|15|13|June", "«MIG-15»s, «13.June»"},
		{"FILIPPOV [Stalin]", "FILIPPOV|Stalin", "«FILIPPOV» [«Stalin»]"},
		{"## June 1951\n\n### **Telegram** to\n# 5", "Telegram", "June 1951 «Telegram» to 5"},
		{"red \x1b[31m letters", "letters", "red \ufffd[31m «letters»"},
		{"", "", ""},
	} {
		h := &fondsv1.SearchHit{Snippet: c.snippet}
		at := 0
		for word := range strings.SplitSeq(c.marks, "|") {
			if word == "" {
				continue
			}
			at += strings.Index(c.snippet[at:], word)
			h.Marks = append(h.Marks, &fondsv1.TextRange{Start: uint32(at), End: uint32(at + len(word))})
			at += len(word)
		}
		if got := (hitWriter{}).marked(h); got != c.want {
			t.Errorf("%q: got %q, want %q", c.snippet, got, c.want)
		}
	}
	outside := &fondsv1.SearchHit{Snippet: "short", Marks: []*fondsv1.TextRange{{Start: 3, End: 99}, {Start: 4, End: 2}}}
	if got := (hitWriter{bold: true}).marked(outside); got != "short" {
		t.Errorf("marks of another text: %q", got)
	}
}
