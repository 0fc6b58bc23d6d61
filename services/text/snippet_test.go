package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// spansOf finds the pieces in a text, each as a clause of its own.
func spansOf(text string, pieces ...string) []Span {
	var spans []Span
	for i, p := range pieces {
		for at := 0; ; {
			k := strings.Index(text[at:], p)
			if k < 0 {
				break
			}
			spans = append(spans, Span{Start: at + k, End: at + k + len(p), Clause: i})
			at += k + len(p)
		}
	}
	return spans
}

func TestSnippet(t *testing.T) {
	long := "alpha beta gamma. " + strings.Repeat("filler words ", 20) + "delta beta omega. " + strings.Repeat("more words ", 20) + "alpha alpha alpha end"
	for _, c := range []struct {
		name, text string
		pieces     []string
		width      int
		want       string
	}{
		{"no hits: the beginning", "one two three four", nil, 9, "one two"},
		{"all of a short text", " one two ", []string{"two"}, 100, "one [two]"},
		{"most different hits win over most hits", long, []string{"alpha", "delta", "omega"}, 30, "words [delta] beta [omega]. more"},
		{"most hits among as many different ones", long, []string{"alpha"}, 20, "[alpha] [alpha] [alpha]"},
		{"earliest of equals", "a b x c d e f g h x i", []string{"x"}, 3, "[x]"},
		{"whole words around", "one two three four five", []string{"three"}, 14, "two [three] four"},
		{"near the end it reaches back", "one two three four five", []string{"five"}, 14, "four [five]"},
		{"Cyrillic counts characters", "один два три четыре пять", []string{"три"}, 16, "два [три] четыре"},
		{"no blanks between words", "毛泽东同志的电报已经收到", []string{"电报"}, 6, "志的[电报]已经"},
		{"hit longer than the width", "one two three four", []string{"two three four"}, 10, "[two three]"},
		{"a single long word is cut", "abcdefghij", []string{"abcdefghij"}, 4, "[abcd]"},
		{"no full stop of a word that is cut off", "he went. We saw Mao there (in", []string{"Mao"}, 17, "We saw [Mao] there"},
		{"brackets of its own stay", "one (two three) four", []string{"three"}, 16, "(two [three]) four"},
		{"a hit that begins with a mark", "one.№ 5 two", []string{"№ 5"}, 5, "[№ 5]"},
		{"accents stay on their letters", "cafe\u0301e\u0301", []string{"cafe\u0301e\u0301"}, 4, "[caf]"},
		{"overlapping hits are one mark", "one two three", []string{"one two", "two three"}, 50, "[one two three]"},
		{"empty text", "", []string{"x"}, 10, ""},
		{"width below one", "one two", nil, -5, "o"},
	} {
		t.Run(c.name, func(t *testing.T) {
			snippet, marks, start, end := Snippet(c.text, spansOf(c.text, c.pieces...), c.width)
			if snippet != c.text[start:end] {
				t.Errorf("%q is not text[%d:%d]", snippet, start, end)
			}
			if got := marked(snippet, marks); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func marked(snippet string, marks []Span) string {
	var b strings.Builder
	at := 0
	for _, m := range marks {
		b.WriteString(snippet[at:m.Start] + "[" + snippet[m.Start:m.End] + "]")
		at = m.End
	}
	return b.String() + snippet[at:]
}

func FuzzSnippet(f *testing.F) {
	f.Add("one two three", 4, 7, 0, 3, 9)
	f.Add("毛泽东同志 ПЕКИН e\u0301\u0301", -1, 99, 3, 1, 4)
	f.Add("\xff\xc3\x28 \x80", 0, 2, 2, 9, 1)
	f.Fuzz(func(t *testing.T, text string, a, b, c, d, width int) {
		hits := []Span{{Start: a, End: b}, {Start: c, End: d, Clause: 1}, {Start: b, End: c, Clause: 2}, {Start: a, End: d, Clause: 1}}
		snippet, marks, start, end := Snippet(text, hits, width)
		if start < 0 || start > end || end > len(text) || snippet != text[start:end] {
			t.Fatalf("snippet %q is not [%d:%d] of %q", snippet, start, end, text)
		}
		if utf8.ValidString(text) && !utf8.ValidString(snippet) {
			t.Fatalf("%q cuts a character of %q", snippet, text)
		}
		if n := utf8.RuneCountInString(snippet); n > max(width, 1) {
			t.Fatalf("%q has %d characters, not %d", snippet, n, width)
		}
		last := -1
		for _, m := range marks {
			if m.Start <= last || m.Start >= m.End || m.End > len(snippet) {
				t.Fatalf("marks %+v in %q", marks, snippet)
			}
			last = m.End
		}
		if usable := usable(text, hits); len(usable) > 0 && len(marks) == 0 && strings.TrimSpace(snippet) != "" {
			t.Fatalf("no mark in %q for %+v", snippet, usable)
		}
	})
}
