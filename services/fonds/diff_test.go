package main

import (
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/align"
)

func TestWordsThatDifferAreLaidOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, after, want string }{
		{"", "", ""},
		{"a b", "a b", ""},
		{"the decision has left", "the division has left", "    1: the [-decision-] {+division+} has left\n"},
		{"", "new words", "    1:  {+new words+}\n"},
		{"old words", "", "    1:  [-old words-]\n"},
		{"a b c", "a c", "    1: a [-b-] c\n"},
		{
			"1 2 3 4 5 6 7 8 X 9 10\nY 11 12 13 14 15 16 17 18 19 20 21 22 23\nZ 24",
			"1 2 3 4 5 6 7 8 x 9 10\ny 11 12 13 14 15 16 17 18 19 20 21 22 23\nz 24",
			"    1: … 3 4 5 6 7 8 [-X-] {+x+} 9 10 [-Y-] {+y+} 11 12 13 14 15 16 …\n    3: … 18 19 20 21 22 23 [-Z-] {+z+} 24\n",
		},
		{"a", "a " + strings.Repeat("w ", 100), "    1: a {+" + strings.Repeat("w ", 30) + "… (40 more) …" + strings.Repeat(" w", 30) + "+}\n"},
		{"a \x1b[1m", "a \x1b[2m", "    1: a [-\ufffd[1m-] {+\ufffd[2m+}\n"},
	} {
		var b strings.Builder
		if err := (wordChanges{after: c.after, changes: align.Changes(c.before, c.after)}).write(&b); err != nil {
			t.Fatal(err)
		}
		if b.String() != strings.ReplaceAll(c.want, ":  ", ": ") && b.String() != c.want {
			t.Errorf("%q and %q:\n%s\nwant\n%s", c.before, c.after, b.String(), c.want)
		}
	}
	coloured := pen{lines: true, colours: true}
	if got := coloured.removed("a") + coloured.added("b"); got != "\x1b[31m[-a-]\x1b[39m\x1b[32m{+b+}\x1b[39m" {
		t.Errorf("%q", got)
	}
}

// FuzzWordChanges lays out what differs between any texts: every word of a change is
// there, and nothing that acts on a terminal.
func FuzzWordChanges(f *testing.F) {
	f.Add("the decision\nhas left", "the division\nhas left")
	f.Add("", "\x1b[2J\u202e")
	f.Add("a\n\nb\xff", "\u0085 c a")
	f.Fuzz(func(t *testing.T, before, after string) {
		var b strings.Builder
		changes := align.Changes(before, after)
		if err := (wordChanges{after: after, changes: changes}).write(&b); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if safeText(got) != got {
			t.Errorf("%q acts on a terminal", got)
		}
		if (got == "") != (len(changes) == 0) {
			t.Errorf("%d changes are laid out as %q", len(changes), got)
		}
		for _, c := range changes {
			if few := fewWords(c.After); few != "" && !strings.Contains(got, "{+"+few+"+}") {
				t.Errorf("%q is not in %q", few, got)
			}
		}
	})
}

func TestProgressBarsShowWhatThereIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		correct, verify, done uint32
		share, bar            string
	}{
		{0, 0, 0, "-", "[                        ]"},
		{1, 0, 0, "0%", "[........................]"},
		{0, 0, 7, "100%", "[########################]"},
		{1, 0, 999, "99%", "[#######################.]"},
		{1, 1, 998, "99%", "[######################+.]"},
		{998, 1, 1, "0%", "[#+......................]"},
		{1, 1, 1, "33%", "[########++++++++........]"},
		{4_000_000_000, 4_000_000_000, 4_000_000_000, "33%", "[########++++++++........]"},
	} {
		p := &fondsv1.CollectionProgress{ToCorrect: c.correct, ToVerify: c.verify, Done: c.done}
		if got := shareDone(p); got != c.share {
			t.Errorf("%+v: %s", c, got)
		}
		if got := progressBar(p); got != c.bar {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// Readings are compared by their names, and lines of JSON have what differs.
func TestReadingsAreCompared(t *testing.T) {
	d := startDesk(t)
	d.join("Anna")
	document, name := d.text("ship.txt", jenmark)
	d.mustAs(exitRefused, "Anna", "diff", document)
	imported := d.review("", name).GetReading().GetName()
	d.typing("Anna", d.editor(`sed -i 's/Jenmark/Denmark/' "$1"`), "", "review", "correct", name, "--yes")
	corrected := d.review("", name).GetReading().GetName()
	has(t, "readings", d.must(exitOK, "diff", "--readings", imported, corrected).stdout, "1 change", "[-Jenmark-] {+Denmark+}")
	has(t, "the same one", d.must(exitOK, "diff", "--readings", imported, imported).stdout, "no word differs")
	var line diffLine
	unmarshal(t, d.must(exitOK, "diff", document, "--json").stdout, &line)
	at := strings.Index(jenmark, "Jenmark")
	if want := (diffLine{1, "Jenmark", "Denmark", at, at}); line != want {
		t.Errorf("got %+v, want %+v", line, want)
	}
	has(t, "a revision that is not there", d.must(exitNotFound, "diff", document, "9").stderr, "REVISION_NOT_FOUND")
	gone := strings.TrimSuffix(corrected, corrected[len(corrected)-4:]) + "ffff"
	has(t, "a reading that is not there", d.must(exitNotFound, "diff", "--readings", imported, gone).stderr, "READING_NOT_FOUND")
}
