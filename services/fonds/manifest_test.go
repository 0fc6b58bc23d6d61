package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestManifestIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    string // rows as %v, or the error when it begins with "!"
	}{
		"plain":             {"file\tlang\na.png\teng\nb.png\trus+eng\n", "[{2 a.png eng } {3 b.png rus+eng }]"},
		"no end of line":    {"file\na.png", "[{2 a.png  }]"},
		"CRLF and BOM":      {"\xef\xbb\xbffile\tlang\r\na.png\trus\r\n\r\n", "[{2 a.png rus }]"},
		"other columns":     {"pages\tFile\tground truth\tLanguage\n1\ta.png\tfull \"so\" said\tdeu\n", "[{2 a.png deu }]"},
		"short row":         {"file\tlang\tcollection\na.png\n", "[{2 a.png  }]"},
		"lang before":       {"file\tlanguage\tlang\na\teng\trus\nb\teng\t\n", "[{2 a rus } {3 b eng }]"},
		"collection":        {"file\tcollection\na\tcollections/letters\nb\tx-1\n", "[{2 a  letters} {3 b  x-1}]"},
		"quoted":            {"file\tlang\n\"a\tb\n\"\"c\"\"\"\teng\nd\trus\n", "[{2 a\tb\n\"c\" eng } {4 d rus }]"},
		"blanks in names":   {"file\n  a b \n", "[{2   a b   }]"},
		"kind and note":     {"file\tnote\tkind\na\tfaded\t typed \n", "[{2 a   typed faded}]"},
		"empty":             {"", "!line 1: no column \"file\""},
		"no column file":    {"path\na\n", "!line 1: no column \"file\""},
		"quote not closed":  {"file\tnote\na\t\"so\nb\tso\n", "!line 2: a quoted field begins here and never ends"},
		"text after quote":  {"file\tnote\na\tx\nb\t\"so\" it is\n", "!line 3: text after the closing \""},
		"after a long name": {"file\tnote\n\"a\nb\nc\"\tx\nb\t\"so\" it is\n", "!line 5: text after the closing \""},
		"too many fields":   {"file\na\tb\n", "!line 2: 2 fields, but the header names 1"},
		"no name":           {"file\tlang\n\teng\n", "!line 2: the column file is empty"},
		"bad language":      {"file\tlang\na\teng rus\n", "!line 2: language eng rus: write codes"},
		"bad collection":    {"file\tcollection\na\tLetters!\n", "!line 2: collection Letters!: use a-z"},
		"named twice":       {"file\na/b\na//b\n", "!line 3: a//b is named a second time, first on line 2"},
		"zero byte":         {"file\na\x00\n", "!line 2: the file name has a zero byte"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := parseManifest([]byte(c.content))
			if want, isError := strings.CutPrefix(c.want, "!"); isError {
				if err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("got %v, %v, want error %q", rows, err, want)
				}
				return
			}
			// Without kind and note where there are none.
			if got := strings.ReplaceAll(fmt.Sprint(rows), "  }", "}"); err != nil || got != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

// Manifests that other people made are read; these are optional neighbours.
func TestForeignManifests(t *testing.T) {
	for _, path := range []string{"../../scripts/samples/manifest.tsv", "../../../shared/scans/MANIFEST.tsv"} {
		if _, err := os.Stat(path); err != nil {
			t.Logf("%s is not there: left out", path)
			continue
		}
		m, err := readManifest(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(m.rows) == 0 {
			t.Errorf("%s has no rows", path)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("file\tlang\na.png\teng\n"))
	f.Add([]byte("\xef\xbb\xbffile\r\n\"a\"\"b\tc\n\"\r\n"))
	f.Add([]byte("file\n\"a"))
	f.Add([]byte("file\tfile\n\t\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		rows, err := parseManifest(content)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("the error names no line: %v", err)
			}
			return
		}
		lines := bytes.Count(content, []byte("\n")) + 1
		last := 1
		for _, row := range rows {
			if row.file == "" || row.line <= last || row.line > lines {
				t.Fatalf("row %+v after line %d of %d", row, last, lines)
			}
			last = row.line
			if below := belowRoot(row.file); strings.HasPrefix(below, "/") || below == ".." || strings.HasPrefix(below, "../") {
				t.Fatalf("%q leads to %q", row.file, below)
			}
		}
	})
}
