package extract_test

import (
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract"
)

func TestPlainHTMLKeepsPlaces(t *testing.T) {
	const source = "<html><head><title>x</title></head><body>\n<h2>March 2, 1950</h2><p>To &ldquo;Lunin&rdquo;<br>a &lt; b</p>" +
		"<script>if (a < b) { x() }</script><!-- <p>no</p> --><p>Last&nbsp;words"
	plain := extract.PlainHTML(source)
	if len(plain) != len(source) {
		t.Fatalf("%d bytes of %d", len(plain), len(source))
	}
	for _, words := range []string{"March 2, 1950", "Lunin", "words"} {
		if strings.Index(plain, words) != strings.Index(source, words) {
			t.Errorf("%q moved: %q", words, plain)
		}
	}
	var lines []string
	for line := range strings.SplitSeq(plain, "\n") {
		if folded := strings.Join(strings.Fields(line), " "); folded != "" {
			lines = append(lines, folded)
		}
	}
	want := []string{"# March 2, 1950", "To “ Lunin”", "a < b", "Last words"}
	if strings.Join(lines, "|") != strings.Join(want, "|") {
		t.Errorf("lines %q, want %q", lines, want)
	}
}

func FuzzPlainHTML(f *testing.F) {
	f.Add("<p>a<b>c</b>")
	f.Add("<")
	f.Add("<!--")
	f.Add("&amp;<script>")
	f.Fuzz(func(t *testing.T, source string) {
		if plain := extract.PlainHTML(source); len(plain) != len(source) {
			t.Errorf("%d bytes of %d", len(plain), len(source))
		}
	})
}
