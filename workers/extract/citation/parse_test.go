package citation

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// row is one line of a table of spellings.
type row struct {
	written, normal, flags, people string
}

// spellings reads a table: written form, normal forms apart by " ; ", flags,
// people. "\n" in the written form is a line break.
func spellings(tb testing.TB, name string) []row {
	tb.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	var rows []row
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		cells := append(strings.Split(line, "\t"), "", "", "")
		rows = append(rows, row{strings.ReplaceAll(cells[0], `\n`, "\n"), cells[1], cells[2], cells[3]})
	}
	return rows
}

// normal writes what was found as the tables do.
func (r *Result) normal() row {
	var all, flags, people []string
	for _, c := range r.Citations {
		s := c.String()
		if c.CopyStatus != "" {
			s += " {" + c.CopyStatus + "}"
		}
		all = append(all, s)
		for _, f := range c.Flags {
			flags = append(flags, string(f))
		}
	}
	for _, n := range r.Notes {
		for _, p := range n.Persons {
			people = append(people, string(n.Role)+" "+p.Text)
		}
	}
	slices.Sort(flags)
	return row{
		normal: strings.Join(all, " ; "), flags: strings.Join(slices.Compact(flags), " "),
		people: strings.Join(people, "; "),
	}
}

func TestSpellings(t *testing.T) {
	for _, file := range []string{"domain.tsv", "more.tsv"} {
		rows := spellings(t, file)
		if least := map[string]int{"domain.tsv": 58, "more.tsv": 100}[file]; len(rows) < least {
			t.Errorf("%s has %d rows, fewer than %d", file, len(rows), least)
		}
		for _, want := range rows {
			res := Parse(want.written)
			got := res.normal()
			got.written = want.written
			if got != want {
				t.Errorf("%s: %q\n got %q\nwant %q", file, want.written, got, want)
			}
			checkCover(t, want.written, &res)
			checkRoundTrip(t, res.Citations)
		}
	}
}

// checkCover proves that no character is lost: the pieces, in order, make up
// the input, and each holds the text that it says.
func checkCover(t *testing.T, input string, r *Result) {
	t.Helper()
	type piece struct {
		Span
		what string
	}
	var all []piece
	for _, c := range r.Citations {
		all = append(all, piece{Span{c.Start, c.End, c.Raw}, "citation"})
		for _, g := range c.Gaps {
			if g[0] < c.Start || g[0] >= g[1] || g[1] > c.End || !onBoundaries(input, g[0], g[1]) {
				t.Errorf("%q: gap %v outside the citation %d-%d", input, g, c.Start, c.End)
			}
		}
	}
	for _, n := range r.Notes {
		all = append(all, piece{n.Span, string(n.Role)})
		for _, p := range n.Persons {
			if p.Start < n.Start || p.End > n.End || p.Text == "" || input[p.Start:p.End] != p.Text {
				t.Errorf("%q: person %+v outside the note %+v", input, p, n.Span)
			}
		}
	}
	for _, s := range r.Separators {
		all = append(all, piece{s, "separator"})
	}
	for _, s := range r.Rest {
		all = append(all, piece{s, "rest"})
	}
	slices.SortFunc(all, func(a, b piece) int { return cmp.Compare(a.Start, b.Start) })
	at := 0
	for _, p := range all {
		if p.Start != at || p.End <= p.Start || p.End > len(input) || input[p.Start:p.End] != p.Text || !onBoundaries(input, p.Start, p.End) {
			t.Fatalf("%q: %s %d-%d %q where %d should begin", input, p.what, p.Start, p.End, p.Text, at)
		}
		at = p.End
	}
	if at != len(input) {
		t.Fatalf("%q: nothing covers the bytes from %d", input, at)
	}
}

// onBoundaries tells whether no character is cut; a byte that is not UTF-8 is
// a character of its own.
func onBoundaries(s string, ends ...int) bool {
	for _, i := range ends {
		for j := max(0, i-utf8.UTFMax+1); j < i && i < len(s); j++ {
			if r, n := utf8.DecodeRuneInString(s[j:]); r != utf8.RuneError && j+n > i {
				return false
			}
		}
	}
	return true
}

// checkRoundTrip proves that each style is read back as what was printed.
func checkRoundTrip(t *testing.T, citations []Citation) {
	t.Helper()
	for _, c := range citations {
		for style, printed := range map[string]string{"short": c.Short(), "long": c.Long(), "Russian": c.Russian(), "normal": c.String()} {
			if style == "normal" && c.Kind != Archival {
				continue
			}
			again := Parse(printed)
			if len(again.Citations) != 1 || !again.Citations[0].Same(&c) || len(again.Rest) > 0 {
				t.Errorf("%s form %q of %q is read as %q, rest %+v", style, printed, c.Raw, again.normal().normal, again.Rest)
			}
		}
	}
}
